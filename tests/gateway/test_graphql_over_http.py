"""GraphQL over HTTP: media types, statuses, methods, bounds, and what Shopify's own clients insist on."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from app import create_app, read_settings
from tests.serving import sandbox_at_noon, serving

SHOP = {"query": "{ shop { name } }"}
WRONG = {"query": "{ gateway { nothing } }"}
JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
SHOPIFYS_PATH = "/api/2026-04/graphql.json"
SHOPIFYS_ANSWER = {"data": {"shop": {"name": "Kynda"}}, "extensions": {"cost": 1}}


class Shopify(httpx.AsyncBaseTransport):
    """Answers every operation alike and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return httpx.Response(200, json=SHOPIFYS_ANSWER)


@pytest.fixture
def shopify() -> Shopify:
    return Shopify()


@pytest.fixture
async def live(shopify: Shopify) -> AsyncIterator[httpx.AsyncClient]:
    settings = read_settings(
        _env_file=None,
        gateway_mode="live",
        shopify_store_domain="kynda.example",
        shopify_storefront_private_token="t",
        cors_allow_origins="https://shop.example",
        trusted_proxies="127.0.0.1",
        limit_body_bytes=2_000,
        staff_token="hush",
    )
    app = create_app(settings, transport=shopify)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield client


async def test_an_operation_posted_as_json_is_answered_as_json(live: httpx.AsyncClient) -> None:
    response = await live.post("/graphql", json=SHOP)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == SHOPIFYS_ANSWER


async def test_an_operation_in_the_url_is_answered(live: httpx.AsyncClient, shopify: Shopify) -> None:
    query = {"query": "query Q($n: Int!) { products(first: $n) { nodes { id } } }", "variables": '{"n": 3}'}
    response = await live.get(f"/graphql?{urlencode(query)}", headers={"graphql-preflight": "1"})

    assert response.status_code == 200
    assert b'"variables":{"n":3}' in shopify.seen[0].content


async def test_a_mutation_in_the_url_is_refused(live: httpx.AsyncClient, shopify: Shopify) -> None:
    query = urlencode({"query": "mutation { cartCreate { cart { id } } }"})
    response = await live.get(f"/graphql?{query}", headers={"accept": GRAPHQL_RESPONSE, "graphql-preflight": "1"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert not shopify.seen


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON}", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE};q=0.9", JSON),
        (f"{JSON};q=0.5, {GRAPHQL_RESPONSE};q=0.6", GRAPHQL_RESPONSE),
        ("application/*", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_the_caller_chooses_the_media_type(live: httpx.AsyncClient, accept: str, expected: str) -> None:
    response = await live.post("/graphql", json=SHOP, headers={"accept": accept})

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/plain", "image/png, text/html", f"{JSON};q=0"])
async def test_a_media_type_that_we_lack_is_refused(live: httpx.AsyncClient, accept: str) -> None:
    assert (await live.post("/graphql", json=SHOP, headers={"accept": accept})).status_code == 406


@pytest.mark.parametrize("path", ["/graphql", SHOPIFYS_PATH])
@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), ("*/*", 200), (GRAPHQL_RESPONSE, 400)])
async def test_an_operation_that_does_not_fit_has_a_status_by_media_type(
    live: httpx.AsyncClient, path: str, accept: str, status: int
) -> None:
    response = await live.post(path, json=WRONG, headers={"accept": accept})

    assert response.status_code == status
    assert "data" not in response.json()
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b'"x"', JSON, 400),
        (b"{}", JSON, 400),
        (b'{"query": 1}', JSON, 400),
        (b'{"query": ""}', JSON, 400),
        (b'{"query": "{ shop { name } }", "variables": []}', JSON, 400),
        (b'{"query": "{ shop { name } }", "operationName": 1}', JSON, 400),
        (b'{"query": "{ shop { name } }", "extensions": 1}', JSON, 400),
        (b'{"query": "{ shop { name } }", "extensions": 0}', JSON, 400),
        (b'{"query": "{ shop { name } }", "extensions": false}', JSON, 400),
        (b'{"query": "{ shop { name } }", "extensions": ""}', JSON, 400),
        (b'{"query": "{ shop { name } }", "extensions": []}', JSON, 400),
        (b"{ shop { name } }", "text/plain", 415),
        (b"query=x", "application/x-www-form-urlencoded", 415),
        (b"", "", 415),
        (b"\xff\xfe", "application/graphql", 400),
        (b'{"query": "{ shop { name } } #' + b"x" * 2_000 + b'"}', JSON, 413),
    ],
)
async def test_an_invalid_request_is_refused_with_a_sentence(
    live: httpx.AsyncClient, shopify: Shopify, body: bytes, content_type: str, status: int
) -> None:
    response = await live.post("/graphql", content=body, headers={"content-type": content_type})

    assert response.status_code == status
    assert response.json()["errors"][0]["message"]
    assert not shopify.seen


async def test_a_body_without_a_length_is_bounded_too(live: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 500

    response = await live.post("/graphql", content=endless(), headers={"content-type": JSON})

    assert response.status_code == 413


async def test_other_methods_are_not_allowed(live: httpx.AsyncClient) -> None:
    response = await live.put("/graphql", json=SHOP)

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_a_raw_graphql_body_is_accepted_as_by_shopify(live: httpx.AsyncClient) -> None:
    response = await live.post(
        SHOPIFYS_PATH, content="{ shop { name } }", headers={"content-type": "application/graphql"}
    )

    assert response.json() == SHOPIFYS_ANSWER


@pytest.mark.parametrize("version", ["2026-04", "2026-10", "unstable", "2024-01"])
async def test_shopifys_path_answers_in_any_version(live: httpx.AsyncClient, version: str) -> None:
    response = await live.post(f"/api/{version}/graphql.json", json=SHOP)

    assert response.json() == SHOPIFYS_ANSWER


async def test_an_answer_without_errors_has_no_such_key(live: httpx.AsyncClient) -> None:
    own = await live.post(SHOPIFYS_PATH, json={"query": "{ gateway { mode } }"})

    assert own.json().keys() == {"data"}


HEADERS_OF_SHOPIFYS_CLIENTS = [
    "content-type",
    "x-sdk-variant",
    "x-sdk-variant-source",
    "x-sdk-version",
    "x-shopify-storefront-access-token",
    "x-shopify-uniquetoken",
    "x-shopify-visittoken",
    "shopify-storefront-y",
    "shopify-storefront-s",
    "shopify-storefront-id",
]


@pytest.mark.parametrize("path", ["/graphql", SHOPIFYS_PATH])
async def test_the_preflight_lets_shopifys_headers_pass(live: httpx.AsyncClient, path: str) -> None:
    response = await live.options(
        path,
        headers={
            "origin": "https://shop.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": ",".join(HEADERS_OF_SHOPIFYS_CLIENTS),
        },
    )

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    allowed = response.headers["access-control-allow-headers"].lower()
    assert all(header in allowed for header in HEADERS_OF_SHOPIFYS_CLIENTS)


@pytest.mark.parametrize("body", [SHOP, WRONG, {}])
async def test_every_answer_names_the_origin(live: httpx.AsyncClient, body: dict[str, Any]) -> None:
    response = await live.post("/graphql", json=body, headers={"origin": "https://shop.example"})

    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert "Origin" in response.headers["vary"]


async def test_a_foreign_origin_is_not_named(live: httpx.AsyncClient) -> None:
    response = await live.post("/graphql", json=SHOP, headers={"origin": "https://evil.example"})

    assert "access-control-allow-origin" not in response.headers


async def test_the_buyers_address_comes_from_the_trusted_proxy(live: httpx.AsyncClient, shopify: Shopify) -> None:
    await live.post("/graphql", json=SHOP, headers={"x-forwarded-for": "6.6.6.6, 203.0.113.9"})

    assert shopify.seen[0].headers["shopify-storefront-buyer-ip"] == "203.0.113.9"


async def test_a_request_id_is_reused_or_created(live: httpx.AsyncClient) -> None:
    answer = await live.post("/graphql", json=SHOP, headers={"x-request-id": "order-desk-0001"})
    made = await live.post("/graphql", json=SHOP, headers={"x-request-id": "has spaces and more"})

    assert answer.headers["x-request-id"] == "order-desk-0001"
    assert len(made.headers["x-request-id"]) == 16


async def test_introspection_is_off_in_live_mode_and_on_for_staff(live: httpx.AsyncClient) -> None:
    question = {"query": "{ __schema { queryType { name } } }"}
    refused = await live.post("/graphql", json=question, headers={"accept": GRAPHQL_RESPONSE})
    answered = await live.post("/graphql", json=question, headers={"authorization": "Bearer hush"})

    assert refused.status_code == 403
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert answered.json() == {"data": {"__schema": {"queryType": {"name": "QueryRoot"}}}}


async def test_live_mode_is_not_marked_and_shows_no_page(live: httpx.AsyncClient) -> None:
    response = await live.get("/graphql", headers={"accept": "text/html"})

    assert response.status_code == 406
    assert "x-gateway-mode" not in response.headers


async def test_health_makes_no_upstream_request(live: httpx.AsyncClient, shopify: Shopify) -> None:
    assert (await live.get("/health")).json()["status"] == "UP"
    assert (await live.get("/ready")).json()["upstreams"] == {"storefront": "on", "admin": "off", "printful": "off"}
    assert not shopify.seen


async def test_the_schema_is_served_as_text_without_staff_fields(live: httpx.AsyncClient) -> None:
    text = (await live.get("/schema.graphql")).text

    assert "type ProductVariant implements" in text
    assert "productionCost" not in text


async def test_the_root_leads_to_the_graph(live: httpx.AsyncClient) -> None:
    response = await live.get("/")

    assert response.status_code == 307
    assert response.headers["location"] == "/graphql"


async def test_a_field_of_an_upstream_that_is_off_is_reported(live: httpx.AsyncClient) -> None:
    class Variant(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"data": {"node": {"_kynda_id": "1", "_kynda_typename": "ProductVariant"}}})

    settings = read_settings(
        _env_file=None, gateway_mode="live", shopify_store_domain="k.example", shopify_storefront_private_token="t"
    )
    app = create_app(settings, transport=Variant())
    query = '{ node(id: "1") { ... on ProductVariant { inventory { tracked } } } }'
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
    ):
        answer = (await client.post("/graphql", json={"query": query})).json()

    assert answer["data"] == {"node": {"inventory": None}}
    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["upstream"]) == ("NOT_CONFIGURED", "admin")


async def test_a_fault_of_our_own_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    class Faulty(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise RuntimeError("the secret is hush")

    settings = read_settings(
        _env_file=None, gateway_mode="live", shopify_store_domain="k.example", shopify_storefront_private_token="t"
    )
    app = create_app(settings, transport=Faulty())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
    ):
        response = await client.post("/graphql", json=SHOP, headers={"x-request-id": "order-desk-0001"})

    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "hush" not in response.text
    assert "order-desk-0001" in capsys.readouterr().out


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL_RESPONSE, 400)])
@pytest.mark.parametrize("query", ["query($id: ID!) { __typename }", "query { shop { nothing } }"])
async def test_shopifys_refusal_has_the_status_of_the_media_type(query: str, accept: str, status: int) -> None:
    async with serving(sandbox_at_noon()) as gateway:
        answer = await gateway.http.post("/graphql", json={"query": query}, headers={"accept": accept})

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(accept)
    assert "data" not in answer.json()
