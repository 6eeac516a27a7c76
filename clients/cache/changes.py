"""What has changed upstream lately, and what that means for answers which are still on their way."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from clients.cache.tags import Tag, type_of, whole_type

EVERY_KIND = ""


class Moment(NamedTuple):
    """When a fetch began: on the clock, and after how many changes (several can share one reading of the clock)."""

    at_s: float
    changes: int


class FetchVerdict(NamedTuple):
    """`overtaken`: something it is about changed on the way. `guarded`: it may still be from before a change."""

    overtaken: bool
    guarded: bool


@dataclass(slots=True)
class _LoggedChange:
    number: int
    changed_at: datetime | None = None
    guarded_until_s: float = field(default=float("-inf"))


class ChangeLog:
    """The latest change of each tag, remembered for as long as a fetch may run into it.

    A change with a time of its own is *guarded*: upstream's replicas lag behind the message that told of it, so for
    `guard_s` seconds, or until `confirm`, answers about it are not to be trusted for long.
    At most `max_changes` tags for each policy named in a change, and for changes that name none; beyond them the
    changed objects of the commonest type are remembered as one change of the whole type, which is kept for too many
    answers and for none too few, and ends after `guard_s`.
    """

    def __init__(self, *, guard_s: float, max_changes: int) -> None:
        self._guard_s = guard_s
        self._max_changes = max_changes
        self._count = 0
        self._by_kind: dict[str, dict[Tag, _LoggedChange]] = {}
        self._purges: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many changes there have been."""
        return self._count

    def add(
        self, tags: Iterable[Tag], changed_at: datetime | None, kinds: Collection[str], now_s: float, oldest: Moment
    ) -> None:
        """Remember that `tags` changed, for answers of these policy names only, or of any (none named).

        `oldest` is when the oldest running fetch began. Of two changes of one tag the later `changed_at` counts;
        one that is told again, or after a later one, prolongs nothing.
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
        """Remember that all answers of these policy names, or all answers, are to be fetched anew."""
        self._count += 1
        for kind in kinds or (EVERY_KIND,):
            self._purges[kind] = self._count

    def confirm(self, tag: Tag, seen: datetime, now_s: float) -> frozenset[str]:
        """Note that upstream shows `tag` as it was at `seen`; the policy names (`EVERY_KIND`: all) it ended a guard of.

        What began before this moment may still be from before the change, and counts as overtaken.
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
        """The tags that wait to be confirmed, with the latest time at which each changed."""
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
        """What the changes mean for an answer of these policy names, tags and types of objects that began then."""
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
        if not types:  # lists and whole types are few by their vocabulary
            return
        [(commonest, _)] = types.most_common(1)
        folded = [changes.pop(tag) for tag in list(changes) if type_of(tag) == commonest]
        changes[Tag(f"type:{commonest}")] = _LoggedChange(
            number=max(change.number for change in folded),
            changed_at=max((change.changed_at for change in folded if change.changed_at), default=None),
            guarded_until_s=max(change.guarded_until_s for change in folded),
        )


def _sweep(changes: dict[Tag, _LoggedChange], now_s: float, oldest: Moment) -> None:
    """Forget the changes that no running and no later fetch can run into."""
    for tag in [
        tag
        for tag, change in changes.items()
        if change.number <= oldest.changes and change.guarded_until_s <= min(now_s, oldest.at_s)
    ]:
        del changes[tag]


def _concerning(
    changes: dict[Tag, _LoggedChange] | None, tags: Collection[Tag], types: Collection[str]
) -> Iterator[_LoggedChange]:
    """The changes that an answer with these tags and types of objects is touched by; see `Entries.concerned`."""
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
