"""Which of Shopify's webhooks are accepted, and what their headers contain."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.webhooks import MAX_DEPTH, WebhookRefused, read_document, read_shopify_event, read_time
from sandbox.store import SHOP_DOMAIN
from tests.signed import SECRET, headers, signature

BODY = b'{"id":1,"title":"Caf\xc3\xa9"}'


def reason(body: bytes, sent: dict[str, str], *secrets: str) -> str:
    with pytest.raises(WebhookRefused) as refused:
        read_shopify_event(sent, body, secrets=secrets or (SECRET,), shop=SHOP_DOMAIN)
    return refused.value.reason


def test_a_signed_webhook_is_read_with_its_headers() -> None:
    event = read_shopify_event(headers(BODY, "products/update"), BODY, secrets=[SECRET], shop=SHOP_DOMAIN)

    assert (event.topic, event.body, event.event_id, event.api_version) == (
        "products/update",
        BODY,
        "event-1",
        "2026-10",
    )
    assert event.delivery_id is not None
    assert event.triggered_at == datetime(2026, 11, 22, 12, 0, 0, 123456, UTC)


def test_a_known_signature_is_that_of_its_secret_and_body() -> None:
    """By openssl: printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64"""
    known = headers(b'{"id":1}', "products/delete", hmac_sha256="VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=")

    assert read_shopify_event(known, b'{"id":1}', secrets=["hush"], shop=SHOP_DOMAIN).topic == "products/delete"


def test_the_previous_secret_is_accepted_while_it_is_set() -> None:
    old = headers(BODY, "products/update", hmac_sha256=signature(BODY, "old"))

    assert read_shopify_event(old, BODY, secrets=["new", "old"], shop=SHOP_DOMAIN).body == BODY
    assert reason(BODY, old, "new") == "forged"


def test_a_wrong_secret_is_refused() -> None:
    assert reason(BODY, headers(BODY, "products/update"), "another") == "forged"


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_all_is_refused(secrets: list[str]) -> None:
    sent = headers(BODY, "products/update", hmac_sha256=signature(BODY, ""))

    with pytest.raises(WebhookRefused):
        read_shopify_event(sent, BODY, secrets=secrets, shop=SHOP_DOMAIN)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [("", "unsigned"), ("geschützt", "forged"), ("\x00", "forged"), ("=" * 10_000, "forged")],
)
def test_an_invalid_signature_is_refused(shown: str, expected: str) -> None:
    assert reason(BODY, headers(BODY, "products/update", hmac_sha256=shown)) == expected


def test_a_webhook_without_signature_is_refused() -> None:
    sent = headers(BODY, "products/update")
    del sent["x-shopify-hmac-sha256"]

    assert reason(BODY, sent) == "unsigned"


def test_a_signed_body_that_is_no_text_is_refused() -> None:
    assert reason(b"\xff\xfe", headers(b"\xff\xfe", "products/update")) == "forged"


def test_another_shops_webhook_is_refused() -> None:
    assert reason(BODY, headers(BODY, "products/update", shop_domain="other.myshopify.com")) == "other_shop"


@pytest.mark.parametrize(
    ("shop", "sender", "is_ours"),
    [
        ("shop.kynda.example", "kynda.myshopify.com", True),
        ("shop.kynda.example", "shop.kynda.example", True),
        ("shop.kynda.example", "evil.example", False),
        ("shop.kynda.example", "kynda.myshopify.com.evil.example", False),
        ("shop.kynda.example", "", False),
        ("kynda.myshopify.com", "other.myshopify.com", False),
        ("kynda.myshopify.com", "shop.kynda.example", False),
    ],
)
def test_a_shop_set_by_another_domain_receives_its_webhooks(shop: str, sender: str, is_ours: bool) -> None:
    sent = headers(BODY, "products/update", shop_domain=sender)

    if is_ours:
        assert read_shopify_event(sent, BODY, secrets=[SECRET], shop=shop).body == BODY
    else:
        with pytest.raises(WebhookRefused, match="other_shop"):
            read_shopify_event(sent, BODY, secrets=[SECRET], shop=shop)


def test_the_shop_is_named_in_any_case() -> None:
    sent = headers(BODY, "products/update", shop_domain=SHOP_DOMAIN.upper())

    assert read_shopify_event(sent, BODY, secrets=[SECRET], shop=SHOP_DOMAIN).body == BODY


def test_a_webhook_without_a_topic_is_refused() -> None:
    assert reason(BODY, headers(BODY, "")) == "no_topic"


@given(body=st.text().map(str.encode), place=st.integers(0), bit=st.integers(0, 7))
def test_one_changed_bit_of_the_body_is_detected(body: bytes, place: int, bit: int) -> None:
    sent = headers(body, "products/update")
    changed = bytearray(body or b" ")
    changed[place % len(changed)] ^= 1 << bit

    if bytes(changed) != body:
        assert reason(bytes(changed), sent) == "forged"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T12:00:00.123456789Z", datetime(2026, 11, 22, 12, 0, 0, 123456, UTC)),
        ("2026-11-22T12:00:00Z", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("2026-11-22T12:00:00.5Z", datetime(2026, 11, 22, 12, 0, 0, 500000, UTC)),
        ("2026-11-22T07:00:00-05:00", datetime(2026, 11, 22, 7, tzinfo=timezone(timedelta(hours=-5)))),
        ("2026-11-22T12:00:00", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
        (20261122, None),
    ],
)
def test_times_are_read_in_each_of_shopifys_forms(text: object, moment: datetime | None) -> None:
    assert read_time(text) == moment


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 999))
def test_nanoseconds_are_cut_to_microseconds(moment: datetime, nanoseconds: int) -> None:
    assert read_time(f"{moment:%Y}".zfill(4) + f"{moment:-%m-%dT%H:%M:%S.%f}{nanoseconds:03}Z") == moment


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b'"text"', b"null"])
def test_a_document_is_an_object(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 each has words of its own
        read_document(body)


def test_a_document_is_only_so_deep() -> None:
    deep = b'{"a":' * (MAX_DEPTH - 1) + b"1" + b"}" * (MAX_DEPTH - 1)

    assert read_document(deep)
    with pytest.raises(ValueError, match="levels deep"):
        read_document(b'{"a":' + deep + b"}")
    with pytest.raises(ValueError):  # noqa: PT011
        read_document(b'{"a":' + b"[" * 100_000)
