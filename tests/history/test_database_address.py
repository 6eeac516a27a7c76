"""Addresses of the history's database: those of hosting services work, and a wrong one is down and not a crash."""

import asyncio

import pytest

from clients.history.database import HistoryDatabase, driver_url
from clients.history.rows import HistoryDown
from tests.servers.postgres_server import PostgresServer

SECRET = "pa55word"


@pytest.mark.parametrize("change", ["user", "database", "port"])
async def test_a_refused_connection_is_an_outage_of_the_history(postgres_server: PostgresServer, change: str) -> None:
    right = f"kynda@127.0.0.1:{postgres_server.port}/postgres"
    wrong = {
        "user": right.replace("kynda", f"stranger:{SECRET}"),
        "database": right.replace("/postgres", "/absent"),
        "port": right.replace(str(postgres_server.port), "1"),
    }
    database = HistoryDatabase(f"postgresql://{wrong[change]}")
    try:
        with pytest.raises(HistoryDown) as down:
            await database.money_by_month()
    finally:
        await database.close()
    assert SECRET not in str(down.value)


async def test_the_option_sslmode_of_hosting_services_is_understood(postgres_server: PostgresServer) -> None:
    database = HistoryDatabase(postgres_server.url("with_sslmode") + "?sslmode=prefer")
    try:
        assert await database.money_by_month() == []
    finally:
        await database.close()
    assert driver_url("postgres://h/db?sslmode=require").query == {"ssl": "require"}


async def test_processes_that_start_at_once_make_the_tables_once(database_urls: tuple[str, str]) -> None:
    processes = [HistoryDatabase(database_urls[0]) for _ in range(1 if "sqlite" in database_urls[0] else 3)]
    try:
        await asyncio.gather(*(each.check() for each in processes * 3))
        assert await processes[0].money_by_month() == []
    finally:
        for each in processes:
            await each.close()
