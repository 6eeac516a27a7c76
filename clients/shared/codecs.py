"""Codecs that write cache values as bytes for other processes, and read them. Nothing else is shared."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from clients.cache.answers import Fetched
from clients.cache.entries import Entry, Key
from clients.cache.policies import Policy
from clients.cache.tags import Tag

LAYOUT = 2
"""The version of `StoredAnswer`. An answer of another version is a miss."""

_CHECKSUM_BYTES = 4


class NotShareable(Exception):
    """A value that must not leave the process."""


@dataclass(frozen=True, slots=True)
class Codec:
    """Writes and reads the values under one kind of key.

    `write` raises NotShareable for a value that is for one caller alone. `read` raises ValueError for what it did
    not write.
    """

    write: Callable[[Any], bytes]
    read: Callable[[bytes | memoryview], Any]


Codecs = Mapping[tuple[str, ...], Codec]
"""By the first parts of a key; the longest match counts. Keys without a codec are not shared."""


def codec_of(kind: Any) -> Codec:
    """A codec for values of a type that msgspec supports."""
    decoder = msgspec.msgpack.Decoder(kind)
    return Codec(msgspec.msgpack.Encoder().encode, decoder.decode)


class StoredAnswer(msgspec.Struct, frozen=True, array_like=True):
    """An answer in Redis. `began_s` is Redis's time; `number` and `epoch` are the position of its writer."""

    layout: int
    epoch: str
    number: int
    began_s: float
    policy: tuple[str, float, float, float]
    tags: tuple[str, ...]
    types: frozenset[str]
    size_bytes: int
    value: memoryview


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(StoredAnswer).decode


def _checksum(key_digest: bytes, body: bytes | memoryview) -> int:
    # Adler-32 takes half of what CRC-32 takes. It is weak for a few bytes, so the short digest has a CRC.
    return zlib.adler32(body, zlib.crc32(key_digest))


def packed(key_digest: bytes, answer: StoredAnswer) -> bytes:
    """The answer as bytes, with a checksum that also covers its key."""
    body = _write(answer)
    return _checksum(key_digest, body).to_bytes(_CHECKSUM_BYTES, "big") + body


def unpacked(key_digest: bytes, stored: bytes) -> StoredAnswer | None:
    """The answer; None for bytes that are corrupt, foreign, of another layout or of another key."""
    body = memoryview(stored)[_CHECKSUM_BYTES:]
    if _checksum(key_digest, body) != int.from_bytes(stored[:_CHECKSUM_BYTES], "big"):
        return None
    try:
        answer = _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return answer if answer.layout == LAYOUT else None


def codec_for(codecs: Codecs, key: Key) -> Codec | None:
    """The codec of the key's values; None when they are not shared."""
    if not isinstance(key, tuple):
        return None
    names = tuple(part for part in key[:2] if isinstance(part, str))
    return codecs.get(names) or codecs.get(names[:1])


def stored_answer(
    entry: Entry, value: bytes, value_bytes: int, *, epoch: str, number: int, clock_ahead_s: float
) -> StoredAnswer:
    """A cache entry for Redis, whose clock is ahead of the cache's by `clock_ahead_s`."""
    policy = entry.policy
    lifetimes = (policy.name, policy.fresh_s, policy.stale_while_revalidate_s, policy.stale_if_error_s)
    return StoredAnswer(
        LAYOUT,
        epoch,
        number,
        entry.began_s + clock_ahead_s,
        lifetimes,
        entry.tags,
        entry.types,
        value_bytes,
        memoryview(value),
    )


def fetched_from(answer: StoredAnswer, codec: Codec, began_s: float) -> Fetched[Any] | None:
    """The answer for the cache; None when its value or its policy is not readable."""
    try:
        value, policy = codec.read(answer.value), Policy(*answer.policy)
    except (ValueError, TypeError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    tags = cast("tuple[Tag, ...]", answer.tags)
    return Fetched(value, tags, answer.size_bytes, policy=policy, began_s=began_s, types=answer.types)
