"""Puts answers together as JSON text: data, errors in public words, and what is known of the cache."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson
from graphql import GraphQLError

from clients.cache.answers import Fetched
from clients.errors import UpstreamError
from clients.storefront.client import StorefrontFault
from resolvers.public_errors import ErrorCode, PublicError, of_code
from resolvers.request_cache import RequestCache
from resolvers.request_log import log_reported_fault, log_resolver_failure, log_upstream_failure
from schema.errors import of_execution
from schema.gateway_field import RESERVED


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL answer as JSON text. `refused`: the operation was not executed at all, so there is no data.

    `entry`: the cache entry for equal requests; None when the answer is for this caller alone.
    `age_s`: the age of its oldest part.
    """

    body: bytes
    codes: tuple[str, ...] = ()
    refused: bool = False
    entry: Fetched[bytes] | None = None
    age_s: float = 0.0


def refusal(errors: Sequence[PublicError]) -> Answer:
    """The answer to a request that is not executed."""
    body = orjson.dumps({"errors": [error.formatted() for error in errors]})
    return Answer(body, codes=tuple(error.code for error in errors), refused=True)


def answer_of(data: bytes, errors: Sequence[PublicError]) -> Answer:
    # Shopify's own clients take an empty list of errors for a failure: no errors, no key.
    if not errors:
        return Answer(b'{"data":' + data + b"}")
    listed = orjson.dumps([error.formatted() for error in errors])
    codes = tuple(error.code for error in errors)
    return Answer(b'{"errors":' + listed + b',"data":' + data + b"}", codes=codes)


def storefront_errors(faults: Iterable[StorefrontFault], operation: str) -> list[PublicError]:
    errors = []
    for fault in faults:
        log_reported_fault("storefront", operation, fault.code, fault.message)
        errors.append(of_code("storefront", fault.code, _own_path(fault.path)))
    return errors


def _own_path(path: Sequence[str | int] | None) -> Sequence[str | int] | None:
    """Where in our answer a fault is: what the gateway asked for itself belongs to the object it asked about."""
    for position, key in enumerate(path or ()):
        if isinstance(key, str) and key.startswith(RESERVED):
            return (path or ())[:position]
    return path


def with_cache_state(answer: Answer, reads: RequestCache) -> Answer:
    parts = [
        {"upstream": upstream, "state": cached.state, "age": round(cached.age_s)} for upstream, cached in reads.seen
    ]
    told = orjson.dumps({"cache": {"state": reads.state, "age": round(reads.age_s), "parts": parts}})
    return replace(answer, body=answer.body[:-1] + b',"extensions":' + told + b"}", age_s=reads.age_s)


def bad_input(error: GraphQLError) -> PublicError:
    return PublicError(ErrorCode.BAD_USER_INPUT, error.message, locations=error.locations)


def public_error(error: GraphQLError) -> PublicError:
    public = of_execution(error)
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
