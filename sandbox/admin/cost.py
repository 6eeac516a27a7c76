"""What an Admin operation costs in points, and the bucket they are taken from.

Shopify does not document its formula. This one gives the figures measured at real shops: an object costs one point,
a mutation ten, and a connection grows with the logarithm of its size.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    value_from_ast,
)

from sandbox.store import Store

MAX_COST = 1000
MUTATION_COST = 10
ASKED: Any = object()  # instead of an answer: count the requested fields


class Bucket:
    """The points of one app in one shop. They are restored by the store's clock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._missing = 0.0
        self._as_of: datetime = store.clock.now()

    @property
    def available(self) -> float:
        now = self._store.clock.now()
        passed_s = (now - self._as_of).total_seconds()
        self._missing = max(0.0, self._missing - passed_s * self._store.admin_points_per_second)
        self._as_of = now
        return self._store.admin_bucket_points - self._missing

    def charge(self, points: float) -> None:
        self._missing = self._store.admin_bucket_points - self.available + points

    def status(self) -> dict[str, float]:
        """Admin's `throttleStatus`."""
        return {
            "maximumAvailable": self._store.admin_bucket_points,
            "currentlyAvailable": math.floor(self.available),
            "restoreRate": self._store.admin_points_per_second,
        }


def cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    data: Any = ASKED,
) -> int:
    """The points of an operation: as requested, or the actual ones for `data`."""
    root = schema.get_root_type(operation.operation)
    assert root is not None
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    return round(_Count(schema, fragments, dict(variables)).selections(root, operation.selection_set, data))


class _Count:
    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: dict[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def selections(self, owner: GraphQLCompositeType, selected: SelectionSetNode | None, data: Any) -> float:
        """The points of selected fields; of fragments on several types the most expensive one counts."""
        own, dearest = 0.0, 0.0
        for node in selected.selections if selected is not None else ():
            if isinstance(node, FieldNode):
                own += self._field(owner, node, data)
                continue
            fragment = self._fragment(node)
            condition = fragment.type_condition
            inner = self._schema.type_map[condition.name.value] if condition is not None else owner
            assert is_composite_type(inner)
            points = self.selections(inner, fragment.selection_set, data)
            if inner is owner:
                own += points
            else:
                dearest = max(dearest, points)
        return own + dearest

    def _fragment(self, node: SelectionNode) -> FragmentDefinitionNode | InlineFragmentNode:
        fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        assert isinstance(fragment, (FragmentDefinitionNode, InlineFragmentNode))
        return fragment

    def _field(self, owner: GraphQLCompositeType, node: FieldNode, data: Any) -> float:
        field = getattr(owner, "fields", {}).get(node.name.value)
        if field is None or not is_composite_type(inner := get_named_type(field.type)):
            return 0
        value = data if data is ASKED or data is None else data.get(node.alias.value if node.alias else node.name.value)
        if value is None:
            return 0
        if inner.name.endswith("Connection"):
            return self._connection(inner, field, node, value)
        if is_list_type(get_nullable_type(field.type)):
            ids = self._argument(field, node, "ids")
            asked_by_id = isinstance(ids, list)
            if value is ASKED:
                return (len(ids) if asked_by_id else 1) * (1 + self.selections(inner, node.selection_set, ASKED))
            points = [1 + self.selections(inner, node.selection_set, each) for each in value if each is not None]
            return sum(points) if asked_by_id else max(points, default=0)
        if owner is self._schema.mutation_type:
            return max(MUTATION_COST, self.selections(inner, node.selection_set, value))
        return 1 + self.selections(inner, node.selection_set, value)

    def _connection(self, kind: GraphQLCompositeType, field: GraphQLField, node: FieldNode, value: Any) -> float:
        if value is ASKED:
            size = self._argument(field, node, "first") or self._argument(field, node, "last") or 0
            return _factor(size) * (1 + self._item(kind, node.selection_set, ASKED)) + 1
        size = max((len(each) for each in value.values() if isinstance(each, list)), default=0)
        return _factor(size) * (1 + self._item(kind, node.selection_set, value)) + 1 if size else 1

    def _item(self, kind: GraphQLCompositeType, selected: SelectionSetNode | None, value: Any) -> float:
        """The points of one item of a page, by its fields in `nodes`; the most expensive actual item counts."""
        points = [0.0]
        for node in selected.selections if selected is not None else ():
            if isinstance(node, FieldNode) and node.name.value == "nodes":
                inner = get_named_type(kind.fields["nodes"].type)  # type: ignore[union-attr]
                assert is_composite_type(inner)
                items = [ASKED] if value is ASKED else value[node.alias.value if node.alias else "nodes"]
                points += [self.selections(inner, node.selection_set, item) for item in items]
            elif not isinstance(node, FieldNode):
                points.append(self._item(kind, self._fragment(node).selection_set, value))
        return max(points)

    def _argument(self, field: GraphQLField, node: FieldNode, name: str) -> Any:
        given = next((each for each in node.arguments or () if each.name.value == name), None)
        if given is None or name not in field.args:
            return None
        return value_from_ast(given.value, field.args[name].type, self._variables)


def _factor(size: int) -> float:
    return max(1, round(1.5 * math.log2(max(size, 0) + 1)))
