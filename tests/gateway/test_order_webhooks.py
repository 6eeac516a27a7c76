"""The three doors for messages about orders: who is let in, what is answered, and what it costs to be wrong."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest
from structlog.testing import capture_logs

from app import SANDBOX_PRINTFUL_TOKEN, SANDBOX_SQUARE_KEY, Sandbox, create_app
from resolvers.subscriptions import ALL_TOPICS
from sandbox.order_life import place_order
from tests.gateway.order_shop import OWN, order_shop
from tests.gateway.test_doctor import LIVE
from tests.serving import GivenSettings, Served, serving
from tests.signed import dumped, headers, printful_event, signature, signed_square
from tests.virtual_time import in_no_time

SHOPIFY, SHOPIFY_OLD = "/webhooks/shopify", "/api/webhooks/shopify/orders"
PRINTFUL, SQUARE = f"/webhooks/printful/{SANDBOX_PRINTFUL_TOKEN}", "/webhooks/square"
SQUARE_URL = f"{OWN}{SQUARE}"
BUYER = "guest@buyer.example"
SHIPPED = printful_event("package_shipped", {"shipment": {"id": 1}, "order": {"id": 2, "external_id": "3"}})


def paid(number: int = 5) -> bytes:
    return dumped({"id": number, "email": BUYER})


def long_ago(body: bytes) -> dict[str, str]:
    """Of a payment that was told so late that Shopify would show the order, were there one."""
    return headers(body, "orders/paid", triggered_at="2026-11-22T10:00:00Z")


def square(**how: Any) -> tuple[dict[str, str], bytes]:
    return signed_square(**{"key": SANDBOX_SQUARE_KEY, "url": SQUARE_URL, **how})


async def posted(gateway: Served, path: str, body: bytes, sent: Mapping[str, str] | None = None) -> httpx.Response:
    return await gateway.http.post(path, content=body, headers=dict(sent or {}))


@pytest.mark.parametrize("path", [SHOPIFY, SHOPIFY_OLD])
async def test_an_order_is_announced_at_both_paths(gateway: Served, path: str) -> None:
    body = paid()

    assert (await posted(gateway, path, body, long_ago(body))).status_code == 200
    assert gateway.requests == {"admin": 1}  # the order was looked for


async def test_the_old_services_other_path_is_not_served(gateway: Served) -> None:
    body = paid()

    answer = await posted(gateway, f"{SHOPIFY_OLD}/orders", body, headers(body, "orders/paid"))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"hmac_sha256": signature(b"another body")},
        {"hmac_sha256": signature(paid(), "another secret")},
        {"hmac_sha256": ""},
        {"shop_domain": "other.myshopify.com"},
    ],
)
async def test_a_forged_order_webhook_is_refused_without_upstream_requests(
    gateway: Served, change: dict[str, str]
) -> None:
    body = paid()

    answer = await posted(gateway, SHOPIFY, body, headers(body, "orders/paid", **change))

    assert (answer.status_code, answer.content) == (401, b"")
    assert gateway.requests == {}


async def test_the_previous_webhook_secret_is_still_accepted(sandbox: Sandbox) -> None:
    body = paid()
    async with serving(sandbox, shopify_webhook_secret="new", shopify_webhook_secret_previous="old") as gateway:
        for secret, status in (("new", 200), ("old", 200), ("older", 401)):
            sent = {**long_ago(body), "x-shopify-hmac-sha256": signature(body, secret)}
            assert (await posted(gateway, SHOPIFY, body, sent)).status_code == status


@pytest.mark.parametrize(
    "token", ["", "wrong", SANDBOX_PRINTFUL_TOKEN.upper(), f"{SANDBOX_PRINTFUL_TOKEN}/x", "%C3%A4"]
)
async def test_printfuls_webhook_path_is_not_found_without_its_token(gateway: Served, token: str) -> None:
    answer = await posted(gateway, f"/webhooks/printful/{token}", SHIPPED)

    assert answer.status_code == 404
    assert gateway.requests == {}


async def test_printfuls_token_is_in_no_log(gateway: Served) -> None:
    with capture_logs() as logs:
        await posted(gateway, PRINTFUL, SHIPPED)
        await posted(gateway, PRINTFUL, b"no event")

    assert logs
    assert SANDBOX_PRINTFUL_TOKEN not in str(logs)


async def test_square_signs_its_own_address_and_the_body(gateway: Served) -> None:
    sent, body = square()

    assert (await posted(gateway, SQUARE, body, sent)).status_code == 200


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/webhooks/square", f"{SQUARE_URL}/"])
async def test_a_signature_over_the_body_alone_or_for_another_address_is_refused(gateway: Served, url: str) -> None:
    sent, body = square(url=url)

    assert (await posted(gateway, SQUARE, body, sent)).status_code == 401
    assert gateway.requests == {}


async def test_squares_address_is_the_one_that_is_set_and_not_the_one_that_was_called(sandbox: Sandbox) -> None:
    registered = "https://pos.kynda.example/webhooks/square"
    async with serving(
        sandbox, square_webhook_signature_key="key", square_webhook_notification_url=registered
    ) as gateway:
        sent, body = square(key="key", url=registered)
        assert (await posted(gateway, SQUARE, body, {**sent, "host": "proxy.example"})).status_code == 200
        sent, body = square(key="key", url=f"http://gateway{SQUARE}")
        assert (await posted(gateway, SQUARE, body, sent)).status_code == 401


async def test_without_keys_a_live_gateway_refuses_webhooks_of_printful_and_square() -> None:
    live: dict[str, Any] = LIVE
    app = create_app(
        GivenSettings(**live, graphiql=False), transport=httpx.MockTransport(lambda _: httpx.Response(500))
    )
    sent, body = square(key="", url="")

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        assert (await http.post("/webhooks/printful/", content=SHIPPED)).status_code == 404
        assert (await http.post(PRINTFUL, content=SHIPPED)).status_code == 404
        assert (await http.post(SQUARE, content=body, headers=sent)).status_code == 401


@pytest.mark.parametrize("topic", ["carts/update", "orders/fulfilled", "no/such/topic"])
async def test_unneeded_topics_are_accepted_without_effect(gateway: Served, topic: str) -> None:
    body = paid()

    assert (await posted(gateway, SHOPIFY, body, headers(body, topic))).status_code == 200
    assert gateway.requests == {}


async def test_other_events_of_printful_and_square_are_accepted_without_effect(gateway: Served) -> None:
    product = printful_event("product_synced", {"sync_product": {"id": 1}})
    sent, body = square(kind="payment.updated", thing={"payment": {"id": "p1"}})

    assert (await posted(gateway, PRINTFUL, product)).status_code == 200
    assert (await posted(gateway, SQUARE, body, sent)).status_code == 200
    assert gateway.requests == {}


async def test_orders_updated_is_not_subscribed_and_would_cause_no_request(gateway: Served) -> None:
    body = dumped({"id": 5, "note": "printful_order_id: 1", "tags": "printful-forwarded"})

    answer = await posted(gateway, SHOPIFY, body, headers(body, "orders/updated"))

    assert (answer.status_code, gateway.requests) == (200, {})
    assert "ORDERS_UPDATED" not in ALL_TOPICS


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b'{"id": null}', b'{"id": "x"}', b'{"id": {"deep": []}}'])
async def test_a_signed_but_unreadable_webhook_is_accepted_without_effect(gateway: Served, body: bytes) -> None:
    assert (await posted(gateway, SHOPIFY, body, headers(body, "orders/paid"))).status_code == 200
    assert gateway.requests == {}


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b"[" * 5000, printful_event("package_shipped", {})])
async def test_an_invalid_printful_webhook_is_accepted_without_effect(gateway: Served, body: bytes) -> None:
    assert (await posted(gateway, PRINTFUL, body)).status_code == 200
    assert gateway.requests == {}


@pytest.mark.parametrize("path", [SHOPIFY, PRINTFUL, SQUARE])
async def test_an_oversized_body_is_not_read(sandbox: Sandbox, path: str) -> None:
    async with serving(sandbox, limit_webhook_bytes=100) as gateway:
        body = dumped({"id": 5, "filler": "x" * 200})
        assert (await posted(gateway, path, body, headers(body, "orders/paid"))).status_code == 413
        assert gateway.requests == {}


@in_no_time
async def test_a_delivery_that_arrives_twice_is_processed_once() -> None:
    async with order_shop() as shop:
        await shop.placed()
        first = next(each for each in shop.sandbox.webhooks.log if each.topic == "orders/paid")
        shop.counted()

        again = await shop.served.http.post(SHOPIFY, content=first.body, headers=first.headers)

        assert (again.status_code, shop.requests) == (200, {})


@in_no_time
async def test_the_same_message_about_another_moment_is_handled() -> None:
    async with order_shop() as shop:
        await shop.placed()
        first = next(each for each in shop.sandbox.webhooks.log if each.topic == "orders/paid")
        shop.counted()

        later = {**first.headers, "x-shopify-webhook-id": "another", "x-shopify-triggered-at": "2026-11-23T09:00:00Z"}
        await shop.served.http.post(SHOPIFY, content=first.body, headers=later)

        assert shop.requests == {"admin": 1}


@in_no_time
async def test_a_copy_with_another_id_is_recognised_by_its_body() -> None:
    async with order_shop() as shop:
        await shop.placed()
        first = next(each for each in shop.sandbox.webhooks.log if each.topic == "orders/paid")
        shop.counted()

        copy = {**first.headers, "x-shopify-webhook-id": "another"}
        await shop.served.http.post(SHOPIFY, content=first.body, headers=copy)

        assert shop.requests == {}


@in_no_time
async def test_a_repeated_message_of_printfuls_is_recognised_by_its_contents() -> None:
    async with order_shop() as shop:
        await shop.placed()
        await shop.at_printful("confirm")
        first = next(each for each in shop.sandbox.webhooks.log if each.topic == "order_updated")
        shop.counted()

        later = orjson.dumps(orjson.loads(first.body) | {"retries": 3})
        again = await shop.served.http.post(PRINTFUL, content=later)

        assert (again.status_code, shop.requests) == (200, {})


@in_no_time
async def test_a_repeated_event_of_squares_is_recognised_by_its_id() -> None:
    async with order_shop() as shop:
        await shop.pickup()
        await shop.at_the_counter("accept")
        first = next(each for each in shop.sandbox.webhooks.log if each.topic == "order.fulfillment.updated")
        shop.counted()

        again = await shop.served.http.post(SQUARE, content=first.body, headers=first.headers)

        assert (again.status_code, shop.requests) == (200, {})


@in_no_time
async def test_only_the_order_id_of_a_webhook_is_trusted() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        order = place_order(shop.store, shop.prints(), paid=False)
        shop.sandbox.faults.clear()
        body = dumped(
            {"id": order.id, "financial_status": "paid", "line_items": [{"sku": "PFUL-1320", "quantity": 99}]}
        )

        await shop.served.http.post(SHOPIFY, content=body, headers=headers(body, "orders/paid"))

        assert shop.print_orders == []


@in_no_time
async def test_an_order_that_shopify_does_not_show_yet_is_asked_for_again_soon() -> None:
    async with order_shop() as shop:
        body = paid(9_999)
        fresh = headers(body, "orders/paid", triggered_at="2026-11-22T12:00:00Z")
        old = headers(body, "orders/paid", triggered_at="2026-11-22T11:00:00Z", webhook_id="another")

        assert (await shop.served.http.post(SHOPIFY, content=body, headers=fresh)).status_code == 503
        assert (await shop.served.http.post(SHOPIFY, content=body, headers=old)).status_code == 200


@in_no_time
async def test_each_message_is_one_event_in_the_logs_without_anything_of_its_body() -> None:
    async with order_shop() as shop:
        with capture_logs() as logs:
            order = await shop.placed(email=BUYER)

        received = [each for each in logs if each["event"] == "webhook_received" and each["topic"] == "orders/paid"]
        assert [each["about"] for each in received] == [str(order.id)]
        assert BUYER not in str(logs)
