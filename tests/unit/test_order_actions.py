"""Which actions an order needs, from its plan, its journal and what the systems say. Nothing is sent here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from clients.admin.order_statuses import FinancialStatus
from clients.admin.orders import Order
from clients.errors import Rejected, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.pos.orders import TicketStatus
from clients.upstreams import UpstreamName
from resolvers.orders.action_loop import delay_or_refuse, write_down
from resolvers.orders.actions import actions, may_follow, next_action
from resolvers.orders.journal import Journal, PartState, PrintRecord, TicketRecord
from resolvers.orders.parts import Action
from resolvers.orders.plan import Confirm, ForwardingRules
from resolvers.orders.print_part import PrintPart, goods_digest
from resolvers.orders.settlement import Settlement
from resolvers.orders.ticket_part import TicketPart
from tests.unit.orders_given import NOW, blank, line, order, parts, pickup, planned

KEY = "201"
BOTH = order(blank(), line(), routed=(parts(blank()), parts(line(), method="PICK_UP", number=201)))


def settlement_of(
    given: Order,
    printed: PrintRecord | None = None,
    ticket: TicketRecord | None = None,
    *,
    rules: ForwardingRules | None = None,
    follow: bool = False,
) -> Settlement:
    rules = rules or ForwardingRules()
    journal = Journal(print=printed or PrintRecord(), tickets={KEY: ticket} if ticket else {}, is_new=False)
    options = CallOptions()
    return Settlement(
        given, planned(given, rules=rules), journal, lambda: NOW, options, options, rules, prints=True, follow=follow
    )


def words(settlement: Settlement) -> list[str]:
    return [each.words for each in actions(settlement)]


def forwarded(given: Order, **changes: object) -> PrintRecord:
    """The record of an order that is at Printful as the plan wants it."""
    draft = planned(given).print.draft
    assert draft is not None
    record = PrintRecord(PartState.FORWARDED, order_id=1, status="draft", digest=goods_digest(draft), forwarded_at=NOW)
    return replace(record, **changes)  # type: ignore[arg-type]


def at_the_counter(given: Order, **changes: object) -> TicketRecord:
    """The record of a ticket that is as the plan wants it."""
    [plan] = planned(given).tickets
    record = TicketRecord(
        PartState.FORWARDED,
        connector=plan.connector,
        pos_order_id="square-1",
        status=TicketStatus.SENT,
        digest=plan.digest,
        is_paid=True,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def test_one_list_has_the_actions_of_both_systems() -> None:
    assert words(settlement_of(BOTH)) == ["printful: forward", "pos: send"]


def test_parts_that_are_as_they_should_be_need_no_action() -> None:
    assert words(settlement_of(BOTH, forwarded(BOTH), at_the_counter(BOTH))) == []


def test_the_list_leaves_printful_out_while_it_is_off() -> None:
    settlement = settlement_of(BOTH)
    settlement.prints = False
    assert words(settlement) == ["pos: send"]


def test_deciding_changes_nothing() -> None:
    settlement = settlement_of(BOTH)
    before = settlement.journal.text()
    actions(settlement)
    assert settlement.journal.text() == before


CANCELLED = replace(BOTH, cancelled_at=NOW)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (replace(BOTH, financial_status=FinancialStatus.PENDING), ["printful: wait", "pos: wait"]),
        (replace(BOTH, is_test=True), ["printful: refuse", "pos: refuse"]),
        (CANCELLED, []),
    ],
    ids=["not paid", "test order", "cancelled"],
)
def test_both_systems_follow_the_same_rules_before_anything_is_sent(given: Order, expected: list[str]) -> None:
    assert words(settlement_of(given)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (replace(BOTH, financial_status=FinancialStatus.PENDING), ["printful: find", "pos: find"]),
        (CANCELLED, ["printful: withdraw", "pos: withdraw"]),
        (BOTH, ["printful: forward", "pos: send"]),
    ],
    ids=["not paid", "cancelled", "wanted"],
)
def test_a_possible_creation_is_never_forgotten(given: Order, expected: list[str]) -> None:
    unseen = settlement_of(given, PrintRecord(may_exist=True), TicketRecord(connector="square", may_exist=True))
    assert words(unseen) == expected


def test_sent_parts_are_withdrawn_when_the_order_is_cancelled() -> None:
    settlement = settlement_of(CANCELLED, forwarded(BOTH), at_the_counter(BOTH))
    assert words(settlement) == ["printful: withdraw", "pos: withdraw"]


def test_a_refused_cancellation_is_not_repeated() -> None:
    refused = {"state": PartState.FAILED, "cancel_refused": True}
    settlement = settlement_of(CANCELLED, forwarded(BOTH, **refused), at_the_counter(BOTH, **refused))
    assert words(settlement) == []


def test_an_unconfirmed_creation_is_looked_for_after_a_late_cancellation() -> None:
    settlement = settlement_of(CANCELLED, PrintRecord(may_exist=True, cancel_refused=True))
    assert words(settlement) == ["printful: find"]


def test_a_change_updates_the_print_order_and_renews_the_ticket() -> None:
    settlement = settlement_of(BOTH, forwarded(BOTH, digest="before"), at_the_counter(BOTH, digest="before"))
    assert words(settlement) == ["printful: update", "pos: renew"]


def test_a_change_that_was_refused_is_not_sent_again() -> None:
    draft, [ticket] = planned(BOTH).print.draft, planned(BOTH).tickets
    assert draft is not None
    printed = forwarded(BOTH, digest="before", refused_digest=goods_digest(draft), state=PartState.FAILED)
    there = at_the_counter(BOTH, digest="before", refused_digest=ticket.digest, state=PartState.FAILED)
    assert words(settlement_of(BOTH, printed, there)) == []


def test_both_systems_are_read_again_after_a_webhook() -> None:
    settlement = settlement_of(BOTH, forwarded(BOTH), at_the_counter(BOTH), follow=True)
    assert words(settlement) == ["printful: follow", "pos: follow"]


def test_staff_cancel_a_print_order_that_the_plan_wants() -> None:
    settlement = settlement_of(BOTH, forwarded(BOTH), at_the_counter(BOTH))
    settlement.prints_to_cancel = {0}
    assert words(settlement) == ["printful: withdraw"]
    PrintPart(settlement).end(Action.WITHDRAW)
    assert words(settlement) == []


HOLD = ForwardingRules(confirm=Confirm.HOLD, hold_minutes=30)


@pytest.mark.parametrize(
    ("rules", "minutes_ago", "expected"),
    [
        (ForwardingRules(), 60, []),
        (ForwardingRules(confirm=Confirm.AUTO), 0, ["printful: confirm"]),
        (HOLD, 29, []),
        (HOLD, 30, ["printful: confirm"]),
    ],
    ids=["by hand", "at once", "too early", "in time"],
)
def test_a_draft_is_confirmed_by_the_shops_rule(rules: ForwardingRules, minutes_ago: int, expected: list[str]) -> None:
    mugs = order(blank())
    record = forwarded(mugs, forwarded_at=NOW - timedelta(minutes=minutes_ago))
    assert words(settlement_of(mugs, record, rules=rules)) == expected


def test_a_ticket_that_went_out_unpaid_is_paid_once_the_money_is_there() -> None:
    given = pickup(line())
    assert words(settlement_of(given, ticket=at_the_counter(given, is_paid=False))) == ["pos: pay"]


MAKING = [Action.FORWARD, Action.UPDATE, Action.CONFIRM, Action.SEND, Action.RENEW, Action.PAY]


@pytest.mark.parametrize("before", [Action.FIND, Action.WITHDRAW, Action.SEND, Action.RENEW, Action.PAY, Action.BLOCK])
@pytest.mark.parametrize("action", MAKING)
def test_nothing_is_made_right_after_an_action_whose_outcome_has_to_be_written_first(
    before: Action, action: Action
) -> None:
    assert not may_follow(before, action, was_read=False)


def test_a_print_order_may_be_confirmed_right_after_it_was_forwarded() -> None:
    assert may_follow(Action.FORWARD, Action.CONFIRM, was_read=True)


def test_a_part_that_was_just_read_is_not_read_again() -> None:
    assert not may_follow(Action.FORWARD, Action.FOLLOW, was_read=True)


def test_a_ticket_is_announced_once_before_it_is_made() -> None:
    part = TicketPart(settlement_of(pickup(line())), KEY)
    assert next_action(part) is Action.SEND
    assert part.begin(Action.SEND)
    assert part.record.sending == part.plan.digest
    assert not part.begin(Action.SEND)


PARTS: list[Callable[[Settlement], PrintPart | TicketPart]] = [PrintPart, lambda there: TicketPart(there, KEY)]


@pytest.mark.parametrize("part_of", PARTS, ids=["print order", "ticket"])
class TestWhatCameOfAnAction:
    """Written into the journal by the same rules for both systems."""

    def test_a_failure_before_anything_was_made_is_pending(
        self, part_of: Callable[[Settlement], PrintPart | TicketPart]
    ) -> None:
        part = part_of(settlement_of(BOTH))
        part.begin(Action.FORWARD)
        delay_or_refuse(Action.FORWARD, part, Unavailable(UpstreamName.ADMIN, "create", "HTTP 503"))
        assert part.record.state is PartState.PENDING
        assert part.record.reason == "Admin: HTTP 503"

    def test_a_failure_afterwards_is_followed_up(self, part_of: Callable[[Settlement], PrintPart | TicketPart]) -> None:
        part = part_of(settlement_of(BOTH, forwarded(BOTH), at_the_counter(BOTH)))
        delay_or_refuse(Action.FOLLOW, part, Unavailable(UpstreamName.ADMIN, "read", "HTTP 503"))
        assert (part.record.state, part.record.follow_wanted) == (PartState.FORWARDED, True)

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (Rejected(UpstreamName.ADMIN, "create", "no such thing"), PartState.REFUSED),
            (Rejected(UpstreamName.ADMIN, "create", "no such thing", may_be_done=True), PartState.PENDING),
        ],
        ids=["nothing was made", "an earlier attempt may have been carried out"],
    )
    def test_a_refusal_is_final_only_when_nothing_can_have_been_made(
        self, part_of: Callable[[Settlement], PrintPart | TicketPart], error: UpstreamError, state: PartState
    ) -> None:
        part = part_of(settlement_of(BOTH))
        part.begin(Action.FORWARD)
        delay_or_refuse(Action.FORWARD, part, error)
        assert part.record.state is state
        assert (part.record.refused_digest == part.planned_digest) == (state is PartState.REFUSED)

    def test_a_refused_cancellation_is_remembered(
        self, part_of: Callable[[Settlement], PrintPart | TicketPart]
    ) -> None:
        part = part_of(settlement_of(CANCELLED, forwarded(BOTH), at_the_counter(BOTH)))
        delay_or_refuse(Action.WITHDRAW, part, Rejected(UpstreamName.ADMIN, "cancel", "too late"))
        assert (part.record.state, part.record.cancel_refused) == (PartState.FAILED, True)

    def test_a_refusal_is_recorded_with_its_reason(
        self, part_of: Callable[[Settlement], PrintPart | TicketPart]
    ) -> None:
        part = part_of(settlement_of(replace(BOTH, is_test=True)))
        part.begin(Action.REFUSE)
        write_down(Action.REFUSE, part)
        assert (part.record.state, part.record.reason) == (PartState.REFUSED, part.plan.reason)
        assert next_action(part) is Action.REST
