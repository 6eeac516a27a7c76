"""Executes any valid operation on the official Storefront schema, with the store behind its fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    build_ast_schema,
    execute_sync,
    get_directive_values,
    is_nullable_type,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value

from sandbox.store import Store

Resolver = Callable[..., Any]
"""(source, info, **arguments) -> value; `info.context` is a Visit."""
Resolvers = Mapping[str, Mapping[str, Resolver]]
"""GraphQL type name -> field name -> resolver. A field without one is read from its source by name."""


@dataclass(slots=True)
class Visit:
    """Who asks, from where: the store and what `@inContext` and the headers say. One per operation."""

    store: Store
    country: str = "US"
    language: str = "EN"
    customer_token: str | None = None
    company_location_id: str | None = None
    preferred_location_id: str | None = None
    buyer_ip: str | None = None
    # What a search says of the records it found, by the key of its answer: see `tracking`.
    tracked: dict[str, dict[int, str]] = field(default_factory=dict)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def read_field(source: Any, info: GraphQLResolveInfo[Visit], **arguments: Any) -> Any:
    """The value a source holds under the field's name: a mapping by GraphQL name, a record by snake_case name."""
    name = info.field_name
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, _snake(name), None)


def type_name(source: Any, *_: Any) -> str:
    """The object type a source stands for: a mapping's `__typename`, or the record's class name."""
    if isinstance(source, Mapping):
        name: str = source["__typename"]
        return name
    return type(source).__name__


@cache
def contract(api: str) -> DocumentNode:
    """The official schema of an API as a document; reading it takes longer than building the schema."""
    return parse(files("clients").joinpath(api, "schema.graphql").read_text())


def storefront_schema(resolvers: list[Resolvers]) -> GraphQLSchema:
    """The official schema with `resolvers` attached. Refuses one for a field that does not exist, or two for one."""
    schema = build_ast_schema(contract("storefront"), assume_valid=True)
    # Execution refuses a schema that knows @defer; the directive is dropped from documents before.
    schema.directives = tuple(d for d in schema.directives if d.name != "defer")
    taken: set[tuple[str, str]] = set()
    for table in resolvers:
        for owner_name, fields in table.items():
            owner = schema.type_map[owner_name]
            assert isinstance(owner, (GraphQLObjectType, GraphQLInterfaceType)), owner_name
            for field_name, resolver in fields.items():
                assert (owner_name, field_name) not in taken, f"{owner_name}.{field_name} has two resolvers"
                taken.add((owner_name, field_name))
                owner.fields[field_name].resolve = _with_defaults(owner.fields[field_name], resolver)
    return schema


def _with_defaults(of: GraphQLField, resolver: Resolver) -> Resolver:
    """`resolver`, given an argument's default where the caller said null: Shopify makes no difference of the two."""
    defaults = {
        name: coerce_default_value(argument)
        for name, argument in of.args.items()
        if argument.default is not None and is_nullable_type(argument.type)
    }
    if not defaults:
        return resolver

    def resolve(source: Any, info: GraphQLResolveInfo[Visit], **arguments: Any) -> Any:
        given = {name: defaults.get(name) if value is None else value for name, value in arguments.items()}
        return resolver(source, info, **given)

    return resolve


class StorefrontExecutor:
    """Runs operations; parsed and validated documents are kept (the last 1,000)."""

    def __init__(self, store: Store, resolvers: list[Resolvers]) -> None:
        self._store = store
        self._schema = storefront_schema(resolvers)
        self._documents: LRUCache[str, DocumentNode | list[GraphQLError]] = LRUCache(maxsize=1000)

    def execute(
        self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None, visit: Visit
    ) -> ExecutionResult:
        """The answer; `visit` says who asks and is completed from `@inContext`."""
        document = self._document(query)
        if isinstance(document, list):
            return ExecutionResult(data=None, errors=document)
        apply_context(document, operation_name, variables or {}, visit, self._schema)
        return execute_sync(
            self._schema,
            document,
            context_value=visit,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            field_resolver=read_field,
            type_resolver=type_name,
        )

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
        values = get_directive_values(directive, node, coerced) or {}
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
