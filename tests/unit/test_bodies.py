"""A request's body is bounded in size and in time, and a body that is there already needs no timer."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from edge.bodies import WHOLE_REQUEST, HttpRefusal, RequestLimits, read_body
from tests.virtual_time import in_no_time

LIMITS = RequestLimits(body_bytes=10, body_s=5.0)


class Body:
    """A body that arrives in parts. None: nothing more arrives."""

    def __init__(self, parts: Sequence[bytes | None]) -> None:
        self._parts = list(parts)

    async def receive(self) -> dict[str, Any]:
        part = self._parts.pop(0)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(self._parts)}


async def read(parts: Sequence[bytes | None], scope: dict[str, Any] | None = None, **headers: bytes) -> bytes:
    sent = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return await read_body(scope or {}, sent, Body(parts).receive, LIMITS)


@pytest.mark.parametrize("scope", [{}, {WHOLE_REQUEST: True}])
@pytest.mark.parametrize("parts", [[b"0123456789"], [b"01234", b"", b"56789"]])
async def test_the_parts_of_a_body_are_joined(parts: list[bytes], scope: dict[str, Any]) -> None:
    assert await read(parts, scope) == b"0123456789"


@pytest.mark.parametrize("scope", [{}, {WHOLE_REQUEST: True}])
@pytest.mark.parametrize("parts", [[b"0123456789a"], [b"01234", b"56789", b"a"]])
async def test_too_large_a_body_is_refused(parts: list[bytes], scope: dict[str, Any]) -> None:
    with pytest.raises(HttpRefusal) as refused:
        await read(parts, scope)

    assert refused.value.status == 413


@pytest.mark.parametrize("length", [b"11", b"9" * 5_000])
async def test_too_large_a_body_is_refused_before_it_is_read(length: bytes) -> None:
    with pytest.raises(HttpRefusal) as refused:
        await read([], content_length=length)

    assert refused.value.status == 413


@pytest.mark.parametrize("parts", [[None], [b"01234", None]])
def test_a_body_that_stops_arriving_is_refused_after_a_timeout(parts: list[bytes | None]) -> None:
    @in_no_time
    async def check() -> None:
        with pytest.raises(HttpRefusal) as refused:
            await read(parts)
        assert refused.value.status == 408
        assert asyncio.get_running_loop().time() == pytest.approx(LIMITS.body_s, abs=0.1)


def test_a_body_that_arrived_with_its_head_starts_no_timer() -> None:
    @in_no_time
    async def check() -> None:
        await read([None], {WHOLE_REQUEST: True})

    with pytest.raises(RuntimeError, match="all wait"):  # the loop has no timer to move on to
        check()
