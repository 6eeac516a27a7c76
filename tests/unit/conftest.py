"""Fixtures of tests of the sandbox: a shopper, Admin's stand-in, and Square's stand-in."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import Settings
from sandbox.admin.execution import AdminExecutor
from sandbox.admin.resolvers import admin_schema
from sandbox.app import create_sandbox
from sandbox.faults import Faults
from sandbox.store import Store
from tests.conftest import Run
from tests.unit.square_calls import BASE, TOKEN
from tests.unit.storefront_calls import Storefront

AskAdmin = Callable[..., dict[str, Any]]


@pytest.fixture
def shop(run: Run, store: Store) -> Storefront:
    """Calls of one shopper to the Storefront stand-in over `store`."""
    return Storefront(run, store)


@pytest.fixture
def transport(store: Store) -> httpx.ASGITransport:
    """The stand-ins over `store`."""
    return httpx.ASGITransport(create_sandbox(store))


@pytest.fixture
async def http(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the stand-ins' pages."""
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example") as http:
        yield http


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings in the environment, and no `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def admin_answer(store: Store) -> AskAdmin:
    """Sends a document to Admin's stand-in over `store` and returns its whole answer."""
    executor = AdminExecutor(store, admin_schema())

    def send(document: str, /, **variables: Any) -> dict[str, Any]:
        return executor.answer(document, variables, None, "request")

    return send


@pytest.fixture
def ask_admin(admin_answer: AskAdmin) -> AskAdmin:
    """Sends a document that must succeed to Admin's stand-in, and returns its data."""

    def send(document: str, /, **variables: Any) -> dict[str, Any]:
        received = admin_answer(document, **variables)
        assert "errors" not in received, received["errors"]
        data: dict[str, Any] = received["data"]
        return data

    return send


@pytest.fixture
def square_faults() -> Faults:
    return Faults()


@pytest.fixture
async def square(store: Store, square_faults: Faults) -> AsyncIterator[httpx.AsyncClient]:
    """A client of Square's stand-in over `store`, with a valid token."""
    transport = httpx.ASGITransport(create_sandbox(store, square_faults))
    async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/v2", headers=TOKEN) as client:
        yield client
