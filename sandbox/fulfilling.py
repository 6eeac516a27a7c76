"""How goods of orders are handed over: parcels and their tracking, and pickups that wait at the counter."""

from collections.abc import Mapping, Sequence

from sandbox import order_stock
from sandbox.order_life import OrderRefused, changed, close_if_done
from sandbox.order_records import Fulfillment, FulfillmentOrder, FulfillmentOrderLine
from sandbox.store import Store

# Companies whose tracking pages Shopify knows; what follows is the parcel's number.
TRACKING_PAGES = {
    "DHL": "https://www.dhl.com/en/express/tracking.html?AWB=",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr=",
    "UPS": "https://www.ups.com/track?tracknum=",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
}
Handed = Mapping[FulfillmentOrder, Mapping[FulfillmentOrderLine, int] | None]
"""Fulfillment orders with how many of which of their lines; None: all that is left in it."""


def fulfill(
    store: Store, handed: Handed, *, company: str | None = None, tracking: Sequence[tuple[str, str | None]] = ()
) -> Fulfillment:
    """Fulfills goods of one order from one location. Raises OrderRefused for units that are not left."""
    parts = list(handed)
    if len({part.order.id for part in parts}) != 1:
        raise OrderRefused("All fulfillment orders must belong to the same order.")
    if len({part.location_id for part in parts}) > 1:
        raise OrderRefused("All fulfillment orders must be assigned to the same location.")
    counts: dict[FulfillmentOrderLine, int] = {}
    for part, quantities in handed.items():
        if part.status not in ("OPEN", "IN_PROGRESS"):
            raise OrderRefused(f"Fulfillment order {part.id} has an unfulfillable status= {part.status.lower()}.")
        for entry, count in (quantities or {each: each.remaining for each in part.lines if each.remaining}).items():
            if not 0 < count <= entry.remaining:
                raise OrderRefused("Invalid fulfillment order line item quantity requested.")
            counts[entry] = count
    if not counts:
        raise OrderRefused("There is nothing left to fulfill.")
    order, now = parts[0].order, store.clock.now()
    for entry, count in counts.items():
        entry.remaining -= count
    for part in parts:
        part.status, part.updated_at = "IN_PROGRESS" if part.remaining else "CLOSED", now
    created = Fulfillment(
        store.new_id(),
        [(entry.line, count) for entry, count in counts.items()],
        created_at=now,
        updated_at=now,
        location_id=parts[0].location_id,
        method=parts[0].method,
    )
    created.order = order
    _track(created, company, tracking)
    order.fulfillments.append(created)
    order_stock.hand_over(store, created.items)
    close_if_done(store, order)
    changed(store, order, ("fulfillments/create", created))
    return created


def retrack(
    store: Store, fulfillment: Fulfillment, company: str | None, tracking: Sequence[tuple[str, str | None]]
) -> None:
    """Replaces the tracking of a parcel."""
    _track(fulfillment, company, tracking)
    fulfillment.updated_at = store.clock.now()
    changed(store, fulfillment.order, ("fulfillments/update", fulfillment))


def deliver(store: Store, fulfillment: Fulfillment) -> None:
    """The parcel arrived."""
    fulfillment.delivered_at = fulfillment.updated_at = store.clock.now()
    changed(store, fulfillment.order, ("fulfillments/update", fulfillment))


def prepare(store: Store, parts: Sequence[FulfillmentOrder]) -> None:
    """Marks pickups as ready and notifies their buyers. Raises OrderRefused for anything but a pickup."""
    for part in parts:
        if part.method != "PICK_UP" or part.is_over or part.prepared or not part.remaining:
            raise OrderRefused("There are no line items to prepare for pickup in this fulfillment order.")
    for part in parts:
        part.prepared, part.updated_at = True, store.clock.now()
        changed(store, part.order, ("fulfillment_orders/line_items_prepared_for_pickup", part))


def _track(fulfillment: Fulfillment, company: str | None, tracking: Sequence[tuple[str, str | None]]) -> None:
    page = TRACKING_PAGES.get(company or "")
    fulfillment.tracking_company = company
    fulfillment.tracking = [(number, url or (page + number if page else None)) for number, url in tracking]
