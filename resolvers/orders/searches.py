"""Which orders the sweep searches for, and which of them rest by what the search itself says. No I/O.

The two tables below name every display status that Shopify has. A status is looked at, or at rest for a reason.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from clients.admin.orders import OrderListing
from resolvers.orders.order_marks import PENDING
from resolvers.print_on_demand import PRINTFUL_VENDOR

FULFILLMENT_LOOKED_AT = frozenset(
    {
        "UNFULFILLED",
        "IN_PROGRESS",  # no word of Shopify's search finds it
        "PARTIALLY_FULFILLED",
        "ON_HOLD",
        "SCHEDULED",
        "REQUEST_DECLINED",
        "FULFILLMENT_NOT_REQUIRED",
        "OPEN",
        "PENDING_FULFILLMENT",
        "RESTOCKED",
    }
)
FULFILLMENT_AT_REST: Mapping[str, str] = {
    "FULFILLED": "all of it was sent or handed over; what happens to it afterwards changes the order",
}
FINANCIAL_LOOKED_AT = frozenset(
    {
        "PAID",
        "PARTIALLY_PAID",
        "PARTIALLY_REFUNDED",
        "REFUNDED",  # money may go back while the goods stay wanted
        "AUTHORIZED",
        "PENDING",  # guests who pay at the counter have tickets
    }
)
FINANCIAL_AT_REST: Mapping[str, str] = {
    "EXPIRED": "its payment lapsed before it was taken: nothing is made unless it is paid, which changes the order",
    "VOIDED": "its payment was called off before it was taken: nothing is made unless it is paid, which changes it",
}

# By exclusion, so that a status that Shopify adds is found: its search has no word for several of those it has.
OPEN = "status:open AND NOT fulfillment_status:fulfilled"
LEFT_FOR_LATER = f"tag:{PENDING}"

_SENT = frozenset({"SHIPPING", "LOCAL"})  # by the shop itself, unless Printful makes it
_PAID = ("PAID", "PARTIALLY_REFUNDED")
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
    if listing.financial_status in _PAID and is_perhaps_printfuls(listing):
        return True
    is_for_the_counter = any(method not in _SENT for method in methods)
    return is_for_the_counter and listing.financial_status in (*_PAID, "PENDING")


def is_perhaps_printfuls(listing: OrderListing) -> bool:
    """Whether a line looks as if Printful should make it, misspelt as it may be."""
    lines = () if listing.contents is None else listing.contents.lines
    return any(_looks_like_printfuls(vendor, sku) for vendor, sku in lines)


def _looks_like_printfuls(vendor: str | None, sku: str | None) -> bool:
    name = _VENDOR_LETTERS.sub("", (vendor or PRINTFUL_VENDOR).casefold())
    return name.startswith(_PRINTFULS_NAME) or _PRINTFULS_SKU in (sku or "").casefold()
