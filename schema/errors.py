"""The public form of errors that an execution meets."""

from graphql import GraphQLError

from clients.errors import UpstreamError
from resolvers.public_errors import UPSTREAM_NAMES, ErrorCode, NotConfigured, PublicError, of_upstream


def of_execution(error: GraphQLError) -> PublicError | None:
    """The public form of an error met while executing; None for a fault of our own."""
    cause = error.original_error
    if isinstance(cause, PublicError):
        return PublicError(cause.code, cause.message, path=error.path, upstream=cause.upstream)
    if isinstance(cause, UpstreamError):
        return of_upstream(cause, error.path)
    if isinstance(cause, NotConfigured):
        name = UPSTREAM_NAMES.get(cause.upstream, cause.upstream)
        message = f"This gateway is not connected to {name}."
        return PublicError(ErrorCode.NOT_CONFIGURED, message, path=error.path, upstream=cause.upstream)
    if cause is None and error.path is None:
        return PublicError(ErrorCode.BAD_USER_INPUT, error.message, locations=error.locations)
    return None
