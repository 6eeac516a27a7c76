"""Answers of upstreams, for `httpx.MockTransport`."""

from collections.abc import Callable
from typing import Any

import httpx

Handler = Callable[[httpx.Request], httpx.Response]


def answering(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    """Answers each request with a text, or with any other body as JSON."""
    if isinstance(body, str):
        return lambda request: httpx.Response(status, text=body, headers=headers)
    return lambda request: httpx.Response(status, json=body, headers=headers)
