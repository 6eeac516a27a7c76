"""The sweep's searches, and which listed orders need nothing. No I/O.

The two pairs of tables name every display status of Shopify: orders with it are checked, or ignored for a reason.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from clients.admin.order_statuses import PAID, DeliveryMethod, FinancialStatus, OrderFulfillmentStatus
from clients.admin.orders import OrderListing
from resolvers.orders.order_marks import PENDING
from resolvers.print_on_demand import PRINTFUL_VENDOR

FULFILLMENT_CHECKED = frozenset(
    {
        OrderFulfillmentStatus.UNFULFILLED,
        OrderFulfillmentStatus.IN_PROGRESS,  # Shopify's search has no value for it
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
FULFILLMENT_IGNORED: Mapping[str, str] = {
    OrderFulfillmentStatus.FULFILLED: "all of it was sent or handed over; a later event changes the order",
}
FINANCIAL_CHECKED = frozenset(
    {
        FinancialStatus.PAID,
        FinancialStatus.PARTIALLY_PAID,
        FinancialStatus.PARTIALLY_REFUNDED,
        FinancialStatus.REFUNDED,  # a refund need not cancel the goods
        FinancialStatus.AUTHORIZED,
        FinancialStatus.PENDING,  # guests who pay at the counter have tickets
    }
)
FINANCIAL_IGNORED: Mapping[str, str] = {
    FinancialStatus.EXPIRED: "its authorization expired before it was captured; a new payment changes the order",
    FinancialStatus.VOIDED: "its authorization was voided before it was captured; a new payment changes the order",
}

# By exclusion, so that new statuses are found too; Shopify's search has no value for several statuses.
OPEN = "status:open AND NOT fulfillment_status:fulfilled"
PENDING_ORDERS = f"tag:{PENDING}"

_SENT = frozenset({DeliveryMethod.SHIPPING, DeliveryMethod.LOCAL})  # by the shop itself, unless Printful makes it
_VENDOR_LETTERS = re.compile(r"[^a-z]")
_PRINTFULS_NAME = "printful"
_PRINTFULS_SKU = "pful"


def changed_since(moment: datetime) -> str:
    """A search for orders that changed since then."""
    return f"updated_at:>='{moment.strftime('%Y-%m-%dT%H:%M:%SZ')}'"


def needs_nothing(listing: OrderListing) -> bool:
    """Whether an order without a journal has nothing to forward, judged by its listing. False when in doubt."""
    if listing.cancelled_at is not None or listing.financial_status in FINANCIAL_IGNORED:
        return True
    contents = listing.contents
    if contents is None or not contents.is_whole or not contents.methods:
        return False
    return not may_be_print_order(listing) and all(method in _SENT for method in contents.methods)


def may_be_lost(listing: OrderListing) -> bool:
    """Whether an order without a journal has lines that Printful or the counter should have by now."""
    methods = () if listing.contents is None else listing.contents.methods
    if listing.financial_status in PAID and may_be_print_order(listing):
        return True
    is_for_the_counter = any(method not in _SENT for method in methods)
    return is_for_the_counter and listing.financial_status in (PAID | {FinancialStatus.PENDING})


def may_be_print_order(listing: OrderListing) -> bool:
    """Whether a line may be Printful's, by a vendor or SKU that may be misspelt."""
    lines = () if listing.contents is None else listing.contents.lines
    return any(_may_be_printful_line(vendor, sku) for vendor, sku in lines)


def _may_be_printful_line(vendor: str | None, sku: str | None) -> bool:
    name = _VENDOR_LETTERS.sub("", (vendor or PRINTFUL_VENDOR).casefold())
    return name.startswith(_PRINTFULS_NAME) or _PRINTFULS_SKU in (sku or "").casefold()
