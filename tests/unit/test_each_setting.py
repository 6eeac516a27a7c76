"""Each setting, also a new one: pasted with whitespace and quotes, left empty, and with a value of a wrong kind.

The values go through the environment. A setting either has its value or the start ends with a sentence.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from app import Settings, SettingsError
from edge.settings import read_settings

FIELDS = Settings.model_fields
# Values of settings whose kind does not say what fits, and the settings that they need beside them.
FITTING: dict[str, str] = {
    "gateway_mode": "live",
    "shopify_store_domain": "kynda.myshopify.com",
    "printful_store_id": "7",
    "pos_locations": '{"65000000001": "LMAIN"}',
    "shopify_storefront_url": "https://kynda.example/api/2026-10/graphql.json",
    "shopify_admin_url": "https://kynda.example/admin/api/2026-10/graphql.json",
    "shopify_oauth_url": "https://kynda.example/admin/oauth/access_token",
    "designs_json": "[]",
    "host": "::1",
    "printful_confirm": "hold:30",
}
LIVE = {"SHOPIFY_STORE_DOMAIN": "kynda.myshopify.com", "SHOPIFY_STOREFRONT_PRIVATE_TOKEN": "token"}
BESIDE: dict[str, dict[str, str]] = {
    "cdn": {"CLOUDFLARE_ZONE_ID": "zone", "CLOUDFLARE_API_TOKEN": "token"},
    "shopify_client_id": {"SHOPIFY_CLIENT_SECRET": "secret"},
    "shopify_client_secret": {"SHOPIFY_CLIENT_ID": "client"},
    "printful_store_id": {"PRINTFUL_API_KEY": "token"},
    "active_pos_system": {"SQUARE_ACCESS_TOKEN": "token", "SQUARE_LOCATION_ID": "L"},
    "square_webhook_notification_url": {"SQUARE_WEBHOOK_SIGNATURE_KEY": "key"},
    "printful_api_key": {"PRINTFUL_STORE_ID": "1"},
    "square_access_token": {"ACTIVE_POS_SYSTEM": "square", "SQUARE_LOCATION_ID": "L"},
    "square_webhook_signature_key": {"SQUARE_WEBHOOK_NOTIFICATION_URL": "https://g.example/webhooks/square"},
}
TEXTS = tuple(
    name for name in FIELDS if str(FIELDS[name].annotation) in ("<class 'str'>", "str | None") and name != "host"
)
FILES = ("designs_file", "trusted_documents")


class Exported(Settings):
    """Settings of the environment alone: looking for a `.env` as well would double the time."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (env_settings,)


def fitting(name: str, folder: Path) -> str:
    """A value that the setting takes, and that is not its default where the kind allows it."""
    if name in FITTING:
        return FITTING[name]
    kind, default = str(FIELDS[name].annotation), FIELDS[name].get_default(call_default_factory=True)
    if name in FILES:
        path = folder / f"{name}.json"
        path.write_text("[]" if name == "designs_file" else json.dumps({"0" * 64: "{ shop { name } }"}))
        return str(path)
    if FIELDS[name].examples:
        return str(FIELDS[name].examples[0])  # type: ignore[index]
    if "SecretStr" in kind:
        return "a-token-of-30-characters-000000"
    if "bool" in kind:
        return "false" if default else "true"
    if isinstance(default, (int, float, Decimal)):
        return f"{default:g}" if isinstance(default, float) else str(default)
    return str(default) if default not in (None, PydanticUndefined, (), {}) else "kynda"


def refusal(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Why the settings are refused with that value in the environment; None when they are not."""
    try:
        read(name, value, monkeypatch)
    except SettingsError as error:
        return str(error)
    return None


def read(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The value of a setting as the gateway has it."""
    for each, text in {**LIVE, **BESIDE.get(name, {}), name.upper(): value}.items():
        monkeypatch.setenv(each, text)
    return getattr(read_settings(Exported), name)


@pytest.fixture(scope="module", autouse=True)
def empty_environment() -> Iterator[None]:
    """No setting of the machine, for all tests here."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in FIELDS:
            monkeypatch.delenv(name.upper(), raising=False)
        yield


@pytest.fixture(scope="module")
def defaults(empty_environment: None) -> Exported:
    """A live gateway's settings with nothing more than it needs."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, text in LIVE.items():
            monkeypatch.setenv(name, text)
        return read_settings(Exported)


@pytest.mark.parametrize("name", FIELDS)
def test_whitespace_and_quotes_around_a_value_change_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    value = fitting(name, tmp_path)
    plain = read(name, value, monkeypatch)

    quotes = ["'{}'"] if '"' in value else ["'{}'", '"{}"', ' "{}" \n', "`{}`"]
    for pasted in ("{}\n", " {} ", "\r\n{}\r\n", "\t{}", "\ufeff{}\u200b", *quotes):
        assert read(name, pasted.format(value), monkeypatch) == plain, pasted


@pytest.mark.parametrize("name", [name for name in FIELDS if name.upper() not in LIVE])
@pytest.mark.parametrize("empty", ["", " ", "\n", '""', "' '"])
def test_an_empty_value_is_as_none(name: str, empty: str, defaults: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    for each, text in {**LIVE, name.upper(): empty}.items():
        monkeypatch.setenv(each, text)

    assert getattr(read_settings(Exported), name) == getattr(defaults, name)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("broken", ["\n", "\r"], ids=["newline", "return"])
def test_a_control_character_within_a_value_is_refused(
    name: str, broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    value = fitting(name, tmp_path)
    middle = max(1, len(value) // 2)
    why = refusal(name, f"{value[:middle]}{broken}{value[middle:]}", monkeypatch)

    if value.startswith("["):
        assert why is None  # JSON may have line breaks between its parts
    elif why is None:
        assert read(name, value, monkeypatch) == read(name, f"{value[:middle]}{broken}{value[middle:]}", monkeypatch)
    else:
        assert name.upper() in why
        assert len(why.splitlines()) == 1


def takes_any_text(name: str) -> bool:
    """Whether any text of one line is a value: a name, or a list of names."""
    return name in ("shopify_shop_name", "cafe_menu_handle", "charge_lines", "pay_at_counter_gateways", *TEXTS)


@pytest.mark.parametrize("name", [name for name in FIELDS if not takes_any_text(name)])
def test_a_value_of_a_wrong_kind_is_refused_with_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    why = refusal(name, "neither this nor that", monkeypatch)

    assert why is not None
    assert name.upper() in why
    assert why.endswith(".")
    assert len(why.splitlines()) == 1


def is_number(name: str) -> bool:
    default = FIELDS[name].default
    kind = str(FIELDS[name].annotation)
    return (
        "Mapping" not in kind
        and not isinstance(default, bool)
        and any(each in kind for each in ("int", "float", "Decimal"))
    )


@pytest.mark.parametrize("name", [name for name in FIELDS if is_number(name)])
@pytest.mark.parametrize("number", ["nan", "inf", "-1", "1e400", "0x10", "1,5", "12 000", "٣x"])
def test_a_number_that_makes_no_sense_is_refused(name: str, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    why = refusal(name, number, monkeypatch)

    assert why is not None
    assert name.upper() in why


def test_the_tables_here_name_existing_settings() -> None:
    named: Mapping[str, Any] = {**FITTING, **BESIDE, **dict.fromkeys(FILES)}

    assert set(named) <= set(FIELDS)
