"""The shop's own pages: merchandise and the cafe's menu, each in one Storefront request."""

from typing import Any

import pytest

from app import Sandbox
from tests.serving import Served, serving

MERCHANDISE = """
query ($category: String, $sort: MerchandiseSort! = DEFAULT, $first: Int, $after: String, $last: Int, $before: String) {
  merchandise(category: $category, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    nodes { handle title kind productType tags priceRange { minVariantPrice { amount } } }
    pageInfo { hasNextPage endCursor startCursor }
  }
}
"""


async def merchandise(gateway: Served, **variables: Any) -> Any:
    return (await gateway.data(MERCHANDISE, **variables))["merchandise"]


async def test_merchandise_is_everything_but_the_menu(gateway: Served) -> None:
    nodes = (await merchandise(gateway, first=250))["nodes"]

    assert len(nodes) > 20
    assert all(node["kind"] != "MENU_ITEM" for node in nodes)
    assert {"Drinkware", "Apparel"} <= {node["productType"] for node in nodes}


async def test_a_category_is_the_collection_of_that_handle_in_any_case(gateway: Served) -> None:
    drinkware = (await merchandise(gateway, category="Drinkware", first=250))["nodes"]
    exact = await gateway.data('{ collection(handle: "drinkware") { products(first: 250) { nodes { handle } } } }')

    assert [node["handle"] for node in drinkware] == [n["handle"] for n in exact["collection"]["products"]["nodes"]]


@pytest.mark.parametrize("category", [None, "all-products"])
async def test_all_products_is_no_category(gateway: Served, category: str | None) -> None:
    everything = await merchandise(gateway, first=250)

    assert await merchandise(gateway, first=250, category=category) == everything


async def test_an_unknown_category_is_null_and_no_error(gateway: Served) -> None:
    assert await merchandise(gateway, category="nothing", first=3) is None


async def test_an_empty_category_is_an_empty_list(gateway: Served) -> None:
    assert (await merchandise(gateway, category="seasonal", first=3))["nodes"] == []


@pytest.mark.parametrize("category", [None, "drinkware"])
async def test_the_five_orders(gateway: Served, category: str | None) -> None:
    async def ordered(sort: str) -> list[Any]:
        nodes: list[Any] = (await merchandise(gateway, category=category, sort=sort, first=250))["nodes"]
        return nodes

    prices = [float(node["priceRange"]["minVariantPrice"]["amount"]) for node in await ordered("PRICE_ASC")]
    names = [node["title"].casefold() for node in await ordered("NAME_ASC")]
    assert prices == sorted(prices)
    assert names == sorted(names)
    assert [n["handle"] for n in await ordered("NAME_DESC")] == [n["handle"] for n in await ordered("NAME_ASC")][::-1]
    assert len(await ordered("DEFAULT")) == len(prices) == len(await ordered("PRICE_DESC"))


@pytest.mark.parametrize("category", [None, "drinkware"])
async def test_pages_go_on_in_both_directions(gateway: Served, category: str | None) -> None:
    one = await merchandise(gateway, category=category, sort="NAME_ASC", first=3)
    two = await merchandise(gateway, category=category, sort="NAME_ASC", first=3, after=one["pageInfo"]["endCursor"])
    back = await merchandise(gateway, category=category, sort="NAME_ASC", last=3, before=two["pageInfo"]["startCursor"])

    assert one["pageInfo"]["hasNextPage"]
    assert not {n["handle"] for n in one["nodes"]} & {n["handle"] for n in two["nodes"]}
    assert back["nodes"] == one["nodes"]


async def test_merchandise_and_the_rest_of_the_page_are_one_storefront_request(
    gateway: Served, sandbox: Sandbox
) -> None:
    await gateway.data(
        """{ shop { name }
             all: merchandise(first: 2) { nodes { id } }
             mugs: merchandise(category: "drinkware", first: 2) { nodes { id kind } }
             featuredProducts(first: 2) { nodes { title } } }"""
    )

    assert [seen.upstream for seen in sandbox.faults.log] == ["storefront"]


async def test_a_skipped_menu_makes_no_request(gateway: Served, sandbox: Sandbox) -> None:
    query = "query ($no: Boolean = false) { shop { name } merchandise(first: 2) @include(if: $no) { nodes { id } } }"

    assert (await gateway.data(query)).keys() == {"shop"}


async def test_an_outage_is_reported_at_the_menus_path(gateway: Served, sandbox: Sandbox) -> None:
    sandbox.faults.add("storefront", "status", status=503)
    answer = await gateway.ask("{ gateway { mode } merchandise(first: 2) { nodes { id } } }")

    assert answer["data"] == {"gateway": {"mode": "sandbox"}, "merchandise": None}
    assert answer["errors"][0]["path"] == ["merchandise"]
    assert answer["errors"][0]["extensions"]["code"] == "TRY_LATER"


CAFE_MENU = """
{ cafeMenu { title sections { title handle items {
    isSoldOut
    product { handle kind variants(first: 1) { nodes { inventory { tracked } } } }
    modifiers { name kind minimum maximum choices { name isAvailable surcharge { amount currencyCode } } }
} } } }
"""


async def test_the_cafe_menu_is_the_collections_under_its_menu(gateway: Served, sandbox: Sandbox) -> None:
    menu = (await gateway.data(CAFE_MENU))["cafeMenu"]

    assert [section["handle"] for section in menu["sections"]] == [
        "espresso-drinks",
        "brewed-coffee",
        "tea-and-more",
        "bakery",
    ]
    items = [item for section in menu["sections"] for item in section["items"]]
    assert all(item["product"]["kind"] == "MENU_ITEM" for item in items)
    assert all(item["product"]["variants"]["nodes"][0]["inventory"] is not None for item in items)
    assert [seen.upstream for seen in sandbox.faults.log].count("storefront") == 1


async def test_a_drink_has_sizes_milks_and_extras(gateway: Served) -> None:
    menu = (await gateway.data(CAFE_MENU))["cafeMenu"]
    items = {item["product"]["handle"]: item for section in menu["sections"] for item in section["items"]}
    size, milk, extras = items["latte"]["modifiers"]

    assert (size["kind"], milk["kind"], extras["kind"]) == ("SIZE", "MILK", "EXTRA")
    assert (extras["minimum"], extras["maximum"]) == (0, 3)
    oat = next(choice for choice in milk["choices"] if choice["name"] == "Oat")
    assert oat == {"name": "Oat", "isAvailable": True, "surcharge": {"amount": "0.8", "currencyCode": "USD"}}


async def test_two_selections_of_the_menu_in_one_operation_are_one_request(gateway: Served) -> None:
    menu = (
        await gateway.data(
            """{ cafeMenu { title } cafeMenu { sections { items { product { title } } } } ...More }
               fragment More on QueryRoot { cafeMenu { sections { items { product { x: handle } } } } }"""
        )
    )["cafeMenu"]

    assert menu["sections"][0]["items"][0]["product"].keys() == {"title", "x"}


async def test_a_shop_without_a_menu_has_no_cafe_menu(sandbox: Sandbox) -> None:
    async with serving(sandbox, cafe_menu_handle="nothing") as gateway:
        assert (await gateway.data(CAFE_MENU))["cafeMenu"] is None
