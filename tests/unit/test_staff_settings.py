"""STAFF_TOKENS: names and tokens as people paste them, and what is said about wrong ones."""

import json
from typing import Any

import pytest

from app import SettingsError, read_settings

LIVE = {"shopify_store_domain": "kynda.myshopify.com", "shopify_storefront_private_token": "t"}
ADAS = '{"Ada": "adas-token"}'


def problem(**given: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        read_settings(**LIVE, **given)
    return str(refused.value)


@pytest.mark.parametrize("pasted", [ADAS, f" {ADAS}\n", f"'{ADAS}'", '{" Ada ": "adas-token\\n"}', json.loads(ADAS)])
def test_named_tokens_are_read_as_they_are_pasted(pasted: Any) -> None:
    assert read_settings(**LIVE, staff_tokens=pasted).staff_token_texts == {"Ada": "adas-token"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Ada: adas-token", "it is not JSON"),
        ('["adas-token"]', "dictionary"),
        ('{"Ada": 5}', "string"),
        ('{"Ada": ""}', "empty value"),
        ('{"": "adas-token"}', "a name is empty"),
        ('{"A\\u0007": "adas-token"}', "not printable"),
        ('{"Ada": "adas token"}', "copy it again"),
        ('{"Ada": "adas-token", "Ben": "adas-token"}', "one of its own"),
    ],
)
def test_wrong_named_tokens_are_refused_without_showing_them(given: str, words: str) -> None:
    text = problem(staff_tokens=given)

    assert text.startswith("STAFF_TOKENS")
    assert words in text
    assert "adas" not in text


def test_the_shared_token_names_no_person() -> None:
    assert "repeats the token" in problem(staff_token="adas-token", staff_tokens=ADAS)
    assert "choose another name" in problem(staff_tokens='{"staff": "adas-token"}')


def test_named_tokens_are_not_in_what_is_printed() -> None:
    assert "adas-token" not in repr(read_settings(**LIVE, staff_tokens=ADAS))
