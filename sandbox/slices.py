"""Long work on the stores, done in slices: between two of them the event loop answers others."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar, copy_context
from typing import Generic, TypeVar

T = TypeVar("T")

_pausing: ContextVar[Callable[[], None] | None] = ContextVar("pausing", default=None)


def pause() -> None:
    """Ends a slice: the event loop runs before the work goes on. Does nothing outside `in_slices`."""
    pausing = _pausing.get()
    if pausing is not None:
        pausing()


async def in_slices(
    work: Callable[[], T], around: Callable[[], AbstractContextManager[None]], *, changes: bool = True
) -> T:
    """What `work` returns. Each slice of it, up to the next `pause`, runs within a context of `around`.

    The work has a thread of its own, so that it can stop anywhere. Thread and event loop take turns: they never run
    at the same moment, so the stores need no locks. Work that `changes` nothing is tried without a thread first, and
    begins again with one if it takes more than a slice.
    """
    if not changes:
        try:
            with around():
                return _at_once(work)
        except _TooLong:
            pass
    thread = _Slices(work)
    try:
        while True:
            with around():
                thread.run_slice()
            if thread.is_done:
                return thread.result()
            await asyncio.sleep(0)
    finally:
        thread.abandon()


def _at_once(work: Callable[[], T]) -> T:
    before = _pausing.set(_give_up)
    try:
        return work()
    finally:
        _pausing.reset(before)


def _give_up() -> None:
    raise _TooLong


class _TooLong(BaseException):
    """The work takes more than a slice."""


class _Abandoned(BaseException):
    """Nobody waits for the work any more."""


class _Slices(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self.is_done = False
        self._work = work
        self._outcome: list[T] = []
        self._failure: BaseException | None = None
        self._abandoned = False
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        threading.Thread(target=copy_context().run, args=(self._run,), daemon=True).start()

    def run_slice(self) -> None:
        self._go.release()
        self._stopped.acquire()

    def result(self) -> T:
        if self._failure is not None:
            raise self._failure
        return self._outcome[0]

    def abandon(self) -> None:
        """Ends the thread where it stands, if it has not ended."""
        if not self.is_done:
            self._abandoned = True
            self.run_slice()

    def _pause(self) -> None:
        self._stopped.release()
        self._go.acquire()
        if self._abandoned:
            raise _Abandoned

    def _run(self) -> None:
        self._go.acquire()
        _pausing.set(self._pause)
        try:
            if not self._abandoned:
                self._outcome.append(self._work())
        except BaseException as failure:  # noqa: BLE001 raised again where it is waited for
            self._failure = failure
        self.is_done = True
        self._stopped.release()
