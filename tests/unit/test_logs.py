"""No personal data reaches the log, whatever the field and the logger."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from edge.logs import set_up_logs, without_private_parts

PRIVATE = ["dana@example.com", "o'brien@example.com", "d%40example.com", "dana@bücher.example", "+1 512-555-0100"]
PRIVATE += ["gid://shopify/Cart/c1?key=s3cret", "/checkouts/cn/1?a=b&key=s3cret", "c1%3Fkey%3Ds3cret"]
PRIVATE += ["shpat_0123456789abcdef", "Bearer abc.def-ghi", "(512) 555-0100", "512.555.0100", "Basic czNjcmV0czNjcmV0"]
PRIVATE += [
    "https://g.example/webhooks/printful/s3cret-s3cret-s3",
    "redis://user:s3cret@host",
    "eyJhbGci.eyJzdWI.s3cret",
]
PRIVATE += [
    '{"customerAccessToken": "s3cret"}',
    "{'phone': '5125550100', 'zip': '78701'}",
    '"{\\"address1\\": \\"5 Main\\"}"',
]
PRIVATE += ["X-Shopify-Access-Token: s3cret", '{"firstName":"Dana","lastName":"Sample"}']
LEAKS = ["@ex", "@bü", "%40", "555-0100", "s3cret", "0123456789abcdef", "abc.def", "55.0100", "czNj", "78701", "5 Main"]
LEAKS += ["Dana", "Sample", "5125550100"]


def raised(text: str) -> BaseException:
    try:
        try:
            raise ValueError(f"inner {text}")
        except ValueError as error:
            raise RuntimeError(f"outer {text}") from error
    except RuntimeError as error:
        return error


PLACES: dict[str, Callable[[Any, str], None]] = {
    "field": lambda log, text: log.warning("event", detail=text),
    "event": lambda log, text: log.warning(f"event {text}"),
    "argument": lambda log, text: log.warning("event %s", text),
    "list": lambda log, text: log.warning("event", more=["a", text]),
    "set": lambda log, text: log.warning("event", more={text}),
    "dict": lambda log, text: log.warning("event", more={"a": {"b": [(text,)]}}),
    "key": lambda log, text: log.warning("event", more={text: 1}),
    "bytes": lambda log, text: log.warning("event", more=text.encode()),
    "exception": lambda log, text: log.warning("event", more=raised(text)),
    "traceback": lambda log, text: log.error("event", exc_info=raised(text)),
}


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    handlers = logging.getLogger().handlers[:]
    yield io.StringIO()
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()


@pytest.mark.parametrize("text", PRIVATE)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("as_json", [True, False])
def test_no_personal_data_is_logged(out: io.StringIO, as_json: bool, place: str, text: str) -> None:
    set_up_logs("INFO", as_json=as_json, to=out)
    PLACES[place](structlog.get_logger("gateway"), text)

    assert "event" in out.getvalue()
    assert "***" in out.getvalue()
    assert [leak for leak in LEAKS if leak in out.getvalue()] == []


@pytest.mark.parametrize("text", PRIVATE)
@pytest.mark.parametrize("as_json", [True, False])
def test_libraries_log_no_personal_data(out: io.StringIO, as_json: bool, text: str) -> None:
    set_up_logs("INFO", as_json=as_json, to=out)
    logging.getLogger("uvicorn.error").error("event %s %r", text, {"a": text}, exc_info=raised(text))
    logging.getLogger("httpx").debug("quiet")

    assert "event " in out.getvalue()
    assert "quiet" not in out.getvalue()
    assert "***" in out.getvalue()
    assert [leak for leak in LEAKS if leak in out.getvalue()] == []


def test_other_data_is_logged(out: io.StringIO) -> None:
    set_up_logs("INFO", as_json=True, to=out)
    facts = {"order": "gid://shopify/Order/5512555010042", "at": "2026-11-22T12:00:00+00:00", "path": ["a", 1, "b"]}
    facts |= {"host": "https://kynda.myshopify.com:443/x@y", "external_id": "5512555010042"}
    facts |= {"detail": "zip is missing", "said": "token expired"}
    structlog.get_logger("gateway").info("order_forwarded", **facts)

    logged = json.loads(out.getvalue())
    assert {name: logged[name] for name in facts} == facts


def test_a_field_that_is_named_as_a_secret_is_not_logged(out: io.StringIO) -> None:
    set_up_logs("INFO", as_json=True, to=out)
    structlog.get_logger("gateway").info("asked", headers={"Authorization": "hush-hush"}, token="hush-hush")

    assert "hush" not in out.getvalue()


@pytest.mark.parametrize(
    ("detail", "logged"),
    [
        ("Invalid global id 'gid://shopify/Cart/c1?key=s3cret'", "Invalid global id 'gid://shopify/Cart/c1?key=***'"),
        ("Cart c1?a=1&key=s3cret&b=2 is gone", "Cart c1?a=1&key=***&b=2 is gone"),
        ("Email 'buyer+shop@example.com' is taken", "Email '***' is taken"),
        ("first cannot be negative", "first cannot be negative"),
    ],
)
def test_personal_data_in_upstream_errors_is_removed(detail: str, logged: str) -> None:
    event = without_private_parts(None, "warning", {"detail": detail, "status": 400})

    assert event == {"detail": logged, "status": 400}
