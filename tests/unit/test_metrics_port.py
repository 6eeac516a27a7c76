"""The metrics on a port of their own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app import create_app
from edge.metrics_routes import serve_metrics
from edge.server import listener
from edge.settings import SettingsError
from edge.tasks import ended
from tests.serving import GivenSettings, sandbox_at_noon


@asynccontextmanager
async def metrics_port() -> AsyncIterator[httpx.AsyncClient]:
    settings: dict[str, Any] = {"graphiql": False, "sweep_minutes": 0}
    app = create_app(GivenSettings(**settings), sandbox=sandbox_at_noon())
    listening = listener("127.0.0.1", 0, "METRICS_PORT")
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with app.router.lifespan_context(app), httpx.AsyncClient(base_url=url) as client:
        task = asyncio.create_task(serve_metrics(app.metrics, listening))
        try:
            yield client
        finally:
            await ended(task)


async def test_the_port_answers_without_a_token() -> None:
    async with metrics_port() as client:
        answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "gateway_http_requests_total" in answer.text


@pytest.mark.parametrize("path", ["/", "/graphql", "/staff", "/webhooks/shopify"])
async def test_nothing_else_is_reached_at_the_port(path: str) -> None:
    async with metrics_port() as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path)).status_code == 404


def test_a_port_that_is_taken_is_named_by_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError) as refused:
        listener("127.0.0.1", taken.getsockname()[1], "METRICS_PORT")

    assert "METRICS_PORT" in str(refused.value)
