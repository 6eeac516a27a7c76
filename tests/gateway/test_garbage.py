"""Requests leave nothing for the garbage collector: its runs hold the event loop for tens of milliseconds."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app import Sandbox
from tests.gateway.test_upstream_requests import LISTING
from tests.serving import serving

OURS = ("clients", "edge", "resolvers", "schema")
OPERATIONS = {
    "forwarded": "{ products(first: 5) { nodes { id title } } }",
    "joined": LISTING.replace("= 50", "= 3"),
    "one product": """{
      product(handle: "your-design-shirt") {
        kind variants(first: 3) { nodes { inventory { availability } printful { size product { name } } } }
      }
    }""",
    "menu": "{ cafeMenu { sections { title } } }",
}


@contextmanager
def uncollected() -> Iterator[list[object]]:
    """What the garbage collector finds, instead of freeing it."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield gc.garbage
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("cache_bytes", [64_000_000, 0])
@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_leaves_no_cycle_of_the_gateways_objects(
    name: str, cache_bytes: int, sandbox: Sandbox
) -> None:
    async with serving(sandbox, cache_max_bytes=cache_bytes) as gateway:
        for _ in range(2):  # what is planned, and learnt, once
            await gateway.data(OPERATIONS[name])
        with uncollected() as left:
            for _ in range(5):
                await gateway.data(OPERATIONS[name])
            gc.collect()
            found = {f"{type(each).__module__}.{type(each).__qualname__}" for each in left}
    assert sorted(each for each in found if each.split(".")[0] in OURS) == []
