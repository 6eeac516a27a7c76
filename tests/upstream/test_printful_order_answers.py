"""Reading Printful's orders and webhook settings, with missing and odd values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from clients.errors import Broken
from clients.printful.orders import (
    PrintItem,
    PrintOrder,
    PrintStatus,
    Shipment,
)
from clients.printful.webhook_setup import WebhookConfig
from tests.upstream.printful_calls import DRAFT, SMALL, Shop, fails, ok, orders


async def read(raw: dict[str, Any]) -> PrintOrder:
    async with orders(Shop(ok({**SMALL, **raw}))) as client:
        found = await client.order(7)
    assert found is not None
    return found


async def test_a_page_of_orders_says_how_many_there_are() -> None:
    shop = Shop(ok([SMALL, {**SMALL, "id": 8}], paging={"total": 412, "offset": 100, "limit": 2}))
    async with orders(shop) as client:
        found, total = await client.orders("draft", 100, 2)
        await client.orders()
    assert ([order.id for order in found], total) == ([7, 8], 412)
    assert [dict(each.url.params) for each in shop.seen] == [
        {"offset": "100", "limit": "2", "status": "draft"},
        {"offset": "0", "limit": "100"},
    ]


@pytest.mark.parametrize("paging", [{}, {"paging": []}, {"paging": None}])
async def test_a_page_without_a_total_has_what_it_has(paging: dict[str, Any]) -> None:
    async with orders(Shop(ok([SMALL], **paging))) as client:
        assert (await client.orders())[1] == 1


async def test_no_orders_are_an_empty_page() -> None:
    async with orders(Shop(ok([], paging={"total": 0, "offset": 0, "limit": 100}))) as client:
        assert await client.orders() == ((), 0)


async def test_an_order_is_read_whole() -> None:
    order = await read(
        {
            "external_id": "5001",
            "status": "partial",
            "error": None,
            "errorCode": 0,
            "shipping": "STANDARD",
            "created": 1771326000,
            "updated": 1771326060,
            "recipient": {"name": "A. Guest", "state_code": None},
            "items": [
                {
                    "id": 31,
                    "external_id": "9001",
                    "variant_id": 1320,
                    "sync_variant_id": None,
                    "quantity": 2,
                    "name": "Mug",
                    "files": [
                        {"id": 1, "type": "default", "url": "https://art.example/dog.png"},
                        {"id": 2, "type": "back", "url": None},
                        {"id": 3, "type": "preview", "url": "https://pictures.example/mockup.png"},
                    ],
                }
            ],
            "costs": {"currency": "EUR", "total": "27.10"},
            "shipments": [
                {
                    "id": 48,
                    "carrier": "USPS",
                    "service": "Ground",
                    "tracking_number": "9400111899223456789012",
                    "tracking_url": "https://tracking.example/1",
                    "created": 1771498000,
                    "ship_date": "2026-02-19",
                    "shipped_at": 1771498800,
                    "reshipment": True,
                    "items": [{"item_id": 31, "quantity": 1}, {"item_id": 31, "quantity": 1}],
                }
            ],
            "dashboard_url": "https://printful.example/7",
        }
    )
    assert order == PrintOrder(
        id=7,
        external_id="5001",
        status=PrintStatus.PARTIAL,
        created_at=datetime(2026, 2, 17, 11, 0, tzinfo=UTC),
        updated_at=datetime(2026, 2, 17, 11, 1, tzinfo=UTC),
        items=(PrintItem(31, "9001", 2, 1320, None, "Mug", ("https://art.example/dog.png", None)),),
        shipments=(
            Shipment(
                id=48,
                carrier="USPS",
                service="Ground",
                tracking_number="9400111899223456789012",
                tracking_url="https://tracking.example/1",
                shipped_at=datetime(2026, 2, 19, 11, 0, tzinfo=UTC),
                is_reshipment=True,
                items={31: 2},
            ),
        ),
        shipping="STANDARD",
        recipient={"name": "A. Guest", "state_code": None},
        cost_currency="EUR",
        total_cost=Decimal("27.10"),
        dashboard_url="https://printful.example/7",
    )


@pytest.mark.parametrize("nothing", [None, []], ids=["null", "empty list"])
async def test_an_order_may_lack_all_but_its_id_and_status(nothing: Any) -> None:
    optional = [
        "external_id",
        "error",
        "shipping",
        "created",
        "updated",
        "recipient",
        "items",
        "costs",
        "retail_costs",
        "shipments",
        "packing_slip",
        "gift",
        "dashboard_url",
    ]
    assert await read(dict.fromkeys(optional, nothing)) == PrintOrder(7, None, PrintStatus.DRAFT)


async def test_items_and_parcels_may_lack_all_but_their_id() -> None:
    order = await read(
        {
            "items": [{"id": 31, "files": None}, {"id": 32, "files": [], "name": None}],
            "shipments": [{"id": 48, "items": None, "tracking_number": None}, {"id": None}],
        }
    )
    assert order.items == (PrintItem(31, None, 0), PrintItem(32, None, 0))
    assert order.shipments == (Shipment(48, None, None, None, None, None, is_reshipment=False),)


@pytest.mark.parametrize(
    ("shipment", "number", "day"),
    [
        ({"shipped_at": "1771498800", "tracking_number": 123}, "123", 19),
        ({"shipped_at": "2026-02-18T09:00:00+02:00", "tracking_number": " 12 "}, "12", 18),
        ({"shipped_at": None, "ship_date": "2026-02-17", "tracking_number": ""}, None, 17),
        ({"shipped_at": "soon", "ship_date": "0000-00-00", "created": 1771498800}, None, 19),
        ({"shipped_at": 10**30, "ship_date": 10**17, "created": 1771498800}, None, 19),
        ({"created": 1771498800, "tracking_number": 9.4e21}, None, 19),
    ],
)
async def test_parcels_are_read_in_every_form_of_their_values(
    shipment: dict[str, Any], number: str | None, day: int
) -> None:
    parcel = (await read({"shipments": [{"id": 48, **shipment}]})).shipments[0]
    assert parcel.shipped_at is not None
    assert (parcel.tracking_number, parcel.shipped_at.day) == (number, day)


@pytest.mark.parametrize(("total", "cost"), [("27.10", "27.10"), (27.1, "27.1"), (27, "27")])
async def test_costs_are_exact_as_texts_and_as_numbers(total: Any, cost: str) -> None:
    assert (await read({"costs": {"currency": "EUR", "total": total}})).total_cost == Decimal(cost)


async def test_the_reason_of_a_failed_order_is_read() -> None:
    assert (await read({"status": "failed", "error": "Bad file"})).error == "Bad file"
    assert (await read({"status": "failed", "error": {"message": "Bad file"}})).error == "Bad file"


@pytest.mark.parametrize("raw", [{"id": None}, {"status": None}, {"items": [{"id": None, "quantity": 1}]}])
async def test_an_order_without_its_required_fields_is_a_broken_answer(raw: dict[str, Any]) -> None:
    await fails(Shop(ok({**SMALL, **raw})), lambda client: client.order(7), Broken)


@pytest.mark.parametrize(
    "answer",
    [ok({"url": None, "types": [], "params": []}), ok({"url": None, "types": None, "params": None}), ok([]), ok(None)],
)
async def test_a_store_without_webhooks_has_an_empty_setup(answer: Any) -> None:
    async with orders(Shop(answer)) as client:
        assert await client.webhook() == WebhookConfig()


async def test_a_stores_webhook_configuration_is_read() -> None:
    params = {"stock_updated": {"product_ids": [19]}}
    shop = Shop(ok({"url": "https://shop.example/hook", "types": ["order_failed", "stock_updated"], "params": params}))
    async with orders(shop) as client:
        assert await client.webhook() == WebhookConfig(
            "https://shop.example/hook", ("order_failed", "stock_updated"), params
        )
    assert shop.requests == ["GET /webhooks"]


async def test_setting_up_webhooks_sends_the_complete_configuration() -> None:
    answer = ok({"url": "https://shop.example/hook", "types": ["order_failed", "stock_updated"], "params": []})
    shop = Shop(answer)
    async with orders(shop) as client:
        params = {"stock_updated": {"product_ids": [19]}}
        made = await client.set_webhook("https://shop.example/hook", {"stock_updated", "order_failed"}, params)
    assert shop.requests == ["POST /webhooks"]
    assert shop.body == {
        "url": "https://shop.example/hook",
        "types": ["order_failed", "stock_updated"],
        "params": params,
    }
    assert made == WebhookConfig("https://shop.example/hook", ("order_failed", "stock_updated"))


def test_the_secret_webhook_address_is_not_logged() -> None:
    assert "secret" not in repr(WebhookConfig("https://shop.example/hook/secret"))


async def test_the_recipient_of_an_order_is_not_logged() -> None:
    assert "Guest" not in repr(DRAFT)
    assert "Guest" not in repr(await read({"recipient": {"name": "A. Guest"}}))
