"""One log line for each executed operation, and no secrets in the log of a whole run."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from edge.logs import set_up_logs
from tests.serving import STAFF, Served

STOCK = "query Stock { products(first: 1) { nodes { variants(first: 1) { nodes { inventory { tracked } } } } } }"
CART = "gid://shopify/Cart/c1?key=planted-cart-key"
PLANTED = (
    "planted-cart-key",
    "planted-cookie",
    "planted-token",
    "shpat_planted0123456789",
    "zerlina",
    "quibblefort",
    "marmalade",
    "5125550199",
    "512-555-0199",
    "sandbox-staff",
    "planted-password",
)
BUYER = {
    "email": "zerlina@quibblefort.example",
    "phone": "+15125550199",
    "customerAccessToken": "planted-token",
}


async def test_an_executed_operation_is_one_line_with_its_upstream_requests(gateway: Served) -> None:
    with capture_logs() as logs:
        response = await gateway.http.post("/graphql", json={"query": STOCK, "operationName": "Stock"})

    [line] = [each for each in logs if each["event"] == "operation_answered"]
    assert line["request_id"] == response.headers["x-request-id"]
    assert (line["operation"], line["is_staff"], line["cache"]) == ("Stock", False, "MISS")
    assert line["cost"] > 0
    assert line["duration_ms"] >= 0
    assert line["codes"] == []
    assert [call["upstream"] for call in line["upstream_calls"]] == ["storefront", "admin"]
    assert {call["outcome"] for call in line["upstream_calls"]} == {"ok"}
    assert line["upstream_call_count"] == 2


async def test_an_answer_from_memory_is_no_line(gateway: Served) -> None:
    await gateway.ask("{ shop { name } }")
    with capture_logs() as logs:
        await gateway.ask("{ shop { name } }")

    assert logs == []


async def test_errors_are_named_by_their_codes(gateway: Served) -> None:
    with capture_logs() as logs:
        await gateway.ask("{ cacheStats { maxBytes } }")

    [line] = [each for each in logs if each["event"] == "operation_answered"]
    assert (line["codes"], line["upstream_calls"]) == (["FORBIDDEN"], [])


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield io.StringIO()
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


async def whole_run(gateway: Served) -> None:
    """Operations, refusals, outages and webhooks, each with something that must not be logged."""
    headers = {"cookie": "_y=planted-cookie", "authorization": "Bearer planted-token"}
    operations: list[dict[str, Any]] = [
        {"query": "query ($id: ID!) { cart(id: $id) { id } }", "variables": {"id": CART}},
        {"query": f'{{ cart(id: "{CART}") {{ id }} }}', "operationName": "zerlina quibblefort"},
        {"query": "mutation ($b: CartBuyerIdentityInput!) { cartCreate(input: {buyerIdentity: $b}) { cart { id } } }"},
        {
            "query": 'mutation { customerAccessTokenCreate(input: {email: "zerlina@quibblefort.example", '
            'password: "planted-password"}) { customerAccessToken { accessToken } } }'
        },
        {"query": 'query { shopOrder(name: "#1", email: "zerlina@quibblefort.example") { name } }'},
        {"query": 'query { shopOrder(name: "#1", phone: "512-555-0199") { name } }'},
    ]
    operations[2]["variables"] = {"b": BUYER}
    for kind in (None, "status", "html", "truncated"):
        if kind is not None:
            for upstream in ("storefront", "admin"):
                gateway.sandbox.faults.add(upstream, kind, times=3)
        for operation in operations:
            await gateway.http.post("/graphql", json=operation, headers=headers)
            await gateway.http.post("/graphql", json=operation, headers=STAFF)
        gateway.sandbox.faults.clear()
    body = json.dumps({"id": 1, "email": BUYER["email"], "address1": "77 Marmalade Crescent"}).encode()
    for path in ("/webhooks/shopify", "/webhooks/square", "/webhooks/printful/planted-token"):
        await gateway.http.post(path, content=body, headers={"x-shopify-access-token": "shpat_planted0123456789"})


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "terminal"])
async def test_a_whole_run_logs_none_of_the_planted_secrets(gateway: Served, out: io.StringIO, as_json: bool) -> None:
    set_up_logs("DEBUG", as_json=as_json, to=out)
    await whole_run(gateway)

    text = out.getvalue().casefold()
    assert "operation_answered" in text
    assert "upstream_request_failed" in text
    assert "webhook_refused" in text
    assert [secret for secret in PLANTED if secret.casefold() in text] == []
    if as_json:
        assert all(isinstance(json.loads(line), dict) for line in out.getvalue().splitlines())
