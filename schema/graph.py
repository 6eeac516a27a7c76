"""The graph's schemas: the public one, and the one for staff.

`python -m schema.graph` (part of `make contracts`) writes the public one to `schema/schema.graphql`.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import strawberry
from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDefaultInput,
    GraphQLDirective,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    print_schema,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from schema.execution.executor import reads_answers
from schema.extensions import ADDED
from schema.storefront.enums import ENUMS
from schema.storefront.roots import DIRECTIVES, Mutation, QueryRoot
from schema.storefront.scalars import SCALARS
from schema.storefront.types import ALL, LATE_DEPRECATIONS

PUBLIC_SDL = Path(__file__).parent / "schema.graphql"

# Storefront's own form of the directive: it accepts null where graphql-core's does not.
DEFER = GraphQLDirective(
    name="defer",
    locations=[DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
    args={
        "if": GraphQLArgument(GraphQLBoolean, default=GraphQLDefaultInput(value=True)),
        "label": GraphQLArgument(GraphQLString),
    },
)


class _StaffSchema(strawberry.Schema):
    """Storefront's types with the gateway's fields on them."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        added = ADDED.get(type_definition.origin)
        own = [] if added is None else get_object_definition(added, strict=True).fields
        return [*own, *super().get_fields(type_definition)]


class _PublicSchema(_StaffSchema):
    """Leaves out staff fields, and the types that only they use."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        return [field for field in super().get_fields(type_definition) if not _is_staff(field)]


def _is_staff(field: StrawberryField) -> bool:
    mark = field.metadata.get("gateway")
    return mark is not None and mark.staff


@dataclass(frozen=True, slots=True)
class Graph:
    """One schema twice: `executed` without `@defer`, which graphql-core refuses to execute, and `seen` with it."""

    executed: GraphQLSchema
    seen: GraphQLSchema

    @property
    def sdl(self) -> str:
        """The schema as text."""
        return print_schema(self.seen) + "\n"


@lru_cache
def public_graph() -> Graph:
    """The public graph."""
    return _built(_PublicSchema)


@lru_cache
def staff_graph() -> Graph:
    """The graph for staff, with all fields."""
    return _built(_StaffSchema)


def _built(kind: type[_StaffSchema]) -> Graph:
    schema = kind(
        query=QueryRoot,
        mutation=Mutation,
        types=[*ALL, *ENUMS],  # some enums are used by no field or argument
        directives=DIRECTIVES,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    executed = schema._schema
    for (owner, name), reason in LATE_DEPRECATIONS.items():
        named = executed.type_map[owner]
        assert isinstance(named, (GraphQLObjectType, GraphQLInterfaceType))
        named.fields[name].deprecation_reason = reason
    for named in executed.type_map.values():
        # Strawberry checks such inputs itself, and omits the directive from the schema.
        if isinstance(named, GraphQLInputObjectType):
            named.is_one_of = named.extensions["strawberry-definition"].is_one_of
    reads_answers(executed, {each.__name__ for each in (*ALL, QueryRoot, Mutation)})
    seen = GraphQLSchema(
        query=executed.query_type,
        mutation=executed.mutation_type,
        types=list(executed.type_map.values()),
        directives=[*executed.directives, DEFER],
        assume_valid=True,
    )
    return Graph(executed, seen)


if __name__ == "__main__":
    PUBLIC_SDL.write_text(public_graph().sdl)
