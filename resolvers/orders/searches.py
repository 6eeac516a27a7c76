"""Which orders the sweep searches for, and which of them rest by what the search itself says. No I/O.

The two tables below name every display status that Shopify has. A status is looked at, or at rest for a reason.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from clients.admin.order_statuses import PAID, DeliveryMethod, FinancialStatus, OrderFulfillmentStatus
from clients.admin.orders import OrderListing
from resolvers.orders.order_marks import PENDING
from resolvers.print_on_demand import PRINTFUL_VENDOR

FULFILLMENT_LOOKED_AT = frozenset(
    {
        OrderFulfillmentStatus.UNFULFILLED,
        OrderFulfillmentStatus.IN_PROGRESS,  # no word of Shopify's search finds it
        OrderFulfillmentStatus.PARTIALLY_FULFILLED,
        OrderFulfillmentStatus.ON_HOLD,
        OrderFulfillmentStatus.SCHEDULED,
        OrderFulfillmentStatus.REQUEST_DECLINED,
        OrderFulfillmentStatus.FULFILLMENT_NOT_REQUIRED,
        OrderFulfillmentStatus.OPEN,
        OrderFulfillmentStatus.PENDING_FULFILLMENT,
        OrderFulfillmentStatus.RESTOCKED,
    }
)
FULFILLMENT_AT_REST: Mapping[str, str] = {
    OrderFulfillmentStatus.FULFILLED: "all of it was sent or handed over; what happens to it next changes the order",
}
FINANCIAL_LOOKED_AT = frozenset(
    {
        FinancialStatus.PAID,
        FinancialStatus.PARTIALLY_PAID,
        FinancialStatus.PARTIALLY_REFUNDED,
        FinancialStatus.REFUNDED,  # money may go back while the goods stay wanted
        FinancialStatus.AUTHORIZED,
        FinancialStatus.PENDING,  # guests who pay at the counter have tickets
    }
)
FINANCIAL_AT_REST: Mapping[str, str] = {
    FinancialStatus.EXPIRED: "its payment lapsed before it was taken; paying it anew changes the order",
    FinancialStatus.VOIDED: "its payment was called off before it was taken; paying it anew changes the order",
}

# By exclusion, so that a status that Shopify adds is found: its search has no word for several of those it has.
OPEN = "status:open AND NOT fulfillment_status:fulfilled"
LEFT_FOR_LATER = f"tag:{PENDING}"

_SENT = frozenset({DeliveryMethod.SHIPPING, DeliveryMethod.LOCAL})  # by the shop itself, unless Printful makes it
_VENDOR_LETTERS = re.compile(r"[^a-z]")
_PRINTFULS_NAME = "printful"
_PRINTFULS_SKU = "pful"


def changed_since(moment: datetime) -> str:
    """A search for orders that changed since then."""
    return f"updated_at:>='{moment.strftime('%Y-%m-%dT%H:%M:%SZ')}'"


def rests(listing: OrderListing) -> bool:
    """Whether nothing of an order that was never worked on is ours to forward, by what the search says.

    In doubt it is: then the order is read.
    """
    if listing.cancelled_at is not None or listing.financial_status in FINANCIAL_AT_REST:
        return True
    contents = listing.contents
    if contents is None or not contents.is_whole or not contents.methods:
        return False
    return not is_perhaps_printfuls(listing) and all(method in _SENT for method in contents.methods)


def may_be_lost(listing: OrderListing) -> bool:
    """Whether an order that was never worked on has something that Printful or the counter should have by now."""
    methods = () if listing.contents is None else listing.contents.methods
    if listing.financial_status in PAID and is_perhaps_printfuls(listing):
        return True
    is_for_the_counter = any(method not in _SENT for method in methods)
    return is_for_the_counter and listing.financial_status in (PAID | {FinancialStatus.PENDING})


def is_perhaps_printfuls(listing: OrderListing) -> bool:
    """Whether a line looks as if Printful should make it, misspelt as it may be."""
    lines = () if listing.contents is None else listing.contents.lines
    return any(_looks_like_printfuls(vendor, sku) for vendor, sku in lines)


def _looks_like_printfuls(vendor: str | None, sku: str | None) -> bool:
    name = _VENDOR_LETTERS.sub("", (vendor or PRINTFUL_VENDOR).casefold())
    return name.startswith(_PRINTFULS_NAME) or _PRINTFULS_SKU in (sku or "").casefold()
