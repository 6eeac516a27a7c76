"""The answer cache: concurrent calls share one fetch, and changes invalidate answers by tag."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from clients.cache.answers import Cached, CacheState, Fetched
from clients.cache.changes import EVERY_KIND, ChangeLog, Moment
from clients.cache.entries import Entries, Entry, Key
from clients.cache.flights import FetchMany, Flight, Spawn, answer_from, fetch_one, kinds_of, lasts_longer, lasts_until
from clients.cache.policies import NEVER, Policy, strictest
from clients.cache.second_level import ChangeKind, Position, SecondLevel, SharedChange
from clients.cache.stats import Stats, Tallies, added
from clients.cache.tags import Tag
from clients.guard import PAGE, CallOptions

T = TypeVar("T")

GUARD_S = 60.0
GUARDED_FRESH_S = 2.0
MAX_CHANGES = 1_000
LARGEST_SHARE = 8


class Cache:
    """Answers by key, for one event loop.

    It holds at most `max_bytes`, including keys, tags and its own tables, and no answer of more than an eighth of
    that. `clock` returns monotonic seconds. `stale_on` are the failures after which an old answer is served.
    `out_of_time` are failures that only mean that the caller's deadline was too short.

    A key contains everything that changes the answer, and is always requested under the same policy. A value is
    shared by many callers: do not change it.

    Tags name the objects in an answer. `invalidate` removes the answers that a change concerns. An answer whose
    fetch began before the change is returned to earlier callers, and not cached.

    Upstream's replicas lag behind the notification of a change. So later fetches are cached for at most
    `guarded_fresh_s` and never served stale. This ends with `confirm`, which reports that upstream shows the
    change, or after `guard_s`. At most `max_guards` changed tags are stored for each policy; see `ChangeLog` for
    more. `second` has the answers of all processes: it is read before a fetch, and gets new answers and changes.
    """

    def __init__(
        self,
        max_bytes: int,
        *,
        clock: Callable[[], float],
        spawn: Spawn,
        stale_on: tuple[type[Exception], ...],
        out_of_time: Callable[[Exception], bool] = lambda _: False,
        guard_s: float = GUARD_S,
        guarded_fresh_s: float = GUARDED_FRESH_S,
        max_guards: int = MAX_CHANGES,
        second: SecondLevel | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._spawn = spawn
        self._stale_on = stale_on
        self._out_of_time = out_of_time
        self._guarded_fresh_s = guarded_fresh_s
        self._tallies = Tallies()
        self._entries = Entries(
            max_bytes, clock, joined=self._tallies.joined, left=self._tallies.left, evicted=self._tallies.evicted
        )
        self._changes = ChangeLog(guard_s=guard_s, max_changes=max_guards)
        self._flights: dict[Key, Flight] = {}
        self._invalidations = 0
        self._private_changes = 0
        self._second = second
        self._peeks: dict[Key, asyncio.Future[Cached[Any] | None]] = {}

    @property
    def is_shared(self) -> bool:
        """Whether there is a second level that answers now."""
        return self._second is not None and self._second.position is not None

    @property
    def changes(self) -> int:
        """The number of changes so far. A read from before the last of them may be outdated.

        Changes of answers that are never part of a cached response are not counted.
        """
        return self._changes.count - self._private_changes

    def peek(self, key: Key) -> Cached[Any] | None:
        """The fresh cached answer of `key`, without waiting; None when there is none."""
        try:
            entry = self._entries[key]
        except KeyError:
            return None
        now = self._clock()
        if now >= entry.fresh_until_s:
            return None
        self._tallies[entry.policy.name].hits += 1
        return answer_from(entry, CacheState.HIT, now)

    def peek_stale(self, key: Key) -> Cached[Any] | None:
        """The stale cached answer of `key` that may be served while it is fetched again; None when there is none."""
        entry, now = self._entries.get(key), self._clock()
        if entry is None or now >= entry.revalidate_until_s:
            return None
        self._tallies[entry.policy.name].stale += 1
        return answer_from(entry, CacheState.STALE, now)

    async def peek_shared(self, key: Key) -> Cached[Any] | None:
        """As `peek`, from the second level; what is found there is cached here, too."""
        if (running := self._peeks.get(key)) is not None:
            await asyncio.wait([running])
            return running.result()
        self._peeks[key] = done = asyncio.get_running_loop().create_future()
        found: Cached[Any] | None = None
        try:
            found = await self._from_second(key)
            return found
        finally:
            del self._peeks[key]
            done.set_result(found)

    async def _from_second(self, key: Key) -> Cached[Any] | None:
        flight = Flight(Moment(self._clock(), self._changes.count), position=self._position(key))
        if self._second is None or flight.position is None:
            return None
        found = (await self._second.find([key])).get(key)
        if found is None or found.policy is None:
            return None
        entry = self._read_shared(flight, key, found.policy, found)
        if flight.overtaken or flight.state is not CacheState.HIT:
            return None
        self._tallies[entry.policy.name].answered(flight.state)
        return answer_from(entry, CacheState.HIT, self._clock())

    def has(self, key: Key) -> bool:
        """Whether `get` would answer at once."""
        entry = self._entries.get(key)
        return entry is not None and self._clock() < max(entry.fresh_until_s, entry.revalidate_until_s)

    async def get(
        self, key: Key, policy: Policy, fetch: Callable[[], Awaitable[Fetched[T]]], options: CallOptions = PAGE
    ) -> Cached[T]:
        """The cached answer of `key`, or what `fetch` returns.

        Callers of one key share one fetch, which continues when callers leave. Its failure is raised in each of them
        and never cached. A policy that stores nothing shares nothing either.

        `fetch` must respect `options`. A caller waits no longer than its options allow, and joins no fetch that is
        less urgent. It fetches again when the fetch that it joined ran out of time first.

        Raises what `fetch` raises, unless that is one of `stale_on` and the policy still allows the old answer.
        """
        if not policy.stores:
            return await self._bypass(policy, fetch)
        hit = self.peek(key)
        if hit is not None:
            return hit
        stale = self.peek_stale(key)
        if stale is not None:
            if key not in self._flights:
                self._start(key, policy, fetch, options)
            return stale
        return await self._fetched(key, policy, fetch, options)

    async def get_many(
        self, keys: Sequence[Key], policy: Policy, fetch: FetchMany[T], options: CallOptions = PAGE
    ) -> list[Cached[T] | Exception]:
        """As `get`, for many keys at once: `fetch` is called once for those that nobody fetches already.

        An exception stands for an answer that could not be had.
        """
        found: dict[Key, Cached[T] | Exception] = {}
        fetched: list[Key] = []
        joined: list[Key] = []
        now = self._clock()
        for key in dict.fromkeys(keys):
            hit = self.peek(key) if policy.stores else None
            entry = self._entries.get(key)
            if hit is not None:
                found[key] = hit
            elif policy.stores and (key in self._flights or (entry is not None and now < entry.revalidate_until_s)):
                joined.append(key)
            else:
                fetched.append(key)

        async def one(key: Key) -> Cached[T]:
            return await self.get(key, policy, partial(fetch_one, fetch, key), options)

        flights = self._start_many(fetched, policy, fetch, options)
        others = asyncio.gather(*map(one, joined), return_exceptions=True)
        for key, flight in flights.items():
            found[key] = await self._landed(flight, key, policy)
        for key, each in zip(joined, await others, strict=True):
            if isinstance(each, BaseException) and not isinstance(each, Exception):
                raise each
            found[key] = each
        return [found[key] for key in keys]

    def put(self, key: Key, policy: Policy, made: Fetched[T]) -> Cached[T]:
        """Stores a finished value under `key`; the answer with its lifetimes, whether it was cached or not."""
        now = self._clock()
        flight = Flight(Moment(now, self._changes.count), position=self._position(key))
        entry = self._read(flight, key, policy, made)
        self._tallies[policy.name].fetches += 1
        self._tallies[policy.name].answered(flight.state)
        return answer_from(entry, flight.state, now)

    def invalidate(
        self,
        tags: Iterable[Tag],
        *,
        changed_at: datetime | None,
        policies: Collection[Policy] = (),
        is_private: bool = False,
    ) -> int:
        """Removes every answer with one of `tags`, also those being fetched; how many were cached.

        `changed_at`: upstream's time of the change, which `guarded` then lists for probing; None when there is
        nothing to wait for. `policies`: only answers under one of these, alone or combined; none named means all.
        `is_private`: such answers are never part of a cached response.
        """
        kinds = tuple(sorted(kinds_of(policies)))
        return self._changed(SharedChange(ChangeKind.CHANGED, tuple(tags), kinds, changed_at, is_private))

    def purge(self, policies: Collection[Policy] = ()) -> int:
        """Removes all answers under one of these policies, alone or combined, or all answers; how many were cached."""
        return self._changed(SharedChange(ChangeKind.PURGED, kinds=tuple(sorted(kinds_of(policies)))))

    def confirm(self, tags: Iterable[Tag], *, seen: datetime) -> int:
        """Records that upstream now shows these tags as they were at `seen`: later fetches get their full lifetimes.

        Ends the guards of tags that changed no later than `seen`; how many. Answers fetched under these guards are
        removed, since they may be outdated.
        """
        return self._changed(SharedChange(ChangeKind.CONFIRMED, tuple(tags), time=seen))

    def apply(self, change: SharedChange) -> int:
        """Applies a change that another process published; how many answers or guards it ended here."""
        match change.kind:
            case ChangeKind.CHANGED:
                return self._apply_change(change)
            case ChangeKind.PURGED:
                return self._apply_purge(change.kinds)
            case ChangeKind.CONFIRMED:
                return 0 if change.time is None else self._apply_confirmation(change.tags, change.time)

    def _changed(self, change: SharedChange) -> int:
        count = self.apply(change)
        if self._second is not None and (count or change.kind is not ChangeKind.CONFIRMED):
            self._second.publish(change)
        return count

    def _apply_change(self, change: SharedChange) -> int:
        self._private_changes += change.is_private
        self._changes.add(change.tags, change.time, change.kinds, self._clock(), self._oldest())
        self._invalidations += 1
        return self._forget({entry for tag in change.tags for entry in self._entries.concerned(tag)}, change.kinds)

    def _apply_purge(self, kinds: Collection[str]) -> int:
        self._changes.add_purge(kinds)
        self._invalidations += 1
        return self._forget(
            self._entries.all() if not kinds else set().union(*map(self._entries.of_kind, kinds)), kinds
        )

    def _apply_confirmation(self, tags: Iterable[Tag], seen: datetime) -> int:
        now = self._clock()
        lifted = {tag: kinds for tag in tags if (kinds := self._changes.confirm(tag, seen, now))}
        for tag, kinds in lifted.items():
            self._forget(self._entries.concerned(tag), () if EVERY_KIND in kinds else kinds)
        return len(lifted)

    def guarded(self) -> dict[Tag, datetime]:
        """The tags whose change upstream does not show yet, each with the time of its latest change."""
        return self._changes.guarded(self._clock(), self._oldest())

    def stats(self) -> Stats:
        """The current content, and the counts since the start."""
        self._entries.expire()
        return Stats(
            total=added(self._tallies),
            policies={name: replace(tally) for name, tally in self._tallies.items()},
            max_bytes=self._max_bytes,
            invalidations=self._invalidations,
            guarded=len(self.guarded()),
        )

    async def _bypass(self, policy: Policy, fetch: Callable[[], Awaitable[Fetched[T]]]) -> Cached[T]:
        tally = self._tallies[policy.name]
        tally.fetches += 1
        began_s = self._clock()
        try:
            fetched = await fetch()
        except self._stale_on:
            tally.failures += 1
            raise
        tally.bypassed += 1
        began_s = began_s if fetched.began_s is None else min(began_s, fetched.began_s)
        return Cached(
            fetched.value, CacheState.BYPASS, self._clock() - began_s, 0.0, policy, tuple(fetched.tags), began_s
        )

    async def _fetched(
        self, key: Key, policy: Policy, fetch: Callable[[], Awaitable[Fetched[T]]], options: CallOptions
    ) -> Cached[T]:
        arrived_after = self._changes.count
        while True:
            flight = self._flights.get(key)
            if flight is None or flight.options.priority > options.priority:
                flight = self._start(key, policy, fetch, options)
            found = await self._outcome(flight, fetch, options)
            if isinstance(found, Exception):
                if self._out_of_time(found) and lasts_longer(options, flight.options):
                    continue
                return self._instead_of(found, key)
            if flight.overtaken and arrived_after > flight.began.changes:
                continue  # it may be older than a change that this caller has seen
            self._tallies[policy.name].answered(flight.state)
            return answer_from(found, flight.state, self._clock())

    async def _outcome(
        self, flight: Flight, fetch: Callable[[], Awaitable[Fetched[Any]]], options: CallOptions
    ) -> Entry | Exception:
        """The outcome of a fetch, or the failure of a caller whose own time is over first."""
        allowed_s = None if flight.options is options or options.deadline is None else options.deadline.remaining_s
        try:
            async with asyncio.timeout(allowed_s) as patience:
                return await asyncio.shield(flight.task)
        except TimeoutError:
            if not patience.expired():
                raise
            try:
                await fetch()  # without time it sends nothing, and raises its upstream's own failure
            except self._stale_on as failure:
                return failure
            return await asyncio.shield(flight.task)

    def _instead_of(self, failure: Exception, key: Key) -> Cached[Any]:
        cached, now = self._entries.get(key), self._clock()
        if cached is None or now >= cached.error_until_s:
            raise failure
        self._tallies[cached.policy.name].error_stale += 1
        return answer_from(cached, CacheState.ERROR_STALE, now)

    def _start(
        self, key: Key, policy: Policy, fetch: Callable[[], Awaitable[Fetched[Any]]], options: CallOptions
    ) -> Flight:
        flight = Flight(Moment(self._clock(), self._changes.count), options, self._position(key))
        self._flights[key] = flight
        flight.task = self._spawn(self._fly(flight, key, policy, fetch))
        flight.task.add_done_callback(lambda _: self._land(flight, key))  # also when it was cancelled before it started
        return flight

    async def _landed(self, flight: Flight, key: Key, policy: Policy) -> Cached[Any] | Exception:
        """The answer of a fetch that this caller began, or its failure."""
        try:
            outcome = flight.task.result() if flight.task.done() else await asyncio.shield(flight.task)
            if isinstance(outcome, Exception):
                return self._instead_of(outcome, key)
        except Exception as failure:  # noqa: BLE001 it stands for its answer
            return failure
        self._tallies[policy.name].answered(flight.state)
        return answer_from(outcome, flight.state, self._clock())

    def _start_many(
        self, keys: Sequence[Key], policy: Policy, fetch: FetchMany[Any], options: CallOptions
    ) -> dict[Key, Flight]:
        """Flights for these keys, of one fetch. Nobody can join them where nothing is stored."""
        loop = asyncio.get_running_loop()
        began = Moment(self._clock(), self._changes.count)
        flights = {}
        for key in keys:
            flight = flights[key] = Flight(began, options, self._position(key) if policy.stores else None)
            flight.task = loop.create_future()
        if policy.stores:
            self._flights.update(flights)
        if flights:
            task = self._spawn(self._fly_many(flights, policy, fetch))
            task.add_done_callback(lambda _: self._abandon(flights))
        return flights

    async def _fly_many(self, flights: Mapping[Key, Flight], policy: Policy, fetch: FetchMany[Any]) -> None:
        shared = [key for key, flight in flights.items() if flight.position is not None]
        old = await self._second.find(shared) if shared and self._second is not None else {}
        fetched = []
        for key, flight in flights.items():
            if (found := old.get(key)) is not None and self._clock() < lasts_until(found):
                self._land(flight, key)
                flight.task.set_result(self._read_shared(flight, key, policy, found))
            else:
                fetched.append(key)
        if not fetched:
            return
        tally = self._tallies[policy.name]
        tally.fetches += len(fetched)
        answers: Sequence[Fetched[Any] | BaseException]
        try:
            answers = await fetch(fetched)
        except Exception as failure:  # noqa: BLE001 each caller gets it
            answers = [failure] * len(fetched)
        for key, answer in zip(fetched, answers, strict=True):
            flight = flights[key]
            self._land(flight, key)
            if isinstance(answer, Fetched):
                flight.task.set_result(self._read(flight, key, policy, answer))
            elif isinstance(answer, self._stale_on):
                tally.failures += 1
                self._store_for_errors(flight, key, policy, old.get(key))
                flight.task.set_result(answer)
            else:
                flight.task.set_exception(answer)

    def _abandon(self, flights: Mapping[Key, Flight]) -> None:
        """What a fetch that broke off has left: its callers are cancelled, as those of a cancelled task are."""
        for key, flight in flights.items():
            self._land(flight, key)
            flight.task.cancel()

    def _land(self, flight: Flight, key: Key) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    async def _fly(
        self, flight: Flight, key: Key, policy: Policy, fetch: Callable[[], Awaitable[Fetched[Any]]]
    ) -> Entry | Exception:
        """The outcome of a fetch. An upstream's failure is returned, since no caller may be left to raise it in."""
        tally = self._tallies[policy.name]
        old: Fetched[Any] | None = None
        try:
            if self._second is not None and flight.position is not None:
                known = self._entries.get(key)
                newer_than_s = float("-inf") if known is None else known.began_s
                old, is_current = await self._second.find_or_claim(key, newer_than_s)
                if old is not None and is_current:
                    return self._read_shared(flight, key, policy, old)
            tally.fetches += 1
            return self._read(flight, key, policy, await fetch())
        except self._stale_on as failure:
            tally.failures += 1
            self._store_for_errors(flight, key, policy, old)
            return failure
        finally:
            self._land(flight, key)  # at once: later callers must not get an overtaken answer
            if self._second is not None and flight.position is not None:
                self._second.give_up(key)

    def _position(self, key: Key) -> Position | None:
        return self._second.position if self._second is not None and self._second.covers(key) else None

    def _read_shared(self, flight: Flight, key: Key, asked: Policy, found: Fetched[Any]) -> Entry:
        """Stores an answer from the second level here. Its lifetimes go on from when it was fetched."""
        assert found.policy is not None
        assert found.began_s is not None
        fresh_until_s = found.began_s + min(asked.fresh_s, found.policy.fresh_s)
        flight.state = CacheState.HIT if self._clock() < fresh_until_s else CacheState.STALE
        flight.position = None  # it is there already
        self._tallies[asked.name].shared += 1
        return self._read(flight, key, asked, found)

    def _store_for_errors(self, flight: Flight, key: Key, policy: Policy, old: Fetched[Any] | None) -> None:
        """Stores an old answer from the second level here after a failure, if the policy still allows it."""
        if old is not None and self._clock() < lasts_until(old, with_errors=True):
            self._read_shared(flight, key, policy, old)

    def _read(self, flight: Flight, key: Key, asked: Policy, fetched: Fetched[Any]) -> Entry:
        policy = asked if fetched.policy is None else strictest(asked, fetched.policy)
        began_s = flight.began.at_s if fetched.began_s is None else min(flight.began.at_s, fetched.began_s)
        entry = Entry(key, fetched.value, fetched.tags, fetched.size_bytes, policy, began_s, fetched.types)
        began = Moment(began_s, flight.began.changes)
        flight.overtaken, guarded = self._changes.verdict(asked.kinds | policy.kinds, entry.tags, entry.types, began)
        if flight.overtaken:
            self._tallies[asked.name].overtaken += 1
            entry.live_by(NEVER)
        elif not policy.stores:
            flight.state = CacheState.BYPASS
        else:
            if guarded:
                entry.live_by(policy.at_most(self._guarded_fresh_s))
            if entry.size_bytes <= self._max_bytes // LARGEST_SHARE:
                self._entries.put(entry)
                if self._second is not None and flight.position is not None:
                    self._second.put(entry, fetched.size_bytes, flight.position)
            else:
                self._tallies[asked.name].too_large += 1
                self._entries.drop(key)
        return entry

    def _forget(self, entries: set[Entry], kinds: Collection[str]) -> int:
        concerned = (each for each in entries if not kinds or not each.kinds.isdisjoint(kinds))
        dropped = [each for each in concerned if self._entries.drop(each.key)]
        for entry in dropped:
            self._tallies[entry.policy.name].invalidated += 1
        return len(dropped)

    def _oldest(self) -> Moment:
        for flight in self._flights.values():  # in the order in which they began
            return flight.began
        return Moment(self._clock(), self._changes.count)
