"""The desk's live counts: one reading for all open pages, and streams that end."""

import asyncio
from typing import Any

from edge.staff.feed import READ_EVERY_S, STREAM_S, CountsFeed
from edge.staff.graph import DeskAnswer
from tests.virtual_time import in_no_time, virtual_timing


class Graph:
    """Answers with the number of orders that need somebody, and counts how often it was asked."""

    def __init__(self) -> None:
        self.needs = 0
        self.readings = 0
        self.is_down = False

    async def ask(self, *_: Any, **__: Any) -> DeskAnswer:
        self.readings += 1
        if self.is_down:
            return DeskAnswer({}, ("Shopify does not answer.",))
        lists = {"needsSomebody": self.needs, "toConfirm": 0, "leftForLater": 0, "sent": 0}
        return DeskAnswer({"orderDesk": {name: {"totalCount": count} for name, count in lists.items()}})


def feed_of(graph: Any) -> CountsFeed:
    return CountsFeed(graph, virtual_timing())


async def followed(feed: CountsFeed) -> list[str]:
    """All counts that a page is sent until its stream ends."""
    return [each for each in [event async for event in feed.stream("Ada")] if each.startswith("event: counts")]


@in_no_time
async def test_a_page_is_sent_each_change_once() -> None:
    graph = Graph()
    feed = feed_of(graph)
    following = asyncio.create_task(followed(feed))
    await asyncio.sleep(READ_EVERY_S * 2)
    graph.needs = 2
    events = await following

    assert [event.partition('"needs": ')[2][0] for event in events] == ["0", "2"]


@in_no_time
async def test_many_pages_share_one_reading() -> None:
    graph = Graph()
    feed = feed_of(graph)
    await asyncio.gather(*(followed(feed) for _ in range(20)))

    assert graph.readings <= STREAM_S / READ_EVERY_S + 1


@in_no_time
async def test_while_shopify_does_not_answer_the_last_counts_stay() -> None:
    graph = Graph()
    graph.needs = 3
    feed = feed_of(graph)
    await feed.refresh()
    graph.is_down = True
    await feed.refresh()

    assert feed.counts["needs"] == 3


@in_no_time
async def test_a_shutdown_ends_the_streams_at_once() -> None:
    feed = feed_of(Graph())
    following = asyncio.create_task(followed(feed))
    await asyncio.sleep(20)
    feed.close()
    await following

    assert asyncio.get_running_loop().time() == 20
