"""The keys of answers meet those of changes exactly where the cache would invalidate, however many tags there are."""

from hypothesis import given
from hypothesis import strategies as st

from clients.cache.entries import Entries, Entry
from clients.cache.policies import Policies
from clients.cache.tags import ListKind, ObjectType, Tag, of_handle, of_id, of_list, of_type
from clients.cdn.keys import MOST_KEYS, answer_keys, changed_keys, kind_keys

POLICIES = Policies()
TYPES = [ObjectType.PRODUCT, ObjectType.PRODUCT_VARIANT, ObjectType.COLLECTION]
TAGS = st.one_of(
    st.builds(lambda kind, n: of_id(f"gid://shopify/{kind}/{n}"), st.sampled_from(TYPES), st.integers(1, 5)),
    st.builds(of_type, st.sampled_from(TYPES)),
    st.builds(of_list, st.sampled_from([ListKind.PRODUCTS, ListKind.SEARCH])),
    st.builds(of_handle, st.sampled_from(TYPES), st.sampled_from(["a", "b"])),
)


@given(st.frozensets(TAGS, max_size=8), TAGS)
def test_a_change_purges_what_the_cache_invalidates_and_nothing_else(tags: frozenset[Tag], changed: Tag) -> None:
    entries = Entries(10**9, lambda: 0.0, joined=lambda _: None, left=lambda _: None, evicted=lambda _: None)
    entries.put(Entry("key", b"", tags, 0, POLICIES.catalog, 0.0))
    concerned = bool(entries.concerned(changed))

    purged = bool(set(answer_keys(tags, POLICIES.catalog.kinds)) & changed_keys([changed]))
    assert purged == concerned


@given(TAGS)
def test_an_answer_with_too_many_tags_is_purged_by_each_of_them(extra: Tag) -> None:
    tags = [of_id(f"gid://shopify/ProductVariant/{n}") for n in range(5_000)]
    keys = answer_keys([*tags, extra], POLICIES.catalog.kinds)

    assert len(keys) <= MOST_KEYS + 1
    assert len(",".join(keys)) < 16_000
    for each in (extra, tags[0], tags[-1]):
        assert set(keys) & changed_keys([each])


def test_a_change_of_stock_alone_purges_answers_with_stock_alone() -> None:
    tag = of_id("gid://shopify/Product/1")
    sale = changed_keys([tag], POLICIES.stock.kinds)

    assert set(answer_keys([tag], frozenset({"CATALOG", "STOCK"}))) & sale
    assert not set(answer_keys([tag], POLICIES.catalog.kinds)) & sale


def test_all_answers_of_a_kind_can_be_purged() -> None:
    both = frozenset({"CATALOG", "STOCK"})

    assert set(answer_keys([], both)) & kind_keys(["STOCK"])
    assert not set(answer_keys([], POLICIES.content.kinds)) & kind_keys(["STOCK"])


def test_keys_are_in_small_letters() -> None:
    assert all(key == key.lower() for key in answer_keys([of_id("gid://shopify/Product/1")], frozenset({"STOCK"})))
