"""Whether an order goes out, and how it is split."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clients.admin.orders import Order
from clients.pos.orders import PaymentStatus, PosRoutes
from resolvers.orders.plan import ForwardingRules, Readiness
from tests.unit.orders_given import NOW, blank, fulfilled, line, order, parts, pickup, planned, printed

COUNTER = ForwardingRules(counter_gateways=frozenset({"cash on delivery (cod)"}))
AT_THE_COUNTER = {"financial_status": "PENDING", "gateways": ("Cash on Delivery (COD)",)}


def print_units(given: Order, shipped: dict[str, int] | None = None) -> dict[str, int]:
    draft = planned(given, shipped=shipped).print.draft
    return {} if draft is None else {item.external_id: item.quantity for item in draft.items}


def test_a_paid_order_of_printfuls_goods_is_ready_under_its_bare_number() -> None:
    plan = planned(order(blank())).print
    assert plan.readiness is Readiness.READY
    assert plan.draft is not None
    assert (plan.draft.external_id, plan.draft.order_name) == ("5678901234567", "#1001")
    assert len(plan.draft.external_id) <= 32


def test_the_same_order_gives_the_same_plan() -> None:
    given = order(blank(), printed(), line(), routed=(parts(blank(), printed()), parts(line(), method="PICK_UP")))
    assert planned(given) == planned(given)


@pytest.mark.parametrize("status", ["PENDING", "AUTHORIZED", "PARTIALLY_PAID", None])
def test_an_unpaid_order_waits(status: str | None) -> None:
    plan = planned(order(blank(), financial_status=status))
    assert plan.print.readiness is Readiness.WAITING
    assert "not paid" in (plan.print.reason or "")
    ticket = planned(pickup(line(), financial_status=status)).tickets[0]
    assert ticket.readiness is Readiness.WAITING


@pytest.mark.parametrize(
    "changes", [{"cancelled_at": NOW}, *({"financial_status": s} for s in ("REFUNDED", "VOIDED", "EXPIRED"))]
)
def test_cancelled_or_refunded_units_are_not_planned(changes: dict[str, Any]) -> None:
    assert planned(order(blank(), **changes)).print.readiness is Readiness.NOTHING
    assert [each.readiness for each in planned(pickup(line(), **changes)).tickets] == [Readiness.NOTHING]


def test_a_partly_refunded_order_goes_on_with_what_is_left() -> None:
    given = order(
        blank(21, 3, current_quantity=2), printed(31, 1, current_quantity=0), financial_status="PARTIALLY_REFUNDED"
    )
    assert print_units(given) == {"21": 2}


def test_nothing_for_us_is_nothing() -> None:
    plan = planned(order(line()))
    assert plan.print.readiness is Readiness.NOTHING
    assert plan.tickets == ()


def test_an_order_that_is_not_routed_waits() -> None:
    plan = planned(order(blank(), routed=()))
    assert plan.print.readiness is Readiness.WAITING
    assert "routed" in (plan.print.reason or "")


def test_goods_that_may_yet_be_routed_to_the_counter_wait_where_there_is_one() -> None:
    given = order(line(), routed=())
    assert planned(given).print.readiness is Readiness.WAITING
    assert planned(given, routes=PosRoutes()).print.readiness is Readiness.NOTHING


def test_a_line_added_by_an_edit_waits_for_its_routing() -> None:
    assert planned(order(blank(21), blank(22), routed=(parts(blank(21)),))).print.readiness is Readiness.WAITING


def test_a_risk_that_is_being_assessed_makes_it_wait() -> None:
    assert planned(order(blank(), risk_is_pending=True)).print.readiness is Readiness.WAITING
    assert planned(pickup(line(), risk_is_pending=True)).tickets[0].readiness is Readiness.WAITING


@pytest.mark.parametrize("changes", [{"risk": "CANCEL"}, {"risk_is_high": True}])
def test_orders_flagged_as_fraud_are_refused(changes: dict[str, Any]) -> None:
    assert planned(order(blank(), **changes)).print.readiness is Readiness.REFUSED
    assert planned(pickup(line(), **changes)).tickets[0].readiness is Readiness.REFUSED


def test_a_doubtful_order_becomes_a_draft_that_is_not_confirmed_by_itself() -> None:
    plan = planned(order(blank(), risk="INVESTIGATE")).print
    assert plan.readiness is Readiness.READY
    assert plan.unconfirmable


def test_a_test_order_is_refused_unless_the_shop_wants_it_and_is_never_confirmed_by_itself() -> None:
    given = order(blank(), is_test=True)
    assert planned(given).print.readiness is Readiness.REFUSED
    wanted = planned(given, rules=ForwardingRules(forwards_test_orders=True)).print
    assert wanted.readiness is Readiness.READY
    assert wanted.unconfirmable


@pytest.mark.parametrize("status", ["ON_HOLD", "SCHEDULED"])
def test_a_hold_makes_it_wait(status: str) -> None:
    held = parts(blank(), status=status, holds=("INCORRECT_ADDRESS",))
    assert planned(order(blank(), routed=(held,))).print.readiness is Readiness.WAITING
    at_counter = parts(line(), status=status, holds=("INCORRECT_ADDRESS",), method="PICK_UP")
    assert planned(pickup(line(), routed=(at_counter,))).tickets[0].readiness is Readiness.WAITING


def test_a_hold_on_other_goods_holds_back_nothing_of_ours() -> None:
    routed = (parts(blank()), parts(line(), number=102, status="ON_HOLD"))
    assert planned(order(blank(), line(), routed=routed)).print.readiness is Readiness.READY


def test_lines_of_several_fulfillment_orders_become_one_item_each() -> None:
    both = blank(21, 5)
    routed = (parts(both, remaining=2), parts(both, printed(), number=102, remaining=3))
    assert print_units(order(both, printed(31, 3), routed=routed)) == {"21": 5, "31": 3}


def test_units_in_our_parcels_still_count() -> None:
    given = order(blank(21, 3), routed=(parts(blank(21, 3), remaining=1, status="IN_PROGRESS"),))
    assert print_units(given, shipped={"21": 2}) == {"21": 3}
    done = order(blank(21, 3), routed=(parts(blank(21, 3), remaining=0, status="CLOSED"),))
    assert print_units(done, shipped={"21": 3}) == {"21": 3}


def test_goods_that_the_shop_sent_itself_are_not_printed() -> None:
    assert print_units(order(blank(21, 3), routed=(parts(blank(21, 3), remaining=1),))) == {"21": 1}


@pytest.mark.parametrize("status", ["CANCELLED", "CLOSED"])
def test_in_a_fulfillment_order_that_is_over_nothing_is_left(status: str) -> None:
    routed = (parts(blank(), status=status), parts(line(), number=102))
    assert planned(order(blank(), line(), routed=routed)).print.readiness is Readiness.NOTHING


@pytest.mark.parametrize("method", ["PICK_UP", "LOCAL"])
def test_printfuls_goods_that_are_not_mailed_are_not_printed_and_it_is_said(method: str) -> None:
    plan = planned(order(blank(), routed=(parts(blank(), method=method),))).print
    assert plan.readiness is Readiness.NOTHING
    assert "Mug" in plan.warnings[0]


@pytest.mark.parametrize("vendor", ["printful_ds", "Printful DS", "PRINTFUL-DS"])
def test_a_misspelt_printful_vendor_is_reported_and_not_sent(vendor: str) -> None:
    plan = planned(order(blank(vendor=vendor))).print
    assert plan.readiness is Readiness.NOTHING
    assert vendor in plan.warnings[0]


def test_spaces_around_the_vendor_do_not_count() -> None:
    assert planned(order(blank(vendor=" Printful_DS "))).print.readiness is Readiness.READY


def test_a_mixed_order_is_split_by_how_it_is_handed_over() -> None:
    routed = (parts(blank(), number=101), parts(line(), number=102, method="PICK_UP"), parts(line(12), number=103))
    plan = planned(order(blank(), line(), line(12), routed=routed))
    assert plan.print.draft is not None
    assert [item.external_id for item in plan.print.draft.items] == ["21"]
    assert [each.fulfillment_order_id.rsplit("/")[-1] for each in plan.tickets] == ["102"]


def test_a_fault_at_printful_does_not_keep_the_ticket_back() -> None:
    routed = (parts(blank()), parts(line(), number=102, method="PICK_UP"))
    plan = planned(order(blank(sku="PFUL-"), line(), routed=routed))
    assert plan.print.readiness is Readiness.REFUSED
    assert plan.tickets[0].readiness is Readiness.READY


def test_a_pickup_without_an_address_reaches_the_counter() -> None:
    plan = planned(pickup(line()))
    assert plan.print.readiness is Readiness.NOTHING
    assert plan.tickets[0].readiness is Readiness.READY


def test_goods_that_are_not_sent_go_to_the_counter() -> None:
    [ticket] = planned(order(line(), routed=(parts(line(), method="NONE"),))).tickets
    assert ticket.readiness is Readiness.READY


def test_a_gift_card_has_no_fulfillment() -> None:
    card = replace(line(), is_gift_card=True)
    [ticket] = planned(order(card, routed=(parts(card, method="NONE"),))).tickets
    assert ticket.readiness is Readiness.NOTHING


@pytest.mark.parametrize("method", ["SHIPPING", "LOCAL"])
def test_a_table_does_not_bring_mailed_goods_to_the_counter(method: str) -> None:
    given = order(line(), routed=(parts(line(), method=method),), attributes=(("table", "5"),))
    assert planned(given).tickets == ()


def test_pay_at_the_counter_goes_to_the_counter_unpaid_and_nothing_is_printed() -> None:
    routed = (parts(line(), method="PICK_UP"), parts(blank(), number=102))
    plan = planned(order(line(), blank(), routed=routed, **AT_THE_COUNTER), rules=COUNTER)
    assert plan.print.readiness is Readiness.WAITING
    assert plan.tickets[0].order is not None
    assert plan.tickets[0].order.payment.status is PaymentStatus.UNPAID_AT_POS


def test_pay_at_the_counter_does_not_wait_for_the_risk() -> None:
    plan = planned(pickup(line(), risk_is_pending=True, **AT_THE_COUNTER), rules=COUNTER)
    assert plan.tickets[0].readiness is Readiness.READY


def test_an_order_paid_at_the_counter_is_a_paid_order() -> None:
    plan = planned(pickup(line(), gateways=("Cash on Delivery (COD)",)), rules=COUNTER)
    assert plan.tickets[0].order is not None
    assert plan.tickets[0].order.payment.status is PaymentStatus.PAID


def test_a_location_without_a_point_of_sale_is_refused_and_names_the_setting() -> None:
    routes = PosRoutes(by_location={"9": ("square", "L9")})
    ticket = planned(pickup(line()), routes=routes).tickets[0]
    assert ticket.readiness is Readiness.REFUSED
    assert "POS_LOCATIONS" in (ticket.reason or "")
    assert "Main St" in (ticket.reason or "")


def test_without_a_point_of_sale_there_are_no_tickets() -> None:
    assert planned(pickup(line()), routes=PosRoutes()).tickets == ()


def test_each_location_has_its_ticket() -> None:
    routed = (
        parts(line(11), method="PICK_UP", number=201),
        parts(line(12), method="RETAIL", number=202, location_id="gid://shopify/Location/2"),
    )
    tickets = planned(pickup(line(11), line(12), routed=routed)).tickets
    assert [each.order.location_id for each in tickets if each.order] == ["L1", "L0"]
    assert len({each.order.key for each in tickets if each.order}) == 2


def test_a_completely_fulfilled_part_has_no_ticket_plan_and_stays() -> None:
    routed = (parts(line(), method="PICK_UP", remaining=0, status="CLOSED"),)
    assert planned(pickup(line(), routed=routed, fulfillments=(fulfilled({11: 1}),))).tickets == ()


def test_a_ticket_whose_goods_were_all_refunded_is_not_wanted_any_more() -> None:
    tickets = planned(pickup(line(current_quantity=0), financial_status="PARTIALLY_REFUNDED")).tickets
    assert [each.readiness for each in tickets] == [Readiness.NOTHING]


def test_goods_that_are_not_sent_and_not_paid_go_to_the_counter_only_when_they_are_paid_for_there() -> None:
    routed = (parts(line(), method="NONE"),)
    rules = ForwardingRules(counter_gateways=frozenset({"pay at the counter"}))
    unpaid = order(line(), routed=routed, financial_status="PENDING", gateways=("Pay at the counter",))

    tickets = planned(unpaid, rules=rules).tickets

    assert [each.readiness for each in tickets] == [Readiness.READY]
    assert planned(replace(unpaid, gateways=("bogus",)), rules=rules).tickets[0].readiness is Readiness.WAITING


def test_an_authorized_payment_waits_for_its_capture_and_says_so() -> None:
    plan = planned(order(blank(), financial_status="AUTHORIZED")).print
    assert plan.readiness is Readiness.WAITING
    assert "capture" in (plan.reason or "").casefold()


def test_an_authorized_payment_counts_as_paid_where_the_shop_wants_it() -> None:
    rules = ForwardingRules(forwards_authorized=True)
    routed = (parts(blank()), parts(line(), number=102, method="PICK_UP"))
    plan = planned(order(blank(), line(), routed=routed, financial_status="AUTHORIZED"), rules=rules)
    assert plan.print.readiness is Readiness.READY
    assert plan.tickets[0].order is not None
    assert plan.tickets[0].order.payment.status is PaymentStatus.PAID


@pytest.mark.parametrize("changes", [{"risk_is_pending": True}, {"risk": "CANCEL"}, {"risk_is_high": True}])
def test_guests_who_paid_at_the_counter_are_served_whatever_the_risk(changes: dict[str, Any]) -> None:
    paid_there = pickup(line(), gateways=("Cash on Delivery (COD)",), **changes)
    assert planned(paid_there, rules=COUNTER).tickets[0].readiness is Readiness.READY
    assert planned(pickup(line(), **changes), rules=COUNTER).tickets[0].readiness is not Readiness.READY


def test_goods_that_are_not_routed_for_an_hour_are_named_with_what_to_do() -> None:
    later = NOW + timedelta(hours=2)
    plan = planned(order(blank(), routed=()), now=later).print
    assert plan.readiness is Readiness.WAITING
    assert "Mug" in (plan.reason or "")
    assert "read_third_party_fulfillment_orders" in (plan.reason or "")
