"""A paid order of printed goods becomes one Printful order, whatever happens; refusals are visible."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.order_life import assess, mark_paid, release, route
from tests.gateway.order_shop import (
    ART,
    OWN,
    WITH_ART,
    OrderShop,
    attempts,
    field,
    journal,
    order_shop,
    quantities,
    reason,
)
from tests.virtual_time import in_no_time

ABROAD = "https://elsewhere.example/print.png"
CREATES = "POST /printful/orders"


def creations(shop: OrderShop) -> int:
    """How often Printful was asked to make an order."""
    return sum(CREATES in each for each in shop.writes)


@in_no_time
async def test_a_paid_order_becomes_one_draft_at_printful_under_its_own_number() -> None:
    async with order_shop() as shop:
        order = await shop.placed()

        assert shop.print_order.external_id == str(order.id)
        assert shop.print_order.status == "draft"
        assert quantities(shop.print_order) == {str(line.id): line.quantity for line in order.lines}
        assert creations(shop) == 1


@in_no_time
async def test_the_art_is_the_print_file_of_the_design_that_the_buyer_chose() -> None:
    async with order_shop() as shop:
        await shop.placed()

        shirt, mug = shop.print_order.items
        assert (shirt.sync_variant_id, shirt.sent.get("files")) == (4752058801, None)
        assert (mug.variant_id, [file.url for file in mug.files.values()]) == (1320, [WITH_ART[ART]])


@in_no_time
async def test_printful_gets_exactly_the_address_of_the_order() -> None:
    async with order_shop() as shop:
        await shop.placed(email=None)

        recipient = {name: value for name, value in shop.print_order.recipient.items() if value is not None}
        assert recipient == {
            "name": "Dana Sample",
            "address1": "5 Sample Road",
            "city": "Austin",
            "state_code": "TX",
            "state_name": "Texas",
            "country_code": "US",
            "country_name": "United States",
            "zip": "78701",
            "phone": "+15125550177",
        }


@in_no_time
async def test_staff_see_the_forwarding_state_in_shopify() -> None:
    async with order_shop() as shop:
        order = await shop.placed(note="Ring twice", tags=["gift"])

        number = str(shop.print_order.id)
        assert set(order.tags) == {"gift", "printful-forwarded"}
        assert order.note == f"Ring twice\nprintful_order_id: {number}"
        assert field(order, "printful_order_id") == number
        assert journal(order)["print"]["state"] == "forwarded"
        assert attempts(order) == ["printful create done"]


@in_no_time
async def test_an_order_without_printed_goods_causes_no_change_anywhere() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("kynda-house-blend"), 1))

        assert shop.writes == []
        assert (order.tags, order.note, journal(order)) == ([], None, {})


@in_no_time
async def test_only_printfuls_lines_of_a_mixed_order_are_forwarded_with_their_share_of_the_payment() -> None:
    async with order_shop() as shop:
        shirt, beans = shop.variant("roastery-crest-shirt"), shop.variant("kynda-house-blend")
        order = await shop.placed((shirt, 1), (beans, 2), shipping=("Standard", "standard", Decimal("6.00")))

        assert quantities(shop.print_order) == {str(order.lines[0].id): 1}
        share = shirt.price / (shirt.price + 2 * beans.price)
        costs = shop.print_order.retail_costs
        assert Decimal(costs["subtotal"]) == shirt.price
        assert abs(Decimal(costs["shipping"]) - share * 6) < Decimal("0.01")


@in_no_time
async def test_an_order_of_many_lines_is_forwarded_completely() -> None:
    async with order_shop() as shop:
        mug = shop.variant("your-design-mug")
        order = await shop.placed(*[(mug, 1, {**WITH_ART, "_gift": str(number)}) for number in range(60)])
        await shop.at_printful("confirm", "start", "ship")

        assert quantities(shop.print_order) == {str(line.id): 1 for line in order.lines}
        assert sum(count for made in order.fulfillments for _, count in made.items) == 60


@in_no_time
async def test_an_unpaid_order_is_printed_when_it_is_paid() -> None:
    async with order_shop() as shop:
        order = await shop.placed(paid=False)
        assert (shop.print_orders, order.tags) == ([], [])

        mark_paid(shop.store, order)
        await shop.settled()

        assert quantities(shop.print_order) == {str(line.id): line.quantity for line in order.lines}


@in_no_time
async def test_an_order_without_routing_waits_for_it() -> None:
    async with order_shop() as shop:
        order = await shop.placed(routed=False)
        assert (shop.print_orders, order.tags) == ([], ["forwarding-pending"])

        route(shop.store, order)
        await shop.settled()

        assert shop.print_order.external_id == str(order.id)
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_an_order_with_pending_risk_assessment_waits_for_it() -> None:
    async with order_shop() as shop:
        order = await shop.placed(risk="PENDING")
        assert (shop.print_orders, order.tags) == ([], ["forwarding-pending"])

        assess(shop.store, order, "LOW")
        await shop.settled()

        assert shop.print_order.external_id == str(order.id)


@in_no_time
async def test_an_order_that_shopify_flags_as_fraud_is_not_printed() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await shop.placed(risk="HIGH")

        assert shop.print_orders == []
        assert order.tags == ["printful-failed"]
        assert "fraud" in reason(order)


@in_no_time
async def test_an_order_later_taken_for_fraud_is_cancelled_at_printful() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await shop.placed()
        assert shop.print_order.status == "pending"

        assess(shop.store, order, "HIGH")
        await shop.settled()

        assert shop.print_order.status == "canceled"


@in_no_time
async def test_an_order_to_investigate_becomes_a_draft_that_only_staff_confirm() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        await shop.placed(risk="MEDIUM")

        assert shop.print_order.status == "draft"


@in_no_time
async def test_a_held_order_is_forwarded_when_it_is_released() -> None:
    async with order_shop() as shop:
        order = await shop.placed(routed=False)
        route(shop.store, order)
        for part in order.fulfillment_orders:
            part.status = "ON_HOLD"
        await shop.settled()
        assert shop.print_orders == []

        release(shop.store, order)
        await shop.settled()

        assert shop.print_order.external_id == str(order.id)


@in_no_time
async def test_a_test_order_of_shopifys_is_not_printed_unless_the_shop_wants_it() -> None:
    async with order_shop() as shop:
        await shop.placed(test=True)
        assert shop.print_orders == []
    async with order_shop(forward_test_orders=True, printful_confirm="auto") as shop:
        await shop.placed(test=True)
        assert shop.print_order.status == "draft"


@in_no_time
async def test_one_invalid_sku_holds_back_the_whole_order_and_is_named() -> None:
    async with order_shop() as shop:
        mug = shop.variant("morning-ritual-mug")
        mug.sku = "PFUL-SYNC-unknown"

        order = await shop.placed((shop.variant("roastery-crest-shirt"), 1), (mug, 1))

        assert shop.print_orders == []
        assert order.tags == ["printful-failed"]
        assert "PFUL-SYNC-unknown" in reason(order)


@in_no_time
async def test_an_invalid_order_is_answered_with_200_since_a_repetition_would_not_help() -> None:
    async with order_shop() as shop:
        await shop.placed((shop.variant("your-design-mug"), 1))

        assert {status for each in shop.sandbox.webhooks.log for status in each.statuses} == {200}


@in_no_time
async def test_art_that_is_not_the_shops_is_neither_printed_nor_copied_to_shopify() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("your-design-mug"), 1, {ART: ABROAD}))

        assert shop.print_orders == []
        assert order.tags == ["printful-failed"]
        assert "elsewhere" not in str(journal(order))


@in_no_time
async def test_a_blank_without_art_is_not_printed() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("your-design-mug"), 1))

        assert shop.print_orders == []
        assert order.tags == ["printful-failed"]


@in_no_time
async def test_a_permanent_refusal_of_printful_is_shown_and_not_retried() -> None:
    async with order_shop() as shop:
        variant = shop.variant("your-design-mug")
        variant.sku = "PFUL-999999"
        order = await shop.placed((variant, 1, WITH_ART))
        assert order.tags == ["printful-failed"]
        tried = creations(shop)

        await shop.sweep()

        assert creations(shop) == tried == 1
        assert reason(order).startswith("Printful refused it")


@in_no_time
async def test_a_draft_waits_for_staff_unless_the_shop_decided_otherwise() -> None:
    async with order_shop() as shop:
        await shop.placed()
        await shop.sweep()

        assert shop.print_order.status == "draft"


@in_no_time
async def test_with_auto_a_paid_order_is_confirmed_at_once() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await shop.placed()

        assert shop.print_order.status == "pending"
        assert attempts(order) == ["printful create done", "printful confirm done"]


@in_no_time
async def test_with_hold_a_sweep_confirms_when_the_time_is_over_and_not_before() -> None:
    async with order_shop(printful_confirm="hold:30") as shop:
        await shop.placed()
        await shop.later(29 * 60)
        await shop.sweep()
        assert shop.print_order.status == "draft"

        await shop.later(2 * 60)
        await shop.sweep()

        assert shop.print_order.status == "pending"


@in_no_time
async def test_an_order_is_confirmed_when_its_costs_are_known() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        shop.store.printful_async_costs = True
        await shop.placed()

        await shop.later(300)
        await shop.sweep()

        assert shop.print_order.status == "pending"


@in_no_time
async def test_a_shipping_method_that_the_shop_maps_is_ordered_when_printful_offers_it() -> None:
    async with order_shop(printful_shipping_methods={"Express": "PRINTFUL_FAST"}) as shop:
        await shop.placed(shipping=("Express", "express", Decimal("15.00")))

        assert shop.print_order.shipping == "PRINTFUL_FAST"


@in_no_time
async def test_a_shipping_method_that_printful_lacks_is_not_replaced_without_notice() -> None:
    async with order_shop(printful_shipping_methods={"Express": "PRINTFUL_OVERNIGHT"}) as shop:
        order = await shop.placed(shipping=("Express", "express", Decimal("15.00")))

        assert shop.print_orders == []
        assert order.tags == ["printful-failed"]
        assert "PRINTFUL_FAST" in reason(order)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "throttle"},
        {"kind": "timeout"},
        {"kind": "html"},
        {"kind": "latency", "latency_s": 10},
    ],
)
def test_with_printful_down_the_order_is_pending_and_a_sweep_forwards_it_once(fault: dict[str, Any]) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.active.append(Fault(upstream="printful", **fault))
            order = await shop.placed()
            assert "forwarding-pending" in order.tags

            shop.sandbox.faults.clear()
            await shop.later(120)
            await shop.sweep()

            assert shop.print_order.external_id == str(order.id)
            assert order.tags == ["printful-forwarded"]

    scenario()


@pytest.mark.parametrize("kind", ["lost", "truncated", "wrong-type"])
def test_an_order_that_printful_made_without_saying_so_is_found_again_and_not_made_twice(kind: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("printful", kind, times=1, match="external_id")
            order = await shop.placed()
            await shop.later(120)
            await shop.sweep()

            assert shop.print_order.external_id == str(order.id)
            assert order.tags == ["printful-forwarded"]
            assert creations(shop) == 1

    scenario()


@in_no_time
async def test_an_order_without_its_markers_is_adopted() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        order.metafields.clear()
        order.private_metafields.clear()
        order.tags.clear()

        await shop.sweep()

        assert shop.print_order.external_id == str(order.id)
        assert order.tags == ["printful-forwarded"]
        assert "printful adopt done" in attempts(order)


@in_no_time
async def test_an_order_in_production_that_differs_is_not_changed_and_reported() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")
        order.metafields.clear()
        order.private_metafields.clear()
        shop.print_order.items[0].quantity = 5

        await shop.sweep()

        assert "printful-failed" in order.tags
        assert "the quantity 5 at Printful instead of 2" in reason(order)
        assert shop.print_order.items[0].quantity == 5


@in_no_time
async def test_fifty_copies_of_one_message_make_one_order() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        order = await shop.placed()
        shop.sandbox.faults.clear()

        for _ in range(50):
            shop.store.tell(("orders/paid", order))  # each with a number of its own
        await shop.settled()

        assert shop.print_order.external_id == str(order.id)
        assert creations(shop) == 1
        assert attempts(order) == ["printful create done"]
        assert {tuple(each.statuses) for each in shop.sandbox.webhooks.log} == {(200,)}


@in_no_time
async def test_a_message_is_answered_within_five_seconds_however_slow_printful_is() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "latency", latency_s=10)

        await shop.placed()

        assert {tuple(each.statuses) for each in shop.sandbox.webhooks.log} == {(200,)}


@in_no_time
async def test_a_webhook_that_could_not_be_recorded_is_refused_so_that_shopify_repeats_it() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("admin", "status", status=503)
        order = await shop.placed()
        assert all(each.statuses[-1] in (None, 503) for each in shop.sandbox.webhooks.log)

        shop.sandbox.faults.clear()
        await shop.later(120)

        assert shop.print_order.external_id == str(order.id)


@in_no_time
async def test_nothing_is_forwarded_while_printfuls_own_app_is_connected() -> None:
    async with order_shop() as shop:
        shop.store.printful_app_connected = True
        order = await shop.placed()

        assert shop.print_orders == []
        assert order.tags == ["printful-failed"]
        assert "PRINTFUL_APP_ALLOWED" in reason(order)


@in_no_time
async def test_a_shop_that_knows_of_printfuls_own_app_can_allow_it() -> None:
    async with order_shop(printful_app_allowed=True) as shop:
        shop.store.printful_app_connected = True
        order = await shop.placed()

        assert shop.print_order.external_id == str(order.id)


@in_no_time
async def test_the_print_files_are_on_hosts_that_the_shop_allows() -> None:
    async with order_shop() as shop:
        await shop.placed()

        urls = {file.url for item in shop.print_order.items for file in item.files.values() if file.url}
        assert urls
        assert all(url.startswith(OWN) for url in urls)
