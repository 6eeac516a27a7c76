"""What staff see of orders and do with them by hand."""

import json
from decimal import Decimal
from typing import Any

from sandbox.order_life import refund
from tests.gateway.order_shop import OrderShop, journal, order_shop, quantities
from tests.serving import Answer
from tests.virtual_time import in_no_time

SEEN = """id name step tags
  forwarding { isPending parts { system state reason sentAs fulfillmentOrderId }
    attempts { at system action result detail } }
  printful { orderId status isFresh cost { amount currencyCode } dashboardUrl parcels { returned } }
  tickets { posOrderId status } timeline { at system kind words }"""
BY_ID = f"query Look($id: ID!) {{ order: shopOrderById(id: $id) {{ {SEEN} }} }}"
PREVIEW = """query Preview($id: ID!) { previewForwarding(id: $id) { name actions
  printful { readiness reason warnings order { externalId shipping recipient body subtotal { amount } tax { amount }
    items { lineId name quantity catalogVariantId syncVariantId artUrl retailPrice { amount } } } }
  tickets { fulfillmentOrderId readiness reason connector warnings order { key customerName locationId fulfillment
    requestedAt tableNumber payment notes total { amount } body
    items { name variantName quantity modifiers notes sku total { amount } } } } } }"""
FAILED = "query ($first: Int) { failedForwards(first: $first) { name tags forwarding { parts { state reason } } } }"


def staff_mutation(field: str) -> str:
    return f"mutation ByStaff($id: ID!) {{ order: {field}(id: $id) {{ {SEEN} }} }}"


async def staffs(shop: OrderShop, query: str, **variables: Any) -> Answer:
    return await shop.served.ask(query, variables, staff=True)


async def order_of(shop: OrderShop, query: str, order_id: Any) -> Any:
    """The order in an answer without errors."""
    answer = await staffs(shop, query, id=str(order_id))
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["order"]


async def refused(shop: OrderShop, field: str, order_id: Any) -> tuple[str, str]:
    """With which code and words a mutation is refused."""
    answer = await staffs(shop, staff_mutation(field), id=str(order_id))
    assert answer["data"] == {"order": None}
    [error] = answer["errors"]
    return error["extensions"]["code"], error["message"]


@in_no_time
async def test_an_order_is_found_by_global_id_number_and_name() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        references = [f"gid://shopify/Order/{order.id}", order.id, order.name, order.name.removeprefix("#")]
        found = [(await order_of(shop, BY_ID, each))["name"] for each in references]

        assert found == [order.name] * 4
        for unknown in ("#77777", "77777", "gid://shopify/Order/77777", "gid://shopify/Product/1", ""):
            assert (await staffs(shop, BY_ID, id=unknown))["data"] == {"order": None}


@in_no_time
async def test_staff_see_numbers_costs_tags_and_attempts() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        shop.printful.returned(shop.print_order, shop.print_order.shipments[0])
        await shop.settled()
        found = await order_of(shop, BY_ID, order.id)

        assert found["printful"]["orderId"] == str(shop.print_order.id)
        assert float(found["printful"]["cost"]["amount"]) > 0
        assert found["printful"]["parcels"][0]["returned"] == "Return to sender"
        assert "printful-failed" in found["tags"]
        assert [part["state"] for part in found["forwarding"]["parts"]] == ["FAILED"]
        assert [each["action"] for each in found["forwarding"]["attempts"]] == [
            each["action"] for each in journal(order)["attempts"]
        ]
        assert [event["kind"] for event in found["timeline"]][-1] == "PRINT_RETURNED"


@in_no_time
async def test_failures_are_on_the_timeline_of_staff() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "status", status=503, match="/orders")
        order = await shop.placed()
        shop.sandbox.faults.clear()
        found = await order_of(shop, BY_ID, order.id)

        assert "ATTEMPT_FAILED" in [event["kind"] for event in found["timeline"]]
        assert found["forwarding"]["isPending"]
        assert [part["state"] for part in found["forwarding"]["parts"]] == ["PENDING"]


@in_no_time
async def test_orders_in_trouble_are_listed_with_their_reasons_the_newest_first() -> None:
    async with order_shop() as shop:
        forged = {"_customArtUrl": "https://elsewhere.example/art.png", "_customArtName": "Mine"}
        mug = shop.variant("your-design-mug", "PFUL-1320")
        await shop.placed()
        first = await shop.placed((mug, 1, forged))
        await shop.later(5)
        second = await shop.placed((mug, 1, forged))
        shop.counted()
        listed = (await staffs(shop, FAILED))["data"]["failedForwards"]

        assert [each["name"] for each in listed] == [second.name, first.name]
        for each in listed:
            [part] = each["forwarding"]["parts"]
            assert (part["state"], "printful-failed" in each["tags"]) == ("REFUSED", True)
            assert part["reason"]
        assert shop.requests == {"admin": 1}
        assert [each["name"] for each in (await staffs(shop, FAILED, first=1))["data"]["failedForwards"]] == [
            second.name
        ]
        assert (await staffs(shop, FAILED, first=101))["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


class TestPreview:
    @in_no_time
    async def test_it_is_what_is_sent_afterwards_and_asks_admin_alone(self) -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("webhooks", "lost")
            order = await shop.placed()
            shop.counted()
            seen = (await staffs(shop, PREVIEW, id=str(order.id)))["data"]["previewForwarding"]
            requests, writes = shop.requests, shop.writes
            shop.sandbox.faults.clear()
            await order_of(shop, staff_mutation("forwardOrder"), order.id)
            [made] = [
                json.loads(each.body)
                for each in shop.sandbox.faults.log
                if (each.upstream, each.method) == ("printful", "POST") and each.path.endswith("/orders")
            ]

            assert (requests, writes) == ({"admin": 1}, [])
            assert seen["actions"] == ["printful: forward"]
            assert seen["printful"]["order"]["body"] == made
            assert seen["printful"]["order"]["externalId"] == str(order.id)
            items = {each["lineId"]: each["quantity"] for each in seen["printful"]["order"]["items"]}
            assert items == quantities(shop.print_order)

    @in_no_time
    async def test_a_ticket_is_shown_line_by_line(self) -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("webhooks", "lost")
            order = await shop.pickup((shop.variant("latte"), 2, {"milk": "oat"}))
            seen = (await staffs(shop, PREVIEW, id=str(order.id)))["data"]["previewForwarding"]

            [ticket] = seen["tickets"]
            assert (ticket["readiness"], ticket["connector"]) == ("READY", "square")
            [item] = ticket["order"]["items"]
            assert (item["quantity"], item["modifiers"]) == (2, ["milk: oat"])
            assert ticket["order"]["body"]["external_order_id"] == str(order.id)
            assert seen["printful"]["readiness"] == "NOTHING"
            assert shop.tickets == []

    @in_no_time
    async def test_a_preview_says_why_something_would_not_be_sent(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed(paid=False)
            seen = (await staffs(shop, PREVIEW, id=str(order.id)))["data"]["previewForwarding"]

            assert (seen["printful"]["readiness"], seen["printful"]["order"]) == ("WAITING", None)
            assert seen["printful"]["reason"]

    @in_no_time
    async def test_an_unknown_order_has_none(self) -> None:
        async with order_shop() as shop:
            assert (await staffs(shop, PREVIEW, id="1"))["data"] == {"previewForwarding": None}


class TestForwarding:
    @in_no_time
    async def test_an_order_with_lost_webhooks_is_forwarded_by_hand(self) -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("webhooks", "lost")
            order = await shop.placed()
            shop.sandbox.faults.clear()
            found = await order_of(shop, staff_mutation("forwardOrder"), order.name)

            assert found["printful"]["orderId"] == str(shop.print_order.id)
            assert "printful-forwarded" in found["tags"]
            assert [part["state"] for part in found["forwarding"]["parts"]] == ["FORWARDED"]

    @in_no_time
    async def test_an_order_cancelled_at_printful_is_sent_again(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await shop.at_printful("cancel")
            found = await order_of(shop, staff_mutation("forwardOrder"), order.id)

            assert [each.external_id for each in shop.print_orders] == [str(order.id), f"{order.id}-2"]
            assert found["printful"]["status"] == "draft"

    @in_no_time
    async def test_twice_at_once_makes_one_order(self) -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("webhooks", "lost")
            order = await shop.placed()
            shop.sandbox.faults.clear()
            both = "mutation ($id: ID!) { a: forwardOrder(id: $id) { name } b: forwardOrder(id: $id) { step } }"
            answer = await staffs(shop, both, id=str(order.id))

            assert answer["data"] == {"a": {"name": order.name}, "b": {"step": "CONFIRMED"}}
            assert len(shop.print_orders) == 1

    @in_no_time
    async def test_with_printful_down_the_order_says_what_it_waits_for(self) -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("webhooks", "lost")
            order = await shop.placed()
            shop.sandbox.faults.clear()
            shop.sandbox.faults.add("printful", "status", status=503)
            found = await order_of(shop, staff_mutation("forwardOrder"), order.id)

            [part] = found["forwarding"]["parts"]
            assert (part["state"], found["forwarding"]["isPending"]) == ("PENDING", True)
            assert "Printful" in part["reason"]

    @in_no_time
    async def test_an_unknown_order_is_reported(self) -> None:
        async with order_shop() as shop:
            for field in ("forwardOrder", "confirmPrintOrder", "cancelPrintOrder"):
                assert await refused(shop, field, 5) == ("BAD_USER_INPUT", "The shop has no order '5'.")

    @in_no_time
    async def test_lines_come_with_their_variants_there_too(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            query = (
                "mutation ($id: ID!) { forwardOrder(id: $id) { lines { sku variant { sku margin { withheld } } } } }"
            )
            answer = await staffs(shop, query, id=str(order.id))

            lines = answer["data"]["forwardOrder"]["lines"]
            assert [line["variant"]["sku"] for line in lines] == [line["sku"] for line in lines]


class TestConfirming:
    @in_no_time
    async def test_a_draft_goes_to_work(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            found = await order_of(shop, staff_mutation("confirmPrintOrder"), order.id)

            assert shop.print_order.status == "pending"
            assert (found["printful"]["status"], found["step"]) == ("pending", "PROCESSING")

    @in_no_time
    async def test_once_more_changes_nothing(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await order_of(shop, staff_mutation("confirmPrintOrder"), order.id)
            shop.counted()
            await order_of(shop, staff_mutation("confirmPrintOrder"), order.id)

            assert [each for each in shop.writes if each.startswith("printful")] == []

    @in_no_time
    async def test_an_order_that_was_not_forwarded_cannot_be_confirmed(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed(paid=False)
            code, words = await refused(shop, "confirmPrintOrder", order.id)

            assert (code, words) == ("BAD_USER_INPUT", "The order was not forwarded to Printful.")

    @in_no_time
    async def test_an_order_cancelled_in_the_meantime_cannot_be_confirmed(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await shop.at_printful("cancel")
            code, words = await refused(shop, "confirmPrintOrder", order.id)

            assert code == "BAD_USER_INPUT"
            assert "canceled at Printful" in words

    @in_no_time
    async def test_with_printful_down_the_order_is_retried_automatically(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            shop.sandbox.faults.add("printful", "status", status=503)
            code, _ = await refused(shop, "confirmPrintOrder", order.id)
            shop.sandbox.faults.clear()
            await shop.later(60)
            await shop.sweep()

            assert code == "TRY_LATER"
            assert shop.print_order.status == "pending"


class TestCancelling:
    @in_no_time
    async def test_a_draft_is_cancelled_and_the_order_in_shopify_stays(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            found = await order_of(shop, staff_mutation("cancelPrintOrder"), order.id)

            assert shop.print_order.status == "canceled"
            assert order.canceled_at is None
            assert [part["state"] for part in found["forwarding"]["parts"]] == ["CANCELLED"]
            assert "PRINT_CANCELLED" in [event["kind"] for event in found["timeline"]]

    @in_no_time
    async def test_it_is_too_late_once_printful_makes_it(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await shop.at_printful("confirm", "start")
            code, words = await refused(shop, "cancelPrintOrder", order.id)

            assert code == "BAD_USER_INPUT"
            assert words.startswith("Too late to cancel")
            assert shop.print_order.status == "inprocess"

    @in_no_time
    async def test_with_printful_down_it_may_work_later(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            shop.sandbox.faults.add("printful", "status", status=503)
            code, _ = await refused(shop, "cancelPrintOrder", order.id)
            shop.sandbox.faults.clear()
            await shop.later(60)
            await order_of(shop, staff_mutation("cancelPrintOrder"), order.id)

            assert code == "TRY_LATER"
            assert shop.print_order.status == "canceled"

    @in_no_time
    async def test_shipped_prints_cannot_be_cancelled(self) -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await shop.at_printful("confirm", "start", "ship")

            assert await refused(shop, "cancelPrintOrder", order.id) == (
                "BAD_USER_INPUT",
                "It is too late: Printful has already shipped the order.",
            )

    @in_no_time
    async def test_an_order_that_was_not_forwarded_cannot_be_cancelled(self) -> None:
        async with order_shop() as shop:
            order = await shop.pickup()

            assert await refused(shop, "cancelPrintOrder", order.id) == (
                "BAD_USER_INPUT",
                "The order was not forwarded to Printful.",
            )


@in_no_time
async def test_guests_get_none_of_the_staff_fields() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.counted()
        for query in (BY_ID, PREVIEW, *(staff_mutation(each) for each in ("forwardOrder", "confirmPrintOrder"))):
            answer = await shop.served.ask(query, {"id": str(order.id)})
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
            assert "data" not in answer

        assert shop.requests == {}


EARNED = """query Earned($id: ID!) { order: shopOrderById(id: $id) { earned { withheld feesAreEstimated
  retail { amount currencyCode } refunded { amount } tax { amount } printing { amount } goods { amount }
  fees { amount } earned { amount currencyCode } } } }"""


def amount(found: Any, name: str) -> Decimal:
    return Decimal(found[name]["amount"])


@in_no_time
async def test_an_orders_margin_is_known_once_printful_has_charged() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        draft = (await order_of(shop, EARNED, order.id))["earned"]
        await shop.at_printful("confirm", "start", "ship")
        done = (await order_of(shop, EARNED, order.id))["earned"]

        assert (draft["withheld"], draft["earned"]) == ("PRINTING_COST_UNKNOWN", None)
        assert done["withheld"] is None
        assert not done["feesAreEstimated"]
        assert amount(done, "retail") == order.total
        assert shop.print_order.costs is not None
        assert amount(done, "printing") == shop.print_order.costs["total"]
        spent = sum(amount(done, name) for name in ("refunded", "tax", "printing", "goods", "fees"))
        assert amount(done, "earned") == order.total - spent


@in_no_time
async def test_a_refund_lessens_what_an_order_earned() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        before = (await order_of(shop, EARNED, order.id))["earned"]
        refund(shop.store, order, {order.lines[0]: 1})
        await shop.settled()
        after = (await order_of(shop, EARNED, order.id))["earned"]

        assert amount(after, "refunded") == order.refunded > 0
        assert amount(after, "earned") < amount(before, "earned")
        assert amount(after, "fees") == amount(before, "fees")  # a refund gives no fee back


@in_no_time
async def test_an_orders_margin_is_for_staff_and_survives_an_outage_of_printful() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        shop.sandbox.faults.add("printful", "status", status=503)
        found = (await order_of(shop, EARNED, order.id))["earned"]
        shop.sandbox.faults.clear()
        guests = '{ shopOrder(name: "1", email: "a@example.com") { earned { withheld } } }'

        assert found["withheld"] == "PRINTING_COST_UNKNOWN"
        assert amount(found, "retail") == order.total
        answer = await shop.served.ask(guests)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@in_no_time
async def test_own_goods_without_a_cost_withhold_what_was_earned() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.variant("latte").unit_cost = None
        found = (await order_of(shop, EARNED, order.id))["earned"]

        assert found["withheld"] == "GOODS_COST_UNKNOWN"
