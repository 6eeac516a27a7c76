"""A Redis in virtual time that several simulated processes share, with faults. fakeredis runs its commands and Lua."""

import asyncio
import contextvars
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import redis
from fakeredis import FakeServer, FakeStrictRedis
from fakeredis.aioredis import FakeAsyncRedisConnection

from tests.orders.mortal import Life

URL = "redis://stand-in:6379/0"
_CLOCKS = ("fakeredis._socket._base", "fakeredis._helpers", "fakeredis.commands_mixins.server_mixin")
_EPOCH_S = 1_780_000_000.0
_LIES: tuple[Any, ...] = (None, b"1", b"no", 0, 1, 10**9, [], [b"x"], [b"60", b"60"], [None, None, 0, 0, []])


class RedisStandIn:
    """The server. While it is down it refuses connections; a killed one has forgotten everything.

    A server that hangs carries out what it received once it goes on, as a stopped process does.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._server = FakeServer(version=(7,))
        self._is_up = True
        self._hangs = 0
        self._lies = 0
        self._late: list[Callable[[], None]] = []
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @staticmethod
    @contextmanager
    def virtual_clock() -> Iterator[None]:
        """Makes fakeredis read the loop's clock."""
        loop = asyncio.get_running_loop()
        clock = SimpleNamespace(time=lambda: _EPOCH_S + loop.time())
        with patch(f"{_CLOCKS[0]}.time", clock), patch(f"{_CLOCKS[1]}.time", clock), patch(f"{_CLOCKS[2]}.time", clock):
            yield

    def connection_class(self, life: Life) -> type[FakeAsyncRedisConnection]:
        """The connections of one process."""
        return type("Connection", (_Connection,), {"redis": self, "life": life})

    def fail(self, kind: str, lasts_s: float) -> None:
        """Begins a fault. `kind`: kill, hang, flush, evict, mix up, full or lie."""
        loop = asyncio.get_running_loop()
        match kind:
            case "kill":
                self._kill()
                loop.call_later(lasts_s, self._start)
            case "hang":
                self._hangs += 1
                loop.call_later(lasts_s, self._go_on)
            case "lie":
                self._lies += 1
                loop.call_later(lasts_s, self._end_lie)
            case "flush":
                self._client.flushall()
            case "evict":
                for key in self._half():
                    self._client.delete(key)
            case "mix up":
                for key in self._half():
                    self._mix_up(key)
            case _:
                raise ValueError(kind)

    def end_faults(self) -> None:
        """Ends all faults, but not what they did."""
        self._lies = 0
        self._hangs = 1
        self._go_on()
        self._start()

    @property
    def _client(self) -> FakeStrictRedis:
        return FakeStrictRedis(server=self._server)

    def _kill(self) -> None:
        self._is_up = False
        self._server = FakeServer(version=(7,))
        self._late.clear()
        broken, self._broken = self._broken, asyncio.get_running_loop().create_future()
        broken.set_result(None)

    def _start(self) -> None:
        self._is_up = True

    def _go_on(self) -> None:
        self._hangs = max(0, self._hangs - 1)
        if not self._hangs:
            late, self._late = self._late, []
            for each in late:
                each()

    def _end_lie(self) -> None:
        self._lies = max(0, self._lies - 1)

    def _half(self) -> list[Any]:
        return [key for key in sorted(self._client.keys()) if self._random.random() < 0.5]

    def _mix_up(self, key: bytes) -> None:
        """Gives a key a value of another type, or one that nobody wrote."""
        self._client.delete(key)
        match self._random.randrange(4):
            case 0:
                self._client.rpush(key, b"wrong")
            case 1:
                self._client.set(key, b"wrong")
            case 2:
                self._client.hset(key, mapping={"epoch": "wrong", "number": "-1", "level": "wrong", "ends": "wrong"})
            case _:
                self._client.sadd(key, b"wrong")

    # What a connection does

    async def pass_by(self, life: Life, server: FakeServer | None) -> None:
        """The way to the server or back. Raises ConnectionError when it ended meanwhile, Died when the process did."""
        if life.is_over or self._random.random() < 0.2:
            life.reach()
        await asyncio.sleep(self._random.uniform(0.0002, 0.003))
        if life.is_over:
            life.reach()
        if not self._is_up or (server is not None and server is not self._server):
            raise redis.ConnectionError("the connection was closed")

    @property
    def server(self) -> FakeServer:
        return self._server

    def carry_out(self, command: Callable[[], None]) -> None:
        """Carries out a received command now, or when the server goes on."""
        if self._hangs:
            self._late.append(command)
        else:
            command()

    async def unless_broken(self, reading: Any) -> Any:
        """The result of reading a response. Raises ConnectionError when the server ends before."""
        context = contextvars.copy_context()
        task = asyncio.get_running_loop().create_task(reading, context=context)
        try:
            await asyncio.wait({task, self._broken}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise redis.ConnectionError("the connection was closed")
        finally:
            task.cancel()

    def answer(self, truth: Any) -> Any:
        """The response, or a lie."""
        return self._random.choice(_LIES) if self._lies and self._random.random() < 0.5 else truth


def _chunks(command: str | Iterable[bytes]) -> Iterable[bytes]:
    return [command.encode()] if isinstance(command, str) else command


class _Connection(FakeAsyncRedisConnection):
    """A connection of one process to the stand-in."""

    redis: RedisStandIn
    life: Life

    async def _connect(self) -> None:
        await self.redis.pass_by(self.life, None)
        self._server = self.redis.server
        await super()._connect()

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        await self._pass_by()
        socket, packed = self._sock, command if isinstance(command, bytes) else b"".join(_chunks(command))
        if socket is None:
            raise redis.ConnectionError("the connection was closed")

        def carry_out() -> None:
            socket.sendall(packed)

        self.redis.carry_out(carry_out)

    async def read_response(self, **options: Any) -> Any:  # type: ignore[override]  # as fakeredis declares it
        reading = super().read_response(**options)
        if self._sock is not None and not self._sock.responses.empty():
            answer = await reading
        else:
            try:
                answer = await self.redis.unless_broken(reading)
            except redis.ConnectionError:
                await self.disconnect(nowait=True)
                raise
        await self._pass_by()
        return self.redis.answer(answer)

    async def _pass_by(self) -> None:
        try:
            await self.redis.pass_by(self.life, self._server)
        except BaseException:
            await self.disconnect(nowait=True)
            raise
