"""Designs that buyers can choose, and how they are added to a cart."""

from typing import Any

import pytest

from tests.serving import Served, serving

SHIRT = 'product(handle: "your-design-shirt") { id variants(first: 2) { nodes { id } } designs { id name } }'
ADD = """
mutation ($cart: ID!, $shirt: ID!, $design: ID!, $quantity: Int! = 1) {
  cartAddDesignedLine(cartId: $cart, merchandiseId: $shirt, designId: $design, quantity: $quantity) {
    __typename
    cart { lines(first: 10) { nodes { quantity attributes { key value } } } }
    userErrors { code message }
  }
}
"""


async def a_cart(gateway: Served) -> tuple[str, str]:
    """An empty cart and a shirt for it, by their ids."""
    made = await gateway.data("mutation { cartCreate { cart { id } } }")
    found = await gateway.data("{ " + SHIRT + " }")
    return made["cartCreate"]["cart"]["id"], found["product"]["variants"]["nodes"][0]["id"]


def lines_of(answer: dict[str, Any]) -> list[tuple[int, dict[str, str]]]:
    nodes = answer["cartAddDesignedLine"]["cart"]["lines"]["nodes"]
    return [(node["quantity"], {each["key"]: each["value"] for each in node["attributes"]}) for node in nodes]


async def test_the_designs_are_listed_without_a_request(gateway: Served) -> None:
    found = await gateway.data("{ designs { id name thumbnailUrl fullImageUrl description } }")

    assert [each["id"] for each in found["designs"]] == [f"design-00{n}" for n in range(1, 6)]
    assert not any(gateway.requests.values())


async def test_only_customizable_products_have_designs(gateway: Served) -> None:
    found = await gateway.data("{ " + SHIRT + ' other: product(handle: "roastery-crest-shirt") { designs { id } } }')

    assert len(found["product"]["designs"]) == 5
    assert found["other"]["designs"] == []


async def test_a_designed_line_is_added_with_its_art_in_one_request(gateway: Served) -> None:
    cart, shirt = await a_cart(gateway)
    before = gateway.requests["storefront"]
    answer = await gateway.data(ADD, cart=cart, shirt=shirt, design="design-003", quantity=2)

    assert answer["cartAddDesignedLine"]["__typename"] == "CartLinesAddPayload"
    art = "http://localhost:8000/sandbox/designs/design-003.png"
    assert lines_of(answer) == [(2, {"_customArtUrl": art, "_customArtName": "Cosmic Flow"})]
    assert gateway.requests["storefront"] == before + 1


async def test_different_designs_make_different_lines(gateway: Served) -> None:
    cart, shirt = await a_cart(gateway)
    for design in ("design-001", "design-002", "design-001"):
        answer = await gateway.data(ADD, cart=cart, shirt=shirt, design=design)

    lines = {attributes["_customArtName"]: quantity for quantity, attributes in lines_of(answer)}
    assert len(lines_of(answer)) == 2
    assert lines == {"Abstract Swirls": 2, "Geometric Harmony": 1}


async def test_an_unknown_design_is_refused_with_a_list_of_designs(gateway: Served) -> None:
    cart, shirt = await a_cart(gateway)
    before = gateway.requests["storefront"]
    answer = await gateway.ask(ADD, {"cart": cart, "shirt": shirt, "design": "design-009"})

    assert answer["data"] == {"cartAddDesignedLine": None}
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "design-001, design-002, design-003, design-004, design-005" in answer["errors"][0]["message"]
    assert gateway.requests["storefront"] == before


async def test_storefronts_refusal_of_a_designed_line_is_passed_on(gateway: Served) -> None:
    cart, _ = await a_cart(gateway)
    answer = await gateway.data(ADD, cart=cart, shirt="gid://shopify/ProductVariant/1", design="design-001")

    assert answer["cartAddDesignedLine"]["userErrors"][0]["code"]


@pytest.mark.parametrize("size", ["", "-small"])
async def test_the_sandbox_serves_the_pictures_of_designs(gateway: Served, size: str) -> None:
    response = await gateway.http.get(f"/sandbox/designs/design-005{size}.png")

    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")


async def test_the_shop_chooses_its_own_designs(gateway: Served, tmp_path: Any) -> None:
    records = tmp_path / "designs.json"
    records.write_text(
        '[{"id": "own", "name": "Own", "thumbnailUrl": "https://art.example/s.png",'
        ' "fullImageUrl": "https://art.example/l.png"}]'
    )
    async with serving(gateway.sandbox, designs_file=records, art_hosts=("art.example",)) as own:
        found = await own.data("{ designs { id description } }")

    assert found["designs"] == [{"id": "own", "description": None}]
