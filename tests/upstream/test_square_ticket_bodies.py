"""The body of a Square ticket: amounts, names, times and notes, within Square's limits."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clients.errors import Rejected
from clients.pos.orders import (
    FulfillmentType,
    GenericCustomer,
    GenericFulfillment,
    GenericModifier,
    GenericOrder,
    GenericTotals,
)
from clients.pos.square.bodies import ADJUSTMENT, TAX, TIP
from tests.upstream.fake_square import FakeSquare
from tests.upstream.pos_orders import LATTE, LATTES, lattes
from tests.upstream.square_calls import CREATE, connected


async def sent(order: GenericOrder, **options: Any) -> dict[str, Any]:
    """The order in the body that the connector sends."""
    square = FakeSquare()
    await connected(square, **options).send(order)
    (body,) = square.bodies(*CREATE)
    order_sent: dict[str, Any] = body["order"]
    return order_sent


async def details(order: GenericOrder) -> dict[str, Any]:
    (fulfillment,) = (await sent(order))["fulfillments"]
    found: dict[str, Any] = fulfillment["pickup_details"]
    return found


def wished(**changes: Any) -> GenericOrder:
    return lattes(fulfillment=replace(LATTES.fulfillment, **changes))


# What is sent


async def test_a_ticket_has_the_order_and_its_source() -> None:
    order = await sent(LATTES)
    assert order["reference_id"] == "5678901234567"
    assert order["source"] == {"name": "Kynda Online"}
    assert order["ticket_name"] == "#1001 Ana"
    assert order["metadata"] == {"kynda_key": "kynda-order-5678901234567-99"}


async def test_the_ticket_s_key_makes_a_repetition_safe() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    (body,) = square.bodies(*CREATE)
    assert body["idempotency_key"] == LATTES.key


async def test_a_line_has_its_quantity_as_text_and_its_price_in_cents() -> None:
    (line,) = (await sent(LATTES))["line_items"]
    assert line == {
        "name": "Latte",
        "quantity": "2",
        "base_price_money": {"amount": 450, "currency": "USD"},
        "variation_name": "Large",
        "note": "extra hot; Name on the cup: Ana",
        "modifiers": [{"name": "Oat milk", "base_price_money": {"amount": 60, "currency": "USD"}}],
    }


async def test_tax_tip_and_discount_are_exact_amounts() -> None:
    order = await sent(LATTES)
    charges = {each["name"]: each["amount_money"]["amount"] for each in order["service_charges"]}
    assert charges == {TAX: 76, TIP: 200}
    assert [each["amount_money"]["amount"] for each in order["discounts"]] == [100]


async def test_squares_total_is_what_the_guest_paid() -> None:
    square = FakeSquare()
    made = await connected(square).send(LATTES)
    assert square.orders["sq1"]["total_money"] == {"amount": 1196, "currency": "USD"}
    assert made.warning is None


@pytest.mark.parametrize(("grand_total", "charge", "discount"), [("12.00", 4, 100), ("11.90", None, 106)])
async def test_a_difference_between_lines_and_total_is_adjusted(
    grand_total: str, charge: int | None, discount: int
) -> None:
    order = await sent(lattes(totals=replace(LATTES.totals, grand_total=Decimal(grand_total))))
    charges = {each["name"]: each["amount_money"]["amount"] for each in order["service_charges"]}
    assert charges.get(ADJUSTMENT) == charge
    assert [each["amount_money"]["amount"] for each in order["discounts"]] == [discount]


@pytest.mark.parametrize(
    ("currency", "price", "amount"),
    [("USD", "4.505", 451), ("JPY", "450", 450), ("KWD", "1.234", 1234), ("EUR", "0.10", 10)],
)
async def test_amounts_are_in_the_smallest_unit_of_their_currency(currency: str, price: str, amount: int) -> None:
    item = replace(LATTE, quantity=1, unit_price=Decimal(price), modifiers=())
    zero = Decimal(0)
    totals = GenericTotals(Decimal(price), zero, zero, Decimal(price), currency)
    order = await sent(lattes(items=(item,), totals=totals))
    assert order["line_items"][0]["base_price_money"] == {"amount": amount, "currency": currency}


async def test_a_guest_without_a_name_is_called_by_the_order() -> None:
    order = lattes(customer=GenericCustomer("  "))
    assert (await details(order))["recipient"] == {"display_name": "#1001"}


async def test_an_order_called_by_its_name_is_called_so_once() -> None:
    order = await sent(lattes(customer=GenericCustomer("#1001")))
    assert order["ticket_name"] == "#1001"


async def test_a_modifier_is_not_repeated_in_the_notes() -> None:
    item = replace(
        LATTE, modifiers=(GenericModifier("Milk: oat"),), custom_attributes=(("Milk", "oat "), ("Cup", "own"))
    )
    (line,) = (await sent(lattes(items=(item,))))["line_items"]
    assert line["note"] == "extra hot; Cup: own"


async def test_the_recipient_can_be_reached() -> None:
    assert (await details(LATTES))["recipient"] == {
        "display_name": "Ana Example",
        "phone_number": "+15125550123",
        "email_address": "ana@example.com",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "512-555-0100 x42",
        "+1 512 555 0123 ext. 4455667",
        "512-555-0100 DW 42",
        "512-555-0100 / 512-555-0199",
        "512-555-0100 after 5 pm",
    ],
)
async def test_a_number_with_an_extension_or_other_words_goes_into_the_note_as_typed(typed: str) -> None:
    found = await details(lattes(customer=GenericCustomer("Ana", phone=typed)))
    assert "phone_number" not in found["recipient"]
    assert f"Phone {typed}" in found["note"]


async def test_an_invalid_email_address_is_not_sent() -> None:
    found = await details(lattes(customer=GenericCustomer("Ana", email="ask me", phone="n/a")))
    assert found["recipient"] == {"display_name": "Ana"}


async def test_an_order_without_a_time_is_for_as_soon_as_possible() -> None:
    found = await details(LATTES)
    assert (found["schedule_type"], found["prep_time_duration"]) == ("ASAP", "PT15M")
    assert "pickup_at" not in found


async def test_a_requested_time_is_scheduled_in_utc() -> None:
    found = await details(wished(requested_at=datetime.fromisoformat("2026-03-02T12:30:00-06:00")))
    assert (found["schedule_type"], found["pickup_at"]) == ("SCHEDULED", "2026-03-02T18:30:00.000Z")


async def test_a_time_before_the_order_means_as_soon_as_possible() -> None:
    found = await details(wished(requested_at=LATTES.created_at - timedelta(hours=1)))
    assert found["schedule_type"] == "ASAP"


@pytest.mark.parametrize("table", ["5", "Table 5"])
async def test_a_table_is_the_ticket_s_name(table: str) -> None:
    order = await sent(wished(type=FulfillmentType.DINE_IN, table_number=table))
    assert order["ticket_name"] == "Table 5"
    assert "Table 5" in order["fulfillments"][0]["pickup_details"]["note"]


async def test_curbside_states_where_the_car_is() -> None:
    found = await details(wished(is_curbside=True, notes="blue Fiat"))
    assert found["is_curbside_pickup"] is True
    assert found["curbside_pickup_details"] == {"curbside_details": "blue Fiat"}


async def test_the_note_has_the_order_the_request_and_the_notes() -> None:
    order = replace(wished(notes="ring twice", pickup_location=("1", "Main Street")), order_notes="birthday")
    assert (await details(order))["note"] == "Order #1001 · ring twice · birthday · Main Street"


async def test_metadata_has_no_personal_data() -> None:
    order = await sent(LATTES)
    assert "Ana" not in str(order["metadata"])


LONG = "A very long name indeed. " * 30
AWKWARD = {
    "long names": lattes(
        customer=GenericCustomer(LONG, email=f"{'a' * 300}@example.com", phone="0" * 40),
        items=(replace(LATTE, name=LONG, notes=LONG * 5, variant_name=LONG),),
        order_notes=LONG * 3,
        fulfillment=GenericFulfillment(FulfillmentType.DINE_IN, table_number=LONG, notes=LONG, is_curbside=True),
    ),
    "many modifiers": lattes(items=(replace(LATTE, modifiers=(GenericModifier("Syrup", Decimal("0.10")),) * 40),)),
    "odd modifiers": lattes(
        items=(replace(LATTE, modifiers=(GenericModifier("", Decimal("-0.50")), GenericModifier(LONG))),)
    ),
    "emoji": lattes(
        customer=GenericCustomer("👩‍👩‍👧" * 40), items=(replace(LATTE, name="☕️" * 400, notes="🥛" * 1500),)
    ),
    "controls": lattes(customer=GenericCustomer("A\x00n\na"), items=(replace(LATTE, name="\t", sku=None),)),
    "no name, phone or mail": lattes(customer=GenericCustomer("")),
    "yen": lattes(totals=replace(LATTES.totals, currency="JPY")),
    "a thousand": lattes(items=(replace(LATTE, quantity=1000),)),
    "free": lattes(totals=replace(LATTES.totals, grand_total=Decimal(0))),
    "many lines": lattes(items=(LATTE,) * 100),
    "the longest key": lattes(key="k" * 192, external_order_id="1" * 40),
    "delivery": lattes(fulfillment=GenericFulfillment(FulfillmentType.DELIVERY)),
    "a naive time": wished(requested_at=datetime(2026, 3, 2, 12)),  # noqa: DTZ001
}


@pytest.mark.parametrize("order", AWKWARD.values(), ids=AWKWARD)
async def test_awkward_orders_stay_within_the_limits_and_add_up(order: GenericOrder) -> None:
    square = FakeSquare()
    made = await connected(square).send(order)
    assert made.warning is None
    assert made.pos_order_id in await connected(square).changed_since(order.created_at)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "k" * 193},
        {"external_order_id": "1" * 41},
        {"location_id": ""},
        {"items": ()},
        {"items": (replace(LATTE, quantity=0),)},
        {"items": (replace(LATTE, quantity=10**12),)},
        {"items": (replace(LATTE, unit_price=Decimal(-1)),)},
        {"totals": replace(LATTES.totals, grand_total=Decimal(-1))},
    ],
)
async def test_an_impossible_request_is_not_sent(changes: dict[str, Any]) -> None:
    square = FakeSquare()
    with pytest.raises(Rejected):
        await connected(square).send(lattes(**changes))
    assert square.requests == []
