"""The second cache level in Redis: answers shared by all processes, and which process fetches a missing one."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec

from clients.cache.answers import Fetched
from clients.cache.entries import Entry, Key
from clients.cache.flights import lasts_until
from clients.cache.second_level import Position, SharedChange, SharedFind
from clients.cache.tags import Tag
from clients.shared.changes import SharedChanges
from clients.shared.codecs import (
    Codec,
    Codecs,
    NotShareable,
    codec_for,
    fetched_from,
    packed,
    stored_answer,
    unpacked,
)
from clients.shared.redis_link import RedisLink
from clients.timing import Timing

LEASE_S = 3.0
"""How long one process has a key to itself. Longer than most fetches; a process that crashes blocks no longer."""

PATIENCE_S = 1.5
"""How long a process waits for the fetch of another one, before it fetches itself."""

_FIRST_LOOK_S = 0.005
_LAST_LOOK_S = 0.05
MAX_VALUE_BYTES = 1_000_000
MAX_WAITING = 256
_AT_ONCE = 32

# Returns the epoch, the number of the last change, Redis's time, and for each key its value; where there is none, 1
# when this process is to fetch it and 0 when another one does.
_FIND = """
local head = redis.pcall('HMGET', KEYS[1], 'epoch', 'number')
if head.err then return head end
local time = redis.call('TIME')
local found = {head[1], head[2], time[1], time[2]}
for index = 2, #KEYS do
  local value = redis.pcall('GET', KEYS[index])
  if type(value) == 'string' then
    found[index + 3] = value
  elseif ARGV[1] == '0' then
    found[index + 3] = 1
  else
    local lease = redis.pcall('SET', KEYS[index] .. ':lease', ARGV[2], 'NX', 'PX', ARGV[1])
    found[index + 3] = lease and 1 or 0
  end
end
return found
"""


class SharedAnswers:
    """The second level of the cache; see `SecondLevel`.

    An answer carries the position of its writer. It is used only when this process knows every change since then,
    and none of them concerns it. Its age is counted by Redis's clock.
    """

    def __init__(self, link: RedisLink, changes: SharedChanges, codecs: Codecs, *, digest: str, timing: Timing) -> None:
        self._link = link
        self._changes = changes
        self._codecs = codecs
        self._timing = timing
        self._prefix = link.name("answer", digest, "")
        self._changes_key = link.name("changes")
        self._owner = secrets.token_hex(8)
        self._claimed: set[Key] = set()
        self._waiting: dict[Key, tuple[Entry, int, Position]] = {}
        self._ended: list[str] = []
        self._is_writing = False

    @property
    def position(self) -> Position | None:
        return self._changes.position

    def covers(self, key: Key) -> bool:
        return codec_for(self._codecs, key) is not None

    def publish(self, change: SharedChange) -> None:
        self._changes.publish(change)

    async def find(self, keys: Sequence[Key]) -> Mapping[Key, Fetched[Any]]:
        found: dict[Key, Fetched[Any]] = {}
        for key, value in zip(keys, await self._values(keys, lease_s=0.0), strict=True):
            if isinstance(value, Fetched):
                found[key] = value
        return found

    async def find_or_claim(self, key: Key, newer_than_s: float) -> SharedFind:
        clock = self._timing.clock
        until_s = clock() + PATIENCE_S
        wait_s = _FIRST_LOOK_S
        old: Fetched[Any] | None = None
        while True:
            (value,) = await self._values([key], lease_s=LEASE_S)
            if isinstance(value, Fetched):
                old = value
                if clock() < lasts_until(value) and (value.began_s or 0.0) > newer_than_s:
                    return SharedFind(value, is_current=True)
                value = await self._link.claim(self._lease_name(key), self._owner, LEASE_S)
            if value:
                self._claimed.add(key)
                return SharedFind(old, is_current=False)
            if clock() >= until_s or not self._link.is_up:
                return SharedFind(old, is_current=False)
            await self._timing.sleep(wait_s)
            wait_s = min(2 * wait_s, _LAST_LOOK_S)

    def put(self, entry: Entry, value_bytes: int, position: Position) -> None:
        if self._link.is_up and (len(self._waiting) < MAX_WAITING or entry.key in self._waiting):
            self._waiting[entry.key] = (entry, value_bytes, position)
            self._write_soon()

    def give_up(self, key: Key) -> None:
        if key in self._claimed:
            self._claimed.discard(key)
            self._ended.append(self._lease_key(key))
            self._write_soon()

    async def _values(self, keys: Sequence[Key], *, lease_s: float) -> list[Fetched[Any] | bool]:
        """The answer of each key; for a missing one, whether this process has to fetch it."""
        absent: list[Fetched[Any] | bool] = [True] * len(keys)
        digests = [_digest(key) for key in keys]
        names = [self._changes_key, *map(self._name, digests)]
        before_s = self._timing.clock()
        answer = await self._link.run(_FIND, names, [round(lease_s * 1000), self._owner])
        if not isinstance(answer, list) or len(answer) != len(keys) + 4:
            return absent
        epoch, number, seconds, micros = answer[:4]
        if not self._changes.has_seen(epoch, number):
            return absent
        try:
            redis_s = int(seconds) + int(micros) / 1e6
        except (TypeError, ValueError):
            return absent
        return [
            self._fetched(key, digest, value, redis_s, before_s) if isinstance(value, bytes) else value == 1
            for key, digest, value in zip(keys, digests, answer[4:], strict=True)
        ]

    def _fetched(self, key: Key, digest: bytes, stored: bytes, redis_s: float, before_s: float) -> Fetched[Any] | bool:
        """The stored answer for the cache; True when it is unusable and this process may fetch it."""
        answer, codec = unpacked(digest, stored), codec_for(self._codecs, key)
        if answer is None or codec is None or answer.began_s > redis_s:
            return True
        kinds, tags = answer.policy[0].split("+"), cast("tuple[Tag, ...]", answer.tags)
        if self._changes.is_outdated(Position(answer.epoch, answer.number), kinds, tags, answer.types):
            return True
        return fetched_from(answer, codec, before_s - (redis_s - answer.began_s)) or True

    def _write_soon(self) -> None:
        if not self._is_writing:
            self._is_writing = True
            self._link.spawn(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting or self._ended:
                await self._timing.sleep(0)  # what is being sent now gets its compressed form first
                batch = [self._waiting.pop(key) for key in list(self._waiting)[:_AT_ONCE]]
                ended, self._ended = self._ended, []
                values = dict(filter(None, (self._value(*each) for each in batch)))
                if values or ended:
                    await self._link.put_all(values, ended)
        finally:
            self._is_writing = False

    def _value(self, entry: Entry, value_bytes: int, position: Position) -> tuple[str, tuple[bytes, int]] | None:
        codec, ahead_s = codec_for(self._codecs, entry.key), self._changes.clock_ahead_s
        lifetime_ms = round((entry.gone_at_s - self._timing.clock()) * 1000)
        written = _written(codec, entry.value)
        if written is None or ahead_s is None or lifetime_ms < 1 or len(written) > MAX_VALUE_BYTES:
            return None
        answer = stored_answer(
            entry, written, value_bytes, epoch=position.epoch, number=position.number, clock_ahead_s=ahead_s
        )
        digest = _digest(entry.key)
        return self._name(digest), (packed(digest, answer), lifetime_ms)

    def _name(self, digest: bytes) -> str:
        return self._prefix + digest.hex()

    def _lease_key(self, key: Key) -> str:
        return self._name(_digest(key)) + ":lease"

    def _lease_name(self, key: Key) -> str:
        return self._lease_key(key).removeprefix(self._link.prefix + ":")


def _written(codec: Codec | None, value: Any) -> bytes | None:
    try:
        return None if codec is None else codec.write(value)
    except (NotShareable, TypeError, ValueError):
        return None


_encode_key: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode


def _digest(key: Key) -> bytes:
    return hashlib.blake2b(_encode_key(key), digest_size=20).digest()
