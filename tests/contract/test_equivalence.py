"""A generated operation gets the same answer from the gateway and from Storefront.

`EQUIVALENCE_EXAMPLES` and `EQUIVALENCE_SEED` make more and other operations than the usual run does.
"""

import json
import os
from collections.abc import Iterator
from itertools import count

import pytest
from graphql import OperationType, parse, validate
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from clients.contracts import storefront_schema
from schema.graph import public_graph
from tests.contract.gateway_insertions import BARE, is_inserted, with_gateway_fields, without_inserted
from tests.contract.generated_operations import Known, Operation, operations
from tests.contract.shops import Shops
from tests.gateway.examples import NAMES, document, expectation
from tests.serving import Answer

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("EQUIVALENCE_SEED", "20261122"))
EXAMPLES = int(os.environ.get("EQUIVALENCE_EXAMPLES", "5"))

generated = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def root_fields(kind: OperationType) -> list[str]:
    root = storefront_schema().get_root_type(kind)
    assert root is not None
    return sorted(root.fields)


QUERIES, MUTATIONS = root_fields(OperationType.QUERY), root_fields(OperationType.MUTATION)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shops]:
    """One shop, for reading only."""
    shops = Shops()
    yield shops
    shops.close()


@pytest.fixture(scope="module")
def things(shop: Shops) -> Known:
    """What is in the shop, with a customer and a cart."""
    things = shop.things()
    return {**things, **shop.begun(things)}


@pytest.fixture
def twins() -> Iterator[Shops]:
    """Two equal shops: one is changed through its gateway, the other straight."""
    shops = Shops(2)
    yield shops
    shops.close()


def is_valid(operation: Operation) -> bool:
    """Whether the official schema takes it; hypothesis-graphql makes a few with fields that cannot be merged."""
    return not validate(storefront_schema(), parse(operation.query))


def errors_of(answer: Answer) -> list[tuple[str, str, str]]:
    """Where something is missing in an answer, and why."""
    found = [(error.get("path"), error["message"], error.get("extensions")) for error in answer.get("errors", [])]
    return sorted((json.dumps(path), message, json.dumps(extensions)) for path, message, extensions in found)


def assert_same(operation: Operation, ours: Answer, theirs: Answer) -> None:
    said = f"\nEQUIVALENCE_SEED={SEED}\n{operation.query}\n{json.dumps(operation.variables)}"
    assert "data" in theirs, f"Storefront did not execute it: {theirs}{said}"
    # As text, since the order of the keys is part of the answer.
    assert json.dumps(ours.get("data")) == json.dumps(theirs["data"]), said
    assert "INTERNAL_SERVER_ERROR" not in json.dumps(theirs), "the stand-in itself failed"
    assert errors_of(ours) == errors_of(theirs), said


def assert_unmoved(inserted: Operation, ours: Answer, theirs: Answer) -> None:
    """`ours` is the answer to an operation with gateway fields in it, `theirs` to the same without."""
    foreign = [each for each in ours.get("errors", []) if not any(is_inserted(str(key)) for key in each["path"])]
    assert_same(inserted, {"data": without_inserted(ours["data"]), "errors": foreign}, theirs)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_gets_the_same_through_the_gateway(name: str, shop: Shops, things: Known) -> None:
    @seed(SEED)
    @generated
    @given(operations(storefront_schema(), OperationType.QUERY, name, things, others=QUERIES))
    def check(operation: Operation) -> None:
        assume(is_valid(operation))
        assert_same(operation, shop.by_gateway(operation), shop.straight(operation))

    check()


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_does_and_gets_the_same_through_the_gateway(name: str, twins: Shops, things: Known) -> None:
    examples = count(1)

    @seed(SEED)
    @generated
    @given(st.data())
    def check(data: st.DataObject) -> None:
        number = next(examples)
        begun, again = (twins.begun(things, number, shop) for shop in (0, 1))
        assert begun == again
        known = {**things, **begun}
        operation = data.draw(operations(storefront_schema(), OperationType.MUTATION, name, known, others=MUTATIONS))
        assume(is_valid(operation))
        inserted = (
            data.draw(with_gateway_fields(public_graph().seen, operation)) if data.draw(st.booleans()) else operation
        )
        assert_unmoved(inserted, twins.by_gateway(inserted, 0), twins.straight(operation, 1))
        assert twins.left(begun, 0) == twins.left(begun, 1), operation.query

    check()


@pytest.mark.parametrize("name", ["cart", "collection", "node", "nodes", "product", "productRecommendations", "search"])
def test_gateway_fields_at_random_places_do_not_change_the_storefront_part(
    name: str, shop: Shops, things: Known
) -> None:
    made = operations(storefront_schema(), OperationType.QUERY, name, things, others=QUERIES)

    @seed(SEED)
    @generated
    @given(made, st.data())
    def check(plain: Operation, data: st.DataObject) -> None:
        assume(is_valid(plain))
        inserted = data.draw(with_gateway_fields(public_graph().seen, plain))
        assert_unmoved(inserted, shop.by_gateway(inserted), shop.straight(plain))

    check()


@pytest.mark.parametrize("name", NAMES)
def test_gateway_fields_in_a_storefront_operation_do_not_change_its_answer(name: str, shop: Shops) -> None:
    plain = Operation(document(name), expectation(name)["variables"])

    @seed(SEED)
    @generated
    @given(with_gateway_fields(public_graph().seen, plain))
    def check(inserted: Operation) -> None:
        assert_unmoved(inserted, shop.by_gateway(inserted), shop.straight(plain))

    check()


def test_no_storefront_field_has_the_name_of_an_inserted_field() -> None:
    fields = {
        name for each in storefront_schema().type_map.values() for name in getattr(each, "fields", {}) if name in BARE
    }

    assert fields == set()
