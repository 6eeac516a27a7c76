"""Our account of what Printful allows in a minute."""

from typing import Any

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from clients.budget import Priority
from clients.errors import Throttled
from clients.printful.limits import Group, Limits, Window
from clients.upstreams import UpstreamName
from tests.virtual_time import PassingTime

_, ORDERS, PAGES, SWEEPS, HISTORY = Priority
TOO_OFTEN = Throttled(UpstreamName.PRINTFUL, "ask", retry_after_s=46)


def headers(limit: int, remaining: int, reset_s: float) -> httpx.Headers:
    return httpx.Headers(
        {"X-Ratelimit-Limit": f"{limit}", "X-Ratelimit-Remaining": f"{remaining}", "X-Ratelimit-Reset": f"{reset_s}"}
    )


def sent(window: Window, priority: Priority) -> int:
    """How many requests of that priority go out until one has to wait."""
    count = 0
    while window.wait_s(1, priority) <= 0:
        window.take(1)
        count += 1
    return count


def test_browsing_leaves_a_share_for_orders() -> None:
    limits = Limits(lambda: 0.0)
    assert (sent(limits.all, SWEEPS), sent(limits.all, PAGES), sent(limits.all, ORDERS)) == (96, 0, 24)


def test_a_history_leaves_half_of_a_minute_to_everything_else() -> None:
    limits = Limits(lambda: 0.0)
    assert (sent(limits.all, HISTORY), sent(limits.all, PAGES), sent(limits.all, ORDERS)) == (60, 36, 24)


def test_the_wait_is_until_the_window_ends() -> None:
    time = PassingTime()
    window = Window(lambda: time.now, 10)
    sent(window, PAGES)
    time.now = 45.0
    assert window.wait_s(1, PAGES) == 15.0
    assert window.wait_s(11, PAGES) == 75.0
    time.now = 60.0
    assert sent(window, PAGES) == 10


def test_requests_of_other_programs_reduce_the_remaining_limit() -> None:
    limits = Limits(lambda: 0.0)
    limits.learn(None, headers(120, 5, 30), None)
    assert sent(limits.all, ORDERS) == 5
    assert limits.all.wait_s(1, ORDERS) == 30.0


def test_headers_of_a_late_answer_do_not_raise_the_remaining_limit() -> None:
    limits = Limits(lambda: 0.0)
    sent(limits.all, PAGES)
    limits.learn(None, headers(120, 119, 60), None)
    assert sent(limits.all, PAGES) == 0


def test_headers_of_a_new_window_replace_those_of_the_old_one() -> None:
    time = PassingTime()
    limits = Limits(lambda: time.now)
    sent(limits.all, ORDERS)
    time.now = 50.0
    limits.learn(None, headers(120, 119, 60), None)
    assert sent(limits.all, ORDERS) == 119
    assert limits.all.wait_s(1, ORDERS) == 60.0


@pytest.mark.parametrize(("failure", "wait_s"), [(TOO_OFTEN, 46.0), (Throttled(UpstreamName.PRINTFUL, "ask"), 60.0)])
def test_no_request_is_sent_during_a_lockout(failure: Throttled, wait_s: float) -> None:
    limits = Limits(lambda: 0.0)
    limits.learn(None, httpx.Headers(), failure)
    assert limits.all.wait_s(1, ORDERS) == wait_s


def test_a_group_that_is_locked_out_locks_out_itself_only() -> None:
    limits = Limits(lambda: 0.0)
    limits.learn(Group.MOCKUPS, headers(2, 0, 60), TOO_OFTEN)
    assert limits.groups[Group.MOCKUPS].wait_s(1, ORDERS) == 60.0
    assert limits.all.wait_s(1, PAGES) == 0


def test_a_lockout_of_all_requests_is_recognised_by_its_limit() -> None:
    limits = Limits(lambda: 0.0)
    limits.learn(Group.MOCKUPS, headers(120, 0, 60), TOO_OFTEN)
    assert limits.all.wait_s(1, ORDERS) == 60.0
    assert limits.groups[Group.MOCKUPS].wait_s(1, ORDERS) == 0


def test_the_mockup_limit_of_a_store_is_learnt_from_its_answers() -> None:
    limits = Limits(lambda: 0.0)
    mockups = limits.groups[Group.MOCKUPS]
    mockups.take(1)
    limits.learn(Group.MOCKUPS, headers(10, 9, 60), None)
    assert sent(mockups, PAGES) == 9


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"x-ratelimit-limit": "120"},
        {"x-ratelimit-limit": "many", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"},
        {"x-ratelimit-limit": "0", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"},
        {"x-ratelimit-limit": "120", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "inf"},
        {"x-ratelimit-limit": "120", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "nan"},
    ],
)
def test_invalid_headers_change_nothing(told: dict[str, str]) -> None:
    limits = Limits(lambda: 0.0)
    limits.learn(None, httpx.Headers(told), None)
    assert sent(limits.all, ORDERS) == 120


class WindowMachine(RuleBasedStateMachine):
    """One process beside others on the same account, whose answers tell how the account really stands."""

    LIMIT = 10

    def __init__(self) -> None:
        super().__init__()
        self.time = PassingTime()
        self.limits = Limits(lambda: self.time.now)
        self.window = self.limits.all
        self.ends_at = 0.0
        self.used = 0
        self.others_asked = False  # in this window

    def _really_asked(self, *, by_others: bool = False) -> bool:
        """Printful's own account: whether it lets a request in."""
        if self.time.now >= self.ends_at:
            self.ends_at, self.used, self.others_asked = self.time.now + 60, 0, False
        self.others_asked |= by_others
        if self.used >= self.LIMIT:
            return False
        self.used += 1
        return True

    def _answer(self) -> dict[str, Any]:
        reset_s = self.ends_at - self.time.now
        return {"group": None, "headers": headers(self.LIMIT, self.LIMIT - self.used, reset_s), "failure": None}

    @rule(seconds=st.integers(1, 80))
    def time_passes(self, seconds: int) -> None:
        self.time.now += seconds

    @rule()
    def another_process_asks(self) -> None:
        self._really_asked(by_others=True)

    @rule(priority=st.sampled_from(Priority))
    def we_ask_if_there_seems_to_be_room(self, priority: Priority) -> None:
        if self.window.wait_s(1, priority) > 0:
            return
        self.window.take(1)
        let_in = self._really_asked()
        assert let_in or self.others_asked or self.window.limit != self.LIMIT
        self.limits.learn(**self._answer() | ({} if let_in else {"failure": Throttled(UpstreamName.PRINTFUL, "ask")}))

    @invariant()
    def a_wait_has_an_end(self) -> None:
        for priority in Priority:
            assert 0 <= self.window.wait_s(1, priority) <= 60


TestWindowMachine = WindowMachine.TestCase
