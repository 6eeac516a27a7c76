"""`python -m app doctor` against the sandbox."""

from collections.abc import Sequence
from typing import Any

import pytest

from app import Sandbox, diagnosis, examine_set_up
from resolvers.findings import Finding, Verdict
from resolvers.orders.events import PRINTFUL_TYPES
from resolvers.subscriptions import ALL_TOPICS
from sandbox.catalogue import put_misset
from sandbox.faults import UPSTREAMS
from sandbox.webhook_records import PrintfulWebhook, WebhookSubscription
from tests.serving import GivenSettings
from tests.virtual_time import in_virtual_time, virtual_timing

ADDRESS = "https://gateway.kynda.example"
IN_SANDBOX: dict[str, Any] = {"gateway_mode": "sandbox"}
LIVE = {
    "gateway_mode": "live",
    "shopify_store_domain": "kynda.example",
    "shopify_storefront_private_token": "sandbox-private",
    "shopify_storefront_url": "http://sandbox/api/2026-10/graphql.json",
    "shopify_admin_access_token": "sandbox-admin",
    "shopify_admin_url": "http://sandbox/admin/api/2026-10/graphql.json",
    "printful_api_key": "sandbox-printful",
    "printful_store_id": "1",
    "printful_api_url": "http://sandbox/printful",
}


def findings(sandbox: Sandbox, **settings: Any) -> dict[str, Finding]:
    """What is found, by subject; of the sandbox, or of a live gateway whose upstreams it is."""

    async def found() -> list[Finding]:
        given = GivenSettings(**settings)
        transport = sandbox.transport()
        return await diagnosis(given, sandbox=sandbox, transport=transport, timing=virtual_timing())

    return {each.subject: each for each in in_virtual_time(found())}


def verdicts(found: dict[str, Finding], verdict: Verdict) -> set[str]:
    return {subject for subject, each in found.items() if each.verdict is verdict}


def test_no_check_fails_in_the_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    assert examine_set_up(GivenSettings(**IN_SANDBOX)) == 0

    printed = capsys.readouterr().out
    assert "ok    Storefront " in printed
    assert "Nothing fails" in printed
    assert "sandbox-staff" not in printed


def test_a_live_gateway_has_the_same_checks(sandbox: Sandbox) -> None:
    found = findings(sandbox, **LIVE)

    assert verdicts(found, Verdict.FAIL) == set()
    assert {"Storefront", "API version", "Admin", "Admin scopes", "Printful"} <= verdicts(found, Verdict.OK)


@pytest.mark.parametrize(
    ("upstream", "lost"),
    [
        ("storefront", {"Storefront"}),
        ("admin", {"Admin", "Products"}),
        ("printful", {"Printful"}),
        ("square", {"Point of sale"}),
    ],
)
def test_one_dead_upstream_does_not_hide_the_others(sandbox: Sandbox, upstream: str, lost: set[str]) -> None:
    sandbox.faults.add(upstream, "status", status=503)

    found = findings(sandbox)

    assert verdicts(found, Verdict.FAIL) == lost
    assert all("does not answer" in found[subject].message for subject in lost)


def test_with_every_upstream_dead_the_settings_are_still_examined(sandbox: Sandbox) -> None:
    for upstream in UPSTREAMS:
        sandbox.faults.add(upstream, "status", status=503)

    assert {"Designs", "Staff", "Browsers", "Schema"} <= verdicts(findings(sandbox), Verdict.OK)


@pytest.mark.parametrize(
    ("setting", "lost"),
    [
        ("shopify_storefront_private_token", {"Storefront"}),
        ("shopify_admin_access_token", {"Admin", "Products"}),
        ("printful_api_key", {"Printful"}),
    ],
)
def test_wrong_credentials_and_outages_have_different_findings(sandbox: Sandbox, setting: str, lost: set[str]) -> None:
    found = findings(sandbox, **{**LIVE, setting: "wrong"})

    assert verdicts(found, Verdict.FAIL) == lost
    assert all(found[subject].message.startswith("rejects our credentials") for subject in lost)
    assert not any("wrong" in each.message for each in found.values())


def test_a_retired_version_that_another_answers_for_is_found(sandbox: Sandbox) -> None:
    old = {
        "shopify_api_version": "2025-01",
        "shopify_storefront_url": "http://sandbox/api/2025-01/graphql.json",
        "shopify_admin_url": "http://sandbox/admin/api/2025-01/graphql.json",
    }

    found = findings(sandbox, **{**LIVE, **old})

    assert verdicts(found, Verdict.FAIL) == {"API version", "Admin version"}
    assert "Shopify answered with 2026-01 instead of 2025-01" in found["API version"].message


def test_the_rates_that_no_mapping_covers_are_listed(sandbox: Sandbox) -> None:
    found = findings(sandbox, **LIVE)["Shipping rates"]
    assert found.verdict is Verdict.WARN
    assert '"Economy parcel", "Express", "Priority parcel"' in found.message
    assert '"Standard"' not in found.message
    assert "Express, Priority parcel promise fast delivery" in found.message

    methods = {"Express": "PRINTFUL_FAST", "Priority parcel": "PRINTFUL_FAST", "ECONOMY PARCEL": "STANDARD"}
    covered = findings(sandbox, **LIVE, printful_shipping_methods=methods)["Shipping rates"]
    assert covered.verdict is Verdict.OK


def test_unreadable_shipping_rates_are_reported(sandbox: Sandbox) -> None:
    sandbox.store.admin_scopes.remove("read_shipping")
    found = findings(sandbox, **LIVE)["Shipping rates"]
    assert found.verdict is Verdict.WARN
    assert "allow read_shipping" in found.message


def test_missing_scopes_are_named_with_their_purpose(sandbox: Sandbox) -> None:
    sandbox.store.admin_scopes = ["write_products", "read_locations"]

    scopes = findings(sandbox)["Admin scopes"]

    assert scopes.verdict is Verdict.FAIL
    assert "read_inventory (stock" in scopes.message
    assert "read_products" not in scopes.message


@pytest.mark.parametrize("scope", ["read_shipping", "read_third_party_fulfillment_orders"])
def test_a_missing_scope_that_only_warnings_need_is_no_failure(sandbox: Sandbox, scope: str) -> None:
    sandbox.store.admin_scopes.remove(scope)

    found = findings(sandbox, **LIVE)

    assert found["Admin scopes"].verdict is Verdict.WARN
    assert scope in found["Admin scopes"].message
    assert verdicts(found, Verdict.FAIL) == set()


def test_without_a_public_address_no_webhooks_are_needed(sandbox: Sandbox) -> None:
    assert findings(sandbox)["Webhooks"].verdict is Verdict.OFF


def test_missing_webhook_topics_are_named(sandbox: Sandbox) -> None:
    address = ADDRESS
    for number, topic in enumerate(ALL_TOPICS[1:], 1):
        sandbox.store.webhook_subscriptions[number] = WebhookSubscription(number, topic, f"{address}/webhooks/shopify")
    elsewhere = WebhookSubscription(99, ALL_TOPICS[0], f"{address}.evil.example/webhooks")
    sandbox.store.webhook_subscriptions[99] = elsewhere

    missing = findings(sandbox, public_url=address)["Webhooks"]
    elsewhere.uri = f"{address}/webhooks/shopify"
    complete = findings(sandbox, public_url=address)["Webhooks"]

    assert missing.verdict is Verdict.WARN
    assert f"missing: {ALL_TOPICS[0]}." in missing.message
    assert complete.verdict is Verdict.OK


def test_printfuls_own_app_causes_a_warning(sandbox: Sandbox) -> None:
    assert findings(sandbox)["Printful's app"].verdict is Verdict.OK
    sandbox.store.printful_app_connected = True

    app = findings(sandbox)["Printful's app"]

    assert app.verdict is Verdict.WARN
    assert "nothing is forwarded" in app.message
    assert "forwarding continues" in findings(sandbox, printful_app_allowed=True)["Printful's app"].message


def test_the_address_of_printfuls_webhooks_is_reported(sandbox: Sandbox) -> None:
    settings = {"public_url": ADDRESS, "printful_webhook_token": "a-token-of-printfuls"}

    def found(url: str | None, types: Sequence[str] = PRINTFUL_TYPES) -> Finding:
        sandbox.store.printful_webhook = None if url is None else PrintfulWebhook(url, tuple(types))
        return findings(sandbox, **settings)["Printful's webhook"]

    ours = f"{ADDRESS}/webhooks/printful/a-token-of-printfuls"
    assert found(ours).verdict is Verdict.OK
    assert "is not set up" in found(None).message
    assert "points to other.example" in found("https://other.example/hook/their-secret").message
    assert "their-secret" not in found("https://other.example/hook/their-secret").message
    assert "an outdated token" in found(f"{ADDRESS}/webhooks/printful/an-older-token").message
    assert "package_shipped" in found(ours, ["order_updated"]).message
    assert findings(sandbox, **{**LIVE, "public_url": ADDRESS})["Printful's webhook"].verdict is Verdict.OFF


def test_the_doctor_checks_whether_the_counter_accepts_tickets(sandbox: Sandbox) -> None:
    assert findings(sandbox)["Point of sale"].verdict is Verdict.OK
    assert findings(sandbox, active_pos_system="none")["Point of sale"].verdict is Verdict.OFF
    assert findings(sandbox, square_location_id="NOWHERE")["Point of sale"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"printful_store_id": "7"}, "has no access to store 7, only to 1 (Kynda Coffee)"),
        ({"printful_store_id": "2"}, "set PRINTFUL_STORE_CONNECTED=true"),
        ({"printful_store_connected": True}, "set PRINTFUL_STORE_CONNECTED=false"),
    ],
)
def test_a_store_of_the_wrong_number_or_kind_is_found(sandbox: Sandbox, settings: dict[str, Any], said: str) -> None:
    printful = findings(sandbox, **{**LIVE, **settings})["Printful"]

    assert printful.verdict is Verdict.FAIL
    assert said in printful.message


def test_products_set_up_wrongly_are_counted_and_the_first_is_shown(sandbox: Sandbox) -> None:
    put_misset(sandbox.store)

    products = findings(sandbox)["Products"]

    assert products.verdict is Verdict.WARN
    assert "errors" in products.message
    assert "catalogIssues" in products.message


def test_a_feature_that_is_off_names_the_setting_that_turns_it_on(sandbox: Sandbox) -> None:
    shop_alone = {name: value for name, value in LIVE.items() if not name.startswith(("printful", "shopify_admin"))}

    found = findings(sandbox, **shop_alone)

    assert {"Admin", "Printful", "Products", "Designs", "Staff"} <= verdicts(found, Verdict.OFF)
    assert "PRINTFUL_API_KEY" in found["Printful"].message
    assert verdicts(found, Verdict.FAIL) == set()
