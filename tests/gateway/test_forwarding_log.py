"""Each attempt is one log event, without personal data or secrets."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from app import SANDBOX_PRINTFUL_TOKEN, SANDBOX_SQUARE_KEY, SANDBOX_STAFF_TOKEN, SANDBOX_WEBHOOK_SECRET
from resolvers.orders.journal import AttemptResult, System
from sandbox.cart_records import PlaceAddress
from sandbox.catalogue.shelf import MAIN_STREET
from sandbox.order_life import cancel, change_address, edit
from tests.gateway.order_shop import ART, OrderShop, order_shop
from tests.virtual_time import in_no_time

BUYER = PlaceAddress(
    first_name="Zerlina",
    last_name="Quibblefort",
    company="Quibblefort & Daughters",
    address1="77 Marmalade Crescent",
    address2="Apartment 9Q77",
    city="Austin",
    province_code="TX",
    country_code="US",
    zip="78799",
    phone="+15125550199",
)
EMAIL = "zerlina.quibblefort@buyer.example"
PRIVATE = ("Zerlina", "Quibblefort", "Marmalade", "9Q77", "78799", "5550199", EMAIL)
SECRETS = (
    SANDBOX_PRINTFUL_TOKEN,
    SANDBOX_SQUARE_KEY,
    SANDBOX_STAFF_TOKEN,
    SANDBOX_WEBHOOK_SECRET,
    "sandbox-admin",
    "sandbox-private",
    "Bearer",
)
Logs = list[MutableMapping[str, Any]]


def tried(logs: Logs) -> Logs:
    return [each for each in logs if each["event"] == "forwarding_attempted"]


async def whole_life(shop: OrderShop) -> None:
    """An order of both kinds of goods with all that can happen to it, and upstreams that repeat what they were sent."""
    said = {"code": 400, "result": f"{EMAIL} at 77 Marmalade Crescent", "error": {"reason": "BadRequest"}}
    shop.sandbox.faults.add(
        "printful", "status", status=400, body={**said, "error": {"message": f"no {EMAIL}"}}, times=1
    )
    shop.sandbox.faults.add("square", "status", status=400, body={"errors": [{"detail": f"no {EMAIL}"}]}, times=1)
    latte = shop.variant("latte")
    how: dict[str, Any] = {"shipping_address": BUYER, "email": EMAIL, "phone": BUYER.phone}
    await shop.placed(*shop.prints(), (latte, 2, (), "PICK_UP", MAIN_STREET), **how)
    await shop.placed((shop.variant("your-design-mug"), 1, {ART: f"https://a.example/{EMAIL}"}), **how)
    shop.sandbox.faults.add("printful", "lost", times=1)
    shop.sandbox.faults.add("square", "lost", times=1)
    order = await shop.placed(*shop.prints(), (latte, 2, (), "PICK_UP", MAIN_STREET), **how)
    await shop.later(120)
    await shop.sweep()
    edit(shop.store, order, {order.lines[0]: 1})
    await shop.settled()
    change_address(shop.store, order, BUYER)
    await shop.sweep()
    for printed in shop.print_orders:
        if printed.external_id == str(order.id):
            shop.printful.confirm(printed)
            await shop.settled()
            shop.printful.hold(printed, f"The address of Zerlina Quibblefort ({EMAIL}) is unknown")
            await shop.settled()
            shop.printful.release(printed)
            shop.printful.start(printed)
            await shop.settled()
    cancel(shop.store, order)
    await shop.settled()


@in_no_time
async def test_each_attempt_is_one_log_event_with_the_same_fields() -> None:
    async with order_shop() as shop:
        with capture_logs() as logs:
            order = await shop.placed()

        [logged] = tried(logs)
        assert logged == {
            "event": "forwarding_attempted",
            "log_level": "info",
            "order": str(order.id),
            "system": "printful",
            "action": "create",
            "result": "done",
            "detail": f"Printful order {shop.print_order.id}",
        }


@in_no_time
async def test_all_logged_attempts_have_known_fields_and_values() -> None:
    async with order_shop() as shop:
        with capture_logs() as logs:
            await whole_life(shop)

        logged = tried(logs)
        assert {frozenset(each) for each in logged} == {
            frozenset({"event", "log_level", "order", "system", "action", "result", "detail"})
        }
        assert {each["system"] for each in logged} <= {each.value for each in System}
        assert {each["result"] for each in logged} <= {each.value for each in AttemptResult}
        assert {"create", "update", "confirm", "cancel", "send"} & {each["action"] for each in logged}


@in_no_time
async def test_failures_are_warnings_and_successes_are_not() -> None:
    async with order_shop() as shop:
        with capture_logs() as logs:
            await whole_life(shop)

        levels = {(each["result"] == "done", each["log_level"]) for each in tried(logs)}
        assert levels == {(True, "info"), (False, "warning")}


@in_no_time
async def test_as_many_attempts_are_logged_as_the_orders_remember() -> None:
    async with order_shop() as shop:
        with capture_logs() as logs:
            order = await shop.placed()
            await shop.at_printful("confirm", "start", "ship")

        mine = [each for each in tried(logs) if each["order"] == str(order.id)]
        assert [each["action"] for each in mine] == ["create", "fulfill"]


@pytest.mark.parametrize("secrets", [PRIVATE, SECRETS], ids=["the buyer", "secrets"])
def test_no_log_contains_personal_data_or_secrets(secrets: tuple[str, ...]) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            with capture_logs() as logs:
                await whole_life(shop)

            assert tried(logs)
            assert [word for word in secrets if word.casefold() in str(logs).casefold()] == []

    scenario()


@pytest.mark.parametrize("secrets", [PRIVATE, SECRETS], ids=["the buyer", "secrets"])
def test_no_metafield_tag_or_note_contains_personal_data_or_secrets(secrets: tuple[str, ...]) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            await whole_life(shop)

            ours = [
                [*(each.value for each in [*order.metafields, *order.private_metafields]), *order.tags, order.note]
                for order in shop.store.orders.values()
                if order.email == EMAIL
            ]
            assert len(ours) == 3
            assert [word for word in secrets if word.casefold() in str(ours).casefold()] == []

    scenario()
