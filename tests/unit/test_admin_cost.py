"""How ids are cut into requests of Shopify Admin."""

from hypothesis import given
from hypothesis import strategies as st

from clients.admin.cost import MAX_COST, MAX_IDS, batches

COSTS = st.floats(min_value=0.5, max_value=2000)


@given(st.lists(st.text(min_size=1)), COSTS)
def test_every_id_is_asked_for_exactly_once_and_in_order(ids: list[str], cost: float) -> None:
    asked = [each for batch in batches(ids, cost) for each in batch]
    assert asked == list(dict.fromkeys(ids))


@given(st.integers(min_value=0, max_value=1200), COSTS)
def test_no_request_breaks_a_limit(count: int, cost: float) -> None:
    for batch in batches([str(number) for number in range(count)], cost):
        assert 1 <= len(batch) <= MAX_IDS
        assert len(batch) == 1 or len(batch) * cost <= MAX_COST


def test_cheap_ids_fill_requests_of_250() -> None:
    assert [len(batch) for batch in batches([str(number) for number in range(600)], 1.0)] == [250, 250, 100]


def test_dear_ids_fill_requests_of_1000_points() -> None:
    assert [len(batch) for batch in batches([str(number) for number in range(120)], 19.0)] == [52, 52, 16]


def test_nothing_asked_is_no_request() -> None:
    assert batches([], 19.0) == []
