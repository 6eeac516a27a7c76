"""The whole cache against a simple model: random calls, answers, failures, changes and time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import TypeVarTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clients.cache.answers import Cached, CacheState, Fetched
from clients.cache.policies import NEVER, Policy
from clients.cache.store import Cache
from clients.cache.tags import Tag
from tests.unit.cache_world import NOON, Clock, Down
from tests.unit.test_cache_entries import TYPES, touches

Ts = TypeVarTuple("Ts")

GUARD_S, GUARDED_FRESH_S = 10.0, 2.0
POLICIES = [Policy("CATALOG", 5, 4, 20), Policy("STOCK", 3, 0, 6), Policy("CATALOG+STOCK", 3, 4, 0), NEVER]
TAGS = st.sampled_from(list(TYPES))
FILTERS = st.sampled_from([(), (), (POLICIES[0],), (POLICIES[1],)])


class SettlingLoop(asyncio.SelectorEventLoop):
    """An event loop that can run until nothing is left to be run."""

    scheduled = 0

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self.scheduled += 1
        return super().call_soon(callback, *args, context=context)

    def settle(self) -> None:
        while True:
            self.call_soon(self.stop)
            before = self.scheduled
            self.run_forever()
            if self.scheduled == before:
                return


@dataclass(eq=False)
class Fetch:
    """One request that reached the upstream, and all that is known of its answer."""

    key: str
    policy: Policy
    began_s: float
    changes_before: int
    reply: "asyncio.Future[Fetched[Fetch]]"
    tags: tuple[Tag, ...] = ()
    limit: Policy = NEVER
    landed: bool = False
    overtaken: bool = False
    forgotten: bool = False


@dataclass(eq=False)
class Call:
    """One caller of the cache."""

    key: str
    changes_before: int
    task: "asyncio.Task[Cached[Fetch]]"


@dataclass
class Guard:
    """What awaits a probe."""

    changed_at: int
    until_s: float


@dataclass
class Changed:
    """One change of a tag (None: of everything) for answers of some policies (none named: of all)."""

    tag: Tag | None
    kinds: frozenset[str]

    def concerns(self, fetch: Fetch) -> bool:
        return (not self.kinds or bool(self.kinds & fetch.policy.kinds)) and (
            self.tag is None or touches(self.tag, fetch.tags)
        )


@dataclass
class Model:
    """What the cache should know."""

    changes: list[Changed] = field(default_factory=list)
    guards: dict[tuple[Tag, str], Guard] = field(default_factory=dict)
    cached: dict[str, Fetch] = field(default_factory=dict)

    def add(self, *changes: Changed) -> None:
        """Changes of one moment: what they concern is not to be served again."""
        self.changes += changes
        for fetch in [fetch for fetch in self.cached.values() if any(each.concerns(fetch) for each in changes)]:
            self.cached.pop(fetch.key).forgotten = True

    def overtook(self, fetch: Fetch, up_to: int | None = None) -> bool:
        return any(change.concerns(fetch) for change in self.changes[fetch.changes_before : up_to])

    def guards_fetch(self, fetch: Fetch) -> bool:
        return any(
            guard.until_s > fetch.began_s and Changed(tag, frozenset({kind} - {""})).concerns(fetch)
            for (tag, kind), guard in self.guards.items()
        )

    def land(self, fetch: Fetch, now_s: float) -> None:
        fetch.landed = True
        fetch.overtaken = self.overtook(fetch)
        fetch.limit = fetch.policy.at_most(GUARDED_FRESH_S) if self.guards_fetch(fetch) else fetch.policy
        if fetch.policy.stores and not fetch.overtaken:
            self.cached.pop(fetch.key, None)
            if now_s < gone_at_s(fetch):
                self.cached[fetch.key] = fetch


def gone_at_s(fetch: Fetch) -> float:
    limit = fetch.limit
    return fetch.began_s + limit.fresh_s + max(limit.stale_while_revalidate_s, limit.stale_if_error_s)


class CacheAgainstModel(RuleBasedStateMachine):
    """A cache with room for everything."""

    keys = 4
    max_bytes = 10_000_000

    def __init__(self) -> None:
        super().__init__()
        self.loop = SettlingLoop()
        self.clock = Clock()
        self.cache = Cache(
            self.max_bytes,
            clock=self.clock,
            spawn=self.loop.create_task,
            stale_on=(Down,),
            guard_s=GUARD_S,
            guarded_fresh_s=GUARDED_FRESH_S,
        )
        self.model = Model()
        self.running: list[Fetch] = []
        self.calls: list[Call] = []
        self.just_landed: Fetch | None = None
        self.just_failed: Fetch | None = None

    def policy_of(self, key: str) -> Policy:
        return POLICIES[int(key) % len(POLICIES)]

    def fetch_for(self, key: str) -> Callable[[], Awaitable[Fetched[Fetch]]]:
        async def fetch() -> Fetched[Fetch]:
            reply: asyncio.Future[Fetched[Fetch]] = self.loop.create_future()
            self.running.append(Fetch(key, self.policy_of(key), self.clock(), len(self.model.changes), reply))
            return await reply

        return fetch

    def settle(self) -> None:
        self.loop.settle()
        for call in [call for call in self.calls if call.task.done()]:
            self.calls.remove(call)
            if not call.task.cancelled():
                self.check(call)
        self.just_landed = self.just_failed = None

    def check(self, call: Call) -> None:
        failure = call.task.exception()
        if failure is not None:
            assert isinstance(failure, Down)
            assert self.just_failed is not None
            assert self.just_failed.key == call.key
            return
        answer = call.task.result()
        self.check_answer(call.key, answer)
        fetch = answer.value
        if answer.state in (CacheState.MISS, CacheState.BYPASS):
            assert fetch is self.just_landed
            if answer.state is CacheState.MISS:
                assert not self.model.overtook(fetch, up_to=call.changes_before), "asked after the change"
        if answer.state is CacheState.ERROR_STALE:
            assert self.just_failed is not None
            assert self.just_failed.key == call.key

    def check_answer(self, key: str, answer: Cached[Fetch]) -> None:
        fetch, age_s = answer.value, self.clock() - answer.value.began_s
        assert fetch.key == key
        assert fetch.landed
        assert answer.age_s == age_s
        limit = fetch.limit
        if answer.state in (CacheState.HIT, CacheState.STALE, CacheState.ERROR_STALE):
            assert limit.stores
            assert not fetch.overtaken
            assert not fetch.forgotten
        match answer.state:
            case CacheState.HIT:
                assert age_s < limit.fresh_s
                assert answer.fresh_for_s == limit.fresh_s - age_s
            case CacheState.STALE:
                assert limit.fresh_s <= age_s < limit.fresh_s + limit.stale_while_revalidate_s
                assert answer.fresh_for_s == 0
            case CacheState.ERROR_STALE:
                assert limit.fresh_s <= age_s < limit.fresh_s + limit.stale_if_error_s
                assert answer.fresh_for_s == 0
            case CacheState.MISS | CacheState.BYPASS:
                allowed = 0.0 if fetch.overtaken else max(0.0, limit.fresh_s - age_s)
                assert answer.fresh_for_s == allowed

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([str(number) for number in range(self.keys)]))
        task = self.loop.create_task(self.cache.get(key, self.policy_of(key), self.fetch_for(key)))
        self.calls.append(Call(key, len(self.model.changes), task))
        self.settle()

    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([str(number) for number in range(self.keys)]))
        answer = self.cache.peek(key)
        if answer is not None:
            assert answer.state is CacheState.HIT
            self.check_answer(key, answer)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), about=st.sets(TAGS, max_size=3), size_bytes=st.integers(min_value=0, max_value=900))
    def answer(self, data: st.DataObject, about: set[Tag], size_bytes: int) -> None:
        fetch = self.running.pop(data.draw(st.integers(min_value=0, max_value=len(self.running) - 1)))
        fetch.tags = tuple(sorted(about))
        self.just_landed = fetch
        self.model.land(fetch, self.clock())
        fetch.reply.set_result(Fetched(fetch, fetch.tags, size_bytes))
        self.settle()

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        fetch = self.running.pop(data.draw(st.integers(min_value=0, max_value=len(self.running) - 1)))
        self.just_failed = fetch
        fetch.reply.set_exception(Down())
        self.settle()

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.calls))
        call.task.cancel()
        self.settle()
        assert not any(fetch.reply.cancelled() for fetch in self.running if fetch.policy.stores)
        self.running = [fetch for fetch in self.running if not fetch.reply.cancelled()]

    @rule(seconds=st.sampled_from([0.5, 1, 2, 4, 11]))
    def pass_s(self, seconds: float) -> None:
        self.clock.pass_s(seconds)

    @rule(about=st.sets(TAGS, min_size=1, max_size=2), at=st.none() | st.integers(0, 5), policies=FILTERS)
    def invalidate(self, about: set[Tag], at: int | None, policies: tuple[Policy, ...]) -> None:
        kinds = frozenset(kind for policy in policies for kind in policy.kinds)
        self.model.add(*(Changed(tag, kinds) for tag in about))
        for tag, kind in product(about, kinds or {""}):
            guard = self.model.guards.get((tag, kind))
            if at is not None and (guard is None or guard.until_s <= self.clock() or guard.changed_at < at):
                self.model.guards[tag, kind] = Guard(at, self.clock() + GUARD_S)
        self.cache.invalidate(about, changed_at=None if at is None else NOON + timedelta(seconds=at), policies=policies)

    @rule(tag=TAGS, at=st.integers(0, 5))
    def confirm(self, tag: Tag, at: int) -> None:
        lifted = [
            key
            for key, guard in self.model.guards.items()
            if key[0] == tag and guard.changed_at <= at and guard.until_s > self.clock()
        ]
        for key in lifted:
            del self.model.guards[key]
        self.model.add(*(Changed(tag, frozenset({kind} - {""})) for _, kind in lifted))
        assert self.cache.confirm([tag], seen=NOON + timedelta(seconds=at)) == bool(lifted)

    @rule(policies=FILTERS)
    def purge(self, policies: tuple[Policy, ...]) -> None:
        self.model.add(Changed(None, frozenset(kind for policy in policies for kind in policy.kinds)))
        self.cache.purge(policies)

    @invariant()
    def one_fetch_per_key(self) -> None:
        keys = [fetch.key for fetch in self.running if fetch.policy.stores]
        assert len(keys) == len(set(keys))

    @invariant()
    def everyone_who_waits_waits_for_a_running_fetch(self) -> None:
        assert {call.key for call in self.calls} <= {fetch.key for fetch in self.running}

    @invariant()
    def the_bound_holds(self) -> None:
        stats = self.cache.stats()
        assert 0 <= stats.total.bytes <= self.max_bytes
        assert stats.total.entries <= len(self.alive())

    @invariant()
    def the_guards_are_those_of_the_model(self) -> None:
        waiting: dict[Tag, int] = {}
        for (tag, _), guard in self.model.guards.items():
            if guard.until_s > self.clock():
                waiting[tag] = max(guard.changed_at, waiting.get(tag, 0))
        assert self.cache.guarded() == {tag: NOON + timedelta(seconds=at) for tag, at in waiting.items()}

    def alive(self) -> list[Fetch]:
        return [fetch for fetch in self.model.cached.values() if self.clock() < gone_at_s(fetch)]

    def teardown(self) -> None:
        while self.running:
            fetch = self.running.pop()
            self.just_landed = fetch
            self.model.land(fetch, self.clock())
            fetch.reply.set_result(Fetched(fetch, (), 0))
            self.settle()
        assert self.calls == []
        self.loop.close()


class RoomyCache(CacheAgainstModel):
    """With room for everything, what may be served is served."""

    @invariant()
    def nothing_is_forgotten_without_need(self) -> None:
        assert self.cache.stats().total.entries == len(self.alive())
        for fetch in self.alive():
            fresh = self.clock() < fetch.began_s + fetch.limit.fresh_s
            found = self.cache.peek(fetch.key)
            assert (found is not None) == fresh
            assert found is None or found.value is fetch


class CrowdedCache(CacheAgainstModel):
    """With room for a few answers, and not for the largest."""

    keys = 24
    max_bytes = 15_000

    @rule(about=st.sets(TAGS, max_size=2))
    def ask_for_all(self, about: set[Tag]) -> None:
        for number in range(self.keys):
            key = str(number)
            task = self.loop.create_task(self.cache.get(key, self.policy_of(key), self.fetch_for(key)))
            self.calls.append(Call(key, len(self.model.changes), task))
        self.settle()
        while self.running:
            fetch = self.running.pop()
            fetch.tags = tuple(sorted(about))
            self.just_landed = fetch
            self.model.land(fetch, self.clock())
            fetch.reply.set_result(Fetched(fetch, fetch.tags, 100))
            self.settle()


TestRoomyCache = RoomyCache.TestCase
TestRoomyCache.settings = settings(max_examples=60, stateful_step_count=40)
TestCrowdedCache = CrowdedCache.TestCase
TestCrowdedCache.settings = settings(max_examples=30, stateful_step_count=30)
