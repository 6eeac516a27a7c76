"""`python -m app history rebuild` and `history export --csv [TABLE]`."""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from typing import TextIO

from clients.errors import UpstreamError
from clients.history.rows import TABLES, HistoryDown, HistoryStore
from edge.reconciling import progress_bar, until_stopped
from edge.settings import GatewaySettings, SettingsError
from resolvers.context import Services
from resolvers.history_rebuild import rebuild

_USAGE = f"Use `history rebuild`, or `history export --csv` with one of {', '.join(TABLES)}."
_FAILED, _UNUSABLE = 1, 2

Opened = Callable[[GatewaySettings], AbstractAsyncContextManager[Services]]


def history(opened: Opened, settings: GatewaySettings, given: Sequence[str], *, as_csv: bool = False) -> int:
    """Runs a command about the history. Returns the exit status."""
    match list(given):
        case ["rebuild"] if not as_csv:
            work = partial(_rebuilt, opened, settings)
        case ["export"] if as_csv:
            work = partial(_exported, opened, settings, "attempts")
        case ["export", table] if as_csv and table in TABLES:
            work = partial(_exported, opened, settings, table)
        case _:
            print(_USAGE, file=sys.stderr)  # noqa: T201
            return _UNUSABLE
    if settings.database_url is None:
        raise SettingsError("There is no history: set DATABASE_URL.")
    try:
        return asyncio.run(until_stopped(work()))
    except (HistoryDown, UpstreamError) as error:
        print(f"The history is not complete: {error}. Run it again.", file=sys.stderr)  # noqa: T201
        return _FAILED


async def _rebuilt(opened: Opened, settings: GatewaySettings) -> int:
    async with opened(settings) as services:
        if services.orders is None or services.history is None:
            raise SettingsError("Admin is off: the history is read from Shopify's Admin API.")
        done = await rebuild(services.orders, services.history.store, services.timing, progress_bar())
    gone = done.listed - done.written
    print(f"{done.written} orders are in the history.{f' {gone} are gone from Shopify.' if gone else ''}")  # noqa: T201
    return 0


async def _exported(opened: Opened, settings: GatewaySettings, table: str) -> int:
    async with opened(settings) as services:
        if services.history is None:
            raise SettingsError("Admin is off: the history is read from Shopify's Admin API.")
        await write_csv(services.history.store, table, sys.stdout)
    return 0


async def write_csv(store: HistoryStore, table: str, to: TextIO) -> None:
    """Writes a table as CSV, its columns' names first. Times are in ISO 8601. Raises HistoryDown."""
    writer = csv.writer(to, lineterminator="\n")
    rows: AsyncIterator[Sequence[object]] = store.table(table)
    async for row in rows:
        writer.writerow([_cell(each) for each in row])


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"  # a spreadsheet would take it for a formula
    return value
