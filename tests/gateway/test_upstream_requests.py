"""The number of upstream requests of an operation, counted at the upstreams."""

from collections import Counter

import httpx
import orjson
import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from tests.gateway.examples import document, expectation
from tests.serving import Served

LISTING = """query Listing($first: Int = 50) {
  products(first: $first, reverse: true) {
    nodes {
      handle
      kind
      variants(first: 250) {
        nodes {
          id
          sku
          inventory { tracked availability levels { availability location { name } } }
          printful { size availability { region status } product { id name } }
        }
      }
    }
  }
}"""
FEATURED = "featuredProducts(first: 2) { nodes { handle } }"


def bodies(gateway: Served, upstream: str) -> list[dict[str, object]]:
    """The GraphQL requests that an upstream has seen, in order."""
    return [orjson.loads(each.body) for each in gateway.sandbox.faults.log if each.upstream == upstream]


def paths(gateway: Served, upstream: str) -> list[str]:
    return [each.path for each in gateway.sandbox.faults.log if each.upstream == upstream]


def root_keys(query: object) -> list[str]:
    definition = parse(str(query)).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    fields = [each for each in definition.selection_set.selections if isinstance(each, FieldNode)]
    return [(each.alias or each.name).value for each in fields]


@pytest.mark.parametrize("name", ["product_page", "collection", "search", "shell", "nodes"])
async def test_a_pure_operation_is_one_request_to_storefront_and_none_to_others(name: str, gateway: Served) -> None:
    query, variables = document(name), expectation(name)["variables"]
    await gateway.ask(query, variables)

    assert gateway.requests == {"storefront": 1}
    assert bodies(gateway, "storefront") == [{"query": query, "variables": variables}]


async def test_variables_that_the_operation_does_not_use_are_not_forwarded(gateway: Served) -> None:
    await gateway.ask("{ shop { name } }", {"session": "secret"})

    assert bodies(gateway, "storefront") == [{"query": "{ shop { name } }"}]


async def test_a_listing_with_stock_and_print_data_makes_one_storefront_request(gateway: Served) -> None:
    answer = await gateway.ask(LISTING)

    assert "errors" not in answer
    assert len(answer["data"]["products"]["nodes"]) == 50
    assert gateway.requests["storefront"] == 1


async def test_the_stock_of_a_listing_costs_one_admin_request_per_1000_points(gateway: Served) -> None:
    answer = await gateway.ask(LISTING)
    variants = [each["id"] for product in answer["data"]["products"]["nodes"] for each in product["variants"]["nodes"]]
    asked = [orjson.loads(orjson.dumps(body["variables"]))["ids"] for body in bodies(gateway, "admin")]

    assert Counter(each for ids in asked for each in ids) == Counter(variants)
    assert len(asked) == gateway.requests["admin"] == 4
    # One more in the first would be too much for Admin: fewer requests could not do.
    whole = bodies(gateway, "admin")[0] | {"variables": {"ids": variants[: len(asked[0]) + 1]}}
    transport = httpx.ASGITransport(gateway.sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as straight:
        headers = {"x-shopify-access-token": "sandbox-admin"}
        refused = (await straight.post("/admin/api/2026-10/graphql.json", json=whole, headers=headers)).json()
    assert refused["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


async def test_the_stock_of_a_short_listing_costs_one_admin_request(gateway: Served) -> None:
    await gateway.ask(LISTING, {"first": 5})

    assert gateway.requests["admin"] == 1


async def test_print_data_costs_one_request_per_product_and_one_to_learn_the_product(
    gateway: Served,
) -> None:
    answer = await gateway.ask(LISTING)
    variants = [each for product in answer["data"]["products"]["nodes"] for each in product["variants"]["nodes"]]
    made = [each for each in variants if each["printful"] is not None]
    products = {each["printful"]["product"]["id"] for each in made}
    synced = {each["sku"].removeprefix("PFUL-SYNC-") for each in made if "SYNC" in each["sku"]}
    asked = Counter(paths(gateway, "printful"))

    assert len(made) > 40
    assert set(asked.values()) == {1}
    assert {path for path in asked if path.startswith("/printful/products/") and "variant" not in path} == {
        f"/printful/products/{each}" for each in products
    }
    assert {path for path in asked if "/store/variants/" in path} == {
        f"/printful/store/variants/{each}" for each in synced
    }
    assert sum("/products/variant/" in path for path in asked) <= len(products)


async def test_the_product_of_a_print_variant_is_looked_up_once(gateway: Served) -> None:
    await gateway.ask(LISTING)
    gateway.sandbox.faults.forget_requests()
    await gateway.ask(LISTING)

    assert [path for path in paths(gateway, "printful") if "/products/variant/" in path] == []


async def test_a_variant_at_several_places_is_read_once(gateway: Served) -> None:
    stock = "variants(first: 1) { nodes { inventory { tracked } printful { size } again: inventory { availability } } }"
    query = f"""{{
      a: product(handle: "your-design-mug") {{ {stock} }}
      b: product(handle: "your-design-mug") {{ {stock} }}
    }}"""
    answer = await gateway.ask(query)

    assert answer["data"]["a"] == answer["data"]["b"]
    assert gateway.requests["admin"] == 1
    assert max(Counter(paths(gateway, "printful")).values()) == 1
    assert len(bodies(gateway, "admin")[0]["variables"]["ids"]) == 1  # type: ignore[index]


async def test_gateway_fields_from_storefront_data_make_no_other_request(gateway: Served) -> None:
    await gateway.ask("{ products(first: 50) { nodes { kind isFeatured isCustomizable } } }")

    assert gateway.requests == {"storefront": 1}


async def test_goods_that_printful_does_not_make_cost_it_no_request(gateway: Served) -> None:
    answer = await gateway.ask('{ product(handle: "latte") { variants(first: 9) { nodes { printful { size } } } } }')

    assert answer["data"]["product"]["variants"]["nodes"] == [{"printful": None}] * 9
    assert gateway.requests == {"storefront": 1}


async def test_a_rewritten_field_costs_one_request(gateway: Served) -> None:
    answer = await gateway.ask(f"{{ {FEATURED} }}")

    assert len(answer["data"]["featuredProducts"]["nodes"]) == 2
    assert gateway.requests == {"storefront": 1}


async def test_a_rewritten_field_travels_with_the_others(gateway: Served) -> None:
    query = f'{{ best: {FEATURED} {FEATURED} shop {{ name }} product(handle: "latte") {{ kind }} gateway {{ mode }} }}'
    answer = await gateway.ask(query)

    assert list(answer["data"]) == ["best", "featuredProducts", "shop", "product", "gateway"]
    assert answer["data"]["best"] == answer["data"]["featuredProducts"]
    assert gateway.requests == {"storefront": 1}


@pytest.mark.parametrize(
    "query",
    [
        "{ gateway { mode upstreams } }",
        "{ __typename ...Own } fragment Own on QueryRoot { gateway { storefrontApiVersion } }",
        "{ __schema { queryType { name } } gateway { mode } }",
        "mutation { __typename }",
    ],
)
async def test_gateway_only_fields_cost_no_request(query: str, gateway: Served) -> None:
    answer = await gateway.ask(query)

    assert "errors" not in answer
    assert gateway.requests == {}


@pytest.mark.parametrize(
    "query", ["{ gateway { nothing } }", "{ shop {", "query A { shop { id } } query B { shop { id } }"]
)
async def test_a_refused_operation_costs_no_request(query: str, gateway: Served) -> None:
    answer = await gateway.ask(query)

    assert "data" not in answer
    assert gateway.requests == {}


async def test_an_excluded_fragment_still_costs_one_request(gateway: Served) -> None:
    query = (
        "query ($more: Boolean!) { shop { name } ... @include(if: $more) { products(first: 1) { nodes { kind } } } }"
    )

    assert await gateway.ask(query, {"more": False}) == {"data": {"shop": {"name": "Kynda Coffee"}}}
    assert gateway.requests == {"storefront": 1}


async def test_a_skipped_field_costs_its_upstream_no_request(gateway: Served) -> None:
    query = """query ($stock: Boolean = false) {
      product(handle: "ceramic-mug") { variants(first: 1) { nodes { sku inventory @include(if: $stock) { tracked } } } }
    }"""
    answer = await gateway.ask(query)

    assert answer["data"]["product"]["variants"]["nodes"] == [{"sku": "CERMUG-WHITE"}]
    assert gateway.requests == {"storefront": 1}


async def test_several_mutations_are_one_request_in_their_order(gateway: Served) -> None:
    query = """mutation Two($note: String!) {
      second: cartCreate(input: { note: "b" }) { cart { note } }
      first: cartCreate(input: { note: $note }) { cart { note } }
      __typename
      third: cartCreate(input: { note: "c" }) { cart { note lines(first: 1) { nodes { id } } } }
    }"""
    answer = await gateway.ask(query, {"note": "a"})

    assert list(answer["data"]) == ["second", "first", "__typename", "third"]
    assert answer["data"]["first"] == {"cart": {"note": "a"}}
    assert gateway.requests == {"storefront": 1}
    assert root_keys(bodies(gateway, "storefront")[0]["query"]) == ["second", "first", "__typename", "third"]
    assert [each.note for each in gateway.sandbox.store.carts.values()][-3:] == ["b", "a", "c"]


async def test_a_mutation_with_gateway_fields_in_its_answer_is_sent_once(gateway: Served) -> None:
    query = """mutation Add($lines: [CartLineInput!]) {
      cartCreate(input: { lines: $lines }) {
        cart { lines(first: 1) { nodes { merchandise { ... on ProductVariant { sku inventory { tracked } } } } } }
      }
    }"""
    mug = await gateway.ask('{ product(handle: "ceramic-mug") { variants(first: 1) { nodes { id } } } }')
    gateway.sandbox.faults.forget_requests()
    before = len(gateway.sandbox.store.carts)
    line = {"merchandiseId": mug["data"]["product"]["variants"]["nodes"][0]["id"]}
    answer = await gateway.ask(query, {"lines": [line]})

    merchandise = answer["data"]["cartCreate"]["cart"]["lines"]["nodes"][0]["merchandise"]
    assert merchandise == {"sku": "CERMUG-WHITE", "inventory": {"tracked": True}}
    assert gateway.requests == {"storefront": 1, "admin": 1}
    assert len(gateway.sandbox.store.carts) == before + 1


async def test_a_mutation_that_failed_is_not_sent_again(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status", status=503)
    answer = await gateway.ask('mutation { cartCreate(input: { note: "once" }) { cart { id } } }')

    assert answer["data"] == {"cartCreate": None}
    assert gateway.requests == {"storefront": 1}
