"""What `python -m app reconcile` prints: a bar while it works, then what was found and done."""

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from resolvers.orders.sweep import Looked, Report


def progress_bar() -> Callable[[int, int], None]:
    """Shows how many orders are done, where somebody looks on."""
    bar: list[tqdm[Any]] = []

    def show(done: int, of: int) -> None:
        if not bar:
            bar.append(tqdm(total=of, unit="order", file=sys.stderr, disable=None, leave=False))
        bar[0].update(done - bar[0].n)
        if done == of:
            bar[0].close()

    return show


def report_text(report: Report, *, dry_run: bool) -> str:
    """The text to print."""
    lines = [f"{report.listed} orders are open or changed lately."]
    lines += [_line(each, dry_run=dry_run) for each in report.looked]
    if report.old_drafts:
        drafts = ", ".join(sorted(report.old_drafts))
        lines.append(f"Drafts at Printful that nobody has confirmed for two days: {drafts}.")
    lines += [f"FAIL {each}" for each in report.failures]
    return "\n".join([*lines, "", _sum(report, dry_run=dry_run)])


def _line(each: Looked, *, dry_run: bool) -> str:
    if each.failure is not None:
        return f"FAIL {each.name}: {each.failure}"
    word = "WOULD" if dry_run else "LATER" if each.is_pending else "ok"
    return f"{word:<5} {each.name} ({each.why}): {'; '.join(each.done) or 'brought up to date'}"


def _sum(report: Report, *, dry_run: bool) -> str:
    if dry_run:
        return f"{len(report.looked)} would be settled; nothing was done."
    later = sum(each.is_pending for each in report.looked)
    failed = sum(each.failure is not None for each in report.looked) + len(report.failures)
    if not report.looked and not failed:
        return "All is well: nothing had to be done."
    settled = len(report.looked) - later - sum(each.failure is not None for each in report.looked)
    return f"{settled} settled, {later} left for later, {failed} failed."
