"""Hourly limits of one client."""

import pytest

from clients.timing import Timing
from resolvers.client_limit import HourlyLimit, TooOften
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


async def test_the_hour_runs_from_the_first_and_is_not_made_longer_by_those_refused() -> None:
    time = PassingTime()
    limited = limit(1, time.timing)
    assert takes(limited, "192.0.2.1") == [True]
    await time.sleep(3599)
    assert takes(limited, "192.0.2.1") == [False]
    await time.sleep(2)
    assert takes(limited, "192.0.2.1") == [True]


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
