"""A cart's attributes after a change of its visit."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.cart_visit import VISIT_ATTRIBUTES, attributes_after, read_pickup_time, read_place

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEYS = st.sampled_from([*VISIT_ATTRIBUTES, "gift", "note"])
PRESENT = st.dictionaries(KEYS, st.text(max_size=5)).map(lambda found: list(found.items()))
CHANGES = st.dictionaries(st.sampled_from(VISIT_ATTRIBUTES), st.none() | st.text(min_size=1, max_size=5))


@given(PRESENT, CHANGES)
def test_foreign_attributes_stay_in_their_order(present: list[tuple[str, str]], changes: dict[str, str | None]) -> None:
    foreign = [each for each in present if each[0] not in VISIT_ATTRIBUTES]

    after = attributes_after(present, changes)

    assert [each for each in after if each[0] not in VISIT_ATTRIBUTES] == foreign


@given(PRESENT, CHANGES)
def test_named_attributes_change_and_others_stay(
    present: list[tuple[str, str]], changes: dict[str, str | None]
) -> None:
    expected = {key: value for key, value in (dict(present) | changes).items() if value is not None}

    after = attributes_after(present, changes)

    assert dict(after) == expected
    assert len(after) == len(expected)


@given(PRESENT, CHANGES)
def test_the_same_change_twice_has_no_further_effect(
    present: list[tuple[str, str]], changes: dict[str, str | None]
) -> None:
    once = attributes_after(present, changes)

    assert attributes_after(once, changes) == once


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
        ("2026-11-22T14:30:00.25+01:00", "2026-11-22T13:30:00Z"),
        ("2026-12-06T12:00:00Z", "2026-12-06T12:00:00Z"),
    ],
)
def test_a_pickup_time_is_written_in_utc(text: str, moment: str) -> None:
    assert read_pickup_time(text, NOW) == moment


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-11-22T11:59:59Z", "in the past"),
        ((NOW + timedelta(days=14, seconds=1)).isoformat(), "more than 14 days ahead"),
        ("2026-11-22T13:00:00", "offset"),
        ("soon", "must be a time"),
        ("", "must be a time"),
    ],
)
def test_an_impossible_pickup_time_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_pickup_time(text, NOW)


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(9990, 1, 1)))  # noqa: DTZ001 hypothesis wants it naive
def test_a_pickup_time_is_taken_exactly_from_now_to_14_days_ahead(moment: datetime) -> None:
    try:
        read_pickup_time(moment.isoformat(), NOW)
        taken = True
    except ValueError:
        taken = False

    assert taken == (NOW <= moment <= NOW + timedelta(days=14))


@pytest.mark.parametrize("text", ["5", " Window 2 ", "T" * 64])
def test_a_place_is_taken_without_the_spaces_around_it(text: str) -> None:
    assert read_place("table", text) == text.strip()


@pytest.mark.parametrize("text", ["", "   ", "T" * 65, "5\n6", "\u202e5", "5\x00"])
def test_a_place_that_would_spoil_a_ticket_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="`table` must have 1 to 64"):
        read_place("table", text)
