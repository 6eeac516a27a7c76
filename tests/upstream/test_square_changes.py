"""Square's tickets after they were sent: their states, their changes, and cancelling them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from clients.errors import Broken, Unavailable
from clients.pos.orders import (
    TicketStatus,
)
from tests.upstream.fake_square import FakeSquare, answered, instead, lost, refused
from tests.upstream.pos_orders import AT_COUNTER, LATTES, lattes
from tests.upstream.square_calls import connected

UPDATE = ("PUT", "/v2/orders/{id}")
SEARCH = ("POST", "/v2/orders/search")


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
