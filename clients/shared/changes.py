"""Cache invalidations of all processes, numbered by Redis, so that a process notices missed ones."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from clients.cache.changes import ChangeLog, Moment
from clients.cache.second_level import ChangeKind, Position, SharedChange
from clients.cache.tags import Tag
from clients.shared.redis_link import RedisLink

CHANNEL = "changed"
LOG_LENGTH = 5_000
MAX_PENDING = 1_000
MAX_TAGS = 20_000
GUARD_S = 60.0
CLOCK_STEP_S = 2.0
"""A step of Redis's clock that makes the ages of stored answers wrong."""

LAYOUT = 1
_EVERYTHING = SharedChange(ChangeKind.PURGED)
_BEGINNING = Moment(float("-inf"), 0)  # a change may concern any stored answer, so none is forgotten

# Returns the epoch, the number of the last change, Redis's time, and the changes after the known one.
_SYNC = f"""
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[1]
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'number', 0)
end
local number = tonumber(redis.call('HGET', KEYS[1], 'number') or 0)
local missed = {LOG_LENGTH}
if epoch == ARGV[2] then missed = number - tonumber(ARGV[3]) end
local entries = {{}}
if missed > 0 then entries = redis.call('LRANGE', KEYS[2], -missed, -1) end
local time = redis.call('TIME')
return {{epoch, number, time[1], time[2], entries}}
"""
_RECORD = f"""
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch ~= ARGV[1] then return -1 end
local time = redis.call('TIME')
local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
local entry = epoch .. ' ' .. number .. ' ' .. time[1] .. ' ' .. ARGV[2]
redis.call('RPUSH', KEYS[2], entry)
redis.call('LTRIM', KEYS[2], -{LOG_LENGTH}, -1)
redis.call('PUBLISH', KEYS[3], entry)
return number
"""
# Works also when Redis has no memory left for anything new.
_END_EPOCH = """
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('PUBLISH', KEYS[3], '')
return 1
"""

log = structlog.get_logger(__name__)


class _Message(msgspec.Struct, frozen=True, array_like=True):
    layout: int
    origin: str
    change: SharedChange


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(_Message).decode


class SharedChanges:
    """Publishes the changes of this process, and applies those of the others.

    Redis numbers the changes of an *epoch*, which ends when Redis loses its data. A process that missed changes
    reads them from a log of the last 5,000. When the log does not reach back far enough, or the epoch is another
    one, it purges all its answers.

    A change that Redis does not accept waits. Until it is recorded, this process uses no shared answers; and where
    Redis answers at all, the epoch is ended, so that no other process uses outdated ones.
    """

    def __init__(self, link: RedisLink, *, clock: Callable[[], float]) -> None:
        self._link = link
        self._clock = clock
        self._origin = secrets.token_hex(8)
        self._keys = [link.name("changes"), link.name("log"), link.name(CHANNEL)]
        self._apply: Callable[[SharedChange], Any] = lambda _: None
        self._pending: deque[SharedChange] = deque()
        self._all_recorded = asyncio.Event()
        self._all_recorded.set()
        self._epoch = ""
        self._number = 0
        self._base = 0
        self._log = ChangeLog(guard_s=0.0, max_changes=MAX_TAGS)
        self._is_behind = False
        self._is_flushing = False
        self._is_known_to_others = False  # that something was not recorded: the epoch is ended once for it
        self.clock_ahead_s: float | None = None
        link.join(CHANNEL, self)

    def applies(self, apply: Callable[[SharedChange], Any]) -> None:
        """Sets the callback for changes of other processes."""
        self._apply = apply

    @property
    def position(self) -> Position | None:
        """The last change that this process applied; None if it may have missed one or has an unrecorded one."""
        if not self._link.is_up or self._is_behind or self._pending or self.clock_ahead_s is None:
            return None
        return Position(self._epoch, self._number)

    def is_outdated(
        self, position: Position, kinds: Collection[str], tags: Collection[Tag], types: frozenset[str]
    ) -> bool:
        """Whether a change after that position affects an answer. Also True if that is unknown.

        `kinds`: the names of its policies. `types`: the types of its objects.
        """
        if position.epoch != self._epoch or not self._base <= position.number <= self._number:
            return True
        if position.number == self._number:
            return False
        return self._log.verdict(kinds, tags, types, Moment(float("inf"), position.number)).overtaken

    def has_seen(self, epoch: bytes | str | None, number: bytes | int | None) -> bool:
        """Whether this process has applied all changes up to that position. If not, it catches up soon."""
        try:
            theirs = (epoch.decode() if isinstance(epoch, bytes) else epoch, int(number or 0))
        except (TypeError, ValueError):
            theirs = (None, 0)
        if theirs[0] == self._epoch and theirs[1] <= self._number:
            return True
        self._is_behind = True
        self._link.check_soon()
        return False

    def publish(self, change: SharedChange) -> None:
        """Queues a change, to be recorded for all processes."""
        if len(self._pending) >= MAX_PENDING:
            self._pending.clear()
            change = _EVERYTHING
        self._pending.append(change)
        self._all_recorded.clear()
        self._is_known_to_others = False
        if self._link.is_up and not self._is_flushing:
            self._link.spawn(self._flush())

    async def are_recorded(self) -> bool:
        """Whether all changes of this process are recorded, within the deadline of a call."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_recorded.wait(), self._link.call_s)
        return not self._pending and self._link.is_up

    def received(self, message: bytes) -> None:
        """Applies a published change; one with a gap before it makes the process catch up."""
        parsed = _parsed(message)
        if parsed is None or parsed[0] != self._epoch or parsed[1] > self._number + 1:
            self._is_behind = True
            self._link.check_soon()
        elif parsed[1] == self._number + 1:
            self._take(parsed[1], parsed[3])

    async def sync(self) -> None:
        """Applies missed changes, then records queued ones. Raises what Redis raises."""
        answer, number, seconds, micros, entries = await self._synced()
        epoch = answer.decode()
        self._note_clock(int(seconds) + int(micros) / 1e6)
        if epoch != self._epoch:
            self._begin(epoch, int(number), entries, int(seconds))
        else:
            self._catch_up(int(number), entries, int(seconds))
        self._is_behind = False
        if self._pending:
            await self._flush_in_sync()

    async def _synced(self) -> Any:
        from redis.exceptions import ResponseError

        arguments: list[str | int] = [secrets.token_hex(8), self._epoch, self._number]
        try:
            return await self._link.run_in_sync(_SYNC, self._keys[:2], arguments)
        except ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            await self._link.run_in_sync(_END_EPOCH, self._keys)  # somebody else wrote to our keys: begin again
            return await self._link.run_in_sync(_SYNC, self._keys[:2], arguments)

    def _note_clock(self, redis_s: float) -> None:
        # The answer took a moment, so this is never too much: answers look too old rather than too young.
        ahead_s = redis_s - self._clock()
        if self.clock_ahead_s is not None and ahead_s < self.clock_ahead_s - CLOCK_STEP_S:
            log.warning("redis_clock_stepped", by_s=round(ahead_s - self.clock_ahead_s))
            self.publish(_EVERYTHING)
        self.clock_ahead_s = ahead_s

    def _begin(self, epoch: str, number: int, entries: list[bytes], now_s: int) -> None:
        """Starts a new epoch. Answers of an earlier one may have missed changes."""
        if self._epoch:
            self._apply(_EVERYTHING)
        known = [parsed for each in entries if (parsed := _parsed(each)) is not None and parsed[0] == epoch]
        self._epoch = epoch
        self._base = self._number = number - len(known) if _is_complete(known, number) else number
        self._log = ChangeLog(guard_s=0.0, max_changes=MAX_TAGS, count=self._base)
        if self._base < number:
            for _, each_number, at_s, payload in known:
                # What is older than a guard concerns no answer that this process may still fetch.
                self._take(each_number, payload, applies=now_s - at_s <= GUARD_S)

    def _catch_up(self, number: int, entries: list[bytes], now_s: int) -> None:
        missed = [
            parsed
            for each in entries
            if (parsed := _parsed(each)) is not None and parsed[0] == self._epoch and parsed[1] > self._number
        ]
        if number <= self._number:
            return
        if not _is_complete(missed, number) or len(missed) != number - self._number:
            self._apply(_EVERYTHING)
            self._base = self._number = number
            self._log = ChangeLog(guard_s=0.0, max_changes=MAX_TAGS, count=number)
            return
        for _, each_number, _, payload in missed:
            self._take(each_number, payload)

    def _take(self, number: int, payload: bytes, *, applies: bool = True) -> None:
        """Applies the next change, and records it for checks of older shared answers."""
        self._number = number
        try:
            message = _read(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            message = _Message(LAYOUT, "", _EVERYTHING)
        change = message.change if message.layout == LAYOUT else _EVERYTHING
        if change.kind is ChangeKind.PURGED:
            self._log.add_purge(change.kinds)
        else:
            self._log.add(change.tags, None, change.kinds, 0.0, _BEGINNING)
        if applies and message.origin != self._origin:
            self._apply(change)

    async def _flush(self) -> None:
        """Records queued changes, as long as Redis accepts them."""
        self._is_flushing = True
        try:
            while self._pending and self._link.is_up:
                change = self._pending[0]
                number = await self._link.run(_RECORD, self._keys, [self._epoch, self._payload(change)])
                if not isinstance(number, int) or number < 0:
                    if not self._is_known_to_others:
                        self._is_known_to_others = await self._link.run(_END_EPOCH, self._keys) is not None
                    self._link.lose("a change of cached answers could not be recorded")
                    return
                self._recorded(change, number)
        finally:
            self._is_flushing = False

    async def _flush_in_sync(self) -> None:
        from redis.exceptions import ResponseError

        while self._pending and not self._is_flushing:
            change = self._pending[0]
            try:
                number = await self._link.run_in_sync(_RECORD, self._keys, [self._epoch, self._payload(change)])
            except ResponseError:
                if not self._is_known_to_others:
                    await self._link.run_in_sync(_END_EPOCH, self._keys)
                    self._is_known_to_others = True
                raise
            if not isinstance(number, int) or number < 0:
                raise ConnectionError("the numbering of changes has just ended")
            self._recorded(change, number)

    def _recorded(self, change: SharedChange, number: int) -> None:
        if self._pending and self._pending[0] is change:
            self._pending.popleft()
        if not self._pending:
            self._all_recorded.set()
        if number == self._number + 1:
            self._take(number, self._payload(change))
        elif number > self._number:
            self._is_behind = True
            self._link.check_soon()

    def _payload(self, change: SharedChange) -> bytes:
        return _write(_Message(LAYOUT, self._origin, change))


def _parsed(entry: bytes) -> tuple[str, int, int, bytes] | None:
    """Epoch, number, Redis's time and content of a recorded change; None for anything else."""
    try:
        epoch, number, seconds, payload = entry.split(b" ", 3)
        return epoch.decode(), int(number), int(seconds), payload
    except (ValueError, AttributeError):
        return None


def _is_complete(changes: list[tuple[str, int, int, bytes]], until: int) -> bool:
    """Whether the changes are numbered without a gap up to that one."""
    numbers = [each[1] for each in changes]
    return numbers == list(range(until - len(numbers) + 1, until + 1))
