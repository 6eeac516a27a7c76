"""An order put together from what three systems say of it, and how far it is for who ordered it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clients.admin.order_statuses import FulfillmentDisplayStatus
from clients.admin.orders import Fulfillment, FulfillmentOrder, Order, Payment, Tracking
from clients.global_ids import GlobalId
from clients.pos.orders import TicketState, TicketStatus
from clients.printful.orders import PrintItem, PrintOrder, PrintStatus, Shipment
from resolvers.orders.journal import (
    Attempt,
    AttemptResult,
    Journal,
    Parcel,
    PartState,
    PrintRecord,
    System,
    TicketRecord,
)
from resolvers.orders.view import EventKind, OrderStage, PrintView, print_view, step, ticket_views, timeline
from tests.unit.orders_given import NOW, blank, line, line_id, order, parts, pickup, printed

MUG, CAP, BEANS = blank(), printed(), line()


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def parcel(units: dict[int, int], **changes: Any) -> Fulfillment:
    """A fulfillment of these units by bare line id."""
    values: dict[str, Any] = {"status": "SUCCESS", "display_status": "FULFILLED", "created_at": later(10)}
    return Fulfillment(
        id=GlobalId("gid://shopify/Fulfillment/1"), lines={line_id(n): q for n, q in units.items()}, **values | changes
    )


def at_printful(status: str, *shipments: Shipment, **changes: Any) -> PrintOrder:
    items = (PrintItem(1, "21", 1), PrintItem(2, "31", 2))
    return PrintOrder(
        77, "5678901234567", PrintStatus(status), created_at=later(1), items=items, shipments=shipments, **changes
    )


def shipment(units: dict[int, int], number: int = 5, **changes: Any) -> Shipment:
    values: dict[str, Any] = {
        "carrier": "USPS",
        "service": "First",
        "tracking_number": f"EX{number}",
        "tracking_url": f"https://tracking.example/EX{number}",
        "shipped_at": later(20),
        "is_reshipment": False,
    }
    return Shipment(id=number, items=units, **values | changes)


def forwarded(**changes: Any) -> Journal:
    """The journal of an order that Printful has."""
    return Journal(print=PrintRecord(state=PartState.FORWARDED, order_id=77, status="draft", **changes))


def with_ticket(**changes: Any) -> Journal:
    values: dict[str, Any] = {"state": PartState.FORWARDED, "connector": "square", "pos_order_id": "square-a"}
    return Journal(tickets={"201": TicketRecord(**values | changes)})


def how_far(
    given: Order,
    journal: Journal | None = None,
    found: PrintOrder | None = None,
    tickets: Mapping[str, TicketState] | None = None,
) -> OrderStage:
    journal = journal or Journal()
    return step(given, journal, print_view(journal, found), ticket_views(given, journal, tickets or {}))


def kinds_of(given: Order, journal: Journal | None = None, found: PrintOrder | None = None) -> list[EventKind]:
    journal = journal or Journal()
    return [each.kind for each in timeline(given, journal, print_view(journal, found), ())]


class TestShipping:
    @pytest.mark.parametrize("routed", [None, ()])
    def test_a_new_order_is_confirmed(self, routed: tuple[FulfillmentOrder, ...] | None) -> None:
        assert how_far(order(MUG, routed=routed)) is OrderStage.CONFIRMED

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("draft", OrderStage.CONFIRMED),
            ("failed", OrderStage.CONFIRMED),
            ("canceled", OrderStage.CONFIRMED),
            ("pending", OrderStage.PROCESSING),
            ("inprocess", OrderStage.PROCESSING),
            ("onhold", OrderStage.PROCESSING),
            ("something new", OrderStage.PROCESSING),
        ],
    )
    def test_it_is_made_as_soon_as_printful_has_begun(self, status: str, expected: OrderStage) -> None:
        assert how_far(order(MUG), forwarded(), at_printful(status)) is expected

    def test_goods_of_the_shops_own_are_made_when_shopify_says_so(self) -> None:
        assert how_far(order(BEANS, routed=(parts(BEANS, status="IN_PROGRESS"),))) is OrderStage.PROCESSING

    def test_an_order_is_sent_when_all_goods_are(self) -> None:
        both = order(MUG, CAP)

        assert how_far(replace(both, fulfillments=(parcel({21: 1}),))) is OrderStage.PROCESSING
        assert how_far(replace(both, fulfillments=(parcel({21: 1, 31: 1}),))) is OrderStage.SHIPPED

    def test_removed_units_need_not_be_sent(self) -> None:
        less = order(MUG, replace(CAP, current_quantity=0))

        assert how_far(replace(less, fulfillments=(parcel({21: 1}),))) is OrderStage.SHIPPED

    def test_a_parcel_that_was_not_reported_to_shopify_counts_too(self) -> None:
        assert how_far(order(MUG), forwarded(), at_printful("fulfilled", shipment({1: 1}))) is OrderStage.SHIPPED

    def test_a_reshipment_does_not_count_as_additional_goods(self) -> None:
        twice = order(blank(quantity=2))
        found = at_printful("partial", shipment({1: 1}), shipment({1: 1}, 6, is_reshipment=True))

        assert how_far(twice, forwarded(), found) is OrderStage.PROCESSING

    def test_an_order_is_delivered_when_all_parcels_are(self) -> None:
        two = (parcel({21: 1}, delivered_at=later(30)), parcel({31: 1}))

        assert how_far(order(MUG, CAP, fulfillments=two)) is OrderStage.SHIPPED
        there = (two[0], replace(two[1], display_status=FulfillmentDisplayStatus.DELIVERED))
        assert how_far(order(MUG, CAP, fulfillments=there)) is OrderStage.DELIVERED

    def test_a_cancelled_parcel_does_not_count(self) -> None:
        assert how_far(order(MUG, fulfillments=(parcel({21: 1}, status="CANCELLED"),))) is OrderStage.CONFIRMED

    def test_a_cancelled_order_is_cancelled_whatever_else(self) -> None:
        gone = order(MUG, cancelled_at=later(5), fulfillments=(parcel({21: 1}),))

        assert how_far(gone) is OrderStage.CANCELLED

    def test_an_order_of_which_nothing_is_left_is_cancelled(self) -> None:
        nothing = replace(MUG, current_quantity=0)

        assert how_far(order(nothing, routed=(parts(MUG, status="CANCELLED"),))) is OrderStage.CANCELLED


class TestPickup:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (TicketStatus.SENT, OrderStage.PROCESSING),
            (TicketStatus.READY, OrderStage.READY_FOR_PICKUP),
            (TicketStatus.COMPLETED, OrderStage.PICKED_UP),
            (TicketStatus.CANCELLED, OrderStage.CONFIRMED),
        ],
    )
    def test_the_progress_of_a_pickup_comes_from_its_ticket(self, status: TicketStatus, expected: OrderStage) -> None:
        found = {"square-a": TicketState("square-a", status)}

        assert how_far(pickup(BEANS), with_ticket(), tickets=found) is expected

    def test_without_the_ticket_the_progress_comes_from_the_journal(self) -> None:
        assert how_far(pickup(BEANS), with_ticket(status=TicketStatus.READY)) is OrderStage.READY_FOR_PICKUP
        assert how_far(pickup(BEANS), with_ticket(told_ready=True)) is OrderStage.READY_FOR_PICKUP

    def test_without_a_journal_shopify_shows_that_the_order_is_picked_up(self) -> None:
        done = pickup(BEANS, routed=(parts(BEANS, method="PICK_UP", number=201, status="CLOSED", remaining=0),))

        assert how_far(replace(done, fulfillments=(parcel({11: 1}),))) is OrderStage.PICKED_UP

    def test_an_order_is_as_far_as_the_part_that_is_least_far(self) -> None:
        both = order(MUG, BEANS, routed=(parts(MUG), parts(BEANS, method="PICK_UP", number=201)))
        journal = with_ticket()
        journal.print = forwarded().print
        ready = {"square-a": TicketState("square-a", TicketStatus.READY)}

        assert how_far(both, journal, at_printful("draft"), tickets=ready) is OrderStage.CONFIRMED
        assert (
            how_far(both, journal, at_printful("fulfilled", shipment({1: 1})), tickets=ready)
            is OrderStage.READY_FOR_PICKUP
        )


class TestPrintful:
    def test_parcels_are_described_by_lines_of_the_order(self) -> None:
        found = at_printful(
            "partial", shipment({2: 2, 1: 1}), total_cost=Decimal("12.50"), cost_currency="USD",
            dashboard_url="https://dashboard.example/77",
        )  # fmt: skip
        journal = forwarded(parcels={"5": Parcel(returned="moved", returned_at=later(60))})
        shown = print_view(journal, found)

        assert shown is not None
        assert shown.is_fresh
        assert shown.cost is not None
        assert shown.cost.amount == Decimal("12.50")
        [only] = shown.parcels
        assert (only.lines, only.tracking_number, only.returned) == ({"31": 2, "21": 1}, "EX5", "moved")

    def test_the_journal_is_the_fallback_for_printful(self) -> None:
        journal = forwarded(parcels={"5": Parcel({"21": 1}, tracking_number="EX5")})
        shown = print_view(journal, None)

        assert shown is not None
        assert (shown.status, shown.is_fresh) == ("draft", False)
        assert [(each.tracking_number, each.lines) for each in shown.parcels] == [("EX5", {"21": 1})]

    def test_an_order_that_was_not_sent_there_has_no_part_there(self) -> None:
        assert print_view(Journal(), None) is None


class TestTimeline:
    def test_the_timeline_is_sorted_over_all_systems(self) -> None:
        journal = forwarded()
        journal.attempts = [
            Attempt(later(1), System.PRINTFUL, "create", AttemptResult.DONE, "Printful order 77"),
            Attempt(later(25), System.SHOPIFY, "fulfill", AttemptResult.DONE, "parcel 5"),
        ]
        tracked = (Tracking("USPS", "EX5", None),)
        whole = order(
            MUG, fulfillments=(parcel({21: 1}, created_at=later(25), delivered_at=later(90), tracking=tracked),)
        )
        events = timeline(whole, journal, print_view(journal, at_printful("fulfilled", shipment({1: 1}))), ())

        assert [(each.system, each.kind) for each in events] == [
            (System.SHOPIFY, EventKind.PLACED),
            (System.SHOPIFY, EventKind.PAID),
            (System.PRINTFUL, EventKind.PRINT_ORDERED),
            (System.PRINTFUL, EventKind.PRINT_SHIPPED),
            (System.SHOPIFY, EventKind.SHIPPED),
            (System.SHOPIFY, EventKind.DELIVERED),
        ]
        assert [each.at for each in events] == sorted(each.at for each in events)
        assert events[2].text(staff=False) == "The printed goods were ordered from the printer."
        assert events[2].text(staff=True).endswith("Printful order 77.")

    def test_printful_fills_in_what_the_journal_has_dropped(self) -> None:
        assert kinds_of(order(MUG), forwarded(), at_printful("pending")) == [
            EventKind.PLACED,
            EventKind.PAID,
            EventKind.PRINT_ORDERED,
        ]

    def test_an_unpaid_order_was_not_paid(self) -> None:
        assert kinds_of(order(MUG, financial_status="PENDING")) == [EventKind.PLACED]

    def test_an_order_is_paid_when_its_money_came_in(self) -> None:
        paid_later = order(MUG, payments=(Payment(later(3 * 1440)),))

        assert [(each.kind, each.at) for each in timeline(paid_later, Journal(), None, ())] == [
            (EventKind.PLACED, NOW),
            (EventKind.PAID, later(3 * 1440)),
        ]

    def test_a_payment_of_a_part_is_not_the_payment_of_the_order(self) -> None:
        half = order(MUG, financial_status="PARTIALLY_PAID", payments=(Payment(NOW),))

        assert kinds_of(half) == [EventKind.PLACED, EventKind.PARTLY_PAID]

    @pytest.mark.parametrize("status", ["PAID", "PARTIALLY_REFUNDED", "REFUNDED"])
    def test_the_last_of_several_payments_settles_the_order(self, status: str) -> None:
        parts_paid = order(MUG, financial_status=status, payments=(Payment(NOW), Payment(later(30))))

        events = timeline(parts_paid, Journal(), None, ())
        assert [each.kind for each in events] == [EventKind.PLACED, EventKind.PARTLY_PAID, EventKind.PAID]
        assert events[-1].at == later(30)

    @pytest.mark.parametrize("status", ["PENDING", "AUTHORIZED", "VOIDED", "EXPIRED", None])
    def test_an_order_without_a_payment_was_not_paid(self, status: str | None) -> None:
        assert kinds_of(order(MUG, financial_status=status)) == [EventKind.PLACED]

    def test_an_order_that_cost_nothing_is_paid_when_it_is_placed(self) -> None:
        assert kinds_of(order(MUG)) == [EventKind.PLACED, EventKind.PAID]

    def test_failures_are_shown_only_to_staff(self) -> None:
        journal = Journal(attempts=[Attempt(later(1), System.PRINTFUL, "forward", AttemptResult.DELAYED, "no answer")])
        [failed] = [each for each in timeline(order(MUG), journal, None, ()) if each.kind is EventKind.ATTEMPT_FAILED]

        assert failed.for_staff
        assert failed.text(staff=True) == "Printful, forward: delayed. No answer."

    def test_events_of_the_same_second_are_sorted_cause_first(self) -> None:
        journal = Journal(attempts=[Attempt(NOW.replace(microsecond=900), System.POS, "send", AttemptResult.DONE)])
        at_once = pickup(BEANS, fulfillments=(parcel({11: 1}, created_at=NOW),))

        assert kinds_of(at_once, journal) == [
            EventKind.PLACED,
            EventKind.PAID,
            EventKind.TICKET_SENT,
            EventKind.PICKED_UP,
        ]

    def test_a_returned_parcel_sends_a_webhook(self) -> None:
        shown = PrintView(77, "fulfilled", is_fresh=False, parcels=())
        back = print_view(forwarded(parcels={"5": Parcel(returned="moved", returned_at=later(60))}), None)
        assert back is not None
        events = timeline(order(MUG), forwarded(), replace(shown, parcels=back.parcels), ())

        assert events[-1].text(staff=True) == "A parcel came back to the printer. Moved."
