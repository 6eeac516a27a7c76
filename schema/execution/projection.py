"""Compiles what is selected of the gateway's own types to functions that read just that."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    SelectionSetNode,
    get_named_type,
)
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from resolvers.public_errors import RequestRefused
from schema.execution.evaluation import Evaluation, Failed, Trail
from schema.execution.selections import Selections, Switches
from schema.gateway_field import RESOLVER, STRAWBERRY, Facts, Many, gateway_mark

Read = Callable[[Any, Evaluation], Any]
Complete = Callable[[Any, Evaluation, Trail], Any]
Place = tuple[str, ...]

_AS_THEY_ARE = frozenset({"String", "ID", "Boolean"})
"""Scalars whose Python values are their JSON values: our own types are checked statically."""


class NotCompiled(Exception):
    """The operation has a shape that is left to graphql-core's executor."""


class Completion(NamedTuple):
    """Makes the JSON value of a Python value that is not None. `is_async`: by an awaitable."""

    complete: Complete
    is_async: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class OwnField:
    """A compiled gateway field of a Storefront type.

    read: asks for the value of one object. many: asks for those of many at once. run: gives the JSON value for one.
    """

    read: Read
    run: Callable[[Any, Evaluation, Trail], Any]
    completion: Completion
    nullable: bool
    is_async: bool
    many: Callable[[Sequence[Facts], Evaluation], Awaitable[Sequence[Any]]] | None


class Projections:
    """Compiles fields of one plan. `by_id` compiles the objects of Storefront's that are named by their ids."""

    def __init__(
        self, selections: Selections, switches: Switches, by_id: Callable[[Place, list[FieldNode]], Completion]
    ) -> None:
        self._selections = selections
        self._switches = switches
        self._by_id = by_id

    def own_field(
        self,
        of: GraphQLObjectType,
        key: str,
        nodes: list[FieldNode],
        place: Place | None,
        embedded: Completion | None,
    ) -> OwnField:
        """A gateway field of a Storefront type.

        place: the response keys that lead to it; None below an object of Storefront's. embedded: what becomes of
        Storefront's objects below a template field.
        """
        definition = of.fields[nodes[0].name.value]
        mark = gateway_mark(definition)
        assert mark is not None
        completion = (
            embedded
            if embedded is not None and get_named_type(definition.type).extensions.get("storefront")
            else self._completion(definition.type, nodes, place, embedded)
        )
        read, is_async = _reader(definition, nodes, of)
        nullable = not isinstance(definition.type, GraphQLNonNull)
        return OwnField(
            read=read,
            run=_run(key, read, completion, nullable, is_async),
            completion=completion,
            nullable=nullable,
            is_async=is_async,
            many=None if mark.many is None else _batched(mark.many, definition, nodes[0]),
        )

    def _completion(
        self, of: GraphQLOutputType, nodes: list[FieldNode], place: Place | None, embedded: Completion | None
    ) -> Completion:
        if isinstance(of, GraphQLNonNull):
            return self._completion(of.of_type, nodes, place, embedded)
        if isinstance(of, GraphQLList):
            items = self._completion(of.of_type, nodes, place, embedded)
            return _list_of(items, nullable=not isinstance(of.of_type, GraphQLNonNull))
        if isinstance(of, (GraphQLScalarType, GraphQLEnumType)):
            return Completion(_leaf(of))
        if not isinstance(of, GraphQLObjectType):
            raise NotCompiled(f"{of} is no object type")
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        return self._object(of, sets, place, embedded)

    def _object(
        self, of: GraphQLObjectType, sets: list[SelectionSetNode], place: Place | None, embedded: Completion | None
    ) -> Completion:
        selected = self._selections.merged(of, sets, self._switches)
        keys: dict[str, Any] = dict.fromkeys(selected)
        plain: list[_Plain] = []
        fields: list[_Field] = []
        for key, nodes in selected.items():
            name = nodes[0].name.value
            if name == "__typename":
                keys[key] = of.name
                continue
            definition = of.fields[name]
            if (attribute := _plain_attribute(definition)) is not None:
                plain.append(_Plain(key, attribute, definition.type))
                continue
            below = None if place is None else (*place, key)
            fields.append(self._field(of, key, nodes, below, embedded))
        return _object(of, keys, plain, fields)

    def _field(
        self,
        of: GraphQLObjectType,
        key: str,
        nodes: list[FieldNode],
        place: Place | None,
        embedded: Completion | None,
    ) -> "_Field":
        definition = of.fields[nodes[0].name.value]
        mark = gateway_mark(definition)
        if mark is not None and mark.by_id:
            if place is None:
                raise NotCompiled("an object by id that does not stand below a root field")
            completion = self._by_id(place, nodes)
        elif mark is not None and mark.embedded:
            if embedded is None:
                raise NotCompiled("an embedded object outside a template")
            completion = embedded
        else:
            completion = self._completion(definition.type, nodes, place, embedded)
        read, is_async = _reader(definition, nodes, of)
        nullable = not isinstance(definition.type, GraphQLNonNull)
        return _Field(key, _run(key, read, completion, nullable, is_async), is_async or completion.is_async)


class _Plain(NamedTuple):
    """A field that is read from an attribute. Its value is JSON already, or a member of an enum."""

    key: str
    attribute: str
    of: GraphQLOutputType

    @property
    def is_nullable(self) -> bool:
        return not isinstance(self.of, GraphQLNonNull)

    @property
    def name_of(self) -> Complete | None:
        """What makes a name of its value; None unless that is a member of an enum."""
        named = get_named_type(self.of)
        return _leaf(named) if isinstance(named, GraphQLEnumType) else None


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of an object: `run` gives its JSON value, or an awaitable of it."""

    key: str
    run: Callable[[Any, Evaluation, Trail], Any]
    is_async: bool


def complete_value(value: Any, complete: Complete, nullable: bool, evaluation: Evaluation, trail: Trail) -> Any:
    """GraphQL's CompleteValue: the JSON value, null after a failure. Raises Failed where null is not allowed."""
    try:
        if isinstance(value, Exception):
            raise value
        completed = None if value is None else complete(value, evaluation, trail)
    except (Failed, RequestRefused) as failed:
        return after_failure(failed, nullable, evaluation)
    except Exception as error:
        return after_failure(Failed(trail, error), nullable, evaluation)
    if completed is None and not nullable:
        raise _null(trail)
    return completed


async def complete_value_async(
    value: Any, completion: Completion, nullable: bool, evaluation: Evaluation, trail: Trail
) -> Any:
    """As `complete_value`, for values and completions that may be awaitable."""
    try:
        if asyncio.iscoroutine(value):
            value = await value
        if isinstance(value, Exception):
            raise value
        completed = None if value is None else completion.complete(value, evaluation, trail)
        if completed is not None and completion.is_async:
            completed = await completed
    except (Failed, RequestRefused) as failed:
        return after_failure(failed, nullable, evaluation)
    except Exception as error:
        return after_failure(Failed(trail, error), nullable, evaluation)
    if completed is None and not nullable:
        raise _null(trail)
    return completed


def after_failure(failed: Failed | RequestRefused, nullable: bool, evaluation: Evaluation) -> None:
    """Records the failure of a nullable field; raises that of a non-null one."""
    if isinstance(failed, RequestRefused) or not nullable:
        raise failed
    evaluation.failures.append(failed)


def _null(trail: Trail) -> Failed:
    return Failed(trail, TypeError("Cannot return null for a non-nullable field."))


async def all_of(waiting: Iterable[Awaitable[Any]]) -> list[Any]:
    """Awaits all concurrently. When some fail, the rest still finish; then the first failure is raised."""
    all_waiting = list(waiting)
    if len(all_waiting) == 1:  # without the task that gather would make
        return [await all_waiting[0]]
    found = await asyncio.gather(*all_waiting, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException):
            raise each
    return found


def _run(
    key: str, read: Read, completion: Completion, nullable: bool, is_async: bool
) -> Callable[[Any, Evaluation, Trail], Any]:
    if is_async or completion.is_async:
        return _async_field(key, read, completion, nullable)
    return _sync_field(key, read, completion.complete, nullable)


def _sync_field(key: str, read: Read, complete: Complete, nullable: bool) -> Callable[[Any, Evaluation, Trail], Any]:
    def run(source: Any, evaluation: Evaluation, trail: Trail) -> Any:
        trail = (trail, key)
        try:
            value = read(source, evaluation)
            completed = None if value is None else complete(value, evaluation, trail)
        except (Failed, RequestRefused) as failed:
            return after_failure(failed, nullable, evaluation)
        except Exception as error:
            return after_failure(Failed(trail, error), nullable, evaluation)
        if completed is None and not nullable:
            raise _null(trail)
        return completed

    return run


def _async_field(
    key: str, read: Read, completion: Completion, nullable: bool
) -> Callable[[Any, Evaluation, Trail], Any]:
    async def run(source: Any, evaluation: Evaluation, trail: Trail) -> Any:
        trail = (trail, key)
        try:
            value = read(source, evaluation)
        except Exception as error:
            value = error
        return await complete_value_async(value, completion, nullable, evaluation, trail)

    return run


def _object(of: GraphQLObjectType, keys: Mapping[str, Any], plain: list[_Plain], fields: list[_Field]) -> Completion:
    template = dict(keys)
    plain_keys = [each.key for each in plain]
    size = len(template)
    values = _values_of([each.attribute for each in plain])
    required = [each.key for each in plain if not each.is_nullable]
    enums = [(each.key, each.name_of, each.is_nullable) for each in plain if each.name_of is not None]
    in_turn = [(field.key, field.run) for field in fields if not field.is_async]
    at_once = [(field.key, field.run) for field in fields if field.is_async]
    is_plain = plain_keys == list(template)

    def begin(value: Any, evaluation: Evaluation, trail: Trail) -> dict[str, Any]:
        evaluation.spend(size)
        found = values(value)
        if is_plain:
            completed = dict(zip(plain_keys, found))  # noqa: B905 `strict` costs more than the rest, thousands of times
        else:
            completed = template.copy()
            completed.update(zip(plain_keys, found))  # noqa: B905
        if required and None in found:
            for key in required:
                if completed[key] is None:
                    raise _null((trail, key))
        for key, name_of, nullable in enums:
            if completed[key] is not None:
                try:
                    completed[key] = name_of(completed[key], evaluation, trail)
                except Exception as error:
                    after_failure(Failed((trail, key), error), nullable, evaluation)
                    completed[key] = None
        for key, run in in_turn:
            completed[key] = run(value, evaluation, trail)
        return completed

    async def project(value: Any, evaluation: Evaluation, trail: Trail) -> dict[str, Any]:
        completed = begin(value, evaluation, trail)
        found = await all_of(run(value, evaluation, trail) for _, run in at_once)
        completed.update(zip((key for key, _ in at_once), found, strict=True))
        return completed

    return Completion(project, is_async=True) if at_once else Completion(begin, is_shared=True)


def _values_of(attributes: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(attributes) == 1:
        (only,) = attributes
        return lambda value: (getattr(value, only),)
    return attrgetter(*attributes) if attributes else lambda _: ()


def _list_of(items: Completion, *, nullable: bool) -> Completion:
    complete = items.complete

    def project(value: Any, evaluation: Evaluation, trail: Trail) -> list[Any]:
        return [
            complete_value(item, complete, nullable, evaluation, (trail, position))
            for position, item in enumerate(value)
        ]

    async def project_later(value: Any, evaluation: Evaluation, trail: Trail) -> list[Any]:
        return await all_of(
            complete_value_async(item, items, nullable, evaluation, (trail, position))
            for position, item in enumerate(value)
        )

    return Completion(project_later, is_async=True) if items.is_async else Completion(project, is_shared=True)


def _leaf(of: GraphQLScalarType | GraphQLEnumType) -> Complete:
    coerce = of.coerce_output_value
    if isinstance(of, GraphQLEnumType):
        names = {each.value: name for name, each in of.values.items()}

        def name_of(value: Any, _: Evaluation, __: Trail) -> Any:
            # A member of a StrEnum is its value; other members have one.
            found = names.get(value if isinstance(value, str) else value.value)
            return coerce(value) if found is None else found

        return name_of

    def scalar(value: Any, _: Evaluation, __: Trail) -> Any:
        return coerce(value)

    return scalar


def _plain_attribute(definition: GraphQLField) -> str | None:
    """The attribute that a field reads, if its value is JSON already or a member of an enum."""
    of = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    field = _definition(definition)
    if field.base_resolver is not None or gateway_mark(definition) is not None:
        return None
    if isinstance(of, GraphQLEnumType):
        return field.python_name
    if not isinstance(of, GraphQLScalarType):
        return None
    is_plain = of.name in _AS_THEY_ARE or (of.extensions.get(STRAWBERRY) is not None and of.name != "JSON")
    return field.python_name if is_plain else None


def _definition(definition: GraphQLField) -> StrawberryField:
    field: StrawberryField = definition.extensions[STRAWBERRY]
    return field


def _reader(definition: GraphQLField, nodes: list[FieldNode], of: GraphQLObjectType) -> tuple[Read, bool]:
    """The function that reads a field's value, and whether its result is awaitable."""
    field = _definition(definition)
    resolver = field.base_resolver
    if resolver is None:
        return _attribute(field.python_name), False
    if definition.args:
        resolve = definition.extensions.get(RESOLVER, definition.resolve)
        assert resolve is not None

        def read_with_arguments(source: Any, evaluation: Evaluation) -> Any:
            info = evaluation.resolve_info(definition, nodes, of)
            return resolve(source, info, **evaluation.arguments(definition, nodes[0]))

        return read_with_arguments, resolver.is_async
    return _calling(resolver, definition, nodes, of), resolver.is_async


def _attribute(name: str) -> Read:
    def read(source: Any, _: Evaluation) -> Any:
        return getattr(source, name)

    return read


def _calling(
    resolver: StrawberryResolver[Any], definition: GraphQLField, nodes: list[FieldNode], of: GraphQLObjectType
) -> Read:
    """Calls a resolver that takes no GraphQL arguments: passes the parent by position or name, and the info by name."""
    function = resolver.wrapped_func
    assert callable(function)
    parent = resolver.parent_parameter
    info = resolver.info_parameter
    if info is None and parent is None:
        takes_object = resolver.self_parameter is not None or resolver.root_parameter is not None
        return (lambda source, _: function(source)) if takes_object else (lambda _, __: function())
    object_by_name = None if parent is None else parent.name
    info_by_name = None if info is None else info.name
    takes_object = resolver.self_parameter is not None or resolver.root_parameter is not None

    def read(source: Any, evaluation: Evaluation) -> Any:
        named: dict[str, Any] = {}
        if object_by_name is not None:
            named[object_by_name] = source
        if info_by_name is not None:
            named[info_by_name] = evaluation.info(definition, nodes, of)
        return function(source, **named) if takes_object else function(**named)

    return read


def _batched(
    many: Many, definition: GraphQLField, node: FieldNode
) -> Callable[[Sequence[Facts], Evaluation], Awaitable[Sequence[Any]]]:
    def ask(facts: Sequence[Facts], evaluation: Evaluation) -> Awaitable[Sequence[Any]]:
        return many(facts, evaluation.arguments(definition, node), evaluation.context)

    return ask
