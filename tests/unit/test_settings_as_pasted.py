"""Settings as people paste them: with whitespace, line breaks, quotes, slashes, ports and capital letters."""

from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from app import Settings, SettingsError
from edge.settings import read_settings as read_settings_of
from tests.serving import GivenSettings

pytestmark = pytest.mark.usefixtures("no_settings")

read_settings = partial(read_settings_of, GivenSettings)

LIVE = {"shopify_store_domain": "kynda.myshopify.com", "shopify_storefront_private_token": "t"}


def _is_secret(annotation: Any) -> bool:
    return "SecretStr" in str(annotation) and not any(each in str(annotation) for each in ("Mapping", "tuple"))


# Addresses and headers that contain a secret have a form of their own: tests/unit/test_each_setting.py has them.
WITH_A_FORM = ("redis_url", "database_url", "otel_exporter_otlp_headers")
SECRETS = [
    name for name, field in Settings.model_fields.items() if _is_secret(field.annotation) and name not in WITH_A_FORM
]
PARTNERS: dict[str, dict[str, str]] = {
    "shopify_client_secret": {"shopify_client_id": "c"},
    "printful_api_key": {"printful_store_id": "1"},
    "square_access_token": {"active_pos_system": "square", "square_location_id": "L"},
    "square_webhook_signature_key": {"square_webhook_notification_url": "https://graph.example.com/webhooks/square"},
}
CLEAN = "a-token-of-25-characters-"
PASSWORD = "pa55word"


def problem(**given: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        read_settings(**LIVE | given)
    return str(refused.value)


def test_the_secret_settings_are_found() -> None:
    assert len(SECRETS) >= 10


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    "pasted",
    ["{}\n", " {} ", "\r\n{}\r\n", "\t{}", '"{}"', "'{}'", '"{}"\n', '" {} "', "\ufeff{}\u200b", "\u00a0{}", "`{}`"],
)
def test_a_secret_loses_surrounding_whitespace_and_quotes(name: str, pasted: str) -> None:
    secret = getattr(read_settings(**LIVE | PARTNERS.get(name, {}) | {name: pasted.format(CLEAN)}), name)

    assert isinstance(secret, SecretStr)
    assert secret.get_secret_value() == CLEAN


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("broken", ["hush hush", "hush\nhush", "hüsh", '"hush', "hush'", "Bearer abc", "a\x00b"])
def test_an_implausible_secret_is_refused_without_showing_it(name: str, broken: str) -> None:
    text = problem(**PARTNERS.get(name, {}) | {name: broken})

    assert text.startswith(f"{name.upper()} cannot be used: ")
    assert "copy it again" in text
    assert len(text.splitlines()) == 1
    assert broken not in text


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("empty", ["", " ", "\n", '""', "''", '" "'])
def test_a_secret_that_is_empty_is_not_set(name: str, empty: str) -> None:
    given: dict[str, Any] = LIVE | {name: empty}

    assert getattr(Settings(**given), name) in (None, SecretStr("t"))


def test_the_environment_is_cleaned_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPIFY_SHOP_NAME", '"kynda"\n')
    monkeypatch.setenv("SHOPIFY_STOREFRONT_PRIVATE_TOKEN", "t\n")
    monkeypatch.setenv("SHOPIFY_WEBHOOK_SECRET", "hush\n")
    monkeypatch.setenv("POS_LOCATIONS", '{"65000000001 ": " LMAIN"}\n')
    monkeypatch.setenv("PORT", "'9000'")
    monkeypatch.setenv("GATEWAY_MODE", '"live" ')
    settings = read_settings_of(Settings)

    assert settings.webhook_secrets == ("hush",)
    assert settings.shop == "kynda.myshopify.com"
    assert settings.pos_locations == {"65000000001": "LMAIN"}
    assert settings.port == 9000


def test_blanks_alone_do_not_make_it_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTFUL_API_KEY", " \n")

    assert read_settings_of(Settings).mode == "sandbox"


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://shop.example/", "https://shop.example"),
        ("HTTPS://Shop.Example", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80/", "http://shop.example"),
        ("https://shop.example:8443/", "https://shop.example:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ('"https://shop.example"', "https://shop.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[0:0::1]:80", "http://[::1]"),
        ("http://localhost:*", "http://localhost:*"),
        ("*", "*"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(given: str, origin: str) -> None:
    assert read_settings(**LIVE | {"cors_allow_origins": given}).cors_allow_origins == (origin,)


@pytest.mark.parametrize(
    "given",
    [
        "shop.example",
        "https://shop.example/page",
        "https://shop.example?a=1",
        "https://*.shop.example",
        "https://shop.example:*",
        "https://user:word@shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop example",
        "https://shop.example:99999",
        "https://a.example https://b.example",
        "null",
    ],
)
def test_an_impossible_origin_is_refused(given: str) -> None:
    assert problem(cors_allow_origins=f"https://good.example,{given}").startswith("CORS_ALLOW_ORIGINS is ")


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://graph.example.com/", "https://graph.example.com"),
        ("HTTPS://Graph.Example.com:443", "https://graph.example.com"),
        ("https://example.com/graph/", "https://example.com/graph"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_the_public_address_is_normalised(given: str, address: str) -> None:
    assert read_settings(**LIVE | {"public_url": given}).public_address == address


@pytest.mark.parametrize(
    "name",
    [
        "public_url",
        "printful_api_url",
        "square_api_url",
        "shopify_storefront_url",
        "shopify_admin_url",
        "shopify_oauth_url",
        "square_webhook_notification_url",
    ],
)
@pytest.mark.parametrize("given", ["graph.example.com", "localhost:8000", "//graph.example.com", "https:/a.example"])
def test_an_address_without_a_scheme_is_refused(name: str, given: str) -> None:
    assert problem(square_webhook_signature_key="k", **{name: given}).startswith(f"{name.upper()} is {given!r}: ")


def test_squares_address_is_used_exactly_as_written() -> None:
    address = "https://Graph.example.com:443/webhooks/square/"
    given = {"square_webhook_signature_key": "k", "square_webhook_notification_url": address}

    assert read_settings(**LIVE | given).webhook_proofs().square_url == address


@pytest.mark.parametrize("name", ["pos_locations", "printful_shipping_methods", "cache_seconds"])
@pytest.mark.parametrize("given", ["{", "[1]", "main", '{"a": {}}'])
def test_a_json_setting_that_is_not_an_object_is_named(name: str, given: str) -> None:
    assert problem(**{name: given}).startswith(f"{name.upper()} is ")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("pos_locations", '{"1": ""}'),
        ("pos_locations", '{" ": "L"}'),
        ("printful_shipping_methods", '{"Express": " "}'),
    ],
)
def test_a_json_setting_with_an_empty_name_or_value_is_refused(name: str, given: str) -> None:
    assert "is empty" in problem(**{name: given})


@pytest.mark.parametrize("number", ["inf", "nan", "1e999"])
@pytest.mark.parametrize("name", [n for n, field in Settings.model_fields.items() if field.annotation is float])
def test_a_number_has_to_be_finite(name: str, number: str) -> None:
    assert problem(**{name: number}).startswith(f"{name.upper()} is ")


@pytest.mark.parametrize("seconds", ["-5", "NaN", "Infinity"])
def test_a_lifetime_that_is_no_number_of_seconds_is_named(seconds: str) -> None:
    text = problem(cache_seconds=f'{{"stock_fresh_s": {seconds}}}')
    assert text.startswith("CACHE_SECONDS is ")
    assert ("STOCK: -5.0 is no lifetime" in text) is (seconds == "-5")


def test_an_environment_file_that_is_not_utf8_is_named(tmp_path: Any) -> None:
    (tmp_path / ".env").write_bytes(b"CAFE_MENU_HANDLE=caf\xe9\n")

    with pytest.raises(SettingsError, match="save it as UTF-8"):
        read_settings_of(Settings)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("::", "http://localhost:8000"),
        ("[::1]", "http://localhost:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("2001:db8::7", "http://[2001:db8::7]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(host: str, address: str) -> None:
    assert read_settings(host=host).public_address == address


@pytest.mark.parametrize(("mode", "is_live"), [("Live", True), ("LIVE", True), ("Sandbox", False), ("SANDBOX", False)])
def test_the_mode_is_known_in_any_case(mode: str, is_live: bool) -> None:
    settings = read_settings(**LIVE | {"gateway_mode": mode, "log_level": "warning"})

    assert (settings.mode == "live") is is_live
    assert settings.log_level == "WARNING"


@pytest.mark.parametrize("mode", ["production", "lives", "sand box"])
def test_an_unknown_mode_is_refused_and_is_not_the_sandbox(mode: str) -> None:
    assert problem(gateway_mode=mode).startswith("GATEWAY_MODE is ")


@pytest.mark.parametrize("number", ["1 2", "\u2460", "1\n2"])
def test_a_store_number_that_no_header_can_carry_is_refused(number: str) -> None:
    assert problem(printful_api_key="k", printful_store_id=number).startswith("PRINTFUL_STORE_ID is ")


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("art.example.com", "art.example.com"),
        ("https://Art.Example.com/", "art.example.com"),
        ("art.example.com:443", "art.example.com"),
        ("http://art.example.com:80", "art.example.com"),
        ("art.example.com:8443", "art.example.com:8443"),
        ('"art.example.com" ', "art.example.com"),
    ],
)
def test_a_host_of_art_is_normalised(given: str, host: str) -> None:
    settings = read_settings(**LIVE | {"art_hosts": given})

    assert settings.art_hosts == (host,)
    assert settings.designs().allows(f"https://{host}/waves.png")


@pytest.mark.parametrize("given", ["https://art.example.com/designs", "ftp://art.example.com", "*.example.com", "a b"])
def test_an_invalid_host_of_art_is_refused(given: str) -> None:
    assert problem(art_hosts=given).startswith("ART_HOSTS is ")


def test_an_environment_file_from_windows_is_read(tmp_path: Any) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfSHOPIFY_SHOP_NAME=kynda\r\nSHOPIFY_STOREFRONT_PUBLIC_TOKEN='t'\r\n")
    settings = read_settings_of(Settings)

    assert settings.shop == "kynda.myshopify.com"
    assert settings.storefront().public_token == "t"


@pytest.mark.parametrize(
    ("name", "address", "reason"),
    [
        ("DATABASE_URL", f"postgresql://kynda:{PASSWORD}@host:abc/db", "port is not a number"),
        ("DATABASE_URL", f"postgresql://kynda:{PASSWORD}@[::1/db", "port is not a number"),
        ("DATABASE_URL", f"postgresql://kynda:{PASSWORD}@host/db?channel_binding=require", "'channel_binding'"),
        ("DATABASE_URL", "sqlite:///history.db?sslmode=require", "'sslmode'"),
        ("REDIS_URL", f"redis://:{PASSWORD}@host:abc/0", "port"),
        ("REDIS_URL", f"redis://:{PASSWORD}/x@host:6379/0", "port"),
        ("REDIS_URL", f"redis://:{PASSWORD}@[::1/0", "port"),
        ("REDIS_URL", f"redis://:{PASSWORD}@host/0?socket_timeout=soon", "wrong value"),
        ("REDIS_URL", f"redis://:{PASSWORD}@host/0?sslmode=require", "option after the `?` is unknown"),
    ],
)
def test_an_address_that_cannot_work_ends_the_start_without_showing_it(name: str, address: str, reason: str) -> None:
    found = problem(**{name.lower(): address})

    assert found.startswith(f"{name} cannot be used: ")
    assert reason in found
    assert PASSWORD not in found


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "postgres://kynda:p%40ss@host/db?sslmode=require"),
        ("DATABASE_URL", "sqlite:////data/history.db"),
        ("REDIS_URL", "rediss://default:p%40ss@host:6380/0?ssl_cert_reqs=none"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1"),
    ],
)
def test_usual_addresses_are_accepted(name: str, address: str) -> None:
    settings = read_settings(**LIVE | {name.lower(): address})

    assert getattr(settings, name.lower()).get_secret_value() == address
