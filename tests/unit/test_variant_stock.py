"""Stock in Admin's answers: decoded into types where an answer is complete, else read node by node."""

from typing import Any

import orjson
import pytest

from clients.admin.models import VariantNode, decode_variant_nodes, read_variant_inventory


def variant(**item: Any) -> dict[str, Any]:
    """A variant's node with one location."""
    quantities = [{"name": name, "quantity": units} for name, units in (("available", 3), ("on_hand", 5))]
    levels = {
        "nodes": [{"location": {"id": "gid://shopify/Location/1", "name": "Bar"}, "quantities": quantities}],
        "pageInfo": {"hasNextPage": True, "endCursor": "next"},
    }
    usual = {"id": "gid://shopify/InventoryItem/7", "tracked": True, "inventoryLevels": levels}
    cost = {"unitCost": {"amount": "4.50", "currencyCode": "USD"}}
    return {
        "__typename": "ProductVariant",
        "id": "gid://shopify/ProductVariant/9",
        "inventoryItem": usual | cost | item,
    }


def answer(*nodes: Any, **more: Any) -> bytes:
    return orjson.dumps({"data": {"nodes": nodes}, **more})


def test_a_decoded_node_gives_the_same_stock_as_a_dict() -> None:
    without_cost = variant(unitCost=None)
    product = {"__typename": "Product", "id": "gid://shopify/Product/1"}
    nodes: list[dict[str, Any]] = [variant(), without_cost, product]
    decoded = decode_variant_nodes(answer(*nodes, None, extensions={"cost": {"requestedQueryCost": 9}}))

    assert decoded is not None
    data, extensions = decoded
    assert extensions == {"cost": {"requestedQueryCost": 9}}
    assert [None if each is None else type(each) for each in data["nodes"]] == [VariantNode] * 3 + [None]
    assert [read_variant_inventory(each) for each in data["nodes"][:3]] == [*map(read_variant_inventory, nodes)]
    read = read_variant_inventory(nodes[0])
    assert read is not None
    assert (read[0].levels[0].available, read[0].levels[0].on_hand, read[0].levels[0].incoming) == (3, 5, 0)
    assert read[1] == "next"


@pytest.mark.parametrize(
    "content",
    [
        answer(variant(), errors=[{"message": "throttled"}]),
        answer(variant(inventoryLevels=None)),
        answer(variant(tracked="yes")),
        orjson.dumps({"data": None}),
        b"<html>",
    ],
    ids=["errors", "no levels", "another type", "no data", "no JSON"],
)
def test_an_answer_with_errors_or_of_another_form_is_left_to_be_read_node_by_node(content: bytes) -> None:
    assert decode_variant_nodes(content) is None


@pytest.mark.parametrize("item", [{"inventoryLevels": None}, {"tracked": None}, {"unitCost": {"amount": "?"}}])
def test_a_broken_node_is_an_error_of_its_own(item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_variant_inventory(variant(**item))
