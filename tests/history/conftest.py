"""Databases for the history: SQLite, and a real PostgreSQL that all tests of a process share."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.servers.postgres_server import PostgresServer

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/second.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(f"history{next(_numbers)}"), server.url(f"history{next(_numbers)}")
