"""The Printful client: what it sends, and what it makes of every kind of answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.money import Money
from clients.printful.client import Printful, PrintfulAccess, SizeUnit
from tests.virtual_time import PassingTime

Handler = Callable[[httpx.Request], httpx.Response]
WAIT = "You've recently sent too many requests. Please try again after 46 seconds."
MUG = {"variant": {"id": 1320, "product_id": 19, "price": "5.95"}, "product": {"id": 19, "currency": "USD"}}


@asynccontextmanager
async def printful(handler: Any, *, deadline_s: float = 5, **access: Any) -> AsyncIterator[Printful]:
    transport = httpx.MockTransport(handler)
    async with httpx.AsyncClient(transport=transport, base_url="https://printful.example/api") as http:
        timing = PassingTime().timing
        yield Printful(http, PrintfulAccess("secret", "42", **access), deadline_s=deadline_s, timing=timing)


def answering(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    if isinstance(body, str):
        return lambda request: httpx.Response(status, text=body, headers=headers)
    return lambda request: httpx.Response(status, json=body, headers=headers)


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


async def test_a_size_guide_is_asked_for_in_one_unit() -> None:
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
async def test_what_printful_does_not_have_is_none(handler: Handler) -> None:
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
async def test_the_wait_is_read_from_the_header_or_else_the_text(
    headers: dict[str, str], message: str, wait_s: float | None
) -> None:
    error = await failure(answering(refused(429, message), 429, headers))
    assert isinstance(error, Throttled)
    assert error.retry_after_s == wait_s


@pytest.mark.parametrize(
    "body", [refused(400, "Taken", api_error_code="OR-13"), {**refused(400, "Taken"), "api_error_code": "OR-13"}]
)
async def test_a_refusal_keeps_printfuls_own_code(body: dict[str, Any]) -> None:
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

    async with httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="https://printful.example") as http:
        client = Printful(http, PrintfulAccess("secret", "42"), max_concurrent=3)
        await asyncio.gather(*(client.catalog_variant(number) for number in range(20)))
    assert most == 3


def test_the_token_is_not_in_what_gets_logged() -> None:
    assert "secret" not in repr(PrintfulAccess("secret", "42"))
