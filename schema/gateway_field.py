"""How a field of the gateway's own is marked: what it needs of its Storefront object, who may ask, what it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLField, SelectionSetNode, parse
from graphql.language import OperationDefinitionNode

RESERVED = "_kynda_"
"""What the aliases that the gateway adds to a forwarded operation begin with; callers may not use it."""

Facts = Mapping[str, Any]
"""What a gateway field asked of its Storefront object, by Storefront's field names."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A gateway root field that is one Storefront field with computed arguments.

    `arguments` makes Storefront's arguments, as JSON values, from the gateway field's; it uses names in `sends` only.
    """

    field: str
    sends: tuple[str, ...]
    arguments: Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class GatewayField:
    """What sets a gateway field apart from Storefront's own.

    `needs`: fields of its Storefront object that it must know, without arguments; they reach the resolver as Facts.
    """

    needs: tuple[FieldNode, ...] = ()
    staff: bool = False
    rewrite: Rewrite | None = None

    def facts(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """What the field needs, from an answer that carries it under reserved aliases."""
        return {node.name.value: source[RESERVED + node.name.value] for node in self.needs}


def gateway_field(
    resolver: Callable[..., Any],
    *,
    needs: str = "",
    staff: bool = False,
    rewrite: Rewrite | None = None,
    description: str,
) -> Any:
    """`strawberry.field` for a field that Storefront lacks. `needs` is a selection set, for example `{ id sku }`."""
    mark = GatewayField(needs=_selected(needs), staff=staff, rewrite=rewrite)
    if staff:
        description += " Staff only."
    return strawberry.field(resolver=resolver, description=description, metadata={"gateway": mark})


def staff_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for a staff field of one of the gateway's own types."""
    return strawberry.field(description=description + " Staff only.", metadata={"gateway": GatewayField(staff=True)})


def _selected(needs: str) -> tuple[FieldNode, ...]:
    if not needs:
        return ()
    definition = parse(needs, no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    selection_set: SelectionSetNode = definition.selection_set
    fields = tuple(node for node in selection_set.selections if isinstance(node, FieldNode))
    assert len(fields) == len(selection_set.selections), "needs are plain fields"
    return fields


def gateway_mark(field: GraphQLField) -> GatewayField | None:
    """A built field's mark; None for Storefront's own fields and plain ones of the gateway's types."""
    definition = field.extensions.get("strawberry-definition")
    mark: GatewayField | None = definition.metadata.get("gateway") if definition is not None else None
    return mark
