"""Every answer carries security headers, and refusals outside the graph are JSON, as those of the graph are."""

from typing import Any

import httpx
import pytest

from app import create_app
from tests.serving import GivenSettings, Served, sandbox_at_noon, serving

PATHS = [
    "/health",
    "/ready",
    "/schema.graphql",
    "/",
    "/nothing/here",
    "/graphql?query={shop{name}}",
    "/api/2026-10/graphql.json?query={shop{name}}",
    "/api/nonsense/graphql.json",
    "/mockups/unknown.png",
    "/metrics",
    "/sandbox",
    "/sandbox/orders",
    "/sandbox/clock",
    "/webhooks/shopify",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_the_security_headers(gateway: Served, path: str) -> None:
    answer = await gateway.http.get(path, headers={"graphql-preflight": "1"})

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "Origin" in answer.headers["vary"]
    assert "server" not in answer.headers
    assert answer.headers.get_list("x-request-id") == [answer.headers["x-request-id"]]


@pytest.mark.parametrize("path", ["/sandbox", "/sandbox/orders", "/sandbox/checkout/example?key=example"])
async def test_a_page_of_the_sandbox_runs_its_own_scripts_only(gateway: Served, path: str) -> None:
    first, second = await gateway.http.get(path), await gateway.http.get(path)
    policy = first.headers["content-security-policy"]

    assert "unsafe" not in policy
    assert "script-src 'nonce-" in policy
    assert policy != second.headers["content-security-policy"]  # a nonce serves once


async def test_graphiql_cannot_be_framed() -> None:
    async with serving(sandbox_at_noon(), graphiql=True) as gateway:
        page = await gateway.http.get("/graphql", headers={"accept": "text/html"})

    assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "NOT_FOUND"),
        ("GET", "/graphiql/nothing.js", 404, "NOT_FOUND"),
        ("POST", "/health", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/schema.graphql", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/webhooks/shopify", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/mockups/unknown.png", 404, "NOT_FOUND"),
        ("GET", "/metrics", 404, "NOT_FOUND"),
        ("POST", "/webhooks/printful/wrong", 404, "NOT_FOUND"),
        ("PUT", "/graphql", 405, "BAD_REQUEST"),
    ],
)
async def test_a_refusal_outside_the_graph_is_a_json_error(
    gateway: Served, method: str, path: str, status: int, code: str
) -> None:
    answer = await gateway.http.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["message"]
    if status == 405:
        assert answer.headers["allow"]


async def test_a_fault_outside_the_graph_is_a_json_error_without_its_cause() -> None:
    given: dict[str, Any] = {"graphiql": False}
    app = create_app(GivenSettings(**given), sandbox=sandbox_at_noon())

    @app.get("/broken")
    def broken() -> Any:
        raise RuntimeError("the password is hunter2")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://g") as http:
        answer = await http.get("/broken")

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("origin", ["https://shop.example.com", "https://elsewhere.example.com", None])
async def test_every_answer_varies_by_origin(origin: str | None) -> None:
    async with serving(sandbox_at_noon(), cors_allow_origins="https://shop.example.com") as gateway:
        headers = {"origin": origin} if origin else {}
        answers = [
            await gateway.http.post("/graphql", json={"query": "{ shop { name } }"}, headers=headers),
            await gateway.http.get("/health", headers=headers),
        ]

    for answer in answers:
        assert answer.headers["vary"].count("Origin") == 1
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == (origin if origin == "https://shop.example.com" else None)
