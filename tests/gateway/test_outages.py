"""What remains of a page when an upstream fails, and how the missing parts are reported.

The tests run in virtual time: what waits for a deadline or before a repetition takes none.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app import create_app
from sandbox.store import SHOP_DOMAIN
from tests.serving import STOREFRONT_PATH, Answer, GivenSettings, Served, sandbox_at_noon, serving
from tests.virtual_time import in_no_time, virtual_timing

PAGE = """query Page($handle: String!) {
  product(handle: $handle) {
    title
    variants(first: 2) { nodes { sku inventory { tracked } printful { size } } }
  }
  gateway { mode }
}"""
MUG = {"handle": "your-design-mug"}
# Of what the upstreams and their fronts say, this is what must not reach a caller.
FOREIGN_WORDS = (
    "Bad Gateway",
    "<html",
    "unexpected",
    "recently sent",
    "sandbox-",
    "http://sandbox",
    "/admin/api",
    "JSONDecodeError",
    "Traceback",
)
# What is the matter -> the sandbox's fault with its details, and the code that callers get.
FAILURES: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "is down": ("status", {"status": 503}, "TRY_LATER"),
    "fails on its own account": ("status", {"status": 500, "body": "unexpected: line 7"}, "TRY_LATER"),
    "never answers": ("timeout", {}, "TRY_LATER"),
    "does the work and its answer is lost": ("lost", {}, "TRY_LATER"),
    "is slower than its deadline": ("latency", {"latency_s": 60}, "TRY_LATER"),
    "limits our requests": ("throttle", {}, "THROTTLED"),
    "answers with a web page": ("html", {}, "UPSTREAM_BROKEN"),
    "breaks off in the middle": ("truncated", {}, "UPSTREAM_BROKEN"),
    "answers with a list": ("list", {}, "UPSTREAM_BROKEN"),
    "answers with an empty object": ("empty", {}, "UPSTREAM_BROKEN"),
    "answers with texts for objects": ("wrong-type", {}, "UPSTREAM_BROKEN"),
    "refuses our token": ("status", {"status": 401, "body": {"errors": "unexpected token"}}, "ACCESS_DENIED"),
    "refuses our scopes": ("status", {"status": 403, "body": {"errors": "unexpected scope"}}, "ACCESS_DENIED"),
}
VARIANT_PATH = ["product", "variants", "nodes"]


@asynccontextmanager
async def gateway_with(upstream: str, kind: str, details: Mapping[str, Any]) -> AsyncIterator[Served]:
    async with serving(sandbox_at_noon(), timing=virtual_timing()) as gateway:
        gateway.sandbox.faults.add(upstream, kind, **details)
        yield gateway


def said(answer: Answer) -> set[tuple[str, str]]:
    """The upstreams and codes that an answer's errors name; nothing of what the upstreams said is in it."""
    text = json.dumps(answer)
    assert [each for each in FOREIGN_WORDS if each in text] == []
    for error in answer["errors"]:
        assert error["message"].endswith("."), error
    return {(error["extensions"]["upstream"], error["extensions"]["code"]) for error in answer["errors"]}


def failures(test: Any) -> Any:
    return pytest.mark.parametrize("failure", FAILURES)(test)


@failures
@in_no_time
async def test_while_admin_fails_the_page_lacks_stock_alone(failure: str) -> None:
    kind, details, code = FAILURES[failure]
    async with gateway_with("admin", kind, details) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    nodes = answer["data"]["product"]["variants"]["nodes"]
    assert [each["inventory"] for each in nodes] == [None, None]
    assert [each["printful"] for each in nodes] == [{"size": "11 oz"}, {"size": "15 oz"}]
    assert answer["data"]["gateway"] == {"mode": "sandbox"}
    assert said(answer) == {("admin", code)}
    assert [each["path"] for each in answer["errors"]] == [[*VARIANT_PATH, place, "inventory"] for place in (0, 1)]


@failures
@in_no_time
async def test_while_printful_fails_the_page_lacks_print_data_alone(failure: str) -> None:
    kind, details, code = FAILURES[failure]
    async with gateway_with("printful", kind, details) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    nodes = answer["data"]["product"]["variants"]["nodes"]
    assert [each["printful"] for each in nodes] == [None, None]
    assert [each["inventory"] for each in nodes] == [{"tracked": False}] * 2
    assert said(answer) == {("printful", code)}
    assert [each["path"] for each in answer["errors"]] == [[*VARIANT_PATH, place, "printful"] for place in (0, 1)]


@failures
@in_no_time
async def test_gateway_fields_survive_an_outage_of_storefront(failure: str) -> None:
    kind, details, code = FAILURES[failure]
    async with gateway_with("storefront", kind, details) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    assert answer["data"] == {"product": None, "gateway": {"mode": "sandbox"}}
    assert said(answer) == {("storefront", code)}
    assert [each["path"] for each in answer["errors"]] == [["product"]]


# What is Shopify's own answer is handed on as it is.
OUTAGES = [each for each in FAILURES if each not in ("answers with texts for objects", "limits our requests")]


@pytest.mark.parametrize("failure", OUTAGES)
@in_no_time
async def test_during_an_outage_of_storefront_each_root_field_has_an_error(failure: str) -> None:
    kind, details, code = FAILURES[failure]
    async with gateway_with("storefront", kind, details) as gateway:
        answer = await gateway.ask('{ a: product(handle: "latte") { title } menu(handle: "main-menu") { title } }')

    assert answer["data"] == {"a": None, "menu": None}
    assert said(answer) == {("storefront", code)}
    assert [each["path"] for each in answer["errors"]] == [["a"], ["menu"]]


@pytest.mark.parametrize("failure", OUTAGES)
@in_no_time
async def test_during_an_outage_of_storefront_a_mutation_is_sent_once_and_fails(failure: str) -> None:
    kind, details, code = FAILURES[failure]
    async with gateway_with("storefront", kind, details) as gateway:
        answer = await gateway.ask("mutation { cartCreate { cart { id } } }")
        assert gateway.requests == {"storefront": 1}

    assert answer["data"] == {"cartCreate": None}
    assert said(answer) == {("storefront", code)}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '"unexpected"',
        {"data": None},
        {"data": []},
        {"data": "unexpected"},
        {"data": {}},
        {"errors": []},
        {"errors": "unexpected"},
        {"errors": [{}]},
        {"errors": ["unexpected"], "data": None},
        {"data": {"product": []}},
        {"data": {"product": 7}},
    ],
    ids=json.dumps,
)
@in_no_time
async def test_a_malformed_answer_costs_only_its_fields(body: Any) -> None:
    async with gateway_with("storefront", "status", {"status": 200, "body": body}) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    assert answer["data"] == {"product": None, "gateway": {"mode": "sandbox"}}
    ((upstream, code),) = said(answer)
    assert upstream == "storefront"
    assert code in {"UPSTREAM_BROKEN", "UPSTREAM_REJECTED"}


@pytest.mark.parametrize(
    ("product", "left", "path"),
    [
        ({"title": "Mug", "variants": "unexpected"}, None, ["product", "variants"]),
        ({"title": "Mug", "variants": {"nodes": {}}}, None, ["product", "variants", "nodes"]),
        ({"title": "Mug", "variants": {"nodes": [7]}}, None, ["product", "variants", "nodes", 0]),
        ({"title": "Mug", "variants": {"nodes": None}}, None, ["product", "variants", "nodes"]),
        ({"title": "Mug"}, None, ["product", "variants"]),
    ],
    ids=json.dumps,
)
@in_no_time
async def test_a_null_in_an_answer_is_reported_with_its_path(product: Any, left: Any, path: list[Any]) -> None:
    body = {"data": {"product": product}}
    async with gateway_with("storefront", "status", {"status": 200, "body": body}) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    assert answer["data"] == {"product": left, "gateway": {"mode": "sandbox"}}
    assert [each["path"] for each in answer["errors"]] == [path]
    assert said(answer) == {("storefront", "UPSTREAM_BROKEN")}


@in_no_time
async def test_a_gateway_field_without_its_needs_is_null_with_an_error() -> None:
    nodes = [{"sku": "A"}, {"sku": "B", "_kynda_id": "gid://shopify/ProductVariant/1", "_kynda_sku": "B"}]
    body = {"data": {"product": {"title": "Mug", "variants": {"nodes": nodes}}}}
    async with gateway_with("storefront", "status", {"status": 200, "body": body}) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    assert answer["data"]["product"]["variants"]["nodes"] == [
        {"sku": "A", "inventory": None, "printful": None},
        {"sku": "B", "inventory": None, "printful": None},
    ]
    assert said(answer) == {("storefront", "UPSTREAM_BROKEN")}


@in_no_time
async def test_a_failed_product_at_printful_costs_only_its_own_variants() -> None:
    query = """{
      mug: product(handle: "your-design-mug") { variants(first: 1) { nodes { printful { size } } } }
      tote: product(handle: "your-design-tote") { variants(first: 1) { nodes { printful { size } } } }
    }"""
    async with gateway_with("printful", "html", {"match": "/printful/products/variant/1320"}) as gateway:
        answer = await gateway.ask(query)

    assert answer["data"]["mug"]["variants"]["nodes"] == [{"printful": None}]
    assert answer["data"]["tote"]["variants"]["nodes"][0]["printful"]["size"]
    assert [each["path"] for each in answer["errors"]] == [["mug", "variants", "nodes", 0, "printful"]]


@pytest.mark.parametrize("upstream", ["storefront", "admin", "printful"])
@in_no_time
async def test_a_single_failure_of_a_read_is_made_good_by_repeating_it(upstream: str) -> None:
    async with gateway_with(upstream, "status", {"status": 503, "times": 1}) as gateway:
        answer = await gateway.ask(PAGE, MUG)

    assert "errors" not in answer
    assert [each["inventory"] is not None for each in answer["data"]["product"]["variants"]["nodes"]] == [True, True]


@pytest.mark.parametrize("upstream", ["storefront", "admin", "printful"])
@in_no_time
async def test_after_an_outage_the_page_is_complete_again(upstream: str) -> None:
    async with gateway_with(upstream, "status", {"status": 503}) as gateway:
        for _ in range(4):
            assert "errors" in await gateway.ask(PAGE, MUG)
        gateway.sandbox.faults.clear()
        await asyncio.sleep(60)  # as long as an upstream that failed may be left alone
        answer = await gateway.ask(PAGE, MUG)

    assert "errors" not in answer


@in_no_time
async def test_the_gateway_starts_and_answers_for_itself_while_all_upstreams_are_dead() -> None:
    sandbox = sandbox_at_noon()
    for upstream in ("storefront", "admin", "printful"):
        sandbox.faults.add(upstream, "timeout")
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        assert gateway.requests == {}
        assert (await gateway.http.get("/health")).status_code == 200
        assert await gateway.ask("{ gateway { mode } }") == {"data": {"gateway": {"mode": "sandbox"}}}
        answer = await gateway.ask(PAGE, MUG)

    assert answer["data"] == {"product": None, "gateway": {"mode": "sandbox"}}
    assert said(answer) == {("storefront", "TRY_LATER")}


LIVE = {
    "gateway_mode": "live",
    "shopify_store_domain": SHOP_DOMAIN,
    "shopify_storefront_private_token": "sandbox-private",
    "shopify_admin_access_token": "sandbox-admin",
    "printful_api_key": "sandbox-printful",
    "printful_store_id": "1",
    "shopify_storefront_url": f"http://sandbox{STOREFRONT_PATH}",
    "shopify_admin_url": "http://sandbox/admin/api/2026-10/graphql.json",
    "printful_api_url": "http://sandbox/printful",
}


async def live_answer(transport: httpx.AsyncBaseTransport, **settings: Any) -> Answer:
    """What a gateway in live mode answers to the page, its upstreams being on `transport`."""
    app = create_app(GivenSettings(**{**LIVE, **settings}), transport=transport, timing=virtual_timing())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        answer: Answer = (await http.post("/graphql", json={"query": PAGE, "variables": MUG})).json()
        return answer


@pytest.mark.parametrize(
    ("setting", "upstream", "missing"),
    [
        ("shopify_storefront_private_token", "storefront", ["product"]),
        ("shopify_admin_access_token", "admin", "inventory"),
        ("printful_api_key", "printful", "printful"),
    ],
)
@in_no_time
async def test_a_wrong_token_costs_only_its_fields(setting: str, upstream: str, missing: Any) -> None:
    answer = await live_answer(httpx.ASGITransport(sandbox_at_noon().app), **{setting: "wrong"})

    assert said(answer) == {(upstream, "ACCESS_DENIED")}
    paths = [each["path"] for each in answer["errors"]]
    assert paths in ([missing], [[*VARIANT_PATH, place, missing] for place in (0, 1)])


@in_no_time
async def test_an_upstream_that_is_not_set_up_costs_only_its_fields() -> None:
    off = {"shopify_admin_access_token": None, "printful_api_key": None, "printful_store_id": None}
    answer = await live_answer(httpx.ASGITransport(sandbox_at_noon().app), **off)

    assert answer["data"]["product"]["title"]
    assert said(answer) == {("admin", "NOT_CONFIGURED"), ("printful", "NOT_CONFIGURED")}


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout])
@in_no_time
async def test_a_network_that_fails_is_an_upstream_that_does_not_answer(error: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("unexpected", request=request)

    answer = await live_answer(httpx.MockTransport(fail))

    assert answer["data"] == {"product": None, "gateway": {"mode": "live"}}
    assert said(answer) == {("storefront", "TRY_LATER")}
