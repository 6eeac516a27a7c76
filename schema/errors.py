"""What a caller may learn of a failure: a code from a short list, and a sentence of our own."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, SourceLocation

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
from resolvers.context import NotConfigured

CODES: Mapping[str, str] = {
    "GRAPHQL_PARSE_FAILED": "The document is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The document does not fit the schema.",
    "OPERATION_RESOLUTION_FAILURE": "Several operations were sent, or none of that name: set `operationName`.",
    "BAD_USER_INPUT": "A variable or argument has a value that its type or the field does not allow.",
    "BAD_REQUEST": "An argument has a value that the field does not accept.",
    "METHOD_NOT_ALLOWED": "Send mutations by POST, so that no link can cause one.",
    "FORBIDDEN": "The operation selects staff fields: send the staff token.",
    "NOT_CONFIGURED": "The system that fills this field is not set up.",
    "TRY_LATER": "A system behind the gateway does not answer: try again later.",
    "THROTTLED": "A rate limit is reached, here or in a system behind the gateway: wait and try again.",
    "ACCESS_DENIED": "The gateway is not let in, for example for its credentials or scopes: staff must correct it.",
    "UPSTREAM_REJECTED": "A system behind the gateway refused this part of the operation.",
    "UPSTREAM_BROKEN": "A system behind the gateway sent an answer that the gateway cannot read.",
    "MAX_COMPLEXITY_EXCEEDED": "The operation selects too much at once: select less, or smaller pages.",
    "INTERNAL_SERVER_ERROR": "The gateway itself failed: the request id finds the cause in its log.",
}
"""Every code a caller can meet in `errors[].extensions.code`."""

MAX_MESSAGE = 1_000
"""The characters of an error's message."""

UPSTREAM_NAMES = {
    "storefront": "Shopify",
    "shopify": "Shopify",
    "admin": "Shopify Admin",
    "printful": "Printful",
    "square": "Square",
}


class PublicError(Exception):
    """A failure in the words and with the code that callers get."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: Sequence[str | int] | None = None,
        locations: Sequence[SourceLocation] | None = None,
        upstream: str | None = None,
    ) -> None:
        assert code in CODES, code
        super().__init__(message)
        self.code = code
        # A message quotes what the caller sent, however long that is.
        self.message = message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"
        self.path = path
        self.locations = locations
        self.upstream = upstream

    def formatted(self) -> dict[str, Any]:
        """The entry of a GraphQL answer's `errors`."""
        entry: dict[str, Any] = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": at.line, "column": at.column} for at in self.locations]
        if self.path is not None:
            entry["path"] = list(self.path)
        entry["extensions"] = {"code": self.code} | ({"upstream": self.upstream} if self.upstream else {})
        return entry


class RequestRefused(Exception):
    """The request is not executed at all: the answer has errors and no data."""

    def __init__(self, errors: Sequence[PublicError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def of_upstream(error: UpstreamError, path: Sequence[str | int] | None = None) -> PublicError:
    """The public form of an upstream failure; what the upstream said stays in our log."""
    name = UPSTREAM_NAMES.get(error.upstream, error.upstream)
    match error:
        case Unavailable():
            code, message = "TRY_LATER", f"{name} does not answer at the moment; try again."
        case Throttled():
            code, message = "THROTTLED", f"{name} asks for fewer requests; wait a moment and try again."
        case AccountSuspended():
            code, message = "ACCESS_DENIED", f"{name} does not serve the account: it is unpaid or locked there."
        case AddressUnknown():
            code, message = "ACCESS_DENIED", f"{name} finds nothing at the address that the gateway is set to."
        case Denied():
            code, message = "ACCESS_DENIED", f"{name} refuses the gateway's credentials or scopes."
        case Rejected():
            return of_code(error.upstream, error.code, path)
        case Broken():
            code, message = "UPSTREAM_BROKEN", f"{name} answered in a form that the gateway cannot read."
        case _:
            code, message = "INTERNAL_SERVER_ERROR", CODES["INTERNAL_SERVER_ERROR"]
    return PublicError(code, message, path=path, upstream=error.upstream)


def of_code(upstream: str, code: str | None, path: Sequence[str | int] | None) -> PublicError:
    """The public form of an error that an upstream itself reported with a code of its own."""
    name = UPSTREAM_NAMES.get(upstream, upstream)
    match code:
        case "THROTTLED":
            message = f"{name} asks for fewer requests; wait a moment and try again."
        case "ACCESS_DENIED" | "UNAUTHORIZED":
            code, message = "ACCESS_DENIED", f"{name} refuses the gateway's credentials or scopes for this field."
        case "MAX_COMPLEXITY_EXCEEDED" | "MAX_COST_EXCEEDED":
            code, message = "MAX_COMPLEXITY_EXCEEDED", f"The operation asks {name} for too much at once: select less."
        case "BAD_REQUEST":
            message = f"{name} does not accept an argument of this field: check sizes, cursors and ids."
        case "INTERNAL_SERVER_ERROR":
            code, message = "TRY_LATER", f"{name} failed to answer this; try again."
        case _:
            code, message = "UPSTREAM_REJECTED", f"{name} does not accept this part of the operation."
    return PublicError(code, message, path=path, upstream=upstream)


def of_execution(error: GraphQLError) -> PublicError | None:
    """The public form of an error met while executing; None for a fault of our own, which is logged and masked."""
    cause = error.original_error
    if isinstance(cause, PublicError):
        return PublicError(cause.code, cause.message, path=error.path, upstream=cause.upstream)
    if isinstance(cause, UpstreamError):
        return of_upstream(cause, error.path)
    if isinstance(cause, NotConfigured):
        name = UPSTREAM_NAMES.get(cause.upstream, cause.upstream)
        message = f"This gateway is not connected to {name}."
        return PublicError("NOT_CONFIGURED", message, path=error.path, upstream=cause.upstream)
    if cause is None and error.path is None:
        return PublicError("BAD_USER_INPUT", error.message, locations=error.locations)
    return None
