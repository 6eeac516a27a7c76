"""The sandbox's clock: what is put off until later is done when its time has come."""

from datetime import timedelta

from sandbox.clock import Clock
from tests.conftest import NOW


def test_scheduled_tasks_run_when_due_in_the_order_of_their_times() -> None:
    clock, done = Clock(lambda: NOW), list[str]()
    clock.at(NOW + timedelta(seconds=20), lambda: done.append("second"))
    clock.at(NOW + timedelta(seconds=10), lambda: done.append("first"))

    clock.advance(9)
    assert done == []
    clock.advance(60)
    assert done == ["first", "second"]
    assert clock.next_due is None


def test_a_task_may_schedule_further_tasks() -> None:
    clock, done = Clock(lambda: NOW), list[int]()

    def again() -> None:
        done.append(len(done))
        if len(done) < 3:
            clock.at(NOW + timedelta(seconds=len(done)), again)

    clock.at(NOW, again)
    clock.advance(5)

    assert done == [0, 1, 2]


def test_watchers_are_notified_of_advanced_time_and_scheduled_tasks() -> None:
    clock, told = Clock(lambda: NOW), list[str]()
    clock.watchers.append(lambda: told.append("told"))
    clock.at(NOW, lambda: None)
    clock.advance(1)

    assert told == ["told", "told"]
