"""The findings of the set-up checks."""

from datetime import date
from typing import Any

import pytest

from clients.admin.operations import SCOPES
from clients.contracts import admin_schema
from clients.errors import Broken, Denied, Throttled, Unavailable, UpstreamError
from clients.upstreams import UpstreamName
from edge.doctor import nothing_fails, report
from resolvers.checks import check_settings, end_of_support, failed, is_granted, version
from resolvers.findings import Finding, SetUp, Verdict
from resolvers.order_checks import check_order_settings
from resolvers.subscriptions import ALL_TOPICS

SUPPORTED = frozenset({"2026-01", "2026-04", "2026-07", "2026-10"})
TODAY = date(2026, 11, 22)


def settings(designs: int = 5, mode: str = "live", **given: Any) -> dict[str, Finding]:
    return {each.subject: each for each in check_settings(SetUp(mode=mode, api_version="2026-10", **given), designs)}


def of_orders(mode: str = "live", **given: Any) -> dict[str, Finding]:
    return {each.subject: each for each in check_order_settings(SetUp(mode=mode, api_version="2026-10", **given))}


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
            "Shopify answered with 2026-01 instead of 2025-01: set SHOPIFY_API_VERSION=2026-10",
        ),
        ("2027-01", "2027-01", TODAY, Verdict.FAIL, "2027-01 is not supported: set SHOPIFY_API_VERSION=2026-10"),
        ("2026-10", "2026-10", date(2028, 1, 1), Verdict.WARN, "for 0 more days"),
    ],
)
def test_the_finding_about_a_version_follows_its_end_of_support(
    asked: str, served: str | None, today: date, verdict: Verdict, said: str
) -> None:
    found = version(asked, served, SUPPORTED, today)

    assert found.verdict is verdict
    assert said in found.message


def test_a_write_scope_includes_reading() -> None:
    assert is_granted("read_products", frozenset({"read_products"}))
    assert is_granted("read_products", frozenset({"write_products"}))
    assert not is_granted("write_products", frozenset({"read_products"}))
    assert not is_granted("read_products", frozenset({"write_orders"}))


def test_a_written_scope_is_also_listed_for_reading() -> None:
    assert {scope.replace("write_", "read_") for scope in SCOPES} <= set(SCOPES)


def test_the_topics_are_shopifys() -> None:
    known = admin_schema().type_map["WebhookSubscriptionTopic"]

    assert set(ALL_TOPICS) <= set(known.values)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Denied(UpstreamName.ADMIN, "x", "HTTP 401"), "rejects our credentials (HTTP 401): set new SHOPIFY_CLIENT_ID"),
        (Unavailable(UpstreamName.ADMIN, "x", "ConnectError"), "does not answer (ConnectError)"),
        (Throttled(UpstreamName.ADMIN, "x"), "wait a minute"),
        (Broken(UpstreamName.ADMIN, "x", "no data"), "cannot read (no data)"),
    ],
)
def test_a_check_without_an_answer_says_what_to_do(error: UpstreamError, said: str) -> None:
    found = failed("Admin", error)

    assert found.verdict is Verdict.FAIL
    assert said in found.message


def test_with_no_settings_features_are_off_and_no_check_fails() -> None:
    found = settings(designs=0)

    assert {subject: each.verdict.value for subject, each in found.items()} == {
        "Designs": "off",
        "Staff": "off",
        "Browsers": "off",
        "Proxies": "off",
        "Schema": "ok",
    }


def test_dangerous_settings_in_live_mode_are_named() -> None:
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


def test_no_finding_contains_a_token() -> None:
    token = "a-token-that-nobody-guesses"

    found = [*settings(staff_token=token).values(), *of_orders(printful_webhook_token=token).values()]

    assert not any(token in each.message for each in found)
    assert token not in repr(SetUp("live", "2026-10", staff_token=token, printful_webhook_token=token))


def test_a_missing_webhook_secret_fails_only_if_webhooks_are_expected() -> None:
    assert of_orders(believes_shopify=False)["Webhook secret"].verdict is Verdict.OFF

    found = of_orders(believes_shopify=False, public_url="https://kynda.example")["Webhook secret"]

    assert found.verdict is Verdict.FAIL
    assert "SHOPIFY_WEBHOOK_SECRET" in found.message


@pytest.mark.parametrize(
    ("confirm", "said"),
    [("manual", "staff confirm each draft"), ("auto", "confirmed at once"), ("hold:30", "after 30 minutes")],
)
def test_the_finding_says_who_confirms_orders_at_printful(confirm: str, said: str) -> None:
    assert said in of_orders(confirm=confirm, printful_store_id="1")["Confirming"].message


def test_without_printful_and_a_counter_they_have_no_findings() -> None:
    assert set(of_orders()) == {"Webhook secret"}


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        (None, Verdict.OFF),
        ("https://kynda.example/webhooks/square", Verdict.OK),
        ("https://kynda.example/square", Verdict.WARN),
        ("http://kynda.example/webhooks/square", Verdict.WARN),
    ],
)
def test_squares_address_must_lead_to_this_gateway(url: str | None, verdict: Verdict) -> None:
    found = of_orders(pos_system="square", square_webhook_url=url, public_url="https://kynda.example/")

    assert found["Square's webhooks"].verdict is verdict


def test_payment_at_the_counter_is_checked_if_there_is_a_counter() -> None:
    assert "PAY_AT_COUNTER_GATEWAYS" in of_orders(pos_system="square")["Pay at counter"].message
    found = of_orders(pos_system="square", counter_gateways=("cash",))["Pay at counter"]
    assert found.verdict is Verdict.OK
    assert found.message == 'orders with the payment method "cash" are sent to the counter unpaid.'


def test_the_sandbox_may_have_an_example_token_graphiql_and_introspection() -> None:
    found = settings(mode="sandbox", staff_token="sandbox-staff", graphiql=True, introspection=True)

    assert {each.verdict for each in found.values()} == {Verdict.OK, Verdict.OFF}


def test_a_report_has_a_line_for_each_finding_in_columns() -> None:
    findings = [Finding("Storefront", Verdict.OK, "answers."), Finding("Admin", Verdict.FAIL, "does not answer.")]

    assert report(findings).splitlines() == [
        "ok    Storefront  answers.",
        "fail  Admin       does not answer.",
        "",
        "1 do not work, 1 ok, 0 to check, 0 off.",
    ]
    assert not nothing_fails(findings)


def test_warnings_and_features_that_are_off_are_no_failures() -> None:
    off, warning = Finding("Proxies", Verdict.OFF, "none."), Finding("Staff", Verdict.WARN, "short.")

    assert nothing_fails([off, warning])
    assert report([off, warning]).endswith("Nothing fails: 0 ok, 1 to check, 1 off.")
    assert report([off]).endswith("All is well: 0 ok, 0 to check, 1 off.")


@pytest.mark.parametrize(
    ("mode", "shop", "is_warned_of"),
    [("live", "shop.kynda.example", True), ("live", "kynda.myshopify.com", False), ("sandbox", "a.example", False)],
)
def test_a_shop_that_is_set_by_another_domain_is_warned_of(mode: str, shop: str, is_warned_of: bool) -> None:
    found = check_settings(SetUp(mode=mode, api_version="2026-10", shop=shop), 0)

    assert [each.verdict for each in found if each.subject == "Shop"] == [Verdict.WARN] * is_warned_of


@pytest.mark.parametrize(("url", "is_warned_of"), [("http://graph.example.com", True), ("https://a.example", False)])
def test_a_public_address_without_https_is_warned_of(url: str, is_warned_of: bool) -> None:
    assert ("Public address" in settings(public_url=url)) is is_warned_of


@pytest.mark.parametrize(("workers", "shares_redis", "warns"), [(1, False, False), (2, False, True), (2, True, False)])
def test_workers_without_redis_are_warned_about(workers: int, shares_redis: bool, warns: bool) -> None:
    set_up = SetUp(mode="live", api_version="2026-10", workers=workers, shares_redis=shares_redis)
    found = [each for each in check_settings(set_up, 0) if each.subject == "Workers"]

    assert bool(found) is warns
    assert all("REDIS_URL" in each.message for each in found)
