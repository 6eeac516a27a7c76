"""Runs a gateway in the test's process over the test's sandbox, with settings from the test only."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app import Sandbox, Settings, create_app
from clients.timing import REAL, Timing
from edge.tracing import RequestTracer
from sandbox.clock import Clock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAFF = {"Authorization": "Bearer sandbox-staff"}
STOREFRONT_TOKEN = {"Shopify-Storefront-Private-Token": "sandbox-private"}
STOREFRONT_PATH = "/api/2026-10/graphql.json"

Answer = dict[str, Any]


class GivenSettings(Settings):
    """Settings that come from neither the environment nor a file. A name that is not a setting is refused."""

    limit_loop_lateness_ms: int = 0  # off: a busy machine must not cause refusals

    model_config = SettingsConfigDict(extra="forbid")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def sandbox_at_noon(seed: int = 1) -> Sandbox:
    """The coffee shop on a stopped clock. Two sandboxes with one seed give equal answers."""
    sandbox = Sandbox.filled(public_url="http://localhost:8000", clock=Clock(lambda: NOON))
    sandbox.store.random = Random(seed)
    return sandbox


class Served:
    """A running gateway (`http`), its sandbox, and direct access to the sandbox."""

    def __init__(self, http: httpx.AsyncClient, straight: httpx.AsyncClient, sandbox: Sandbox) -> None:
        self.http = http
        self.sandbox = sandbox
        self._straight = straight

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        staff: bool = False,
        status: int = 200,
    ) -> Answer:
        """The gateway's answer, which must have that status."""
        response = await self.http.post(
            "/graphql", json=_request(query, variables, name), headers=STAFF if staff else {}
        )
        assert response.status_code == status, response.text
        answer: Answer = response.json()
        return answer

    async def data(self, query: str, **variables: Any) -> Answer:
        """The data of an answer, which must have no errors."""
        answer = await self.ask(query, variables or None)
        assert "errors" not in answer, answer["errors"]
        data: Answer = answer["data"]
        return data

    async def ask_storefront(
        self, query: str, variables: Mapping[str, Any] | None = None, *, name: str | None = None
    ) -> Answer:
        """The answer of the sandbox's Storefront to the same request, without the gateway."""
        response = await self._straight.post(STOREFRONT_PATH, json=_request(query, variables, name))
        assert response.status_code == 200, response.text
        answer: Answer = response.json()
        return answer

    @property
    def requests(self) -> dict[str, int]:
        """The number of requests to each upstream."""
        return dict(self.sandbox.faults.counts)


def _request(query: str, variables: Mapping[str, Any] | None, name: str | None) -> dict[str, Any]:
    request: dict[str, Any] = {"query": query}
    if variables is not None:
        request["variables"] = dict(variables)
    if name is not None:
        request["operationName"] = name
    return request


@asynccontextmanager
async def serving(
    sandbox: Sandbox,
    *,
    timing: Timing = REAL,
    transport: httpx.AsyncBaseTransport | None = None,
    tracer: RequestTracer | None = None,
    **settings: Any,
) -> AsyncIterator[Served]:
    """A gateway in sandbox mode over `sandbox`, through `transport` if one is given."""
    given = GivenSettings(**{"graphiql": False, "sweep_minutes": 0, **settings})
    app = create_app(given, sandbox=sandbox, transport=transport, timing=timing, tracer=tracer)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox", headers=STOREFRONT_TOKEN
        ) as straight,
    ):
        yield Served(http, straight, sandbox)
