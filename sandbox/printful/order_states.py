"""State transitions of Printful's orders: each step changes the order and sends its webhooks."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sandbox.print_order_records import PrintOrder, PrintShipment
from sandbox.printful.order_bodies import order_body, shipment_body
from sandbox.printful.shipping import Piece, costs, method_of
from sandbox.printful_ids import PRINT_VARIANTS
from sandbox.store import Store

EDITABLE = ("draft", "failed")
CANCELABLE = ("draft", "pending", "failed")
STATUSES: Mapping[str, tuple[str, ...]] = {
    "confirmed": EDITABLE,
    "reviewed": ("pending",),
    "started": ("pending", "inreview"),
    "shipped": ("inprocess", "partial"),
    "shipped again": ("partial", "fulfilled"),
    "put on hold": ("pending", "inreview", "inprocess", "partial"),
    "released": ("onhold",),
    "failed": ("pending", "inreview", "inprocess", "onhold"),
    "canceled": (*CANCELABLE, "inreview", "inprocess", "onhold"),
    "archived": ("draft",),
}
"""The statuses in which something can be done to an order."""
COSTS_TAKE = timedelta(seconds=60)
COSTS_REASON = "The costs of the order are being calculated."
ADDRESS_REASON = "The address of the order could not be verified."
_CARRIER, _SERVICE = "USPS", "USPS Ground Advantage"
_TRACKING = "https://tracking.sandbox.example/{}"


class WrongState(Exception):
    """The step is not possible in the order's state, or the order has no such goods. The text says which."""


class PrintOrderStates:
    """Moves the orders of `store` from state to state, as Printful's staff and machines do."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def created(self, order: PrintOrder) -> None:
        """Stores a new order and computes its costs. While that takes time, the order is on hold."""
        self._store.print_orders[order.id] = order
        if not self._store.printful_async_costs:
            order.costs = costs_of(order)
            self._tell("order_created", order)
            return
        self._tell("order_created", order)
        self._put_hold(order, COSTS_REASON)
        self._store.clock.at(self._store.clock.now() + COSTS_TAKE, lambda: self._costs_are_known(order))

    def changed(self, order: PrintOrder) -> None:
        """The content of an editable order was changed."""
        order.costs = costs_of(order)
        self._touch(order)
        self._tell("order_updated", order)

    def confirm(self, order: PrintOrder) -> None:
        """Submits and pays the order: `pending`."""
        self._check(order, "confirmed")
        if order.costs is None:
            order.costs = costs_of(order)
        order.was_confirmed = True
        order.error = None
        self._move(order, "pending")
        self._tell("order_updated", order)

    def review(self, order: PrintOrder) -> None:
        """Printful reviews the order before accepting it: `inreview`."""
        self._check(order, "reviewed")
        self._move(order, "inreview")
        self._tell("order_updated", order)

    def start(self, order: PrintOrder) -> None:
        """Starts production: `inprocess`."""
        self._check(order, "started")
        self._move(order, "inprocess")
        self._tell("order_updated", order)

    def ship(
        self, order: PrintOrder, items: Mapping[Any, int] | None = None, reshipment: bool = False
    ) -> PrintShipment:
        """Ships these items (by id or external id), or all that are left.

        A reshipment contains items that were shipped before. The order is `partial`, or `fulfilled` once all was
        shipped.
        """
        self._check(order, "shipped again" if reshipment else "shipped")
        content = self._content(order, items, reshipment)
        key = self._store.new_print_id()
        number = f"9400{key:018d}"
        now = self._store.clock.now()
        shipment = PrintShipment(
            key, _CARRIER, _SERVICE, number, _TRACKING.format(number), now, is_reshipment=reshipment, items=content
        )
        order.shipments.append(shipment)
        is_whole = all(order.shipped(each) >= each.quantity for each in order.items)
        self._move(order, "fulfilled" if is_whole else "partial")
        self._tell("package_shipped", order, shipment=shipment_body(shipment))
        self._tell("order_updated", order)
        return shipment

    def returned(self, order: PrintOrder, shipment: PrintShipment, reason: str = "Return to sender") -> None:
        """A parcel came back. The order itself does not show it."""
        if shipment not in order.shipments or shipment.returned is not None:
            raise WrongState("That parcel of the order cannot come back.")
        shipment.returned = reason
        self._tell("package_returned", order, reason=reason, shipment=shipment_body(shipment))

    def hold(self, order: PrintOrder, reason: str = ADDRESS_REASON) -> None:
        """Puts the order on hold: `onhold`."""
        self._check(order, "put on hold")
        self._put_hold(order, reason)

    def hold_approval(self, order: PrintOrder, reason: str = "The design needs to be approved.") -> None:
        """Waits for the shop's approval of a changed design: `onhold`."""
        self._check(order, "put on hold")
        self._begin_hold(order, reason)
        sheet = f"{self._store.public_url}/sandbox/printful/orders/{order.id}"
        file = {
            "confirm_hash": self._store.new_token(),
            "submitted_design": sheet,
            "recommended_design": sheet,
            "approval_sheet": sheet,
        }
        self._tell("order_put_hold_approval", order, reason=reason, approval_files=[file])
        self._tell("order_updated", order)

    def release(self, order: PrintOrder, reason: str = "The hold was removed.") -> None:
        """Continues where the order stood. One that waited for its costs becomes a draft, even with `confirm`."""
        self._check(order, "released")
        if order.costs is None:
            order.costs = costs_of(order)
        status = order.status_before_hold or "draft"
        order.hold_reason = order.status_before_hold = None
        self._move(order, status)
        self._tell("order_remove_hold", order, reason=reason)
        self._tell("order_updated", order)

    def fail(self, order: PrintOrder, reason: str = "The print file could not be fetched.") -> None:
        """Returns the order with an error: `failed`. It can be changed and submitted again."""
        self._check(order, "failed")
        order.error = reason
        order.hold_reason = order.status_before_hold = None
        self._move(order, "failed")
        if order.was_confirmed:
            self._tell("order_failed", order, reason=reason)
        self._tell("order_updated", order)

    def cancel(self, order: PrintOrder, reason: str = "Canceled by the store") -> None:
        """Cancels the order: `canceled`. For a draft only the update webhook is sent."""
        self._check(order, "canceled")
        order.hold_reason = order.status_before_hold = None
        self._move(order, "canceled")
        if order.was_confirmed:
            self._tell("order_canceled", order, reason=reason)
        self._tell("order_updated", order)

    def archive(self, order: PrintOrder) -> None:
        """Deletes a draft manually: `archived`. Only the update webhook is sent."""
        self._check(order, "archived")
        self._move(order, "archived")
        self._tell("order_updated", order)

    def refund(self, order: PrintOrder, amount: Decimal | None = None) -> None:
        """Printful refunds the shop: that amount, or all that is left."""
        if not order.was_confirmed or order.costs is None:
            raise WrongState("The order was not paid.")
        left = order.costs["total"] - order.refunded
        paid_back = left if amount is None else amount
        if not Decimal(0) < paid_back <= left:
            raise WrongState(f"Of the order {left:.2f} can be refunded.")
        order.refunded += paid_back
        self._tell("order_refunded", order, amount=format(paid_back, ".2f"))

    def stock_updated(self, product_id: int, out: list[int], discontinued: list[int]) -> None:
        """Sets the out-of-stock and discontinued blanks of a product; its other blanks are in stock."""
        variants = [each.id for each in PRINT_VARIANTS.values() if each.product_id == product_id]
        if not variants or not {*out, *discontinued} <= {*variants}:
            raise WrongState("Printful has no such product, or it has no such variants.")
        for key in variants:
            gone = "out_of_stock" if key in out else "in_stock"
            self._store.print_stock[key] = "discontinued" if key in discontinued else gone
        stock = {"out": list(out), "discontinued": list(discontinued)}
        self._store.tell_printful("stock_updated", {"product_id": product_id, "variant_stock": stock})

    def _costs_are_known(self, order: PrintOrder) -> None:
        """Makes the order a draft, unless its state has changed meanwhile."""
        if order.status == "onhold" and order.costs is None:
            self.release(order, "The costs of the order were calculated.")

    def _content(self, order: PrintOrder, items: Mapping[Any, int] | None, reshipment: bool) -> dict[int, int]:
        """The quantity of each item in a parcel. Raises WrongState."""
        can_leave = {
            each.id: order.shipped(each) if reshipment else each.quantity - order.shipped(each) for each in order.items
        }
        if items is None:
            content = {key: quantity for key, quantity in can_leave.items() if quantity}
        else:
            content = {}
            for key, quantity in items.items():
                item = order.item(str(key))
                if item is None or not 1 <= quantity <= can_leave[item.id]:
                    raise WrongState(f"Of the item {key} there are not {quantity} to be shipped.")
                content[item.id] = quantity
        if not content:
            raise WrongState("There is nothing to be shipped.")
        return content

    def _put_hold(self, order: PrintOrder, reason: str) -> None:
        self._begin_hold(order, reason)
        self._tell("order_put_hold", order, reason=reason)
        self._tell("order_updated", order)

    def _begin_hold(self, order: PrintOrder, reason: str) -> None:
        order.status_before_hold = order.status
        order.hold_reason = reason
        self._move(order, "onhold")

    def _check(self, order: PrintOrder, done: str) -> None:
        if order.status not in STATUSES[done]:
            raise WrongState(f"An order that is {order.status} cannot be {done}.")

    def _move(self, order: PrintOrder, status: str) -> None:
        order.status = status
        self._touch(order)

    def _touch(self, order: PrintOrder) -> None:
        order.updated_at = self._store.clock.now()

    def _tell(self, kind: str, order: PrintOrder, **about: Any) -> None:
        self._store.tell_printful(kind, {**about, "order": order_body(self._store, order)})


def costs_of(order: PrintOrder) -> dict[str, Decimal]:
    """Printful's costs of the order, in USD."""
    pieces = [Piece(PRINT_VARIANTS[each.variant_id], each.quantity, each.price) for each in order.items]
    country = order.recipient["country_code"] or ""
    return costs(pieces, country, order.recipient["state_code"], method_of(order.shipping))
