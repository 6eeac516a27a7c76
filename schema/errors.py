"""The public form of errors that an execution meets."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from clients.errors import UpstreamError
from clients.upstreams import UpstreamName
from resolvers.public_errors import UPSTREAM_NAMES, ErrorCode, NotConfigured, PublicError, from_upstream


class ShopifyError(PublicError):
    """An error of Storefront, which callers get as Shopify wrote it, except for its path.

    `locations` are left out: they refer to the document that was sent to Shopify.
    """

    def __init__(self, error: Mapping[str, Any], path: Sequence[str | int] | None) -> None:
        super().__init__(
            ErrorCode.UPSTREAM_REJECTED, str(error.get("message", "")), path=path, upstream=UpstreamName.STOREFRONT
        )
        self._error = error

    def formatted(self, request_id: str | None = None) -> dict[str, Any]:
        """Shopify's error. It has Shopify's extensions alone."""
        entry = {key: value for key, value in self._error.items() if key not in ("locations", "path")}
        return entry if self.path is None else {**entry, "path": list(self.path)}


def from_execution(error: GraphQLError) -> PublicError | None:
    """The public form of an error met while executing; None for a fault of our own."""
    cause = error.original_error
    if isinstance(cause, PublicError):
        return PublicError(cause.code, cause.message, path=error.path, upstream=cause.upstream)
    if isinstance(cause, UpstreamError):
        return from_upstream(cause, error.path)
    if isinstance(cause, NotConfigured):
        name = UPSTREAM_NAMES.get(cause.upstream, cause.upstream)
        message = f"This gateway is not connected to {name}."
        return PublicError(ErrorCode.NOT_CONFIGURED, message, path=error.path, upstream=cause.upstream)
    if cause is None and error.path is None:
        return PublicError(ErrorCode.BAD_USER_INPUT, error.message, locations=error.locations)
    return None
