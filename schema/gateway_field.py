"""How a field of the gateway's own is marked: what it needs of its Storefront object, who may ask, what it becomes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLField, OperationDefinitionNode, parse

from clients.errors import Broken
from resolvers.context import RequestContext

RESERVED = "_kynda_"
"""What the aliases that the gateway adds to a forwarded operation begin with; callers may not use it."""

RESOLVER = "gateway-resolver"
"""The extension of a built field that holds its own resolver, which takes facts instead of a Storefront object."""

Facts = Mapping[str, Any]
"""What a gateway field asked of its Storefront object, by Storefront's field names."""


Arguments = Callable[[Mapping[str, Any], RequestContext], Awaitable[Mapping[str, Any]]]
"""Makes Storefront's variables, as JSON values, from a gateway field's arguments. May raise PublicError."""


Many = Callable[[Sequence[Facts], Mapping[str, Any], RequestContext], Awaitable[Sequence[Any]]]
"""Gives the values of a gateway field for many objects, from what it needs of each and the field's arguments.

In the order of the objects; an exception stands for a value that could not be had.
"""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A gateway root field that is one Storefront field with computed arguments; `sends` names those it may have.

    asks_first: a mutation whose arguments follow from what Storefront holds. They are made when its turn comes, after
    the fields before it are done.
    """

    field: str
    sends: tuple[str, ...]
    arguments: Arguments
    asks_first: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A gateway root field made from Storefront root fields, asked for in the same request as the rest.

    `document` is an operation with the variables that `arguments` makes. Where it spreads `...Embedded`, the selections
    stand that the caller makes on Storefront's types below the field; what else it selects there has reserved aliases.
    The resolver gets the answer's root fields as Facts, and returns Storefront's objects as they are.
    """

    operation: OperationDefinitionNode
    arguments: Arguments

    @classmethod
    def of(cls, document: str, arguments: Arguments) -> "Template":
        """A template from the text of its operation."""
        return cls(_operation(document), arguments)


@dataclass(frozen=True, slots=True)
class ById:
    """One of Storefront's objects that nobody has asked for yet: what a `by_id_field` gives in its place."""

    id: str

    @classmethod
    def of(cls, global_id: str | None) -> Any:
        """The object of an id; None stays None."""
        return None if global_id is None else cls(global_id)


@dataclass(frozen=True, slots=True)
class GatewayField:
    """What sets a gateway field apart from Storefront's own.

    needs: fields of its Storefront object that it must know, without arguments; they reach the resolver as Facts.
    embedded: it stands on a type of the gateway's own, below a template, and is one of Storefront's objects.
    by_id: it stands on a type of the gateway's own, not below a template, and is one of Storefront's objects: the
    resolver says which by id, and those of a whole operation are asked for together.
    many: gives its values for many objects at once; without it the resolver is called for each.
    is_cacheable: it and the fields below it read through the request's `reads` only, so answers with it may be cached.
    """

    needs: tuple[FieldNode, ...] = ()
    staff: bool = False
    rewrite: Rewrite | None = None
    template: Template | None = None
    embedded: bool = False
    by_id: bool = False
    many: Many | None = None
    is_cacheable: bool = False

    def facts(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """What the field needs, from an answer that carries it under reserved aliases. Raises Broken without it."""
        found = {}
        for node in self.needs:
            name = node.name.value
            if RESERVED + name not in source:
                raise Broken("storefront", "answer", f"no {name}")
            found[name] = source[RESERVED + name]
        return found


def gateway_field(
    resolver: Callable[..., Any],
    *,
    needs: str = "",
    staff: bool = False,
    template: Template | None = None,
    many: Many | None = None,
    is_cacheable: bool = False,
    description: str,
) -> Any:
    """`strawberry.field` for a field that Storefront lacks. `needs` is a selection set, for example `{ id sku }`."""
    mark = GatewayField(needs=_selected(needs), staff=staff, template=template, many=many, is_cacheable=is_cacheable)
    if staff:
        description += " Staff only."
    return strawberry.field(resolver=resolver, description=description, metadata={"gateway": mark})


def rewritten_field(
    signature: Callable[..., Any], rewrite: Rewrite, *, is_cacheable: bool = False, description: str
) -> Any:
    """`strawberry.field` for a root field that Storefront answers as another. `signature` says its arguments only."""
    mark = GatewayField(rewrite=rewrite, is_cacheable=is_cacheable)
    return strawberry.field(resolver=signature, description=description, metadata={"gateway": mark})


def staff_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for a staff field of one of the gateway's own types."""
    return strawberry.field(description=description + " Staff only.", metadata={"gateway": GatewayField(staff=True)})


def embedded_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for an object of Storefront's below a template field."""
    return strawberry.field(description=description, metadata={"gateway": GatewayField(embedded=True)})


def by_id_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for an object of Storefront's that the resolver gives as `ById`, or null."""
    return strawberry.field(description=description, metadata={"gateway": GatewayField(by_id=True)})


def _selected(needs: str) -> tuple[FieldNode, ...]:
    if not needs:
        return ()
    selection_set = _operation(needs).selection_set
    fields = tuple(node for node in selection_set.selections if isinstance(node, FieldNode))
    assert len(fields) == len(selection_set.selections), "needs are plain fields"
    return fields


def _operation(document: str) -> OperationDefinitionNode:
    definition = parse(document, no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def gateway_mark(field: GraphQLField) -> GatewayField | None:
    """A built field's mark; None for Storefront's own fields and plain ones of the gateway's types."""
    definition = field.extensions.get("strawberry-definition")
    mark: GatewayField | None = definition.metadata.get("gateway") if definition is not None else None
    return mark
