"""The Admin client: its requests, and its reading of every kind of answer."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest

from clients.admin.client import Admin
from clients.admin.models import InventoryItemLevel, VariantStock
from clients.admin.token import StaticToken
from clients.errors import (
    AccountSuspended,
    AddressUnknown,
    Broken,
    Denied,
    Rejected,
    Throttled,
    Unavailable,
    UpstreamError,
)
from clients.global_ids import GlobalId, global_id
from clients.money import Money
from tests.upstream.answers import Handler, answering
from tests.virtual_time import PassingTime

URL = "https://kynda.example/admin/api/2026-10/graphql.json"
THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 862,
            "actualQueryCost": None,
            "throttleStatus": {"maximumAvailable": 4000.0, "currentlyAvailable": 562, "restoreRate": 200.0},
        }
    },
}


def gid(number: int) -> GlobalId:
    return global_id("ProductVariant", number)


def level(number: int, available: int = 3) -> dict[str, Any]:
    quantities = {"available": available, "on_hand": 9, "committed": 2, "incoming": 4}
    return {
        "location": {"id": f"location-{number}", "name": f"Shop {number}"},
        "quantities": [{"name": name, "quantity": quantity} for name, quantity in quantities.items()],
    }


def levels(*found: dict[str, Any], end: str | None = None) -> dict[str, Any]:
    return {"nodes": list(found), "pageInfo": {"hasNextPage": end is not None, "endCursor": end}}


def node(key: str, **item: Any) -> dict[str, Any]:
    stock = {"id": f"item of {key}", "tracked": True, "unitCost": None, "inventoryLevels": levels(level(1))}
    return {"__typename": "ProductVariant", "id": key, "inventoryItem": {**stock, **item}}


def variables_of(request: httpx.Request) -> dict[str, Any]:
    variables: dict[str, Any] = orjson.loads(request.content)["variables"]
    return variables


def partly(nodes: list[Any], *errors: dict[str, Any]) -> Handler:
    return answering({"data": {"nodes": nodes}, "errors": list(errors)} if errors else {"data": {"nodes": nodes}})


async def inventory(
    handler: Any, *ids: GlobalId, deadline_s: float = 5
) -> dict[GlobalId, VariantStock | UpstreamError]:
    transport, timing = httpx.MockTransport(handler), PassingTime().timing
    async with Admin(URL, StaticToken("secret"), transport, deadline_s=deadline_s, timing=timing) as admin:
        return await admin.variant_inventory(ids or (gid(1),))


async def failure(handler: Any, *, deadline_s: float = 5) -> UpstreamError:
    found = (await inventory(handler, deadline_s=deadline_s))[gid(1)]
    assert isinstance(found, UpstreamError)
    return found


async def test_the_token_goes_along() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": {"nodes": [node(gid(1))]}})

    await inventory(handler)
    assert (str(seen[0].url), seen[0].headers["x-shopify-access-token"]) == (URL, "secret")


async def test_stock_is_read_by_location() -> None:
    cost = {"amount": "2.5", "currencyCode": "USD"}
    found = await inventory(partly([node(gid(1), unitCost=cost, inventoryLevels=levels(level(1), level(2, -1)))]))
    assert found == {
        gid(1): VariantStock(
            gid(1),
            GlobalId(f"item of {gid(1)}"),
            True,
            Money(Decimal("2.5"), "USD"),
            (
                InventoryItemLevel(GlobalId("location-1"), "Shop 1", available=3, on_hand=9, committed=2, incoming=4),
                InventoryItemLevel(GlobalId("location-2"), "Shop 2", available=-1, on_hand=9, committed=2, incoming=4),
            ),
        )
    }


async def test_unknown_variant_ids_are_absent() -> None:
    other = {"__typename": "Product", "id": "gid://shopify/Product/3"}
    found = await inventory(partly([node(gid(1)), None, other]), gid(1), gid(2), GlobalId("gid://shopify/Product/3"))
    assert set(found) == {gid(1)}


async def test_an_id_is_requested_once() -> None:
    seen: list[list[str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(variables_of(request)["ids"])
        return httpx.Response(200, json={"data": {"nodes": [node(each) for each in variables_of(request)["ids"]]}})

    await inventory(handler, gid(1), gid(2), gid(1))
    assert seen == [[gid(1), gid(2)]]


async def test_no_ids_send_nothing() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError

    async with Admin(URL, StaticToken("secret"), httpx.MockTransport(handler)) as admin:
        assert await admin.variant_inventory([]) == {}


class Costly:
    """Admin with a price per variant, which it tells, and 1,000 points at most. Notes the size of each request."""

    def __init__(self, cost_per_id: int) -> None:
        self.cost_per_id = cost_per_id
        self.sizes: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ids = variables_of(request)["ids"]
        self.sizes.append(len(ids))
        cost = self.cost_per_id * len(ids)
        if cost > 1000:
            refusal = {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": 1000}
            return httpx.Response(200, json={"errors": [{"message": "Too dear", "extensions": refusal}]})
        extensions = {"cost": {"requestedQueryCost": cost, "actualQueryCost": cost}}
        return httpx.Response(200, json={"data": {"nodes": [node(each) for each in ids]}, "extensions": extensions})


async def test_fifty_variants_cost_one_request() -> None:
    shop = Costly(19)
    found = await inventory(shop, *map(gid, range(50)))
    assert (len(found), shop.sizes) == (50, [50])


async def test_many_variants_are_cut_by_their_cost() -> None:
    shop = Costly(19)
    found = await inventory(shop, *map(gid, range(120)))
    assert (len(found), shop.sizes) == (120, [52, 52, 16])


async def test_a_cost_that_turns_out_lower_makes_the_next_requests_larger() -> None:
    shop = Costly(3)
    async with Admin(URL, StaticToken("secret"), httpx.MockTransport(shop)) as admin:
        await admin.variant_inventory([gid(number) for number in range(50)])
        await admin.variant_inventory([gid(number) for number in range(300)])
    assert shop.sizes == [50, 250, 50]


async def test_a_request_above_the_cost_limit_is_split() -> None:
    shop = Costly(40)
    found = await inventory(shop, *map(gid, range(50)))
    assert all(isinstance(each, VariantStock) for each in found.values())
    assert shop.sizes == [50, 25, 25]


async def test_a_single_variant_above_the_cost_limit_is_rejected() -> None:
    assert isinstance(await failure(Costly(1001)), Rejected)


async def test_an_unstated_cost_does_not_split_requests_for_ever() -> None:
    too_dear = answering({"errors": [{"message": "Too dear", "extensions": {"code": "MAX_COST_EXCEEDED"}}]})
    found = await inventory(too_dear, gid(1), gid(2))
    assert [type(each) for each in found.values()] == [Rejected, Rejected]


async def test_one_request_that_fails_costs_only_its_variants() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        ids = variables_of(request)["ids"]
        if gid(0) in ids:
            return httpx.Response(503)
        return httpx.Response(200, json={"data": {"nodes": [node(each) for each in ids]}})

    found = await inventory(handler, *map(gid, range(100)))
    assert [type(found[gid(number)]) for number in (0, 51, 52, 99)] == [
        Unavailable,
        Unavailable,
        VariantStock,
        VariantStock,
    ]


class ManyLocations:
    """Admin with 25 locations, ten levels to a page at first."""

    def __init__(self, second_page: httpx.Response | None = None) -> None:
        self.after: list[str] = []
        self.second_page = second_page

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "ids" in variables_of(request):
            first = levels(*map(level, range(10)), end="ten")
            return httpx.Response(200, json={"data": {"nodes": [node(gid(1), inventoryLevels=first), node(gid(2))]}})
        self.after.append(variables_of(request)["after"])
        if self.second_page is not None:
            return self.second_page
        page = levels(*map(level, range(10, 20)), end="twenty")
        if self.after[-1] == "twenty":
            page = levels(*map(level, range(20, 25)))
        return httpx.Response(200, json={"data": {"inventoryItem": {"inventoryLevels": page}}})


async def test_a_variant_at_many_locations_is_read_completely() -> None:
    shop = ManyLocations()
    found = (await inventory(shop, gid(1), gid(2)))[gid(1)]
    assert isinstance(found, VariantStock)
    assert [each.location_id for each in found.levels] == [f"location-{number}" for number in range(25)]
    assert shop.after == ["ten", "twenty"]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (httpx.Response(503), Unavailable),
        (httpx.Response(200, json=THROTTLED), Throttled),
        (httpx.Response(200, json={"data": {"inventoryItem": None}}), Broken),
    ],
    ids=["down", "throttled", "gone"],
)
async def test_a_partly_read_variant_is_a_failure(page: httpx.Response, kind: type[UpstreamError]) -> None:
    found = await inventory(ManyLocations(page), gid(1), gid(2))
    assert type(found[gid(1)]) is kind
    assert isinstance(found[gid(2)], VariantStock)


ACCESS_DENIED = {"message": "Access denied for inventoryLevels field.", "extensions": {"code": "ACCESS_DENIED"}}


async def test_a_variant_that_is_refused_costs_itself() -> None:
    denied = {**ACCESS_DENIED, "path": ["nodes", 1, "inventoryItem"]}
    found = await inventory(partly([node(gid(1)), None, None], denied), gid(1), gid(2), gid(3))
    assert isinstance(found[gid(1)], VariantStock)
    assert isinstance(found[gid(2)], Denied)
    assert gid(3) not in found


async def test_a_refused_unit_cost_costs_nothing_else() -> None:
    denied = {**ACCESS_DENIED, "path": ["nodes", 0, "inventoryItem", "unitCost"]}
    found = (await inventory(partly([node(gid(1))], denied)))[gid(1)]
    assert isinstance(found, VariantStock)
    assert found.unit_cost is None


async def test_a_node_that_is_broken_costs_itself() -> None:
    found = await inventory(partly([node(gid(1)), node(gid(2), inventoryLevels="?")]), gid(1), gid(2))
    assert isinstance(found[gid(1)], VariantStock)
    assert isinstance(found[gid(2)], Broken)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (THROTTLED, 200, Throttled),
        ({"errors": [ACCESS_DENIED]}, 200, Denied),
        ({"errors": [{"message": "Shop is closed", "extensions": {"code": "SHOP_INACTIVE"}}]}, 200, Denied),
        ({"errors": [{"message": "Oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}, 200, Unavailable),
        ({"errors": [{"message": "Field 'x' doesn't exist"}]}, 200, Rejected),
        ({"errors": "Something went wrong"}, 200, Rejected),
        ({"errors": {"query": "Required parameter missing or invalid"}}, 200, Rejected),
        ({"errors": ["Something", "else"]}, 200, Rejected),
        ({"errors": [{}]}, 200, Broken),
        ({"errors": {"query": "Required parameter missing or invalid"}}, 400, Rejected),
        ({"errors": "[API] Invalid API key or access token"}, 401, Denied),
        ({"errors": "This shop's plan does not have access to this feature"}, 402, AccountSuspended),
        ({"errors": "Unavailable Shop"}, 403, Denied),
        ({"errors": "Not Found"}, 404, AddressUnknown),
        ({"errors": "This shop is unavailable"}, 423, AccountSuspended),
        ("", 429, Throttled),
        ("<html>Stop</html>", 430, Throttled),
        ({"errors": "An unexpected error occurred"}, 500, Unavailable),
        ("<html>Bad gateway</html>", 502, Unavailable),
        ("<html>Welcome</html>", 200, Broken),
        ("", 200, Broken),
        ("null", 200, Broken),
        ([1, 2, 3], 200, Broken),
        ({}, 200, Broken),
        ({"data": None}, 200, Broken),
        ({"data": {"nodes": "unexpected"}}, 200, Broken),
        ({"data": {"nodes": []}}, 200, Broken),
        ('{"data": {"nod', 200, Broken),
    ],
)
async def test_failures_are_sorted_by_what_can_be_done(body: Any, status: int, kind: type[UpstreamError]) -> None:
    error = await failure(answering(body, status))
    assert type(error) is kind
    assert error.upstream == "admin"


async def test_the_wait_of_a_throttled_request_is_what_the_bucket_lacks() -> None:
    error = await failure(answering(THROTTLED))
    assert isinstance(error, Throttled)
    assert error.retry_after_s == 1.5


async def test_a_throttled_request_is_sent_again_once_the_bucket_has_its_points() -> None:
    time, sent_at = PassingTime(), []

    def handler(request: httpx.Request) -> httpx.Response:
        sent_at.append(time.now)
        if len(sent_at) == 1:
            return httpx.Response(200, json=THROTTLED)
        return httpx.Response(200, json={"data": {"nodes": [node(gid(1))]}})

    async with Admin(URL, StaticToken("secret"), httpx.MockTransport(handler), timing=time.timing) as admin:
        found = await admin.variant_inventory([gid(1)])
    assert isinstance(found[gid(1)], VariantStock)
    assert sent_at == [0, pytest.approx((862 + 1 - 562) / 200, abs=0.002)]


async def test_the_stated_cost_is_awaited_the_next_time() -> None:
    time, sent_at = PassingTime(), []
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": 100, "restoreRate": 100.0}
    extensions = {"cost": {"requestedQueryCost": 399, "actualQueryCost": 399, "throttleStatus": status}}

    def handler(request: httpx.Request) -> httpx.Response:
        sent_at.append(time.now)
        return httpx.Response(200, json={"data": {"nodes": [node(gid(1))]}, "extensions": extensions})

    async with Admin(URL, StaticToken("secret"), httpx.MockTransport(handler), timing=time.timing) as admin:
        await admin.variant_inventory([gid(1)])
        await admin.variant_inventory([gid(1)])
    assert sent_at == pytest.approx([0, 3], abs=0.002)


async def test_the_wait_of_a_429_is_in_its_header() -> None:
    error = await failure(answering("", 429, {"retry-after": "4.0"}))
    assert isinstance(error, Throttled)
    assert error.retry_after_s == 4.0


@pytest.mark.parametrize("cause", [httpx.ConnectError("refused"), httpx.ReadError("gone"), httpx.ReadTimeout("slow")])
async def test_an_upstream_that_is_not_reached_is_unavailable(cause: httpx.HTTPError) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise cause

    assert type(await failure(handler)) is Unavailable


async def test_an_answer_that_does_not_come_in_time_is_unavailable() -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    assert type(await failure(never, deadline_s=0)) is Unavailable


async def test_closing_the_client_leaves_the_transport_open() -> None:
    class Watched(httpx.MockTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    transport = Watched(answering({}))
    async with Admin(URL, StaticToken("secret"), transport):
        pass
    assert not transport.closed
