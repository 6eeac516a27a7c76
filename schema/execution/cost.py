"""The cost of an operation, computed before any request: 1 for an object, size times content for a list.

Only what the gateway adds to Storefront's answers counts, and the objects that lead to it. Storefront's own parts pass
untouched: they cost one for each 100 bytes of the request.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from resolvers.public_errors import ErrorCode, PublicError
from schema.execution.limits import DocumentLimits
from schema.execution.selections import Selections
from schema.gateway_field import gateway_mark, is_storefront_type

UNKNOWN_SIZE = 20
"""The size of a list that no argument bounds."""
OWN_SIZES = {"CafeMenu.sections": 10, "CafeMenuSection.items": 20, "PrintProduct.variants": 100}
"""The sizes of lists on the gateway's own types. Lists that are not here belong to one object and are short."""
OWN_SIZE = 5
BYTES_PER_COST = 100
_SIZES = ("first", "last")
_ONE_EACH = ("ids", "identifiers")
_MAX_CACHED = 16  # sets of values of the variables that bound lists


def forwarded_cost(request_bytes: int) -> int:
    """The cost of forwarding an operation, without its gateway fields."""
    return 1 + request_bytes // BYTES_PER_COST


class OperationCost:
    """The cost of one operation, for any values of its variables. `touched`: nodes that lead to gateway fields."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        touched: frozenset[int],
        limits: DocumentLimits,
    ) -> None:
        self._operation = operation
        self._touched = touched
        self._limits = limits
        self._selections = Selections(schema, document)
        root = schema.get_root_type(operation.operation)
        assert root is not None
        self._root: GraphQLNamedType = root
        self.variables = tuple(sorted(self._bounding(operation.selection_set, root)))
        self._cached: LRUCache[tuple[int | None, ...], int] = LRUCache(_MAX_CACHED)

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost with these coerced variables. Raises PublicError for a page above the limit."""
        sizes = {name: _size(variables.get(name)) for name in self.variables}
        key = tuple(sizes.values())
        if key not in self._cached:
            self._cached[key] = self._below(self._operation.selection_set, self._root, sizes, UNKNOWN_SIZE)
        return self._cached[key]

    def _below(self, selection_set: Any, parent: GraphQLNamedType, sizes: Mapping[str, int | None], page: int) -> int:
        return sum(self._field(node, on, sizes, page) for node, on in self._counted(selection_set, parent))

    def _field(self, node: FieldNode, parent: GraphQLNamedType, sizes: Mapping[str, int | None], page: int) -> int:
        """`page`: the size of the lists directly below, in a connection."""
        field: GraphQLField = parent.fields[node.name.value]  # type: ignore[attr-defined]
        of = get_named_type(field.type)
        if node.selection_set is None or is_leaf_type(of):
            return 0
        given = self._given(node, sizes)
        if is_list_type(get_nullable_type(field.type)):
            in_connection = parent.name.endswith("Connection") and node.name.value in ("nodes", "edges")
            usual = page if in_connection else _usual_size(parent, node.name.value)
            times = usual if given is None else given
        else:
            times = 1
        below = self._below(node.selection_set, of, sizes, UNKNOWN_SIZE if given is None else given)
        return times * (1 + below)

    def _given(self, node: FieldNode, sizes: Mapping[str, int | None]) -> int | None:
        """The number of objects that a field's arguments request; None when they set no number. Raises PublicError."""
        for argument in node.arguments or ():
            name = argument.name.value
            if name not in (*_SIZES, *_ONE_EACH):
                continue
            size = _literal(argument.value, sizes)
            if size is None:
                continue
            if size > self._limits.page_size:
                problem = f"`{name}` is {size}; the most is {self._limits.page_size}."
                raise PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED, problem)
            return max(size, 0)
        return None

    def _counted(self, selection_set: Any, parent: GraphQLNamedType) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        """The fields that count: gateway fields, and Storefront fields that contain them."""
        for node, on in self._selections.fields(selection_set, parent):
            name = node.name.value
            if name.startswith("__"):
                continue
            field: GraphQLField = on.fields[name]  # type: ignore[attr-defined]
            if id(node) in self._touched or gateway_mark(field) is not None or not is_storefront_type(on):
                yield node, on

    def _bounding(self, selection_set: Any, parent: GraphQLNamedType) -> set[str]:
        """The variables that set the sizes of lists."""
        names: set[str] = set()
        for node, on in self._counted(selection_set, parent):
            for argument in node.arguments or ():
                if argument.name.value in (*_SIZES, *_ONE_EACH) and isinstance(argument.value, VariableNode):
                    names.add(argument.value.name.value)
            if node.selection_set is not None:
                field: GraphQLField = on.fields[node.name.value]  # type: ignore[attr-defined]
                names |= self._bounding(node.selection_set, get_named_type(field.type))
        return names


def _usual_size(parent: GraphQLNamedType, field: str) -> int:
    return UNKNOWN_SIZE if is_storefront_type(parent) else OWN_SIZES.get(f"{parent.name}.{field}", OWN_SIZE)


def _size(value: Any) -> int | None:
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) else None


def _literal(value: ValueNode, sizes: Mapping[str, int | None]) -> int | None:
    match value:
        case VariableNode():
            return sizes.get(value.name.value)
        case IntValueNode():
            return int(value.value)
        case ListValueNode():
            return len(value.values)
    return None
