"""The connection to Redis, with a hard deadline for each call, and no calls while Redis is unavailable."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from clients.shared.state import Alone, SharedState, ShareState, ShareStatus
from clients.timing import REAL, Timing

if TYPE_CHECKING:
    from redis.asyncio import Connection, Redis

T = TypeVar("T")

CALL_S = 0.05
SYNC_S = 0.5
CHECK_EVERY_S = 1.0
RETRY_EVERY_S = 0.5
STEADY_S = 1.0
CANCEL_EVERY_S = 0.2
LATE_S = 0.01
MAX_DOUBTS = 5
DOUBTS_S = 5.0
FAULT_LASTS_S = 5.0
_CONNECTIONS = 16
_READ_BYTES = 256 * 1024  # what the loop reads at once: answers are often larger than the usual 64 KiB

_CLAIM = """
local owner = redis.call('GET', KEYS[1])
if owner == false or owner == ARGV[1] or redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1"

log = structlog.get_logger(__name__)


class _ProcessWasBusy(Exception):
    """This process was too busy to read a response that may have arrived in time."""


class Member(Protocol):
    """A component that shares data over the link."""

    async def sync(self) -> None:
        """Catches up with the other processes: after each connection, and every second. Raises what Redis raises."""
        ...

    def received(self, message: bytes) -> None:
        """Gets a message from the member's channel."""
        ...


class RedisLink:
    """Redis, or its absence. Use it with `opened`.

    A call that fails or takes longer than `call_s` returns None and ends the use of Redis. A background task then
    pings it or connects again. So a hanging Redis costs the calls that are under way one deadline, and later calls
    nothing. The first attempt follows at once: only when it fails, too, is Redis reported as lost.

    While it is away, leases are those of `otherwise`. A command that Redis refuses (a wrong type, no memory left)
    returns None, and the connection stays. `connection_class` stands in for the network.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        *,
        timing: Timing = REAL,
        call_s: float = CALL_S,
        sync_s: float = SYNC_S,
        otherwise: SharedState | None = None,
        connection_class: "type[Connection] | None" = None,
    ) -> None:
        self._url = url
        self._options = {} if connection_class is None else {"connection_class": connection_class}
        self.prefix = prefix
        self._timing = timing
        self.call_s = call_s
        self._otherwise = otherwise or Alone()
        self._sync_s = sync_s
        self._redis: Redis | None = None
        self._scripts: dict[str, Any] = {}
        self._members: dict[bytes, Member] = {}
        self._is_up = False
        self._is_reported = False
        self._is_closing = False
        self._is_doubtful = False
        self._doubts: deque[float] = deque(maxlen=MAX_DOUBTS)
        self._detail = ""
        self._failures = 0
        self._refused_until_s = float("-inf")
        self._attention = asyncio.Event()
        self._tried = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_up(self) -> bool:
        """Whether calls are sent."""
        return self._is_up

    @property
    def status(self) -> ShareStatus:
        """The state of the connection, for monitoring."""
        if not self._is_up:
            return ShareStatus(ShareState.DOWN, self._detail, self._failures)
        if self._timing.clock() < self._refused_until_s:
            return ShareStatus(ShareState.FAILING, self._detail, self._failures)
        return ShareStatus(ShareState.UP, "", self._failures)

    def name(self, *parts: str) -> str:
        """A key of this shop."""
        return ":".join((self.prefix, *parts))

    def join(self, channel: str, member: Member) -> None:
        """Adds a member before `opened`."""
        self._members[self.name(channel).encode()] = member

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connects. Without Redis it starts anyway and keeps trying."""
        self._connect()
        keeper = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            self._is_closing = True
            ending: set[asyncio.Task[None]] = {keeper, *self._tasks}
            while ending:  # the client of Redis can swallow a cancellation while it connects
                for task in ending:
                    task.cancel()
                _, ending = await asyncio.wait(ending, timeout=CANCEL_EVERY_S)
            self._is_up = False
            await self._close(self._redis)

    async def ready(self) -> None:
        """Waits for the outcome of the first attempt to connect."""
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * self._sync_s):
                await self._tried.wait()

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[str | bytes | int | float] = ()) -> Any:
        """What a script returns; None when Redis is away or refuses it. Its keys are deleted if their type is wrong."""
        from redis.exceptions import ResponseError

        async def send(redis: "Redis") -> Any:
            try:
                return await self._script(redis, script)(keys=keys, args=arguments)
            except ResponseError as error:
                if "WRONGTYPE" in str(error):  # somebody else wrote to them
                    await redis.delete(*keys)
                raise

        return await self.call(send)

    async def run_in_sync(
        self, script: str, keys: Sequence[str], arguments: Sequence[str | bytes | int | float] = ()
    ) -> Any:
        """As `run`, for `Member.sync`. Raises what Redis raises."""
        assert self._redis is not None
        return await self._script(self._redis, script)(keys=keys, args=arguments)

    async def call(self, send: Callable[["Redis"], Awaitable[T]]) -> T | None:
        """What `send` returns; None when Redis is away or refuses it."""
        from redis.exceptions import ResponseError

        redis = self._redis
        if not self._is_up or redis is None:
            return None
        try:
            return await self._within(self.call_s, send(redis))
        except ResponseError as error:
            self.refused(error)
        except TimeoutError as error:
            self._doubt(error)
        except _ProcessWasBusy:
            pass
        except Exception as error:  # noqa: BLE001 a server that answers nonsense makes its client raise anything
            self._lose(error)
        finally:
            if redis is not self._redis or self._is_closing:  # it may have connected after the others were closed
                await self._close(redis)
        return None

    async def get(self, name: str) -> bytes | None:
        found = await self.call(lambda redis: redis.get(self.name(name)))
        return found if isinstance(found, bytes) else None

    async def put(self, name: str, value: bytes, lifetime_s: float) -> None:
        await self.call(lambda redis: redis.set(self.name(name), value, px=max(1, round(lifetime_s * 1000))))

    async def put_all(self, values: Mapping[str, tuple[bytes, int]], ended: Sequence[str] = ()) -> None:
        """Stores values under whole keys, each with its lifetime in milliseconds, then removes the keys in `ended`."""

        async def send(redis: "Redis") -> bool:
            async with redis.pipeline(transaction=False) as pipeline:
                for name, (value, lifetime_ms) in values.items():
                    pipeline.set(name, value, px=lifetime_ms)
                if ended:
                    pipeline.delete(*ended)
                await pipeline.execute()
            return True

        await self.call(send)

    async def claim(self, name: str, owner: str, lifetime_s: float) -> bool:
        claimed: int | None = await self.run(_CLAIM, [self.name(name)], [owner, max(1, round(lifetime_s * 1000))])
        return await self._otherwise.claim(name, owner, lifetime_s) if claimed is None else claimed == 1

    async def release(self, name: str, owner: str) -> None:
        await self._otherwise.release(name, owner)
        await self.run(_RELEASE, [self.name(name)], [owner])

    def refused(self, error: Exception) -> None:
        """Notes that Redis refused a command. It is logged once, until none was refused for a while."""
        self._failures += 1
        self._detail = _said(error)
        now = self._timing.clock()
        if now >= self._refused_until_s:
            log.warning("redis_refused", detail=self._detail, effect="the gateway goes on without it where it refuses")
        self._refused_until_s = now + FAULT_LASTS_S

    def check_soon(self) -> None:
        """Syncs the members now instead of at the next check."""
        self._attention.set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something in the background, until the link is closed."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def lose(self, reason: str) -> None:
        """Stops using Redis until the members are in sync again."""
        self._lose(ConnectionError(reason))

    def _doubt(self, error: BaseException) -> None:
        """Stops using Redis until it answers a ping; many failed calls in a row count as a loss."""
        now = self._timing.clock()
        self._doubts.append(now)
        is_one_of_many = len(self._doubts) == MAX_DOUBTS and now - self._doubts[0] < DOUBTS_S
        self._lose(error)
        self._is_doubtful = not is_one_of_many

    def _lose(self, error: BaseException) -> None:
        self._is_doubtful = False
        self._failures += 1
        self._detail = _said(error)
        self._is_up = False
        self._attention.set()

    def _connect(self) -> None:
        from redis.asyncio import BlockingConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        pool = BlockingConnectionPool.from_url(
            self._url,
            max_connections=_CONNECTIONS,
            timeout=self._sync_s,
            socket_connect_timeout=self._sync_s,
            socket_timeout=None,
            socket_read_size=_READ_BYTES,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
            decode_responses=False,
            health_check_interval=0,
            **self._options,
        )
        self._redis = Redis(connection_pool=pool)
        self._scripts.clear()

    def _script(self, redis: "Redis", text: str) -> Any:
        found = self._scripts.get(text)
        if found is None:
            found = self._scripts[text] = redis.register_script(text)
        return found

    async def _keep(self) -> None:
        """Connects, checks every second, and connects again after a loss."""
        while not self._is_closing:
            listener: asyncio.Task[None] | None = None
            try:
                self._attention.clear()
                listener = await self._within(self._sync_s, self._listening())
                await self._within(self._sync_s, self._sync())
                await self._answers_in_time()
                began_s = self._timing.clock()
                self._regained()
                await self._check_until_lost()
                if self._timing.clock() - began_s >= STEADY_S:
                    continue  # a connection ended: the first attempt to connect again follows at once
                self._report_loss()
            except asyncio.CancelledError:
                raise
            except _ProcessWasBusy:
                self._is_up = False
            except Exception as error:  # noqa: BLE001 whatever Redis or its client does, the gateway goes on
                self._lose(error)
                self._report_loss()
            finally:
                if listener is not None:
                    listener.cancel()
                    await asyncio.gather(listener, return_exceptions=True)
                if not self._is_up:
                    lost = self._redis
                    self._connect()
                    await self._close(lost)
            await asyncio.sleep(RETRY_EVERY_S * (0.8 + 0.4 * self._timing.jitter()))

    async def _check_until_lost(self) -> None:
        while self._is_up or self._is_doubtful:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._attention.wait(), CHECK_EVERY_S)
            self._attention.clear()
            with suppress(_ProcessWasBusy):
                if self._is_doubtful:
                    await self._answers_in_time()
                    self._is_doubtful, self._is_up = False, True
                if self._is_up:
                    await self._within(self._sync_s, self._sync())

    async def _within(self, seconds: float, work: Awaitable[T]) -> T:
        """The result of `work`. Raises TimeoutError if Redis is late, _ProcessWasBusy if this process is."""
        due_s = self._timing.clock() + seconds
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            if self._timing.clock() - due_s >= LATE_S:
                raise _ProcessWasBusy from None
            raise

    async def _pinged(self) -> None:
        assert self._redis is not None
        await self._redis.ping()

    async def _sync(self) -> None:
        if not self._members:
            await self._pinged()
        for member in self._members.values():
            await member.sync()

    async def _answers_in_time(self) -> None:
        """Raises TimeoutError when Redis is too slow to be of use."""
        await self._within(self.call_s, self._pinged())

    async def _listening(self) -> "asyncio.Task[None]":
        assert self._redis is not None
        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        if not self._members:
            await self._redis.ping()
        else:
            await pubsub.subscribe(*self._members)

        async def listen() -> None:
            try:
                async for message in pubsub.listen():
                    if message["type"] == "message":
                        self._members[message["channel"]].received(message["data"])
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 as above
                self._lose(error)
            finally:
                with suppress(Exception):
                    await pubsub.aclose()  # type: ignore[no-untyped-call]

        return asyncio.create_task(listen() if self._members else asyncio.sleep(0))

    async def _close(self, redis: "Redis | None") -> None:
        """Closes all connections, also those that wait for an answer."""
        if redis is not None:
            with suppress(Exception):
                async with asyncio.timeout(self._sync_s):
                    await redis.connection_pool.disconnect(inuse_connections=True)

    def _regained(self) -> None:
        self._tried.set()
        self._is_up = True
        if self._is_reported:
            self._is_reported = False
            log.info("redis_regained", failures=self._failures)

    def _report_loss(self) -> None:
        self._tried.set()
        if not self._is_reported:
            self._is_reported = True
            log.warning(
                "redis_lost", detail=self._detail, effect="each process goes on by itself; no order depends on Redis"
            )


def address_problem(url: str) -> str | None:
    """What is wrong with an address of Redis; None when its client understands it. Shows nothing of the address."""
    from redis.asyncio import ConnectionPool

    try:
        ConnectionPool.from_url(url).make_connection()  # type: ignore[no-untyped-call]  # it sends nothing
    except TypeError:
        return "an option after the `?` is unknown: remove it"
    except ValueError:
        return "its port, or an option after the `?`, has a wrong value: write redis://user:password@host:6379/0"
    return None


def _said(error: BaseException) -> str:
    """The error text without addresses and credentials."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) or type(error).__name__ in ("ConnectionError", "AuthenticationError"):
        return type(error).__name__
    return f"{type(error).__name__}: {error}".split("\n")[0][:200]
