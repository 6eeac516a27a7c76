"""Attacks by kind: each is refused with the right status and little work, and reaches no upstream.

Work is counted in calls, so that a busy machine changes nothing.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from app import create_app
from tests.gateway.floods import FLOODS
from tests.serving import GivenSettings, Served, sandbox_at_noon, serving
from tests.signed import signature
from tests.virtual_time import in_no_time, virtual_timing
from tests.work import CALLS_PER_SECOND, counted_work

MILLISECONDS = CALLS_PER_SECOND // 10
"""The calls that a refusal may take: below a tenth of a second on a slow machine. The parser reads 5,000 tokens."""

JSON = {"content-type": "application/json"}
SHOP = {"query": "{ shop { name } }"}
CROSS = {"sec-fetch-site": "cross-site"}
PREFLIGHT = {"graphql-preflight": "1"}


@dataclass(frozen=True)
class Attack:
    """A request, and the status and the code that it is refused with. `code` None: an answer without a body."""

    name: str
    status: int
    code: str | None
    method: str = "POST"
    path: str = "/graphql"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def of_site(name: str, headers: dict[str, str], method: str = "GET", status: int = 403, body: bytes = b"") -> Attack:
    path = "/graphql?query={shop{name}}" if method == "GET" else "/graphql"
    code = "FORBIDDEN" if status == 403 else "BAD_REQUEST"
    return Attack(f"other site: {name}", status, code, method, path, headers, body)


def flood(kind: str, size: int, code: str, status: int = 200) -> Attack:
    body = orjson.dumps(FLOODS[kind](size))
    return Attack(f"flood: {kind}, {size}", status, code, headers=JSON, body=body)


def sent(name: str, body: bytes, status: int = 400, code: str = "BAD_REQUEST", **headers: str) -> Attack:
    given = {**JSON, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return Attack(f"body: {name}", status, code, headers=given, body=body)


def webhook(name: str, body: bytes, status: int = 401, path: str = "/webhooks/shopify", **headers: str) -> Attack:
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    code = {401: None, 200: None, 404: "NOT_FOUND", 413: "BAD_REQUEST"}[status]
    return Attack(f"webhook: {name}", status, code, path=path, headers=given, body=body)


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
ATTACKS = [
    of_site("an image", {**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}),
    of_site("a link", {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}),
    of_site("a frame", {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}),
    of_site("a style sheet", {**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "style"}),
    of_site("a prefetch", {**CROSS, "sec-fetch-mode": "no-cors", "purpose": "prefetch"}),
    of_site("an old browser's image", {}),
    of_site("a form", {"content-type": "application/x-www-form-urlencoded"}, "POST", 415, b"query={shop{name}}"),
    of_site("a form with a file", {"content-type": "multipart/form-data; boundary=-"}, "POST", 415, b"---"),
    of_site("text", {"content-type": "text/plain"}, "POST", 415, orjson.dumps(SHOP)),
    of_site("a beacon", {}, "POST", 415, orjson.dumps(SHOP)),
    flood("tokens", 200_000, "GRAPHQL_PARSE_FAILED"),
    flood("tokens", 12_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("aliases", 12_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("depth", 200_000, "GRAPHQL_PARSE_FAILED"),
    flood("levels", 2_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("inline fragments", 100_000, "GRAPHQL_PARSE_FAILED"),
    flood("doubled fragments", 3_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("doubled fragments", 9_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("fanned fragments", 8_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("unused fragments", 15_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("selections to merge", 12_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("directives", 12_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("operations", 12_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("variables", 12_000, "MAX_COMPLEXITY_EXCEEDED"),
    flood("types in types", 100_000, "GRAPHQL_PARSE_FAILED"),
    flood("lists in a value", 100_000, "GRAPHQL_PARSE_FAILED"),
    flood("objects in a value", 100_000, "GRAPHQL_PARSE_FAILED"),
    flood("lists in lists", 3_000, "MAX_COMPLEXITY_EXCEEDED"),
    sent("nothing", b""),
    sent("half an object", b'{"query": "{ shop'),
    sent("a list", b'[{"query": "{ shop { name } }"}]'),
    sent("100,000 levels", DEEP, 413),
    sent("50,000 levels", b"[" * 50_000),
    sent("10,000 digits", b'{"query": ' + b"9" * 10_000 + b"}"),
    sent("another text's bytes", "{ shop }".encode("utf-16")),
    sent("null bytes", b"\0" * 1_000),
    sent("too much", b'{"query": "' + b"x" * 300_000 + b'"}', 413),
    sent("more than it says", b"", 413, content_length="99999999999999999999"),
    sent("a compressed bomb", b"\x1f\x8b" * 100, 415, content_encoding="gzip"),
    sent("100 kB of headers", orjson.dumps(SHOP), 431, x_padding="x" * 100_000),
    sent("a media type that nobody has", orjson.dumps(SHOP), 406, accept="text/csv"),
    sent(
        "a hash of something else",
        orjson.dumps({**SHOP, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}),
    ),
    Attack("method: TRACE", 405, "BAD_REQUEST", "TRACE"),
    Attack("method: PUT", 405, "BAD_REQUEST", "PUT", headers=JSON, body=orjson.dumps(SHOP)),
    Attack(
        "url: a mutation",
        405,
        "METHOD_NOT_ALLOWED",
        "GET",
        "/graphql?query=mutation{cartCreate{cart{id}}}",
        PREFLIGHT | {"accept": "application/graphql-response+json"},
    ),
    Attack("url: nothing there", 404, "NOT_FOUND", "GET", "/wp-admin/setup.php"),
    Attack("url: a way out", 404, "NOT_FOUND", "GET", "/mockups/..%2f..%2fetc%2fpasswd"),
    webhook("unsigned", b"{}"),
    webhook("a wrong signature", b"{}", X_Shopify_Hmac_Sha256="AAAA"),
    webhook("an empty signature", b"{}", X_Shopify_Hmac_Sha256=""),
    webhook("a deep body, unsigned", DEEP),
    webhook("too much", b"x" * 2_100_000, 413),
    webhook("a guessed path", b"{}", 404, "/webhooks/printful/guess"),
    webhook("Square's, unsigned", b"{}", 401, "/webhooks/square"),
    webhook(
        "a deep body, signed",
        DEEP,
        200,
        X_Shopify_Hmac_Sha256=signature(DEEP),
        X_Shopify_Topic="products/update",
        X_Shopify_Shop_Domain="kynda-sandbox.myshopify.com",
        X_Shopify_Webhook_Id="1",
    ),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda each: each.name)
async def test_an_attack_is_refused_with_little_work(gateway: Served, attack: Attack) -> None:
    await gateway.http.post("/graphql", json={"query": "{ __typename wrong }"})
    before = gateway.requests
    request = gateway.http.build_request(
        attack.method, attack.path, headers=attack.headers, content=attack.body or None
    )
    with counted_work() as work:
        answer = await gateway.http.send(request)

    assert answer.status_code == attack.status, answer.text[:300]
    if attack.code is not None:
        assert answer.json()["errors"][0]["extensions"]["code"] == attack.code
        assert answer.json().get("data") is None
    assert len(answer.content) < 2_000
    assert work.calls < MILLISECONDS
    assert gateway.requests == before
    assert (await gateway.http.get("/health")).status_code == 200


@in_no_time
async def test_health_is_answered_at_once_while_every_place_is_taken() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3_600)
        raise AssertionError("the operation's own deadline ends it before")

    given: dict[str, Any] = {
        "gateway_mode": "live",
        "shopify_store_domain": "shop.myshopify.com",
        "shopify_storefront_private_token": "private-token-0123",
        "limit_operations_at_once": 20,
        "limit_operations_waiting": 20,
    }
    app = create_app(GivenSettings(**given), transport=httpx.MockTransport(never), timing=virtual_timing())
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://g") as http:
        crowd = [
            asyncio.create_task(http.post("/graphql", json={"query": f'{{ product(handle: "{n}") {{ id }} }}'}))
            for n in range(200)
        ]
        await asyncio.sleep(0.01)
        began_s = asyncio.get_running_loop().time()
        health = await http.get("/health")

        assert health.status_code == 200
        assert asyncio.get_running_loop().time() == began_s  # it waited for nothing
        statuses = [(await each).status_code for each in crowd]
        assert statuses.count(503) >= 160
        assert (await http.get("/health")).status_code == 200


async def test_cached_answers_are_served_while_every_place_is_taken() -> None:
    async with serving(sandbox_at_noon(), limit_operations_at_once=1, limit_operations_waiting=0) as gateway:
        first = await gateway.http.post("/graphql", json=SHOP)
        gateway.sandbox.faults.add("storefront", "latency", latency_s=0.3)
        slow = asyncio.create_task(gateway.http.post("/graphql", json={"query": '{ product(handle: "latte") { id } }'}))
        await asyncio.sleep(0)
        cached = await gateway.http.post("/graphql", json=SHOP)

        assert not slow.done()
        assert cached.content == first.content
        assert (await slow).status_code == 200
