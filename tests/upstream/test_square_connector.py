"""Sending tickets to Square and recording their payments, each exactly once."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from clients.errors import Rejected, Unavailable
from clients.pos.orders import (
    GenericPayment,
    PaymentStatus,
    TicketStatus,
)
from tests.upstream.fake_square import FakeSquare, answered, instead, lost, refused
from tests.upstream.pos_orders import AT_COUNTER, LATTES, lattes
from tests.upstream.square_calls import CREATE, connected
from tests.virtual_time import PassingTime

PAYMENTS = ("POST", "/v2/payments")


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
