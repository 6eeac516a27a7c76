"""Storefront's stand-in over HTTP: API versions, tokens and response format."""

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import ExecutionResult
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.execution import ExecutableSchema, formatted_error
from sandbox.faults import Faults
from sandbox.slices import in_slices
from sandbox.store import Store
from sandbox.storefront.execution import Visit, execute
from sandbox.storefront.resolvers import storefront_schema, unstable_schema
from sandbox.storefront.validation_errors import InvalidDocument
from sandbox.storefront.visitors import VisitorTokens, server_timing

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
TOKEN_HEADERS = ("shopify-storefront-private-token", "x-shopify-storefront-access-token")
TOKEN_START = "sandbox-"  # noqa: S105 what every token the sandbox takes begins with


SchemaOf = Callable[[str], ExecutableSchema]


def schema_of_version(version: str) -> ExecutableSchema:
    """The schema of an API version in the sandbox."""
    return unstable_schema() if version == "unstable" else storefront_schema()


def routes(store: Store, faults: Faults, schema_of: SchemaOf = schema_of_version) -> list[Route]:
    """The routes of Storefront. `faults` states how far its replicas lag."""

    async def graphql(request: Request) -> Response:
        request_id = str(uuid.uuid4())
        version = served_version(request.path_params["version"])
        headers = {"X-Request-ID": request_id}
        if version is None:
            return _answer({"errors": "Not Found"}, 404, headers)
        headers["X-Shopify-API-Version"] = version
        if not _allowed(request.headers):
            refusal = {"message": "", "extensions": {"code": "UNAUTHORIZED"}}
            return _answer({"errors": [refusal]}, 401, headers)
        received = _asked(request.headers.get("content-type", ""), await request.body())
        if received is None:
            return _answer({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
        query, variables, operation_name = received
        schema = schema_of(version)
        visitor = Visit(
            store,
            buyer_ip=request.headers.get("shopify-storefront-buyer-ip"),
            visitor=VisitorTokens.read(request.headers, request.cookies),
            host=request.url.hostname or "localhost",
            has_token=any(name in request.headers for name in TOKEN_HEADERS),
        )
        await schema.read(query)
        as_of = store.clock.now() - faults.replica_lag
        result = await in_slices(
            lambda: execute(schema, query, variables, operation_name, visitor),
            around=lambda: store.history.as_it_was(as_of),
            changes=schema.changes(query, operation_name),
        )
        answer = _answer(_formatted(result, request_id, visitor), 200, headers)
        for name, value in server_timing(visitor.visitor) if visitor.consent is None else visitor.consent.headers():
            answer.headers.append(name, value)
        return answer

    return [Route("/api/{version}/graphql.json", graphql, methods=["POST"])]


def served_version(asked: str) -> str | None:
    """The version that answers a requested one: itself, or the oldest for a retired one. None if it never existed."""
    if asked in VERSIONS or asked == "unstable":
        return asked
    return VERSIONS[0] if re.fullmatch(r"20\d\d-(01|04|07|10)", asked) and asked < VERSIONS[0] else None


def _allowed(headers: Mapping[str, str]) -> bool:
    """Whether every token in the request is one of the sandbox's. A request without a token is allowed too."""
    sent = [headers[name] for name in TOKEN_HEADERS if name in headers]
    return all(token.startswith(TOKEN_START) for token in sent)


def _asked(content_type: str, body: bytes) -> tuple[str, dict[str, Any], str | None] | None:
    """Query, variables and operation name of a request; None when the request is not valid GraphQL over HTTP."""
    if content_type.startswith("application/graphql") and "json" not in content_type:
        return (body.decode(errors="replace"), {}, None) if body else None
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("query"), str) or not document["query"]:
        return None
    variables, operation_name = document.get("variables") or {}, document.get("operationName") or None
    if not isinstance(variables, dict) or not isinstance(operation_name, str | None):
        return None
    return document["query"], variables, operation_name


def _formatted(result: ExecutionResult, request_id: str, visit: Visit) -> dict[str, Any]:
    """The response body: `errors` only when there are some, `data` only when execution began."""
    errors = result.errors or []
    answer: dict[str, Any] = {}
    began = not any(isinstance(error, InvalidDocument) for error in errors)
    if result.data is not None or (began and any(error.path for error in errors)):
        answer["data"] = result.data
    if errors:
        answer["errors"] = [formatted_error(error, request_id) for error in errors]
    if visit.in_context and "data" in answer:
        answer["extensions"] = {"context": {"country": visit.country, "language": visit.language}}
    return answer


def _answer(body: Any, status: int, headers: Mapping[str, str]) -> Response:
    media_type = "application/json; charset=utf-8"
    return Response(orjson.dumps(body), status, {**headers, "content-type": media_type})
