"""Every answer's HEAD, request id, CORS headers, and one log line a failure."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from app import create_app
from edge.logs import set_up_logs
from tests.serving import GivenSettings, Served, sandbox_at_noon, serving
from tests.virtual_time import in_no_time, virtual_timing

SHOP = {"query": "{ shop { name } }"}
STOCK = "{ products(first: 5) { nodes { variants(first: 2) { nodes { inventory { tracked } } } } } }"
ORIGIN = {"origin": "http://localhost:3000"}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as JSON lines."""
    handlers, out = logging.getLogger().handlers[:], io.StringIO()
    set_up_logs("INFO", as_json=True, to=out)
    yield out
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()


@pytest.mark.parametrize("path", ["/health", "/ready", "/schema.graphql", "/", "/graphql?query={shop{name}}"])
async def test_head_answers_as_get_without_a_body(gateway: Served, path: str) -> None:
    preflight = {"graphql-preflight": "1"}
    get, head = await gateway.http.get(path, headers=preflight), await gateway.http.head(path, headers=preflight)

    assert head.status_code == get.status_code < 400
    assert head.content == b""
    assert head.headers.get("content-type") == get.headers.get("content-type")
    assert head.headers.get("content-length") == get.headers.get("content-length")


async def test_head_of_the_page_is_answered() -> None:
    async with serving(sandbox_at_noon(), graphiql=True) as gateway:
        head = await gateway.http.head("/graphql", headers={"accept": "text/html"})

    assert head.status_code == 200
    assert head.content == b""


@pytest.mark.parametrize("sandbox_path", ["/sandbox", "/sandbox/clock", "/sandbox/designs.json", "/sandbox/orders"])
async def test_head_of_a_sandbox_page_is_answered(gateway: Served, sandbox_path: str) -> None:
    assert (await gateway.http.head(sandbox_path)).status_code == 200


async def test_head_of_an_unknown_mockup_is_not_found(gateway: Served) -> None:
    assert (await gateway.http.head("/mockups/unknown.png")).status_code == 404


async def test_a_mutation_is_refused_by_head_too(gateway: Served) -> None:
    accept = {"accept": "application/graphql-response+json", "graphql-preflight": "1"}
    answer = await gateway.http.head("/graphql?query=mutation{cartCreate{cart{id}}}", headers=accept)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert gateway.requests == {}


@pytest.mark.parametrize("name", ["age", "x-request-id", "x-gateway-mode", "retry-after", "etag", "ratelimit-reset"])
async def test_pages_of_other_origins_can_read_our_headers(gateway: Served, name: str) -> None:
    answer = await gateway.http.post("/graphql", json=SHOP, headers=ORIGIN)

    assert name in answer.headers["access-control-expose-headers"].lower()


async def test_several_x_forwarded_for_headers_form_one_list() -> None:
    async with serving(sandbox_at_noon(), trusted_proxies="127.0.0.1,10.0.0.0/8") as gateway:
        headers = [("x-forwarded-for", "203.0.113.9:40000"), ("x-forwarded-for", "10.0.0.2")]
        await gateway.http.post("/graphql", json=SHOP, headers=headers)

        assert gateway.sandbox.faults.log[-1].headers["shopify-storefront-buyer-ip"] == "203.0.113.9"


@pytest.mark.parametrize("path", ["/health", "/webhooks/square", "/nowhere", "/mockups/x.png"])
async def test_every_answer_has_a_request_id(gateway: Served, path: str) -> None:
    given = await gateway.http.get(path, headers={"x-request-id": "0123456789abcdef"})
    made = await gateway.http.get(path)

    assert given.headers["x-request-id"] == "0123456789abcdef"
    assert len(made.headers["x-request-id"]) == 16


async def test_log_lines_of_a_request_carry_its_id(gateway: Served, lines: io.StringIO) -> None:
    gateway.sandbox.faults.add("storefront", "status", status=400)
    query = await gateway.http.post("/graphql", json=SHOP)
    webhook = await gateway.http.post("/webhooks/shopify", content=b"{}")

    logged = {each["event"]: each["request_id"] for each in map(json.loads, lines.getvalue().splitlines())}
    assert logged["upstream_request_failed"] == query.headers["x-request-id"]
    assert logged["webhook_refused"] == webhook.headers["x-request-id"]


@in_no_time
async def test_a_resolver_that_fails_is_logged_with_the_request_id() -> None:
    class Broken(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if "/admin/" in request.url.path:
                raise RuntimeError("a fault of ours")
            return await inner.handle_async_request(request)

    sandbox = sandbox_at_noon()
    inner = sandbox.transport()
    settings: dict[str, Any] = {"graphiql": False, "sweep_minutes": 0}
    app = create_app(GivenSettings(**settings), sandbox=sandbox, transport=Broken(), timing=virtual_timing())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        with capture_logs() as logs:
            answer = await http.post("/graphql", json={"query": STOCK})

    failures = [each for each in logs if each["log_level"] == "error"]
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert [each["request_id"] for each in failures] == [answer.headers["x-request-id"]]


@pytest.mark.parametrize("upstream", ["storefront", "admin"])
@pytest.mark.parametrize("fault", [("status", 503), ("timeout", 0)])
@in_no_time
async def test_an_outage_is_logged_once_a_request(upstream: str, fault: tuple[str, int]) -> None:
    async with serving(sandbox_at_noon(), timing=virtual_timing()) as gateway:
        gateway.sandbox.faults.add(upstream, fault[0], status=fault[1])
        with capture_logs() as logs:
            answer = await gateway.http.post("/graphql", json={"query": STOCK})

    assert answer.json()["errors"]
    failures = [each for each in logs if each["event"] == "upstream_request_failed"]
    assert [each["upstream"] for each in failures] == [upstream]
    assert failures[0]["request_id"] == answer.headers["x-request-id"]


async def test_a_fault_that_affects_many_places_is_logged_once(gateway: Served) -> None:
    fault = {"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    reported = {"data": {"a": None, "b": None}, "errors": [{**fault, "path": ["a"]}, {**fault, "path": ["b"]}]}
    gateway.sandbox.faults.add("storefront", "status", status=200, body=reported)
    with capture_logs() as logs:
        query = '{ a: product(handle: "a") { id } b: product(handle: "b") { id } }'
        answer = await gateway.http.post("/graphql", json={"query": query})

    assert len(answer.json()["errors"]) == 2
    assert [each["request_id"] for each in logs if each["event"] == "upstream_error_reported"] == [
        answer.headers["x-request-id"]
    ]
