"""The cache entries and their index, against a full search."""

import gc
import tracemalloc

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clients.cache import tags
from clients.cache.entries import Entries, Entry, Key, key_bytes
from clients.cache.policies import Policy, strictest
from clients.cache.tags import ListKind, ObjectType, Tag
from tests.unit.cache_world import Clock

MAX_BYTES = 12_000
SHORT, LONG = Policy("SHORT", 1, 2, 0), Policy("LONG", 5, 0, 20)
TYPES = {
    tags.of_id("gid://shopify/Product/1"): "Product",
    tags.of_id("gid://shopify/Product/2"): "Product",
    tags.of_handle(ObjectType.PRODUCT, "mug"): "Product",
    tags.of_type(ObjectType.PRODUCT): "Product",
    tags.of_id("gid://shopify/Page/1"): "Page",
    tags.of_type(ObjectType.PAGE): "Page",
    tags.of_list(ListKind.PRODUCTS): None,
}


def touches(changed: Tag, about: tuple[Tag, ...]) -> bool:
    """Whether a change of one tag concerns an answer with those tags, said without an index."""
    kind = TYPES[changed]
    if changed == f"type:{kind}":
        return any(TYPES[tag] == kind for tag in about)
    return changed in about or f"type:{kind}" in about


class EntriesInStep(RuleBasedStateMachine):
    """Entries are kept, replaced, dropped, pushed out and run out; the index and the counts follow."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.present: dict[Key, Entry] = {}
        self.evicted: list[Entry] = []
        self.entries = Entries(
            MAX_BYTES, self.clock, joined=self.joined, left=self.left, evicted=lambda entry: self.evicted.append(entry)
        )

    def joined(self, entry: Entry) -> None:
        assert entry.key not in self.present
        self.present[entry.key] = entry

    def left(self, entry: Entry) -> None:
        assert self.present.pop(entry.key) is entry

    @rule(
        key=st.sampled_from("abcdefghijklmnop"),
        about=st.sets(st.sampled_from(list(TYPES))),
        policy=st.sampled_from([SHORT, LONG, strictest(SHORT, LONG)]),
        size=st.integers(min_value=0, max_value=400),
        asked_ago=st.sampled_from([0, 0, 1, 30]),
    )
    def put(self, key: str, about: set[Tag], policy: Policy, size: int, asked_ago: int) -> None:
        entry = Entry(key, None, about, size, policy, self.clock() - asked_ago)
        assert self.entries.put(entry) == (entry.gone_at_s > self.clock())
        assert (self.present.get(key) is entry) == (entry.gone_at_s > self.clock())

    @rule(key=st.sampled_from("abcdefghijklmnop"))
    def drop(self, key: str) -> None:
        self.entries.drop(key)
        assert key not in self.entries

    @rule(seconds=st.sampled_from([0.5, 1, 3, 25]))
    def pass_s(self, seconds: float) -> None:
        self.clock.pass_s(seconds)

    @precondition(lambda self: self.present)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(map(str, self.present))))
        self.entries.get(key)

    @invariant()
    def a_search_finds_the_same(self) -> None:
        for tag in TYPES:
            assert self.entries.concerned(tag) == {each for each in self.present.values() if touches(tag, each.tags)}
        for kind in ("SHORT", "LONG"):
            assert self.entries.of_kind(kind) == {each for each in self.present.values() if kind in each.policy.kinds}

    @invariant()
    def the_bound_holds(self) -> None:
        assert sum(each.size_bytes for each in self.present.values()) <= MAX_BYTES

    @invariant()
    def only_what_lives_is_found(self) -> None:
        now = self.clock()
        assert self.entries.all() == {each for each in self.present.values() if each.gone_at_s > now}

    def teardown(self) -> None:
        self.clock.pass_s(1_000)
        self.entries.expire()
        assert self.present == {}
        assert not any(self.entries.concerned(tag) for tag in TYPES)


TestEntriesInStep = EntriesInStep.TestCase


@pytest.fixture(scope="module")
def nothing_else_to_collect() -> None:
    """What other tests left in memory is not looked through each time that memory is measured."""
    gc.collect()
    gc.freeze()


@pytest.mark.usefixtures("nothing_else_to_collect")
@pytest.mark.parametrize("tags_each", [0, 1, 20, 200])
@pytest.mark.parametrize("shared_by", [1, 2, 5, 50])
def test_entries_take_no_more_memory_than_is_counted(tags_each: int, shared_by: int) -> None:
    gc.collect()
    tracemalloc.start()
    try:
        counted = 0

        def joined(entry: Entry) -> None:
            nonlocal counted
            counted += entry.size_bytes

        entries = Entries(10**9, Clock(), joined=joined, left=lambda _: None, evicted=lambda _: None)
        before = tracemalloc.get_traced_memory()[0]
        for number in range(300):
            about = [Tag(f"gid://shopify/Product/{number // shared_by}-{each}") for each in range(tags_each)]
            entries.put(Entry(f"key {number}", bytes(500), about, 533, LONG, 5_000.0 + number))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= counted


def test_all_parts_of_a_key_are_counted() -> None:
    assert key_bytes(("storefront", "x" * 1_000)) > key_bytes("storefront") + 1_000
