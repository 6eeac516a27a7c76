"""The default limits allow every operation of a real storefront, and refuse larger ones before any request."""

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_introspection_query, parse

from schema.execution.limits import DocumentLimits
from schema.execution.plan import Planner
from schema.graph import public_graph, staff_graph
from tests.serving import Served, sandbox_at_noon, serving

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "tests/gateway/operations",
    "tests/gateway/storefront_shapes",
    "tests/e2e/operations",
    "edge/graphiql/operations",
)
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.graphql"))]
LOOKUPS = "{ " + " ".join(f'p{i}: product(handle: "h{i}") {{ ...F }}' for i in range(250)) + " }"
MANY = {
    "250 products by handle": LOOKUPS + " fragment F on Product { id title handle }",
    "introspection": get_introspection_query(),
}
TOO_MUCH = """{ products(first: 250) { nodes { variants(first: 100) { nodes {
  inventory { levels { location { name } } } } } } } }"""
LEVELS = """query($n: Int!) { products(first: $n) { nodes { variants(first: 100) { nodes {
  inventory { levels { location { name } } } } } } } }"""
VARIABLE = """query($n: Int!) { products(first: $n) { nodes { variants(first: 100) { nodes { inventory { tracked } }
  } } } }"""


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(public=public_graph(), staff=staff_graph, limits=DocumentLimits(), max_plan_bytes=0)


def names(text: str) -> list[str | None]:
    operations = [each for each in parse(text).definitions if isinstance(each, OperationDefinitionNode)]
    return [None if each.name is None else each.name.value for each in operations]


def worst_cost(planner: Planner, text: str, name: str | None) -> int:
    """The cost of an operation whose pages are as large as they may be, as far as variables say how large."""
    cost = planner.plan(text, name).cost
    if cost is None:
        return 0
    return cost.of(dict.fromkeys(cost.variables, 100))


def test_there_are_operations_to_try() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_operation_of_a_storefront_is_refused(planner: Planner, path: Path) -> None:
    text = path.read_text()
    for name in names(text):
        assert worst_cost(planner, text, name) <= DocumentLimits().cost


@pytest.mark.parametrize("kind", MANY)
def test_no_large_operation_is_refused(planner: Planner, kind: str) -> None:
    assert planner.plan(MANY[kind], None)


@pytest.mark.parametrize(("query", "variables"), [(TOO_MUCH, None), (LEVELS, {"n": 250})])
async def test_nested_lists_are_refused_before_any_request(
    gateway: Served, query: str, variables: dict[str, int] | None
) -> None:
    answer = await gateway.ask(query, variables)

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COMPLEXITY_EXCEEDED"
    assert "the most is 250000" in answer["errors"][0]["message"]
    assert gateway.requests == {}


async def test_nested_lists_with_smaller_pages_are_answered(gateway: Served) -> None:
    assert "errors" not in await gateway.ask(VARIABLE, {"n": 5})


async def test_the_cost_is_reported_on_request(gateway: Served) -> None:
    asked = {"query": VARIABLE, "variables": {"n": 5}, "extensions": {"cost": True}}
    cost = (await gateway.http.post("/graphql", json=asked)).json()["extensions"]["cost"]

    assert cost["requested"] == 1 + len(VARIABLE) // 100 + 1 + 5 * (1 + 1 + 100 * 2)
    assert cost["maximum"] == 250_000


async def test_the_limit_of_the_cost_is_a_setting() -> None:
    async with serving(sandbox_at_noon(), limit_operation_cost=10) as gateway:
        answer = await gateway.ask(VARIABLE, {"n": 5})

    assert "the most is 10" in answer["errors"][0]["message"]


@pytest.mark.parametrize("what", ["depth", "aliases", "root_fields", "directives", "fragments", "spreads", "variables"])
async def test_each_limit_of_a_document_is_a_setting(what: str) -> None:
    query = """query($a: Boolean = true) { a: shop { ...F @include(if: $a) } b: shop { ...F @skip(if: $a) ...G } }
      fragment F on Shop { name } fragment G on Shop { id }"""
    limits: dict[str, Any] = {f"limit_document_{what}": 0 if what == "variables" else 1}
    async with serving(sandbox_at_noon(), **limits) as gateway:
        answer = await gateway.ask(query)

    assert answer["errors"][0]["extensions"]["code"] == "MAX_COMPLEXITY_EXCEEDED"
    assert gateway.requests == {}
