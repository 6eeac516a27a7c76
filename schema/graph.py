"""The graph's schemas: the public one, and the one for staff.

`python -m schema.graph` (part of `make contracts`) writes the public one to `schema/schema.graphql`.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from schema.contract import contract, join, named_types
from schema.execution.executor import reads_answers
from schema.extensions import ADDED
from schema.gateway_field import STRAWBERRY
from schema.storefront import SCALARS, Mutation, QueryRoot

PUBLIC_SDL = Path(__file__).parent / "schema.graphql"


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
    return _joined(gateways_part(staff=False))


@lru_cache
def staff_graph() -> Graph:
    """The graph for staff, with all fields."""
    return _joined(gateways_part(staff=True))


def gateways_part(*, staff: bool) -> GraphQLSchema:
    """What Strawberry builds: the gateway's types and fields, and as much of Storefront's types as they name."""
    kind = _StaffSchema if staff else _PublicSchema
    config = StrawberryConfig(scalar_map=SCALARS)
    return kind(query=QueryRoot, mutation=Mutation, types=list(ADDED), config=config)._schema


def _joined(part: GraphQLSchema) -> Graph:
    official = contract()
    types = join(named_types(official), named_types(part))
    for named in types.values():
        definition = named.extensions.get(STRAWBERRY)
        # Strawberry checks such inputs itself, and omits the directive from the schema.
        if isinstance(named, GraphQLInputObjectType) and definition is not None:
            named.is_one_of = definition.is_one_of
    executed, seen = (
        GraphQLSchema(
            query=official.query_type,
            mutation=official.mutation_type,
            types=list(types.values()),
            directives=directives,
            assume_valid=True,
        )
        for directives in ([each for each in official.directives if each.name != "defer"], official.directives)
    )
    reads_answers(named_types(official).values())
    return Graph(executed, seen)


if __name__ == "__main__":
    PUBLIC_SDL.write_text(public_graph().sdl)
