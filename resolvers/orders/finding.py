"""Finds an order for a guest who knows its number and e-mail address, and orders for staff."""

import re

from clients.admin.order_client import AdminOrders, quoted
from clients.admin.orders import Order, OrderListing
from clients.guard import Terms
from resolvers.orders.marks import PENDING, POS_FAILED, PRINTFUL_FAILED, WARNING

MAX_NAME, MAX_EMAIL = 40, 254
_ORDER_ID = re.compile(r"gid://shopify/Order/[0-9]{1,20}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_ALIKE = 20  # a search finds what is merely alike, too
_MOST_FAILED = 1000
_TAGS_IN_TROUBLE = (PRINTFUL_FAILED, POS_FAILED, PENDING, WARNING)
_IN_TROUBLE = " OR ".join(f"tag:{tag}" for tag in _TAGS_IN_TROUBLE)


async def guests_order(admin: AdminOrders, name: str, email: str, *, terms: Terms) -> Order | None:
    """The order of that name, with or without its `#`, when the address is the buyer's; else None.

    An unknown name costs the same request as a known one with somebody else's address. Raises UpstreamError.
    """
    wanted = _plain(email)
    if not wanted or len(wanted) > MAX_EMAIL:
        return None
    named = await _named(admin, name, terms=terms)
    found = next((each for each in named if each.email is not None and _plain(each.email) == wanted), None)
    if found is None:
        return None
    order = await admin.order(found.id, terms=terms)
    # The search runs behind the orders: what it lists may have changed its address since.
    return order if order is not None and order.email is not None and _plain(order.email) == wanted else None


async def staffs_order(admin: AdminOrders, reference: str, *, terms: Terms) -> Order | None:
    """The order of a global id, a bare one, or a name, None when there is none. Raises UpstreamError."""
    reference = reference.strip()
    if _ORDER_ID.fullmatch(reference):
        return await admin.order(reference, terms=terms)
    if _NUMBER.fullmatch(reference):
        order = await admin.order(f"gid://shopify/Order/{reference}", terms=terms)
        if order is not None:
            return order
    named = await _named(admin, reference, terms=terms)
    return await admin.order(named[-1].id, terms=terms) if named else None


async def orders_in_trouble(admin: AdminOrders, first: int, *, terms: Terms) -> list[OrderListing]:
    """The last orders of which a part failed, waits or has a warning, the newest first. Raises UpstreamError."""
    found = await admin.search(_IN_TROUBLE, limit=_MOST_FAILED, terms=terms)
    return sorted(
        (each for each in found if each.tags.intersection(_TAGS_IN_TROUBLE)),
        key=lambda each: each.created_at,
        reverse=True,
    )[:first]


async def _named(admin: AdminOrders, name: str, *, terms: Terms) -> list[OrderListing]:
    wanted = _plain(name).removeprefix("#")
    if not wanted or len(wanted) > MAX_NAME:
        return []
    query = f"name:{quoted(wanted)} OR name:{quoted('#' + wanted)}"
    found = await admin.search(query, limit=_ALIKE, terms=terms)
    return [each for each in found if _plain(each.name).removeprefix("#") == wanted]


def _plain(text: str) -> str:
    return text.strip().casefold()
