"""A shop's own Storefront schema, in any version, by introspection."""

import orjson
from graphql import GraphQLError, GraphQLSchema, build_client_schema, get_introspection_query

from clients.errors import Broken, Rejected
from clients.guard import PAGE, CallOptions
from clients.storefront.client import UPSTREAM, Storefront, failure
from clients.storefront.wire import WireRequest

_OPERATION = "IntrospectionQuery"
_VERSION_HEADER = "x-shopify-api-version"


async def shops_schema(storefront: Storefront, version: str, *, options: CallOptions = PAGE) -> GraphQLSchema:
    """The schema that the shop serves in a version. Raises UpstreamError; Rejected when another version answers."""
    query = get_introspection_query(descriptions=False, input_value_deprecation=True)
    body = orjson.dumps({"query": query, "operationName": _OPERATION})
    wire = WireRequest(version=version)
    answer = await storefront.forward(_OPERATION, body, buyer_ip=None, idempotent=True, options=options, wire=wire)
    if answer.faults:
        raise failure(_OPERATION, answer.faults[0])
    headers = dict(answer.response.headers) if answer.response is not None else {}
    served = headers.get(_VERSION_HEADER, version)
    if served != version:
        raise Rejected(UPSTREAM, _OPERATION, f"Shopify answered with {served} instead of {version}")
    try:
        return build_client_schema(orjson.loads(answer.data), assume_valid=True)
    except (GraphQLError, KeyError, TypeError, ValueError) as error:
        raise Broken(UPSTREAM, _OPERATION, str(error)) from error
