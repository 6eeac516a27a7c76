"""The Square connector: its requests, within Square's limits, and its reading of every kind of answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.budget import Priority
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.pos.orders import (
    FulfillmentType,
    GenericCustomer,
    GenericFulfillment,
    GenericModifier,
    GenericOrder,
    GenericPayment,
    GenericTotals,
    PaymentStatus,
    TicketStatus,
)
from clients.pos.square.bodies import ADJUSTMENT, TAX, TIP
from clients.pos.square.connector import SquareConnector
from clients.timing import Deadline
from tests.upstream.fake_square import TOKEN, FakeSquare, answered, instead, lost, refused
from tests.upstream.pos_orders import AT_COUNTER, LATTE, LATTES, lattes
from tests.virtual_time import PassingTime

CREATE = ("POST", "/v2/orders")
PAYMENTS = ("POST", "/v2/payments")
UPDATE = ("PUT", "/v2/orders/{id}")
SEARCH = ("POST", "/v2/orders/search")


def connected(square: Any, *, token: str = TOKEN, time: PassingTime | None = None, **options: Any) -> SquareConnector:
    transport = square.transport if isinstance(square, FakeSquare) else httpx.MockTransport(square)
    given: dict[str, Any] = {"location_ids": ["LOC1"], "deadline_s": 5.0} | options
    timing = (time or PassingTime()).timing
    return SquareConnector(token=token, base_url="https://square.example", transport=transport, timing=timing, **given)


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


async def test_a_wished_time_is_scheduled_in_utc() -> None:
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


async def test_the_note_names_order_wish_and_notes() -> None:
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


# Making a ticket once


async def test_sending_twice_makes_one_ticket() -> None:
    square = FakeSquare()
    connector = connected(square)
    first, second = await connector.send(LATTES), await connector.send(LATTES)
    assert first.pos_order_id == second.pos_order_id == "square-sq1"
    assert len(square.orders) == len(square.payments) == 1


async def test_an_answer_that_is_lost_makes_no_second_ticket() -> None:
    square = FakeSquare()
    square.faults = [lost]
    made = await connected(square).send(LATTES)
    assert (made.pos_order_id, len(square.orders)) == ("square-sq1", 1)


async def test_an_earlier_attempts_ticket_is_adopted_whatever_its_contents() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    again = await connected(square).send(lattes(order_notes="changed"), may_exist=True)
    assert (again.pos_order_id, again.adopted) == ("square-sq1", True)
    assert len(square.bodies(*CREATE)) == 1


async def test_a_key_used_with_another_body_finds_the_ticket_that_it_made() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    again = await connected(square).send(lattes(order_notes="changed"))
    assert (again.pos_order_id, again.adopted) == ("square-sq1", True)


async def test_a_key_without_its_ticket_is_rejected_with_a_reason() -> None:
    square = FakeSquare()
    square.faults = [instead(refused(400, "IDEMPOTENCY_KEY_REUSED"))]
    with pytest.raises(Rejected, match="key was used") as caught:
        await connected(square).send(LATTES)
    assert caught.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_tickets_of_one_order_are_distinguished() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    other = await connected(square).send(lattes(key="kynda-order-5678901234567-100"), may_exist=True)
    assert (other.pos_order_id, other.adopted) == ("square-sq2", False)


async def test_a_ticket_is_found_on_a_later_page_and_after_the_counter_touched_it() -> None:
    square = FakeSquare(page_size=1)
    for number in range(3):
        await connected(square).send(lattes(key=f"key-{number}"))
    square.move("sq3", "RESERVED")
    found = await connected(square).send(lattes(key="key-2"), may_exist=True)
    assert (found.pos_order_id, found.status) == ("square-sq3", TicketStatus.ACCEPTED)


async def test_a_cancelled_ticket_that_is_found_is_not_paid() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    await connected(square).cancel("square-sq1")
    found = await connected(square).send(LATTES, may_exist=True)
    assert found.status is TicketStatus.CANCELLED
    assert square.payments == []


async def test_a_difference_in_the_total_is_a_warning() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    square.orders["sq1"]["total_money"] = {"amount": 1200, "currency": "USD"}
    again = await connected(square).send(lattes(payment=AT_COUNTER), may_exist=True)
    assert again.warning == "Square shows 12.00 USD instead of 11.96 USD."


async def test_a_ticket_without_its_pickup_is_a_warning() -> None:
    square = FakeSquare()
    square.keeps_fulfillments = False
    made = await connected(square).send(LATTES)
    assert made.warning is not None
    assert "without its pickup" in made.warning


# Payment


async def test_a_paid_order_is_recorded_as_paid_in_shopify() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    (payment,) = square.bodies(*PAYMENTS)
    assert payment.pop("idempotency_key").startswith("kynda-pay-")
    assert payment == {
        "source_id": "EXTERNAL",
        "amount_money": {"amount": 1196, "currency": "USD"},
        "order_id": "sq1",
        "location_id": "LOC1",
        "reference_id": "5678901234567",
        "external_details": {"type": "EXTERNAL", "source": "Shopify", "source_id": "5678901234567"},
    }
    state = await connected(square).status("square-sq1")
    assert state is not None
    assert state.is_paid is True


@pytest.mark.parametrize("status", [PaymentStatus.UNPAID_AT_POS, PaymentStatus.PENDING])
async def test_an_unpaid_order_is_not_recorded_as_paid(status: PaymentStatus) -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=GenericPayment("cash_on_pickup", status)))
    assert square.payments == []


async def test_a_shop_may_choose_not_to_record_payments() -> None:
    square = FakeSquare()
    await connected(square, records_external_payment=False).send(LATTES)
    assert square.payments == []


async def test_a_payment_that_fails_for_the_moment_is_made_by_the_next_attempt() -> None:
    square = FakeSquare()
    down = instead(refused(503, "SERVICE_UNAVAILABLE", "API_ERROR"))
    square.faults = [None, down, down, down]
    with pytest.raises(Unavailable):
        await connected(square).send(LATTES)
    again = await connected(square).send(LATTES, may_exist=True)
    assert (again.adopted, again.warning) == (True, None)
    assert len(square.orders) == len(square.payments) == 1


async def test_paying_a_ticket_pays_what_is_due_without_a_warning() -> None:
    square = FakeSquare()
    made = await connected(square).send(lattes(payment=AT_COUNTER))
    square.orders["sq1"]["total_money"] = {"amount": 700, "currency": "USD"}

    assert await connected(square).pay(made.pos_order_id, LATTES) is None
    [payment] = square.payments
    assert payment["amount_money"]["amount"] == 700


async def test_a_missing_ticket_cannot_be_paid() -> None:
    with pytest.raises(Rejected, match="no such ticket"):
        await connected(FakeSquare()).pay("square-sq1", LATTES)


async def test_a_payment_whose_answer_is_lost_is_not_made_twice() -> None:
    square = FakeSquare()
    square.faults = [None, lost, lost, lost]
    with pytest.raises(Unavailable):
        await connected(square).send(LATTES)
    again = await connected(square).send(LATTES, may_exist=True)
    assert (again.warning, len(square.payments)) == (None, 1)


async def test_a_ticket_that_was_paid_meanwhile_is_done() -> None:
    square = FakeSquare()

    def paid_just_before(act: Callable[[], httpx.Response]) -> httpx.Response:
        act()
        return refused(400, "BAD_REQUEST")

    square.faults = [None, paid_just_before]
    assert (await connected(square).send(LATTES)).warning is None


async def test_a_payment_refused_for_good_leaves_a_ticket_and_a_warning() -> None:
    square = FakeSquare()
    square.faults = [None, instead(refused(400, "VALUE_TOO_LONG"))]
    made = await connected(square).send(LATTES)
    assert made.pos_order_id == "square-sq1"
    assert made.warning == "The ticket could not be recorded as paid (VALUE_TOO_LONG): Square may not show it."


async def test_a_payment_that_square_calls_failed_is_a_warning() -> None:
    square = FakeSquare()
    square.faults = [None, instead(answered(payment={"id": "p1", "status": "FAILED"}))]
    assert "could not be recorded as paid" in ((await connected(square).send(LATTES)).warning or "")


async def test_a_failure_says_when_the_ticket_exists_already() -> None:
    time, square = PassingTime(), FakeSquare()

    def slow(act: Callable[[], httpx.Response]) -> httpx.Response:
        time.now += 9
        return act()

    square.faults = [slow]
    with pytest.raises(Unavailable) as caught:
        await connected(square, time=time).send(LATTES)
    assert caught.value.detail.startswith("ticket square-sq1 is made, its payment is not recorded")
    assert square.payments == []


async def test_a_ticket_that_is_made_never_passes_for_refused() -> None:
    square = FakeSquare()
    square.faults = [None, instead(refused(400, "BAD_REQUEST")), instead(refused(400, "BAD_REQUEST"))]
    with pytest.raises(Unavailable, match="is made"):
        await connected(square).send(LATTES)


async def test_a_failure_is_that_of_the_attempt_that_was_sent() -> None:
    class Oversleeping(PassingTime):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds + 9)

    square = FakeSquare()
    square.faults = [lost]
    with pytest.raises(Unavailable) as caught:
        await connected(square, time=Oversleeping()).send(LATTES)
    assert caught.value.detail == "ReadTimeout"


async def test_an_order_of_zero_is_settled_without_a_payment() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(totals=replace(LATTES.totals, grand_total=Decimal(0))))
    (body,) = square.bodies("POST", "/v2/orders/{id}/pay")
    assert body["payment_ids"] == []
    assert square.payments == []


# Status and changes


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("PROPOSED", TicketStatus.SENT),
        ("RESERVED", TicketStatus.ACCEPTED),
        ("PREPARED", TicketStatus.READY),
        ("COMPLETED", TicketStatus.COMPLETED),
        ("CANCELED", TicketStatus.CANCELLED),
        ("FAILED", TicketStatus.FAILED),
        ("A_NEW_ONE", TicketStatus.UNKNOWN),
    ],
)
async def test_the_fulfillment_s_state_is_the_ticket_s(state: str, status: TicketStatus) -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    square.move("sq1", state)
    found = await connected(square).status("square-sq1")
    assert found is not None
    assert found.status is status


async def test_a_ticket_states_its_order_and_its_total() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    found = await connected(square).status("square-sq1")
    assert found is not None
    assert (found.external_order_id, found.key) == (LATTES.external_order_id, LATTES.key)
    assert (found.total, found.currency, found.version) == (Decimal("11.96"), "USD", 2)
    assert found.updated_at is not None
    assert found.updated_at.tzinfo is not None


@pytest.mark.parametrize("pos_order_id", ["square-gone", "toast-sq1", "square-", "square-../locations/LOC1"])
async def test_a_missing_ticket_is_absent(pos_order_id: str) -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    assert await connected(square).status(pos_order_id) is None


async def test_changes_come_from_all_pages_and_are_only_ours() -> None:
    square = FakeSquare(page_size=1)
    for number in range(3):
        await connected(square).send(lattes(key=f"key-{number}"))
    del square.orders["sq2"]["metadata"]
    changed = await connected(square).changed_since(LATTES.created_at)
    assert sorted(changed) == ["square-sq1", "square-sq3"]


async def test_earlier_changes_are_left_out() -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    assert await connected(square).changed_since(LATTES.created_at + timedelta(days=1)) == {}


async def test_more_locations_than_square_searches_at_once_are_searched_in_parts() -> None:
    square = FakeSquare()
    await connected(square, location_ids=[f"LOC{number}" for number in range(23)]).changed_since(LATTES.created_at)
    assert [len(body["location_ids"]) for body in square.bodies(*SEARCH)] == [10, 10, 3]


async def test_a_cursor_that_leads_in_a_circle_is_a_broken_answer() -> None:
    with pytest.raises(Broken):
        await connected(lambda request: answered(orders=[], cursor="again")).changed_since(LATTES.created_at)


# Cancelling


async def test_cancelling_cancels_the_fulfillment_and_then_the_order() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    cancelled = await connected(square).cancel("square-sq1")
    assert (cancelled.done, cancelled.reason) == (True, None)
    assert square.orders["sq1"]["state"] == "CANCELED"
    assert square.orders["sq1"]["fulfillments"][0]["state"] == "CANCELED"
    first, second = square.bodies(*UPDATE)
    assert "fulfillments" in first["order"]
    assert second["order"]["state"] == "CANCELED"


async def test_cancelling_twice_is_done() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    await connected(square).cancel("square-sq1")
    assert (await connected(square).cancel("square-sq1")).done
    assert len(square.bodies(*UPDATE)) == 2


@pytest.mark.parametrize("refuses_to_cancel_paid_orders", [False, True])
async def test_the_payment_of_a_cancelled_ticket_is_to_be_refunded_by_hand(refuses_to_cancel_paid_orders: bool) -> None:
    square = FakeSquare()
    square.refuses_to_cancel_paid_orders = refuses_to_cancel_paid_orders
    await connected(square).send(LATTES)
    cancelled = await connected(square).cancel("square-sq1")
    assert cancelled.done
    assert "refund it by hand" in (cancelled.reason or "")
    state = await connected(square).status("square-sq1")
    assert state is not None
    assert state.status is TicketStatus.CANCELLED


@pytest.mark.parametrize("state", ["PREPARED", "COMPLETED"])
async def test_a_finished_ticket_cannot_be_cancelled(state: str) -> None:
    square = FakeSquare()
    await connected(square).send(LATTES)
    square.move("sq1", state)
    cancelled = await connected(square).cancel("square-sq1")
    assert not cancelled.done
    assert "too late" in (cancelled.reason or "")
    assert square.bodies(*UPDATE) == []


async def test_a_missing_ticket_cannot_be_cancelled() -> None:
    assert not (await connected(FakeSquare()).cancel("square-gone")).done


async def test_a_ticket_that_changes_meanwhile_is_read_again() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    square.faults = [None, instead(refused(400, "VERSION_MISMATCH"))]
    assert (await connected(square).cancel("square-sq1")).done


async def test_a_ticket_that_is_ready_by_then_is_not_cancelled() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))

    def ready_just_before(act: Callable[[], httpx.Response]) -> httpx.Response:
        square.move("sq1", "PREPARED")
        return act()

    square.faults = [None, ready_just_before]
    assert not (await connected(square).cancel("square-sq1")).done
    assert square.orders["sq1"]["state"] == "OPEN"


async def test_a_ticket_that_keeps_changing_is_retried_later() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    square.faults = [None, instead(refused(400, "VERSION_MISMATCH"))] * 3
    with pytest.raises(Unavailable):
        await connected(square).cancel("square-sq1")


async def test_lost_answers_do_not_keep_a_ticket_from_being_cancelled() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    square.faults = [None, lost, None, None, lost]
    assert (await connected(square).cancel("square-sq1")).done
    assert square.orders["sq1"]["state"] == "CANCELED"


async def test_an_update_without_effect_is_a_failure() -> None:
    square = FakeSquare()
    await connected(square).send(lattes(payment=AT_COUNTER))
    unchanged = answered(order=dict(square.orders["sq1"], fulfillments=[{"uid": "f1", "state": "PROPOSED"}]))
    square.faults = [None, instead(unchanged)]
    with pytest.raises(Broken):
        await connected(square).cancel("square-sq1")


# Health


async def test_square_is_healthy_when_all_locations_are_active() -> None:
    assert (await connected(FakeSquare()).health()).ok


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"location_ids": ["LOC1", "LOC2"]}, "knows no location LOC2"),
        ({"location_ids": []}, "No location"),
        ({"token": "old"}, "refuses our token"),
    ],
)
async def test_set_up_faults_are_reported_with_a_reason(options: dict[str, Any], words: str) -> None:
    health = await connected(FakeSquare(), **options).health()
    assert not health.ok
    assert words in health.detail


async def test_a_location_that_was_closed_is_not_well() -> None:
    square = FakeSquare()
    square.locations["LOC1"] = "INACTIVE"
    assert not (await connected(square).health()).ok


# Failures


async def failure(answer: httpx.Response | Exception) -> UpstreamError:
    def handler(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(UpstreamError) as caught:
        await connected(handler).status("square-sq1", options=CallOptions(Priority.ORDERS))
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(401, "UNAUTHORIZED", "AUTHENTICATION_ERROR"), Denied),
        (refused(403, "INSUFFICIENT_SCOPES", "AUTHENTICATION_ERROR"), Denied),
        (refused(429, "RATE_LIMITED", "RATE_LIMIT_ERROR"), Throttled),
        (refused(500, "INTERNAL_SERVER_ERROR", "API_ERROR"), Unavailable),
        (refused(408, "REQUEST_TIMEOUT", "API_ERROR"), Unavailable),
        (refused(504, "GATEWAY_TIMEOUT", "API_ERROR"), Unavailable),
        (refused(400, "TEMPORARY_ERROR", "API_ERROR"), Unavailable),
        (refused(400, "VALUE_TOO_LONG"), Rejected),
        (httpx.Response(502, text="<html>Bad gateway</html>"), Unavailable),
        (httpx.Response(503, json={"errors": ["down"]}), Unavailable),
        (httpx.Response(404, text="<html>Not found</html>"), Broken),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), Broken),
        (httpx.Response(200, text="<html>Welcome</html>"), Broken),
        (httpx.Response(200, json=[1, 2]), Broken),
        (httpx.Response(200, content=b"\xff\xfe{"), Broken),
        (httpx.Response(200, content=b'{"order":' + b"[" * 5000 + b"]" * 5000 + b"}"), Broken),
        (answered(order=None), Broken),
        (answered(order=5), Broken),
        (answered(order=["sq1"]), Broken),
        (answered(order={"id": 7, "location_id": "LOC1"}), Broken),
        (answered(order={"id": "sq1", "location_id": "LOC1", "fulfillments": 5}), Broken),
        (answered(order={"id": "sq1", "location_id": "LOC1", "fulfillments": ["x"]}), Broken),
        (answered(), Broken),
        (httpx.Response(400, json={"errors": {"code": "BAD_REQUEST"}}), Broken),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.RemoteProtocolError("cut"), Unavailable),
    ],
    ids=str,
)
async def test_every_failure_is_sorted_by_what_can_be_done(answer: Any, kind: type[UpstreamError]) -> None:
    error = await failure(answer)
    assert type(error) is kind
    assert (error.upstream, error.operation) == ("square", "get_order")


async def test_a_rejection_has_squares_code_and_field_and_none_of_its_sentences() -> None:
    error = await failure(refused(400, "VALUE_TOO_LONG", field="order.reference_id"))
    assert isinstance(error, Rejected)
    assert error.code == "VALUE_TOO_LONG"
    assert error.detail == "HTTP 400 VALUE_TOO_LONG order.reference_id"


async def test_an_odd_total_is_unknown_rather_than_wrong() -> None:
    order = {"id": "sq1", "location_id": "LOC1", "total_money": {"amount": "much"}, "updated_at": "soon"}
    found = await connected(lambda request: answered(order=order)).status("square-sq1")
    assert found is not None
    assert (found.total, found.is_paid, found.updated_at) == (None, None, None)


async def test_squares_required_wait_is_passed_on() -> None:
    time, square = PassingTime(), FakeSquare()
    square.faults = [instead(refused(429, "RATE_LIMITED", "RATE_LIMIT_ERROR", retry_after="3"))]
    await connected(square, time=time).health()
    assert sum(time.slept) >= 3


async def test_a_wait_beyond_the_deadline_does_not_start() -> None:
    time, square = PassingTime(), FakeSquare()
    square.faults = [instead(refused(429, "RATE_LIMITED", "RATE_LIMIT_ERROR", retry_after="60"))]
    options = CallOptions(deadline=Deadline.after(5, time.timing.clock))
    connector = connected(square, time=time)
    with pytest.raises(Throttled) as caught:
        await connector.status("square-sq1", options=options)
    assert caught.value.retry_after_s == 60
    assert len(square.requests) == 1


async def test_the_package_itself_does_not_retry() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return refused(409, "CONFLICT")

    with pytest.raises(Rejected):
        await connected(handler).status("square-sq1")
    assert len(seen) == 1


async def test_all_requests_of_a_call_share_its_deadline() -> None:
    time, square = PassingTime(), FakeSquare()

    def slow(act: Callable[[], httpx.Response]) -> httpx.Response:
        time.now += 5
        return act()

    square.faults = [slow, slow]
    with pytest.raises(Unavailable, match="no time is left"):
        await connected(square, time=time).send(LATTES, may_exist=True)


async def test_the_token_is_in_no_error_and_no_representation() -> None:
    error = await failure(refused(401, "UNAUTHORIZED", "AUTHENTICATION_ERROR"))
    assert TOKEN not in f"{error!r} {error}"
