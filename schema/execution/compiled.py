"""Compiled plans: Storefront's answer is decoded where gateway fields are selected, and those are resolved in batches.

split -> envelope -> joins -> projections -> answer. docs/execution.md walks through it, and lists what is left to
graphql-core's executor (executor.py), with which the tests compare.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from msgspec import UNSET

from clients.errors import Broken
from clients.upstreams import UpstreamName
from schema.execution.envelope import Join, ObjectsByShape, Shape, Shapes, StorefrontStruct
from schema.execution.evaluation import Evaluation, Failed, Trail
from schema.execution.joins import begin, join_all
from schema.execution.object_lookup import ObjectLookup, SendLookup
from schema.execution.projection import Completion, Place, Projections, all_of
from schema.execution.selections import Selections, Switches
from schema.execution.split import Lookup, prefix_of
from schema.gateway_field import ById


@dataclass(frozen=True, slots=True)
class CompiledAnswer:
    """The data of an answer as JSON text, and what failed in it."""

    data: bytes
    errors: tuple[GraphQLError, ...]


class Parts(Mapping[str, Any]):
    """The values of a template's root fields, by their names in the template."""

    def __init__(self, root: StorefrontStruct, prefix: str) -> None:
        self._root = root
        self._prefix = prefix

    def __getitem__(self, name: str) -> Any:
        try:
            return self._root[self._prefix + name]
        except KeyError:
            raise Broken(UpstreamName.STOREFRONT, "answer", f"no {self._prefix}{name}") from None

    def __contains__(self, name: object) -> bool:
        try:
            self._root[f"{self._prefix}{name}"]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query in its compiled form, for given values of its switches."""

    root: Shape
    lookup: Lookup | None
    lookup_shapes: Mapping[Place, Shape]

    async def answer(self, data: bytes, evaluation: Evaluation, send: SendLookup | None) -> CompiledAnswer:
        """The answer built from Storefront's data. Raises msgspec.ValidationError for data of another form."""
        found: ObjectsByShape = {}
        root = self.root.decode(data)
        self.root.collect(root, found)
        found.pop(self.root, None)
        evaluation.found = found
        if self.lookup is not None and send is not None:
            evaluation.objects = ObjectLookup(self.lookup, self.lookup_shapes, evaluation, send)
        try:
            await self._fill(root, evaluation)
        except Failed as failed:
            evaluation.failures.append(failed)
            return CompiledAnswer(b"null", _errors(evaluation.failures, root))
        found[self.root] = [root]
        for shape, objects in found.items():
            for attribute in shape.hidden:
                for each in objects:
                    setattr(each, attribute, UNSET)
        return CompiledAnswer(msgspec.json.encode(root), _errors(evaluation.failures, root))

    async def _fill(self, root: StorefrontStruct, evaluation: Evaluation) -> None:
        """Resolves the synchronous root fields first; then awaits the others and the fields of all objects together."""
        waiting: list[Callable[[], Awaitable[None]]] = []
        embedding: list[Callable[[], Awaitable[None]]] = []
        for join in self.root.joins:
            evaluation.spend(1)
            if join.field.is_async or join.field.completion.is_async:
                (embedding if join.embeds else waiting).append(partial(_put_later, join, root, evaluation))
            else:
                setattr(root, join.attribute, join.field.run(_source(join, root), evaluation, None))
        if embedding:
            waiting.append(partial(_fill_embedded, embedding, evaluation))
        else:
            waiting += begin(evaluation.found, evaluation)
        if waiting:
            await all_of(each() for each in waiting)


def _source(join: Join, root: StorefrontStruct) -> Parts:
    return Parts(root, prefix_of(join.key))


async def _put_later(join: Join, root: StorefrontStruct, evaluation: Evaluation) -> None:
    setattr(root, join.attribute, await join.field.run(_source(join, root), evaluation, None))


async def _fill_embedded(embedding: list[Callable[[], Awaitable[None]]], evaluation: Evaluation) -> None:
    """Awaits the templates, which find the objects that they embed, and then the fields of all objects."""
    await all_of(each() for each in embedding)
    await join_all(evaluation.found, evaluation)


def compiled(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    switches: Switches,
    touched: frozenset[int],
    lookup: Lookup | None,
) -> Compiled:
    """Compiles a query. Raises NotCompiled."""
    return _Compiler(schema, document, switches, touched, lookup).compiled(operation)


class _Compiler:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        switches: Switches,
        touched: frozenset[int],
        lookup: Lookup | None,
    ) -> None:
        self._schema = schema
        self._lookup = lookup
        self._lookup_shapes: dict[Place, Shape] = {}
        selections = Selections(schema, document)
        self._projections = Projections(selections, switches, self._by_id)
        self._shapes = Shapes(schema, selections, switches, touched, self._projections)

    def compiled(self, operation: OperationDefinitionNode) -> Compiled:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return Compiled(self._shapes.shape(root, [operation.selection_set]), self._lookup, self._lookup_shapes)

    def _by_id(self, place: Place, nodes: list[FieldNode]) -> Completion:
        """An object that is named by its id, looked up together with all others."""
        assert self._lookup is not None
        of = self._schema.type_map[self._lookup.uses[place].type_name]
        assert isinstance(of, GraphQLObjectType)
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        self._lookup_shapes[place] = self._shapes.shape(of, sets)

        async def find(value: Any, evaluation: Evaluation, _: Trail) -> Any:
            assert isinstance(value, ById)
            assert evaluation.objects is not None
            return await evaluation.objects.object(place, value.id)

        return Completion(find, is_async=True)


def _errors(failures: list[Failed], root: StorefrontStruct) -> tuple[GraphQLError, ...]:
    """The failures with their paths in the answer: one error for each place of a failed value."""
    if not failures:
        return ()
    places: dict[int, list[tuple[str | int, ...]]] = {}
    _note_places(root, (), places)
    errors = []
    for failed in failures:
        keys: list[str | int] = []
        trail = failed.trail
        while isinstance(trail, tuple):
            trail, key = trail
            keys.append(key)
        for place in places.get(id(trail), ()) if trail is not None else [()]:
            path = [*place, *reversed(keys)]
            errors.append(GraphQLError(str(failed.error), path=path, original_error=failed.error))
    return tuple(errors)


def _note_places(value: Any, place: tuple[str | int, ...], places: dict[int, list[tuple[str | int, ...]]]) -> None:
    if isinstance(value, StorefrontStruct):
        places.setdefault(id(value), []).append(place)
        for key, attribute in value.attributes.items():
            _note_places(getattr(value, attribute), (*place, key), places)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _note_places(inner, (*place, key), places)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _note_places(inner, (*place, position), places)
