"""Executes operations on the official Admin schema (the part that our documents use) and computes their cost."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, get_operation_ast
from graphql.execution.values import get_variable_values

from sandbox.admin.cost import MAX_COST, Bucket, cost
from sandbox.execution import ExecutableSchema, formatted_error
from sandbox.slices import in_slices
from sandbox.store import Store

DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits"


class AdminExecutor:
    """Executes operations against the store and charges a bucket of cost points."""

    def __init__(self, store: Store, schema: ExecutableSchema) -> None:
        self._store = store
        self._schema = schema
        self._bucket = Bucket(store)

    async def answer_in_slices(
        self, query: str, variables: Mapping[str, Any], operation_name: str | None, request_id: str
    ) -> dict[str, Any]:
        """Like `answer`, but lets other tasks of the event loop run in between."""
        await self._schema.read(query)
        return await in_slices(
            lambda: self.answer(query, variables, operation_name, request_id),
            around=nullcontext,
            changes=self._schema.changes(query, operation_name),
        )

    def answer(
        self, query: str, variables: Mapping[str, Any], operation_name: str | None, request_id: str
    ) -> dict[str, Any]:
        """The response body, always with HTTP status 200."""
        document = self._schema.document(query)
        if isinstance(document, list):
            return {"errors": [error.formatted for error in document]}
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            return {"errors": [{"message": "An operation name is required"}]}
        coerced = self._coerced(operation, variables)
        if isinstance(coerced, list):
            return {"errors": [error.formatted for error in coerced]}
        requested = cost(self._schema.schema, document, operation, coerced)
        if requested > MAX_COST:
            return {"errors": [_too_dear(requested)]}
        if self._bucket.available < requested:
            return {"errors": [_throttled()], "extensions": {"cost": self._cost(requested, None)}}
        result = self._schema.execute(document, self._store, variables, operation_name)
        actual = cost(self._schema.schema, document, operation, coerced, result.data) if result.data is not None else 0
        self._bucket.charge(actual)
        return {**_formatted(result, request_id), "extensions": {"cost": self._cost(requested, actual)}}

    def _coerced(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> dict[str, Any] | list[GraphQLError]:
        found = get_variable_values(self._schema.schema, operation.variable_definitions or (), dict(variables))
        return found if isinstance(found, list) else found.coerced

    def _cost(self, requested: int, actual: int | None) -> dict[str, Any]:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": self._bucket.status(),
        }


def _too_dear(requested: int) -> dict[str, Any]:
    return {
        "message": f"Query cost is {requested}, which exceeds the single query max cost limit ({MAX_COST}).",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": requested,
            "maxCost": MAX_COST,
            "documentation": DOCUMENTATION,
        },
    }


def _throttled() -> dict[str, Any]:
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": DOCUMENTATION}}


def _formatted(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [formatted_error(error, request_id) for error in result.errors]
    return answer
