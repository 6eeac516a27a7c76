"""Executes any valid operation on the official Storefront schema against the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    get_directive_values,
)
from graphql.execution.values import get_variable_values

from sandbox.execution import ExecutableSchema
from sandbox.store import Store
from sandbox.storefront.tokenless import MAX_COMPLEXITY, complexity, refuse_without_token
from sandbox.storefront.validation_errors import variable_as_shopify_says
from sandbox.storefront.visitors import Consent, VisitorTokens
from sandbox.work_limit import complexity_exceeded


@dataclass(slots=True)
class Visit:
    """The visitor of one operation: the store, and the context from `@inContext` and headers."""

    store: Store
    country: str = "US"
    language: str = "EN"
    customer_token: str | None = None
    company_location_id: str | None = None
    preferred_location_id: str | None = None
    buyer_ip: str | None = None
    visitor: VisitorTokens = field(default_factory=VisitorTokens)
    host: str = "localhost"
    # The context of `@inContext`, if the operation has the directive; the decision on consent.
    in_context: bool = False
    has_token: bool = True
    consent: Consent | None = None
    # The tracking parameters of found records, by response key: see `tracking`.
    tracked: dict[str, dict[int, str]] = field(default_factory=dict)


def execute(
    schema: ExecutableSchema,
    query: str,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    visit: Visit,
) -> ExecutionResult:
    """The response; `visit` is completed from `@inContext`."""
    document = schema.document(query)
    if isinstance(document, list):
        return ExecutionResult(data=None, errors=document)
    apply_context(document, operation_name, variables or {}, visit, schema.schema)
    if not visit.has_token:
        cost = complexity(document, operation_name, variables or {})
        if cost > MAX_COMPLEXITY:
            return ExecutionResult(data=None, errors=[complexity_exceeded(cost, MAX_COMPLEXITY)])
    middleware = [] if visit.has_token else [refuse_without_token]
    result = schema.execute(document, visit, variables or {}, operation_name, middleware)
    if result.errors:
        result.errors = [variable_as_shopify_says(error) for error in result.errors]
    return result


def apply_context(
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, Any],
    visit: Visit,
    schema: GraphQLSchema,
) -> None:
    """Reads the operation's `@inContext(country, language, buyer, preferredLocationId)` into `visit`."""
    directive = schema.get_directive("inContext")
    assert directive is not None
    for node in document.definitions:
        if not isinstance(node, OperationDefinitionNode):
            continue
        if operation_name is not None and (node.name is None or node.name.value != operation_name):
            continue
        coerced = _declared(node, variables, schema)
        found = get_directive_values(directive, node, coerced)
        visit.in_context = visit.in_context or found is not None
        values = found or {}
        visit.country = values.get("country") or visit.country
        visit.language = values.get("language") or visit.language
        visit.preferred_location_id = values.get("preferredLocationId") or visit.preferred_location_id
        buyer = values.get("buyer")
        if buyer:
            visit.customer_token = buyer["customerAccessToken"]
            visit.company_location_id = buyer.get("companyLocationId")


def _declared(node: Any, variables: Mapping[str, Any], schema: GraphQLSchema) -> Any:
    coerced = get_variable_values(schema, node.variable_definitions or (), dict(variables))
    return None if isinstance(coerced, list) else coerced
