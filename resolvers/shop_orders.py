"""Which order a caller may see, and the cache of look-ups that find none."""

import hashlib
import json

from clients.admin.orders import Order
from clients.cache.answers import Fetched
from clients.cache.policies import NEVER
from clients.cache.tags import UNKNOWN_ORDER
from clients.global_ids import GlobalId
from clients.upstreams import UpstreamName
from resolvers.client_limit import TooOften
from resolvers.context import RequestContext
from resolvers.orders import order_lookup
from resolvers.orders.order_reading import OrderReading, StatusCache
from resolvers.orders.service import OrderService
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError

_BYTES_OF_NO_ORDER = 200


def order_service_of(context: RequestContext) -> OrderService:
    """The order service of this process. Raises NotConfigured."""
    if context.services.orders is None:
        raise NotConfigured(UpstreamName.ADMIN)
    return context.services.orders


async def order_of_guest(
    context: RequestContext, name: str, email: str | None, phone: str | None
) -> OrderReading | None:
    """The order of that name, if it was placed with that email address or phone number.

    Guests have a limit of look-ups an hour. Raises PublicError, NotConfigured and UpstreamError.
    """
    if email is None and phone is None:
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Send `email` or `phone`: the one that the order was placed with.")
    service = order_service_of(context)
    if not context.staff:
        _count_lookup(context)
    order = await _order_of_guest(context, service, name, email, phone)
    if order is None:
        return None
    status_cache = None if context.staff else StatusCache(context.request_cache, context.services.policies.order_status)
    return OrderReading.of(service, order, context.options, status_cache)


async def order_by_id(context: RequestContext, order_id: GlobalId) -> OrderReading | None:
    """Any order, for staff. Raises NotConfigured and UpstreamError."""
    service = order_service_of(context)
    order = await order_lookup.order_for_staff(service.admin, order_id, options=context.options)
    return None if order is None else OrderReading.of(service, order, context.options)


def _count_lookup(context: RequestContext) -> None:
    try:
        context.services.order_lookups.take(context.buyer_ip)
    except TooOften as refused:
        raise context.limited(refused.state, "order look-ups") from None


async def _order_of_guest(
    context: RequestContext, service: OrderService, name: str, email: str | None, phone: str | None
) -> Order | None:
    """The guest's order as Shopify has it now. Only its absence is cached, for some seconds.

    The owner of an order can change at any moment, so it is read each time.
    """

    async def fetch() -> Fetched[Order | None]:
        order = await order_lookup.order_for_guest(service.admin, name, email, phone, options=context.options)
        return Fetched(order, (UNKNOWN_ORDER,), _BYTES_OF_NO_ORDER, policy=None if order is None else NEVER)

    policy = None if context.staff else context.services.policies.order_status
    digest = hashlib.sha256(json.dumps([name, email, phone]).encode()).hexdigest()
    return await context.request_cache.read(UpstreamName.ADMIN, ("guests_order", digest), policy, fetch)
