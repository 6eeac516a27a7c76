"""One run of a compiled operation: whom it is for, what has failed in it, and how much it may still work out."""

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

Trail: TypeAlias = Any
"""Where in an answer a value is: (trail of what holds it, its key). It ends with None, or an object of Storefront's."""


class Failed(Exception):
    """A field failed, and null may not stand in its place."""

    def __init__(self, trail: Trail, error: Exception) -> None:
        super().__init__(str(error))
        self.trail = trail
        self.error = error


class ObjectsById(Protocol):
    """Storefront's objects, by the response keys that lead to them and by id."""

    async def object(self, place: tuple[str, ...], global_id: str) -> Any: ...


class Evaluation:
    """What a run shares with all its fields.

    failures: of fields that are null now. found: the objects of Storefront's that gateway fields stand on. objects:
    finds those that are named by id. At most `max_fields` fields are worked out; then it is refused.
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
        """How many fields may still be worked out."""
        return self._left

    def spend(self, fields: int) -> None:
        """Counts fields that are worked out. Raises RequestRefused when that is too many."""
        self._left -= fields
        if self._left < 0:
            raise RequestRefused([PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED)])

    def arguments(self, definition: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
        """The arguments of a field; worked out once."""
        found = self._arguments.get(id(node))
        if found is None:
            found = self._arguments[id(node)] = get_argument_values(definition, node, self._variables)
        return found

    def info(
        self, definition: GraphQLField, nodes: list[FieldNode], of: GraphQLObjectType
    ) -> Info[RequestContext, None]:
        """What a resolver learns of its request; the same for all objects that a field stands on."""
        found = self._infos.get(id(nodes))
        if found is None:
            field = definition.extensions["strawberry-definition"]
            found = Info(_raw_info=self.resolve_info(definition, nodes, of), _field=field)
            self._infos[id(nodes)] = found
        return found

    def resolve_info(
        self, definition: GraphQLField, nodes: list[FieldNode], of: GraphQLObjectType
    ) -> GraphQLResolveInfo[RequestContext]:
        """The same in graphql-core's words. The path has no places in lists: one field stands for all its objects."""
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
