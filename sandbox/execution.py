"""An official GraphQL schema with resolvers attached, which both Shopify stand-ins execute operations on."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from cachetools import LRUCache
from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    OperationType,
    Visitor,
    build_ast_schema,
    execute_sync,
    get_operation_ast,
    is_nullable_type,
    parse,
    validate,
    visit,
)
from graphql.language.visitor import REMOVE
from graphql.utilities.coerce_input_value import coerce_default_value

from sandbox.slices import in_slices
from sandbox.storefront.values import gid, timestamp
from sandbox.work_limit import (
    MAX_FIELDS,
    MAX_REPEATED,
    MAX_TOKENS,
    RULES,
    BoundedExecutor,
    TooComplex,
    complexity_exceeded,
    repeats_too_often,
)

Resolver = Callable[..., Any]
"""(source, info, **arguments) -> value; `info.context` is what the operation was executed with."""
Resolvers = Mapping[str, Mapping[str, Resolver]]
"""GraphQL type name -> field name -> resolver. A field without one is read from its source by name."""

Said = Callable[[DocumentNode, list[GraphQLError]], list[GraphQLError]]
"""Words the mistakes that were found in a document."""

_READ_AT_ONCE = 4_000  # characters; a longer document is validated in slices
log = logging.getLogger("sandbox")


def _as_found(_: DocumentNode, mistakes: list[GraphQLError]) -> list[GraphQLError]:
    return mistakes


class ExecutableSchema:
    """Executes operations. It holds no store, so that all stores of a process share one for each API.

    Parsed and validated documents are cached (the last 1,000).
    """

    def __init__(self, api: str, resolvers: list[Resolvers], said: Said = _as_found, beyond_contract: str = "") -> None:
        """Refuses a resolver for a field that does not exist, or two for one.

        `said`: how the API words mistakes. `beyond_contract`: SDL of what it has besides.
        """
        self._said = said
        self.schema = _official_schema(api, beyond_contract)
        # Shopify adds members to enums that clients only read: a record may hold one that the contract does not know.
        self.schema.type_map["DeliveryMethodType"].coerce_output_value = str  # type: ignore[attr-defined]
        self._documents: LRUCache[str, DocumentNode | list[GraphQLError]] = LRUCache(maxsize=1000)
        for owner_name, field_name, resolver in _attachments(resolvers):
            owner = self.schema.type_map[owner_name]
            assert isinstance(owner, (GraphQLObjectType, GraphQLInterfaceType)), owner_name
            owner.fields[field_name].resolve = _with_defaults(owner.fields[field_name], resolver)

    async def read(self, query: str) -> None:
        """Has the document of a request ready for `document`."""
        if len(query) > _READ_AT_ONCE and query not in self._documents:
            await in_slices(lambda: self.document(query), around=nullcontext)

    def changes(self, query: str, operation_name: str | None) -> bool:
        """Whether the operation is a mutation."""
        document = self.document(query)
        operation = None if isinstance(document, list) else get_operation_ast(document, operation_name)
        return operation is not None and operation.operation is OperationType.MUTATION

    def document(self, query: str) -> DocumentNode | list[GraphQLError]:
        """The parsed operation without `@defer`, which allows an answer in one piece; or what is wrong with it."""
        found = self._documents.get(query)
        if found is None:
            found = self._documents[query] = self._validated(query)
        return found

    def _validated(self, query: str) -> DocumentNode | list[GraphQLError]:
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
            if repeats_too_often(document):
                return [complexity_exceeded(MAX_REPEATED + 1, MAX_REPEATED)]
            if "@defer" in query:
                document = visit(document, _WithoutDefer())
            mistakes = validate(self.schema, document, RULES)
        except GraphQLError as error:
            return [error]
        except RecursionError:
            return [GraphQLError("Nested too deeply")]
        return self._said(document, mistakes) if mistakes else document

    def execute(
        self,
        document: DocumentNode,
        context: Any,
        variables: Mapping[str, Any],
        operation_name: str | None,
        middleware: Sequence[Resolver] = (),
    ) -> ExecutionResult:
        try:
            return execute_sync(
                self.schema,
                document,
                context_value=context,
                variable_values=dict(variables),
                operation_name=operation_name,
                field_resolver=read_field,
                type_resolver=type_name,
                middleware=list(middleware) or None,
                executor_class=BoundedExecutor,
            )
        except TooComplex as given_up:
            return ExecutionResult(data=None, errors=[complexity_exceeded(given_up.cost, MAX_FIELDS)])


def read_field(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """The value a source holds under the field's name: a mapping by GraphQL name, a record by snake_case name.

    A record's number becomes a global id of the type that the field is asked of.
    """
    name = info.field_name
    if isinstance(source, Mapping):
        return source.get(name)
    value = getattr(source, _snake(name), None)
    return gid(info.parent_type.name, value) if name == "id" and isinstance(value, int) else value


def type_name(source: Any, *_: Any) -> str:
    """The object type a source stands for: a mapping's `__typename`, or the record's class name."""
    if isinstance(source, Mapping):
        name: str = source["__typename"]
        return name
    return type(source).__name__


def formatted_error(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """The error as Shopify writes it: one that a resolver did not raise on purpose is an internal error."""
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


class _WithoutDefer(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        return REMOVE if node.name.value == "defer" else None


@cache
def _contract(api: str) -> DocumentNode:
    """The official schema of an API as a document; parsing it takes longer than building the schema."""
    return parse(files("clients").joinpath(api, "schema.graphql").read_text(), no_location=True)


def _official_schema(api: str, beyond_contract: str = "") -> GraphQLSchema:
    contract = _contract(api)
    if beyond_contract:
        more = parse(beyond_contract, no_location=True).definitions
        contract = DocumentNode(definitions=(*contract.definitions, *more))
    schema = build_ast_schema(contract, assume_valid=True)
    # Execution refuses a schema that knows @defer; the directive is dropped from documents before.
    schema.directives = tuple(d for d in schema.directives if d.name != "defer")
    moments = schema.type_map["DateTime"]
    assert isinstance(moments, GraphQLScalarType)
    moments.coerce_output_value = _moment
    return schema


def _attachments(resolvers: list[Resolvers]) -> list[tuple[str, str, Resolver]]:
    """Type, field and resolver of all tables; two for one field are a mistake."""
    found: dict[tuple[str, str], Resolver] = {}
    for table in resolvers:
        for owner, fields in table.items():
            for name, resolver in fields.items():
                assert (owner, name) not in found, f"{owner}.{name} has two resolvers"
                found[owner, name] = resolver
    return [(owner, name, resolver) for (owner, name), resolver in found.items()]


def _with_defaults(of: GraphQLField, resolver: Resolver) -> Resolver:
    """`resolver`, given an argument's default where the caller said null: Shopify makes no difference of the two."""
    defaults = {
        name: coerce_default_value(argument)
        for name, argument in of.args.items()
        if argument.default is not None and is_nullable_type(argument.type)
    }
    if not defaults:
        return resolver

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        given = {name: defaults.get(name) if value is None else value for name, value in arguments.items()}
        return resolver(source, info, **given)

    return resolve


def _moment(value: datetime | str) -> str:
    """A record's moment as Shopify writes it; text is written already."""
    return timestamp(value) if isinstance(value, datetime) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
