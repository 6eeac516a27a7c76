"""Every connection of the catalogue can be read page by page, in both directions."""

from typing import Any

import pytest

from tests.conftest import Ask

BAG, FILTERS = 'product(handle: "colombia-huila")', 'product(handle: "paper-filters")'
MACHINE, FIRST = 'product(handle: "home-espresso-machine")', "variants(first: 1) { nodes"
CONNECTIONS = {
    "products": "products(%s) { ...X }",
    "collections": "collections(%s) { ...X }",
    "search": 'search(query: "coffee", %s) { ...X }',
    "variants": 'product(handle: "latte") { variants(%s) { ...X } }',
    "images": MACHINE + " { images(%s) { ...X } }",
    "media": MACHINE + " { media(%s) { ...X } }",
    "collections of a product": 'product(handle: "latte") { collections(%s) { ...X } }',
    "selling plan groups": BAG + " { sellingPlanGroups(%s) { ...X } }",
    "selling plans": BAG + " { sellingPlanGroups(first: 1) { nodes { sellingPlans(%s) { ...X } } } }",
    "allocations": f"{BAG} {{ {FIRST} {{ sellingPlanAllocations(%s) {{ ...X }} }} }} }}",
    "price breaks": f"{FILTERS} {{ {FIRST} {{ quantityPriceBreaks(%s) {{ ...X }} }} }} }}",
    "components": 'product(handle: "home-brewing-kit") { variants(first: 1) { nodes { components(%s) { ...X } } } }',
    "bundles": f"{FILTERS} {{ {FIRST} {{ groupedBy(%s) {{ ...X }} }} }} }}",
    "pick-up places": 'product(handle: "latte") { variants(first: 1) { nodes { storeAvailability(%s) { ...X } } } }',
    "references": MACHINE + ' { metafield(namespace: "custom", key: "gallery") { references(%s) { ...X } } }',
    "products of a collection": 'collection(handle: "drinkware") { products(%s) { ...X } }',
}  # fmt: skip
PAGE = """edges { cursor node { __typename } } nodes { __typename }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""


def page(ask: Ask, template: str, arguments: str) -> Any:
    found: Any = ask("{ " + (template % arguments).replace("...X", PAGE) + " }")
    while "edges" not in found:
        found = found[0] if isinstance(found, list) else next(iter(found.values()))
    return found


def cursors(found: Any) -> list[str]:
    return [edge["cursor"] for edge in found["edges"]]


@pytest.mark.parametrize("name", CONNECTIONS)
def test_forward_pages_together_contain_the_whole_list(ask: Ask, name: str) -> None:
    whole = cursors(page(ask, CONNECTIONS[name], "first: 250"))
    assert whole
    read: list[str] = []
    found = page(ask, CONNECTIONS[name], "first: 2")
    read += cursors(found)
    while found["pageInfo"]["hasNextPage"]:
        found = page(ask, CONNECTIONS[name], f'first: 2, after: "{found["pageInfo"]["endCursor"]}"')
        assert found["pageInfo"]["hasPreviousPage"]
        read += cursors(found)
    assert read == whole


@pytest.mark.parametrize("name", CONNECTIONS)
def test_backward_pages_together_contain_the_whole_list(ask: Ask, name: str) -> None:
    whole = cursors(page(ask, CONNECTIONS[name], "last: 250"))
    assert whole == cursors(page(ask, CONNECTIONS[name], "first: 250"))
    found = page(ask, CONNECTIONS[name], "last: 2")
    read = cursors(found)
    while found["pageInfo"]["hasPreviousPage"]:
        found = page(ask, CONNECTIONS[name], f'last: 2, before: "{found["pageInfo"]["startCursor"]}"')
        assert found["pageInfo"]["hasNextPage"]
        read = [*cursors(found), *read]
    assert read == whole


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_page_of_nothing_is_empty(ask: Ask, name: str) -> None:
    found = page(ask, CONNECTIONS[name], "first: 0")
    assert found["nodes"] == []
    assert found["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
