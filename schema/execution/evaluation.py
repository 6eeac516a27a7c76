"""The state of one run of a compiled operation: its caller, its failures, and its budget of fields."""

import inspect
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableValues,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry import Info

from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.gateway_field import STRAWBERRY

Trail: TypeAlias = Any
"""The place of a value in an answer: (the parent's trail, key). It ends with None, or an object of Storefront's."""


class Failed(Exception):
    """A non-null field failed; its parent becomes null."""

    def __init__(self, trail: Trail, error: Exception) -> None:
        super().__init__(str(error))
        self.trail = trail
        self.error = error


class ObjectsById(Protocol):
    """Storefront's objects, by the response keys that lead to them and by id."""

    async def object(self, place: tuple[str, ...], global_id: str) -> Any: ...


class Evaluation:
    """The state that a run shares with all its fields.

    failures: of fields that became null. found: the Storefront objects that have gateway fields. objects: reads
    Storefront objects by id. A run that resolves more than `max_fields` fields is refused.
    """

    def __init__(
        self,
        context: RequestContext,
        *,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        max_fields: int,
    ) -> None:
        self.context = context
        self.failures: list[Failed] = []
        self.found: dict[Any, list[Any]] = {}
        self.objects: ObjectsById | None = None
        self._left = max_fields
        self._schema = schema
        self._document = document
        self._operation = operation
        self._variables = variables
        self._infos: dict[int, Info[RequestContext, None]] = {}
        self._arguments: dict[int, Mapping[str, Any]] = {}

    @property
    def left(self) -> int:
        """How many fields may still be resolved."""
        return self._left

    def spend(self, fields: int) -> None:
        """Counts resolved fields. Raises RequestRefused when the budget is spent."""
        self._left -= fields
        if self._left < 0:
            raise RequestRefused([PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED)])

    def arguments(self, definition: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
        """The arguments of a field, coerced once per run."""
        found = self._arguments.get(id(node))
        if found is None:
            found = self._arguments[id(node)] = get_argument_values(definition, node, self._variables)
        return found

    def info(
        self, definition: GraphQLField, nodes: list[FieldNode], of: GraphQLObjectType
    ) -> Info[RequestContext, None]:
        """Strawberry's `Info` for a field; one per run, shared by all objects with that field."""
        found = self._infos.get(id(nodes))
        if found is None:
            field = definition.extensions[STRAWBERRY]
            found = Info(_raw_info=self.resolve_info(definition, nodes, of), _field=field)
            self._infos[id(nodes)] = found
        return found

    def resolve_info(
        self, definition: GraphQLField, nodes: list[FieldNode], of: GraphQLObjectType
    ) -> GraphQLResolveInfo[RequestContext]:
        """graphql-core's resolve info. Its path has no list positions, because all objects share it."""
        node = nodes[0]
        return GraphQLResolveInfo(
            field_name=node.name.value,
            field_nodes=nodes,
            return_type=definition.type,
            parent_type=of,
            path=Path(None, (node.alias or node.name).value, of.name),
            schema=self._schema,
            fragments={
                each.name.value: each for each in self._document.definitions if isinstance(each, FragmentDefinitionNode)
            },
            root_value=None,
            operation=self._operation,
            variable_values=self._variables,
            context=self.context,
            is_awaitable=inspect.isawaitable,  # type: ignore[arg-type]
            abort_signal=None,
            async_helpers=None,  # type: ignore[arg-type]
        )
