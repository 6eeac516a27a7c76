"""The Printful client: its requests, and its reading of every kind of answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.budget import Priority
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.http import HttpUpstream
from clients.money import Money
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.mockups import MockupArea
from clients.printful.models import Category, SizeUnit
from clients.printful.shipping import EstimateItem, RateItem, Recipient, ShippingRate
from tests.upstream.answers import Handler, answering
from tests.virtual_time import PassingTime

WAIT = "You've recently sent too many requests. Please try again after 46 seconds."
MUG = {"variant": {"id": 1320, "product_id": 19, "price": "5.95"}, "product": {"id": 19, "currency": "USD"}}


@asynccontextmanager
async def printful(handler: Any, *, deadline_s: float = 5, **access: Any) -> AsyncIterator[Printful]:
    transport = httpx.MockTransport(handler)
    http = HttpUpstream(transport, "https://printful.example/api")
    timing = PassingTime().timing
    yield Printful(http, PrintfulAccess("secret", "42", **access), deadline_s=deadline_s, timing=timing)


def result(value: Any) -> Handler:
    return answering({"code": 200, "result": value, "extra": []})


def refused(status: int, message: str, **more: Any) -> dict[str, Any]:
    return {"code": status, "result": message, "error": {"reason": "BadRequest", "message": message, **more}}


async def failure(handler: Any, *, deadline_s: float = 5) -> UpstreamError:
    async with printful(handler, deadline_s=deadline_s) as client:
        with pytest.raises(UpstreamError) as caught:
            await client.catalog_variant(1320)
    return caught.value


class Seen(list[httpx.Request]):
    """Answers everything with a result and keeps the requests."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self._value = value

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.append(request)
        return httpx.Response(200, json={"code": 200, "result": self._value})


async def test_every_request_carries_the_token_and_the_store() -> None:
    seen = Seen(MUG)
    async with printful(seen) as client:
        await client.catalog_variant(1320)
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert seen[0].headers["x-pf-store-id"] == "42"


async def test_paths_stay_below_the_base_url() -> None:
    seen = Seen(MUG)
    async with printful(seen) as client:
        await client.catalog_variant(1320)
    assert str(seen[0].url) == "https://printful.example/api/products/variant/1320"


async def test_a_variant_comes_with_its_product() -> None:
    async with printful(result(MUG)) as client:
        variant = await client.catalog_variant(1320)
    assert variant is not None
    assert (variant.id, variant.product.id, variant.price) == (1320, 19, Money(Decimal("5.95"), "USD"))


async def test_a_product_comes_with_all_its_variants() -> None:
    seen = Seen({"product": {"id": 19}, "variants": [{"id": 1320}, {"id": 4830}]})
    async with printful(seen) as client:
        listing = await client.catalog_product(19)
    assert seen[0].url.path == "/api/products/19"
    assert listing is not None
    assert [each.id for each in listing.variants] == [1320, 4830]


async def test_a_size_guide_is_requested_in_one_unit() -> None:
    seen = Seen({"product_id": 19, "available_sizes": ["11 oz"], "size_tables": []})
    async with printful(seen) as client:
        guide = await client.size_guide(19, SizeUnit.CM)
    assert (seen[0].url.path, seen[0].url.params["unit"]) == ("/api/products/19/sizes", "cm")
    assert guide is not None
    assert guide.available_sizes == ("11 oz",)


@pytest.mark.parametrize(
    ("is_platform_store", "path"), [(False, "/api/store/variants/9"), (True, "/api/sync/variant/9")]
)
@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_sync_variant_is_read_from_both_kinds_of_store(
    is_platform_store: bool, path: str, wrapped: bool
) -> None:
    bare = {"id": 9, "variant_id": 1320, "product": {"product_id": 19}}
    seen = Seen({"sync_variant": bare, "sync_product": {}} if wrapped else bare)
    async with printful(seen, is_platform_store=is_platform_store) as client:
        variant = await client.sync_variant(9)
    assert seen[0].url.path == path
    assert variant is not None
    assert (variant.variant_id, variant.product_id) == (1320, 19)


@pytest.mark.parametrize(
    "handler",
    [
        answering({"code": 404, "result": "Not Found", "error": {"reason": "NotFound", "message": "Not Found"}}, 404),
        answering({"data": "Product 9 does not exist or is inactive.", "error": {"reason": "NotFound"}}, 404),
        answering({"code": 404, "result": "Not Found"}, 200),
        result([]),
        result(None),
    ],
    ids=["not found", "not found as v2 says it", "not found in a 200", "empty list", "null"],
)
async def test_an_unknown_object_at_printful_is_absent(handler: Handler) -> None:
    async with printful(handler) as client:
        assert await client.catalog_variant(1) is None
        assert await client.catalog_product(1) is None
        assert await client.sync_variant(1) is None
        assert await client.size_guide(1) is None


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (refused(401, "Malformed Authorization header."), 401, Denied),
        (refused(403, "This endpoint requires Oauth authentication!."), 403, Denied),
        (refused(400, "This endpoint requires `store_id`!"), 400, Denied),
        (refused(429, WAIT), 429, Throttled),
        (refused(419, "Slow down"), 419, Throttled),
        (refused(400, "Bad"), 400, Rejected),
        ({"code": 430, "result": "Invalid JSON"}, 430, Rejected),
        ({"type": "about:blank", "status": 400, "title": "Bad", "detail": "No such unit"}, 400, Rejected),
        ({"data": "No such thing", "error": {"reason": "BadRequest", "message": "No such thing"}}, 400, Rejected),
        (refused(409, "Already being updated"), 409, Rejected),
        (refused(500, "Oops"), 500, Unavailable),
        ("<html>Bad gateway</html>", 502, Unavailable),
        ("", 503, Unavailable),
        ("", 404, Rejected),
        (refused(503, "Closed"), 200, Unavailable),
        ({"code": 429, "result": "Too many"}, 200, Throttled),
        ("<html>Welcome</html>", 200, Broken),
        ("", 200, Broken),
        ([1, 2, 3], 200, Broken),
        ({}, 200, Broken),
        ({"code": 200, "result": "unexpected"}, 200, Broken),
        ({"code": 200, "result": [1]}, 200, Broken),
        ({"code": 200, "result": {}}, 200, Broken),
        ({"code": 200, "result": {"variant": "unexpected", "product": "unexpected"}}, 200, Broken),
        ('{"code": 200, "resu', 200, Broken),
        ("", 301, Rejected),
    ],
)
async def test_failures_are_sorted_by_what_can_be_done(body: Any, status: int, kind: type[UpstreamError]) -> None:
    error = await failure(answering(body, status))
    assert type(error) is kind
    assert (error.upstream, error.operation) == ("printful", "catalog_variant")


@pytest.mark.parametrize(
    ("headers", "message", "wait_s"),
    [
        ({}, WAIT, 46.0),
        ({"retry-after": "3"}, WAIT, 3.0),
        ({"retry-after": "later"}, WAIT, 46.0),
        ({}, "Too many requests", 60.0),  # how long it locks out
    ],
)
async def test_the_wait_is_read_from_the_header_or_the_text(
    headers: dict[str, str], message: str, wait_s: float | None
) -> None:
    error = await failure(answering(refused(429, message), 429, headers))
    assert isinstance(error, Throttled)
    assert error.retry_after_s == wait_s


@pytest.mark.parametrize(
    "body", [refused(400, "Taken", api_error_code="OR-13"), {**refused(400, "Taken"), "api_error_code": "OR-13"}]
)
async def test_a_refusal_has_printfuls_own_code(body: dict[str, Any]) -> None:
    error = await failure(answering(body, 400))
    assert isinstance(error, Rejected)
    assert error.code == "OR-13"


@pytest.mark.parametrize("cause", [httpx.ConnectError("refused"), httpx.ReadError("gone"), httpx.ReadTimeout("slow")])
async def test_an_upstream_that_is_not_reached_is_unavailable(cause: httpx.HTTPError) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise cause

    error = await failure(handler)
    assert type(error) is Unavailable
    assert error.__cause__ is cause


async def never(request: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def test_an_answer_that_does_not_come_in_time_is_unavailable() -> None:
    error = await failure(never, deadline_s=0)
    assert type(error) is Unavailable
    assert isinstance(error.__cause__, TimeoutError)


async def test_no_more_requests_are_out_than_allowed() -> None:
    out, most, gate = 0, 0, asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal out, most
        out += 1
        most = max(most, out)
        if out == 3:
            gate.set()
        await gate.wait()
        out -= 1
        return httpx.Response(200, json={"code": 200, "result": MUG})

    http = HttpUpstream(httpx.MockTransport(handler), "https://printful.example")
    client = Printful(http, PrintfulAccess("secret", "42"), max_concurrent=3)
    await asyncio.gather(*(client.catalog_variant(number) for number in range(20)))
    assert most == 3


def test_the_token_is_not_in_representations() -> None:
    assert "secret" not in repr(PrintfulAccess("secret", "42"))


async def test_categories_are_read_bare_and_wrapped() -> None:
    shirts = {"id": 24, "parent_id": 1, "title": "T-shirts", "image_url": "https://pictures.example/1"}
    for value in ([shirts], {"categories": [shirts]}):
        async with printful(result(value)) as client:
            assert await client.categories() == (Category(24, 1, "T-shirts", "https://pictures.example/1"),)


async def test_products_are_requested_by_their_categories() -> None:
    seen = Seen([{"id": 71, "title": "Shirt"}])
    async with printful(seen) as client:
        assert [each.title for each in await client.catalog_products({28, 24})] == ["Shirt"]
        await client.catalog_products()

    assert [dict(request.url.params) for request in seen] == [{"category_id": "24,28"}, {}]


async def test_templates_are_read_in_both_forms_that_were_seen() -> None:
    items = [
        {"id": 1, "mockup_file_url": "https://p/1", "created_at": 0, "placements": [{"placement": "front"}]},
        {"id": 2, "mockup_file": {"imageURL": "https://p/2"}, "colors": [{"color_name": "White"}], "placements": []},
    ]
    body = {"code": 200, "result": {"items": items}, "paging": {"total": 7, "offset": 0, "limit": 2}}
    async with printful(answering(body)) as client:
        page = await client.product_templates(0, 2)

    assert page.total == 7
    assert [each.picture_url for each in page.templates] == ["https://p/1", "https://p/2"]
    assert page.templates[1].colors == ("White",)


async def test_templates_of_a_store_level_token_are_denied() -> None:
    async with printful(answering(refused(403, "No"), 403)) as client:
        with pytest.raises(Denied):
            await client.product_templates(0, 20)


async def test_rates_are_requested_without_unknown_fields_and_returned_cheapest_first() -> None:
    rates = [
        {"id": "FAST", "name": "Fast ", "rate": "9.00", "currency": "USD"},
        {"id": "STANDARD", "name": None, "rate": "4.75", "currency": "USD", "minDeliveryDays": 4},
    ]
    seen = Seen(rates)
    async with printful(seen) as client:
        found = await client.shipping_rates(
            Recipient("US", "CA"), [RateItem(4012, 2, Decimal("27.00"))], currency="USD"
        )

    assert found == (
        ShippingRate("STANDARD", "STANDARD", Money(Decimal("4.75"), "USD"), 4, None),
        ShippingRate("FAST", "Fast", Money(Decimal("9.00"), "USD"), None, None),
    )
    assert json.loads(seen[0].content) == {
        "recipient": {"country_code": "US", "state_code": "CA"},
        "items": [{"variant_id": "4012", "quantity": 2, "value": "27.00"}],
        "currency": "USD",
    }


@pytest.mark.parametrize("value", [{}, [{"id": "STANDARD"}], [{"rate": "1", "currency": "USD"}]])
async def test_rates_outside_their_shape_are_broken(value: Any) -> None:
    async with printful(result(value)) as client:
        with pytest.raises(Broken):
            await client.shipping_rates(Recipient("LV"), [RateItem(1, 1)], currency="USD")


async def test_an_estimate_in_numbers_is_exact() -> None:
    seen = Seen({"costs": {"currency": "USD", "subtotal": 23.38, "shipping": 5, "vat": "0.00", "total": 28.38}})
    async with printful(seen) as client:
        costs = await client.estimate_costs(
            Recipient("LV"),
            [EstimateItem(1, variant_id=1, art_url="https://a/b.png"), EstimateItem(2, sync_variant_id=9)],
        )

    assert (costs.subtotal, costs.shipping, costs.vat, costs.tax) == (
        Decimal("23.38"),
        Decimal(5),
        Decimal("0.00"),
        None,
    )
    assert costs.money(costs.total) == Money(Decimal("28.38"), "USD")
    assert costs.money(costs.tax) is None
    assert json.loads(seen[0].content)["items"] == [
        {"variant_id": 1, "quantity": 1, "files": [{"type": "default", "url": "https://a/b.png"}]},
        {"sync_variant_id": 9, "quantity": 2},
    ]


async def test_a_mockup_task_puts_the_art_in_the_middle_and_is_sent_once() -> None:
    seen: list[httpx.Request] = []

    def failing(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(503, text="<html>")

    async with printful(failing) as client:
        with pytest.raises(Unavailable):
            await client.start_mockup(71, 4012, MockupArea("front", 1800, 2400), "https://a/b.png")

    assert len(seen) == 1
    assert json.loads(seen[0].content)["files"][0]["position"] == {
        "area_width": 1800,
        "area_height": 2400,
        "width": 1800,
        "height": 1800,
        "top": 300,
        "left": 0,
    }


@pytest.mark.parametrize(
    "value", [{}, {"task_key": "k", "status": "new"}, {"task_key": "k", "status": "completed", "mockups": []}]
)
async def test_a_task_outside_its_shape_is_broken(value: Any) -> None:
    async with printful(result({"x": 1, **value})) as client:
        with pytest.raises(Broken):
            await client.mockup_task("k")


async def test_print_files_without_a_size_are_left_out() -> None:
    value = {
        "product_id": 71,
        "printfiles": [{"printfile_id": 1, "width": 1800, "height": 2400}],
        "variant_printfiles": [{"variant_id": 5, "placements": {"label": 9, "back": 1}}, {"variant_id": 6}],
    }
    async with printful(result(value)) as client:
        files = await client.print_files(71)

    assert files is not None
    assert files.area(5) == MockupArea("back", 1800, 2400)
    assert files.area(6) is files.area(7) is None


async def test_nothing_is_sent_while_printful_locks_us_out() -> None:
    time, sent_at = PassingTime(), []

    def handler(request: httpx.Request) -> httpx.Response:
        sent_at.append(time.now)
        if time.now < 46:
            return httpx.Response(429, json=refused(429, WAIT))
        return httpx.Response(200, json={"code": 200, "result": MUG})

    http = HttpUpstream(httpx.MockTransport(handler), "https://printful.example")
    client = Printful(http, PrintfulAccess("secret", "42"), timing=time.timing)
    for _ in range(10):
        with pytest.raises(Throttled):
            await client.catalog_variant(1320)
    time.now = 46
    assert await client.catalog_variant(1320) is not None
    assert sent_at == [0, 46]


async def test_browsing_leaves_requests_for_orders() -> None:
    seen = Seen(MUG)
    order = CallOptions(Priority.ORDERS)
    async with printful(seen) as client:
        asked = (client.catalog_variant(1320) for _ in range(150))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        browsed = len(seen)
        assert await client.catalog_variant(1320, options=order) is not None
    assert browsed == 96
    assert [type(each) for each in answers].count(Throttled) == 150 - 96
