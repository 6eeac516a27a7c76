"""What the set-up checks make of what they see."""

from datetime import date
from typing import Any

import pytest

from clients.admin.operations import SCOPES
from clients.contracts import admin_schema
from clients.errors import Broken, Denied, Throttled, Unavailable, UpstreamError
from edge.doctor import nothing_fails, report
from resolvers.checks import (
    Finding,
    SetUp,
    Verdict,
    check_settings,
    end_of_support,
    failed,
    is_granted,
    version,
)
from resolvers.webhooks import TOPICS

SUPPORTED = frozenset({"2026-01", "2026-04", "2026-07", "2026-10"})
TODAY = date(2026, 11, 22)


def settings(designs: int = 5, mode: str = "live", **given: Any) -> dict[str, Finding]:
    return {each.subject: each for each in check_settings(SetUp(mode=mode, api_version="2026-10", **given), designs)}


def test_a_version_is_supported_for_a_year() -> None:
    assert end_of_support("2026-10") == date(2027, 10, 1)
    assert end_of_support("unstable") is None


@pytest.mark.parametrize(
    ("asked", "served", "today", "verdict", "said"),
    [
        ("2026-10", "2026-10", TODAY, Verdict.OK, "until 2027-10-01"),
        ("2026-10", None, TODAY, Verdict.OK, "until 2027-10-01"),
        ("2026-01", "2026-01", TODAY, Verdict.WARN, "for 40 more days: plan the move to 2026-10"),
        (
            "2025-01",
            "2026-01",
            TODAY,
            Verdict.FAIL,
            "2026-01 answers where 2025-01 is asked for: set SHOPIFY_API_VERSION=2026-10",
        ),
        ("2027-01", "2027-01", TODAY, Verdict.FAIL, "2027-01 is not supported: set SHOPIFY_API_VERSION=2026-10"),
        ("2026-10", "2026-10", date(2028, 1, 1), Verdict.WARN, "for 0 more days"),
    ],
)
def test_what_is_said_of_a_version(asked: str, served: str | None, today: date, verdict: Verdict, said: str) -> None:
    found = version(asked, served, SUPPORTED, today)

    assert found.verdict is verdict
    assert said in found.message


def test_who_may_write_may_read() -> None:
    assert is_granted("read_products", frozenset({"read_products"}))
    assert is_granted("read_products", frozenset({"write_products"}))
    assert not is_granted("write_products", frozenset({"read_products"}))
    assert not is_granted("read_products", frozenset({"write_orders"}))


def test_what_is_written_is_also_stated_for_reading() -> None:
    assert {scope.replace("write_", "read_") for scope in SCOPES} <= set(SCOPES)


def test_the_topics_are_shopifys() -> None:
    known = admin_schema().type_map["WebhookSubscriptionTopic"]

    assert set(TOPICS) <= set(known.values)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Denied("admin", "x", "HTTP 401"), "refuses us (HTTP 401): set new SHOPIFY_CLIENT_ID"),
        (Unavailable("admin", "x", "ConnectError"), "does not answer (ConnectError)"),
        (Throttled("admin", "x"), "wait a minute"),
        (Broken("admin", "x", "no data"), "does not understand (no data)"),
    ],
)
def test_a_check_without_an_answer_says_what_to_do(error: UpstreamError, said: str) -> None:
    found = failed("Admin", error)

    assert found.verdict is Verdict.FAIL
    assert said in found.message


def test_with_nothing_set_much_is_off_and_nothing_fails() -> None:
    found = settings(designs=0)

    assert {subject: each.verdict.value for subject, each in found.items()} == {
        "Designs": "off",
        "Staff": "off",
        "Browsers": "off",
        "Proxies": "off",
        "Schema": "ok",
    }


def test_what_is_dangerous_in_live_mode_is_named() -> None:
    found = settings(
        staff_token="short",
        allowed_origins=("*",),
        public_url="https://kynda.example",
        graphiql=True,
        introspection=True,
    )

    assert {subject for subject, each in found.items() if each.verdict is Verdict.WARN} == {
        "Staff",
        "Browsers",
        "Proxies",
        "Schema",
    }


def test_no_finding_tells_the_staff_token() -> None:
    token = "a-staff-token-that-nobody-guesses"

    assert not any(token in each.message for each in settings(staff_token=token).values())


def test_the_same_in_the_sandbox_is_well() -> None:
    found = settings(mode="sandbox", staff_token="sandbox-staff", graphiql=True, introspection=True)

    assert {each.verdict for each in found.values()} == {Verdict.OK, Verdict.OFF}


def test_a_report_has_a_line_for_each_finding_in_columns() -> None:
    findings = [Finding("Storefront", Verdict.OK, "answers."), Finding("Admin", Verdict.FAIL, "does not answer.")]

    assert report(findings).splitlines() == [
        "ok    Storefront  answers.",
        "fail  Admin       does not answer.",
        "",
        "1 do not work; 1 ok, 0 to look at, 0 off.",
    ]
    assert not nothing_fails(findings)


def test_warnings_and_what_is_off_are_no_failures() -> None:
    off, warning = Finding("Proxies", Verdict.OFF, "none."), Finding("Staff", Verdict.WARN, "short.")

    assert nothing_fails([off, warning])
    assert report([off, warning]).endswith("Nothing fails: 0 ok, 1 to look at, 1 off.")
    assert report([off]).endswith("All is well: 0 ok, 0 to look at, 1 off.")
