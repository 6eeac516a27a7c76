"""Fixtures of sandbox tests: a fresh store at a fixed time, and requests to its Storefront."""

import gc
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, Protocol

import pytest
import structlog
from graphql import ExecutionResult
from hypothesis import HealthCheck, settings

from sandbox.app import build_store
from sandbox.clock import Clock
from sandbox.store import Store
from sandbox.storefront.execution import Visit, execute
from sandbox.storefront.resolvers import storefront_schema

# A busy machine must not fail a test: examples may take as long as they take.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# As in the product. Structlog's own choice draws the local variables of each frame, which takes seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# httpx looks for sniffio at each request, which takes Python's import system up to a millisecond when it is missing.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Run(Protocol):
    """Executes an operation as an anonymous visitor."""

    def __call__(self, query: str, variables: Mapping[str, Any] | None = None) -> ExecutionResult: ...


class Ask(Protocol):
    """Executes an operation as an anonymous visitor and returns its data."""

    def __call__(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]: ...


@pytest.fixture
def store() -> Store:
    """The coffee shop on 2026-11-22 at noon UTC; its clock stands still until a test moves it."""
    return build_store(Clock(lambda: NOW))


@pytest.fixture
def run(store: Store) -> Run:
    """Sends operations to Storefront's stand-in over `store`."""

    def send(query: str, variables: Mapping[str, Any] | None = None) -> ExecutionResult:
        return execute(storefront_schema(), query, variables, None, Visit(store))

    return send


@pytest.fixture
def ask(run: Run) -> Ask:
    """Like `run`, but requires an answer without errors and returns its data."""

    def send(query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        result = run(query, variables)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    return send


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Blocks the network: host names and addresses have to be of this machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost", "127.0.0.1", "::1"):
        raise RuntimeError(f"a test tried to reach {name}: let it answer from a transport of its own")


sys.addaudithook(_refuse_the_network)


LONG = ("slow", "browser", "node")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files with the longest tests first, so that no process is left alone with one of them in the end."""
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in LONG)}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Excludes imported objects from garbage collection, which took a quarter of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how much of the tests' time the slow ones took."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, [])]
    took_s = sum(each.duration for each in reports)
    slow_s = sum(each.duration for each in reports if "slow" in each.keywords)
    if took_s and slow_s:
        terminalreporter.write_line(f"Tests marked slow took {slow_s:.0f} of {took_s:.0f} s.")
