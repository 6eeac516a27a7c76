"""The ticket for a fulfillment order."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from clients.admin.orders import Address, Order
from clients.pos.orders import FulfillmentType, GenericOrder, PaymentStatus
from resolvers.orders.journal import Journal, PrintRecord, TicketRecord
from resolvers.orders.order_marks import expected_note
from resolvers.orders.plan import ForwardingRules, TicketPlan
from tests.unit.orders_given import ADDRESS, NOW, WITH_ART, fulfilled, line, order, parts, pickup, planned

COUNTER = ForwardingRules(counter_gateways=frozenset({"cash"}))


def plans(given: Order, rules: ForwardingRules | None = None) -> list[TicketPlan]:
    return list(planned(given, rules=rules).tickets)


def ticket_of(given: Order, rules: ForwardingRules | None = None) -> GenericOrder:
    [plan] = plans(given, rules)
    assert plan.order is not None, plan.reason
    return plan.order


def test_the_key_names_order_and_fulfillment_order_and_stays() -> None:
    given = pickup(line())
    assert ticket_of(given).key == "kynda-order-5678901234567-201"
    assert ticket_of(given) == ticket_of(given)


def test_the_ticket_bears_the_orders_name_and_number() -> None:
    made = ticket_of(pickup(line(), note="  No bag, please "))
    assert (made.order_id, made.external_order_id, made.location_id) == ("#1001", "5678901234567", "L1")
    assert made.order_notes == "No bag, please"


@pytest.mark.parametrize("note", [None, "No bag", "No bag\r\nand a spoon"])
def test_the_gateways_lines_in_the_note_change_no_ticket(note: str | None) -> None:
    journal = Journal(PrintRecord(order_id=12345), {"201": TicketRecord(pos_order_id="square-abc")})
    before = pickup(line(), note=note)
    marked = replace(before, note=expected_note(before, journal))
    assert "square-abc" in (marked.note or "")
    assert ticket_of(marked) == ticket_of(before)


def test_choices_become_modifiers_and_hidden_attributes_do_not() -> None:
    latte = line(title="Latte", variant_title="Large", attributes=(("Milk", "Oat"), ("Sugar", " "), ("_source", "qr")))
    [item] = ticket_of(pickup(latte)).items
    assert (item.name, item.variant_name) == ("Latte", "Large")
    assert [(each.name, each.price) for each in item.modifiers] == [("Milk: Oat", Decimal(0))]


def test_the_name_of_a_design_is_a_note_and_its_address_is_not() -> None:
    [item] = ticket_of(pickup(line(attributes=WITH_ART))).items
    assert item.notes == "Design: Abstract Swirls"
    assert item.modifiers == ()


def test_fulfilled_or_refunded_units_are_not_on_the_ticket() -> None:
    lines = (line(11, 3), line(12, 2, current_quantity=1), line(13, current_quantity=0))
    routed = (parts(*lines[1:], number=201, method="PICK_UP"), parts(lines[0], number=202, method="SHIPPING"))
    made = ticket_of(pickup(*lines, routed=routed))
    assert [(item.id.rsplit("/")[-1], item.quantity) for item in made.items] == [("12", 1)]
    begun = parts(line(11, 3), method="PICK_UP", remaining=1, status="IN_PROGRESS")
    given = pickup(line(11, 3), routed=(begun,), fulfillments=(fulfilled({11: 2}),))
    assert [item.quantity for item in ticket_of(given).items] == [1]


def test_the_totals_are_those_of_the_units_on_the_ticket() -> None:
    lines = (line(11, 2, price="4.50", discount="1.00", tax="0.66"), line(12, price="90.00"))
    routed = (parts(lines[0], method="PICK_UP"), parts(lines[1], number=102))
    totals = ticket_of(order(*lines, routed=routed)).totals
    assert (totals.subtotal, totals.discount, totals.tax) == (Decimal("9.00"), Decimal("1.00"), Decimal("0.66"))
    assert (totals.grand_total, totals.shipping, totals.currency) == (Decimal("8.66"), Decimal(0), "USD")


def test_taxes_that_the_prices_include_are_not_added() -> None:
    totals = ticket_of(pickup(line(tax="3.19"), taxes_included=True)).totals
    assert (totals.tax, totals.grand_total) == (Decimal(0), Decimal("20.00"))


cents = st.integers(0, 5_000).map(lambda number: Decimal(number) / 100)


@given_that(st.lists(st.tuples(st.integers(1, 6), cents, st.integers(0, 100), cents), min_size=1, max_size=5))
def test_a_ticket_adds_up_to_the_cent(rows: list[tuple[int, Decimal, int, Decimal]]) -> None:
    lines = [
        line(n + 1, q, price=str(price), tax=str(tax), discount=str((price * q * off / 100).quantize(Decimal("0.01"))))
        for n, (q, price, off, tax) in enumerate(rows)
    ]
    made = ticket_of(pickup(*lines))
    totals = made.totals
    assert totals.subtotal == sum((item.total_price for item in made.items), Decimal(0))
    assert totals.grand_total == totals.subtotal - totals.discount + totals.tax >= 0
    assert totals.grand_total == sum((q * price for q, price, *_ in rows), Decimal(0)) - totals.discount + totals.tax


def test_the_tip_is_on_the_first_ticket_only_and_stays_there() -> None:
    lines = (line(11), line(12))
    first, second = parts(lines[0], number=99, method="PICK_UP"), parts(lines[1], number=100, method="PICK_UP")
    tips = [
        each.order.totals.tip
        for each in plans(pickup(*lines, routed=(second, first), tip=Decimal("3.00")))
        if each.order
    ]
    assert tips == [Decimal(0), Decimal("3.00")]
    done = parts(lines[0], number=99, method="PICK_UP", remaining=0, status="CLOSED")
    later = pickup(*lines, routed=(done, second), tip=Decimal("3.00"), fulfillments=(fulfilled({11: 1}),))
    assert ticket_of(later).totals.tip == 0


def test_a_tip_of_an_order_that_is_mailed_in_part_is_on_no_ticket() -> None:
    routed = (parts(line(11), method="PICK_UP"), parts(line(12), number=102))
    assert ticket_of(order(line(11), line(12), routed=routed, tip=Decimal("3.00"))).totals.tip == 0


def test_a_paid_order_makes_a_paid_ticket_and_one_for_the_counter_an_unpaid_one() -> None:
    assert ticket_of(pickup(line())).payment.status is PaymentStatus.PAID
    unpaid = ticket_of(pickup(line(), financial_status="PENDING", gateways=("Cash",)), COUNTER).payment
    assert (unpaid.status, unpaid.method) == (PaymentStatus.UNPAID_AT_POS, "Cash")


def test_a_guest_who_paid_a_part_owes_the_rest_and_it_is_said() -> None:
    [plan] = plans(pickup(line(), financial_status="PARTIALLY_PAID", gateways=("Cash",)), COUNTER)
    assert "rest" in plan.warnings[0]


def test_a_pickup_names_its_location() -> None:
    fulfillment = ticket_of(pickup(line())).fulfillment
    assert (fulfillment.type, fulfillment.is_curbside) == (FulfillmentType.PICKUP, False)
    assert fulfillment.pickup_location == ("gid://shopify/Location/1", "Main St")


def test_a_table_makes_it_dine_in() -> None:
    fulfillment = ticket_of(pickup(line(), attributes=(("table", "5"), ("location", "main_street")))).fulfillment
    assert (fulfillment.type, fulfillment.table_number) == (FulfillmentType.DINE_IN, "5")
    assert fulfillment.notes == "Location: main_street"


def test_curbside_is_a_pickup_that_says_so() -> None:
    fulfillment = ticket_of(pickup(line(), attributes=(("fulfillment_mode", "curbside"),))).fulfillment
    assert (fulfillment.type, fulfillment.is_curbside) == (FulfillmentType.PICKUP, True)


def test_a_time_of_pickup_is_kept_in_utc() -> None:
    made = ticket_of(pickup(line(), attributes=(("pickup_at", "2026-11-22T06:30:00-05:00"),)))
    assert made.fulfillment.requested_at == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-22T08:59:59Z", "soon", "2026-11-22T11:30:00"])
def test_a_time_that_is_past_or_unreadable_is_as_soon_as_possible_with_a_warning(text: str) -> None:
    [plan] = plans(pickup(line(), attributes=(("pickup_at", text),)))
    assert plan.order is not None
    assert plan.order.fulfillment.requested_at is None
    assert "as soon as possible" in plan.warnings[0]


def test_the_guest_is_named_by_the_address_or_else_by_the_order() -> None:
    assert ticket_of(pickup(line())).customer.name == "#1001"


def test_the_guest_who_paid_is_named_on_a_pickup() -> None:
    payer = Address(name="Ana Example", phone="+15125550100")
    customer = ticket_of(pickup(line(), billing_address=payer)).customer

    assert (customer.name, customer.phone) == ("Ana Example", "+15125550100")
    named = ticket_of(pickup(line(), shipping_address=ADDRESS, phone="+15550100")).customer
    assert (named.name, named.email, named.phone) == ("Ana Example", "ana@example.com", "+15550100")


def test_no_email_and_no_phone_stay_away() -> None:
    customer = ticket_of(pickup(line(), email=None)).customer
    assert (customer.email, customer.phone) == (None, None)


def test_a_ticket_bears_the_time_of_the_order() -> None:
    assert ticket_of(pickup(line())).created_at == NOW


def test_a_guest_owes_at_the_counter_only_what_is_not_paid_yet() -> None:
    changes = {"financial_status": "PARTIALLY_PAID", "gateways": ("gift_card", "cash"), "outstanding": Decimal("12.00")}
    totals = ticket_of(pickup(line(price="20.00"), **changes), COUNTER).totals
    assert (totals.grand_total, totals.prepaid) == (Decimal("12.00"), Decimal("8.00"))


def test_the_tickets_of_an_order_share_what_is_owed() -> None:
    lines = (line(11, price="20.00"), line(12, price="20.00"))
    routed = (parts(lines[0], number=99, method="PICK_UP"), parts(lines[1], number=100, method="PICK_UP"))
    changes = {"financial_status": "PARTIALLY_PAID", "gateways": ("gift_card", "cash"), "outstanding": Decimal("25.00")}
    made = plans(pickup(*lines, routed=routed, **changes), COUNTER)
    assert [each.order.totals.grand_total for each in made if each.order] == [Decimal("20.00"), Decimal("5.00")]


def test_the_complete_payment_is_on_the_ticket() -> None:
    totals = ticket_of(pickup(line(price="20.00"), outstanding=Decimal(0))).totals
    assert (totals.grand_total, totals.prepaid) == (Decimal("20.00"), Decimal(0))


def test_the_ticket_of_a_mixed_order_names_who_pays_and_not_who_gets_the_parcel() -> None:
    routed = (parts(line(11)), parts(line(12), number=102, method="PICK_UP"))
    giver = Address(name="Bo Giver", phone="+15125550100")
    made = ticket_of(order(line(11), line(12), routed=routed, billing_address=giver))
    assert (made.customer.name, made.customer.phone) == ("Bo Giver", "+15125550100")
    nameless = ticket_of(order(line(11), line(12), routed=routed))
    assert (nameless.customer.name, nameless.customer.phone) == ("#1001", None)
