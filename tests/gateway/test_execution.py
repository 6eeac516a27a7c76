"""Language features in mixed operations, refusals, and Storefront's faults."""

from typing import Any

import pytest

from schema.execution.joins import READ_FIELDS
from tests.serving import STAFF, Served, sandbox_at_noon, serving

MUG = '(handle: "ceramic-mug")'
STOCK = "inventory { tracked availability }"


async def test_aliases_apply_to_storefront_fields_and_gateway_fields(gateway: Served) -> None:
    answer = await gateway.ask(
        f"""{{
          cup: product{MUG} {{ name: title what: kind again: kind yes: isFeatured }}
          latte: product(handle: "latte") {{ what: title name: kind }}
        }}"""
    )

    assert answer == {
        "data": {
            "cup": {"name": "Ceramic Mug", "what": "MERCHANDISE", "again": "MERCHANDISE", "yes": True},
            "latte": {"what": "Latte", "name": "MENU_ITEM"},
        }
    }
    assert list(answer["data"]["cup"]) == ["name", "what", "again", "yes"]


async def test_a_storefront_field_may_have_the_alias_of_a_gateway_field(gateway: Served) -> None:
    answer = await gateway.ask(f"{{ product{MUG} {{ kind: productType isFeatured: title printful: kind }} }}")

    product = {"kind": "Drinkware", "isFeatured": "Ceramic Mug", "printful": "MERCHANDISE"}
    assert answer == {"data": {"product": product}}


async def test_named_and_inline_fragments_hold_gateway_fields_at_any_depth(gateway: Served) -> None:
    answer = await gateway.ask(
        """query {
          ...Root
          ... on QueryRoot { collection(handle: "drinkware") { products(first: 1) { ...Items } } }
        }
        fragment Root on QueryRoot { gateway { ...Mode } }
        fragment Mode on Gateway { mode }
        fragment Items on ProductConnection { edges { node { ...Card ... { kind } } } }
        fragment Card on Product { handle ...More variants(first: 1) { nodes { ...Stocked } } }
        fragment More on Product { isFeatured }
        fragment Stocked on ProductVariant { sku ... { inventory { ...Tracked } } }
        fragment Tracked on VariantInventory { tracked }"""
    )

    node = {
        "handle": "ceramic-mug",
        "isFeatured": True,
        "variants": {"nodes": [{"sku": "CERMUG-WHITE", "inventory": {"tracked": True}}]},
        "kind": "MERCHANDISE",
    }
    assert answer == {"data": {"gateway": {"mode": "sandbox"}, "collection": {"products": {"edges": [{"node": node}]}}}}


async def test_the_same_field_in_several_fragments_is_merged(gateway: Served) -> None:
    answer = await gateway.ask(
        f"""{{
          product{MUG} {{ ...A ...B variants(first: 1) {{ nodes {{ sku }} }} }}
          product{MUG} {{ title variants(first: 1) {{ nodes {{ inventory {{ availability }} }} }} }}
        }}
        fragment A on Product {{ variants(first: 1) {{ nodes {{ {STOCK} }} }} kind }}
        fragment B on Product {{ kind variants(first: 1) {{ nodes {{ title inventory {{ tracked }} }} }} }}"""
    )

    node = {
        "inventory": {"tracked": True, "availability": "IN_STOCK"},
        "title": "White",
        "sku": "CERMUG-WHITE",
    }
    product = {"variants": {"nodes": [node]}, "kind": "MERCHANDISE", "title": "Ceramic Mug"}
    assert answer == {"data": {"product": product}}


async def test_variables_and_their_defaults_reach_both_kinds_of_fields(gateway: Served) -> None:
    query = """query Guide($handle: String = "your-design-shirt", $n: Int = 1, $unit: SizeUnit! = CM) {
      product(handle: $handle) {
        variants(first: $n) { nodes { printful { product { sizeGuide(unit: $unit) { tables { unit } } } } } }
      }
    }"""

    def units(answer: dict[str, Any]) -> set[str]:
        (node,) = answer["data"]["product"]["variants"]["nodes"]
        tables = node["printful"]["product"]["sizeGuide"]["tables"]
        return {each["unit"] for each in tables} - {None, "none"}

    assert units(await gateway.ask(query)) == {"cm"}
    assert units(await gateway.ask(query, {"unit": "INCHES"})) == {"inches"}
    assert (await gateway.ask(query, {"handle": "no-such-product"})) == {"data": {"product": None}}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($n: Int!) { products(first: $n) { nodes { kind } } }", {}),
        ("query ($n: Int!) { products(first: $n) { nodes { kind } } }", {"n": "three"}),
        ("query ($of: SitemapType!) { gateway { mode } sitemap(type: $of) { pagesCount { count } } }", {"of": 1}),
        (
            """mutation ($address: CartAddressInput!) {
              cartDeliveryAddressesAdd(cartId: "1", addresses: [{ address: $address }]) {
                cart { lines(first: 1) { nodes { merchandise { ... on ProductVariant { inventory { tracked } } } } } }
              }
            }""",
            {"address": {"copyFromCustomerAddressId": "1", "deliveryAddress": {}}},
        ),
    ],
)
async def test_variables_of_a_wrong_type_are_refused_before_any_request(
    query: str, variables: dict[str, Any], gateway: Served
) -> None:
    answer = await gateway.ask(query, variables)

    assert "data" not in answer
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["BAD_USER_INPUT"]
    assert gateway.requests == {}


async def test_an_unknown_value_in_a_variable_is_shopifys_to_judge(gateway: Served) -> None:
    query = "query ($of: SitemapType!) { gateway { mode } sitemap(type: $of) { pagesCount { count } } }"
    answer = await gateway.ask(query, {"of": "SHELF"})

    assert [each["message"] for each in answer["errors"]] == [
        "Variable $of of type SitemapType! was provided invalid value"
    ]


@pytest.mark.parametrize("yes", [True, False])
async def test_skip_and_include_apply_to_gateway_fields_and_their_parents(yes: bool, gateway: Served) -> None:
    answer = await gateway.ask(
        f"""query ($yes: Boolean!) {{
          product{MUG} {{
            title @include(if: $yes)
            kind @include(if: $yes)
            isFeatured @skip(if: $yes)
            ... @skip(if: $yes) {{ isCustomizable }}
            ...Stock @include(if: $yes)
          }}
          gateway @skip(if: $yes) {{ mode }}
          featuredProducts(first: 1) @include(if: $yes) {{ nodes {{ handle kind }} }}
        }}
        fragment Stock on Product {{ variants(first: 1) {{ nodes {{ inventory {{ tracked }} }} }} }}""",
        {"yes": yes},
    )

    with_it = {
        "product": {
            "title": "Ceramic Mug",
            "kind": "MERCHANDISE",
            "variants": {"nodes": [{"inventory": {"tracked": True}}]},
        },
        "featuredProducts": {"nodes": [{"handle": "latte", "kind": "MENU_ITEM"}]},
    }
    without = {"product": {"isFeatured": True, "isCustomizable": False}, "gateway": {"mode": "sandbox"}}
    assert answer == {"data": with_it if yes else without}


async def test_lists_keep_their_order_and_their_nulls(gateway: Served) -> None:
    ids = ["gid://shopify/Product/1", *(await product_ids(gateway, "latte", "ceramic-mug")), "gid://shopify/Menu/1"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { handle kind } } }"

    latte, mug = {"handle": "latte", "kind": "MENU_ITEM"}, {"handle": "ceramic-mug", "kind": "MERCHANDISE"}
    assert await gateway.ask(query, {"ids": ids}) == {"data": {"nodes": [None, latte, mug, None]}}


async def test_an_object_that_is_null_has_no_gateway_fields(gateway: Served) -> None:
    query = '{ product(handle: "none") { kind variants(first: 1) { nodes { inventory { tracked } } } } }'

    assert await gateway.ask(query) == {"data": {"product": None}}


async def test_storefronts_typename_decides_interfaces_and_unions(gateway: Served) -> None:
    answer = await gateway.ask(
        """{
          search(query: "mug", first: 1, types: [PRODUCT]) { nodes { __typename ... on Product { kind } ...Page } }
          menu(handle: "main-menu") { items { items { resource { __typename ... on Product { kind handle } } } } }
        }
        fragment Page on Page { handle }"""
    )

    assert answer["data"]["search"]["nodes"] == [{"__typename": "Product", "kind": "MERCHANDISE"}]
    resources = [each["resource"] for item in answer["data"]["menu"]["items"] for each in item["items"]]
    assert {"__typename": "Product", "kind": "MERCHANDISE", "handle": "your-design-shirt"} in resources
    assert {"__typename": "Collection"} in resources


async def test_node_gives_an_object_of_any_type_with_its_gateway_fields(gateway: Served) -> None:
    (mug,) = await product_ids(gateway, "ceramic-mug")
    query = """query ($id: ID!) {
      node(id: $id) { id ... on HasMetafields { ... on Product { kind } } ... on Page { title } }
    }"""

    assert await gateway.ask(query, {"id": mug}) == {"data": {"node": {"id": mug, "kind": "MERCHANDISE"}}}


async def test_typename_is_storefronts_own_everywhere(gateway: Served) -> None:
    answer = await gateway.ask(
        f"""{{
          __typename
          product{MUG} {{ __typename kind variants(first: 1) {{ __typename nodes {{ t: __typename {STOCK} }} }} }}
          gateway {{ __typename }}
          featuredProducts(first: 1) {{ __typename }}
        }}"""
    )

    product = answer["data"]["product"]
    assert answer["data"]["__typename"] == "QueryRoot"
    assert (product["__typename"], product["variants"]["__typename"]) == ("Product", "ProductVariantConnection")
    assert product["variants"]["nodes"][0]["t"] == "ProductVariant"
    assert answer["data"]["gateway"] == {"__typename": "Gateway"}
    assert answer["data"]["featuredProducts"] == {"__typename": "ProductConnection"}
    assert await gateway.ask("mutation { __typename }") == {"data": {"__typename": "Mutation"}}


@pytest.mark.parametrize("field", ["handle", "kind", "isFeatured handle"])
async def test_defer_is_accepted_and_answered_in_one_part(field: str, gateway: Served) -> None:
    deferred = f'{{ product{MUG} {{ title ... @defer(label: "later") {{ {field} }} ...P @defer(if: true) }} }}'
    plain = f"{{ product{MUG} {{ title {field} ...P }} }}"
    part = "fragment P on Product { vendor }"

    assert await gateway.ask(f"{deferred} {part}") == await gateway.ask(f"{plain} {part}")


async def test_operation_name_selects_one_of_several_operations(gateway: Served) -> None:
    query = f"""
      query A {{ product{MUG} {{ ...P }} }}
      query B($handle: String!) {{ product(handle: $handle) {{ ...P }} }}
      mutation C {{ cartCreate {{ cart {{ id }} }} }}
      fragment P on Product {{ title kind }}"""

    assert await gateway.ask(query, name="A") == {"data": {"product": {"title": "Ceramic Mug", "kind": "MERCHANDISE"}}}
    latte = {"data": {"product": {"title": "Latte", "kind": "MENU_ITEM"}}}
    assert await gateway.ask(query, {"handle": "latte"}, name="B") == latte
    assert "cartCreate" not in str([each.body for each in gateway.sandbox.faults.log])
    for name in (None, "D"):
        answer = await gateway.ask(query, name=name)
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["OPERATION_RESOLUTION_FAILURE"]


async def test_introspection_answers_beside_data(gateway: Served) -> None:
    answer = await gateway.ask(
        f"""{{
          __type(name: "Product") {{ kind fields {{ name }} }}
          __schema {{ queryType {{ name }} directives {{ name }} }}
          product{MUG} {{ title kind }}
        }}"""
    )

    assert answer["data"]["product"] == {"title": "Ceramic Mug", "kind": "MERCHANDISE"}
    assert {"title", "kind", "isFeatured"} <= {each["name"] for each in answer["data"]["__type"]["fields"]}
    assert answer["data"]["__schema"]["queryType"] == {"name": "QueryRoot"}
    assert gateway.requests == {"storefront": 1}


async def test_introspection_can_be_limited_to_staff() -> None:
    async with serving(sandbox_at_noon(), introspection=False) as gateway:
        query = "{ __schema { queryType { name } } shop { name } }"
        refused = await gateway.ask(query)
        allowed = await gateway.ask(query, staff=True)

    assert [each["extensions"]["code"] for each in refused["errors"]] == ["FORBIDDEN"]
    assert "data" not in refused
    assert allowed["data"]["__schema"] == {"queryType": {"name": "QueryRoot"}}


@pytest.mark.parametrize(
    "query",
    [
        "{ _kynda_shop: shop { name } }",
        f"{{ product{MUG} {{ kind _kynda_tags: title }} }}",
        f"{{ product{MUG} {{ ...P }} }} fragment P on Product {{ _kynda_x: isFeatured }}",
    ],
)
async def test_reserved_aliases_are_refused(query: str, gateway: Served) -> None:
    answer = await gateway.ask(query)

    assert [each["extensions"]["code"] for each in answer["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert "_kynda_" in answer["errors"][0]["message"]
    assert gateway.requests == {}


STAFF_FIELDS = f"""{{
  product{MUG} {{
    title
    variants(first: 1) {{
      nodes {{ inventory {{ unitCost {{ amount currencyCode }} levels {{ onHand committed incoming available }} }} }}
    }}
  }}
}}"""


async def test_staff_fields_refuse_the_whole_operation_before_any_request(gateway: Served) -> None:
    answer = await gateway.ask(STAFF_FIELDS)

    assert "data" not in answer
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["FORBIDDEN"]
    assert gateway.requests == {}


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Basic sandbox-staff", "sandbox-staff", "Bearer ", "Bearer"])
async def test_a_wrong_staff_token_grants_nothing(authorization: str, gateway: Served) -> None:
    response = await gateway.http.post(
        "/graphql", json={"query": STAFF_FIELDS}, headers={"Authorization": authorization}
    )

    assert [each["extensions"]["code"] for each in response.json()["errors"]] == ["FORBIDDEN"]
    assert gateway.requests == {}


async def test_staff_fields_are_answered_with_the_token(gateway: Served) -> None:
    answer = await gateway.ask(STAFF_FIELDS, staff=True)

    assert "errors" not in answer
    (node,) = answer["data"]["product"]["variants"]["nodes"]
    assert node["inventory"]["unitCost"]["currencyCode"] == "USD"
    level = node["inventory"]["levels"][0]
    assert all(isinstance(level[name], int) for name in ("onHand", "committed", "incoming", "available"))


async def test_the_staff_token_does_not_reach_the_upstreams(gateway: Served) -> None:
    await gateway.ask(STAFF_FIELDS, staff=True)

    assert STAFF["Authorization"] not in str([each.headers for each in gateway.sandbox.faults.log])


EXACT = f"""{{
  product{MUG} {{ variants(first: 1) {{ nodes {{ inventory {{ availability available levels {{ available }} }} }} }} }}
}}"""


@pytest.mark.parametrize(("public", "staff"), [(False, False), (True, False), (False, True)])
async def test_exact_stock_is_for_staff_unless_the_setting_makes_it_public(public: bool, staff: bool) -> None:
    async with serving(sandbox_at_noon(), exact_stock_public=public) as gateway:
        answer = await gateway.ask(EXACT, staff=staff)

    (node,) = answer["data"]["product"]["variants"]["nodes"]
    numbers = [node["inventory"]["available"], *(each["available"] for each in node["inventory"]["levels"])]
    assert node["inventory"]["availability"] == "IN_STOCK"
    if public or staff:
        assert numbers[0] == sum(numbers[1:]) > 0
    else:
        assert numbers == [None] * len(numbers)


async def test_faults_of_storefront_keep_their_paths_and_codes_beside_the_data(gateway: Served) -> None:
    query = f"""{{
      product{MUG} {{ kind title bad: media(first: 999) {{ nodes {{ id }} }} }}
      wrong: node(id: "nonsense") {{ id ... on Product {{ kind }} }}
      shop {{ name }}
    }}"""
    answer = await gateway.ask(query)

    assert answer["data"] == {"product": None, "wrong": None, "shop": {"name": "Kynda Coffee"}}
    assert [(each["path"], each["extensions"]["code"]) for each in answer["errors"]] == [
        (["product", "bad"], "BAD_REQUEST"),
        (["wrong"], "argumentLiteralsIncompatible"),
    ]


async def test_a_fault_in_a_field_that_the_gateway_added_is_reported_at_its_object(gateway: Served) -> None:
    error = {
        "message": "hush",
        "path": ["product", "variants", "nodes", 0, "_kynda_sku"],
        "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "hush"},
    }
    nodes = [{"title": "White", "_kynda_sku": None, "_kynda_product": {"id": "1", "vendor": "Printful_DS"}}]
    body = {"data": {"product": {"variants": {"nodes": nodes}}}, "errors": [error]}
    gateway.sandbox.faults.add("storefront", "status", status=200, body=body)
    answer = await gateway.ask(
        f"{{ product{MUG} {{ variants(first: 1) {{ nodes {{ title printful {{ size }} }} }} }} }}"
    )

    assert answer["data"]["product"]["variants"]["nodes"] == [{"title": "White", "printful": None}]
    (told,) = answer["errors"]
    assert (told["path"], told["extensions"]["code"]) == (["product", "variants", "nodes", 0], "ACCESS_DENIED")
    assert "hush" not in str(answer)


async def test_storefronts_extensions_are_public(gateway: Served) -> None:
    body = {"data": {"shop": {"name": "Kynda"}}, "extensions": {"cost": {"requestedQueryCost": 7}}}
    gateway.sandbox.faults.add("storefront", "status", status=200, body=body)

    assert await gateway.ask("{ shop { name } }") == body
    assert await gateway.ask("{ shop { name } gateway { mode } }") == {
        "data": {"shop": {"name": "Kynda"}, "gateway": {"mode": "sandbox"}},
        "extensions": body["extensions"],
    }


async def test_user_errors_and_warnings_are_data_and_pass_untouched(gateway: Served) -> None:
    query = """mutation {
      cartCreate(input: { lines: [{ merchandiseId: "gid://shopify/ProductVariant/1" }], discountCodes: ["NO"] }) {
        cart { id }
        userErrors { code field message }
        warnings { code }
      }
    }"""
    answer = await gateway.ask(query)

    payload = answer["data"]["cartCreate"]
    assert payload["cart"] is None
    assert [each["code"] for each in payload["userErrors"]] == ["INVALID"]
    assert payload["userErrors"][0]["field"] == ["input", "lines", "0", "merchandiseId"]


async def test_the_context_directive_applies_to_the_forwarded_part(gateway: Served) -> None:
    query = """query ($country: CountryCode) @inContext(country: $country) {
      product(handle: "ceramic-mug") { kind priceRange { minVariantPrice { currencyCode } } }
    }"""
    answer = await gateway.ask(query, {"country": "DE"})

    price = {"minVariantPrice": {"currencyCode": "EUR"}}
    assert "errors" not in answer
    assert answer["data"] == {"product": {"kind": "MERCHANDISE", "priceRange": price}}


@pytest.mark.parametrize("version", ["2026-10", "2026-04", "unstable"])
async def test_shopifys_own_path_gives_the_same_answers(version: str, gateway: Served) -> None:
    request = {"query": f"{{ product{MUG} {{ title kind }} }}"}
    ours = await gateway.http.post("/graphql", json=request)
    theirs = await gateway.http.post(f"/api/{version}/graphql.json", json=request)

    assert theirs.json() == ours.json()


async def product_ids(gateway: Served, *handles: str) -> list[str]:
    """The ids of products; what was asked for them is not in the log."""
    asked = " ".join(f'p{place}: product(handle: "{handle}") {{ id }}' for place, handle in enumerate(handles))
    answer = await gateway.ask_storefront(f"{{ {asked} }}")
    gateway.sandbox.faults.forget_requests()
    return [each["id"] for each in answer["data"].values()]


@pytest.mark.parametrize(
    "query",
    [
        f"{{ product{MUG} {{ variants(first: 9) {{ nodes {{ a: {STOCK} b: {STOCK} }} }} }} }}",
        "{ a: gateway { mode } b: gateway { mode } c: gateway { mode } d: gateway { mode } }",
        "{ __schema { types { name } } }",
    ],
    ids=["below Storefront's objects", "of the gateway's own", "of the schema"],
)
async def test_an_answer_with_too_many_fields_is_refused(query: str) -> None:
    async with serving(sandbox_at_noon(), limit_answer_fields=5) as gateway:
        answer = await gateway.ask(query)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["MAX_COMPLEXITY_EXCEEDED"]
    assert "data" not in answer


def own_fields(value: Any) -> int:
    """How many fields a value of the gateway's own is made of, itself included."""
    if isinstance(value, list):
        return sum(own_fields(each) - 1 for each in value) + 1
    return 1 + sum(map(own_fields, value.values())) if isinstance(value, dict) else 1


async def test_every_field_that_the_gateway_writes_counts_also_where_several_objects_share_a_value() -> None:
    query = """{ products(first: 20) { nodes { variants(first: 5) { nodes {
      a: printful { size availability { region } product { name } } b: inventory { levels { location { name } } }
    } } } } }"""
    sandbox = sandbox_at_noon()
    async with serving(sandbox) as gateway:
        products = (await gateway.data(query))["products"]["nodes"]
    fields = sum(
        own_fields(variant[key]) for each in products for variant in each["variants"]["nodes"] for key in ("a", "b")
    )
    assert fields > 200
    variants = sum(len(each["variants"]["nodes"]) for each in products)
    bound = fields + 2 * variants * (READ_FIELDS - 1)
    for most, is_given in ((bound, True), (bound - 1, False)):
        async with serving(sandbox, limit_answer_fields=most) as gateway:
            assert ("data" in await gateway.ask(query)) is is_given


async def test_fields_that_are_storefronts_as_they_came_do_not_count_towards_the_bound() -> None:
    async with serving(sandbox_at_noon(), limit_answer_fields=5) as gateway:
        answer = await gateway.ask(f"{{ product{MUG} {{ kind variants(first: 9) {{ nodes {{ id sku title }} }} }} }}")

    assert "errors" not in answer


async def test_a_mutations_result_is_reported_even_above_the_limit_of_fields() -> None:
    async with serving(sandbox_at_noon(), limit_answer_fields=1) as gateway:
        answer = await gateway.ask("mutation { a: cartCreate { cart { margin { withheld } } } }", staff=True)
        kinds = [error["extensions"]["code"] for error in answer["errors"]]

    assert kinds == ["MAX_COMPLEXITY_EXCEEDED"]
    assert "a" in answer["data"]
