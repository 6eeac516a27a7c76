"""Bounds on the work of one operation, so that none stops the stand-ins for the others."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionSetNode,
    Visitor,
    specified_rules,
    visit,
)
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental
from graphql.pyutils import AwaitableOrValue, Path

from sandbox.slices import pause

MAX_TOKENS = 30_000
MAX_FIELDS = 50_000
"""The fields that are executed for one operation, each object of a list counted."""
INTROSPECTION_SHARE = 3
"""The limit times this holds below `__schema`: the whole schema has 31,000 fields, and Shopify shows it."""
SLICE = 500
"""The fields after which the event loop has a turn. One with arguments may search or sort, and counts as several."""
_FIELD_WITH_ARGUMENTS = 50
MAX_REPEATED = 500
"""How often one response key may stand in a selection set: validation compares each with each."""


class TooComplex(BaseException):
    """An operation was given up. No field's error: the whole operation has no answer."""

    def __init__(self, cost: int) -> None:
        super().__init__(cost)
        self.cost = cost


class BoundedExecutor(ExecutorThrowingOnIncremental):
    """graphql-core's executor, which pauses after each slice and gives up after MAX_FIELDS fields."""

    executed = 0
    _in_slice = 0

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Path, position_context: Any
    ) -> AwaitableOrValue[Any]:
        self.executed += 1
        introspects = parent_type.name.startswith("__")
        if self.executed > MAX_FIELDS * (INTROSPECTION_SHARE if introspects else 1):
            raise TooComplex(self.executed)
        self._in_slice += _FIELD_WITH_ARGUMENTS if field_details_list[0].node.arguments else 1
        if self._in_slice > SLICE:
            self._in_slice = 0
            pause()
        return super().execute_field(parent_type, source, field_details_list, path, position_context)


class _Pauses(ASTValidationRule):
    """Pauses the validation of a document after each slice of its nodes."""

    _visited = 0

    def enter(self, *_: Any) -> None:
        self._visited += 1
        if self._visited % SLICE == 0:
            pause()


RULES = (*specified_rules, _Pauses)
"""What documents are validated by."""


def complexity_exceeded(cost: int, max_cost: int) -> GraphQLError:
    """The error with which Shopify refuses an operation that selects too much."""
    extensions = {"code": "MAX_COMPLEXITY_EXCEEDED", "cost": cost, "maxCost": max_cost}
    return GraphQLError("Complexity exceeded", extensions=extensions)


def repeats_too_often(document: DocumentNode) -> bool:
    """Whether comparing the document's fields with each other would take long."""
    worst = 0

    class Repeats(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
            nonlocal worst
            worst = max(worst, *Counter(_response_keys(node)).values(), 0)

    visit(document, Repeats())
    return worst > MAX_REPEATED


def _response_keys(selection_set: SelectionSetNode) -> Iterable[str]:
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            yield (node.alias or node.name).value
        elif isinstance(node, InlineFragmentNode):
            yield from _response_keys(node.selection_set)
