"""The steps of a schedule: orders, their changes, progress at Printful and at the counter, faults and crashes."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import httpx

from sandbox import order_life
from sandbox.cart_records import PlaceAddress
from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE, ROASTERY
from sandbox.designs import design_records
from sandbox.fulfilling import fulfill
from sandbox.order_life import CARD, COUNTER, SOMEWHERE, OrderRefused
from sandbox.order_making import Bought
from sandbox.order_moves import move
from sandbox.order_records import Order, OrderDiscount, OrderLineItem
from sandbox.print_order_records import PrintOrder
from sandbox.printful.order_states import EDITABLE, PrintOrderStates, WrongState
from sandbox.records import ProductVariant
from sandbox.square.refusals import Refusal
from sandbox.square.states import act
from tests.orders.fault_steps import Crash, Fault, SlowSquare, Stop, StoreFault
from tests.orders.order_facts import (
    CHARGES,
    COUNTER_METHODS,
    is_mailed,
    is_served,
    is_wanted,
    print_units,
    ticket_state,
)
from tests.orders.world import PUBLIC_URL, World
from tests.serving import STAFF

ART = [record["fullImageUrl"] for record in design_records(PUBLIC_URL)]
GONE = ("canceled", "archived")
ELSEWHERE = PlaceAddress(
    address1="77 Other Street",
    city="Portland",
    country_code="US",
    first_name="Dana",
    last_name="Sample",
    phone="+15035550123",
    province_code="OR",
    zip="97201",
)
_BAD_SKUS = ("PFUL-04011", "pful-4011", "PFUL-SYNC-", "SHIRT-1")

KINDS = (
    "sync",  # a variant of the shop's Printful store
    "sync far",  # the same, shipped from another location
    "blank",  # a blank of Printful's catalogue with a design of the shop's
    "blank bare",  # ... without one
    "blank forged",  # ... with art that is not the shop's
    "sync with art",  # a contradiction
    "bad sku",
    "own",  # beans that the shop sends itself
    "drink main",
    "drink east",
    "shirt picked up",  # nobody makes it: Printful only ships by mail
    "table",  # a drink for a table
    "sync unsaid",  # Shopify states no delivery method, but an address
    "sync drone",  # with an unknown delivery method
    "sync local",
    "sync digital",
    "own drone",
    "near vendor",  # of a vendor with a misspelt Printful
    "tip",
    "protection",
)
_METHODS: Mapping[str, str | None] = {
    "sync unsaid": None,
    "sync drone": "DRONE",
    "sync local": "LOCAL",
    "sync digital": "NONE",
    "own drone": "DRONE",
}


@dataclass(frozen=True)
class Line:
    kind: str
    quantity: int = 1


@dataclass(frozen=True)
class Place:
    """A new order. `pay` is card, later (by card), counter, authorized or gift card (a part)."""

    lines: tuple[Line, ...]
    pay: str = "card"
    risk: str = "LOW"
    routed: bool = True
    discount: bool = False

    async def take(self, world: World) -> None:
        store = world.store
        goods = [line for line in self.lines if line.kind not in CHARGES] or [Line("drink main")]
        at_a_table = any(line.kind == "table" for line in self.lines)
        order = order_life.place_order(
            store,
            [_bought(world, line) for line in goods],
            gateway=COUNTER if self.pay in ("counter", "gift card") else CARD,
            paid=self.pay == "card",
            authorized=self.pay == "authorized",
            prepaid=Decimal(5) if self.pay == "gift card" else Decimal(0),
            routed=False,
            risk=self.risk,
            attributes={"table": "7"} if at_a_table else {},
            discounts=[OrderDiscount("code", "TEN", percentage=Decimal(10))] if self.discount else (),
        )
        for number, (line, made) in enumerate(zip(goods, order.lines, strict=True)):
            if line.kind == "bad sku":
                made.sku = _BAD_SKUS[(number + len(world.orders)) % len(_BAD_SKUS)]
            if line.kind == "near vendor":
                made.vendor = "Printful DS"
            made.method = _METHODS.get(line.kind, made.method)
        order.lines += [_charge(world, line) for line in self.lines if line.kind in CHARGES]
        if self.routed:
            order_life.route(store, order)
        world.orders.append(order)


def _charge(world: World, line: Line) -> OrderLineItem:
    """A line with a price that needs no production."""
    return OrderLineItem(
        id=world.store.new_id(),
        title=CHARGES[line.kind],
        quantity=1,
        unit_price=Decimal(3),
        requires_shipping=False,
        method="NONE",
        location_id=MAIN_STREET,
    )


def _bought(world: World, line: Line) -> Bought:
    def product(handle: str, number: int = 0) -> ProductVariant:
        found = world.store.product_by_handle(handle)
        assert found is not None
        return found.variants[number]

    art = {"_customArtUrl": ART[line.quantity % len(ART)], "_customArtName": "A design"}
    forged = {"_customArtUrl": "http://localhost:8000/elsewhere/art.png"}
    match line.kind:
        case "sync" | "sync unsaid" | "sync drone" | "sync local" | "sync digital" | "near vendor":
            return Bought(product("roastery-crest-shirt"), line.quantity, (), "SHIPPING", ROASTERY)
        case "sync far":
            return Bought(product("morning-ritual-mug"), line.quantity, (), "SHIPPING", MAIN_STREET)
        case "blank":
            return Bought(product("your-design-hoodie", 1), line.quantity, art, "SHIPPING", ROASTERY)
        case "blank bare" | "bad sku":
            return Bought(product("your-design-mug"), line.quantity, (), "SHIPPING", ROASTERY)
        case "blank forged":
            return Bought(product("your-design-mug", 1), line.quantity, forged, "SHIPPING", ROASTERY)
        case "sync with art":
            return Bought(product("roastery-crest-shirt", 1), line.quantity, art, "SHIPPING", ROASTERY)
        case "own" | "own drone":
            beans = next(p for p in world.store.products.values() if p.product_type == "Coffee Beans")
            return Bought(beans.variants[0], line.quantity, (), "SHIPPING", ROASTERY)
        case "drink main":
            return Bought(product("latte"), line.quantity, {"Milk": "Oat"}, "PICK_UP", MAIN_STREET)
        case "drink east":
            return Bought(product("cortado"), line.quantity, (), "PICK_UP", RIVERSIDE)
        case "shirt picked up":
            return Bought(product("roastery-crest-shirt", 2), line.quantity, (), "PICK_UP", MAIN_STREET)
        case "table":
            return Bought(product("espresso"), line.quantity, (), "NONE", MAIN_STREET)
    raise AssertionError(line.kind)


SHOP_ACTIONS = (
    "pay",
    "route",
    "risk LOW",
    "risk MEDIUM",
    "risk HIGH",
    "cancel",
    "refund a unit",
    "refund a line",
    "refund delivery",
    "one more",
    "one less",
    "add a mug",
    "move",
    "move back",
    "hold",
    "release",
    "note",
    "tag",
    "hand over a unit",
    "fulfill",
    "refund money",
    "another cafe",
    "another cafe anew",
)


@dataclass(frozen=True)
class Shop:
    """Staff, the buyer or Shopify change an order; impossible changes are skipped."""

    action: str
    order: int = 0
    line: int = 0

    async def take(self, world: World) -> None:
        if not world.orders:
            return
        order = world.orders[self.order % len(world.orders)]
        line = order.lines[self.line % len(order.lines)]
        before = {each.id: each.current_quantity for each in order.lines}
        try:
            self._change(world, order, line)
        except OrderRefused:
            return
        history = world.history(order)
        after = {each.id: each.current_quantity for each in order.lines}
        history.edited = history.edited or after != before
        history.reduced = history.reduced or any(after[each] < count for each, count in before.items())
        history.made |= {p.id for p in world.print_orders(order) if p.status not in (*EDITABLE, *GONE)}
        history.was_unwanted = history.was_unwanted or not is_wanted(order)
        history.print_unwanted = history.print_unwanted or not is_wanted(order) or not print_units(world, order)

    def _change(self, world: World, order: Order, line: OrderLineItem) -> None:
        store = world.store
        match self.action:
            case "pay":
                order_life.mark_paid(store, order)
            case "route":
                order_life.route(store, order)
            case "risk LOW" | "risk MEDIUM" | "risk HIGH":
                order_life.assess(store, order, self.action.split()[1])
            case "cancel":
                order_life.cancel(store, order)
            case "refund a unit":
                order_life.refund(store, order, {line: 1})
            case "refund a line":
                order_life.refund(store, order, {line: line.current_quantity})
            case "refund delivery":
                if order.shipping_lines and not order.refunds and order.financial_status == "PAID":
                    order_life.refund(store, order, {}, shipping=Decimal(1))
            case "one more":
                order_life.edit(store, order, {line: line.current_quantity + 1})
            case "one less":
                if line.current_quantity:
                    order_life.edit(store, order, {line: line.current_quantity - 1})
            case "add a mug":
                mug = world.store.product_by_handle("morning-ritual-mug")
                assert mug is not None
                if order.lines[0].method == "SHIPPING":
                    order_life.edit(store, order, {}, [(mug.variants[0], 1, (), "SHIPPING", ROASTERY)])
            case "move" | "move back":
                if order.shipping_address is not None:
                    where = ELSEWHERE if self.action == "move" else SOMEWHERE
                    order_life.change_address(store, order, where)
            case "hold":
                order_life.hold(store, order)
            case "release":
                order_life.release(store, order)
            case "note":
                order.note = "\n".join(filter(None, ["Please wrap it.", order.note]))
                order_life.changed(store, order)
            case "tag":
                if "vip" not in order.tags:
                    order.tags.append("vip")
                order_life.changed(store, order)
            case "hand over a unit":
                _hand_over(world, order)
            case "fulfill":
                _fulfill(world, order)
            case "another cafe" | "another cafe anew":
                _move_to_another_cafe(world, order, as_new=self.action.endswith("anew"))
            case "refund money":
                if order.financial_status == "PAID" and not order.refunds:
                    order_life.refund(store, order, {}, shipping=order.total)


def _move_to_another_cafe(world: World, order: Order, *, as_new: bool) -> None:
    """Staff move a pickup to the other cafe."""
    for part in order.fulfillment_orders:
        if part.method in ("PICK_UP", "NONE") and not part.is_over and part.remaining:
            move(world.store, part, RIVERSIDE if part.location_id == MAIN_STREET else MAIN_STREET, as_new=as_new)
            world.history(order).moved = True
            return


def _hand_over(world: World, order: Order) -> None:
    """Staff give the guest one item and fulfill it in Shopify."""
    for part in order.fulfillment_orders:
        entry = next((each for each in part.lines if each.remaining and is_served(each.line)), None)
        if part.method in COUNTER_METHODS and entry is not None:
            fulfill(world.store, {part: {entry: 1}})
            return


def _fulfill(world: World, order: Order) -> None:
    """Staff or Shopify fulfill the goods to be mailed, although no parcel was sent."""
    part = next((each for each in order.fulfillment_orders if is_mailed(each) and each.remaining), None)
    if part is None:
        return
    made = fulfill(world.store, {part: None})
    history = world.history(order)
    history.reduced = history.edited = True
    for line, units in made.items:
        history.by_hand[line.id] = history.by_hand.get(line.id, 0) + units


PRINTFUL_ACTIONS = (
    "confirm",
    "review",
    "start",
    "ship",
    "ship a unit",
    "ship again",
    "come back",
    "hold",
    "release",
    "fail",
    "cancel",
    "archive",
)


@dataclass(frozen=True)
class Printful:
    """Printful or its staff move an order to another state."""

    action: str
    order: int = 0

    async def take(self, world: World) -> None:
        live = [p for each in world.orders for p in world.print_orders(each) if p.status not in GONE]
        if not live:
            return
        found = live[self.order % len(live)]
        order = next(each for each in world.orders if found in world.print_orders(each))
        history = world.history(order)
        try:
            self._change(PrintOrderStates(world.store), found)
        except WrongState:
            return
        if found.status in GONE:
            history.gone.add(found.id)
        if found.status not in (*EDITABLE, *GONE):  # an edit that has not reached the gateway is too late now
            history.made.add(found.id)

    def _change(self, states: PrintOrderStates, found: PrintOrder) -> None:
        match self.action:
            case "confirm":
                states.confirm(found)
            case "review":
                states.review(found)
            case "start":
                states.start(found)
            case "ship":
                states.ship(found)
            case "ship a unit":
                left = next((each for each in found.items if found.shipped(each) < each.quantity), None)
                if left is not None:
                    states.ship(found, {left.id: 1})
            case "ship again":
                states.ship(found, reshipment=True)
            case "come back":
                if found.shipments:
                    states.returned(found, found.shipments[-1])
            case "hold":
                states.hold(found)
            case "release":
                states.release(found)
            case "fail":
                states.fail(found)
            case "cancel":
                states.cancel(found)
            case "archive":
                states.archive(found)


COUNTER_ACTIONS = ("accept", "ready", "complete", "cancel", "fail", "pay")


@dataclass(frozen=True)
class Counter:
    """The counter moves a ticket to another state."""

    action: str
    ticket: int = 0

    async def take(self, world: World) -> None:
        tickets = [each for each in world.store.square_orders.values() if ticket_state(each) not in TICKET_OVER]
        if not tickets:
            return
        found = tickets[self.ticket % len(tickets)]
        try:
            act(world.store, found.id, self.action)
        except Refusal:
            return
        order = next((each for each in world.orders if str(each.id) == found.content.get("reference_id")), None)
        assert order is not None
        if self.action in ("ready", "complete"):
            world.history(order).ready.add(found.id)
        if self.action in ("cancel", "fail"):
            world.history(order).called_off.add(found.id)


TICKET_OVER = ("CANCELED", "FAILED")


@dataclass(frozen=True)
class Sweep:
    """A manual sweep, which may crash at its `dies_after`-th await."""

    dies_after: int | None = None

    async def take(self, world: World) -> None:
        await world.sweep(dies_after=self.dies_after)


@dataclass(frozen=True)
class Exchange:
    """The buyer returns a unit for a paid mug; an impossible exchange is skipped."""

    order: int = 0
    line: int = 0
    returns: bool = True

    async def take(self, world: World) -> None:
        if not world.orders:
            return
        order = world.orders[self.order % len(world.orders)]
        line = order.lines[self.line % len(order.lines)]
        mug = world.store.product_by_handle("morning-ritual-mug")
        assert mug is not None
        fewer = {line: line.current_quantity - 1} if self.returns and line.current_quantity else {}
        try:
            order_life.edit(world.store, order, fewer, [(mug.variants[0], 1, (), "SHIPPING", ROASTERY)])
            order_life.mark_paid(world.store, order)
        except OrderRefused:
            return
        world.history(order).reduced |= bool(fewer)


@dataclass(frozen=True)
class Forward:
    """Staff forward an order by hand, successfully or not."""

    order: int = 0

    async def take(self, world: World) -> None:
        if not world.orders or world.http is None:
            return
        order = world.orders[self.order % len(world.orders)]
        query = "mutation ($id: ID!) { forwardOrder(id: $id) { id } }"
        body = {"query": query, "variables": {"id": f"gid://shopify/Order/{order.id}"}}
        with suppress(httpx.HTTPError):
            await world.http.post("/graphql", json=body, headers=STAFF)


@dataclass(frozen=True)
class Wait:
    seconds: float

    async def take(self, world: World) -> None:
        await asyncio.sleep(self.seconds)


Step = (
    Place
    | Shop
    | Printful
    | Counter
    | Fault
    | StoreFault
    | SlowSquare
    | Crash
    | Stop
    | Sweep
    | Exchange
    | Forward
    | Wait
)
