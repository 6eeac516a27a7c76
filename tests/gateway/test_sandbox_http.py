"""The sandbox over HTTP: Storefront's versions, tokens and forms of request, and the sandbox's own pages."""

from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from resolvers.designs import read_designs
from sandbox.app import create_sandbox
from sandbox.faults import KINDS, Faults
from sandbox.store import Store

STOREFRONT = "/api/2026-10/graphql.json"
NAME = {"query": "{ shop { name } }"}


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def http(store: Store, faults: Faults) -> AsyncIterator[httpx.AsyncClient]:
    app = create_sandbox(store, faults)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        yield client


async def test_storefront_answers_without_a_token(http: httpx.AsyncClient) -> None:
    response = await http.post(STOREFRONT, json=NAME)

    assert response.json() == {"data": {"shop": {"name": "Kynda Coffee"}}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("2026-10", "2026-10"),
        ("2026-04", "2026-04"),
        ("unstable", "unstable"),
        ("2024-01", "2026-01"),
    ],
)
async def test_a_version_is_served_and_named(http: httpx.AsyncClient, asked: str, served: str) -> None:
    response = await http.post(f"/api/{asked}/graphql.json", json=NAME)

    assert response.status_code == 200
    assert response.headers["x-shopify-api-version"] == served


@pytest.mark.parametrize("version", ["2030-01", "2026-02", "latest"])
async def test_an_invalid_api_version_is_not_found(http: httpx.AsyncClient, version: str) -> None:
    response = await http.post(f"/api/{version}/graphql.json", json=NAME)

    assert response.status_code == 404
    assert response.json() == {"errors": "Not Found"}


@pytest.mark.parametrize("header", ["Shopify-Storefront-Private-Token", "X-Shopify-Storefront-Access-Token"])
async def test_a_token_of_the_sandbox_is_accepted_and_any_other_refused(http: httpx.AsyncClient, header: str) -> None:
    taken = await http.post(STOREFRONT, json=NAME, headers={header: "sandbox-token"})
    refused = await http.post(STOREFRONT, json=NAME, headers={header: "shpat_1"})

    assert taken.status_code == 200
    assert refused.status_code == 401
    assert refused.json() == {"errors": [{"message": "", "extensions": {"code": "UNAUTHORIZED"}}]}


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"{ shop { name } }", "application/json"),
        (b"{}", "application/json"),
        (b"[1]", "application/json"),
        (b'{"query": 1}', "application/json"),
        (b'{"query": "{ a }", "variables": [1]}', "application/json"),
        (b'{"query": "{ a }", "operationName": 1}', "application/json"),
        (b"", "application/graphql"),
    ],
)
async def test_an_invalid_graphql_request_is_refused(http: httpx.AsyncClient, content: bytes, media_type: str) -> None:
    response = await http.post(STOREFRONT, content=content, headers={"content-type": media_type})

    assert response.status_code == 400
    assert response.json() == {"errors": {"query": "Required parameter missing or invalid"}}


async def test_a_bare_document_is_a_request_too(http: httpx.AsyncClient) -> None:
    response = await http.post(
        STOREFRONT, content=b"{ shop { name } }", headers={"content-type": "application/graphql"}
    )

    assert response.json() == {"data": {"shop": {"name": "Kynda Coffee"}}}


async def test_variables_and_operation_name_choose_what_runs(http: httpx.AsyncClient) -> None:
    query = "query Shop { shop { id } } query Page($handle: String) { page(handle: $handle) { title } }"
    body = {"query": query, "variables": {"handle": "about"}, "operationName": "Page"}

    assert (await http.post(STOREFRONT, json=body)).json() == {"data": {"page": {"title": "About us"}}}


async def test_a_document_that_does_not_fit_the_schema_has_errors_and_no_data(http: httpx.AsyncClient) -> None:
    for query in ("{ nothing }", "{ shop {", "query Q($a: Int!) { shop { name } }"):
        response = await http.post(STOREFRONT, json={"query": query})

        assert response.status_code == 200
        assert set(response.json()) == {"errors"}


async def test_a_failed_field_leaves_its_siblings_and_names_its_place(http: httpx.AsyncClient) -> None:
    answer = (await http.post(STOREFRONT, json={"query": '{ shop { name } node(id: "x") { id } }'})).json()

    assert answer["data"] == {"shop": {"name": "Kynda Coffee"}, "node": None}
    assert answer["errors"][0]["path"] == ["node"]


async def test_defer_is_allowed_and_answered_in_one_piece(http: httpx.AsyncClient) -> None:
    query = '{ shop { ... @defer(label: "more") { name } } }'

    assert (await http.post(STOREFRONT, json={"query": query})).json() == {"data": {"shop": {"name": "Kynda Coffee"}}}


async def test_the_buyers_address_is_noted(http: httpx.AsyncClient, faults: Faults) -> None:
    await http.post(STOREFRONT, json=NAME, headers={"Shopify-Storefront-Buyer-IP": "203.0.113.7"})

    assert faults.log[-1].headers["shopify-storefront-buyer-ip"] == "203.0.113.7"


async def test_the_clock_is_moved_on(http: httpx.AsyncClient) -> None:
    assert (await http.get("/sandbox/clock")).json() == {"now": "2026-11-22T12:00:00Z"}
    assert (await http.post("/sandbox/clock", json={"advanceSeconds": 90})).json() == {"now": "2026-11-22T12:01:30Z"}
    assert (await http.get("/sandbox/clock")).json() == {"now": "2026-11-22T12:01:30Z"}


@pytest.mark.parametrize("body", [{}, {"advanceSeconds": -1}, {"advanceSeconds": "soon"}, {"advanceSeconds": True}, []])
async def test_the_clock_moves_by_a_number_of_seconds_only(http: httpx.AsyncClient, body: Any) -> None:
    response = await http.post("/sandbox/clock", json=body)

    assert response.status_code == 400
    assert "advanceSeconds" in response.json()["error"]


async def test_tracking_needs_consent_where_the_shop_requires_it(http: httpx.AsyncClient) -> None:
    assert (await http.get("/sandbox/consent")).json() == {"required": False}
    assert (await http.post("/sandbox/consent", json={"required": True})).json() == {"required": True}
    assert (await http.post("/sandbox/consent", json={"required": "yes"})).status_code == 400
    assert (await http.get("/sandbox/consent")).json() == {"required": True}


async def test_faults_are_switched_on_and_off_over_http(http: httpx.AsyncClient) -> None:
    fault = {"upstream": "storefront", "kind": "status", "status": 500, "times": 3}

    active = (await http.post("/sandbox/faults", json=fault)).json()["active"]
    failed = await http.post(STOREFRONT, json=NAME)
    left = (await http.delete("/sandbox/faults?upstream=storefront")).json()["active"]
    worked = await http.post(STOREFRONT, json=NAME)

    assert active[0] == {**active[0], **fault}
    assert failed.status_code == 500
    assert left == []
    assert worked.status_code == 200


@pytest.mark.parametrize("body", [{}, {"upstream": "storefront", "kind": "gremlins"}])
async def test_an_unknown_fault_is_answered_with_those_there_are(http: httpx.AsyncClient, body: Any) -> None:
    response = await http.post("/sandbox/faults", json=body)

    assert response.status_code == 400
    assert all(kind in response.json()["error"] for kind in KINDS)


async def test_requests_are_counted_by_upstream(http: httpx.AsyncClient) -> None:
    await http.post(STOREFRONT, json={"query": "query Name { shop { name } }"})
    await http.get("/printful/products")

    seen = (await http.get("/sandbox/requests")).json()
    forgotten = (await http.delete("/sandbox/requests")).json()

    assert seen["counts"] == {"storefront": 1, "admin": 0, "printful": 1, "square": 0}
    assert seen["log"][0] == {"upstream": "storefront", "operation": "Name", "path": STOREFRONT}
    assert forgotten == {"counts": {"storefront": 0, "admin": 0, "printful": 0, "square": 0}, "log": []}


async def test_the_index_says_what_the_sandbox_offers(http: httpx.AsyncClient) -> None:
    text = (await http.get("/sandbox")).text

    assert "/sandbox/faults" in text
    assert all(kind in text for kind in KINDS)


async def test_every_picture_of_the_store_is_drawn(http: httpx.AsyncClient, store: Store) -> None:
    for picture in store.pictures.values():
        response = await http.get(f"/sandbox/pictures/{picture.path}")

        assert response.status_code == 200, picture.path
        assert response.headers["content-type"].startswith("image/svg+xml")
        assert "max-age" in response.headers["cache-control"]


async def test_a_storefront_picture_url_serves_the_picture(http: httpx.AsyncClient) -> None:
    query = "{ products(first: 1) { nodes { featuredImage { url(transform: {maxWidth: 320, maxHeight: 200}) } } } }"
    answer = (await http.post(STOREFRONT, json={"query": query})).json()
    url = urlsplit(answer["data"]["products"]["nodes"][0]["featuredImage"]["url"])

    response = await http.get(f"{url.path}?{url.query}")

    assert 'width="200" height="200"' in response.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 'width="800" height="800" viewBox="0 0 800 800" preserveAspectRatio="xMidYMid meet"'),
        ("?width=200", 'width="200" height="200"'),
        ("?height=90", 'width="90" height="90"'),
        (
            "?width=200&height=90&crop=center",
            'width="200" height="90" viewBox="0 0 800 800" preserveAspectRatio="xMidYMid s',
        ),
        ("?width=200&height=90&crop=top", 'preserveAspectRatio="xMidYMin slice"'),
        ("?width=90&height=200&crop=RIGHT", 'preserveAspectRatio="xMaxYMid slice"'),
        ("?width=999999", 'width="5760"'),
        ("?width=wide", 'width="800"'),
    ],
)
async def test_a_picture_has_the_size_and_crop_asked_for(http: httpx.AsyncClient, query: str, expected: str) -> None:
    assert expected in (await http.get(f"/sandbox/pictures/drink/latte.svg{query}")).text


async def test_pictures_are_coloured_like_what_they_show(http: httpx.AsyncClient) -> None:
    black = (await http.get("/sandbox/pictures/cup/camp-mug-black.svg")).text
    sage = (await http.get("/sandbox/pictures/cup/camp-mug-sage.svg")).text

    assert "#2e2a28" in black
    assert "#9caf88" in sage


async def test_the_checkout_page_shows_the_cart_and_its_total(http: httpx.AsyncClient) -> None:
    create = """mutation { cartCreate(input: {lines: [{merchandiseId: "gid://shopify/ProductVariant/44000000001",
      quantity: 2, attributes: [{key: "Note", value: "<extra> hot"}]}],
      buyerIdentity: {email: "guest@buyer.example"}}) {
      cart { checkoutUrl cost { subtotalAmount { amount } totalAmount { amount } } } userErrors { message } } }"""
    made = (await http.post(STOREFRONT, json={"query": create})).json()["data"]["cartCreate"]
    url = urlsplit(made["cart"]["checkoutUrl"])

    shown = (await http.get(f"{url.path}?{url.query}")).text
    stranger = (await http.get(url.path)).text

    assert "Latte" in shown
    assert "2 × " in shown
    assert f"{float(made['cart']['cost']['totalAmount']['amount']):.2f} USD" in shown
    assert "&lt;extra&gt; hot" in shown
    assert "guest@buyer.example" in shown
    assert "guest@buyer.example" not in stranger


async def test_there_is_no_checkout_for_an_unknown_cart(http: httpx.AsyncClient) -> None:
    assert (await http.get("/sandbox/checkout/nothing?key=1")).status_code == 404


async def test_the_design_records_have_the_format_of_designs_file(http: httpx.AsyncClient, store: Store) -> None:
    response = await http.get("/sandbox/designs.json")

    designs = read_designs(response.text)
    assert len(designs) == 5
    assert all(design.full_image_url.startswith(f"{store.public_url}/sandbox/designs/") for design in designs)


async def test_admin_answers_with_the_sandboxs_time(http: httpx.AsyncClient, store: Store) -> None:
    store.clock.advance(3600)
    response = await http.post("/admin/api/2026-10/graphql.json", json=NAME)

    assert parsedate_to_datetime(response.headers["date"]) == store.clock.now()


@pytest.mark.parametrize("path", ["/sandbox/nothing", "/sandbox/orders/1/nothing/more", "/sandbox/square"])
async def test_an_unknown_path_of_the_sandbox_says_where_its_pages_are(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert answer.status_code == 404
    assert answer.json() == {"error": f"There is nothing at {path}. All pages and controls are listed at /sandbox."}


async def test_a_method_that_a_control_does_not_take_is_refused_with_those_that_it_takes(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.put("/sandbox/faults", json={})

    assert answer.status_code == 405
    assert answer.json()["error"].startswith("PUT is not possible here: use ")
    assert {"GET", "POST", "DELETE"} <= set(answer.headers["allow"].split(", "))
