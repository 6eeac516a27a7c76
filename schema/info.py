"""How resolvers on the schema see their request."""

import strawberry

from resolvers.context import RequestContext

Info = strawberry.Info[RequestContext, None]
