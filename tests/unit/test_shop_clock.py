"""Shopify's time, told by its answers."""

from datetime import UTC, datetime, timedelta

import pytest

from clients.admin.clock import ShopClock

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_until_an_answer_tells_it_is_this_machines() -> None:
    assert ShopClock(lambda: NOW).now() == NOW


def test_a_machine_whose_clock_is_wrong_goes_by_shopifys() -> None:
    own = [NOW]
    clock = ShopClock(lambda: own[0])
    clock.learn({"date": "Sun, 22 Nov 2026 12:05:00 GMT"})
    own[0] += timedelta(seconds=10)
    assert clock.now() == NOW + timedelta(minutes=5, seconds=10)


def test_a_moment_on_the_way_is_no_wrong_clock() -> None:
    clock = ShopClock(lambda: NOW)
    clock.learn({"date": "Sun, 22 Nov 2026 11:59:58 GMT"})
    assert clock.now() == NOW


@pytest.mark.parametrize("told", ["yesterday", "", "Sun, 99 Nov 2026 12:05:00 GMT"])
def test_what_is_no_time_is_not_taken_for_one(told: str) -> None:
    clock = ShopClock(lambda: NOW)
    clock.learn({"date": told})
    clock.learn({})
    assert clock.now() == NOW
