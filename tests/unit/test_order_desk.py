"""What the desk says of an order: whether it needs somebody, why, and until when it is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clients.admin.order_statuses import FinancialStatus, OrderFulfillmentStatus
from clients.admin.orders import OrderListing
from clients.global_ids import global_id
from clients.printful.orders import PrintStatus
from resolvers.orders.desk import Urgency, draft_to_confirm, left_for_later, sent_since, troubles
from resolvers.orders.journal import Attempt, AttemptResult, Journal, PartState, PrintRecord, System, TicketRecord
from resolvers.orders.plan import Confirm, ForwardingRules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AGO = timedelta(minutes=1)


def listing(*tags: str) -> OrderListing:
    return OrderListing(
        id=global_id("Order", 1),
        name="#1",
        created_at=NOW - timedelta(hours=1),
        updated_at=NOW,
        financial_status=FinancialStatus.PAID,
        fulfillment_status=OrderFulfillmentStatus.UNFULFILLED,
        tags=frozenset(tags),
    )


def printed(state: PartState, **values: Any) -> Journal:
    return Journal(print=PrintRecord(state=state, **values), is_new=False)


def draft(**values: Any) -> Journal:
    record = {"order_id": 7, "status": PrintStatus.DRAFT, "forwarded_at": NOW - AGO}
    return printed(PartState.FORWARDED, **record | values)


@pytest.mark.parametrize("state", [PartState.REFUSED, PartState.FAILED])
def test_goods_that_nobody_makes_are_urgent(state: PartState) -> None:
    [note] = troubles(listing(), printed(state, reason="The art is gone."), NOW)

    assert (note.urgency, note.reason) == (Urgency.NOW, "The art is gone.")
    assert "Try again" in note.advice


def test_a_cancelled_order_at_printful_needs_somebody_only_while_the_goods_are_owed() -> None:
    journal = printed(PartState.CANCELLED)

    assert troubles(listing(), journal, NOW) == []
    assert [note.urgency for note in troubles(listing("printful-failed"), journal, NOW)] == [Urgency.NOW]


def test_the_most_urgent_reason_is_first() -> None:
    journal = printed(PartState.FORWARDED, warnings=["It goes by standard shipping."])
    journal.tickets["1"] = TicketRecord(state=PartState.FAILED, reason="There are two tickets.")

    assert [note.urgency for note in troubles(listing(), journal, NOW)] == [Urgency.NOW, Urgency.NOTE]


@pytest.mark.parametrize(("minutes", "needs"), [(14, False), (15, True)])
def test_an_order_pending_for_fifteen_minutes_needs_a_person(minutes: int, needs: bool) -> None:
    journal = printed(PartState.PENDING, reason="Printful does not answer.")
    at = NOW - timedelta(minutes=minutes)
    journal.attempts = [
        Attempt(NOW - timedelta(hours=5), System.PRINTFUL, "create", AttemptResult.DONE),
        Attempt(at, System.PRINTFUL, "create", AttemptResult.DELAYED, "no answer"),
    ]

    assert bool(troubles(listing(), journal, NOW)) is needs
    assert left_for_later(listing(), journal, ForwardingRules()) is not None


def test_an_order_that_waits_for_the_shop_needs_no_person_however_long() -> None:
    journal = printed(PartState.WAITING, reason="Shopify assesses its risk.")

    assert troubles(listing(), journal, NOW + timedelta(days=1)) == []


def test_a_draft_waits_for_staff_unless_the_gateway_confirms_it() -> None:
    hold = ForwardingRules(confirm=Confirm.HOLD, hold_minutes=30)

    assert draft_to_confirm(listing(), draft(), ForwardingRules()) is not None
    assert draft_to_confirm(listing(), draft(), hold) is None
    assert draft_to_confirm(listing(), draft(reason="It was made twice."), hold) is not None
    assert draft_to_confirm(listing(), draft(status=PrintStatus.PENDING), ForwardingRules()) is None
    later = left_for_later(listing(), draft(), hold)
    assert later is not None
    assert later.until == NOW - AGO + timedelta(minutes=30)


def test_only_a_successful_attempt_after_that_time_counts_as_sent() -> None:
    journal = draft()
    journal.attempts = [
        Attempt(NOW - timedelta(days=2), System.POS, "send", AttemptResult.DONE),
        Attempt(NOW - AGO, System.PRINTFUL, "create", AttemptResult.DELAYED),
    ]
    assert sent_since(journal, NOW - timedelta(days=1)) is None
    journal.attempts.append(Attempt(NOW, System.PRINTFUL, "create", AttemptResult.DONE))
    sent = sent_since(journal, NOW - timedelta(days=1))
    assert sent is not None
    assert sent.reason == "Sent to Printful."
