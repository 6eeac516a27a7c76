"""What tests of the sandbox start from: a fresh, filled store at a fixed moment, and a way to ask its Storefront."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from graphql import ExecutionResult

from sandbox.app import build_store
from sandbox.clock import Clock
from sandbox.store import Store
from sandbox.storefront.execution import StorefrontExecutor, Visit
from sandbox.storefront.resolvers import RESOLVERS

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Run(Protocol):
    """Executes an operation as an anonymous visitor."""

    def __call__(self, query: str, variables: Mapping[str, Any] | None = None) -> ExecutionResult: ...


@pytest.fixture
def store() -> Store:
    """The coffee shop on 2026-11-22 at noon UTC; the clock stands until it is moved on."""
    return build_store(Clock(lambda: NOW))


@pytest.fixture
def run(store: Store) -> Run:
    """Asks Storefront's stand-in over `store`."""
    executor = StorefrontExecutor(store, RESOLVERS)

    def asked(query: str, variables: Mapping[str, Any] | None = None) -> ExecutionResult:
        return executor.execute(query, variables, None, Visit(store))

    return asked
