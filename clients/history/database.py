"""The history in a database: SQLite or PostgreSQL, by SQLAlchemy. Imported only when DATABASE_URL is set.

The tables are made when they are missing. Times are UTC without a time zone; amounts are whole ten-thousandths, so
that both databases add them up without rounding.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    make_url,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.types import TypeDecorator

from clients.history.rows import (
    AttemptRow,
    FoundAttempt,
    HistoryAddressUnusable,
    HistoryDown,
    MoneyKind,
    MonthlyMoney,
    OrderRows,
    Search,
)

CALL_S = 5.0
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_OPTIONS = {"sqlite": frozenset({"uri", "mode", "timeout"}), "postgresql": frozenset({"ssl"})}
_LOCK = text("SELECT pg_advisory_xact_lock(:order_id)")
_BEGIN_READ = text(
    "INSERT INTO order_reads (order_id, begun, written, version) VALUES (:order_id, 1, 0, '') "
    "ON CONFLICT (order_id) DO UPDATE SET begun = order_reads.begun + 1 RETURNING begun"
)
_COMPARED_AT_ONCE = 500


class _Utc(TypeDecorator[datetime]):
    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class _Amount(TypeDecorator[Decimal]):
    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * 10_000).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 10_000


Connect = Callable[[], Awaitable[Any]]

_tables = MetaData()


def _of_order() -> Column[int]:
    return Column("order_id", BigInteger, primary_key=True, autoincrement=False)


ORDERS = Table(
    "orders",
    _tables,
    _of_order(),
    Column("name", String(100), nullable=False),
    Column("placed_at", _Utc, nullable=False),
    Column("month", String(7), nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("financial_status", String(50), nullable=False),
    Column("fulfillment_status", String(50), nullable=False),
    Column("cancelled_at", _Utc),
    Column("is_test", Boolean, nullable=False),
    Column("print_state", String(50), nullable=False),
    Column("print_order_id", String(50)),
)
ATTEMPTS = Table(
    "attempts",
    _tables,
    _of_order(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", _Utc, nullable=False, index=True),
    Column("system", String(20), nullable=False),
    Column("action", String(50), nullable=False),
    Column("result", String(20), nullable=False),
    Column("detail", Text, nullable=False),
)
PARCELS = Table(
    "parcels",
    _tables,
    _of_order(),
    Column("parcel_id", String(100), primary_key=True),
    Column("units", Integer, nullable=False),
    Column("is_reshipment", Boolean, nullable=False),
    Column("returned_at", _Utc),
)
TICKETS = Table(
    "tickets",
    _tables,
    _of_order(),
    Column("fulfillment_order_id", String(50), primary_key=True),
    Column("connector", String(50)),
    Column("ticket_id", String(200)),
    Column("state", String(50), nullable=False),
    Column("revision", Integer, nullable=False),
)
MONEY = Table(
    "money",
    _tables,
    _of_order(),
    Column("kind", String(20), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("amount", _Amount, nullable=False),
)
READS = Table(
    "order_reads",
    _tables,
    _of_order(),
    Column("begun", BigInteger, nullable=False),
    Column("written", BigInteger, nullable=False),
    Column("version", String(100), nullable=False),
)
"""How often an order was read for the history, and which read is stored. It is no part of the history."""


def driver_url(address: str) -> URL:
    """The address with the driver that SQLAlchemy needs, and `sslmode` under the driver's own name.

    Raises HistoryAddressUnusable. The message does not show the address, which has a password.
    """
    scheme, colon, rest = address.partition(":")
    try:
        url = make_url(_DRIVERS[scheme] + colon + rest)
    except (SQLAlchemyError, ValueError):
        problem = "its port is not a number: write postgresql://user:password@host:5432/name"
        raise HistoryAddressUnusable(f"{problem}, and %40 for an @ in the password") from None
    options = dict(url.query)
    if scheme != "sqlite" and "sslmode" in options:
        options["ssl"] = options.pop("sslmode")
    if unknown := sorted(options.keys() - _OPTIONS[url.get_backend_name()]):
        raise HistoryAddressUnusable(f"the driver does not know the option {unknown[0]!r}: remove it")
    return url.set(query=options)


class HistoryDatabase:
    """A HistoryStore in a database. Connects when it is first used. No call takes longer than `call_s` seconds.

    `connect` makes the driver's connections in place of the driver.
    """

    def __init__(self, url: str, *, call_s: float = CALL_S, connect: Connect | None = None) -> None:
        options: dict[str, Any] = {} if connect is None else {"async_creator": connect}
        self._engine = create_async_engine(driver_url(url), pool_pre_ping=True, hide_parameters=True, **options)
        self._call_s = call_s
        self._has_tables = False
        self._making_tables = asyncio.Lock()

    async def close(self) -> None:
        await self._engine.dispose()

    async def check(self) -> None:
        async with self._connected():
            pass

    async def begin_read(self, order_id: int) -> int:
        async with self._connected() as connection:
            number: int = (await connection.execute(_BEGIN_READ, {"order_id": order_id})).scalar_one()
            return number

    async def outdated(self, versions: Mapping[int, str]) -> set[int]:
        ids, stored = list(versions), dict[int, str]()
        async with self._connected() as connection:
            for start in range(0, len(ids), _COMPARED_AT_ONCE):
                some = ids[start : start + _COMPARED_AT_ONCE]
                found = select(READS.c.order_id, READS.c.version).where(READS.c.order_id.in_(some))
                stored |= {row.order_id: row.version for row in await connection.execute(found)}
        return {order_id for order_id, version in versions.items() if stored.get(order_id) != version}

    async def write(self, rows: OrderRows, read_number: int) -> None:
        order_id = rows.order.order_id
        async with self._connected() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(_LOCK, {"order_id": order_id})
            if not await _is_newer(connection, rows, read_number):
                return
            known = await connection.execute(
                select(ATTEMPTS).where(ATTEMPTS.c.order_id == order_id).order_by(ATTEMPTS.c.number)
            )
            attempts = _joined([_attempt(row) for row in known], rows.attempts)
            numbered = [{**asdict(each), "number": number} for number, each in enumerate(attempts)]
            for table, found in (
                (ORDERS, [asdict(rows.order)]),
                (ATTEMPTS, numbered),
                (PARCELS, [asdict(each) for each in rows.parcels]),
                (TICKETS, [asdict(each) for each in rows.tickets]),
                (MONEY, [asdict(each) for each in rows.money]),
            ):
                await connection.execute(delete(table).where(table.c.order_id == order_id))
                if found:
                    await connection.execute(insert(table), found)

    async def attempts(self, search: Search) -> Sequence[FoundAttempt]:
        place = tuple_(ATTEMPTS.c.at, ATTEMPTS.c.order_id, ATTEMPTS.c.number)
        found = select(ATTEMPTS, ORDERS.c.name).join(ORDERS, ORDERS.c.order_id == ATTEMPTS.c.order_id)
        if search.after is not None:
            found = found.where(place < search.after)
        if search.system is not None:
            found = found.where(ATTEMPTS.c.system == search.system)
        if search.result is not None:
            found = found.where(ATTEMPTS.c.result == search.result)
        if search.since is not None:
            found = found.where(ATTEMPTS.c.at >= search.since)
        if search.until is not None:
            found = found.where(ATTEMPTS.c.at < search.until)
        latest = found.order_by(*(each.desc() for each in place)).limit(search.first)
        async with self._connected() as connection:
            return [FoundAttempt(row.name, row.number, _attempt(row)) for row in await connection.execute(latest)]

    async def money_by_month(self) -> Sequence[MonthlyMoney]:
        sums = (
            select(ORDERS.c.month, MONEY.c.currency, MONEY.c.kind, func.sum(MONEY.c.amount, type_=_Amount))
            .join(ORDERS, ORDERS.c.order_id == MONEY.c.order_id)
            .where(ORDERS.c.is_test.is_(False))
            .group_by(ORDERS.c.month, MONEY.c.currency, MONEY.c.kind)
            .order_by(ORDERS.c.month.desc(), MONEY.c.currency, MONEY.c.kind)
        )
        async with self._connected() as connection:
            return [
                MonthlyMoney(month, currency, MoneyKind(kind), amount)
                for month, currency, kind, amount in await connection.execute(sums)
            ]

    async def table(self, name: str) -> AsyncIterator[Sequence[object]]:
        table = _tables.tables[name]
        yield [column.name for column in table.columns]
        async with self._connected(call_s=None) as connection:
            rows = await connection.stream(select(table).order_by(*table.primary_key.columns))
            async for row in rows:
                yield tuple(row)

    @asynccontextmanager
    async def _connected(self, **bound: float | None) -> AsyncIterator[AsyncConnection]:
        """A transaction, and the tables. Raises HistoryDown."""
        try:
            async with asyncio.timeout(bound.get("call_s", self._call_s)), AsyncExitStack() as stack:
                await self._make_tables()
                yield await self._begun(stack)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            self._has_tables = False
            raise HistoryDown(_in_one_line(error)) from error

    async def _make_tables(self) -> None:
        """Makes the tables that are missing, in a transaction of their own: others use them right after it."""
        async with self._making_tables, AsyncExitStack() as stack:
            if not self._has_tables:
                connection = await self._begun(stack)
                if connection.dialect.name == "postgresql":
                    await connection.execute(_LOCK, {"order_id": 0})  # another process may make them, too
                await connection.run_sync(_tables.create_all)
        self._has_tables = True

    async def _begun(self, stack: AsyncExitStack) -> AsyncConnection:
        """A transaction until the stack ends. Raises HistoryDown when there is no connection."""
        try:
            return await stack.enter_async_context(self._engine.begin())
        except (SQLAlchemyError, OSError, TimeoutError):
            raise
        except Exception as error:  # a wrong password or database is an error of the driver's own
            raise HistoryDown(_in_one_line(error)) from error


def _in_one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _attempt(row: Row[Any]) -> AttemptRow:
    return AttemptRow(row.order_id, row.at, row.system, row.action, row.result, row.detail)


async def _is_newer(connection: AsyncConnection, rows: OrderRows, read_number: int) -> bool:
    """Whether these rows were read later than the stored ones. If so, notes that they are stored."""
    of_order = READS.c.order_id == rows.order.order_id
    known = (await connection.execute(select(READS).where(of_order))).one_or_none()
    noted = {"written": read_number, "version": rows.version}
    if known is None:  # the database was replaced meanwhile
        await connection.execute(insert(READS).values(order_id=rows.order.order_id, begun=read_number, **noted))
        return True
    if known.written >= read_number:
        return False
    begun = max(known.begun, read_number)
    await connection.execute(update(READS).where(of_order).values(begun=begun, **noted))
    return True


def _joined(known: Sequence[AttemptRow], latest: Sequence[AttemptRow]) -> list[AttemptRow]:
    """What was known before the latest attempts, and these.

    The journal replaces its last attempt by an equal one. What it replaced does not stay.
    """
    if not latest:
        return list(known)
    first_common = next((number for number, each in enumerate(known) if each in latest), None)
    if first_common is not None:
        return [*known[:first_common], *latest]
    earlier = list(known)
    if earlier and replace(earlier[-1], at=latest[0].at) == latest[0]:
        earlier.pop()
    return [*earlier, *latest]
