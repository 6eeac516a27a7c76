"""How the processor time of joined listings grows with the number of products, and with the number of clients."""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import orjson
import pytest

from tests.benchmarks.load import answer, cpu_ms, graphql_request, served
from tests.benchmarks.operations import PRINT_LISTING, STOCK_LISTING

pytestmark = pytest.mark.benchmark

SIZES = (10, 50, 100, 250)
ROUNDS = 3
OPERATIONS = 24
STEEPEST = 1.6
"""How many times more a product of the longest listing may cost than one of a listing of 50. The first requests of
each operation count too, so that a short listing costs more per product."""


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """Where the gateways listen: one without a cache, one with."""
    with ExitStack() as stack:
        upstream_port, _ = stack.enter_context(served("upstreams"))
        yield {
            name: stack.enter_context(served(name, upstream_port=upstream_port))[0]
            for name in ("gateway", "gateway-keeping")
        }


@pytest.mark.parametrize(("title", "query"), [("stock", STOCK_LISTING), ("stock and print data", PRINT_LISTING)])
async def test_a_joined_listing_grows_linearly(title: str, query: str, ports: dict[str, int]) -> None:
    figures: dict[int, list[float]] = {size: [] for size in SIZES}
    variants: dict[int, int] = {}
    for size in SIZES:
        listing = orjson.loads(await answer(ports["gateway"], graphql_request(query, {"first": size})))
        assert "errors" not in listing
        assert len(listing["data"]["products"]["nodes"]) == size
        variants[size] = sum(len(each["variants"]["nodes"]) for each in listing["data"]["products"]["nodes"])
    for _ in range(ROUNDS):
        for size in SIZES:
            figures[size].append(await cpu_ms(ports["gateway"], graphql_request(query, {"first": size}), OPERATIONS))
    print(f"\nlisting with {title}, nothing cached")
    for size, each in figures.items():
        spread = f"{min(each):8.2f} to {max(each):.2f}"
        of_one = f"{median(each) * 1000 / variants[size]:6.1f} us a variant"
        print(f"  {size:>3} products, {variants[size]:>4} variants {median(each):8.2f} ms   {spread}   {of_one}")
    per_variant = {size: min(figures[size]) / variants[size] for size in SIZES}
    assert per_variant[250] <= STEEPEST * per_variant[50]


async def test_a_joined_listing_out_of_the_cache(ports: dict[str, int]) -> None:
    request = graphql_request(PRINT_LISTING, {"first": 100})
    assert b'"errors"' not in await answer(ports["gateway-keeping"], request)
    kept = [await cpu_ms(ports["gateway-keeping"], request, 200) for _ in range(ROUNDS)]
    print(f"\nlisting of 100 products with stock and print data, cached: {median(kept):.3f} ms")
