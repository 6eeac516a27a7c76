"""Printful's catalogue in the graph: categories, products, one product, and the templates that staff see."""

import pytest

from app import Sandbox
from clients.timing import Timing
from tests.serving import Served, serving

PRODUCT = """
query ($id: ID!) {
  printfulProduct(id: $id) {
    id name brand categoryId variantCount originCountry averageFulfillmentDays isDiscontinued
    techniques { key name isDefault }
    printAreas { placement title }
    sizeGuide { availableSizes }
    variants { catalogVariantId size color isAvailable }
  }
}
"""
TEMPLATES = """
query ($offset: Int!, $limit: Int!) {
  printfulTemplates(offset: $offset, limit: $limit) { total nodes { id title createdAt catalogVariantIds } }
}
"""


async def test_categories_know_where_they_belong(gateway: Served) -> None:
    found = (await gateway.data("{ printfulCategories { id parentId title image } }"))["printfulCategories"]
    titles = {each["id"]: each["title"] for each in found}

    assert {titles[each["parentId"]]: each["title"] for each in found if each["parentId"]}["Home & living"] == "Mugs"


async def test_products_are_found_by_category_and_by_words(gateway: Served) -> None:
    async def names(arguments: str) -> list[str]:
        found = await gateway.data(f"{{ printfulProducts{arguments} {{ name }} }}")
        return [each["name"] for each in found["printfulProducts"]]

    everything = await names("")
    assert len(everything) == 4
    assert await names("(categoryIds: [112])") == ["White Glossy Mug"]
    assert await names('(search: "bella T-SHIRT")') == ["Unisex Staple T-Shirt | Bella + Canvas 3001"]
    assert await names('(categoryIds: [112], search: "shirt")') == []
    assert await names("(offset: 1, limit: 2)") == everything[1:3]


async def test_a_product_has_its_variants_sizes_places_and_techniques(gateway: Served) -> None:
    shirt = (await gateway.data(PRODUCT, id="71"))["printfulProduct"]

    assert [each["key"] for each in shirt["techniques"] if each["isDefault"]] == ["DTG"]
    assert [each["placement"] for each in shirt["printAreas"]] == ["front", "back", "label_outside"]
    assert len(shirt["variants"]) == shirt["variantCount"] == 20
    assert shirt["sizeGuide"]["availableSizes"] == ["S", "M", "L", "XL", "2XL"]
    assert gateway.requests["printful"] == 2
    assert "storefront" not in gateway.requests


async def test_an_unknown_product_is_null_and_no_error(gateway: Served) -> None:
    assert (await gateway.data(PRODUCT, id="1"))["printfulProduct"] is None


async def test_the_print_catalogue_is_cached(gateway: Served) -> None:
    query = "{ printfulCategories { id } printfulProducts { id } }"
    first = await gateway.data(query)

    assert await gateway.data(query) == first
    assert gateway.requests["printful"] == 2


@pytest.mark.parametrize(
    "field",
    [
        'printfulProduct(id: "shirt") { id }',
        'printfulProducts(categoryIds: ["-1"]) { id }',
        "printfulProducts(limit: 101) { id }",
        "printfulProducts(offset: -1) { id }",
    ],
)
async def test_an_impossible_printful_id_is_refused_before_any_request(gateway: Served, field: str) -> None:
    answer = await gateway.ask(f"{{ {field} }}")

    assert [each["extensions"]["code"] for each in answer["errors"]] == ["BAD_USER_INPUT"]
    assert "printful" not in gateway.requests


async def test_templates_are_for_staff_and_come_in_pages(gateway: Served) -> None:
    page = {"offset": 1, "limit": 1}
    answer = await gateway.ask(TEMPLATES, page, staff=True)

    assert answer["data"]["printfulTemplates"] == {
        "total": 3,
        "nodes": [
            {
                "id": "24966054",
                "title": "Anniversary mug",
                "createdAt": "2025-06-16T15:06:40Z",
                "catalogVariantIds": ["1320", "4830"],
            }
        ],
    }
    assert (await gateway.ask(TEMPLATES, page))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_prices_of_further_prints_stay_for_staff_when_the_product_is_cached(gateway: Served) -> None:
    await gateway.data(PRODUCT, id="71")
    priced = '{ printfulProduct(id: "71") { printAreas { placement additionalPrice { amount currencyCode } } } }'
    staff = await gateway.ask(priced, staff=True)

    prices = {each["placement"]: each["additionalPrice"] for each in staff["data"]["printfulProduct"]["printAreas"]}
    assert prices["front"] is None
    assert prices["back"] == {"amount": "5.25", "currencyCode": "USD"}
    assert (await gateway.ask(priced))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_with_printful_down_only_its_fields_are_missing(sandbox: Sandbox) -> None:
    sandbox.faults.add("printful", "status")
    async with serving(sandbox, timing=Timing(jitter=lambda: 0.0)) as gateway:
        answer = await gateway.ask("{ shop { name } printfulCategories { id } }")

    assert answer["data"] == {"shop": {"name": "Kynda Coffee"}, "printfulCategories": None}
    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["upstream"]) == ("TRY_LATER", "printful")
