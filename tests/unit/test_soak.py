"""The soak judges answers as it says: right, refused, explained by a fault, or wrong."""

import pytest

from tests.benchmarks.soak import Findings, Kind, Weather, judge, memory_of, report

KIND = Kind("page", [b"request"], 1, is_cached=True)
RIGHT = b'{"data":{}}'
TRY_LATER = b'{"errors":[{"extensions":{"code":"TRY_LATER"}}]}'


class Fair(Weather):
    """No fault is on."""

    explains = False


class Foul(Weather):
    """A fault is on."""

    explains = True


@pytest.mark.parametrize(
    ("status", "body", "weather", "is_wrong"),
    [
        (200, RIGHT, Fair(0), False),
        (503, TRY_LATER, Fair(0), False),
        (429, TRY_LATER, Fair(0), False),
        (200, TRY_LATER, Fair(0), True),
        (200, TRY_LATER, Foul(0), False),
        (200, b'{"data":{"shop":1}}', Foul(0), True),
        (200, b'{"errors":[{"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}', Foul(0), True),
        (500, RIGHT, Foul(0), True),
        (502, TRY_LATER, Foul(0), True),
    ],
)
def test_wrong_answers_are_reported_and_right_ones_are_not(
    status: int, body: bytes, weather: Weather, is_wrong: bool
) -> None:
    found = Findings()
    judge(found, KIND, status, body, RIGHT, 1.0, weather)

    assert bool(found.wrong) == is_wrong


def failures(found: Findings) -> list[str]:
    return [line for line in report(100.0, found) if line.startswith("FAIL")]


def test_a_promise_that_does_not_hold_is_reported() -> None:
    steady = [(float(second), 100_000) for second in range(300)]
    assert failures(Findings(cached_ms=[1.0] * 100, refused_ms=[1.0] * 100, memory_kb=steady)) == []

    growing = [(second, size + 100 * int(second)) for second, size in steady]
    found = Findings(cached_ms=[30.0] * 100, refused_ms=[60.0] * 100, wrong=["page: 500"], memory_kb=growing)
    assert len(failures(found)) == 4


def test_memory_is_compared_with_minute_two() -> None:
    samples = [(float(second), 50_000 if second < 120 else 80_000) for second in range(300)]

    assert memory_of(samples) == (80_000, 80_000)
