"""The sandbox's clock: what is put off until later is done when its time has come."""

from datetime import timedelta

from sandbox.clock import Clock
from tests.conftest import NOW


def test_what_is_put_off_is_done_once_its_time_has_come_and_in_that_order() -> None:
    clock, done = Clock(lambda: NOW), list[str]()
    clock.at(NOW + timedelta(seconds=20), lambda: done.append("second"))
    clock.at(NOW + timedelta(seconds=10), lambda: done.append("first"))

    clock.advance(9)
    assert done == []
    clock.advance(60)
    assert done == ["first", "second"]
    assert clock.next_due is None


def test_what_is_done_may_put_off_more() -> None:
    clock, done = Clock(lambda: NOW), list[int]()

    def again() -> None:
        done.append(len(done))
        if len(done) < 3:
            clock.at(NOW + timedelta(seconds=len(done)), again)

    clock.at(NOW, again)
    clock.advance(5)

    assert done == [0, 1, 2]


def test_watchers_are_told_of_moved_time_and_of_what_is_put_off() -> None:
    clock, told = Clock(lambda: NOW), list[str]()
    clock.watchers.append(lambda: told.append("told"))
    clock.at(NOW, lambda: None)
    clock.advance(1)

    assert told == ["told", "told"]
