"""Pages that share one upstream request do not share its first caller's deadline."""

import asyncio
from typing import Any

import pytest

from tests.serving import sandbox_at_noon, serving
from tests.virtual_time import in_no_time, virtual_timing

PRINTS = '{ product(handle: "your-design-mug") { variants(first: 1) { nodes { printful { size } } } } }'
TITLE = '{ product(handle: "latte") { title } }'


@pytest.mark.parametrize(("upstream", "query", "late_s"), [("storefront", TITLE, 7.0), ("printful", PRINTS, 3.5)])
def test_a_late_caller_is_answered_even_if_the_first_ran_out_of_time(upstream: str, query: str, late_s: float) -> None:
    @in_no_time
    async def scenario() -> None:
        async with serving(sandbox_at_noon(), timing=virtual_timing(), deadline_operation_s=8) as gateway:
            if upstream == "printful":
                await gateway.ask("{ shop { name } }")
            gateway.sandbox.faults.add(upstream, "timeout", times=1)

            def page(spaces: int) -> "asyncio.Task[Any]":
                return asyncio.create_task(gateway.ask(query.replace("{", "{" + " " * spaces)))

            first = page(0)
            await asyncio.sleep(late_s)
            late = [page(number) for number in (1, 2, 3)]

            answers = [await each for each in late]
            await first
            assert ["errors" in each for each in answers] == [False] * 3

    scenario()
