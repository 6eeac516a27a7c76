"""Answers that one gateway fetched are served by the other, and changes reach both."""

import asyncio

from tests.shared.eventually import LATTE, Pair, deliver, eventually, title_of

STOCK = '{ product(handle: "ceramic-mug") { id variants(first: 3) { nodes { id inventory { level } } } } }'
PRINTED = '{ product(handle: "roastery-crest-shirt") { id variants(first: 5) { nodes { id printOnDemand { id } } } } }'


async def reaches_redis(pair: Pair) -> None:
    """Waits until what the first gateway stores has arrived."""
    before = pair.storefront_requests

    async def second_needs_no_request() -> bool:
        await title_of(pair.second)
        return pair.storefront_requests == before

    await eventually(second_needs_no_request)


async def test_an_answer_of_one_process_is_served_by_the_other(pair: Pair) -> None:
    title = await title_of(pair.first)
    await asyncio.sleep(0.05)
    before = pair.storefront_requests

    assert await title_of(pair.second) == title
    assert pair.storefront_requests == before


async def test_a_webhook_at_one_process_reaches_the_other_within_100_ms(pair: Pair) -> None:
    await title_of(pair.first)
    await title_of(pair.second)
    body = pair.rename_latte("Flat black")
    assert await deliver(pair.first, "products/update", body) == 200

    async def second_shows_it() -> bool:
        return await title_of(pair.second) == "Flat black"

    assert await eventually(second_shows_it) < 0.1


async def test_an_answer_from_before_a_change_is_not_served_out_of_redis(pair: Pair) -> None:
    await title_of(pair.first)
    body = pair.rename_latte("Flat black")
    assert await deliver(pair.second, "products/update", body) == 200

    assert await title_of(pair.second) == "Flat black"


LATTE  # noqa: B018
