"""Builds answers as JSON text: data, public errors, and the report on the cache."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import orjson
from graphql import GraphQLError

from clients.cache.answers import Fetched
from clients.errors import UpstreamError
from clients.storefront.answers import StorefrontAnswer, StorefrontFault
from clients.storefront.wire import HeaderLines, WireResponse
from clients.upstreams import UpstreamName
from resolvers.public_errors import ErrorCode, PublicError, from_upstream_code
from resolvers.request_cache import RequestCache
from resolvers.request_log import log_reported_fault, log_resolver_failure, log_upstream_failure
from schema.errors import ShopifyError, from_execution
from schema.gateway_field import RESERVED

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL answer as JSON text. `refused`: the operation was not executed, so there is no data.

    `entry`: the cache entry for equal requests; None when the answer is for this caller alone.
    `age_s`: the age of its oldest part. `status`: the status of Shopify's response, where the answer is Shopify's.
    `headers`: the headers of Shopify's response that this caller receives.
    """

    body: bytes
    codes: tuple[str, ...] = ()
    refused: bool = False
    entry: Fetched[bytes] | None = None
    age_s: float = 0.0
    status: int | None = None
    media_type: str | None = None
    headers: HeaderLines = ()


def refusal(errors: Sequence[PublicError], request_id: str | None = None) -> Answer:
    """The answer to a request that was not executed."""
    body = orjson.dumps({"errors": [error.formatted(request_id) for error in errors]})
    return Answer(body, codes=tuple(error.code for error in errors), refused=True)


def answer_of(data: bytes, errors: Sequence[PublicError], extensions: bytes = b"") -> Answer:
    """An answer built by the gateway; `extensions` are Shopify's, as JSON text."""
    end = b',"extensions":' + extensions + b"}" if extensions else b"}"
    # Shopify's own clients take an empty list of errors for a failure: no errors, no key.
    if not errors:
        return Answer(b'{"data":' + data + end)
    listed = orjson.dumps([error.formatted() for error in errors])
    codes = tuple(error.code for error in errors)
    return Answer(b'{"errors":' + listed + b',"data":' + data + end, codes=codes)


def shopify_answer(answer: StorefrontAnswer, operation: str, headers: HeaderLines) -> Answer:
    """Shopify's answer, byte for byte, to an operation without gateway fields."""
    for fault in answer.faults:
        log_reported_fault(UpstreamName.STOREFRONT, operation, fault.code, fault.message)
    codes = tuple(fault.code or "" for fault in answer.faults)
    return Answer(answer.body, codes=codes, status=200, headers=headers)


def shopify_refusal(response: WireResponse, headers: HeaderLines) -> Answer:
    """Shopify's response without data, with its status and its own text."""
    return Answer(
        response.body,
        codes=("",),
        refused=True,
        status=response.status,
        headers=headers,
        media_type=response.media_type,
    )


def shopify_verdict(response: WireResponse, operation: str) -> Answer:
    """Shopify's errors for an operation with gateway fields, which Shopify refused as a whole."""
    faults = [StorefrontFault.read(error) for error in orjson.loads(response.body)["errors"]]
    return replace(refusal(storefront_errors(faults, operation)), status=response.status)


def storefront_errors(faults: Iterable[StorefrontFault], operation: str) -> list[PublicError]:
    errors = []
    for fault in faults:
        log_reported_fault(UpstreamName.STOREFRONT, operation, fault.code, fault.message)
        errors.append(_public_fault(fault))
    return errors


def _public_fault(fault: StorefrontFault) -> PublicError:
    """Shopify's own error, or a public one of ours where it concerns fields that the gateway added."""
    path = _own_path(fault.path)
    if fault.error is None or path != fault.path or RESERVED in str(fault.error):
        return from_upstream_code(UpstreamName.STOREFRONT, fault.code, path)
    return ShopifyError(fault.error, path)


def _own_path(path: Sequence[str | int] | None) -> Sequence[str | int] | None:
    """The path of an error in our answer. An error of a field that the gateway added gets the path of its parent."""
    for position, key in enumerate(path or ()):
        if isinstance(key, str) and key.startswith(RESERVED):
            return (path or ())[:position]
    return path


def cache_state(request_cache: RequestCache) -> dict[str, Any]:
    """The content of `extensions.cache`: the source and the age of each part of an answer."""
    parts = [
        {"upstream": upstream, "state": cached.state, "age": round(cached.age_s)}
        for upstream, cached in request_cache.seen
    ]
    return {"state": request_cache.state, "age": round(request_cache.age_s), "parts": parts}


def with_extensions(answer: Answer, requested: Mapping[str, Any], *, age_s: float) -> Answer:
    """The answer with the requested extensions. An answer that is not a JSON object stays unchanged."""
    try:
        parts = _members(answer.body)
        extensions = _members(parts["extensions"]) if "extensions" in parts else {}
    except msgspec.DecodeError:
        return answer
    added = {name: msgspec.Raw(orjson.dumps(value)) for name, value in requested.items()}
    return replace(answer, body=msgspec.json.encode({**parts, "extensions": {**extensions, **added}}), age_s=age_s)


def bad_input(error: GraphQLError) -> PublicError:
    return PublicError(ErrorCode.BAD_USER_INPUT, error.message, locations=error.locations)


def public_error(error: GraphQLError) -> PublicError:
    public = from_execution(error)
    cause = error.original_error
    if isinstance(cause, UpstreamError):
        log_failure(cause)
    if public is not None:
        return public
    log_resolver_failure(error.path, cause or error)
    return PublicError(ErrorCode.INTERNAL_SERVER_ERROR, path=error.path)


def log_failure(error: UpstreamError | PublicError) -> None:
    if isinstance(error, UpstreamError):
        log_upstream_failure(error)
