"""Paid goods that nobody makes are reported with the reason."""

from dataclasses import replace
from typing import Any

import pytest

from clients.admin.orders import Order, Tracking
from clients.pos.orders import PosRoutes
from resolvers.orders.plan import PrintPlan, Readiness
from tests.unit.orders_given import NOW, blank, fulfilled, line, order, parts, planned, printed

NO_POS = PosRoutes()


def printing(given: Order, **how: Any) -> PrintPlan:
    return planned(given, **how).print


@pytest.mark.parametrize("method", ["PICK_UP", "LOCAL", "NONE", "RETAIL", "PICKUP_POINT", "DRONE"])
def test_printfuls_goods_that_are_not_mailed_are_named_as_unmade(method: str) -> None:
    plan = printing(order(blank(), routed=(parts(blank(), method=method),)))
    assert plan.readiness is Readiness.NOTHING
    [reason] = plan.unmade
    assert "Mug" in reason
    assert plan.reason == reason


def test_a_method_that_shopify_added_is_named_in_the_reason() -> None:
    [reason] = printing(order(blank(), routed=(parts(blank(), method="DRONE"),))).unmade
    assert "DRONE" in reason


def test_without_a_delivery_method_goods_are_mailed_where_there_is_an_address() -> None:
    given = order(blank(), line(), routed=(parts(blank(), line(), method=None),))
    plan = planned(given)
    assert plan.print.draft is not None
    assert plan.tickets == ()


def test_without_a_delivery_method_and_an_address_nothing_is_sent_and_it_is_reported() -> None:
    given = order(blank(), line(), routed=(parts(blank(), line(), method=None),), shipping_address=None)
    plan = planned(given)
    assert plan.print.readiness is Readiness.NOTHING
    assert "no shipping address" in plan.print.unmade[0]
    [ticket] = plan.tickets
    assert ticket.readiness is Readiness.REFUSED
    assert "no shipping address" in (ticket.reason or "")


def test_without_a_delivery_method_goods_that_need_no_shipping_go_to_the_counter() -> None:
    coffee = line(requires_shipping=False)
    plan = planned(order(coffee, routed=(parts(coffee, method=None),)))
    assert [each.readiness for each in plan.tickets] == [Readiness.READY]


def test_own_goods_of_an_unknown_method_are_refused_at_the_counter_and_warned_of_without_one() -> None:
    given = order(line(), routed=(parts(line(), method="DRONE"),))
    [ticket] = planned(given).tickets
    assert ticket.readiness is Readiness.REFUSED
    assert "DRONE" in (ticket.reason or "")
    assert "DRONE" in printing(given, routes=NO_POS).warnings[0]


def test_the_rest_of_an_order_goes_out_beside_goods_that_nobody_makes() -> None:
    routed = (parts(blank(), number=101), parts(printed(), number=102, method="PICK_UP"))
    plan = printing(order(blank(), printed(), routed=routed))
    assert plan.draft is not None
    assert [item.external_id for item in plan.draft.items] == ["21"]
    assert "Cap" in plan.unmade[0]


@pytest.mark.parametrize("vendor", ["Printful DS", "printful_ds", "Printful", "PrintfulDS", "Printfull_DS", "Kynda"])
def test_a_printful_sku_of_another_vendor_is_named_as_unmade(vendor: str) -> None:
    [reason] = printing(order(blank(vendor=vendor))).unmade
    assert repr(vendor) in reason
    assert "PFUL-4012" in reason


def test_goods_of_printfuls_own_app_are_not_reported_as_unmade() -> None:
    assert printing(order(line(vendor="Printful", sku="6A1F2_4012"))).unmade == ()


def test_goods_that_were_marked_as_fulfilled_without_a_parcel_are_named_as_unmade() -> None:
    shirt = printed(31, 2)
    routed = (parts(shirt, remaining=0, status="CLOSED"),)
    given = order(shirt, routed=routed, fulfillments=(fulfilled({31: 2}),), fulfillment_status="FULFILLED")
    [reason] = printing(given).unmade
    assert "2 of" in reason
    assert "fulfilled in Shopify" in reason


def test_goods_that_printfuls_parcels_brought_are_made() -> None:
    shirt = printed(31, 2)
    routed = (parts(shirt, remaining=0, status="CLOSED"),)
    given = order(shirt, routed=routed, fulfillments=(fulfilled({31: 2}),))
    assert printing(given, shipped={"31": 2}).unmade == ()


def test_goods_that_went_out_in_somebody_elses_parcel_are_made() -> None:
    parcel = replace(fulfilled({31: 1}), tracking=(Tracking("UPS", "1Z9", None),))
    given = order(printed(), routed=(parts(printed(), remaining=0, status="CLOSED"),), fulfillments=(parcel,))
    plan = printing(given)
    assert plan.unmade == ()
    assert "not Printful's" in plan.sent_elsewhere[0]


@pytest.mark.parametrize("status", ["CANCELLED", "CLOSED", "INCOMPLETE"])
def test_goods_of_a_fulfillment_order_that_is_over_are_named_as_unmade(status: str) -> None:
    [reason] = printing(order(blank(), routed=(parts(blank(), status=status),))).unmade
    assert status in reason


def test_a_refund_of_money_without_goods_is_reported() -> None:
    plan = printing(order(blank(), financial_status="REFUNDED"))
    assert plan.readiness is Readiness.NOTHING
    assert "refunded" in plan.unmade[0]


def test_a_refund_of_the_goods_needs_no_person() -> None:
    assert printing(order(blank(current_quantity=0), financial_status="REFUNDED")).unmade == ()
    assert printing(order(blank(), financial_status="REFUNDED", cancelled_at=NOW)).unmade == ()


def test_a_refund_after_shipping_needs_no_person() -> None:
    given = order(blank(), routed=(parts(blank(), remaining=0, status="CLOSED"),), financial_status="REFUNDED")
    assert printing(given, shipped={"21": 1}).unmade == ()


def test_staff_can_accept_what_is_not_made() -> None:
    given = order(blank(), routed=(parts(blank(), method="PICK_UP"),), tags=frozenset({"forwarding-accepted"}))
    assert printing(given).unmade == ()


def test_unpaid_goods_are_not_reported_as_unmade() -> None:
    given = order(blank(), routed=(parts(blank(), method="PICK_UP"),), financial_status="PENDING")
    assert printing(given).unmade == ()


def test_goods_at_a_fulfillment_service_are_left_to_it_and_it_is_named() -> None:
    there = parts(blank(), is_third_partys=True, location_name="Amazon MCF")
    plan = planned(order(blank(), routed=(there,)))
    assert plan.print.readiness is Readiness.NOTHING
    assert plan.print.unmade == ()
    assert "Amazon MCF" in plan.print.warnings[0]
    assert plan.tickets == ()


def test_own_goods_at_a_fulfillment_service_need_no_print_and_no_ticket() -> None:
    there = parts(line(), is_third_partys=True, location_name="Amazon MCF")
    plan = planned(order(line(), routed=(there,)))
    assert (plan.print.readiness, plan.print.warnings, plan.tickets) == (Readiness.NOTHING, (), ())
