"""Calls of the Square connector to a stand-in, for tests."""

from typing import Any

import httpx

from clients.pos.square.connector import SquareConnector
from tests.upstream.fake_square import TOKEN, FakeSquare
from tests.virtual_time import PassingTime

CREATE = ("POST", "/v2/orders")


def connected(square: Any, *, token: str = TOKEN, time: PassingTime | None = None, **options: Any) -> SquareConnector:
    transport = square.transport if isinstance(square, FakeSquare) else httpx.MockTransport(square)
    given: dict[str, Any] = {"location_ids": ["LOC1"], "deadline_s": 5.0} | options
    timing = (time or PassingTime()).timing
    return SquareConnector(token=token, base_url="https://square.example", transport=transport, timing=timing, **given)
