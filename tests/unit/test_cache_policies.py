"""Lifetimes, and how those of parts are combined."""

import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.cache.policies import NEVER, Policies, Policy, strictest

SECONDS = st.integers(min_value=0, max_value=1000)
POLICIES = st.builds(Policy, st.sampled_from(["A", "B", "C"]), SECONDS, SECONDS, SECONDS) | st.just(NEVER)
ALL = [getattr(Policies(), field.name) for field in fields(Policies)]


@given(st.lists(POLICIES, min_size=1, max_size=4))
def test_a_combined_policy_has_the_shortest_of_each_lifetime(parts: list[Policy]) -> None:
    whole = strictest(*parts)
    for part in parts:
        assert whole.fresh_s <= part.fresh_s
        assert whole.stale_while_revalidate_s <= part.stale_while_revalidate_s
        assert whole.stale_if_error_s <= part.stale_if_error_s


@given(st.lists(POLICIES, min_size=1, max_size=4))
def test_a_part_that_is_never_cached_makes_the_whole_never_cached(parts: list[Policy]) -> None:
    assert strictest(*parts, NEVER) == NEVER


@given(POLICIES, POLICIES, POLICIES)
def test_the_order_of_the_parts_does_not_matter(a: Policy, b: Policy, c: Policy) -> None:
    assert strictest(strictest(a, b), c) == strictest(c, b, a)


def test_a_combined_policy_has_the_names_of_all_its_parts() -> None:
    policies = Policies()
    whole = strictest(policies.stock, policies.order_status, policies.stock)
    assert whole.kinds == {"STOCK", "ORDER_STATUS"}


def test_one_part_alone_is_its_own_policy() -> None:
    assert strictest(Policies().catalog) == Policies().catalog


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.name)
def test_each_policy_caches_something(policy: Policy) -> None:
    assert policy.stores


def test_never_caches_nothing() -> None:
    assert not NEVER.stores


def test_single_lifetimes_can_be_overridden() -> None:
    policies = Policies().with_numbers({"stock_fresh_s": 3, "stock_stale_if_error_s": 7, "content_fresh_s": 1})
    assert policies.stock == Policy("STOCK", 3, Policies().stock.stale_while_revalidate_s, 7)
    assert policies.content.fresh_s == 1
    assert policies.catalog == Policies().catalog


@pytest.mark.parametrize("name", ["stock", "stock_fresh", "stok_fresh_s", "fresh_s"])
def test_a_lifetime_of_an_unknown_policy_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Policies().with_numbers({name: 1})


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan])
def test_a_lifetime_is_a_finite_number_of_seconds(seconds: float) -> None:
    with pytest.raises(ValueError, match="CATALOG"):
        Policies().with_numbers({"catalog_fresh_s": seconds})
