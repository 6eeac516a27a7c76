"""Printful's orders through the client: what is sent, how often, and what is made of every kind of answer."""

from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.printful.order_client import ExternalIdTaken, PrintfulOrders, TooLate
from clients.printful.orders import (
    DraftRecipient,
    OrderDraft,
    RetailCosts,
)
from tests.upstream.printful_calls import DRAFT, GUEST, MUG, SMALL, TOTE, Ask, Shop, fails, ok, orders

TAKEN = "Order with this External ID already exists"
NOT_FOUND = {"code": 404, "result": "Not Found", "error": {"reason": "NotFound", "message": "Not Found"}}


def refused(message: str, status: int = 400, **more: Any) -> tuple[int, Any]:
    return status, {
        "code": status,
        "result": message,
        "error": {"reason": "BadRequest", "message": message, **more},
    }


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


async def test_unknown_fields_of_the_recipient_are_left_out() -> None:
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
async def test_an_order_that_printful_would_certainly_refuse_is_not_sent(draft: OrderDraft, about: str) -> None:
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
async def test_a_taken_external_id_is_recognized_in_every_form_of_the_answer(answer: tuple[int, Any]) -> None:
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
async def test_non_idempotent_requests_are_sent_once_whatever_the_answer(
    ask: Ask, answer: Any, kind: type[UpstreamError]
) -> None:
    shop = Shop(answer)
    await fails(shop, ask, kind)
    assert len(shop.seen) == 1


@pytest.mark.parametrize("ask", [update, cancel], ids=["update", "cancel"])
async def test_idempotent_calls_are_retried(ask: Ask) -> None:
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


async def test_a_missing_order_is_none() -> None:
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


async def test_cancelling_returns_the_cancelled_order() -> None:
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
