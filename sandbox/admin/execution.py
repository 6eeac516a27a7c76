"""Runs operations on the official Admin schema (the part our documents use) and counts what they cost."""

import logging
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_ast_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from sandbox.admin.cost import MAX_COST, Bucket, cost
from sandbox.store import Store
from sandbox.storefront.execution import Resolvers, contract, read_field, type_name

DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits"
log = logging.getLogger("sandbox")


def admin_schema(resolvers: list[Resolvers]) -> GraphQLSchema:
    """The committed part of the official schema, with `resolvers` attached."""
    schema = build_ast_schema(contract("admin"), assume_valid=True)
    for table in resolvers:
        for owner_name, fields in table.items():
            owner = schema.type_map[owner_name]
            assert isinstance(owner, (GraphQLObjectType, GraphQLInterfaceType)), owner_name
            for field_name, resolver in fields.items():
                owner.fields[field_name].resolve = resolver
    return schema


class AdminExecutor:
    """Answers operations out of the store and out of a bucket of cost points."""

    def __init__(self, store: Store, resolvers: list[Resolvers]) -> None:
        self._store = store
        self._schema = admin_schema(resolvers)
        self._bucket = Bucket(store)
        self._documents: LRUCache[str, DocumentNode | list[GraphQLError]] = LRUCache(maxsize=500)

    def answer(
        self, query: str, variables: Mapping[str, Any], operation_name: str | None, request_id: str
    ) -> dict[str, Any]:
        """The body of the answer, always of an HTTP 200."""
        document = self._document(query)
        if isinstance(document, list):
            return {"errors": [error.formatted for error in document]}
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            return {"errors": [{"message": "An operation name is required"}]}
        coerced = self._coerced(operation, variables)
        if isinstance(coerced, list):
            return {"errors": [error.formatted for error in coerced]}
        requested = cost(self._schema, document, operation, coerced)
        if requested > MAX_COST:
            return {"errors": [_too_dear(requested)]}
        if self._bucket.available < requested:
            return {"errors": [_throttled()], "extensions": {"cost": self._cost(requested, None)}}
        result = execute_sync(
            self._schema,
            document,
            context_value=self._store,
            variable_values=dict(variables),
            operation_name=operation_name,
            field_resolver=read_field,
            type_resolver=type_name,
        )
        actual = cost(self._schema, document, operation, coerced, result.data) if result.data is not None else 0
        self._bucket.charge(actual)
        return {**_formatted(result, request_id), "extensions": {"cost": self._cost(requested, actual)}}

    def _document(self, query: str) -> DocumentNode | list[GraphQLError]:
        found = self._documents.get(query)
        if found is None:
            try:
                document = parse(query)
                found = validate(self._schema, document) or document
            except GraphQLError as error:
                found = [error]
            self._documents[query] = found
        return found

    def _coerced(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> dict[str, Any] | list[GraphQLError]:
        found = get_variable_values(self._schema, operation.variable_definitions or (), dict(variables))
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
        answer["errors"] = [_error(error, request_id) for error in result.errors]
    return answer


def _error(error: GraphQLError, request_id: str) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        log.error("a resolver failed at %s", error.path, exc_info=cause)
        formatted["message"] = (
            "Internal error. Looks like something went wrong on our end.\n"
            f"Request ID: {request_id} (include this in support requests)."
        )
        formatted["extensions"] = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    return formatted
