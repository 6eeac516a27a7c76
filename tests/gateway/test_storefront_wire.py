"""What a caller and Storefront exchange beside the GraphQL body, in both directions."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.gateway.wire_shopify import BODY, CART, NAME, UNKNOWN, UNSTABLE, Shopify, gateway
from tests.virtual_time import in_no_time


@pytest.fixture
def shopify() -> Shopify:
    return Shopify()


@pytest.fixture
async def http(shopify: Shopify) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway(shopify) as client:
        yield client


def with_headers(**headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(200, content=BODY, headers={n.replace("_", "-"): v for n, v in headers.items()})


@pytest.mark.parametrize("operation", [NAME, CART, UNKNOWN])
async def test_a_pure_answer_is_shopifys_byte_for_byte(
    http: httpx.AsyncClient, shopify: Shopify, operation: dict[str, str]
) -> None:
    response = await http.post("/graphql", json=operation)

    assert (response.status_code, response.content) == (200, BODY)
    assert response.headers["content-type"].startswith("application/json")


async def test_an_answer_out_of_the_cache_is_shopifys_byte_for_byte_too(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    answers = [await http.post("/graphql", json=NAME) for _ in range(3)]

    assert {each.content for each in answers} == {BODY}
    assert len(shopify.seen) == 1


async def test_cache_information_is_added_beside_shopifys_extensions(http: httpx.AsyncClient) -> None:
    answer = (await http.post("/graphql", json={**NAME, "extensions": {"cache": True}})).json()

    assert answer["extensions"].keys() == {"context", "cache"}


@pytest.mark.parametrize("status", [400, 402, 404, 423, 429, 430])
@in_no_time
async def test_shopifys_refusal_passes_with_its_status_and_message(status: int) -> None:
    shopify = Shopify()
    shopify.answer = lambda _: httpx.Response(
        status, content=b"<p>wait</p>", headers={"content-type": "text/html", "retry-after": "2.0"}
    )
    async with gateway(shopify) as http:
        response = await http.post(UNSTABLE, json=CART)

    assert (response.status_code, response.content) == (status, b"<p>wait</p>")
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["retry-after"] == "2.0"


@in_no_time
async def test_errors_without_data_are_shopifys() -> None:
    body = b'{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED", "cost": 7}}]}'
    shopify = Shopify()
    shopify.answer = lambda _: httpx.Response(200, content=body)
    async with gateway(shopify) as http:
        for operation in (NAME, CART, UNKNOWN):
            response = await http.post("/graphql", json=operation)
            assert (response.status_code, response.content) == (200, body)


@pytest.mark.parametrize("status", [401, 403])
@in_no_time
async def test_a_refusal_of_the_gateways_own_token_is_not_the_callers(status: int) -> None:
    shopify = Shopify()
    shopify.answer = lambda _: httpx.Response(status, content=b"the token of the app")
    async with gateway(shopify) as http:
        for operation in (NAME, CART, UNKNOWN):
            response = await http.post("/graphql", json=operation)
            assert response.status_code == 200
            assert response.json()["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
            assert "of the app" not in response.text


@pytest.mark.parametrize(
    "query",
    [
        "{ nothing }",
        "{ shop { nothing } }",
        "{ products(first: 1, nothing: 2) { nodes { id } } }",
        "{ products(first: 1, sortKey: NOTHING) { nodes { id } } }",
        "{ node(id: 1) { ... on Nothing { id } } }",
        "{ shop { name @nothing } }",
        "query ($a: Nothing!) { nothing(a: $a) { id } }",
        "mutation { cartCreate(input: { nothing: 1 }) { cart { id } } }",
        "query ($unused: Int) { shop { name } }",
        "{ shop { name { first } } }",
        "{ shop }",
        "fragment F on Shop { id } { shop { name } }",
        "{ next { kind designs gateway } }",
        "subscription { shop { id } }",
    ],
)
async def test_an_operation_that_our_schema_refuses_is_shopifys_to_judge(
    http: httpx.AsyncClient, shopify: Shopify, query: str
) -> None:
    variables = {"a": {"deep": [1, None]}}
    for _ in range(2):
        response = await http.post("/graphql", json={"query": query, "variables": variables})
        assert response.content == BODY

    sent = [httpx.Response(200, content=each.content).json() for each in shopify.seen]
    assert sent == [{"query": query, "variables": variables}] * 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ shop {", "Syntax"),
        ("{ gateway { nothing } }", "nothing"),
        ("{ __schema { nothing } }", "nothing"),
        ("{ shop { _kynda_a: nothing } }", "_kynda_"),
        ('{ product(handle: "a") { next { inventory { tracked } } } }', "'next'"),
        ("{ next { ...P } } fragment P on Product { isFeatured }", "'next'"),
        ("{ next { ... on VariantInventory { tracked } } }", "'next'"),
    ],
)
async def test_invalid_graphql_and_gateway_fields_are_refused_by_the_gateway(
    http: httpx.AsyncClient, shopify: Shopify, query: str, words: str
) -> None:
    response = await http.post("/graphql", json={"query": query})

    assert words in response.json()["errors"][0]["message"]
    assert not shopify.seen


async def test_unknown_names_beside_gateway_fields_are_answered_by_shopify(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    shopify.answer = lambda _: httpx.Response(
        200,
        json={
            "data": {
                "product": {
                    "title": "Mug",
                    "next": {"id": "1", "list": [{"a": 1}]},
                    "variants": {"nodes": [{"glow": True}]},
                    "_kynda_tags": ["featured-item"],
                },
                "soon": 7,
                "products": {"nodes": [{"glow": 1, "_kynda_tags": []}, {"glow": 2, "_kynda_tags": ["featured-item"]}]},
            }
        },
    )
    query = """query ($by: NewInput) {
      product(handle: "mug", by: $by) {
        isFeatured title next { ...N list { a } }
        variants(first: 1) { nodes { glow @soft } }
      }
      soon(by: $by)
      products(first: 2) { nodes { isFeatured glow } }
      gateway { mode }
      ... on FutureRoot { soon }
    }
    fragment N on NewThing { id }"""
    answer = (await http.post("/graphql", json={"query": query, "variables": {"by": {"x": 1}}})).json()

    assert answer == {
        "data": {
            "product": {
                "title": "Mug",
                "next": {"id": "1", "list": [{"a": 1}]},
                "variants": {"nodes": [{"glow": True}]},
                "isFeatured": True,
            },
            "soon": 7,
            "products": {"nodes": [{"glow": 1, "isFeatured": False}, {"glow": 2, "isFeatured": True}]},
            "gateway": {"mode": "live"},
        }
    }
    sent = httpx.Response(200, content=shopify.seen[0].content).json()
    assert sent["variables"] == {"by": {"x": 1}}
    for part in ("next {", "fragment N on NewThing", "soon(by: $by)", "by: $by", "@soft", "... on FutureRoot"):
        assert part in sent["query"]
    assert "gateway" not in sent["query"]


async def test_unknown_values_in_arguments_beside_gateway_fields_are_shopifys_to_judge(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    nodes = [{"_kynda_tags": ["featured-item"]}]
    shopify.answer = lambda _: httpx.Response(200, json={"data": {"products": {"nodes": nodes}}})
    query = "{ products(first: 1, sortKey: NEW) { nodes { isFeatured } } }"
    answer = (await http.post("/graphql", json={"query": query})).json()

    assert answer == {"data": {"products": {"nodes": [{"isFeatured": True}]}}}
    assert b"sortKey: NEW" in shopify.seen[0].content


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("{ sitemap(type: NEW) { pagesCount { count } } gateway { mode } }", "type: NEW"),
        (
            'mutation { cartLinesAdd(cartId: "1", lines: [{ merchandiseId: "2", new: { a: 1 } }]) '
            "{ cart { lines(first: 1) { nodes { merchandise { ... on ProductVariant { printful { size } } } } } } } }",
            "new: { a: 1 }",
        ),
        ("query @inContext(country: NEW) { shop { name } gateway { mode } }", "country: NEW"),
    ],
)
async def test_unknown_values_in_required_arguments_beside_gateway_fields_reach_shopify(
    http: httpx.AsyncClient, shopify: Shopify, query: str, sent: str
) -> None:
    await http.post("/graphql", json={"query": query})

    assert sent in httpx.Response(200, content=shopify.seen[0].content).json()["query"]


async def test_unknown_names_in_variables_beside_gateway_fields_reach_shopify(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    query = """query ($key: ProductSortKeys!, $filters: [ProductFilter!]) {
      products(first: 1, sortKey: $key) { nodes { isFeatured } }
      collection(handle: "a") { products(first: 1, filters: $filters) { nodes { id } } }
    }"""
    variables = {"key": "NEW", "filters": [{"available": True, "new": {"a": 1}}]}
    shopify.answer = lambda _: httpx.Response(
        200, json={"data": {"products": {"nodes": [{"_kynda_tags": ["featured-item"]}]}, "collection": None}}
    )
    answer = (await http.post("/graphql", json={"query": query, "variables": variables})).json()

    assert answer == {"data": {"products": {"nodes": [{"isFeatured": True}]}, "collection": None}}
    assert httpx.Response(200, content=shopify.seen[0].content).json()["variables"] == variables


async def test_an_unknown_value_in_a_variable_of_a_gateway_field_is_refused(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    query = "query ($sort: MerchandiseSort!) { merchandise(first: 1, sort: $sort) { nodes { id } } shop { name } }"
    response = await http.post("/graphql", json={"query": query, "variables": {"sort": "NEW"}})

    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert not shopify.seen


INVALID = {
    "errors": [
        {
            "message": "Field 'nonsense' doesn't exist on type 'Product'",
            "locations": [{"line": 9, "column": 9}],
            "path": ["query", "product", "nonsense"],
            "extensions": {"code": "undefinedField", "typeName": "Product", "fieldName": "nonsense"},
        }
    ]
}


@pytest.mark.parametrize(
    ("path", "field"),
    [("/graphql", "nonsense"), ("/api/2026-10/graphql.json", "nonsense"), ("/api/2025-10/graphql.json", "id")],
)
async def test_an_unknown_name_beside_gateway_fields_is_reported_by_shopify(
    http: httpx.AsyncClient, shopify: Shopify, path: str, field: str
) -> None:
    shopify.answer = lambda _: httpx.Response(200, json=INVALID)
    query = f'{{ product(handle: "a") {{ isFeatured {field} }} gateway {{ mode }} }}'
    response = await http.post(path, json={"query": query})

    error = {name: value for name, value in INVALID["errors"][0].items() if name != "locations"}
    assert (response.status_code, response.json()) == (200, {"errors": [error]})


async def test_an_error_of_shopifys_about_what_the_gateway_added_is_ours(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    added = {"message": "Field 'tags' doesn't exist on type 'Product'", "path": ["query", "product", "_kynda_tags"]}
    shopify.answer = lambda _: httpx.Response(200, json={"errors": [added]})
    query = {"query": '{ product(handle: "a") { isFeatured } }'}
    response = await http.post("/api/2025-10/graphql.json", json=query)

    assert "_kynda_" not in response.text
    assert response.json()["errors"][0]["path"] == ["query", "product"]


@pytest.mark.parametrize("version", ["unstable", "2026-04", "2027-01"])
async def test_the_version_in_the_url_reaches_shopify(http: httpx.AsyncClient, shopify: Shopify, version: str) -> None:
    await http.post(f"/api/{version}/graphql.json", json=NAME)
    await http.post("/graphql", json=NAME)

    assert [each.url.path for each in shopify.seen] == [f"/api/{version}/graphql.json", "/api/2026-10/graphql.json"]


@pytest.mark.parametrize("version", ["latest", "2026", "2026-1", "1999-01", "2026-10x", "UNSTABLE"])
async def test_an_invalid_version_is_not_found(http: httpx.AsyncClient, shopify: Shopify, version: str) -> None:
    response = await http.post(f"/api/{version}/graphql.json", json=NAME)

    assert (response.status_code, response.json()) == (404, {"errors": "Not Found"})
    assert not shopify.seen


async def test_gateway_fields_work_in_the_requested_version(http: httpx.AsyncClient, shopify: Shopify) -> None:
    answer = (await http.post(UNSTABLE, json={"query": "{ shop { name } gateway { mode } }"})).json()

    assert answer["data"] == {"shop": {"name": "Kynda"}, "gateway": {"mode": "live"}}
    assert shopify.seen[0].url.path == UNSTABLE


UP = {
    "accept-language": "de-AT,de;q=0.8",
    "origin": "https://shop.example",
    "referer": "https://shop.example/products/mug",
    "user-agent": "Browser/1",
    "x-shopify-uniquetoken": "unique",
    "x-shopify-visittoken": "visit",
    "shopify-storefront-id": "1000",
    "custom-storefront-request-group-id": "group",
}


@pytest.mark.parametrize("operation", [NAME, CART, UNKNOWN])
async def test_only_headers_that_shopify_reads_are_passed_up(
    http: httpx.AsyncClient, shopify: Shopify, operation: dict[str, str]
) -> None:
    private = {"authorization": "Bearer x", "x-secret": "x", "x-shopify-storefront-access-token": "other"}
    cookies = "session=secret; _shopify_essential=e1; cart=c; _shopify_y=y; _cmp_a=1; _shopify=no"
    await http.post("/graphql", json=operation, headers={**UP, **private, "cookie": cookies})

    sent = shopify.seen[0].headers
    assert {name: sent[name] for name in UP} == UP
    assert sent["cookie"] == "_shopify_essential=e1; _shopify_y=y; _cmp_a=1"
    assert private.keys().isdisjoint(sent.keys())


async def test_shopifys_headers_for_a_visitor_are_passed_down(http: httpx.AsyncClient, shopify: Shopify) -> None:
    down = [
        ("set-cookie", "_shopify_essential=a; Path=/; HttpOnly"),
        ("set-cookie", "_shopify_analytics=b; Path=/"),
        ("server-timing", '_y;desc="y", _s;desc="s"'),
        ("x-request-id", "shopifys-id"),
        ("x-shopify-api-version", "2026-10"),
        ("connection", "close"),
        ("server", "nginx"),
    ]
    shopify.answer = lambda _: httpx.Response(200, content=BODY, headers=down)
    response = await http.post("/graphql", json=CART, headers={"x-request-id": "order-desk-0001"})

    assert response.headers.get_list("set-cookie") == [value for name, value in down if name == "set-cookie"]
    assert response.headers["server-timing"] == '_y;desc="y", _s;desc="s"'
    assert response.headers["x-shopify-request-id"] == "shopifys-id"
    assert response.headers["x-request-id"] == "order-desk-0001"
    assert response.headers["x-shopify-api-version"] == "2026-10"
    assert "server" not in response.headers


async def test_an_answer_that_sets_a_cookie_is_not_cached(http: httpx.AsyncClient, shopify: Shopify) -> None:
    shopify.answer = with_headers(set_cookie="_shopify_essential=first")
    first = await http.post("/graphql", json=NAME)
    shopify.answer = with_headers(server_timing='_y;desc="second"')
    second = await http.post("/graphql", json=NAME)
    third = await http.post("/graphql", json=NAME)

    assert first.headers["set-cookie"] == "_shopify_essential=first"
    assert first.headers["cache-control"] == "no-store"
    assert second.headers["server-timing"] == '_y;desc="second"'
    assert {"set-cookie", "server-timing"}.isdisjoint(third.headers.keys())
    assert len(shopify.seen) == 2


async def test_an_answer_that_depends_on_cookies_is_not_cached(http: httpx.AsyncClient, shopify: Shopify) -> None:
    shopify.answer = with_headers(vary="Accept, Cookie")
    for _ in range(2):
        await http.post("/graphql", json=NAME)
    assert len(shopify.seen) == 2


async def test_an_answer_fetched_with_a_visitors_cookies_is_not_shared(
    http: httpx.AsyncClient, shopify: Shopify
) -> None:
    def greeting(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"shop": {"name": request.headers.get("cookie", "nobody")}}})

    shopify.answer = greeting
    names = []
    for cookie in ("_shopify_y=a", "_shopify_y=b", "", "_shopify_y=a"):
        response = await http.post("/graphql", json=NAME, headers={"cookie": cookie} if cookie else {})
        names.append(response.json()["data"]["shop"]["name"])

    assert names == ["_shopify_y=a", "_shopify_y=b", "nobody", "nobody"]
    assert len(shopify.seen) == 3


async def test_answers_are_cached_by_version_and_language(http: httpx.AsyncClient, shopify: Shopify) -> None:
    for _ in range(2):
        for path in ("/graphql", UNSTABLE):
            for language in ("de", "en"):
                await http.post(path, json=NAME, headers={"accept-language": language})
    assert len(shopify.seen) == 4


async def test_named_origins_may_send_cookies_and_read_hydrogens_headers(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json=NAME, headers={"origin": "https://shop.example"})
    foreign = await http.post("/graphql", json=NAME, headers={"origin": "https://evil.example"})

    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["timing-allow-origin"] == "https://shop.example"
    assert "Server-Timing" in response.headers["access-control-expose-headers"]
    assert {"timing-allow-origin", "access-control-allow-origin"}.isdisjoint(foreign.headers.keys())


async def test_pages_of_any_origin_send_no_cookies(shopify: Shopify) -> None:
    async with gateway(shopify, cors_allow_origins="*") as http:
        response = await http.post("/graphql", json=NAME, headers={"origin": "https://any.example"})

    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["timing-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


def buyers(shopify: Shopify) -> list[str | None]:
    return [each.headers.get("shopify-storefront-buyer-ip") for each in shopify.seen]


async def test_two_buyers_behind_one_server_are_distinguished(http: httpx.AsyncClient, shopify: Shopify) -> None:
    for buyer in ("203.0.113.7", "203.0.113.8"):
        headers = {"shopify-storefront-private-token": "private", "shopify-storefront-buyer-ip": buyer}
        await http.post("/graphql", json=CART, headers=headers)

    assert buyers(shopify) == ["203.0.113.7", "203.0.113.8"]


@pytest.mark.parametrize("token", ["", "wrong", "privat", "\u00e4"])
async def test_a_caller_without_the_token_names_no_buyer(http: httpx.AsyncClient, shopify: Shopify, token: str) -> None:
    named = {b"shopify-storefront-buyer-ip": b"203.0.113.7", b"shopify-storefront-private-token": token.encode()}
    await http.post("/graphql", json=CART, headers=list(named.items()))

    assert buyers(shopify) == ["198.51.100.1"]


async def test_a_trusted_proxy_names_the_buyer(shopify: Shopify) -> None:
    async with gateway(shopify, peer="10.0.0.1") as http:
        await http.post("/graphql", json=CART, headers={"shopify-storefront-buyer-ip": "2001:db8::1"})
        await http.post("/graphql", json=CART, headers={"x-forwarded-for": "203.0.113.9"})
        await http.post("/graphql", json=CART, headers={"shopify-storefront-buyer-ip": "no address"})

    assert buyers(shopify) == ["2001:db8::1", "203.0.113.9", "10.0.0.1"]


PUBLIC: dict[str, Any] = {"shopify_storefront_private_token": None, "shopify_storefront_public_token": "public"}


async def test_with_a_public_token_the_buyer_is_named_as_a_proxy_names_it(shopify: Shopify) -> None:
    async with gateway(shopify, **PUBLIC) as http:
        await http.post("/graphql", json=CART)

    assert shopify.seen[0].headers["x-forwarded-for"] == "198.51.100.1"
    assert buyers(shopify) == [None]


async def test_a_callers_public_token_replaces_ours_and_shares_no_cache(shopify: Shopify) -> None:
    async with gateway(shopify, **PUBLIC) as http:
        for token in ("", "public", "other", "other"):
            headers = {"x-shopify-storefront-access-token": token} if token else {}
            await http.post("/graphql", json=NAME, headers=headers)

    sent = [each.headers["x-shopify-storefront-access-token"] for each in shopify.seen]
    assert sent == ["public", "other", "other"]
