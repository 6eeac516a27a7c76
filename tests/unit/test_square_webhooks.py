"""Square's webhooks: which are accepted, and what they contain."""

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from square.utils.webhooks_helper import verify_signature

from clients.square_webhooks import FulfillmentUpdate, SquareEvent, read_square_event
from clients.webhooks import WebhookRefused

KEY = "signature-key"
URL = "https://kynda.example/webhooks/square"
UPDATED = {
    "merchant_id": "M1",
    "type": "order.fulfillment.updated",
    "event_id": "e-1",
    "created_at": "2026-03-02T09:00:00.123456789Z",
    "data": {
        "type": "order_fulfillment_updated",
        "id": "sq1",
        "object": {
            "order_fulfillment_updated": {
                "order_id": "sq1",
                "version": 7,
                "location_id": "LOC1",
                "state": "OPEN",
                "fulfillment_update": [{"fulfillment_uid": "f1", "old_state": "RESERVED", "new_state": "PREPARED"}],
            }
        },
    },
}


def signature(body: bytes, *, key: str = KEY, url: str = URL) -> str:
    return base64.b64encode(hmac.digest(key.encode(), url.encode() + body, hashlib.sha256)).decode()


def read(body: bytes, sign: str | None = None, *, key: str = KEY, url: str = URL) -> SquareEvent:
    headers = {"x-square-hmacsha256-signature": signature(body) if sign is None else sign}
    return read_square_event(headers, body, signature_key=key, notification_url=url)


def document(**changes: Any) -> bytes:
    return json.dumps({**UPDATED, **changes}).encode()


def refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(WebhookRefused) as caught:
        read(*arguments, **options)
    return caught.value.reason


def test_an_event_names_the_changed_order_and_its_state() -> None:
    assert read(document()) == SquareEvent(
        type="order.fulfillment.updated",
        event_id="e-1",
        order_id="sq1",
        version=7,
        location_id="LOC1",
        state="OPEN",
        fulfillment_updates=(FulfillmentUpdate("f1", "RESERVED", "PREPARED"),),
        created_at=datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["order_created", "order_updated"])
def test_all_events_of_orders_are_read(name: str) -> None:
    event = read(document(data={"object": {name: {"order_id": "sq1", "version": 1, "state": "OPEN"}}}))
    assert (event.order_id, event.version, event.state, event.fulfillment_updates) == ("sq1", 1, "OPEN", ())


def test_an_event_about_another_object_has_no_order() -> None:
    event = read(document(type="payment.created", data={"object": {"payment": {"order_id": "sq1"}}}))
    assert (event.type, event.order_id) == ("payment.created", None)


@pytest.mark.parametrize("data", [None, 5, [], {"object": 5}, {"object": {"order_updated": ["sq1"]}}])
def test_odd_data_has_no_order(data: Any) -> None:
    assert read(document(data=data)).order_id is None


def test_unknown_fulfillment_updates_are_left_out() -> None:
    order = {"order_id": "sq1", "version": "7", "fulfillment_update": [5, {}, {"fulfillment_uid": "f1"}]}
    event = read(document(data={"object": {"order_updated": order}}))
    assert event.fulfillment_updates == (FulfillmentUpdate("f1", None, None),)
    assert event.version is None


def test_an_unsigned_webhook_is_refused() -> None:
    assert refusal(document(), "") == "unsigned"


@pytest.mark.parametrize("forged", ["AAAA", "ä", "é" * 44, signature(document()).lower()])
def test_a_forged_webhook_is_refused(forged: str) -> None:
    assert refusal(document(), forged) == "forged"


def test_a_signature_over_the_body_alone_is_refused() -> None:
    assert refusal(document(), signature(document(), url="")) == "forged"


def test_a_signature_for_another_address_is_refused() -> None:
    assert refusal(document(), signature(document(), url=f"{URL}/")) == "forged"


@pytest.mark.parametrize(("key", "url"), [("", URL), (KEY, "")])
def test_without_a_key_or_an_address_everything_is_refused(key: str, url: str) -> None:
    assert refusal(document(), signature(document(), key=key, url=url), key=key, url=url) == "forged"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b"{}", b'{"type": "order.updated"}', b'{"type": 1, "event_id": "e"}', b'{"a":' * 99],
)
def test_a_signed_body_that_is_not_an_event_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(body)


def test_an_event_deeper_than_any_of_square_s_is_no_event() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"deeper": deep}
    with pytest.raises(ValueError, match="levels deep"):
        read(document(data=deep))


@given(body=st.text(min_size=1), key=st.text(min_size=1), url=st.text(min_size=1))
def test_square_s_own_package_agrees_on_signatures(body: str, key: str, url: str) -> None:
    made = signature(body.encode(), key=key, url=url)
    assert verify_signature(request_body=body, signature_header=made, signature_key=key, notification_url=url)
    headers = {"x-square-hmacsha256-signature": made}
    with suppress(ValueError):  # proven, though no event
        read_square_event(headers, body.encode(), signature_key=key, notification_url=url)
