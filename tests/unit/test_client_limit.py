"""Hourly limits of one client."""

import pytest

from clients.timing import Timing
from resolvers.client_limit import HourlyLimit, TooOften
from resolvers.moving_windows import LimitState
from tests.virtual_time import PassingTime


def limit(per_client: int, timing: Timing) -> HourlyLimit:
    return HourlyLimit(per_client, clock=timing.clock)


def takes(limited: HourlyLimit, *clients: str | None) -> list[bool]:
    """Which of these, one after the other, are let through."""
    found = []
    for client in clients:
        try:
            limited.take(client)
            found.append(True)
        except TooOften:
            found.append(False)
    return found


def test_each_client_has_its_own_count() -> None:
    limited = limit(2, PassingTime().timing)

    assert takes(limited, "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2") == [True, True, False, True]


async def test_the_hour_is_a_sliding_window_and_refusals_do_not_count() -> None:
    time = PassingTime()
    limited = limit(2, time.timing)
    assert takes(limited, "192.0.2.1") == [True]
    await time.sleep(1800)
    assert takes(limited, "192.0.2.1", "192.0.2.1") == [True, False]
    await time.sleep(1801)
    assert takes(limited, "192.0.2.1", "192.0.2.1") == [True, False]


def test_a_refusal_says_when_to_try_again_and_is_counted() -> None:
    time, refused = PassingTime(), list[str]()
    limited = HourlyLimit(1, clock=time.timing.clock, name="order-lookups", on_refusal=refused.append)
    limited.take("192.0.2.1")
    time.now += 600
    with pytest.raises(TooOften) as raised:
        limited.take("192.0.2.1")

    assert raised.value.state == LimitState(limit=1, remaining=0, reset_s=3000)
    assert refused == ["order-lookups"]


def test_clients_without_an_address_share_one_count() -> None:
    assert takes(limit(1, PassingTime().timing), None, None) == [True, False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("not an address", "not an address", True),
    ],
)
def test_all_addresses_that_one_client_can_choose_count_as_one(one: str, other: str, same: bool) -> None:
    assert takes(limit(1, PassingTime().timing), one, other) == [True, not same]
