"""Custom values: found by namespace and key, typed, with what they refer to."""

from typing import Any

import pytest

from sandbox.store import Store
from tests.conftest import Ask, Run

MACHINE = '{ product(handle: "home-espresso-machine") { %s } }'


def machine(ask: Ask, fields: str) -> Any:
    return ask(MACHINE % fields)["product"]


def test_a_metafield_is_described(ask: Ask, store: Store) -> None:
    found = machine(
        ask,
        """id metafield(namespace: "custom", key: "rating") { id namespace key type value description list createdAt
          updatedAt parentResource { __typename ... on Product { handle } } reference { __typename }
          references(first: 1) { nodes { __typename } } }""",
    )["metafield"]
    assert found.pop("id").startswith("gid://shopify/Metafield/")
    assert found == {
        "namespace": "custom",
        "key": "rating",
        "type": "rating",
        "value": '{"value":"4.7","scale_min":"1.0","scale_max":"5.0"}',
        "description": "What buyers gave it, from one to five",
        "list": False,
        "createdAt": "2026-07-20T03:25:00Z",
        "updatedAt": "2026-10-02T08:00:00Z",
        "parentResource": {"__typename": "Product", "handle": "home-espresso-machine"},
        "reference": None,
        "references": None,
    }


def test_without_a_namespace_the_apps_own_is_meant(ask: Ask) -> None:
    assert machine(ask, 'metafield(key: "badge") { value namespace }')["metafield"]["value"] == "Staff pick"
    assert machine(ask, 'metafield(namespace: "custom", key: "badge") { value }')["metafield"] is None


def test_metafields_come_in_the_order_asked_for_with_holes(ask: Ask) -> None:
    found = machine(
        ask,
        """metafields(identifiers: [{namespace: "custom", key: "bars"},
          {namespace: "custom", key: "cups"}, {key: "badge"}]) { value }""",
    )
    assert found["metafields"] == [{"value": "15"}, None, {"value": "Staff pick"}]


def test_too_many_identifiers_are_refused(run: Run) -> None:
    query = """query($ids: [HasMetafieldsIdentifier!]!) {
      product(handle: "latte") { metafields(identifiers: $ids) { id } } }"""
    assert run(query, {"ids": [{"key": "a"}] * 250}).errors is None
    assert run(query, {"ids": [{"key": "a"}] * 251}).errors


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("grinder", {"__typename": "Product", "handle": "hand-grinder"}),
        ("spare_part", {"__typename": "ProductVariant", "sku": "CERDRI-WHITE"}),
        ("range", {"__typename": "Collection", "handle": "accessories"}),
        ("diagram", {"__typename": "MediaImage", "alt": "Home Espresso Machine"}),
        ("film", {"__typename": "Video", "alt": "Pulling the first shot"}),
        ("guide", {"__typename": "Page", "handle": "brew-guide"}),
        ("brew_notes", {"__typename": "Metaobject", "type": "brew_notes"}),
        ("bars", None),
        ("starter_beans", None),
    ],
)
def test_a_reference_leads_to_what_it_names(ask: Ask, key: str, expected: Any) -> None:
    found = machine(
        ask,
        f"""metafield(namespace: "custom", key: "{key}") {{ reference {{ __typename ... on Product {{ handle }}
          ... on ProductVariant {{ sku }} ... on Collection {{ handle }} ... on MediaImage {{ alt }}
          ... on Video {{ alt }} ... on Page {{ handle }} ... on Metaobject {{ type }} }} }}""",
    )
    assert found["metafield"]["reference"] == expected


def test_a_reference_to_what_is_gone_is_null(ask: Ask, store: Store) -> None:
    grinder = store.product_by_handle("hand-grinder")
    assert grinder is not None
    del store.products[grinder.id]
    assert machine(ask, 'metafield(namespace: "custom", key: "grinder") { value reference { __typename } }') == {
        "metafield": {"value": f"gid://shopify/Product/{grinder.id}", "reference": None}
    }


def test_references_come_in_pages(ask: Ask) -> None:
    def page(arguments: str) -> Any:
        return machine(
            ask,
            f"""metafield(namespace: "custom", key: "starter_beans") {{ list references({arguments}) {{
              nodes {{ ... on Product {{ handle }} }} pageInfo {{ hasNextPage endCursor }} }} }}""",
        )["metafield"]

    first = page("first: 1")
    assert first["list"] is True
    assert first["references"]["nodes"] == [{"handle": "midnight-espresso"}]
    assert first["references"]["pageInfo"]["hasNextPage"] is True
    cursor = first["references"]["pageInfo"]["endCursor"]
    assert page(f'first: 1, after: "{cursor}"')["references"]["nodes"] == [{"handle": "latte"}]
    assert page("last: 1")["references"]["nodes"] == [{"handle": "latte"}]


def test_a_variant_has_metafields_of_its_own(ask: Ask) -> None:
    fields = """variants(first: 1) { nodes { metafield(namespace: "custom", key: "model_code") { value
      parentResource { __typename } } } }"""
    found = machine(ask, fields)["variants"]["nodes"][0]["metafield"]
    assert found == {"value": "KM-BLACK", "parentResource": {"__typename": "ProductVariant"}}
