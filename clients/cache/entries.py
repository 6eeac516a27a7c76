"""The cache entries: bounded in bytes, least recently used evicted first, indexed by tag."""

import sys
from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, TypeAlias, TypeVar

from cachetools import TLRUCache

from clients.cache.policies import Policy
from clients.cache.tags import Tag, type_of, types_of, whole_type

Key: TypeAlias = str | bytes | tuple[str | bytes, ...]

# Measured with tracemalloc on CPython 3.11, at the worst fill level of the tables: an entry with its numbers and its
# slots in cachetools' tables and ours, and a tag's slots in an entry and in the index.
ENTRY_BYTES = 1_200
TAG_BYTES = 190
_ASCII_BYTES = sys.getsizeof("")

K = TypeVar("K")


class Entry:
    """A cached answer with the ends of its lifetimes."""

    __slots__ = (
        "began_s",
        "error_until_s",
        "fresh_until_s",
        "key",
        "kinds",
        "policy",
        "revalidate_until_s",
        "size_bytes",
        "tags",
        "types",
        "value",
    )

    def __init__(
        self,
        key: Key,
        value: Any,
        tags: Iterable[Tag],
        value_bytes: int,
        policy: Policy,
        began_s: float,
        types: frozenset[str] | None = None,
    ) -> None:
        self.key = key
        self.value = value
        self.tags = tuple(dict.fromkeys(tags)) if types is None else tuple(tags)
        self.types = types_of(self.tags) if types is None else types
        self.kinds = policy.kinds
        self.size_bytes = (
            value_bytes + key_bytes(key) + ENTRY_BYTES + _text_bytes(self.tags) + TAG_BYTES * len(self.tags)
        )
        self.began_s = began_s
        self.live_by(policy)

    def live_by(self, policy: Policy) -> None:
        """Sets the ends of the lifetimes by `policy`."""
        self.policy = policy
        self.fresh_until_s = self.began_s + policy.fresh_s
        self.revalidate_until_s = self.fresh_until_s + policy.stale_while_revalidate_s
        self.error_until_s = self.fresh_until_s + policy.stale_if_error_s

    @property
    def gone_at_s(self) -> float:
        """When the last of its lifetimes ends."""
        return max(self.revalidate_until_s, self.error_until_s)


def _text_bytes(tags: Collection[Tag]) -> int:
    """The memory of the tags themselves. Most are ASCII, whose size needs no call for each."""
    text = "".join(tags)
    return len(text) + _ASCII_BYTES * len(tags) if text.isascii() else sum(map(sys.getsizeof, tags))


class Entries(TLRUCache[Key, Entry, float]):
    """A cachetools cache with an index of tags, which is updated when entries expire or are evicted.

    `joined` and `left` are called with every entry that comes and goes; `evicted` with those evicted for room.
    """

    def __init__(
        self,
        max_bytes: int,
        clock: Callable[[], float],
        *,
        joined: Callable[[Entry], None],
        left: Callable[[Entry], None],
        evicted: Callable[[Entry], None],
    ) -> None:
        super().__init__(
            max_bytes, lambda _, entry, __: entry.gone_at_s, timer=clock, getsizeof=lambda entry: entry.size_bytes
        )
        self._joined, self._left, self._evicted = joined, left, evicted
        self._by_tag: _Index[Tag] = _Index()
        self._by_type: _Index[str] = _Index()
        self._by_kind: _Index[str] = _Index()

    def put(self, entry: Entry) -> bool:
        """Stores `entry` in place of any other under its key; False when it has expired already."""
        with self.timer as now:  # read the clock once: cachetools silently drops entries that expire in between
            self.drop(entry.key)
            if entry.gone_at_s <= now:
                return False
            self[entry.key] = entry
        for index, names in self._places(entry):
            index.add(names, entry)
        self._joined(entry)
        return True

    def drop(self, key: Key) -> bool:
        """Removes the entry under `key`; False when there is none."""
        entry = self.pop(key, None)
        if entry is None:
            return False
        self._leave(entry)
        return True

    def expire(self, time: float | None = None) -> list[tuple[Key, Entry]]:
        """As in cachetools, which calls it before entries are stored or counted."""
        gone = super().expire(time)
        for _, entry in gone:
            self._leave(entry)
        return gone

    def popitem(self) -> tuple[Key, Entry]:
        """As in cachetools, which calls it to make room."""
        key, entry = super().popitem()
        self._leave(entry)
        self._evicted(entry)
        return key, entry

    def concerned(self, tag: Tag) -> set[Entry]:
        """The entries that a change of `tag` may have made outdated.

        A change of one object concerns answers with its id, and answers that contain objects of its type without
        their ids. A change of a whole type concerns every answer with any object of it.
        """
        whole = whole_type(tag)
        if whole is not None:
            return self._by_type.find(whole)
        kind = type_of(tag)
        found = self._by_tag.find(tag)
        return found if kind is None else found | self._by_tag.find(Tag(f"type:{kind}"))

    def of_kind(self, kind: str) -> set[Entry]:
        """The entries under the policy of that name, alone or combined with others."""
        return self._by_kind.find(kind)

    def all(self) -> set[Entry]:
        """Every entry that has not expired."""
        with self.timer:
            return set(self.values())

    def _places(self, entry: Entry) -> tuple[tuple["_Index[Any]", Iterable[Any]], ...]:
        return (self._by_tag, entry.tags), (self._by_type, entry.types), (self._by_kind, entry.kinds)

    def _leave(self, entry: Entry) -> None:
        for index, names in self._places(entry):
            index.discard(names, entry)
        self._left(entry)


class _Index(Generic[K]):
    """Entries by name. Most names belong to one entry: a set for each would take more memory than the answers."""

    def __init__(self) -> None:
        self._found: dict[K, Entry | set[Entry]] = {}

    def add(self, names: Iterable[K], entry: Entry) -> None:
        new = dict.fromkeys(names, entry)
        known = () if self._found.keys().isdisjoint(new) else self._found.keys() & new.keys()
        for name in known:
            del new[name]
            there = self._found[name]
            if isinstance(there, set):
                there.add(entry)
            elif there is not entry:
                self._found[name] = {there, entry}
        self._found.update(new)

    def discard(self, names: Iterable[K], entry: Entry) -> None:
        for name in names:
            there = self._found[name]
            if there is entry:
                del self._found[name]
            elif isinstance(there, set):
                there.remove(entry)
                if not there:
                    del self._found[name]

    def find(self, name: K) -> set[Entry]:
        there = self._found.get(name)
        if there is None:
            return set()
        return set(there) if isinstance(there, set) else {there}


def key_bytes(key: Key) -> int:
    """The size of `key` and its parts."""
    return sys.getsizeof(key) + (sum(map(sys.getsizeof, key)) if isinstance(key, tuple) else 0)
