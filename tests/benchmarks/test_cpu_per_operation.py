"""The gateway's own processor time per operation, beside plain Strawberry's for the same answers."""

import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

import orjson
import pytest

from tests.benchmarks.load import CLIENTS, answer, cpu_ms, graphql_request, served
from tests.benchmarks.operations import LISTING, MIXED_LISTING, PRODUCT_PAGE, PRODUCT_PAGE_VARIABLES

pytestmark = pytest.mark.benchmark

ROUNDS = 7
LISTING_REQUEST = graphql_request(LISTING)
MIXED_LISTING_REQUEST = graphql_request(MIXED_LISTING)
PRODUCT_PAGE_REQUEST = graphql_request(PRODUCT_PAGE, PRODUCT_PAGE_VARIABLES)


@dataclass(frozen=True)
class Contest:
    """One request to the gateway and to another server; how often each is asked in a round."""

    title: str
    request: bytes
    other: str
    gateway_operations: int
    other_operations: int


CONTESTS = (
    Contest("listing of 100 products, against plain Strawberry", LISTING_REQUEST, "plain", 600, 24),
    Contest("listing with kind and isFeatured, against plain Strawberry", MIXED_LISTING_REQUEST, "plain", 120, 24),
    Contest("product page with stock and print data, against plain Strawberry", PRODUCT_PAGE_REQUEST, "plain", 60, 60),
    Contest(
        "listing of 100 products, against forwarding behind Strawberry's view",
        LISTING_REQUEST,
        "strawberry-view",
        600,
        300,
    ),
    Contest(
        "listing of 100 products, against the same out of the cache", LISTING_REQUEST, "gateway-keeping", 600, 2000
    ),
)


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """Where each server listens."""
    with ExitStack() as stack:
        upstream_port, _ = stack.enter_context(served("upstreams"))
        yield {
            name: stack.enter_context(served(name, upstream_port=upstream_port))[0]
            for name in ("gateway", "gateway-keeping", "plain", "strawberry-view")
        }


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest.title)
async def test_both_sides_give_the_same_answer(contest: Contest, ports: dict[str, int]) -> None:
    ours = await answer(ports["gateway"], contest.request)
    others = await answer(ports[contest.other], contest.request)
    assert orjson.loads(ours) == orjson.loads(others)
    assert b'"errors"' not in ours
    figures: dict[str, list[float]] = {"gateway": [], contest.other: []}
    for turn in range(ROUNDS):
        sides = [("gateway", contest.gateway_operations), (contest.other, contest.other_operations)]
        for name, operations in sides if turn % 2 else reversed(sides):
            figures[name].append(await cpu_ms(ports[name], contest.request, operations))
    _report(contest, len(ours), figures)


def _report(contest: Contest, size_bytes: int, figures: dict[str, list[float]]) -> None:
    print(f"\n{contest.title} ({size_bytes / 1000:.0f} kB)")
    for name, each in figures.items():
        print(f"  {name:<16} {median(each):8.3f} ms   {min(each):8.3f} to {max(each):.3f}")
    ratios = [other / ours for ours, other in zip(figures["gateway"], figures[contest.other], strict=True)]
    print(f"  {'ratio':<16} {median(ratios):8.2f}      {min(ratios):8.2f} to {max(ratios):.2f}")


@pytest.fixture(scope="module", autouse=True)
def _conditions() -> None:
    print(
        f"\n`make bench` on {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}, "
        f"{platform.machine()}.\nProcessor time (user and system) of the server's process per operation, uvicorn and "
        f"sockets included;\n{CLIENTS} clients and the upstreams, which answer at once, are other processes. "
        f"Median of {ROUNDS} alternating rounds, and from least to most."
    )
