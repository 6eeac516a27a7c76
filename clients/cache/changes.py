"""Recent changes at upstreams, and their effect on answers that are still being fetched."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from clients.cache.tags import Tag, type_of, whole_type

EVERY_KIND = ""


class Moment(NamedTuple):
    """When a fetch began: the time, and the number of changes until then (several can share one reading of the
    clock).
    """

    at_s: float
    changes: int


class FetchVerdict(NamedTuple):
    """`overtaken`: an object in the answer changed meanwhile. `guarded`: the answer may still be older than a
    change.
    """

    overtaken: bool
    guarded: bool


@dataclass(slots=True)
class _LoggedChange:
    number: int
    changed_at: datetime | None = None
    guarded_until_s: float = field(default=float("-inf"))


class ChangeLog:
    """The latest change of each tag, remembered for as long as a running fetch may conflict with it.

    A change with a time of its own is *guarded*: upstream's replicas lag behind the notification. So for
    `guard_s` seconds, or until `confirm`, answers with its tag get short lifetimes.

    At most `max_changes` tags are stored for each policy that changes name, and for changes that name none.
    Beyond that, the changed objects of the most frequent type become one change of the whole type. It affects too
    many answers, never too few, and ends after `guard_s`.
    """

    def __init__(self, *, guard_s: float, max_changes: int, count: int = 0) -> None:
        self._guard_s = guard_s
        self._max_changes = max_changes
        self._count = count
        self._by_kind: dict[str, dict[Tag, _LoggedChange]] = {}
        self._purges: dict[str, int] = {}

    @property
    def count(self) -> int:
        """The number of changes so far."""
        return self._count

    def add(
        self, tags: Iterable[Tag], changed_at: datetime | None, kinds: Collection[str], now_s: float, oldest: Moment
    ) -> None:
        """Records that `tags` changed, for answers of these policy names only, or of any (none named).

        `oldest` is when the oldest running fetch began. Of two changes of one tag the later `changed_at` counts. A
        repeated change, or one that arrives after a later one, prolongs nothing.
        """
        self._count += 1
        for kind in kinds or (EVERY_KIND,):
            changes = self._by_kind.setdefault(kind, {})
            for tag in tags:
                if tag not in changes:
                    self._make_room(changes, now_s, oldest)
                change = changes.setdefault(tag, _LoggedChange(self._count))
                change.number = self._count
                guarded = change.guarded_until_s > now_s
                if changed_at is not None and not (guarded and change.changed_at and change.changed_at >= changed_at):
                    change.changed_at = changed_at
                    change.guarded_until_s = now_s + self._guard_s

    def add_purge(self, kinds: Collection[str]) -> None:
        """Records that all answers of these policy names, or all answers, must be fetched again."""
        self._count += 1
        for kind in kinds or (EVERY_KIND,):
            self._purges[kind] = self._count

    def confirm(self, tag: Tag, seen: datetime, now_s: float) -> frozenset[str]:
        """Records that upstream shows `tag` as it was at `seen`; the policy names (`EVERY_KIND`: all) whose guard it
        ended.

        A fetch that began before this moment may still show the old state, and counts as overtaken.
        """
        lifted = set()
        for kind, changes in self._by_kind.items():
            change = changes.get(tag)
            if change is None or change.changed_at is None or change.guarded_until_s <= now_s:
                continue
            if change.changed_at <= seen:
                self._count += 1
                change.number = self._count
                change.changed_at = None
                change.guarded_until_s = float("-inf")
                lifted.add(kind)
        return frozenset(lifted)

    def guarded(self, now_s: float, oldest: Moment) -> dict[Tag, datetime]:
        """The tags that wait for confirmation, each with the time of its latest change."""
        waiting: dict[Tag, datetime] = {}
        for changes in self._by_kind.values():
            _sweep(changes, now_s, oldest)
            for tag, change in changes.items():
                if change.guarded_until_s > now_s and change.changed_at is not None:
                    waiting[tag] = max(change.changed_at, waiting.get(tag, change.changed_at))
        return waiting

    def verdict(
        self, kinds: Collection[str], tags: Collection[Tag], types: Collection[str], began: Moment
    ) -> FetchVerdict:
        """The effect of the changes on an answer with these policy names, tags and types, fetched from `began` on."""
        overtaken = guarded = False
        for kind in (EVERY_KIND, *kinds):
            overtaken |= self._purges.get(kind, 0) > began.changes
            for change in _concerning(self._by_kind.get(kind), tags, types):
                overtaken |= change.number > began.changes
                guarded |= change.guarded_until_s > began.at_s
        return FetchVerdict(overtaken, guarded)

    def _make_room(self, changes: dict[Tag, _LoggedChange], now_s: float, oldest: Moment) -> None:
        if len(changes) < self._max_changes:
            return
        _sweep(changes, now_s, oldest)
        if len(changes) < self._max_changes:
            return
        types = Counter(kind for tag in changes if (kind := type_of(tag)) and not whole_type(tag))
        if not types:  # there are few lists and whole types
            return
        [(commonest, _)] = types.most_common(1)
        folded = [changes.pop(tag) for tag in list(changes) if type_of(tag) == commonest]
        changes[Tag(f"type:{commonest}")] = _LoggedChange(
            number=max(change.number for change in folded),
            changed_at=max((change.changed_at for change in folded if change.changed_at), default=None),
            guarded_until_s=max(change.guarded_until_s for change in folded),
        )


def _sweep(changes: dict[Tag, _LoggedChange], now_s: float, oldest: Moment) -> None:
    """Removes changes that no running or later fetch can conflict with."""
    for tag in [
        tag
        for tag, change in changes.items()
        if change.number <= oldest.changes and change.guarded_until_s <= min(now_s, oldest.at_s)
    ]:
        del changes[tag]


def _concerning(
    changes: dict[Tag, _LoggedChange] | None, tags: Collection[Tag], types: Collection[str]
) -> Iterator[_LoggedChange]:
    """The changes that concern an answer with these tags and types of objects; see `Entries.concerned`."""
    if not changes:
        return
    for tag in tags:
        if tag in changes:
            yield changes[tag]
        if whole := whole_type(tag):
            yield from (change for other, change in changes.items() if type_of(other) == whole)
    for kind in types:
        if (whole_tag := Tag(f"type:{kind}")) in changes:
            yield changes[whole_tag]
