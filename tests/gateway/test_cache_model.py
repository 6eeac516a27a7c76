"""Random reads, changes, lag and outages: no answer is older than promised, and none is invented."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.cached_shop import CachedShop, cached_shop
from tests.virtual_time import in_virtual_time

GUARDED_FRESH_S = 2.0
PRICE = "priceRange { maxVariantPrice { amount } }"
QUERIES = (
    f'{{ product(handle: "latte") {{ id title {PRICE} }} }}',
    f'{{ product(handle: "latte") {{ {PRICE} }} }}',
    '{ product(handle: "latte") { variants(first: 2) { nodes { price { amount } } } } }',
    '{ product(handle: "special") { title } }',
    f'{{ products(first: 4, query: "title:latte OR title:special OR title:cortado") {{ nodes {{ title {PRICE} }} }} }}',
    "{ products(first: 3, sortKey: PRICE, reverse: true) { nodes { id title } } }",
    f'{{ product(handle: "cortado") {{ kind {PRICE} variants(first: 1) {{ nodes {{ inventory {{ tracked }} }} }} }} }}',
)
HANDLES = ("latte", "cortado", "special")

seconds = st.sampled_from([0.1, 0.5, 0.9, 1.0, 1.9, 2.5, 4.0, 9.0, 70.0])
steps = st.one_of(
    st.tuples(st.just("ask"), st.lists(st.sampled_from(QUERIES), min_size=1, max_size=4)),
    st.tuples(st.just("wait"), seconds),
    # A change, and how much later the gateway is told of it.
    st.tuples(st.just("change"), st.sampled_from(HANDLES), st.integers(1, 999), st.sampled_from([0, 0, 0, 0.4, 3.0])),
    st.tuples(st.just("remove"), st.sampled_from([0, 1.5])),
    st.tuples(st.just("fail"), st.sampled_from(["status", "throttle", "truncated"]), st.integers(1, 4)),
    st.tuples(st.just("slow"), st.sampled_from([0.3, 1.5, 3.5]), st.integers(1, 3)),
)


@dataclass
class Change:
    """When it shows in Storefront, and when the gateway was told; `truths`: each question's answer from then on."""

    shows_at: float
    told_at: float
    truths: list[str]


class Model:
    """The shop's states, one after each change. What may be shown is any that the promises allow at that time."""

    def __init__(self, shop: CachedShop, lag_s: float) -> None:
        self.shop, self.lag_s = shop, lag_s
        self.states: list[Change] = []
        self.telling: list[asyncio.Task[None]] = []

    async def remember(self, told_after_s: float) -> None:
        """Notes the shop's state as it is now behind all replicas."""
        asked = [await self.shop.truth_without_lag(query) for query in QUERIES]
        now = self.shop.now_s
        self.states.append(Change(now + self.lag_s, now + told_after_s, [_data(answer) for answer in asked]))

    async def change(self, handle: str, told_after_s: float, **change: Any) -> None:
        is_gone = "removed" in change
        facts = self.shop.change(handle, **change)
        await self.remember(told_after_s)

        async def tell() -> None:
            await asyncio.sleep(told_after_s)
            self.shop.tell(facts, is_gone=is_gone)

        if told_after_s:
            self.telling.append(asyncio.create_task(tell()))
        else:
            self.shop.tell(facts, is_gone=is_gone)

    async def ask(self, query: str) -> None:
        asked_at = self.shop.now_s
        answer = await self.shop.ask(query)
        if "errors" in answer:
            return
        oldest = max(
            place
            for place, state in enumerate(self.states)
            if place == 0 or max(state.shows_at, state.told_at) + GUARDED_FRESH_S <= asked_at
        )
        allowed = {
            state.truths[QUERIES.index(query)]
            for place, state in enumerate(self.states)
            if place >= oldest and (place == 0 or state.shows_at <= self.shop.now_s)
        }
        assert _data(answer) in allowed, (query, asked_at, oldest)


def _data(answer: Any) -> str:
    assert "errors" not in answer, answer
    return json.dumps(answer["data"])


async def scenario(lag_s: float, script: list[Any]) -> None:
    async with cached_shop(lag_s=lag_s) as shop:
        model = Model(shop, lag_s)
        await model.remember(0)
        for step in script:
            match step:
                case "ask", queries:
                    await asyncio.gather(*map(model.ask, queries))
                case "wait", wait_s:
                    await asyncio.sleep(wait_s)
                case "change", handle, price, told_after_s:
                    await model.change(handle, told_after_s, title=f"{handle} {price}", price=price)
                case "remove", told_after_s:
                    if shop.sandbox.store.product_by_handle("special") is not None:
                        await model.change("special", told_after_s, removed=True)
                case "fail", kind, times:
                    shop.sandbox.faults.add("storefront", kind, times=times)
                case "slow", latency_s, times:
                    shop.sandbox.faults.add("storefront", "latency", latency_s=latency_s, times=times)
        for query in QUERIES:
            await model.ask(query)
        await asyncio.gather(*model.telling)
        shop.clear_failures()
        # The last word was told and shown, the breaker closed: the truth, and no error.
        await asyncio.sleep(lag_s + 60)
        for place, query in enumerate(QUERIES):
            assert _data(await shop.ask(query)) == model.states[-1].truths[place]


@settings(max_examples=40)
@given(lag_s=st.sampled_from([0, 0.5, 3.0, 8.0]), script=st.lists(steps, min_size=3, max_size=14))
def test_no_answer_is_older_than_promised(lag_s: float, script: list[Any]) -> None:
    in_virtual_time(scenario(lag_s, script))
