"""The marks of the gateway's own fields: needed Storefront fields, permission, and how they are resolved."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLNamedType, OperationDefinitionNode, parse

from clients.errors import Broken
from clients.upstreams import UpstreamName
from resolvers.context import RequestContext

RESERVED = "_kynda_"
"""The prefix of the aliases that the gateway adds to a forwarded operation; callers may not use it."""

RESOLVER = "gateway-resolver"
"""The extension of a built field that holds its own resolver, which takes facts instead of a Storefront object."""

STRAWBERRY = "strawberry-definition"
"""The extension of a built type or field that holds Strawberry's definition of it."""

Facts = Mapping[str, Any]
"""The values that a gateway field needs of its Storefront object, by Storefront's field names."""


Arguments = Callable[[Mapping[str, Any], RequestContext], Awaitable[Mapping[str, Any]]]
"""Makes Storefront's variables, as JSON values, from a gateway field's arguments. May raise PublicError."""


Many = Callable[[Sequence[Facts], Mapping[str, Any], RequestContext], Awaitable[Sequence[Any]]]
"""Returns the values of a gateway field for many objects, from the facts of each and the field's arguments.

They are in the order of the objects; an exception stands for a value that could not be read.
"""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A gateway root field that is one Storefront field with computed arguments; `sends` names the possible ones.

    `asks_first`: a mutation whose arguments depend on Storefront's data. They are computed after the fields
    before it are done.
    """

    field: str
    sends: tuple[str, ...]
    arguments: Arguments
    asks_first: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A gateway root field made from Storefront root fields, which are part of the forwarded request.

    `document` is an operation with the variables that `arguments` makes. `...Embedded` stands for the caller's
    selections on Storefront's types below the field; its other selections get reserved aliases.

    The resolver gets the answer's root fields as Facts, and returns Storefront's objects unchanged.
    """

    operation: OperationDefinitionNode
    arguments: Arguments

    @classmethod
    def of(cls, document: str, arguments: Arguments) -> "Template":
        """A template from the text of its operation."""
        return cls(_operation(document), arguments)


@dataclass(frozen=True, slots=True)
class ById:
    """One of Storefront's objects that is not read yet: the value of a `by_id_field`."""

    id: str

    @classmethod
    def of(cls, global_id: str | None) -> Any:
        """The object of an id; None stays None."""
        return None if global_id is None else cls(global_id)


@dataclass(frozen=True, slots=True)
class GatewayField:
    """The mark that distinguishes a gateway field from Storefront's own.

    - `needs`: fields of its Storefront object, without arguments, which reach the resolver as Facts.
    - `embedded`: a Storefront object on a gateway type below a template.
    - `by_id`: a Storefront object on a gateway type that is not below a template. The resolver returns its id,
      and the objects of a whole operation are read together.
    - `many`: returns the values for many objects at once; without it the resolver is called for each.
    - `is_cacheable`: it and the fields below it read only through the request's `reads`, so answers with it may
      be cached.
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
        """What the field needs, from an answer that contains it under reserved aliases. Raises Broken without it."""
        found = {}
        for node in self.needs:
            name = node.name.value
            if RESERVED + name not in source:
                raise Broken(UpstreamName.STOREFRONT, "answer", f"no {name}")
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
    """`strawberry.field` for a root field that is rewritten to a Storefront field. `signature` only declares its
    arguments.
    """
    mark = GatewayField(rewrite=rewrite, is_cacheable=is_cacheable)
    return strawberry.field(resolver=signature, description=description, metadata={"gateway": mark})


def staff_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for a staff field of one of the gateway's own types."""
    return strawberry.field(description=description + " Staff only.", metadata={"gateway": GatewayField(staff=True)})


def embedded_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for a Storefront object below a template field."""
    return strawberry.field(description=description, metadata={"gateway": GatewayField(embedded=True)})


def by_id_field(*, description: str) -> Any:
    """`strawberry.field`, as a decorator, for a Storefront object that the resolver returns as `ById`, or null."""
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
    """A built field's mark; None for Storefront's own fields and plain fields of the gateway's types."""
    definition = field.extensions.get(STRAWBERRY)
    mark: GatewayField | None = definition.metadata.get("gateway") if definition is not None else None
    return mark


def is_own_root_field(definition: GraphQLField | None) -> bool:
    """Whether a root field is resolved by the gateway without any of Storefront's."""
    mark = gateway_mark(definition) if definition is not None else None
    return mark is not None and mark.rewrite is None and mark.template is None


def asks_first(definition: GraphQLField | None) -> bool:
    """Whether a root field's arguments can be made only when its turn has come."""
    mark = gateway_mark(definition) if definition is not None else None
    return mark is not None and mark.rewrite is not None and mark.rewrite.asks_first


def is_storefront_type(named: GraphQLNamedType) -> bool:
    """Whether a type is Storefront's, not one of the gateway's own."""
    return named.extensions.get("storefront") is True
