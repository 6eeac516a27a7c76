"""Lines that are charges, for which nobody makes anything."""

from decimal import Decimal

import pytest

from resolvers.orders.lines import is_charge
from resolvers.orders.plan import ForwardingRules, Readiness
from tests.unit.orders_given import blank, line, order, parts, pickup, planned


@pytest.mark.parametrize(
    "title",
    [
        "Tip",
        "Trinkgeld",
        "Pourboire",
        "Shipping protection",
        "Shipping Protection by Route",
        "Package Protection",
        "Order insurance",
        "Versandversicherung",
        "Assurance livraison",
        "Carbon neutral shipping",
        "Service fee",
        "Donation to the food bank",
        "Tip for your barista",
        "Add a tip",
        "Tip (15%)",
        "Barista tip",
        "CO2-Kompensation",
        "Garantieverlängerung",
        "Worry-Free Delivery",
        "Small order surcharge",
        "Rush processing",
        "Import duties",
    ],
)
def test_a_line_of_money_alone_is_a_charge(title: str) -> None:
    charge = line(title=title, vendor=None, sku=None)
    assert is_charge(order(charge), charge)


@pytest.mark.parametrize(
    "title",
    [
        "House Blend",
        "Tip-top tea",
        "Asparagus tips",
        "Protein order",
        "Route 66 mug",
        "Felt tip pen",
        "Tip of the day tea",
    ],
)
def test_goods_are_no_charge(title: str) -> None:
    goods = line(title=title)
    assert not is_charge(order(goods), goods)


def test_a_line_without_a_variant_that_costs_the_orders_tip_is_the_tip_in_any_language() -> None:
    tip = line(title="Juomarahaa", vendor=None, sku=None, price="3.00")
    assert is_charge(order(tip, tip=Decimal("3.00")), tip)
    assert not is_charge(order(tip, tip=Decimal("4.00")), tip)


def test_the_shop_can_name_further_charges() -> None:
    care = line(title="Parcel care", vendor="Carebear", sku="CARE-1")
    for name in ("parcel care", "carebear", "care-1"):
        assert is_charge(order(care), care, {name})
    assert not is_charge(order(care), care)


@pytest.mark.parametrize("title", ["Tip", "Shipping protection"])
def test_a_charge_becomes_no_ticket(title: str) -> None:
    mug, charge = blank(), line(12, title=title, vendor=None, sku=None)
    routed = (parts(mug), parts(charge, number=102, method="NONE"))
    plan = planned(order(mug, charge, routed=routed))
    assert plan.print.readiness is Readiness.READY
    assert [each.readiness for each in plan.tickets] == [Readiness.NOTHING]


def test_a_tip_is_on_the_ticket_once() -> None:
    coffee, tip = line(11, price="4.00"), line(12, title="Tip", vendor=None, sku=None, price="2.00")
    routed = (parts(tip, number=100, method="NONE"), parts(coffee, number=101, method="PICK_UP"))
    [ticket] = [
        each.order for each in planned(pickup(coffee, tip, routed=routed, tip=Decimal("2.00"))).tickets if each.order
    ]
    assert [item.name for item in ticket.items] == ["House Blend"]
    assert (ticket.totals.tip, ticket.totals.grand_total) == (Decimal("2.00"), Decimal("6.00"))


def test_a_charge_that_the_shop_names_is_not_on_the_ticket() -> None:
    coffee, care = line(11), line(12, title="Parcel care")
    rules = ForwardingRules(charges=frozenset({"parcel care"}))
    [plan] = planned(pickup(coffee, care), rules=rules).tickets
    assert plan.order is not None
    assert [item.name for item in plan.order.items] == ["House Blend"]


def test_a_shirt_of_printfuls_is_on_no_ticket() -> None:
    [plan] = planned(pickup(line(), blank())).tickets
    assert plan.order is not None
    assert [item.name for item in plan.order.items] == ["House Blend"]
    assert [each.readiness for each in planned(pickup(blank())).tickets] == [Readiness.NOTHING]
