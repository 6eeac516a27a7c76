"""Shopify's time, learnt from its answers."""

from datetime import UTC, datetime, timedelta

import pytest

from clients.admin.clock import ShopClock

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_before_the_first_answer_the_time_is_this_machines() -> None:
    assert ShopClock(lambda: NOW).now() == NOW


def test_a_wrong_clock_is_corrected_by_shopifys() -> None:
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
def test_an_invalid_time_is_ignored(told: str) -> None:
    clock = ShopClock(lambda: NOW)
    clock.learn({"date": told})
    clock.learn({})
    assert clock.now() == NOW
