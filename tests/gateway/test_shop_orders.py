"""What a guest sees of an order, and what nobody learns who does not know whose it is."""

import asyncio
from typing import Any

import pytest

from app import Sandbox
from sandbox.catalogue.shelf import MAIN_STREET
from sandbox.order_life import edit, mark_paid
from sandbox.product_changes import change_product
from tests.gateway.order_shop import OrderShop, order_shop
from tests.serving import Served, serving
from tests.virtual_time import in_no_time

TRACK = """query Track($name: String!, $email: String!) {
  shopOrder(name: $name, email: $email) {
    name step placedAt cancelledAt financialStatus fulfillmentStatus total { amount currencyCode }
    lines { title variantTitle sku quantity currentQuantity designName isPrintOnDemand unitPrice { amount } }
    parcels { createdAt deliveredAt tracking { carrier number url } units { title quantity } }
    printful { status isFresh parcels { carrier service trackingNumber trackingUrl shippedAt isReshipment
      units { title quantity } } }
    tickets { status location isFresh }
    timeline { at system kind words }
  }
}"""
FOUND = "query ($name: String!, $email: String!) { shopOrder(name: $name, email: $email) { name } }"
MAIL = "dana@example.com"


async def seen(shop: OrderShop, name: str, email: str = MAIL) -> Any:
    """The order as a guest sees it."""
    return (await shop.served.data(TRACK, name=name, email=email))["shopOrder"]


async def raw(served: Served, name: str, email: str) -> bytes:
    """The bytes of the answer to somebody who looks for an order."""
    response = await served.http.post("/graphql", json={"query": FOUND, "variables": {"name": name, "email": email}})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    return response.content


def kinds(found: Any) -> list[str]:
    return [event["kind"] for event in found["timeline"]]


@in_no_time
async def test_a_printed_order_is_followed_from_the_payment_to_the_parcel() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        steps = [(await seen(shop, order.name))["step"]]
        for done in ("confirm", "start", "ship"):
            await shop.at_printful(done)
            steps.append((await seen(shop, order.name))["step"])
        found = await seen(shop, order.name)

        assert steps == ["CONFIRMED", "PROCESSING", "PROCESSING", "SHIPPED"]
        assert kinds(found) == ["PLACED", "PAID", "PRINT_ORDERED", "PRINT_SHIPPED", "SHIPPED"]
        assert {event["system"] for event in found["timeline"]} == {"SHOPIFY", "PRINTFUL"}
        [parcel], [of_printful] = found["parcels"], found["printful"]["parcels"]
        assert parcel["tracking"][0]["number"] == of_printful["trackingNumber"]
        assert parcel["units"] == of_printful["units"]
        assert sum(each["quantity"] for each in parcel["units"]) == 3


@in_no_time
async def test_a_pickup_is_followed_from_the_counter_to_the_guest() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        steps = [(await seen(shop, order.name))["step"]]
        for done in ("ready", "complete"):
            await shop.at_the_counter(done)
            steps.append((await seen(shop, order.name))["step"])
        found = await seen(shop, order.name)

        assert steps == ["PROCESSING", "READY_FOR_PICKUP", "PICKED_UP"]
        assert kinds(found) == ["PLACED", "PAID", "TICKET_SENT", "READY_FOR_PICKUP", "PICKED_UP"]
        [ticket] = found["tickets"]
        assert (ticket["status"], ticket["isFresh"]) == ("COMPLETED", True)
        assert ticket["location"] == "Main Street Cafe"


@in_no_time
async def test_lines_show_what_was_bought_and_which_design_was_chosen() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shirt, mug = (await seen(shop, order.name))["lines"]

        assert (shirt["quantity"], shirt["isPrintOnDemand"], shirt["designName"]) == (2, True, None)
        assert (mug["sku"], mug["isPrintOnDemand"], mug["designName"]) == ("PFUL-1320", True, "Abstract Swirls")


@in_no_time
async def test_a_guest_learns_neither_what_failed_nor_what_printful_calls_it() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "status", status=503, match="/orders")
        order = await shop.placed()
        shop.sandbox.faults.clear()
        await shop.later(300)
        await shop.sweep()
        sent = {"query": TRACK, "variables": {"name": order.name, "email": MAIL}}
        answer = (await shop.served.http.post("/graphql", json=sent)).text

        assert "PRINT_ORDERED" in answer
        assert "ATTEMPT_FAILED" not in answer
        assert str(shop.print_order.id) not in answer


@in_no_time
async def test_an_upstream_that_is_down_costs_only_its_fresh_values() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        ticket_order = await shop.pickup()
        for upstream in ("printful", "square"):
            shop.sandbox.faults.add(upstream, "status", status=503)
        printed, picked_up = await seen(shop, order.name), await seen(shop, ticket_order.name)

        assert (printed["printful"]["status"], printed["printful"]["isFresh"]) == ("draft", False)
        assert printed["step"] == "CONFIRMED"
        assert [(each["status"], each["isFresh"]) for each in picked_up["tickets"]] == [("SENT", False)]


@in_no_time
async def test_printful_and_the_counter_are_read_concurrently() -> None:
    async with order_shop() as shop:
        latte = (shop.variant("latte"), 1, (), "PICK_UP", MAIN_STREET)
        order = await shop.placed((shop.variant("roastery-crest-shirt"), 1), latte)
        for upstream in ("printful", "square"):
            shop.sandbox.faults.add(upstream, "latency", latency_s=2)
        began = asyncio.get_running_loop().time()
        found = await seen(shop, order.name)

        assert (found["printful"]["isFresh"], [each["isFresh"] for each in found["tickets"]]) == (True, [True])
        assert asyncio.get_running_loop().time() - began < 3


@in_no_time
async def test_without_shopify_the_order_status_is_an_error_with_a_reason() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.sandbox.faults.add("admin", "status", status=503)
        answer = await shop.served.ask(FOUND, {"name": order.name, "email": MAIL})

        assert answer["data"] == {"shopOrder": None}
        [error] = answer["errors"]
        assert (error["extensions"]["code"], error["extensions"]["upstream"]) == ("TRY_LATER", "admin")


@in_no_time
async def test_the_variants_of_all_lines_come_in_one_request_with_fields_of_both_sides() -> None:
    async with order_shop() as shop:
        order = await shop.placed(*shop.prints(), (shop.variant("kynda-house-blend"), 1))
        shop.counted()
        found = await shop.served.data(
            """query ($name: String!, $email: String!, $size: Int) { shopOrder(name: $name, email: $email) {
              lines { title variant { ...Shown } again: variant { title: sku } } } }
            fragment Shown on ProductVariant {
              __typename title inventory { availability }
              product { name: title featuredImage { url(transform: { maxWidth: $size }) } } }""",
            name=order.name, email=MAIL, size=100,
        )  # fmt: skip

        lines = found["shopOrder"]["lines"]
        assert [line["variant"]["product"]["name"] for line in lines] == [line["title"] for line in lines]
        assert [line["again"]["title"] for line in lines] == [each.sku for each in order.lines]
        assert {line["variant"]["__typename"] for line in lines} == {"ProductVariant"}
        assert lines[2]["variant"]["inventory"]["availability"] in ("IN_STOCK", "LOW")
        assert shop.requests["storefront"] == 1


@in_no_time
async def test_a_variant_that_was_deleted_is_null_and_its_line_stays() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("kynda-house-blend"), 1))
        change_product(shop.store, "kynda-house-blend", removed=True)
        found = await shop.served.data(
            "query ($name: String!, $email: String!) { shopOrder(name: $name, email: $email) "
            "{ lines { title variant { title } } } }",
            name=order.name, email=MAIL,
        )  # fmt: skip

        [line] = found["shopOrder"]["lines"]
        assert line["title"]
        assert line["variant"] is None


@in_no_time
async def test_storefront_down_costs_the_variants_alone() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.sandbox.faults.add("storefront", "status", status=503)
        answer = await shop.served.ask(
            "query ($name: String!, $email: String!) { shopOrder(name: $name, email: $email) "
            "{ name lines { title variant { title } } } }",
            {"name": order.name, "email": MAIL},
        )

        assert answer["data"]["shopOrder"]["name"] == order.name
        assert [line["variant"] for line in answer["data"]["shopOrder"]["lines"]] == [None, None]
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"TRY_LATER"}
        assert {tuple(error["path"][:2]) for error in answer["errors"]} == {("shopOrder", "lines")}


class TestWhoMayLook:
    @pytest.mark.parametrize(
        ("name", "email"),
        [("#1003", "ada@example.com"), ("1003", "ada@example.com"), (" #1003 ", " Ada@Example.COM ")],
    )
    async def test_number_and_address_are_taken_as_people_write_them(
        self, gateway: Served, name: str, email: str
    ) -> None:
        assert await raw(gateway, name, email) == b'{"data":{"shopOrder":{"name":"#1003"}}}'

    async def test_all_wrong_pairs_get_the_same_answer_at_the_same_cost(self, sandbox: Sandbox) -> None:
        nobodys = next(each for each in sandbox.store.orders.values() if each.number == 1003)
        pairs = [
            ("#1003", "ben@example.com"),
            ("#9999", "ada@example.com"),
            ("#9999", "nobody@example.com"),
            ("#100", "ada@example.com"),
            ('1003" OR name:"1003', "ada@example.com"),
            ("*", "ada@example.com"),
        ]
        told, asked = [], []
        async with serving(sandbox) as served:
            for name, email in pairs:
                told.append(await raw(served, name, email))
                asked.append(served.requests)
                sandbox.faults.forget_requests()
            nobodys.email = None
            for email in ("ada@example.com", "None"):
                told.append(await raw(served, "#1003", email))
                asked.append(served.requests)
                sandbox.faults.forget_requests()

        assert set(told) == {b'{"data":{"shopOrder":null}}'}
        assert {tuple(each.items()) for each in asked} == {(("admin", 1),)}

    @pytest.mark.parametrize("pair", [("", "ada@example.com"), ("#", "ada@example.com"), ("#1003", "")])
    async def test_a_name_without_contact_sends_no_request(self, gateway: Served, pair: tuple[str, str]) -> None:
        assert await raw(gateway, *pair) == b'{"data":{"shopOrder":null}}'
        assert gateway.requests.get("admin", 0) == 0

    async def test_a_client_has_a_number_of_order_look_ups_in_an_hour(self, sandbox: Sandbox) -> None:
        async with serving(sandbox, limit_order_lookups=2) as served:
            await raw(served, "#1003", "ada@example.com")
            await raw(served, "#9999", "ada@example.com")
            sandbox.faults.forget_requests()
            answer = await served.ask(FOUND, {"name": "#1003", "email": "ada@example.com"}, status=429)

            assert answer["data"] == {"shopOrder": None}
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["THROTTLED"]
            assert served.requests.get("admin", 0) == 0

    async def test_each_look_up_in_an_operation_counts(self, sandbox: Sandbox) -> None:
        looks = " ".join(f'a{n}: shopOrder(name: "#{n}", email: "a@example.com") {{ name }}' for n in range(12))
        async with serving(sandbox) as served:
            answer = await served.ask(f"{{ {looks} }}")

        assert [error["extensions"]["code"] for error in answer["errors"]] == ["THROTTLED"] * 2

    async def test_private_answers_are_not_cached_for_the_next_caller(self, gateway: Served, sandbox: Sandbox) -> None:
        await raw(gateway, "#1003", "ada@example.com")
        order = next(each for each in sandbox.store.orders.values() if each.number == 1003)
        order.email = "grace@example.com"

        assert await raw(gateway, "#1003", "ada@example.com") == b'{"data":{"shopOrder":null}}'

    async def test_staff_fields_are_refused_to_guests(self, gateway: Served) -> None:
        answer = await gateway.ask('{ shopOrder(name: "#1003", email: "ada@example.com") { id } }')

        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        assert gateway.requests.get("admin", 0) == 0


@in_no_time
async def test_an_order_that_is_paid_days_later_was_paid_then() -> None:
    async with order_shop() as shop:
        order = await shop.placed(paid=False)
        assert kinds(await seen(shop, order.name)) == ["PLACED"]
        await shop.later(3 * 86400)
        mark_paid(shop.store, order)
        await shop.settled()

        found = await seen(shop, order.name)
        assert next(each["at"] for each in found["timeline"] if each["kind"] == "PAID")[:10] == "2026-11-25"


@in_no_time
async def test_added_goods_do_not_count_as_paid_with_the_order() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        edit(shop.store, order, {order.lines[0]: order.lines[0].quantity + 1})
        await shop.settled()
        assert "PAID" not in kinds(await seen(shop, order.name))

        await shop.later(3600)
        mark_paid(shop.store, order)
        await shop.settled()

        events = [each for each in (await seen(shop, order.name))["timeline"] if each["kind"].endswith("PAID")]
        assert [each["kind"] for each in events] == ["PARTLY_PAID", "PAID"]
        assert events[0]["at"] < events[1]["at"]


BY_CONTACT = """query ($name: String!, $email: String, $phone: String) {
  shopOrder(name: $name, email: $email, phone: $phone) { name }
}"""
PHONE = "+15125550177"


async def by_contact(shop: OrderShop, name: str, **contact: str) -> Any:
    return (await shop.served.data(BY_CONTACT, name=name, **contact))["shopOrder"]


@in_no_time
async def test_an_order_without_an_email_is_found_by_its_phone_number() -> None:
    async with order_shop() as shop:
        order = await shop.placed(email=None, phone=PHONE)

        assert await by_contact(shop, order.name, phone="(512) 555-0177") == {"name": order.name}
        assert await by_contact(shop, order.name, phone=PHONE, email=MAIL) == {"name": order.name}
        assert await by_contact(shop, order.name, phone="512 555 0178") is None
        assert await by_contact(shop, order.name, phone="555 0177") is None
        assert await by_contact(shop, order.name, email="") is None


@in_no_time
async def test_the_phone_number_opens_no_order_that_has_an_email() -> None:
    async with order_shop() as shop:
        order = await shop.placed(phone=PHONE)

        assert await by_contact(shop, order.name, phone=PHONE) is None
        assert await by_contact(shop, order.name, phone=PHONE, email="eve@example.com") is None
        assert await by_contact(shop, order.name, phone=PHONE, email=MAIL) == {"name": order.name}


@in_no_time
async def test_an_order_without_email_and_phone_cannot_be_looked_up() -> None:
    async with order_shop() as shop:
        order = await shop.placed(email=None, phone=None)

        assert await by_contact(shop, order.name, phone=PHONE) is None
        assert await by_contact(shop, order.name, email="", phone="") is None


@in_no_time
async def test_a_wrong_phone_number_is_answered_like_an_unknown_order() -> None:
    async with order_shop() as shop:
        order = await shop.placed(email=None, phone=PHONE)
        answers = []
        for name in (order.name, "#99999"):
            shop.counted()
            variables = {"name": name, "phone": "+15125550199"}
            response = await shop.served.http.post("/graphql", json={"query": BY_CONTACT, "variables": variables})
            answers.append((response.content, shop.requests))

        assert answers[0] == answers[1]


@in_no_time
async def test_an_order_look_up_needs_an_email_or_a_phone_number() -> None:
    async with order_shop() as shop:
        answer = await shop.served.ask('{ shopOrder(name: "#1001") { name } }')

        [error] = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "`email` or `phone`" in error["message"]


@in_no_time
async def test_look_ups_by_phone_number_count_for_the_limit_too() -> None:
    async with order_shop(limit_order_lookups=2) as shop:
        for _ in range(2):
            await by_contact(shop, "#1001", phone=PHONE)
        answer = await shop.served.ask(BY_CONTACT, {"name": "#1001", "phone": PHONE}, status=429)

        assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
