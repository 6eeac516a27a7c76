"""What Redis costs an answer out of memory, and what an answer out of Redis costs beside a cold page."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.load import answer, cpu_ms, graphql_request, served
from tests.benchmarks.operations import LISTING, PRODUCT_PAGE, PRODUCT_PAGE_VARIABLES
from tests.servers.redis_server import RedisServer

pytestmark = pytest.mark.benchmark

ROUNDS = 31
"""Many short turns: what else the machine does then meets both sides alike."""
PAGES = {
    "product page with stock and print data": graphql_request(PRODUCT_PAGE, PRODUCT_PAGE_VARIABLES),
    "listing of 100 products": graphql_request(LISTING),
}
CONTESTS = (
    ("out of memory, with Redis and without", "gateway-sharing", "gateway-keeping", 500),
    ("out of Redis, and cold", "gateway-forgetful", "gateway-cold", 32),
    ("out of Redis, and by a gateway that caches nothing", "gateway-forgetful", "gateway", 32),
)


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """Where each server listens."""
    folder: Path = tmp_path_factory.mktemp("redis")
    with ExitStack() as stack:
        redis = RedisServer(folder)
        stack.callback(redis.kill)
        upstream_port, _ = stack.enter_context(served("upstreams"))
        names = ("gateway", "gateway-keeping", "gateway-sharing", "gateway-forgetful", "gateway-cold")
        yield {
            name: stack.enter_context(served(name, upstream_port=upstream_port, redis_port=redis.port))[0]
            for name in names
        }


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest[0])
async def test_both_sides_give_the_same_answer(
    contest: tuple[str, str, str, int], page: str, ports: dict[str, int]
) -> None:
    title, ours, other, operations = contest
    assert await answer(ports[ours], PAGES[page]) == await answer(ports[other], PAGES[page])
    figures: dict[str, list[float]] = {ours: [], other: []}
    for turn in range(ROUNDS):
        for name in (ours, other) if turn % 2 else (other, ours):
            figures[name].append(await cpu_ms(ports[name], PAGES[page], operations))
    print(f"\n{page}: {title}")
    for name, each in figures.items():
        print(f"  {name:<18} {median(each):8.3f} ms   {min(each):8.3f} to {max(each):.3f}")
    ratios = [first / second for first, second in zip(figures[ours], figures[other], strict=True)]
    print(f"  {'ratio':<18} {median(ratios):8.2f}      {min(ratios):8.2f} to {max(ratios):.2f}")
