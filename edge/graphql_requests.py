"""Reads a GraphQL request off HTTP: what it asks for, and the media type of its answer. Parses no GraphQL."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from edge.bodies import HttpRefusal, RequestLimits, read_body
from edge.cross_site import refuse_requests_of_other_sites
from edge.persisted import Documents
from schema.execution.run import Operation

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
_USUAL_BYTES = 200  # of an Accept header; only such are cached


def asks_for_page(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser wants the page, not the answer of an operation."""
    if scope["method"] != "GET" or b"text/html" not in headers.get(b"accept", b""):
        return False
    return not any(name in scope["query_string"] for name in (b"query=", b"extensions=", b"documentId="))


def media_type_of(headers: Mapping[bytes, bytes]) -> str:
    """The media type of the answer: the caller's first choice among ours, by default JSON. Raises HttpRefusal."""
    accept = headers.get(b"accept", b"*/*")
    return (_chosen if len(accept) <= _USUAL_BYTES else _chosen.__wrapped__)(accept)


async def read_request(
    scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, limits: RequestLimits
) -> tuple[str, bytes]:
    """The form and the bytes of a request, not yet parsed. Raises HttpRefusal."""
    if scope["method"] == "GET":
        return "url", _url(scope["query_string"], headers, limits)
    if scope["method"] != "POST":
        raise HttpRefusal(405, "Send GET or POST.", {"allow": "GET, POST"})
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise HttpRefusal(415, "Send the body without a `Content-Encoding`.", {"accept-encoding": "identity"})
    return _form(headers.get(b"content-type", b"")), await read_body(scope, headers, receive, limits)


def operation_from(form: str, raw: bytes, documents: Documents) -> Operation:
    """The operation of a request. Raises HttpRefusal."""
    return _READERS[form](raw, documents)


@lru_cache(512)
def _chosen(accept: bytes) -> str:
    best, best_weight = None, 0.0
    for part in accept.decode("latin-1").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        offered = GRAPHQL_RESPONSE if name == GRAPHQL_RESPONSE else JSON
        if name in (GRAPHQL_RESPONSE, JSON, "application/*", "*/*") and weight > best_weight:
            best, best_weight = offered, weight
    if best is None:
        raise HttpRefusal(
            406, f"The `Accept` header allows no supported media type: accept {JSON} or {GRAPHQL_RESPONSE}."
        )
    return best


@lru_cache(64)
def _form(content_type: bytes) -> str:
    name = content_type.decode("latin-1").partition(";")[0].strip().lower()
    if name not in (JSON, "application/graphql"):
        raise HttpRefusal(415, "Send the operation as application/json.", {"accept-post": JSON})
    return name


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _from_text(body: bytes, documents: Documents) -> Operation:
    return Operation(documents.text_of({"query": _text(body)}, {}))


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise HttpRefusal(400, "The body is not UTF-8.") from None


def _from_json(body: bytes, documents: Documents) -> Operation:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HttpRefusal(400, 'The body is not JSON: send {"query": "..."}.') from None
    if not isinstance(request, dict):
        raise HttpRefusal(400, 'Send one operation as {"query": "..."}; lists of operations are not taken.')
    return _operation(request, documents)


def _url(query_string: bytes, headers: Mapping[bytes, bytes], limits: RequestLimits) -> bytes:
    """The query string of a GET request. Raises HttpRefusal when another site could have caused it."""
    if len(query_string) > limits.body_bytes:
        raise HttpRefusal(414, f"The URL is longer than {limits.body_bytes} bytes: send a POST request.")
    is_persisted = b"query=" not in query_string
    refuse_requests_of_other_sites(headers, is_persisted=is_persisted)
    return query_string


def _from_url(query_string: bytes, documents: Documents) -> Operation:
    request: dict[str, Any] = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    for name in ("variables", "extensions"):
        if request.get(name):
            try:
                request[name] = orjson.loads(request[name])
            except orjson.JSONDecodeError:
                raise HttpRefusal(400, f"The parameter {name} is not JSON.") from None
        else:
            request.pop(name, None)
    return _operation(request, documents)


def _operation(request: Mapping[str, Any], documents: Documents) -> Operation:
    name, variables = request.get("operationName"), request.get("variables")
    if name is not None and not isinstance(name, str):
        raise HttpRefusal(400, "`operationName` is not a string.")
    if variables is not None and not isinstance(variables, dict):
        raise HttpRefusal(400, "`variables` is not an object.")
    extensions = request.get("extensions")
    if extensions is None:
        extensions = {}
    if not isinstance(extensions, dict):
        raise HttpRefusal(400, "`extensions` is not an object.")
    return Operation(
        documents.text_of(request, extensions),
        name or None,
        variables,
        reports_cache=extensions.get("cache") is True,
        reports_cost=extensions.get("cost") is True,
    )


_READERS: Mapping[str, Callable[[bytes, Documents], Operation]] = {
    "url": _from_url,
    JSON: _from_json,
    "application/graphql": _from_text,
}
