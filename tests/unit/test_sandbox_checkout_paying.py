"""The sandbox's checkout: a cart is paid and becomes an order; and the controls that place and change orders."""

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.cart_orders import BuyerDetails, order_from_cart
from sandbox.cart_records import (
    Attributes,
    Buyer,
    CartGiftCard,
    CartLineRecord,
    CartRecord,
    DeliveryPreference,
    PlaceAddress,
    SelectableAddress,
)
from sandbox.catalogue.shelf import RIVERSIDE
from sandbox.example_orders import ADA
from sandbox.order_life import COUNTER, OrderRefused
from sandbox.order_records import Order
from sandbox.store import Store
from sandbox.storefront.values import gid
from tests.conftest import Ask
from tests.goods import variant

HOME = PlaceAddress(
    address1="101 Example Street",
    city="Austin",
    country_code="US",
    first_name="Ann",
    last_name="Example",
    province_code="TX",
    zip="78701",
)
FORM = {
    "email": "ann@example.com",
    "name": "Ann B. Example",
    "phone": "+15125550100",
    "address1": "1 Sample Road",
    "zip": "78701",
    "city": "Austin",
    "province": "Texas",
    "country": "US",
}


def cart(store: Store, *handles: str, quantity: int = 1, attributes: Attributes = (), **fields: Any) -> CartRecord:
    """A cart with so many of each, under the key `key`."""
    now = store.clock.now()
    made = CartRecord(f"cart-{len(store.carts)}", "key", now, now, **fields)
    made.lines = [
        CartLineRecord(f"line-{number}", f"{number:032x}", variant(store, handle), quantity, attributes)
        for number, handle in enumerate(handles)
    ]
    store.carts[made.token] = made
    return made


def at_home() -> list[SelectableAddress]:
    return [SelectableAddress("home", HOME, selected=True)]


def paid(store: Store, record: CartRecord, *more: Any) -> Order:
    order = order_from_cart(store, record.token, *more)
    assert order is not None
    return order


def ways(order: Order) -> list[tuple[str | None, str, list[str]]]:
    return [
        (part.method, part.location_name, [entry.line.title for entry in part.lines])
        for part in order.fulfillment_orders
    ]


def test_an_order_takes_over_what_the_cart_holds(store: Store) -> None:
    record = cart(
        store,
        "ceramic-mug",
        quantity=2,
        attributes=(("_customArtName", "Cosmic Flow"),),
        addresses=at_home(),
        note="Ring twice",
    )
    record.attributes = (("table", "5"),)
    record.buyer = Buyer(email="ann@example.com", phone="+15125550100")
    order = paid(store, record)

    assert (order.number, order.email, order.phone) == (1005, "ann@example.com", "+15125550100")
    assert (order.attributes, order.note, order.cart_token) == ((("table", "5"),), "Ring twice", record.token)
    assert (order.shipping_address, order.financial_status, order.gateways) == (HOME, "PAID", ["shopify_payments"])
    line = order.lines[0]
    assert (line.title, line.quantity, line.attributes) == ("Ceramic Mug", 2, (("_customArtName", "Cosmic Flow"),))
    assert [(each.title, each.code, each.price) for each in order.shipping_lines] == [
        ("Standard", "standard", Decimal("5.75"))
    ]
    assert order.tax == Decimal("3.63") + Decimal("0.47")


def test_a_cart_ends_with_its_order(store: Store, ask: Ask) -> None:
    record = cart(store, "latte")
    cart_id = gid("Cart", record.token)
    shown = "query ($id: ID!) { cart(id: $id) { id } }"
    assert ask(shown, {"id": cart_id}) == {"cart": {"id": cart_id}}
    paid(store, record)
    assert ask(shown, {"id": cart_id}) == {"cart": None}


def test_parcels_and_what_the_counter_hands_over_go_apart(store: Store) -> None:
    order = paid(store, cart(store, "ceramic-mug", "latte", addresses=at_home()))
    assert ways(order) == [
        ("SHIPPING", "Roastery Warehouse", ["Ceramic Mug"]),
        ("NONE", "Main Street Cafe", ["Latte"]),
    ]


def test_pickups_wait_at_the_chosen_location(store: Store) -> None:
    wish = DeliveryPreference(("PICK_UP",), (str(RIVERSIDE),))
    order = paid(store, cart(store, "ceramic-mug", "latte", buyer=Buyer(country="US", delivery=wish)))
    assert ways(order) == [("PICK_UP", "Riverside Cafe", ["Ceramic Mug", "Latte"])]
    assert order.shipping_address is None
    assert [(each.title, each.price) for each in order.shipping_lines] == [("Riverside Cafe", Decimal(0))]


def test_a_pickup_choice_stays_when_an_address_is_entered(store: Store) -> None:
    record = cart(store, "latte", buyer=Buyer(country="US", delivery=DeliveryPreference((), (str(RIVERSIDE),))))
    order = paid(store, record, "card", BuyerDetails(address=HOME))
    assert ways(order) == [("PICK_UP", "Riverside Cafe", ["Latte"])]


def test_goods_for_the_counter_need_no_address(store: Store) -> None:
    order = paid(store, cart(store, "latte"), "counter")
    assert ways(order) == [("NONE", "Main Street Cafe", ["Latte"])]
    assert (order.shipping_address, order.shipping_lines) == (None, [])
    assert (order.financial_status, order.gateways) == ("PENDING", [COUNTER])


def test_discounts_are_on_the_order_as_they_were_on_the_cart(store: Store) -> None:
    record = cart(store, "ceramic-mug", quantity=2, addresses=at_home(), discount_codes=["WELCOME10", "FREESHIP"])
    order = paid(store, record)
    assert [(each.kind, each.title, each.percentage, each.target) for each in order.discounts] == [
        ("code", "WELCOME10", Decimal(10), "LINE_ITEM"),
        ("code", "FREESHIP", Decimal(100), "SHIPPING_LINE"),
    ]
    assert (order.subtotal, order.shipping, order.shipping_price) == (Decimal("39.60"), Decimal("5.75"), Decimal(0))
    assert [each.used for each in store.discounts.values() if each.code == "WELCOME10"] == [1]


def test_an_order_is_in_the_buyers_currency(store: Store) -> None:
    abroad = PlaceAddress(address1="Beispielweg 7", city="Berlin", country_code="DE", last_name="Beispiel", zip="10115")
    addresses = [SelectableAddress("abroad", abroad, selected=True)]
    order = paid(store, cart(store, "ceramic-mug", addresses=addresses, buyer=Buyer(country="DE")))
    assert (order.currency, order.lines[0].unit_price, order.tax) == ("EUR", Decimal("20.24"), Decimal(0))


def test_a_gift_card_pays_and_has_less_left(store: Store) -> None:
    record = cart(store, "latte")
    card = store.gift_cards["kynda25gift00001"]
    record.gift_cards = [CartGiftCard("1", card)]
    order = paid(store, record)
    assert order.gateways == ["gift_card", "shopify_payments"]  # the card did not know of the tax
    assert card.balance == Decimal("20.50")


def test_the_customers_account_says_who_buys_and_where_it_goes(store: Store) -> None:
    order = paid(store, cart(store, "ceramic-mug", buyer=Buyer(customer_id=ADA)))
    assert (order.customer_id, order.email) == (ADA, "ada@example.com")
    assert order.shipping_address is not None
    assert order.shipping_address.first_name == "Ada"


def test_a_payment_that_fails_changes_nothing(store: Store) -> None:
    record = cart(store, "ceramic-mug")
    before = len(store.orders)
    assert order_from_cart(store, record.token, "fail", BuyerDetails(address=HOME)) is None
    assert (store.carts[record.token], record.addresses, len(store.orders)) == (record, [], before)


def test_a_cart_that_cannot_be_ordered_is_refused_at_checkout(store: Store) -> None:
    sold_out = cart(store, "ceramic-mug", quantity=9999, addresses=at_home())
    town_only = [SelectableAddress("town", PlaceAddress(city="Austin", country_code="US"), selected=True)]
    for token, said in (
        ("nothing", "no such cart"),
        (cart(store).token, "empty"),
        (cart(store, "ceramic-mug").token, "Say where"),
        (cart(store, "ceramic-mug", addresses=town_only).token, "street"),
        (sold_out.token, "sold out"),
    ):
        with pytest.raises(OrderRefused, match=said):
            order_from_cart(store, token)


def checkout(record: CartRecord, key: str = "key") -> str:
    return f"/sandbox/checkout/{record.token}?key={key}"


def values(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))


async def test_the_form_knows_what_the_cart_knows(http: httpx.AsyncClient, store: Store) -> None:
    record = cart(store, "ceramic-mug", addresses=at_home(), buyer=Buyer(email="ann@example.com"))
    page = (await http.get(checkout(record))).text
    known = values(page)
    assert (known["email"], known["name"], known["city"]) == ("ann@example.com", "Ann Example", "Austin")
    assert "Sent by Standard: Ceramic Mug." in page


async def test_a_form_without_a_known_buyer_is_prefilled_too(http: httpx.AsyncClient, store: Store) -> None:
    known = values((await http.get(checkout(cart(store, "ceramic-mug")))).text)
    assert (known["email"], known["name"], known["city"]) == ("dana@example.com", "Dana Sample", "Austin")


async def test_the_form_asks_for_no_address_where_nothing_is_sent(http: httpx.AsyncClient, store: Store) -> None:
    page = (await http.get(checkout(cart(store, "latte")))).text
    assert "address1" not in page
    assert "Handed over at the counter: Latte." in page


async def test_paying_makes_an_order_for_who_is_typed(http: httpx.AsyncClient, store: Store) -> None:
    record = cart(store, "ceramic-mug")
    answer = await http.post(checkout(record), data={**FORM, "payment": "card"})
    order = max(store.orders.values(), key=lambda each: each.number)
    assert (answer.status_code, order.email, order.phone) == (200, "ann@example.com", "+15125550100")
    assert f'href="/sandbox/orders/{order.number}"' in answer.text
    address = order.shipping_address
    assert address is not None
    assert (address.first_name, address.last_name, address.province_code) == ("Ann B.", "Example", "TX")


async def test_paying_twice_shows_the_same_order(http: httpx.AsyncClient, store: Store) -> None:
    record = cart(store, "latte")
    first = await http.post(checkout(record), data={**FORM, "payment": "counter"})
    count = len(store.orders)
    again = await http.post(checkout(record), data={**FORM, "payment": "counter"})
    pages = [re.sub(r'nonce="[^"]+"', "", each.text) for each in (first, again)]
    assert (again.status_code, pages[1], len(store.orders)) == (200, pages[0], count)
    assert "It is paid at the counter." in first.text


async def test_a_failed_payment_leads_back(http: httpx.AsyncClient, store: Store) -> None:
    record = cart(store, "latte")
    answer = await http.post(checkout(record), data={**FORM, "payment": "fail"})
    assert (answer.status_code, record.token in store.carts) == (200, True)
    assert 'href="?key=key"' in answer.text


async def test_an_invalid_form_is_shown_again_with_the_reason(http: httpx.AsyncClient, store: Store) -> None:
    answer = await http.post(checkout(cart(store, "ceramic-mug")), data={**FORM, "zip": "1", "payment": "card"})
    assert (answer.status_code, values(answer.text)["zip"]) == (422, "1")
    assert "postal code is not one" in answer.text


async def test_paying_needs_the_carts_key(http: httpx.AsyncClient, store: Store) -> None:
    record = cart(store, "latte")
    assert (await http.post(checkout(record, "guess"), data={**FORM, "payment": "card"})).status_code == 403
    assert record.token in store.carts


async def test_an_order_is_placed_and_shown(http: httpx.AsyncClient, store: Store) -> None:
    sent = {"lines": [{"sku": "CERMUG-WHITE", "quantity": 2}, {"handle": "latte", "method": "PICK_UP"}], "risk": "HIGH"}
    answer = await http.post("/sandbox/orders", json=sent)
    state = answer.json()
    assert (answer.status_code, state["number"], state["risk"]) == (201, 1005, ["HIGH"])
    assert [each["method"] for each in state["fulfillmentOrders"]] == ["SHIPPING", "PICK_UP"]
    assert (await http.get("/sandbox/orders/1005.json")).json() == state
    assert 'href="/sandbox/orders/1005"' in (await http.get("/sandbox/orders")).text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"lines": []},
        {"lines": [{"handle": "nothing"}]},
        {"lines": [{"handle": "latte", "quantity": 0}]},
        {"lines": [{"handle": "latte", "locationId": 1}]},
        {"lines": [{"handle": "latte"}], "colour": "red"},
    ],
)
async def test_an_order_that_cannot_be_placed_is_refused(http: httpx.AsyncClient, sent: dict[str, Any]) -> None:
    answer = await http.post("/sandbox/orders", json=sent)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_an_order_is_changed_from_outside(http: httpx.AsyncClient, store: Store) -> None:
    placed = {"lines": [{"handle": "ceramic-mug", "quantity": 3}], "paid": False, "routed": False}
    state = (await http.post("/sandbox/orders", json=placed)).json()
    line = str(state["lines"][0]["id"])

    async def act(action: str, **sent: Any) -> dict[str, Any]:
        answer = await http.post(f"/sandbox/orders/{state['number']}/{action}", json=sent)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed

    assert (await act("pay"))["financialStatus"] == "PAID"
    assert len((await act("route"))["fulfillmentOrders"]) == 1
    assert (await act("risk", level="MEDIUM"))["risk"] == ["MEDIUM"]
    assert (await act("hold", reason="OTHER"))["fulfillmentStatus"] == "ON_HOLD"
    assert (await act("release"))["fulfillmentStatus"] == "UNFULFILLED"
    assert (await act("edit", lines={line: 2}, add=[{"handle": "latte"}]))["lines"][0]["currentQuantity"] == 2
    assert (await act("refund", lines={line: 1}))["lines"][0]["currentQuantity"] == 1
    assert (await act("address", city="Dallas", countryCode="US"))["number"] == state["number"]
    assert (await act("fulfill", lines={line: 1}, number="EX1"))["fulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert (await act("deliver"))["fulfillments"][0]["deliveredAt"] is not None


async def test_an_order_is_cancelled_and_a_pickup_prepared_from_outside(http: httpx.AsyncClient) -> None:
    placed = {"lines": [{"handle": "latte"}], "method": "PICK_UP"}
    number = (await http.post("/sandbox/orders", json=placed)).json()["number"]
    prepared = (await http.post(f"/sandbox/orders/{number}/prepare")).json()
    cancelled = (await http.post(f"/sandbox/orders/{number}/cancel", json={"reason": "FRAUD"})).json()
    assert prepared["fulfillmentOrders"][0]["prepared"] is True
    assert (cancelled["cancelReason"], cancelled["financialStatus"]) == ("FRAUD", "REFUNDED")


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("cancel", b'{"reason": "WHIM"}', 400),
        ("refund", b'{"lines": {"1": 1}}', 400),
        ("risk", b'{"level": "ODD"}', 400),
        ("pay", b"{}", 400),
        ("pay", b"[", 400),
        ("pay", b"[]", 400),
        ("dance", b"{}", 404),
    ],
)
async def test_an_impossible_action_on_an_order_is_refused(
    http: httpx.AsyncClient, action: str, body: bytes, status: int
) -> None:
    answer = await http.post(f"/sandbox/orders/1003/{action}", content=body)
    assert answer.status_code == status
    assert answer.json()["error"]


async def test_an_unknown_order_is_404(http: httpx.AsyncClient) -> None:
    assert (await http.get("/sandbox/orders/1.json")).status_code == 404
    assert (await http.post("/sandbox/orders/1/pay")).status_code == 404


async def test_routing_comes_when_the_clock_is_moved_on(http: httpx.AsyncClient, store: Store) -> None:
    late = await http.post("/sandbox/orders/timing", json={"routingAfterSeconds": 3600})
    assert late.json() == {"riskAfterSeconds": 0, "routingAfterSeconds": 3600}
    state = (await http.post("/sandbox/orders", json={"lines": [{"handle": "latte"}]})).json()
    assert state["risk"] == ["LOW"]
    await http.post("/sandbox/clock", json={"advanceSeconds": 3600})
    assert state["fulfillmentOrders"] == []
    assert len(store.orders[state["id"]].fulfillment_orders) == 1
