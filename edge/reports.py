"""The output of commands: a report as text or JSON, and the exit status."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from edge import doctor, subscriptions
from edge.forecasting import ForecastReport, forecast_text
from edge.reconciling import report_text
from resolvers.findings import Finding
from resolvers.orders.sweep_report import Report
from resolvers.subscriptions import SubscriptionStep


def printed_findings(mode: str, findings: Sequence[Finding], *, as_json: bool) -> int:
    """0 when no check fails, else 1."""
    text = f"Kynda gateway, {mode} mode\n\n{doctor.report(findings)}"
    _print(text, [asdict(each) for each in findings], as_json)
    return 0 if doctor.nothing_fails(findings) else 1


def printed_steps(steps: Sequence[SubscriptionStep], *, as_json: bool) -> int:
    """0 when each topic is directed to this gateway, else 1."""
    _print(subscriptions.report(steps), [asdict(each) for each in steps], as_json)
    return 0 if subscriptions.all_is_well(steps) else 1


def printed_sweep(report: Report, *, dry_run: bool, as_json: bool, strict: bool = False) -> int:
    """The verdict: 0 healed, 1 needs a person, 3 try again. `strict`: 1 as long as an order is stuck.

    After a dry run it is the expected one: 1 where a sweep would leave an order to a person.
    """
    verdict = report.strict_verdict if strict else report.verdict
    document = {"dry_run": dry_run, **asdict(report), "verdict": verdict.name}
    for order in document["swept"]:
        order["would_do" if dry_run else "done"] = order.pop("actions")
    _print(report_text(report, verdict, dry_run=dry_run), document, as_json)
    return verdict


def printed_forecast(report: ForecastReport, *, as_json: bool) -> int:
    """0 when nothing breaks, else 1."""
    _print(forecast_text(report), asdict(report), as_json)
    return 1 if report.breaks else 0


def _print(text: str, document: Any, as_json: bool) -> None:
    if as_json:
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2, default=_plain).decode()
    print(text)  # noqa: T201


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value)
    return str(value)
