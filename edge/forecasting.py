"""What another version of Storefront would do to the operations in use: which break, which use what is deprecated."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    concat_ast,
    parse,
    print_ast,
    separate_operations,
)

from clients.contracts import PACKAGE, storefront_schema_of, storefront_versions
from clients.errors import UpstreamError
from clients.storefront.client import Storefront
from clients.storefront.documents import DOCUMENTS
from clients.storefront.introspection import shops_schema
from edge.graphiql_page import example_operations
from edge.persisted import read_manifest
from edge.planned_operations import PATH
from edge.services import internet
from edge.settings import GatewaySettings
from resolvers.findings import Finding, Verdict
from schema.execution.plan import Planner
from schema.forecast import Document, Forecast, Outlook, forecasts
from schema.graph import public_graph, staff_graph

_ANSWER_S = 5.0
_NAMED = 5
UNSTABLE = "unstable"
_WRITTEN = (".graphql", ".gql")


class SchemaUnread(Exception):
    """The shop did not show its schema of a version."""


class ForecastRefused(ValueError):
    """The command line names a version or a file that cannot be used."""


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """What happens to the operations in use when `current` becomes `version`."""

    current: str
    version: str
    schema: str
    sources: dict[str, int]
    operations: int
    notes: list[str]
    found: list[Forecast]

    @property
    def breaks(self) -> bool:
        return any(each.outlook is Outlook.BREAKS for each in self.found)


async def forecast(
    settings: GatewaySettings,
    storefront: Storefront,
    gateway: httpx.AsyncBaseTransport | None,
    *,
    version: str | None,
    files: Sequence[Path],
) -> ForecastReport:
    """The report for a version, by default `_following` ours. In live mode `storefront` is asked for its schema.

    `gateway` reaches the running gateway, by default over the network. Raises ForecastRefused, and SchemaUnread
    when no schema can be read.
    """
    current = settings.shopify_api_version
    is_given, version = version is not None, version or _following(current)
    notes: list[str] = []
    given = [document for path in files for document in _given(path)]
    target, source = await _target(storefront if settings.mode == "live" else None, version, notes)
    documents = [*given, *await _in_use(settings, gateway, notes), *_of_the_gateway()]
    if version == UNSTABLE and not is_given:
        notes.append(f"No stable version after {current} is known here: this is Shopify's preview of the next one.")
    operations, found = forecasts(documents, _planner(settings), storefront_schema_of(current), target)
    return ForecastReport(current, version, source, _counted(documents), operations, notes, found)


async def deprecated_in_use(settings: GatewaySettings, gateway: httpx.AsyncBaseTransport | None) -> Finding:
    """What the operations in use take of Storefront that our version of it calls deprecated.

    The running gateway is asked in live mode, once it has a public address.
    """
    subject, current = "Deprecated", settings.shopify_api_version
    schema = storefront_schema_of(current)
    if schema is None:
        return Finding(
            subject, Verdict.OFF, f"the schema of {current} is not known here: run `python -m app forecast`."
        )
    notes: list[str] = []
    is_deployed = settings.mode == "live" and settings.public_url is not None
    seen_there = await _in_use(settings, gateway, notes) if is_deployed else _trusted(settings)
    documents = [*seen_there, *_of_the_gateway()]
    _, found = forecasts(documents, _planner(settings), schema, schema)
    used = {each.message: each for each in found if each.outlook is Outlook.DEPRECATED}
    seen = " ".join([f"{sum(_counted(documents).values())} operations checked.", *notes])
    if not used:
        return Finding(subject, Verdict.OK, f"nothing of what is used. {seen}")
    named = " ".join(f"{each.message} (in {each.operation})" for each in list(used.values())[:_NAMED])
    more = f" And {len(used) - _NAMED} more: run `python -m app forecast`." if len(used) > _NAMED else ""
    return Finding(subject, Verdict.WARN, f"used: {named}{more} {seen}")


def _following(current: str) -> str:
    """The next stable version that is known here; `unstable` when there is none."""
    return next((each for each in storefront_versions() if each > current and each != UNSTABLE), UNSTABLE)


async def _target(storefront: Storefront | None, version: str, notes: list[str]) -> tuple[GraphQLSchema, str]:
    """The schema of a version, and where it comes from."""
    problem = ""
    if storefront is not None:
        try:
            return await shops_schema(storefront, version), "the shop"
        except UpstreamError as error:
            problem = f"The shop does not show its schema of {version} ({error.detail})."
    packaged = storefront_schema_of(version)
    if packaged is not None:
        notes += [problem] if problem else []
        return packaged, f"the package {PACKAGE}"
    if problem:
        raise SchemaUnread(f"{problem} The versions known here are {', '.join(storefront_versions())}.")
    raise ForecastRefused(f"The schema of {version} is not known here: use one of {', '.join(storefront_versions())}.")


async def _in_use(
    settings: GatewaySettings, gateway: httpx.AsyncBaseTransport | None, notes: list[str]
) -> list[Document]:
    """The trusted documents, and those that the running gateway has planned."""
    async with gateway or internet() as transport:
        planned = await _planned(settings, transport)
    if planned is None:
        notes.append(f"No gateway shows its operations at {settings.public_address}{PATH}: they are not checked.")
    return [*_trusted(settings), *(Document("running gateway", text) for text in planned or ())]


def _trusted(settings: GatewaySettings) -> list[Document]:
    trusted = {} if settings.trusted_documents is None else read_manifest(settings.trusted_documents)
    return [Document("TRUSTED_DOCUMENTS", text) for text in trusted.values()]


async def _planned(settings: GatewaySettings, gateway: httpx.AsyncBaseTransport) -> list[str] | None:
    token = next(filter(None, (settings.staff_token_text, *settings.staff_token_texts.values())), None)
    if token is None:
        return None
    request = httpx.Request(
        "GET",
        f"{settings.public_address}{PATH}",
        headers={"authorization": f"Bearer {token}", "accept": "application/json"},
        extensions={"timeout": httpx.Timeout(_ANSWER_S).as_dict()},
    )
    try:
        response = await gateway.handle_async_request(request)
        await response.aread()
        texts = json.loads(response.content) if response.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        return None
    return texts if isinstance(texts, list) and all(isinstance(each, str) for each in texts) else None


def _of_the_gateway() -> list[Document]:
    return [
        *(Document("page of the shop", each.query) for each in example_operations()),
        *(Document("the gateway itself", text) for text in DOCUMENTS.values()),
    ]


def _given(path: Path) -> Iterator[Document]:
    """The documents of a manifest, of a GraphQL file, or of all GraphQL files in a folder. Raises ForecastRefused."""
    try:
        if path.suffix == ".json":
            yield from (Document(str(path), text) for text in read_manifest(path).values())
            return
        if not path.is_dir() and path.suffix not in _WRITTEN:
            raise ValueError("send a folder, a .graphql file, or a manifest of documents (.json)")
        files = sorted(each for each in path.rglob("*") if each.suffix in _WRITTEN) if path.is_dir() else [path]
        parsed = {file: parse(file.read_text("utf-8")) for file in files}
    except (OSError, ValueError, GraphQLError) as error:
        raise ForecastRefused(f"{path} cannot be read: {error}.") from None
    fragments = {node.name.value: node for document in parsed.values() for node in _fragments(document)}
    for file, document in parsed.items():
        own = {node.name.value for node in _fragments(document)}
        others = DocumentNode(definitions=tuple(node for name, node in fragments.items() if name not in own))
        for operation in separate_operations(concat_ast([document, others])).values():
            yield Document(str(file), print_ast(operation))


def _fragments(document: DocumentNode) -> list[FragmentDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]


def _planner(settings: GatewaySettings) -> Planner:
    return Planner(
        public=public_graph(),
        staff=staff_graph,
        limits=settings.document_limits(),
        max_plan_bytes=settings.limit_plan_bytes,
        compiles=False,
    )


def _counted(documents: Sequence[Document]) -> dict[str, int]:
    sources = [each.source for each in documents]
    return {source: sources.count(source) for source in dict.fromkeys(sources)}


def forecast_text(report: ForecastReport) -> str:
    """The report to print: one line per forecast, and the sum."""
    title = f"From Storefront {report.current} to {report.version}, by the schema of {report.schema}"
    width = max((len(each.operation) for each in report.found), default=0)
    lines = [
        f"{each.outlook.value:<10}  {each.operation:<{width}}  {each.message} ({each.source})" for each in report.found
    ]
    counts = {outlook: sum(each.outlook is outlook for each in report.found) for outlook in Outlook}
    said = (
        f"{report.operations} operations checked: {counts[Outlook.BREAKS]} errors, "
        f"{counts[Outlook.DEPRECATED]} uses of what is deprecated, {counts[Outlook.REFUSED]} refused by this gateway."
    )
    return "\n".join([title, "", *lines, *([""] if lines else []), *report.notes, said])
