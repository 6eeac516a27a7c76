"""Garbage collections look through little: what is permanent is excluded."""

import gc
from collections.abc import Iterator

import pytest

from edge.garbage import SETTLING, SETTLING_THRESHOLDS, THRESHOLDS, permanent, settle


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, callbacks = gc.get_threshold(), list(gc.callbacks)
    yield
    gc.set_threshold(*thresholds)
    gc.callbacks[:] = callbacks


def objects(count: int = 1_000) -> list[list[None]]:
    return [[None] for _ in range(count)]


def test_what_was_made_before_is_excluded_and_collections_are_short() -> None:
    before, made = gc.get_freeze_count(), objects()
    settle()

    assert gc.get_freeze_count() >= before + 0.9 * len(made)
    assert gc.get_threshold() == SETTLING_THRESHOLDS


def test_the_first_full_collections_exclude_what_they_leave_and_later_ones_do_not() -> None:
    settle()
    grown, kept = [], []
    for _ in range(SETTLING + 2):
        before = gc.get_freeze_count()
        kept.append(objects())
        gc.collect(1)
        assert gc.get_freeze_count() < before + 900
        gc.collect()
        grown.append(gc.get_freeze_count() >= before + 900)

    assert grown == [True] * SETTLING + [False] * 2
    assert gc.get_threshold() == THRESHOLDS


def test_a_permanent_object_is_built_once_and_excluded() -> None:
    settle()
    built: list[int] = []

    def build() -> list[list[None]]:
        built.append(1)
        return objects(2_000)

    before, get = gc.get_freeze_count(), permanent(build)

    assert get() is get()
    assert len(built) == 1
    assert gc.get_freeze_count() >= before + 1_800
