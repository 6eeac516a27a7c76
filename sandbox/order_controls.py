"""The JSON controls of orders: create them, and act as buyers, staff and Shopify."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from sandbox import fulfilling, order_life
from sandbox.cart_records import PlaceAddress
from sandbox.order_life import OrderRefused
from sandbox.order_making import Bought
from sandbox.order_records import Fulfillment, FulfillmentOrder, Order, OrderLineItem
from sandbox.records import ProductVariant
from sandbox.store import Store
from sandbox.storefront.values import gid, timestamp

T = TypeVar("T", bound=BaseModel)
Units = Annotated[int, Field(gt=0, le=10_000)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Method = Literal["LOCAL", "NONE", "PICKUP_POINT", "PICK_UP", "RETAIL", "SHIPPING"]


class Sent(BaseModel):
    """JSON with names in camel case; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Address(Sent):
    """Where an order goes. `country_code` and `province_code` are codes, such as US and TX."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    company: str | None = None
    country_code: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    province_code: str | None = None
    zip: str | None = None

    def record(self) -> PlaceAddress:
        return PlaceAddress(**self.model_dump())


class NewLine(Sent):
    """So many of a variant, named by its SKU or by its product's handle; of a handle it is the first variant."""

    sku: str | None = None
    handle: str | None = None
    quantity: Units = 1
    attributes: dict[str, str] = {}
    method: Method | None = None
    location_id: int | None = None

    def bought(self, store: Store) -> Bought:
        variant = _variant(store, self)
        if variant is None:
            raise OrderRefused(f"there is no product {self.sku or self.handle!r}")
        if self.location_id is not None and self.location_id not in store.locations:
            raise OrderRefused(f"there is no location {self.location_id}")
        return Bought(variant, self.quantity, self.attributes, self.method, self.location_id)


class Delivery(Sent):
    """The delivery that the buyer pays for."""

    title: str
    code: str | None = None
    price: Money = Decimal(0)


class NewOrder(Sent):
    """An order as `place_order` makes it."""

    lines: Annotated[list[NewLine], Field(min_length=1, max_length=500)]
    method: Method = "SHIPPING"
    address: Address | None = None
    shipping: Delivery | None = None
    attributes: dict[str, str] = {}
    gateway: str | None = None
    paid: bool = True
    routed: bool | None = None
    risk: Literal["NONE", "PENDING", "LOW", "MEDIUM", "HIGH"] | None = None
    email: str | None = order_life.SOMEBODYS_EMAIL
    phone: str | None = None
    note: str | None = None
    test: bool = False
    tags: list[str] = []
    authorized: bool = False
    prepaid: Money = Decimal(0)
    tip: Money = Decimal(0)


class Timing(Sent):
    """After how many seconds risk and routing come by themselves; 0: with the order."""

    risk_after_seconds: Annotated[float, Field(ge=0)] | None = None
    routing_after_seconds: Annotated[float, Field(ge=0)] | None = None


class UnitsSent(Sent):
    """How many units of which lines, by the lines' numbers; nothing: all there are."""

    lines: dict[int, Annotated[int, Field(ge=0, le=10_000)]] | None = None


class RefundSent(UnitsSent):
    """A refund of lines, and of a part of the delivery."""

    shipping: Money = Decimal(0)
    restock: bool = True
    note: str | None = None


class EditSent(UnitsSent):
    """New quantities of lines, and added lines."""

    add: list[NewLine] = []


class RiskSent(Sent):
    """One of `RISK_LEVELS`."""

    level: str = "LOW"


class ReasonSent(Sent):
    """A reason, as a value of Admin's enum."""

    reason: str | None = None


class ParcelSent(UnitsSent):
    """The contents of a parcel and its tracking."""

    company: str | None = None
    number: str | None = None
    url: str | None = None


def place(store: Store, sent: Mapping[str, Any]) -> Order:
    """Creates the requested order. Raises OrderRefused."""
    given = _read(NewOrder, sent)
    shipping = given.shipping
    return order_life.place_order(
        store,
        [line.bought(store) for line in given.lines],
        method=given.method,
        shipping_address=given.address.record() if given.address else order_life.SOMEWHERE,
        shipping=(shipping.title, shipping.code or shipping.title, shipping.price)
        if shipping
        else order_life.STANDARD_SHIPPING,
        attributes=given.attributes,
        gateway=given.gateway,
        paid=given.paid,
        routed=given.routed,
        risk=given.risk,
        email=given.email,
        phone=given.phone,
        note=given.note,
        test=given.test,
        tags=given.tags,
        authorized=given.authorized,
        prepaid=given.prepaid,
        tip=given.tip,
    )


def set_timing(store: Store, sent: Mapping[str, Any]) -> dict[str, float]:
    """Sets when risk and routing of new orders come, as far as it is said; how it is now. Raises OrderRefused."""
    given = _read(Timing, sent)
    if given.risk_after_seconds is not None:
        store.risk_after_s = given.risk_after_seconds
    if given.routing_after_seconds is not None:
        store.routing_after_s = given.routing_after_seconds
    return {"riskAfterSeconds": store.risk_after_s, "routingAfterSeconds": store.routing_after_s}


def act(store: Store, order: Order, action: str, sent: Mapping[str, Any]) -> None:
    """Applies one of `ACTIONS` to an order. Raises OrderRefused."""
    ACTIONS[action](store, order, sent)


def _route(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    _read(Sent, sent)
    order_life.route(store, order)


def _assess(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    order_life.assess(store, order, _read(RiskSent, sent).level)


def _pay(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    _read(Sent, sent)
    order_life.mark_paid(store, order)


def _hold(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    order_life.hold(store, order, _read(ReasonSent, sent).reason or "OTHER")


def _release(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    _read(Sent, sent)
    order_life.release(store, order)


def _refund(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    given = _read(RefundSent, sent)
    units = _lines(order, given.lines)
    if given.lines is None:
        units = {line: line.current_quantity for line in order.lines if line.current_quantity}
    order_life.refund(store, order, units, shipping=given.shipping, restock=given.restock, note=given.note)


def _edit(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    given = _read(EditSent, sent)
    order_life.edit(store, order, _lines(order, given.lines), [line.bought(store) for line in given.add])


def _cancel(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    order_life.cancel(store, order, _read(ReasonSent, sent).reason or "CUSTOMER")


def _readdress(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    order_life.change_address(store, order, _read(Address, sent).record())


def _fulfill(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    """By hand, as staff does with goods of the shop's own: one parcel from each place."""
    given = _read(ParcelSent, sent)
    selected = None if given.lines is None else _lines(order, given.lines)
    places: dict[int, dict[FulfillmentOrder, Any]] = {}
    for part in order.fulfillment_orders:
        entries = [entry for entry in part.lines if entry.remaining and (selected is None or selected.get(entry.line))]
        counts = {
            each: each.remaining if selected is None else min(each.remaining, selected[each.line]) for each in entries
        }
        if counts and not part.is_over:
            places.setdefault(part.location_id, {})[part] = counts
    if not places:
        raise OrderRefused("There is nothing left to fulfill.")
    tracking = [(given.number, given.url)] if given.number else []
    for handed in places.values():
        fulfilling.fulfill(store, handed, company=given.company, tracking=tracking)


def _prepare(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    _read(Sent, sent)
    fulfilling.prepare(store, [part for part in order.fulfillment_orders if part.method == "PICK_UP"])


def _deliver(store: Store, order: Order, sent: Mapping[str, Any]) -> None:
    _read(Sent, sent)
    for parcel in order.fulfillments:
        if parcel.succeeded and parcel.delivered_at is None:
            fulfilling.deliver(store, parcel)


ACTIONS: Mapping[str, Callable[[Store, Order, Mapping[str, Any]], None]] = {
    "route": _route,
    "risk": _assess,
    "pay": _pay,
    "hold": _hold,
    "release": _release,
    "refund": _refund,
    "edit": _edit,
    "cancel": _cancel,
    "address": _readdress,
    "fulfill": _fulfill,
    "prepare": _prepare,
    "deliver": _deliver,
}
"""What can be done to an order, by its word in the controls' address."""


def _variant(store: Store, line: NewLine) -> ProductVariant | None:
    if line.sku is not None:
        return next((each for each in store.variants.values() if each.sku == line.sku), None)
    product = store.product_by_handle(line.handle or "")
    return product.variants[0] if product is not None else None


def _lines(order: Order, units: Mapping[int, int] | None) -> dict[OrderLineItem, int]:
    known = {line.id: line for line in order.lines}
    for number in units or ():
        if number not in known:
            raise OrderRefused(f"{order.name} has no line {number}")
    return {known[number]: count for number, count in (units or {}).items()}


def _read(kind: type[T], sent: Mapping[str, Any]) -> T:
    try:
        return kind.model_validate(sent)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise OrderRefused("; ".join(problems)) from None


def order_json(order: Order) -> dict[str, Any]:
    """The state of an order."""
    return {
        "id": order.id,
        "gid": gid("Order", order.id),
        "number": order.number,
        "name": order.name,
        "createdAt": timestamp(order.created_at),
        "updatedAt": timestamp(order.updated_at),
        "cancelledAt": _moment(order.canceled_at),
        "closedAt": _moment(order.closed_at),
        "cancelReason": order.cancel_reason,
        "email": order.email,
        "test": order.test,
        "note": order.note,
        "tags": order.tags,
        "attributes": dict(order.attributes),
        "gateways": order.gateways,
        "currency": order.currency,
        "total": str(order.total),
        "currentTotal": str(order.current_total),
        "refunded": str(order.refunded),
        "financialStatus": order.financial_status,
        "fulfillmentStatus": order.fulfillment_status,
        "risk": [assessment.level for assessment in order.risk],
        "lines": [_line(line) for line in order.lines],
        "fulfillmentOrders": [_part(part) for part in order.fulfillment_orders],
        "fulfillments": [_parcel(parcel) for parcel in order.fulfillments],
        "metafields": {f"{each.namespace}.{each.key}": each.value for each in order.private_metafields},
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


def _line(line: OrderLineItem) -> dict[str, Any]:
    return {
        "id": line.id,
        "title": line.title,
        "variantTitle": line.variant_title,
        "sku": line.sku,
        "vendor": line.vendor,
        "quantity": line.quantity,
        "currentQuantity": line.current_quantity,
        "unitPrice": str(line.unit_price),
        "attributes": dict(line.attributes),
    }


def _part(part: FulfillmentOrder) -> dict[str, Any]:
    return {
        "id": part.id,
        "status": part.status,
        "method": part.method,
        "location": part.location_name,
        "prepared": part.prepared,
        "holds": [hold.reason for hold in part.holds],
        "lines": [
            {"id": entry.id, "line": entry.line.id, "total": entry.total, "remaining": entry.remaining}
            for entry in part.lines
        ],
    }


def _parcel(parcel: Fulfillment) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "succeeded": parcel.succeeded,
        "company": parcel.tracking_company,
        "tracking": [{"number": number, "url": url} for number, url in parcel.tracking],
        "lines": [{"line": line.id, "quantity": quantity} for line, quantity in parcel.items],
        "deliveredAt": _moment(parcel.delivered_at),
    }
