"""A compiled operation equals graphql-core's executor: bytes, errors, paths and requests.

`COMPILED_EXAMPLES` and `COMPILED_SEED` make more and other operations than the usual run does.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from graphql import OperationType, parse, validate
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from clients.contracts import storefront_schema
from edge.graphiql_page import ExampleOperation, example_operations
from schema.execution.run import Operation
from schema.graph import public_graph
from tests.contract import generated_operations
from tests.contract.both_ways import BothWays, Conditions, Fault
from tests.contract.gateway_insertions import with_gateway_fields
from tests.contract.generated_operations import Known, operations
from tests.contract.shops import Shops
from tests.gateway.examples import NAMES, document, expectation

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("COMPILED_SEED", "20261129"))
EXAMPLES = int(os.environ.get("COMPILED_EXAMPLES", "2"))

generated = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
FAULTS: tuple[Fault, ...] = (
    ("admin", "status", {"status": 503}),
    ("admin", "wrong-type", {}),
    ("admin", "status", {"status": 403}),
    ("printful", "status", {"status": 503}),
    ("printful", "throttle", {}),
    ("printful", "status", {"status": 404}),
    ("printful", "wrong-type", {}),
    ("storefront", "empty", {}),
)
CONDITIONS = st.builds(
    Conditions,
    faults=st.lists(st.sampled_from(FAULTS), max_size=2).map(tuple),
    spoilt=st.none() | st.integers(0, 10_000),
    staff=st.booleans(),
)
PAGES = Path(__file__).parents[2] / "edge/graphiql/operations"
QUERIES = sorted(storefront_schema().query_type.fields)  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def both() -> Iterator[BothWays]:
    both = BothWays()
    yield both
    both.close()


@pytest.fixture(scope="module")
def things() -> Known:
    shop = Shops()
    try:
        return {**(things := shop.things()), **shop.begun(things)}
    finally:
        shop.close()


def test_every_page_of_the_shop_that_only_reads_is_compiled(both: BothWays) -> None:
    pages = {path.stem: path.read_text() for path in sorted(PAGES.glob("*.graphql"))}
    queries = {name for name, text in pages.items() if not re.search(r"^mutation", text, re.MULTILINE)}

    assert len(queries) == 12
    assert {name for name in queries if both.is_compiled(Operation(pages[name]))} == queries


WEATHER = {
    "fair": Conditions(),
    "admin is down": Conditions(faults=(FAULTS[0],)),
    "printful is down": Conditions(faults=(FAULTS[3],)),
    "storefront's values are spoilt": Conditions(spoilt=11),
}


@pytest.mark.parametrize("weather", WEATHER)
@pytest.mark.parametrize(
    "page", [each for each in example_operations() if not re.search(r"^mutation", each.query, re.MULTILINE)]
)
def test_a_page_of_the_shop_is_the_same_both_ways(page: ExampleOperation, weather: str, both: BothWays) -> None:
    made = generated_operations.Operation(page.query, json.loads(page.variables or "{}"))
    assert_same(both, made, replace(WEATHER[weather], staff=page.is_for_staff))


def assert_same(both: BothWays, made: generated_operations.Operation, conditions: Conditions) -> None:
    operation = Operation(made.query, None, made.variables)
    compiled = both.outcome(operation, conditions, compiles=True)
    executed = both.outcome(operation, conditions, compiles=False)
    assert compiled == executed, f"COMPILED_SEED={SEED}\n{made.query}\n{made.variables}\n{conditions}"


@pytest.mark.parametrize("name", ["cart", "collection", "node", "nodes", "product", "search", "products"])
def test_gateway_fields_at_random_places_are_the_same_both_ways(name: str, both: BothWays, things: Known) -> None:
    made = operations(storefront_schema(), OperationType.QUERY, name, things, others=QUERIES)

    @seed(SEED)
    @generated
    @given(made, CONDITIONS, st.data())
    def check(plain: generated_operations.Operation, conditions: Conditions, data: st.DataObject) -> None:
        assume(not validate(storefront_schema(), parse(plain.query)))
        assert_same(both, data.draw(with_gateway_fields(public_graph().seen, plain)), conditions)

    check()


@pytest.mark.parametrize("name", NAMES)
def test_gateway_fields_in_a_storefronts_operation_are_the_same_both_ways(name: str, both: BothWays) -> None:
    plain = generated_operations.Operation(document(name), expectation(name)["variables"])

    @seed(SEED)
    @generated
    @given(with_gateway_fields(public_graph().seen, plain), CONDITIONS)
    def check(inserted: generated_operations.Operation, conditions: Conditions) -> None:
        assert_same(both, inserted, conditions)

    check()
