"""The tags of an answer, read from its bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.cache import tags
from clients.cache.tags import ListKind, ObjectType, Tag

NAMES = st.sampled_from(["Product", "ProductVariant", "MediaImage", "TaxonomyCategory", "Cart"])
NUMBERS = st.integers(min_value=1).map(str) | st.from_regex(r"[a-z0-9]{1,8}-[0-9]{1,3}", fullmatch=True)
IDS = st.builds("gid://shopify/{}/{}".format, NAMES, NUMBERS)


@given(st.lists(IDS), st.text())
def test_every_global_id_in_an_answer_is_a_tag_of_it(ids: list[str], text: str) -> None:
    body = json.dumps({"data": {"nodes": [{"id": each, "title": text} for each in ids]}}).encode()
    assert tags.of_json(body) >= set(ids)


@given(st.lists(IDS))
def test_text_without_a_global_id_gives_no_tag(ids: list[str]) -> None:
    body = json.dumps({"data": {"nodes": [{"id": each, "handle": "gid"} for each in ids]}}).encode()
    assert tags.of_json(body) == set(ids)


@pytest.mark.parametrize("parameters", ["?key=abc", "?inventory_item_id=7&x=1", "?cart=Z2lk"])
def test_parameters_do_not_make_another_object(parameters: str) -> None:
    body = json.dumps({"id": f"gid://shopify/InventoryLevel/12{parameters}"}).encode()
    assert tags.of_json(body) == {tags.of_id("gid://shopify/InventoryLevel/12")}
    assert tags.of_id(f"gid://shopify/InventoryLevel/12{parameters}") == "gid://shopify/InventoryLevel/12"


def test_escaped_slashes_are_slashes() -> None:
    assert tags.of_json(rb'{"id":"gid:\/\/shopify\/Product\/9"}') == {tags.of_id("gid://shopify/Product/9")}


@pytest.mark.parametrize("text", ["", "7", "gid://shopify/Product", "gid://other/Product/1", "Product/1"])
def test_only_a_global_id_is_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a global id"):
        tags.of_id(text)


@pytest.mark.parametrize(
    "tag",
    [
        tags.of_id("gid://shopify/Product/1?x=2"),
        tags.of_handle(ObjectType.PRODUCT, "mug/large"),
        tags.of_type(ObjectType.PRODUCT),
    ],
)
def test_the_type_of_an_object_is_read_from_its_tag(tag: Tag) -> None:
    assert tags.type_of(tag) == ObjectType.PRODUCT


def test_a_list_has_no_type() -> None:
    assert all(tags.type_of(tags.of_list(kind)) is None for kind in ListKind)


def test_tags_of_different_meaning_differ() -> None:
    made = [
        *(tags.of_list(kind) for kind in ListKind),
        *(tags.of_type(kind) for kind in ObjectType),
        *(tags.of_handle(kind, "1") for kind in ObjectType),
        *(tags.of_id(f"gid://shopify/{kind}/1") for kind in ObjectType),
    ]
    assert len(set(made)) == len(made)
