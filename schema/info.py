"""The type of `info` in resolvers of the schema."""

import strawberry

from resolvers.context import RequestContext

Info = strawberry.Info[RequestContext, None]
