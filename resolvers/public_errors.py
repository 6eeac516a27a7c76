"""What a caller learns of a failure: a code from a short list, and a sentence of our own."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from clients.errors import (
    AccountSuspended,
    AddressUnknown,
    Broken,
    Denied,
    Rejected,
    Throttled,
    Unavailable,
    UpstreamError,
)
from clients.upstreams import UpstreamName
from resolvers.request_log import current_request_id


class ErrorCode(StrEnum):
    """The values of `errors[].extensions.code`."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    BAD_REQUEST = "BAD_REQUEST"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    NOT_CONFIGURED = "NOT_CONFIGURED"
    TRY_LATER = "TRY_LATER"
    THROTTLED = "THROTTLED"
    ACCESS_DENIED = "ACCESS_DENIED"
    UPSTREAM_REJECTED = "UPSTREAM_REJECTED"
    UPSTREAM_BROKEN = "UPSTREAM_BROKEN"
    MAX_COMPLEXITY_EXCEEDED = "MAX_COMPLEXITY_EXCEEDED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


CODES: Mapping[ErrorCode, str] = {
    ErrorCode.GRAPHQL_PARSE_FAILED: "The document is not GraphQL.",
    ErrorCode.GRAPHQL_VALIDATION_FAILED: "The document does not fit the schema.",
    ErrorCode.OPERATION_RESOLUTION_FAILURE: "Several operations were sent, or none of that name: set `operationName`.",
    ErrorCode.BAD_USER_INPUT: "A variable or argument has a value that its type or the field does not allow.",
    ErrorCode.BAD_REQUEST: "An argument has a value that the field does not accept.",
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: "No operation has this hash or id: send its text with the hash.",
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: "Operations by hash are switched off here: send the text.",
    ErrorCode.METHOD_NOT_ALLOWED: "Send mutations by POST, so that no link can cause one.",
    ErrorCode.NOT_FOUND: "There is nothing at this path, or nothing any more.",
    ErrorCode.FORBIDDEN: "The operation selects staff fields: send the staff token.",
    ErrorCode.NOT_CONFIGURED: "The system that fills this field is not set up.",
    ErrorCode.TRY_LATER: "A system behind the gateway does not answer: try again later.",
    ErrorCode.THROTTLED: "A rate limit is reached, here or in a system behind the gateway: wait and try again.",
    ErrorCode.ACCESS_DENIED: "A system refuses the credentials or scopes of the gateway: staff must correct it.",
    ErrorCode.UPSTREAM_REJECTED: "A system behind the gateway refused this part of the operation.",
    ErrorCode.UPSTREAM_BROKEN: "A system behind the gateway sent an answer that the gateway cannot read.",
    ErrorCode.MAX_COMPLEXITY_EXCEEDED: "The operation selects too much at once: select less, or smaller pages.",
    ErrorCode.INTERNAL_SERVER_ERROR: "The gateway itself failed: the request id finds the cause in its log.",
}
"""What each code means, in a sentence for callers."""

MAX_MESSAGE = 1_000
"""The characters of an error's message."""

UPSTREAM_NAMES = {
    UpstreamName.STOREFRONT: "Shopify",
    UpstreamName.SHOPIFY: "Shopify",
    UpstreamName.ADMIN: "Shopify Admin",
    UpstreamName.PRINTFUL: "Printful",
    UpstreamName.SQUARE: "Square",
}


class Location(Protocol):
    """A place in the text of a document."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class NotConfigured(Exception):
    """A field needs an upstream that is not set up."""

    def __init__(self, upstream: UpstreamName) -> None:
        super().__init__(upstream)
        self.upstream = upstream


class PublicError(Exception):
    """A failure with the code and the message that callers get; by default the message of CODES."""

    def __init__(
        self,
        code: ErrorCode,
        message: str | None = None,
        *,
        path: Sequence[str | int] | None = None,
        locations: Sequence[Location] | None = None,
        upstream: str | None = None,
    ) -> None:
        self.code = code
        self.message = CODES[code] if message is None else _shortened(message)
        super().__init__(self.message)
        self.path = path
        self.locations = locations
        self.upstream = upstream

    def formatted(self, request_id: str | None = None) -> dict[str, Any]:
        """The entry of a GraphQL answer's `errors`, with the id of the request: by default the one being answered."""
        entry: dict[str, Any] = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": at.line, "column": at.column} for at in self.locations]
        if self.path is not None:
            entry["path"] = list(self.path)
        extensions: dict[str, Any] = {"code": self.code}
        if self.upstream:
            extensions["upstream"] = self.upstream
        if (found := request_id or current_request_id()) is not None:
            extensions["requestId"] = found
        entry["extensions"] = extensions
        return entry


def _shortened(message: str) -> str:
    """A message quotes what the caller sent, however long that is."""
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"


class RequestRefused(Exception):
    """The request is not executed: the answer has errors and no data."""

    def __init__(self, errors: Sequence[PublicError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def from_upstream(error: UpstreamError, path: Sequence[str | int] | None = None) -> PublicError:
    """The public form of an upstream failure. What the upstream said stays in our log."""
    name = UPSTREAM_NAMES.get(error.upstream, error.upstream)
    message: str | None
    match error:
        case Unavailable():
            code, message = ErrorCode.TRY_LATER, f"{name} does not answer at the moment; try again."
        case Throttled():
            code, message = ErrorCode.THROTTLED, f"{name} asks for fewer requests; wait a moment and try again."
        case AccountSuspended():
            code, message = ErrorCode.ACCESS_DENIED, f"{name} does not serve the account: it is unpaid or locked there."
        case AddressUnknown():
            code, message = ErrorCode.ACCESS_DENIED, f"{name} finds nothing at the address that the gateway is set to."
        case Denied():
            code, message = ErrorCode.ACCESS_DENIED, f"{name} refuses the gateway's credentials or scopes."
        case Rejected():
            return from_upstream_code(error.upstream, error.code, path)
        case Broken():
            code, message = ErrorCode.UPSTREAM_BROKEN, f"{name} answered in a form that the gateway cannot read."
        case _:
            code, message = ErrorCode.INTERNAL_SERVER_ERROR, None
    return PublicError(code, message, path=path, upstream=error.upstream)


def from_upstream_code(upstream: UpstreamName, reported: str | None, path: Sequence[str | int] | None) -> PublicError:
    """The public form of an error that an upstream reported with a code of its own."""
    name = UPSTREAM_NAMES.get(upstream, upstream)
    match reported:
        case "THROTTLED":
            code, message = ErrorCode.THROTTLED, f"{name} asks for fewer requests; wait a moment and try again."
        case "ACCESS_DENIED" | "UNAUTHORIZED":
            code = ErrorCode.ACCESS_DENIED
            message = f"{name} refuses the gateway's credentials or scopes for this field."
        case "MAX_COMPLEXITY_EXCEEDED" | "MAX_COST_EXCEEDED":
            code = ErrorCode.MAX_COMPLEXITY_EXCEEDED
            message = f"The operation asks {name} for too much at once: select less."
        case "BAD_REQUEST":
            code = ErrorCode.BAD_REQUEST
            message = f"{name} does not accept an argument of this field: check sizes, cursors and ids."
        case "INTERNAL_SERVER_ERROR":
            code, message = ErrorCode.TRY_LATER, f"{name} failed to answer this; try again."
        case _:
            code = ErrorCode.UPSTREAM_REJECTED
            message = f"{name} does not accept this part of the operation."
    return PublicError(code, message, path=path, upstream=upstream)
