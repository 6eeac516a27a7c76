"""schemathesis in GraphQL mode: operations generated from the introspection of a running gateway, and their answers.

`SCHEMATHESIS_EXAMPLES` makes more than the usual run does, for each root field.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from graphql import StringValueNode
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.e2e.processes import Process
from tests.servers.ports import free_port

pytestmark = pytest.mark.slow

Operation = APIOperation[Any, Any, Any, Any]
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
OUR_FAULTS = {"INTERNAL_SERVER_ERROR", "TRY_LATER", "UPSTREAM_BROKEN", "ACCESS_DENIED", "NOT_CONFIGURED"}
NOT_IN_THE_SCHEMA = {
    *("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"),
    *("undefinedField", "undefinedType", "argumentNotAccepted", "missingRequiredArguments"),
}


@pytest.fixture(scope="module")
def own_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway for this module alone, without rate limits."""
    url, log = f"http://127.0.0.1:{(port := free_port())}", tmp_path_factory.mktemp("schemathesis") / "log.txt"
    limits = {"LIMIT_CLIENT_COST": "0", "SWEEP_MINUTES": "0"}
    process = Process(
        [], {"HOST": "127.0.0.1", "PORT": str(port), "GATEWAY_MODE": "sandbox", **limits}, log, as_copy=True
    )
    try:
        process.answers_at(f"{url}/health")
        yield url
    finally:
        process.end()


@pytest.fixture(scope="module")
def operations(own_gateway: str) -> list[Operation]:
    """The root fields of queries and mutations that schemathesis found by introspection."""
    schemathesis.graphql.scalar("URL", st.sampled_from(["https://example.com/a", ""]).map(_text))
    schemathesis.graphql.scalar("Decimal", st.integers(-5, 10**6).map(str).map(_text))
    schema = schemathesis.graphql.from_url(f"{own_gateway}/graphql")
    return [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]


def _text(value: str) -> StringValueNode:
    return StringValueNode(value=value)


def sent(operations: list[Operation], mode: GenerationMode) -> Iterator[tuple[Case[Any], set[str]]]:
    """Each generated operation with the error codes of its answer."""
    answered: list[tuple[Case[Any], set[str]]] = []

    def send(case: Case[Any]) -> None:
        response = case.call(timeout=20)
        assert response.status_code == 200, (case.body, response.text)
        answer = response.json()
        assert set(answer) <= {"data", "errors", "extensions"}, answer
        assert "data" in answer or answer["errors"], answer
        assert all(error["message"] for error in answer.get("errors", [])), answer
        answered.append((case, {error["extensions"]["code"] for error in answer.get("errors", [])}))

    for operation in operations:
        generated = given(case=operation.as_strategy(mode))(send)
        bounded = settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        bounded(generated)()
        yield from answered
        answered.clear()


def test_operations_of_the_schema_get_an_answer_that_is_no_fault_of_ours(operations: list[Operation]) -> None:
    roots = set()
    for case, codes in sent(operations, GenerationMode.POSITIVE):
        assert not codes & (OUR_FAULTS | NOT_IN_THE_SCHEMA), (codes, case.body)
        roots.add(case.operation.label)

    assert roots == {each.label for each in operations}
    assert {"QueryRoot.product", "QueryRoot.cafeMenu", "Mutation.cartCreate", "Mutation.mockupCreate"} <= roots


def test_operations_with_mistakes_get_errors_that_are_no_fault_of_ours(operations: list[Operation]) -> None:
    answers = [codes for _, codes in sent(operations, GenerationMode.NEGATIVE)]

    assert not set().union(*answers) & OUR_FAULTS
    assert sum(map(bool, answers)) > len(answers) / 2
