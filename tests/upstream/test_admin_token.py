"""Admin's tokens: granted once for concurrent callers, renewed in time and after refusals."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from clients.admin.client import Admin
from clients.admin.models import VariantStock
from clients.admin.token import ClientCredentials, GrantedToken, StaticToken
from clients.errors import AddressUnknown, Broken, Denied, Throttled, Unavailable, UpstreamError
from clients.global_ids import GlobalId

GRANT_URL = "https://kynda.example/admin/oauth/access_token"
GRAPHQL_URL = "https://kynda.example/admin/api/2026-10/graphql.json"
VARIANT = GlobalId("gid://shopify/ProductVariant/1")


class Shop:
    """Grants tokens `granted-1`, `granted-2`, ... and takes those it has not revoked. Its clock is `now`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.grants = 0
        self.questions: list[dict[str, Any]] = []
        self.revoked: set[str] = set()
        self.asked = asyncio.Event()
        self.hold: asyncio.Event | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == GRANT_URL:
            self.questions.append(orjson.loads(request.content))
            self.asked.set()
            if self.hold is not None:
                await self.hold.wait()
            self.grants += 1
            granted = {"access_token": f"granted-{self.grants}", "scope": "read_inventory", "expires_in": 86399}
            return httpx.Response(200, json=granted)
        if request.headers["x-shopify-access-token"] in self.revoked:
            return httpx.Response(401, json={"errors": "[API] Invalid API key or access token"})
        page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        item = {"id": "item", "tracked": True, "unitCost": None, "inventoryLevels": page}
        nodes = [{"__typename": "ProductVariant", "id": VARIANT, "inventoryItem": item}]
        return httpx.Response(200, json={"data": {"nodes": nodes}})


@pytest.fixture
def shop() -> Shop:
    return Shop()


@asynccontextmanager
async def tokens_of(handler: Any, clock: Callable[[], float], deadline_s: float = 5) -> AsyncIterator[GrantedToken]:
    credentials = ClientCredentials(GRANT_URL, "our-app", "our-secret")
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as http:
        yield GrantedToken(http, credentials, clock=clock, deadline_s=deadline_s)


@pytest.fixture
async def tokens(shop: Shop) -> AsyncIterator[GrantedToken]:
    async with tokens_of(shop, lambda: shop.now) as tokens:
        yield tokens


async def failure(response: httpx.Response) -> UpstreamError:
    async with tokens_of(lambda request: response, lambda: 0.0) as tokens:
        with pytest.raises(UpstreamError) as caught:
            await tokens.current()
    return caught.value


async def test_the_credentials_are_sent_as_the_grant_wants_them(shop: Shop, tokens: GrantedToken) -> None:
    await tokens.current()
    assert shop.questions == [
        {"grant_type": "client_credentials", "client_id": "our-app", "client_secret": "our-secret"}
    ]


async def test_a_token_is_reused(shop: Shop, tokens: GrantedToken) -> None:
    assert [await tokens.current(), await tokens.current()] == ["granted-1", "granted-1"]
    assert shop.grants == 1


async def test_a_token_is_renewed_at_four_fifths_of_its_life(shop: Shop, tokens: GrantedToken) -> None:
    await tokens.current()
    shop.now += 0.79 * 86399
    early = await tokens.current()
    shop.now += 0.02 * 86399
    assert (early, await tokens.current()) == ("granted-1", "granted-2")


async def test_twenty_callers_share_one_grant(shop: Shop, tokens: GrantedToken) -> None:
    found = await asyncio.gather(*(tokens.current() for _ in range(20)))
    assert set(found) == {"granted-1"}
    assert shop.grants == 1


async def test_a_caller_that_gives_up_leaves_the_grant_to_the_others(shop: Shop, tokens: GrantedToken) -> None:
    shop.hold = asyncio.Event()
    hasty, patient = asyncio.create_task(tokens.current()), asyncio.create_task(tokens.current())
    await shop.asked.wait()
    hasty.cancel()
    shop.hold.set()
    assert await patient == "granted-1"
    assert hasty.cancelled()


async def test_a_failed_grant_is_retried_by_the_next_caller() -> None:
    answers = iter([httpx.Response(503), httpx.Response(200, json={"access_token": "late", "expires_in": 60})])
    async with tokens_of(lambda request: next(answers), lambda: 0.0) as tokens:
        with pytest.raises(Unavailable):
            await tokens.current()
        assert await tokens.current() == "late"


async def test_a_refused_token_is_replaced(shop: Shop, tokens: GrantedToken) -> None:
    assert await tokens.instead_of(await tokens.current()) == "granted-2"


async def test_a_token_refused_to_several_is_replaced_once(shop: Shop, tokens: GrantedToken) -> None:
    refused = await tokens.current()
    found = await asyncio.gather(*(tokens.instead_of(refused) for _ in range(20)))
    found.append(await tokens.instead_of(refused))
    assert set(found) == {"granted-2"}
    assert shop.grants == 2


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), Denied),
        (httpx.Response(400, text="Oauth error shop_not_permitted: not on this shop."), Denied),
        (httpx.Response(401), Denied),
        (httpx.Response(404, text="<html>No such shop</html>"), AddressUnknown),
        (httpx.Response(429, headers={"retry-after": "2.0"}), Throttled),
        (httpx.Response(503), Unavailable),
        (httpx.Response(200, text="<html>Welcome</html>"), Broken),
        (httpx.Response(200, json={}), Broken),
        (httpx.Response(200, json=[1]), Broken),
        (httpx.Response(200, json={"access_token": "t", "expires_in": None}), Broken),
        (httpx.Response(200, json={"access_token": "", "expires_in": 60}), Broken),
    ],
)
async def test_failed_grants_are_sorted_by_what_can_be_done(
    response: httpx.Response, kind: type[UpstreamError]
) -> None:
    assert type(await failure(response)) is kind


async def test_a_grant_that_does_not_come_in_time_is_unavailable(shop: Shop) -> None:
    shop.hold = asyncio.Event()
    async with tokens_of(shop, lambda: shop.now, deadline_s=0) as tokens:
        with pytest.raises(Unavailable):
            await tokens.current()


async def test_a_request_whose_token_is_refused_is_sent_again_with_a_newer_one(
    shop: Shop, tokens: GrantedToken
) -> None:
    shop.revoked.add("granted-1")
    async with Admin(GRAPHQL_URL, tokens, httpx.MockTransport(shop)) as admin:
        found = await admin.variant_inventory([VARIANT])
    assert isinstance(found[VARIANT], VariantStock)
    assert shop.grants == 2


async def test_twenty_refused_requests_share_one_newer_token(shop: Shop, tokens: GrantedToken) -> None:
    shop.revoked.add("granted-1")
    async with Admin(GRAPHQL_URL, tokens, httpx.MockTransport(shop)) as admin:
        found = await asyncio.gather(*(admin.variant_inventory([VARIANT]) for _ in range(20)))
    assert all(isinstance(each[VARIANT], VariantStock) for each in found)
    assert shop.grants == 2


async def test_a_newer_token_that_is_refused_too_is_denied(shop: Shop, tokens: GrantedToken) -> None:
    shop.revoked |= {"granted-1", "granted-2"}
    async with Admin(GRAPHQL_URL, tokens, httpx.MockTransport(shop)) as admin:
        found = await admin.variant_inventory([VARIANT])
    assert isinstance(found[VARIANT], Denied)
    assert shop.grants == 2


async def test_the_failure_of_a_grant_reaches_the_caller() -> None:
    async with (
        tokens_of(lambda request: httpx.Response(503), lambda: 0.0) as tokens,
        Admin(GRAPHQL_URL, tokens, httpx.MockTransport(Shop())) as admin,
    ):
        found = await admin.variant_inventory([VARIANT])
    error = found[VARIANT]
    assert isinstance(error, Unavailable)
    assert error.operation == "access_token"


async def test_a_permanent_token_that_is_refused_is_denied_at_once(shop: Shop) -> None:
    shop.revoked.add("permanent")
    async with Admin(GRAPHQL_URL, StaticToken("permanent"), httpx.MockTransport(shop)) as admin:
        found = await admin.variant_inventory([VARIANT])
    assert isinstance(found[VARIANT], Denied)


def test_secrets_are_not_in_representations() -> None:
    shown = repr(ClientCredentials(GRANT_URL, "our-app", "our-secret")) + repr(StaticToken("permanent"))
    assert "our-secret" not in shown
    assert "permanent" not in shown
