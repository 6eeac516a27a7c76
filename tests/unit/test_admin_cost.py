"""How ids are split into Admin requests, their costs, and the points in the bucket."""

import math
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from clients.admin.cost import GUESS, MAX_COST, MAX_IDS, Charge, Costs, PointBucket, batches
from clients.budget import Priority
from clients.global_ids import GlobalId
from tests.virtual_time import PassingTime

PAGES = Priority.PAGES

COSTS = st.floats(min_value=0.5, max_value=2000)


@given(st.lists(st.text(min_size=1).map(GlobalId)), COSTS)
def test_every_id_is_requested_once_and_in_order(ids: list[GlobalId], cost: float) -> None:
    asked = [each for batch in batches(ids, cost) for each in batch]
    assert asked == list(dict.fromkeys(ids))


@given(st.integers(min_value=0, max_value=1200), COSTS)
def test_no_request_breaks_a_limit(count: int, cost: float) -> None:
    for batch in batches([GlobalId(str(number)) for number in range(count)], cost):
        assert 1 <= len(batch) <= MAX_IDS
        assert len(batch) == 1 or len(batch) * cost <= MAX_COST


def test_cheap_ids_fill_requests_of_250() -> None:
    assert [len(batch) for batch in batches([GlobalId(str(number)) for number in range(600)], 1.0)] == [250, 250, 100]


def test_expensive_ids_fill_requests_of_1000_points() -> None:
    assert [len(batch) for batch in batches([GlobalId(str(number)) for number in range(120)], 19.0)] == [52, 52, 16]


def test_no_ids_make_no_request() -> None:
    assert batches([], 19.0) == []


def test_the_cost_of_an_operation_is_learnt_from_shopify() -> None:
    costs = Costs({})
    assert costs.of("Order") == GUESS
    costs.learn("Order", 1, 31)
    assert costs.of("Order") == 31


def test_the_cost_of_an_id_is_learnt_from_large_requests() -> None:
    costs = Costs({"Stock": 19.0})
    costs.learn("Stock", 1, 12)
    assert (costs.of("Stock", 1), costs.of("Stock", 2), costs.per_id("Stock")) == (12, 38, 19)
    costs.learn("Stock", 100, 300)
    assert (costs.of("Stock", 1), costs.of("Stock", 2), costs.per_id("Stock")) == (12, 6, 3)


def test_no_request_is_taken_to_cost_more_than_shopify_would_run() -> None:
    costs = Costs({"Stock": 19.0})
    costs.learn("Orders", 1, 1293)
    assert (costs.of("Stock", 250), costs.of("Orders")) == (MAX_COST, MAX_COST)


def extensions(actual: int | None = 10, available: float = 3990, **changed: Any) -> dict[str, Any]:
    """An answer's `extensions`."""
    status = {"maximumAvailable": 4000.0, "currentlyAvailable": available, "restoreRate": 200.0, **changed}
    return {"cost": {"requestedQueryCost": 10, "actualQueryCost": actual, "throttleStatus": status}}


def test_a_throttled_request_takes_no_points() -> None:
    assert Charge.read(extensions(None, 562)) == Charge(actual=0, maximum=4000, available=562, restore_per_s=200)


@pytest.mark.parametrize(
    "extensions", [{}, {"cost": None}, {"cost": {"throttleStatus": 1}}, extensions(restoreRate="fast")]
)
def test_an_answer_without_a_cost_has_no_charge(extensions: dict[str, Any]) -> None:
    assert Charge.read(extensions) is None


def bucket_with(available: float, time: PassingTime) -> PointBucket:
    bucket = PointBucket(lambda: time.now)
    bucket.learn(Charge(actual=0, maximum=4000, available=available, restore_per_s=200), charged_before=0)
    return bucket


def test_the_wait_is_the_missing_points_by_the_restore_rate() -> None:
    time = PassingTime()
    bucket = bucket_with(562, time)
    assert bucket.wait_s(862, PAGES) == pytest.approx(301 / 200)
    time.now += 301 / 200
    assert bucket.wait_s(862, PAGES) == pytest.approx(0, abs=1e-9)


def test_reserved_points_are_not_given_twice() -> None:
    bucket = bucket_with(1000, PassingTime())
    bucket.take(800)
    assert bucket.wait_s(300, PAGES) > 0
    bucket.give_back(800)
    assert bucket.wait_s(300, PAGES) == 0


def test_a_full_bucket_lets_everything_through() -> None:
    assert bucket_with(4000, PassingTime()).wait_s(5000, PAGES) == 0


def test_points_taken_by_other_processes_count() -> None:
    bucket = bucket_with(4000, PassingTime())
    bucket.learn(Charge(actual=10, maximum=4000, available=90, restore_per_s=200), charged_before=0)
    assert bucket.wait_s(100, PAGES) > 0


def test_an_answer_that_arrives_out_of_order_does_not_free_points_in_use() -> None:
    bucket = bucket_with(2000, PassingTime())
    for taken in (900, 900):
        bucket.take(taken)
    # Shopify ran both, and its second answer came first.
    for available in (200, 1100):
        bucket.learn(Charge(actual=900, maximum=4000, available=available, restore_per_s=200), charged_before=0)
        bucket.give_back(900)
    assert bucket.available <= 200


def test_before_the_first_answer_waits_are_short() -> None:
    bucket = PointBucket(lambda: 0.0)
    bucket.take(1000)
    assert bucket.wait_s(900, PAGES) == 0
    assert 0 < bucket.wait_s(1_000_000, PAGES) < 1


@pytest.mark.parametrize(("maximum", "restore_per_s"), [(4000, 0), (0, 200), (-1, -1)])
def test_an_impossible_bucket_is_ignored(maximum: float, restore_per_s: float) -> None:
    bucket = bucket_with(1000, PassingTime())
    bucket.learn(Charge(0, maximum, 0, restore_per_s), charged_before=0)
    assert bucket.available == 1000


@dataclass
class _Request:
    requested: float
    charged_before: float
    actual: float
    charge: Charge | None = None  # Shopify's answer, once it has been there


class BucketMachine(RuleBasedStateMachine):
    """Requests that reach Shopify in any order, and answers that come back in any order, while time passes."""

    MAXIMUM, PER_S = 2000.0, 100.0

    def __init__(self) -> None:
        super().__init__()
        self.time = PassingTime()
        self.ours = PointBucket(lambda: self.time.now)
        self.level = self.MAXIMUM
        self.out: list[_Request] = []

    @rule(seconds=st.sampled_from([0.1, 1.0, 10.0]))
    def time_passes(self, seconds: float) -> None:
        self.time.now += seconds
        self.level = min(self.MAXIMUM, self.level + seconds * self.PER_S)

    @rule(requested=st.sampled_from([1, 300, 600, 1000]), share=st.sampled_from([1.0, 0.9, 0.1]))
    def a_request_is_sent_if_there_seems_to_be_room(self, requested: int, share: float) -> None:
        if self.ours.wait_s(requested, PAGES) <= 0:
            self.ours.take(requested)
            self.out.append(_Request(requested, self.ours.charged, round(requested * share)))

    @precondition(lambda self: any(each.charge is None for each in self.out))
    @rule(data=st.data())
    def a_request_reaches_shopify(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from([each for each in self.out if each.charge is None]))
        assert self.level >= request.requested, "throttled"
        self.level -= request.actual
        request.charge = Charge(request.actual, self.MAXIMUM, math.floor(self.level), self.PER_S)

    @precondition(lambda self: any(each.charge is not None for each in self.out))
    @rule(data=st.data())
    def an_answer_comes_back(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from([each for each in self.out if each.charge is not None]))
        assert request.charge is not None
        self.out.remove(request)
        self.ours.learn(request.charge, charged_before=request.charged_before)
        self.ours.give_back(request.requested)

    def teardown(self) -> None:
        """All that is lost by not knowing is made good by the next answer that nothing overlaps."""
        for request in self.out:
            self.ours.give_back(request.requested)
        actual = 1.0
        self.level -= actual
        last = Charge(actual, self.MAXIMUM, self.level, self.PER_S)
        self.ours.learn(last, charged_before=self.ours.charged)
        assert self.ours.available == pytest.approx(self.level)


TestBucketMachine = BucketMachine.TestCase
