"""A database in virtual time that several simulated processes share, with faults. SQLite runs its statements.

SQLite's own driver works in a thread, which virtual time does not wait for. Here a statement runs in the loop.
One transaction runs at a time, as with a lock on each order.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.orders.mortal import Life

URL = "sqlite:///stand-in.db"


class DatabaseStandIn:
    """The server. What was committed survives its end."""

    def __init__(self, file: Path, random: Random) -> None:
        self._file = file
        self._random = random
        self._is_up = True
        self._hangs = asyncio.Event()
        self._hangs.set()
        self._loses_commits = 0
        self._turn = asyncio.Lock()
        self._connections: set[_Connection] = set()

    def connect(self, life: Life) -> Callable[[], Awaitable["_Connection"]]:
        """Opens connections of one process."""

        async def connect() -> _Connection:
            await self.pass_by(life)
            connection = _Connection(self, life, sqlite3.connect(self._file, isolation_level=None))
            connection.run("PRAGMA synchronous=OFF")
            connection.run("PRAGMA journal_mode=MEMORY")
            self._connections.add(connection)
            life.over.add_done_callback(lambda _: connection.drop())
            return connection

        return connect

    def fail(self, kind: str, lasts_s: float) -> None:
        """Begins a fault. `kind`: kill, hang, or lose the answer to a commit."""
        loop = asyncio.get_running_loop()
        match kind:
            case "kill":
                self._is_up = False
                self._drop_all()
                loop.call_later(lasts_s, self._start)
            case "hang":
                self._hangs.clear()
                loop.call_later(lasts_s, self._hangs.set)
            case "lose":
                self._loses_commits += 1
            case _:
                raise ValueError(kind)

    def end_faults(self) -> None:
        self._loses_commits = 0
        self._hangs.set()
        self._start()

    def close(self) -> None:
        self._drop_all()

    def _start(self) -> None:
        self._is_up = True

    def _drop_all(self) -> None:
        for connection in list(self._connections):
            connection.drop()

    # What a connection does

    async def pass_by(self, life: Life) -> None:
        """The way to the server. Raises OperationalError when it is down, Died when the process died."""
        life.reach()
        await asyncio.sleep(self._random.uniform(0.0005, 0.02))
        await self._hangs.wait()
        life.reach()
        if not self._is_up:
            raise sqlite3.OperationalError("connection closed")

    async def begin(self) -> None:
        await self._turn.acquire()

    def end(self) -> None:
        self._turn.release()

    def forget(self, connection: "_Connection") -> None:
        self._connections.discard(connection)

    @property
    def loses_this_commit(self) -> bool:
        loses, self._loses_commits = self._loses_commits > 0, max(0, self._loses_commits - 1)
        return loses


class _Connection:
    """A connection of one process, as SQLAlchemy uses aiosqlite's."""

    def __init__(self, server: DatabaseStandIn, life: Life, real: sqlite3.Connection) -> None:
        self._server = server
        self._life = life
        self._connection: sqlite3.Connection | None = real
        self._has_turn = False

    def cursor(self) -> "_Cursor":
        return _Cursor(self)

    async def statement(self, run: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> sqlite3.Cursor:
        """Runs a statement in the transaction, which it begins if needed."""
        await self._server.pass_by(self._life)
        if not self._has_turn:
            await self._server.begin()
            if self._connection is None:
                self._server.end()
            else:
                self._has_turn = True
                self.run("BEGIN")
        return run(self._real())

    async def commit(self) -> None:
        await self._server.pass_by(self._life)
        self._real()
        self._end_transaction("COMMIT")
        if self._server.loses_this_commit:
            self.drop()
            raise sqlite3.OperationalError("connection closed")

    async def rollback(self) -> None:
        if self._connection is not None:
            self._end_transaction("ROLLBACK")

    async def close(self) -> None:
        self.drop()

    def stop(self) -> None:
        self.drop()

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._real().create_function(*arguments, **options)

    def run(self, statement: str) -> None:
        self._real().execute(statement)

    def drop(self) -> None:
        """Ends the connection at once; the server rolls back its transaction."""
        if self._connection is not None:
            self._end_transaction("ROLLBACK")
            self._connection.close()
            self._connection = None
            self._server.forget(self)

    def _end_transaction(self, statement: str) -> None:
        if self._has_turn:
            self.run(statement)
            self._has_turn = False
            self._server.end()

    def _real(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.OperationalError("connection closed")
        return self._connection


class _Cursor:
    """A cursor, as SQLAlchemy uses aiosqlite's."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._real: sqlite3.Cursor | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> "_Cursor":
        self._real = await self._connection.statement(lambda real: real.execute(statement, parameters))
        return self

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> "_Cursor":
        self._real = await self._connection.statement(lambda real: real.executemany(statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        return [] if self._real is None else self._real.fetchall()

    async def fetchone(self) -> Any:
        return None if self._real is None else self._real.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        return [] if self._real is None else self._real.fetchmany(size or self.arraysize)

    async def close(self) -> None:
        if self._real is not None:
            self._real.close()

    @property
    def description(self) -> Any:
        return None if self._real is None else self._real.description

    @property
    def lastrowid(self) -> int | None:
        return None if self._real is None else self._real.lastrowid

    @property
    def rowcount(self) -> int:
        return -1 if self._real is None else self._real.rowcount
