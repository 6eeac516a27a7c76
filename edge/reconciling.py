"""The output of `python -m app reconcile`: a progress bar, then findings and changes.

Its exit status is the report's verdict: 0 healed, 1 needs a person, 3 try again. 2 means wrong settings.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from resolvers.orders.sweep_report import Report, SweepVerdict, SweptOrder

T = TypeVar("T")

STOPPED = "Stopped early. Orders in progress were completed; run it again for the others."
_ENDINGS = {
    SweepVerdict.HEALED: "",
    SweepVerdict.NEEDS_A_PERSON: "A person must check the orders marked FAIL or STUCK. Exit status 1.",
    SweepVerdict.TRY_AGAIN: "Run it again in a few minutes, or leave the rest to a running gateway. Exit status 3.",
}


async def until_stopped(work: Awaitable[T]) -> T:
    """The result of `work`. SIGTERM cancels it, so that it can release what it holds."""
    running = asyncio.current_task()
    assert running is not None
    with suppress(NotImplementedError):  # on Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await work


def progress_bar() -> Callable[[int, int], None]:
    """A progress bar, shown only on a terminal."""
    from tqdm import tqdm  # only this command needs it

    bar: list[tqdm[Any]] = []

    def show(done: int, of: int) -> None:
        if not bar:
            bar.append(tqdm(total=of, unit="order", file=sys.stderr, disable=None, leave=False))
        bar[0].update(done - bar[0].n)
        if done == of:
            bar[0].close()

    return show


def report_text(report: Report, verdict: SweepVerdict | None = None, *, dry_run: bool) -> str:
    """The text to print."""
    count = "1 order is" if report.listed == 1 else f"{report.listed} orders are"
    lines = [f"{count} open or changed recently."]
    lines += [_line(each, dry_run=dry_run) for each in report.swept]
    if report.old_drafts:
        drafts = ", ".join(sorted(report.old_drafts))
        lines.append(f"Drafts at Printful that nobody has confirmed for two days: {drafts}.")
    lines += [f"STUCK {name}: {reason}" for name, reason in sorted(report.stuck.items())]
    lines += [f"FAIL {each}" for each in report.failures]
    ending = _ENDINGS[report.verdict if verdict is None else verdict]
    return "\n".join([*lines, "", _sum(report, dry_run=dry_run), *([ending] if ending else [])])


def _line(each: SweptOrder, *, dry_run: bool) -> str:
    if each.failure is not None:
        return f"FAIL {each.name}: {each.failure}"
    word = "STUCK" if each.needs_a_person else "WOULD" if dry_run else "LATER" if each.is_pending else "ok"
    return f"{word:<5} {each.name} ({each.why}): {'; '.join(each.actions) or 'updated'}"


def _sum(report: Report, *, dry_run: bool) -> str:
    if dry_run:
        return f"{len(report.swept)} would be settled; nothing was done."
    later = sum(each.is_pending for each in report.swept)
    failed = sum(each.failure is not None for each in report.swept) + len(report.failures)
    if not report.swept and not failed and not report.stuck:
        return "All orders are up to date: nothing had to be done."
    settled = len(report.swept) - later - sum(each.failure is not None for each in report.swept)
    return f"{settled} settled, {later} pending, {failed} failed."
