"""Printful's orders through the client: what is sent, how often, and what is made of every kind of answer."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.http import HttpUpstream
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.order_client import ExternalIdTaken, PrintfulOrders, TooLate
from clients.printful.orders import (
    DraftItem,
    DraftRecipient,
    OrderDraft,
    PrintItem,
    PrintOrder,
    PrintStatus,
    RetailCosts,
    Shipment,
)
from clients.printful.webhook_setup import WebhookConfig
from tests.virtual_time import PassingTime

Ask = Callable[[PrintfulOrders], Awaitable[object]]
MUG = DraftItem("9001", 2, "Mug 11 oz", Decimal("18.5"), variant_id=1320, art_url="https://art.example/dog.png?v=2")
TOTE = DraftItem("9002", 1, "Tote", Decimal("24.00"), sync_variant_id=4411)
GUEST = DraftRecipient("A. Guest", "1 Road, flat 2", "Riga", "LV", zip="LV-1010")
COSTS = RetailCosts("USD", Decimal("61"), Decimal("3.055"), Decimal("4.75"), Decimal(0))
DRAFT = OrderDraft("5001", "STANDARD", GUEST, (MUG, TOTE), COSTS, "#1001")
SMALL = {"id": 7, "status": "draft"}
TAKEN = "Order with this External ID already exists"
NOT_FOUND = {"code": 404, "result": "Not Found", "error": {"reason": "NotFound", "message": "Not Found"}}


class Shop:
    """Printful with answers in turn, of which the last is given for ever; keeps the requests."""

    def __init__(self, *answers: tuple[int, Any] | httpx.HTTPError) -> None:
        self._answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, httpx.HTTPError):
            raise answer
        status, body = answer
        return httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)

    @property
    def requests(self) -> list[str]:
        return [f"{each.method} {each.url.raw_path.decode().removeprefix('/api')}" for each in self.seen]

    @property
    def body(self) -> Any:
        return json.loads(self.seen[-1].content)


@asynccontextmanager
async def orders(shop: Shop) -> AsyncIterator[PrintfulOrders]:
    http = HttpUpstream(httpx.MockTransport(shop), "https://printful.example/api")
    yield PrintfulOrders(Printful(http, PrintfulAccess("secret", "42"), timing=PassingTime().timing))


def ok(value: Any, **more: Any) -> tuple[int, Any]:
    return 200, {"code": 200, "result": value, "extra": [], **more}


def refused(message: str, status: int = 400, **more: Any) -> tuple[int, Any]:
    return status, {
        "code": status,
        "result": message,
        "error": {"reason": "BadRequest", "message": message, **more},
    }


async def fails(shop: Shop, ask: Ask, kind: type[UpstreamError]) -> UpstreamError:
    async with orders(shop) as client:
        with pytest.raises(kind) as caught:
            await ask(client)
    assert type(caught.value) is kind
    return caught.value


def create(client: PrintfulOrders) -> Awaitable[object]:
    return client.create_order(DRAFT)


def update(client: PrintfulOrders) -> Awaitable[object]:
    return client.update_order(7, DRAFT)


def confirm(client: PrintfulOrders) -> Awaitable[object]:
    return client.confirm_order(7)


def cancel(client: PrintfulOrders) -> Awaitable[object]:
    return client.cancel_order(7)


async def created(draft: OrderDraft) -> Any:
    shop = Shop(ok(SMALL))
    async with orders(shop) as client:
        await client.create_order(draft)
    return shop.body


async def read(raw: dict[str, Any]) -> PrintOrder:
    async with orders(Shop(ok({**SMALL, **raw}))) as client:
        found = await client.order(7)
    assert found is not None
    return found


async def test_a_new_order_is_a_draft_under_our_number() -> None:
    shop = Shop(ok({**SMALL, "external_id": "5001"}))
    async with orders(shop) as client:
        order = await client.create_order(DRAFT)
    assert shop.requests == ["POST /orders"]
    assert (order.id, order.status, order.external_id) == (7, "draft", "5001")
    assert shop.body == {
        "external_id": "5001",
        "shipping": "STANDARD",
        "recipient": {
            "name": "A. Guest",
            "address1": "1 Road, flat 2",
            "city": "Riga",
            "country_code": "LV",
            "zip": "LV-1010",
        },
        "items": [
            {
                "external_id": "9001",
                "variant_id": 1320,
                "quantity": 2,
                "retail_price": "18.50",
                "name": "Mug 11 oz",
                "files": [{"type": "default", "url": "https://art.example/dog.png?v=2"}],
            },
            {"external_id": "9002", "sync_variant_id": 4411, "quantity": 1, "retail_price": "24.00", "name": "Tote"},
        ],
        "retail_costs": {
            "currency": "USD",
            "subtotal": "61.00",
            "discount": "3.06",
            "shipping": "4.75",
            "tax": "0.00",
        },
        "packing_slip": {"custom_order_id": "#1001"},
    }


async def test_what_is_not_known_of_the_recipient_is_left_out() -> None:
    recipient = replace(GUEST, company="", state_code="", state_name=" ", address2=None, phone=None, email="")
    assert (await created(replace(DRAFT, recipient=recipient)))["recipient"].keys() == {
        "name",
        "address1",
        "city",
        "country_code",
        "zip",
    }


async def test_everything_known_of_the_recipient_is_sent() -> None:
    recipient = DraftRecipient(
        "A. Guest",
        "1 Road",
        "Chatsworth",
        "US",
        "91311",
        "Co",
        "Flat 2",
        "CA",
        "California",
        "+15550100",
        "a@b.example",
    )
    assert (await created(replace(DRAFT, recipient=recipient)))["recipient"] == {
        "name": "A. Guest",
        "company": "Co",
        "address1": "1 Road",
        "address2": "Flat 2",
        "city": "Chatsworth",
        "state_code": "CA",
        "state_name": "California",
        "country_code": "US",
        "zip": "91311",
        "phone": "+15550100",
        "email": "a@b.example",
    }


async def test_a_currency_without_cents_is_written_without_them() -> None:
    yen = RetailCosts("JPY", Decimal("5400"), Decimal(0), Decimal("600.0"), Decimal(0))
    body = await created(replace(DRAFT, retail_costs=yen, items=(replace(MUG, retail_price=Decimal("2700.0")),)))
    assert body["items"][0]["retail_price"] == "2700"
    assert body["retail_costs"]["shipping"] == "600"


@pytest.mark.parametrize(
    ("draft", "about"),
    [
        (replace(DRAFT, external_id="1" * 33), "1" * 33),
        (replace(DRAFT, external_id=""), "external id"),
        (replace(DRAFT, external_id="gid://shopify/Order/1"), "gid://shopify/Order/1"),
        (replace(DRAFT, external_id="５００１"), "external id"),
        (replace(DRAFT, external_id="5001\n"), "external id"),
        (replace(DRAFT, items=()), "without items"),
        (replace(DRAFT, items=(MUG, MUG)), "same external id"),
        (replace(DRAFT, items=(replace(MUG, external_id=""),)), "without an external id"),
        (replace(DRAFT, items=(replace(MUG, quantity=1001),)), "1001 of item 9001"),
        (replace(DRAFT, items=(replace(MUG, quantity=0),)), "0 of item 9001"),
        (replace(DRAFT, items=(replace(MUG, art_url=None),)), "item 9001"),
        (replace(DRAFT, items=(replace(MUG, variant_id=None),)), "item 9001"),
        (replace(DRAFT, items=(replace(MUG, sync_variant_id=1),)), "item 9001"),
        (replace(DRAFT, items=(replace(TOTE, art_url="https://art.example/dog.png"),)), "item 9002"),
    ],
)
async def test_what_printful_would_refuse_for_certain_is_not_sent(draft: OrderDraft, about: str) -> None:
    shop = Shop(ok(SMALL))
    error = await fails(shop, lambda client: client.create_order(draft), Rejected)
    assert error.detail.startswith("not sent")
    assert about in error.detail
    assert shop.seen == []


@pytest.mark.parametrize("changed", [replace(DRAFT, items=()), replace(DRAFT, items=(replace(MUG, quantity=1001),))])
async def test_a_change_that_printful_would_refuse_for_certain_is_not_sent(changed: OrderDraft) -> None:
    shop = Shop(ok(SMALL))
    error = await fails(shop, lambda client: client.update_order(7, changed), Rejected)
    assert error.detail.startswith("not sent")
    assert shop.seen == []


async def test_ids_and_quantities_at_their_limits_are_sent() -> None:
    body = await created(replace(DRAFT, external_id="a_B-" * 8, items=(replace(MUG, quantity=1000),)))
    assert (body["external_id"], body["items"][0]["quantity"]) == ("a_B-" * 8, 1000)


@pytest.mark.parametrize(
    "answer",
    [
        refused(TAKEN, api_error_code="OR-13"),
        refused("Taken", api_error_code="OR-13"),
        (400, {**refused("Taken")[1], "api_error_code": "OR-13"}),
        refused(TAKEN),
        (400, {"code": 400, "result": TAKEN}),
        (400, {"code": 400, "error": TAKEN}),
        (400, {"data": TAKEN, "error": {"reason": "BadRequest", "message": TAKEN}}),
        (400, {"type": "about:blank", "title": "Bad Request", "detail": TAKEN, "status": 400}),
        (200, {"code": 400, "result": TAKEN}),
        refused("OR-13: in use"),
        refused(TAKEN, status=409),
    ],
)
async def test_a_number_that_is_taken_is_told_in_any_shape(answer: tuple[int, Any]) -> None:
    await fails(Shop(answer), create, ExternalIdTaken)


@pytest.mark.parametrize("code", ["OR-1", "OR-4", "OR-10", "OR-130"])
async def test_other_refusals_of_a_new_order_are_not_that(code: str) -> None:
    error = await fails(Shop(refused("State code is missing", api_error_code=code)), create, Rejected)
    assert isinstance(error, Rejected)
    assert error.code == code
    assert "State code is missing" in error.detail


@pytest.mark.parametrize("ask", [create, confirm], ids=["create", "confirm"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((503, "<html>"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
        (httpx.RemoteProtocolError("gone"), Unavailable),
        (refused("Wait 1", status=429), Throttled),
        (refused("No", status=401), Denied),
        ((200, "<html>"), Broken),
        (ok([]), Broken),
        (ok({"id": 7}), Broken),
    ],
)
async def test_what_may_not_happen_twice_is_sent_once_whatever_the_answer(
    ask: Ask, answer: Any, kind: type[UpstreamError]
) -> None:
    shop = Shop(answer)
    await fails(shop, ask, kind)
    assert len(shop.seen) == 1


@pytest.mark.parametrize("ask", [update, cancel], ids=["update", "cancel"])
async def test_what_may_happen_twice_is_repeated(ask: Ask) -> None:
    shop = Shop((503, "<html>"), ok(SMALL))
    async with orders(shop) as client:
        await ask(client)
    assert len(shop.seen) == 2


async def test_an_order_is_found_by_both_numbers() -> None:
    shop = Shop(ok(SMALL))
    async with orders(shop) as client:
        assert await client.order(7) is not None
        assert await client.order_by_external_id("5001-2") is not None
    assert shop.requests == ["GET /orders/7", "GET /orders/@5001-2"]


async def test_an_external_id_stays_one_part_of_the_path() -> None:
    shop = Shop(ok(SMALL))
    async with orders(shop) as client:
        await client.order_by_external_id("a/b?c")
    assert shop.requests == ["GET /orders/@a%2Fb%3Fc"]


async def test_an_order_that_is_not_there_is_none() -> None:
    async with orders(Shop((404, NOT_FOUND))) as client:
        assert await client.order(7) is None
        assert await client.order_by_external_id("5001") is None


@pytest.mark.parametrize("ask", [update, confirm, cancel], ids=["update", "confirm", "cancel"])
async def test_changing_an_order_that_is_not_there_is_rejected(ask: Ask) -> None:
    async with orders(Shop((404, NOT_FOUND))) as client:
        with pytest.raises(Rejected) as caught:
            await ask(client)
    assert not isinstance(caught.value, TooLate)


async def test_a_change_says_everything_but_the_number_that_stays() -> None:
    shop = Shop(ok(SMALL))
    async with orders(shop) as client:
        await client.update_order(7, DRAFT)
    assert shop.requests == ["PUT /orders/7"]
    assert shop.body == {name: value for name, value in (await created(DRAFT)).items() if name != "external_id"}


@pytest.mark.parametrize(
    "answer", [refused("Order is no longer editable"), refused("No", api_error_code="OR-1")], ids=["text", "code"]
)
async def test_an_order_that_is_no_longer_editable_is_too_late_to_change(answer: Any) -> None:
    await fails(Shop(answer), update, TooLate)


async def test_a_change_refused_for_its_own_sake_is_not_too_late() -> None:
    await fails(Shop(refused("No", api_error_code="OR-12")), update, Rejected)


async def test_confirming_submits_the_order_without_a_body() -> None:
    shop = Shop(ok({**SMALL, "status": "pending"}))
    async with orders(shop) as client:
        assert (await client.confirm_order(7)).status == "pending"
    assert shop.requests == ["POST /orders/7/confirm"]
    assert shop.seen[0].content == b""


async def test_cancelling_tells_the_cancelled_order() -> None:
    shop = Shop(ok({**SMALL, "status": "canceled"}))
    async with orders(shop) as client:
        assert (await client.cancel_order(7)).status == "canceled"
    assert shop.requests == ["DELETE /orders/7"]


@pytest.mark.parametrize("status", ["inreview", "inprocess", "onhold", "partial", "fulfilled", "something new"])
async def test_an_order_that_is_being_made_is_too_late_to_cancel(status: str) -> None:
    await fails(Shop(refused("It cannot be cancelled"), ok({**SMALL, "status": status})), cancel, TooLate)


@pytest.mark.parametrize("status", ["canceled", "archived"])
async def test_an_order_that_was_cancelled_before_is_cancelled(status: str) -> None:
    async with orders(Shop(refused("It cannot be cancelled"), ok({**SMALL, "status": status}))) as client:
        assert (await client.cancel_order(7)).status == status


async def test_a_refusal_to_cancel_what_could_be_cancelled_is_not_too_late() -> None:
    error = await fails(Shop(refused("Wrong"), ok({**SMALL, "status": "pending"})), cancel, Rejected)
    assert "Wrong" in error.detail


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


async def test_why_an_order_failed_is_kept() -> None:
    assert (await read({"status": "failed", "error": "Bad file"})).error == "Bad file"
    assert (await read({"status": "failed", "error": {"message": "Bad file"}})).error == "Bad file"


@pytest.mark.parametrize("raw", [{"id": None}, {"status": None}, {"items": [{"id": None, "quantity": 1}]}])
async def test_an_order_that_cannot_be_told_from_others_is_broken(raw: dict[str, Any]) -> None:
    await fails(Shop(ok({**SMALL, **raw})), lambda client: client.order(7), Broken)


@pytest.mark.parametrize(
    "answer",
    [ok({"url": None, "types": [], "params": []}), ok({"url": None, "types": None, "params": None}), ok([]), ok(None)],
)
async def test_a_store_that_tells_nobody_has_an_empty_setup(answer: Any) -> None:
    async with orders(Shop(answer)) as client:
        assert await client.webhook() == WebhookConfig()


async def test_where_a_store_tells_of_its_events_is_read() -> None:
    params = {"stock_updated": {"product_ids": [19]}}
    shop = Shop(ok({"url": "https://shop.example/hook", "types": ["order_failed", "stock_updated"], "params": params}))
    async with orders(shop) as client:
        assert await client.webhook() == WebhookConfig(
            "https://shop.example/hook", ("order_failed", "stock_updated"), params
        )
    assert shop.requests == ["GET /webhooks"]


async def test_setting_up_webhooks_says_all_there_shall_be() -> None:
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


def test_the_address_that_proves_an_event_is_not_in_what_gets_logged() -> None:
    assert "secret" not in repr(WebhookConfig("https://shop.example/hook/secret"))


async def test_who_gets_an_order_is_not_in_what_gets_logged() -> None:
    assert "Guest" not in repr(DRAFT)
    assert "Guest" not in repr(await read({"recipient": {"name": "A. Guest"}}))
