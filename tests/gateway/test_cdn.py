"""A CDN in front of the gateway holds answers by their tags, and is purged of what changes in the shop."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from clients.cache.policies import Policies
from clients.global_ids import GlobalId
from resolvers.cdn_purges import AGAIN_AFTER_S, BATCH_S, MOST_WAITING
from tests.gateway.cached_shop import CachedShop, cached_shop
from tests.gateway.caching_proxy import CLOUDFLARE, FASTLY, CachingProxy, Dialect
from tests.serving import STAFF, sandbox_at_noon, serving
from tests.virtual_time import in_no_time

LATTE = '{ product(handle: "latte") { id title } }'
MUG = '{ product(handle: "your-design-mug") { id title } }'
LIST = "{ products(first: 250) { nodes { id title variants(first: 50) { nodes { id title } } } } }"
WITHOUT_IDS = "{ products(first: 3) { nodes { title } } }"
STOCK = '{ product(handle: "latte") { id title availableForSale } }'
both = pytest.mark.parametrize("dialect", [CLOUDFLARE, FASTLY], ids=lambda each: each.name)


class Visited:
    """A shop behind a caching proxy."""

    def __init__(self, shop: CachedShop, proxy: CachingProxy) -> None:
        self.shop = shop
        self.proxy = proxy

    async def title(self, query: str = LATTE) -> str:
        answer = await self.proxy.get(self.shop.http, query)
        title: str = answer.json()["data"]["product"]["title"]
        return title

    async def is_held(self, query: str) -> bool:
        hits = self.proxy.hits
        await self.proxy.get(self.shop.http, query)
        return self.proxy.hits > hits


@asynccontextmanager
async def visited(dialect: Dialect, **given: Any) -> AsyncIterator[Visited]:
    proxy = CachingProxy(dialect, asyncio.get_running_loop().time)
    settings: dict[str, Any] = {**dialect.settings, **given}
    async with cached_shop(cdn_transport=proxy, **settings) as shop:
        yield Visited(shop, proxy)


@both
@in_no_time
async def test_a_held_answer_is_gone_a_moment_after_its_object_changed(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        await seen.title()
        assert await seen.is_held(LATTE)
        await seen.title(MUG)
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))
        await asyncio.sleep(2 * BATCH_S)

        assert await seen.title() == "Flat White"
        assert await seen.is_held(MUG)


@both
@pytest.mark.parametrize("query", [LIST, WITHOUT_IDS])
@in_no_time
async def test_lists_are_purged_whether_they_show_ids_or_not(dialect: Dialect, query: str) -> None:
    async with visited(dialect) as seen:
        await seen.proxy.get(seen.shop.http, query)
        assert await seen.is_held(query)
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))
        await asyncio.sleep(2 * BATCH_S)

        assert not await seen.is_held(query)


@both
@in_no_time
async def test_a_sale_purges_stock_and_nothing_else(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        latte = seen.shop.change("latte", title="Latte")
        for query in (LATTE, STOCK):
            await seen.proxy.get(seen.shop.http, query)
        seen.shop.changes.stock_changed([GlobalId(latte.id)])
        await asyncio.sleep(2 * BATCH_S)

        assert await seen.is_held(LATTE)
        assert not await seen.is_held(STOCK)


@both
@in_no_time
async def test_an_answer_that_arrives_after_the_purge_is_purged_too(dialect: Dialect) -> None:
    async with visited(dialect, cache_seconds={"stock_fresh_s": 600}) as seen:
        latte = seen.shop.change("latte", title="Latte")
        key, late = ("late",), await seen.proxy.get(seen.shop.http, STOCK)
        seen.shop.changes.stock_changed([GlobalId(latte.id)])
        await asyncio.sleep(2 * BATCH_S)
        seen.proxy.store(key, late)
        assert key in seen.proxy.stored
        await asyncio.sleep(AGAIN_AFTER_S + BATCH_S)

        assert key not in seen.proxy.stored


@both
@in_no_time
async def test_while_replicas_lag_the_cdn_holds_nothing_outdated_for_long(dialect: Dialect) -> None:
    async with visited(dialect, lag_s=30) as seen:
        await seen.title()
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))
        titles = []
        for _ in range(45):
            await asyncio.sleep(1)
            titles.append(await seen.title())

        first = titles.index("Flat White")
        assert set(titles[first:]) == {"Flat White"}
        assert first <= 30 + 5


@both
@pytest.mark.parametrize(
    "faults",
    [[503], [500, 502, 504], [429], [httpx.ConnectError("refused")], [httpx.ReadTimeout("late"), 503], [401, 403]],
)
@in_no_time
async def test_a_purge_that_fails_is_repeated_until_it_succeeds(
    dialect: Dialect, faults: list[int | Exception]
) -> None:
    async with visited(dialect) as seen:
        await seen.title()
        seen.proxy.faults += faults
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))
        await asyncio.sleep(2 * BATCH_S)
        assert await seen.is_held(LATTE)
        await asyncio.sleep(30)

        assert await seen.title() == "Flat White"


@in_no_time
async def test_cloudflares_answer_without_success_is_a_failure() -> None:
    async with visited(CLOUDFLARE) as seen:
        await seen.title()
        seen.proxy.faults.append(200)
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))
        await asyncio.sleep(5)

        assert await seen.title() == "Flat White"


@both
@in_no_time
async def test_changes_of_one_moment_go_out_together(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        for handle in ("latte", "your-design-mug", "your-design-shirt"):
            seen.shop.tell(seen.shop.change(handle, title="Other"))
        await asyncio.sleep(2 * BATCH_S)
        keys = sum(map(len, seen.proxy.purges))

        assert len(seen.proxy.purges) == -(-keys // dialect.most_per_purge)


@both
@in_no_time
async def test_too_many_changes_during_an_outage_become_one_purge_of_everything(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        await seen.title()
        seen.proxy.faults += [503] * 3
        for number in range(MOST_WAITING):
            seen.shop.changes.stock_changed([GlobalId(f"gid://shopify/Product/{number}")])
        assert seen.shop.services.purges is not None
        await asyncio.sleep(30)

        assert frozenset({"all"}) in seen.proxy.purges
        assert seen.proxy.stored == {}
        assert seen.shop.services.purges.state.waiting == 0


@both
@in_no_time
async def test_staff_purge_the_cdn_too(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        await seen.title()
        purge = "mutation { cachePurge(kinds: [CATALOG]) { purged } }"
        answer = await seen.shop.post(purge, headers={"authorization": "Bearer sandbox-staff"})
        assert "errors" not in answer.json()
        await asyncio.sleep(2 * BATCH_S)

        assert not await seen.is_held(LATTE)


@both
@in_no_time
async def test_pending_purges_are_sent_when_the_gateway_ends(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        await seen.title()
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))

    assert seen.proxy.stored == {}


@both
@in_no_time
async def test_only_answers_that_anybody_may_have_are_held(dialect: Dialect) -> None:
    header = {CLOUDFLARE: "cdn-cache-control", FASTLY: "surrogate-control"}[dialect]
    async with visited(dialect) as seen:
        preflight = {"graphql-preflight": "1"}
        public = await seen.shop.http.get("/graphql", params={"query": LATTE}, headers=preflight)
        staff = {**preflight, "authorization": "Bearer sandbox-staff"}
        private = await seen.shop.http.get("/graphql", params={"query": LATTE}, headers=staff)
        wrong = await seen.shop.http.get("/graphql", params={"query": "{ nothing }"}, headers=preflight)
        posted = await seen.shop.post(LATTE)

    assert "max-age=" in public.headers[header]
    assert "stale-while-revalidate=" in public.headers[header]
    for other in (private, wrong, posted):
        assert header not in other.headers
        assert dialect.tags_header not in other.headers


@both
@in_no_time
async def test_the_cdn_may_serve_an_answer_no_longer_than_the_gateway_may(dialect: Dialect) -> None:
    header = {CLOUDFLARE: "cdn-cache-control", FASTLY: "surrogate-control"}[dialect]
    policy = Policies().catalog
    async with visited(dialect) as seen:
        oldest_s = []
        for _ in range(8):
            answer = await seen.shop.http.get("/graphql", params={"query": LATTE}, headers={"graphql-preflight": "1"})
            seconds = dict(re.findall(r"([a-z-]+)=(\d+)", answer.headers[header]))
            age_s = 0 if dialect is CLOUDFLARE else int(answer.headers["age"])  # its max-age counts from the request
            oldest_s.append(age_s + int(seconds["max-age"]) + int(seconds["stale-while-revalidate"]))
            await asyncio.sleep(45)

    assert max(oldest_s) <= policy.fresh_s + policy.stale_while_revalidate_s
    assert max(oldest_s) > policy.fresh_s


@both
@in_no_time
async def test_the_status_shows_how_the_purges_stand(dialect: Dialect) -> None:
    async with visited(dialect) as seen:
        seen.proxy.faults += [503] * 2
        seen.shop.tell(seen.shop.change("latte", title="Flat White"))
        await asyncio.sleep(2 * BATCH_S)
        query = "{ status { cdn { waiting sent failed } } }"
        answer = await seen.shop.post(query, headers={"authorization": "Bearer sandbox-staff"})
        cdn = answer.json()["data"]["status"]["cdn"]

    assert cdn["waiting"] > 0
    assert (cdn["sent"], cdn["failed"]) == (1, 1)


@both
async def test_metrics_show_the_purges_of_the_cdn(dialect: Dialect) -> None:
    settings: dict[str, Any] = {**dialect.settings}
    async with serving(sandbox_at_noon(), **settings) as gateway:
        with_cdn = (await gateway.http.get("/metrics", headers=STAFF)).text
    async with serving(sandbox_at_noon()) as gateway:
        without = (await gateway.http.get("/metrics", headers=STAFF)).text

    for name in ("gateway_cdn_purges_total", "gateway_cdn_purge_failures_total", "gateway_cdn_keys_waiting"):
        assert f"{name} 0.0" in with_cdn
        assert f"\n{name} " not in without


async def test_without_a_cdn_there_are_no_tags() -> None:
    async with serving(sandbox_at_noon()) as gateway:
        answer = await gateway.http.get("/graphql", params={"query": LATTE}, headers={"graphql-preflight": "1"})

    assert answer.json()["data"]["product"]["title"]
    assert not {"cache-tag", "cdn-cache-control", "surrogate-key", "surrogate-control"} & set(answer.headers)
