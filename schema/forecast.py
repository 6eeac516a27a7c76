"""What a change of Storefront's version would do to operations: what breaks, and what is deprecated."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from graphql import (
    GraphQLError,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    parse,
    validate,
)

from resolvers.public_errors import RequestRefused
from schema.execution.plan import Planner


class Outlook(StrEnum):
    """How an operation fares in another version."""

    BREAKS = "BREAKS"
    DEPRECATED = "DEPRECATED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Document:
    """A GraphQL document and where it comes from."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is wrong with an operation in another version."""

    outlook: Outlook
    operation: str
    source: str
    message: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the gateway sends to Storefront for an operation."""

    operation: str
    source: str
    text: str


def forecasts(
    documents: Iterable[Document], planner: Planner, current: GraphQLSchema | None, target: GraphQLSchema
) -> tuple[int, list[Forecast]]:
    """The number of operations, and what happens to them when Storefront's schema becomes `target`.

    An error that `current` has too is no news and is left out. An operation that the gateway refuses is REFUSED.
    """
    operations = 0
    found: dict[Forecast, None] = {}
    for document in documents:
        for name in _names(document, found):
            operations += 1
            for each in _sent(document, name, planner, found):
                found.update(dict.fromkeys(_compared(each, current, target)))
    return operations, sorted(found, key=lambda each: list(Outlook).index(each.outlook))


def _names(document: Document, found: dict[Forecast, None]) -> Iterator[str | None]:
    try:
        parsed = parse(document.text)
    except GraphQLError as error:
        found[Forecast(Outlook.REFUSED, "?", document.source, error.message)] = None
        return
    for node in parsed.definitions:
        if isinstance(node, OperationDefinitionNode):
            yield None if node.name is None else node.name.value


def _sent(document: Document, name: str | None, planner: Planner, found: dict[Forecast, None]) -> Sequence[_Sent]:
    operation = name or "anonymous"
    try:
        plan = planner.plan(document.text, name)
    except RequestRefused as refused:
        message = "; ".join(error.message for error in refused.errors)
        found[Forecast(Outlook.REFUSED, operation, document.source, message)] = None
        return []
    texts = [request.text for request in plan.requests]
    if plan.lookup is not None:
        texts.append(plan.lookup.text)
    return [_Sent(operation, document.source, text) for text in texts]


def _compared(sent: _Sent, current: GraphQLSchema | None, target: GraphQLSchema) -> Iterator[Forecast]:
    document = parse(sent.text)
    if current is not target:  # otherwise no error is news
        before = set() if current is None else {error.message for error in validate(current, document)}
        for error in validate(target, document):
            if error.message not in before:
                yield Forecast(Outlook.BREAKS, sent.operation, sent.source, error.message)
    for error in validate(target, document, [NoDeprecatedCustomRule]):
        yield Forecast(Outlook.DEPRECATED, sent.operation, sent.source, error.message)
