"""Executes the gateway fields of an operation and takes the other values from Storefront's answer by response key."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    default_field_resolver,
)
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path, Undefined
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from clients.errors import Broken
from clients.upstreams import UpstreamName
from schema.execution.by_id import Objects
from schema.execution.split import Request, prefix_of
from schema.execution.syntax import TYPENAME
from schema.gateway_field import RESOLVER, ById, GatewayField, gateway_mark

StorefrontObject = dict
"""An object of Storefront's answer. The gateway's own resolvers return instances of their types, never plain dicts."""


class Unanswered(dict[str, Any]):
    """The root value after a failed request: every field raises the failure."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._failure = failure

    def __missing__(self, key: str) -> Exception:
        return self._failure


class SerialRoot(dict[str, Any]):
    """The root of a mutation in several requests, each sent when the first of its fields is executed.

    `send` asks for one of them and gives the values of its root fields; it never raises.
    """

    def __init__(self, requests: Sequence[Request], send: Callable[[Request], Awaitable[Mapping[str, Any]]]) -> None:
        super().__init__()
        self._requests = {key: request for request in requests for key in request.keys}
        self._send = send

    async def answer(self, response_key: str) -> None:
        """Sends the request that contains a field, unless it was sent before."""
        request = self._requests.get(response_key)
        if request is not None and response_key not in self:
            self.update(await self._send(request))


class TemplateParts(Mapping[str, Any]):
    """The values of a template's root fields, by their names in the template."""

    def __init__(self, root: Mapping[str, Any], prefix: str) -> None:
        self._root = root
        self._prefix = prefix

    def __getitem__(self, name: str) -> Any:
        value = answered(self._root, self._prefix + name)
        if isinstance(value, Exception):
            raise value
        return value

    def __contains__(self, name: object) -> bool:
        return f"{self._prefix}{name}" in self._root

    def __iter__(self) -> Iterator[str]:
        return (key.removeprefix(self._prefix) for key in self._root if key.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def reads_answers(official: Collection[GraphQLNamedType]) -> None:
    """Makes Storefront's fields read their values from Storefront's answer, by response key."""
    for named in official:
        if isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)):
            named.extensions["storefront"] = True
            for field in named.fields.values():
                mark = gateway_mark(field)
                if mark is None or mark.rewrite is not None:
                    field.resolve = _from_answer(field)
                else:
                    field.extensions[RESOLVER] = field.resolve
                    field.resolve = _with_facts(field, mark)


def _from_answer(field: GraphQLField) -> Any:
    own = field.resolve or default_field_resolver

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if isinstance(source, StorefrontObject):
            value = answered(source, info.path.key)
            if not _has_form(value, field.type):
                raise Broken(UpstreamName.STOREFRONT, "answer", f"a {type(value).__name__} where {field.type} belongs")
            return value
        return own(source, info, **arguments)

    return resolve


def _has_form(value: Any, of: GraphQLOutputType) -> bool:
    """Whether a value is null or a list where the type says so; objects are looked at when they are completed."""
    if isinstance(value, Exception):  # the request failed
        return True
    if isinstance(of, GraphQLNonNull):
        return value is not None and _has_form(value, of.of_type)
    if value is None or not isinstance(of, GraphQLList):
        return True
    if not isinstance(value, list):
        return False
    return not isinstance(of.of_type, GraphQLNonNull) or None not in value


def _with_facts(field: GraphQLField, mark: GatewayField) -> Any:
    own = field.resolve
    assert own is not None

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if isinstance(source, StorefrontObject):
            source = (
                TemplateParts(source, prefix_of(str(info.path.key)))
                if mark.template is not None
                else mark.facts(source)
            )
        return own(source, info, **arguments)

    return resolve


def answered(source: Mapping[str, Any], key: str | int) -> Any:
    """The value under a response key in Storefront's answer. Raises Broken when it is missing."""
    try:
        return source[str(key)]
    except KeyError:
        raise Broken(UpstreamName.STOREFRONT, "answer", f"no {key}") from None


class SplicingExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor over an answer of Storefront's as the root value.

    `touched` holds the ids of the field nodes below which the gateway's own fields stand: only there it walks.
    `objects` finds what resolvers name by id.
    After `max_executed` fields it gives up: `exceeded` says so, all that is left is null, and nobody is asked for it.
    """

    touched: frozenset[int] = frozenset()
    max_executed: int | None = None
    objects: Objects | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._known_taken: dict[int, tuple[GroupedFieldSet, Set[str]]] = {}
        self._executed = 0

    @property
    def exceeded(self) -> bool:
        return self.max_executed is not None and self._executed > self.max_executed

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Path, position_context: Any
    ) -> AwaitableOrValue[Any]:
        if isinstance(source, SerialRoot) and str(path.key) not in source:
            return self._in_turn(parent_type, source, field_details_list, path, position_context)
        return self._execute_field(parent_type, source, field_details_list, path, position_context)

    async def _in_turn(
        self, parent_type: GraphQLObjectType, source: SerialRoot, field_details_list: Any, path: Path, position: Any
    ) -> Any:
        await source.answer(str(path.key))
        result = self._execute_field(parent_type, source, field_details_list, path, position)
        return await result if self.is_awaitable(result) else result

    def _execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Path, position_context: Any
    ) -> AwaitableOrValue[Any]:
        if isinstance(source, StorefrontObject) and self._is_taken(parent_type, field_details_list):
            value = source.get(path.key, Undefined)
            if value is not Undefined:
                return value
        self._executed += 1
        if self.exceeded:
            return None
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """As graphql-core does, but for the fields that are taken, which in a list of objects need no visit each."""
        if type(source_value) is not StorefrontObject:  # a serial root, or a failed request
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        taken = self._taken(parent_type, grouped_field_set)
        if not taken or not taken <= source_value.keys():
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        others = {key: details for key, details in grouped_field_set.items() if key not in taken}
        executed = super().execute_fields(parent_type, source_value, path, others, position_context)

        def in_order(values: Mapping[str, Any]) -> dict[str, Any]:
            return {
                key: source_value[key] if key in taken else values[key]
                for key in grouped_field_set
                if key in taken or key in values
            }

        async def in_order_then(values: Awaitable[Mapping[str, Any]]) -> dict[str, Any]:
            return in_order(await values)

        return in_order(executed) if isinstance(executed, dict) else in_order_then(executed)

    def _taken(self, parent_type: GraphQLObjectType, grouped_field_set: GroupedFieldSet) -> Set[str]:
        """The response keys of the fields that are taken; computed once for all objects of a list."""
        known = self._known_taken.get(id(grouped_field_set))
        if known is None:
            keys = {key for key, details in grouped_field_set.items() if self._is_taken(parent_type, details)}
            known = self._known_taken[id(grouped_field_set)] = (
                grouped_field_set,
                keys,
            )  # referenced, so that its id is not reused
        return known[1]

    def _is_taken(self, parent_type: GraphQLObjectType, field_details_list: Any) -> bool:
        """Whether a field's value is Storefront's as it stands, with nothing of the gateway's in it or below."""
        field = parent_type.fields.get(field_details_list[0].node.name.value)
        if field is None:  # __typename, __schema, __type
            return False
        mark = gateway_mark(field)
        if mark is not None and mark.rewrite is None:
            return False
        return not any(id(details.node) in self.touched for details in field_details_list)

    def complete_abstract_value(
        self,
        return_type: GraphQLAbstractType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        if not isinstance(result, StorefrontObject):
            return super().complete_abstract_value(
                return_type, field_details_list, info, path, result, position_context
            )
        runtime_type = self.ensure_valid_runtime_type(
            answered(result, TYPENAME), return_type, field_details_list, info, result
        )
        return self.collect_and_execute_subfields(runtime_type, field_details_list, path, result, position_context)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        if isinstance(result, ById):
            return self._complete_by_id(return_type, field_details_list, info, path, result, position_context)
        if isinstance(result, (str, int, float, list)):
            raise Broken(
                UpstreamName.STOREFRONT, "answer", f"a {type(result).__name__} where {return_type.name} belongs"
            )
        if not isinstance(result, StorefrontObject):
            return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)
        return self.collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

    async def _complete_by_id(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        named: ById,
        position_context: Any,
    ) -> Any:
        assert self.objects is not None
        found = await self.objects.object(path, named.id)
        if found is None:
            return None
        completed = self.complete_object_value(return_type, field_details_list, info, path, found, position_context)
        return await completed if self.is_awaitable(completed) else completed
