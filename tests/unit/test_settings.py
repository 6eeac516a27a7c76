"""Settings: the mode that they mean, and messages about wrong ones."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from app import Settings, SettingsError, main, read_settings, sandbox_environment
from tests.serving import GivenSettings

pytestmark = pytest.mark.usefixtures("no_settings")

LIVE = {"shopify_store_domain": "kynda.example", "shopify_storefront_private_token": "t"}


def problems(**given: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        read_settings(**given)
    return str(refused.value)


def test_without_settings_the_mode_is_sandbox() -> None:
    settings = read_settings()

    assert settings.mode == "sandbox"
    assert settings.shows_graphiql
    assert settings.answers_introspection
    assert settings.staff_token_text == "sandbox-staff"


@pytest.mark.parametrize(
    "given",
    [
        {"shopify_store_domain": "kynda.example"},
        {"shopify_storefront_public_token": "t"},
        {"shopify_admin_access_token": "t"},
        {"shopify_client_id": "c"},
        {"printful_api_key": "k"},
    ],
)
def test_any_real_system_makes_it_live(given: dict[str, Any]) -> None:
    assert Settings(**given).mode == "live"


def test_the_mode_can_be_set() -> None:
    assert read_settings(**LIVE, gateway_mode="sandbox").mode == "sandbox"


def test_live_shows_neither_graphiql_nor_the_schema_by_introspection_nor_staff_functions() -> None:
    settings = read_settings(**LIVE)

    assert not settings.shows_graphiql
    assert not settings.answers_introspection
    assert settings.staff_token_text is None
    assert any("STAFF_TOKEN" in line for line in settings.switched_off())


def test_live_mode_without_shop_and_token_names_the_settings() -> None:
    text = problems(gateway_mode="live")

    assert "SHOPIFY_STORE_DOMAIN is missing" in text
    assert "SHOPIFY_STOREFRONT_PRIVATE_TOKEN" in text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"shopify_client_id": "c"}, "SHOPIFY_CLIENT_SECRET is missing"),
        ({"shopify_client_secret": "c"}, "SHOPIFY_CLIENT_ID is missing"),
        ({"printful_api_key": "k"}, "PRINTFUL_STORE_ID is missing"),
        ({"printful_store_id": "1"}, "PRINTFUL_API_KEY is missing"),
        ({"trusted_proxies": "10.0.0.0/8,proxy"}, "TRUSTED_PROXIES"),
        ({"port": "80x"}, "PORT is '80x'"),
        ({"gateway_mode": "production"}, "GATEWAY_MODE is 'production'"),
        ({"shopify_store_domain": "my shop"}, "SHOPIFY_STORE_DOMAIN is 'my shop'"),
        ({"deadline_admin_s": "0"}, "DEADLINE_ADMIN_S is '0'"),
        ({"designs_file": "nowhere.json"}, "DESIGNS_FILE nowhere.json cannot be used"),
        ({"designs_json": "[{}]"}, "DESIGNS_JSON cannot be used: design 1 needs texts"),
        ({"shopify_store_domain": "admin.shopify.com/store/kynda"}, "which is not a domain name"),
        ({"printful_confirm": "hold:0"}, "PRINTFUL_CONFIRM is 'hold:0': use manual, auto, or hold:30"),
        ({"active_pos_system": "clover"}, "ACTIVE_POS_SYSTEM is 'clover': use one of none, square"),
        ({"active_pos_system": "Square"}, "SQUARE_ACCESS_TOKEN is missing"),
        ({"square_access_token": "t"}, "ACTIVE_POS_SYSTEM is missing"),
        ({"cache_seconds": '{"stok_fresh_s": 1}'}, "no such lifetime: stok_fresh_s"),
        ({"printful_webhook_token": "short"}, "PRINTFUL_WEBHOOK_TOKEN is part of an address"),
    ],
)
def test_half_a_configuration_or_a_wrong_value_is_named(given: dict[str, str], named: str) -> None:
    assert named in problems(**LIVE | given)


def test_the_hosts_of_print_files_have_to_be_named(tmp_path: Any) -> None:
    records = tmp_path / "designs.json"
    address = "https://art.example/waves.png"
    records.write_text(json.dumps([{"id": "d-1", "name": "Waves", "thumbnailUrl": address, "fullImageUrl": address}]))

    assert "ART_HOSTS does not name the hosts of the print files of d-1" in problems(designs_file=records)
    assert read_settings(designs_file=records, art_hosts="art.example").designs().ids == ["d-1"]


@pytest.mark.parametrize(
    ("domain", "shop"),
    [
        ("kynda", "kynda.myshopify.com"),
        ("kynda.myshopify.com", "kynda.myshopify.com"),
        ("https://Kynda.example/", "kynda.example"),
    ],
)
def test_a_shops_name_is_completed(domain: str, shop: str) -> None:
    settings = read_settings(**LIVE | {"shopify_store_domain": domain})

    assert settings.storefront().url == f"https://{shop}/api/2026-10/graphql.json"


def test_the_environment_and_a_dotenv_file_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / ".env").write_text("SHOPIFY_SHOP_NAME=kynda\nCORS_ALLOW_ORIGINS=https://a.example, https://b.example\n")
    monkeypatch.setenv("SHOPIFY_STOREFRONT_PUBLIC_TOKEN", "t")
    settings = read_settings()

    assert settings.shop == "kynda.myshopify.com"
    assert settings.cors_allow_origins == ("https://a.example", "https://b.example")


def test_secrets_are_not_in_the_printed_form() -> None:
    assert "hush" not in repr(read_settings(**LIVE | {"staff_token": "hush"}))


def test_an_unknown_command_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    assert "serve, sandbox" in capsys.readouterr().err


def test_a_failed_start_states_the_reason(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_MODE", "live")

    assert main([]) == 2
    assert "SHOPIFY_STORE_DOMAIN is missing" in capsys.readouterr().err


def test_a_separate_sandbox_prints_all_settings_but_the_staff_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = {
        "square_webhook_signature_key": "k",
        "square_webhook_notification_url": "https://graph.kynda.example/webhooks/square",
    }
    for name, value in sandbox_environment(read_settings(port=8100, **printed)).items():
        monkeypatch.setenv(name, value)
    gateway = read_settings()

    assert gateway.mode == "live"
    assert gateway.switched_off() == ["staff functions (STAFF_TOKEN)"]
    assert gateway.pos_routes() == read_settings(gateway_mode="sandbox").pos_routes()
    assert gateway.forwarding_rules() == read_settings(gateway_mode="sandbox").forwarding_rules()


def test_a_sandbox_that_sends_no_square_messages_prints_no_settings_for_them() -> None:
    assert not any("SQUARE_WEBHOOK" in name for name in sandbox_environment(read_settings()))


def test_the_embedded_sandbox_has_the_settings_of_a_separate_one() -> None:
    printed = {name.lower(): value for name, value in sandbox_environment(read_settings(port=8100)).items()}
    apart, within = read_settings(**printed), read_settings()

    own_address = {name for name in printed if name.endswith("_url")} | {"art_hosts"}
    assert {name for name in printed if getattr(apart, name) != getattr(within, name)} == own_address
    assert apart.mode == "live"


def test_other_settings_apply_in_the_sandbox() -> None:
    settings = read_settings(
        staff_token="a-token-of-ones-own", graphiql=False, cors_allow_origins="https://a.example", fee_percent="1"
    )

    assert settings.staff_token_text == "a-token-of-ones-own"
    assert not settings.shows_graphiql
    assert {"https://a.example", "http://localhost:*"} <= set(settings.cors_allow_origins)
    assert settings.charges().fee_percent == 1


def test_tests_cannot_set_what_is_not_a_setting() -> None:
    unknown: dict[str, Any] = {"grafiql": True}
    with pytest.raises(ValidationError, match="grafiql"):
        GivenSettings(**unknown)
