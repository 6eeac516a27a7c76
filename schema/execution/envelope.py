"""The form of Storefront's answer to one plan, as msgspec types.

Parts without gateway fields stay undecoded. Facts that gateway fields need are decoded and left out of the answer.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypedDict

import msgspec
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)
from msgspec import NODEFAULT, UNSET, Raw, UnsetType

from schema.execution.evaluation import Evaluation, Trail
from schema.execution.projection import Completion, NotCompiled, OwnField, Place, Projections
from schema.execution.selections import Selections, Switches, response_key
from schema.execution.split import INTROSPECTION, prefix_of
from schema.execution.syntax import TYPENAME
from schema.gateway_field import RESERVED, Template, gateway_mark

_SCALARS: Mapping[str, Any] = {"String": str, "ID": str, "Int": int, "Float": float, "Boolean": bool}


class StorefrontStruct(msgspec.Struct):
    """An object of Storefront's answer. `object[key]` is a value by its key in the answer."""

    attributes: ClassVar[Mapping[str, str]] = {}

    def __getitem__(self, key: str) -> Any:
        value = getattr(self, self.attributes[key])
        if value is UNSET:
            raise KeyError(key)
        return value


ObjectsByShape = dict["Shape", list[StorefrontStruct]]
"""The objects of an answer that have gateway fields, by their shape."""


@dataclass(frozen=True, slots=True)
class Join:
    """A gateway field of a Storefront object: where its value goes, and where the facts it needs are."""

    attribute: str
    key: str
    needs: tuple[tuple[str, str], ...]
    field: OwnField
    embeds: bool = False  # its value contains Storefront objects, with fields of their own


@dataclass(eq=False, slots=True)
class Shape:
    """The objects of one type at one place of an answer.

    hidden: attributes that are not part of our answer. below: attributes that lead to further such objects.
    """

    struct: type[StorefrontStruct]
    joins: tuple[Join, ...] = ()
    hidden: tuple[str, ...] = ()
    below: tuple[tuple[str, "Shape | ShapeByType"], ...] = ()
    decode: Callable[[bytes | Raw], StorefrontStruct] = field(init=False)

    def __post_init__(self) -> None:
        self.decode = msgspec.json.Decoder(self.struct).decode

    def collect(self, value: StorefrontStruct, found: ObjectsByShape) -> StorefrontStruct:
        """Adds an object and the objects below it to `found`; decodes those of interfaces and unions."""
        if self.joins or self.hidden:
            objects = found.get(self)
            if objects is None:
                found[self] = [value]
            else:
                objects.append(value)
        for attribute, shape in self.below:
            inner = getattr(value, attribute)
            if inner is not None and inner is not UNSET:
                decoded = _collect(shape, inner, found)
                if decoded is not inner:
                    setattr(value, attribute, decoded)
        return value


class ShapeByType:
    """The objects of an interface or a union at one place: each is decoded when its type has been read."""

    def __init__(self, shape_of: Callable[[str], Shape | None], *, nullable: bool) -> None:
        self._shape_of = shape_of
        self._nullable = nullable
        self._shapes: dict[str, Shape | None] = {}

    def collect(self, value: Raw, found: ObjectsByShape) -> StorefrontStruct | None:
        """Decodes an object by its type and adds it to `found`. Raises msgspec.ValidationError."""
        if bytes(value) == b"null":
            if not self._nullable:
                raise msgspec.ValidationError("null where an object belongs")
            return None
        name = type_name_of(value)
        if name not in self._shapes:
            self._shapes[name] = self._shape_of(name)
        shape = self._shapes[name]
        if shape is None:
            raise msgspec.ValidationError(f"an object of type {name}")
        return shape.collect(shape.decode(value), found)


class _Typename(msgspec.Struct, rename={"typename": TYPENAME}):
    typename: str


_read_typename = msgspec.json.Decoder(_Typename).decode


def type_name_of(value: Raw) -> str:
    """The type of an object, from its `__typename`. Raises msgspec.ValidationError."""
    return _read_typename(value).typename


def _collect(shape: Shape | ShapeByType, value: Any, found: ObjectsByShape) -> Any:
    if value.__class__ is not list:
        return shape.collect(value, found)
    for position, inner in enumerate(value):
        if inner is not None:
            decoded = _collect(shape, inner, found)
            if decoded is not inner:
                value[position] = decoded
    return value


class _Fields:
    """Builds the fields of a struct. Attributes are numbered, because a response key may be any name."""

    def __init__(self) -> None:
        self._attributes: dict[str, str] = {}
        self._types: list[tuple[str, Any, Any]] = []

    def add(self, key: str, of: Any, default: Any = NODEFAULT) -> str:
        """The attribute of a new field, whose value stands under `key` in the answer."""
        attribute = self._attributes[key] = f"f{len(self._attributes)}"
        self._types.append((attribute, of, default))
        return attribute

    def attribute(self, key: str) -> str:
        return self._attributes[key]

    def struct(self) -> type[StorefrontStruct]:
        struct_type = msgspec.defstruct(
            "StorefrontStruct",
            self._types,
            bases=(StorefrontStruct,),
            namespace={"attributes": self._attributes},
            rename={attribute: key for key, attribute in self._attributes.items()},
            kw_only=True,
            gc=False,
        )
        assert issubclass(struct_type, StorefrontStruct)
        return struct_type


class Shapes:
    """Builds the shapes of one plan, for given values of its switches.

    touched: ids of the Storefront field nodes that contain gateway fields.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        selections: Selections,
        switches: Switches,
        touched: frozenset[int],
        projections: Projections,
    ) -> None:
        self._schema = schema
        self._selections = selections
        self._switches = switches
        self._touched = touched
        self._projections = projections

    def shape(
        self, of: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode], extras: Collection[str] = ()
    ) -> Shape:
        """The shape of objects of type `of` of which this is selected. `extras`: hidden keys beside it."""
        fields = _Fields()
        own: list[tuple[str, str, list[FieldNode], Completion | None]] = []
        below: list[tuple[str, Shape | ShapeByType]] = []
        hidden: dict[str, tuple[Any, Any]] = dict.fromkeys(extras, (Any, UNSET))
        for key, nodes in self._selections.merged(of, selection_sets, self._switches).items():
            definition = of.fields.get(nodes[0].name.value)
            mark = None if definition is None else gateway_mark(definition)
            if nodes[0].name.value in INTROSPECTION:
                raise NotCompiled("introspection")
            if definition is not None and mark is not None and mark.rewrite is None:
                embedded = None
                if mark.template is not None:
                    types, embedded = self._template(mark.template, definition, nodes)
                    hidden |= {prefix_of(key) + name: (type_ | UnsetType, UNSET) for name, type_ in types.items()}
                hidden |= {RESERVED + need.name.value: (_need(of, need), NODEFAULT) for need in mark.needs}
                own.append((fields.add(key, Any, UNSET), key, nodes, embedded))
            elif definition is None or not any(id(node) in self._touched for node in nodes):
                fields.add(key, Raw)
            else:
                type_, shape = self._touched_field(definition.type, nodes)
                below.append((fields.add(key, type_), shape))
        hidden_attributes = tuple(fields.add(key, *type_) for key, type_ in hidden.items())
        joins = tuple(self._join(of, fields, *each) for each in own)
        return Shape(fields.struct(), joins, hidden_attributes, tuple(below))

    def _join(
        self,
        of: GraphQLObjectType,
        fields: "_Fields",
        attribute: str,
        key: str,
        nodes: list[FieldNode],
        embedded: Completion | None,
    ) -> Join:
        mark = gateway_mark(of.fields[nodes[0].name.value])
        assert mark is not None
        needs = tuple((need.name.value, fields.attribute(RESERVED + need.name.value)) for need in mark.needs)
        place = (key,) if of is self._schema.query_type else None
        own_field = self._projections.own_field(of, key, nodes, place, embedded)
        return Join(attribute, key, needs, own_field, embeds=embedded is not None)

    def _touched_field(self, of: GraphQLOutputType, nodes: list[FieldNode]) -> tuple[Any, Shape | ShapeByType]:
        named = get_named_type(of)
        sets = _below(nodes)
        if isinstance(named, GraphQLObjectType):
            shape = self.shape(named, sets)
            return _listed(of, shape.struct), shape
        assert isinstance(named, (GraphQLInterfaceType, GraphQLUnionType))
        return _listed(of, Raw), self._by_type(named, sets, nullable=_holds_null(of))

    def _by_type(
        self, named: GraphQLInterfaceType | GraphQLUnionType, sets: list[SelectionSetNode], *, nullable: bool
    ) -> ShapeByType:
        def shape_of(name: str) -> Shape | None:
            of = self._schema.type_map.get(name)
            if not isinstance(of, GraphQLObjectType) or not self._schema.is_sub_type(named, of):
                return None
            return self.shape(of, sets)

        return ShapeByType(shape_of, nullable=nullable)

    def _template(
        self, template: Template, definition: GraphQLField, nodes: list[FieldNode]
    ) -> tuple[dict[str, Any], Completion | None]:
        """The types of a template's root fields by key, and the completion of Storefront's objects in them."""
        root = self._schema.query_type
        assert root is not None
        selected = template.operation.selection_set
        uses = self._embedded(get_named_type(definition.type), nodes, ())
        if not uses:
            return {response_key(node): Any for node, _ in _own_fields(selected, root, self._schema)}, None
        if len(uses) > 1:
            raise NotCompiled("a template whose objects are selected in several places")
        ((of, sets),) = uses.values()
        shape = self.shape(of, sets, extras=_beside_embedded(selected))

        def collect(value: Any, evaluation: Evaluation, _: Trail) -> Any:
            return shape.collect(value, evaluation.found)

        return self._template_fields(selected, root, shape), Completion(collect)

    def _embedded(
        self, named: GraphQLNamedType, nodes: list[FieldNode], place: Place
    ) -> dict[Place, tuple[GraphQLObjectType, list[SelectionSetNode]]]:
        """Where the caller selects Storefront's objects below a template field, and what of them."""
        if not isinstance(named, GraphQLObjectType):
            return {}
        if named.extensions.get("storefront"):
            return {place: (named, _below(nodes))}
        found: dict[Place, tuple[GraphQLObjectType, list[SelectionSetNode]]] = {}
        for key, inner in self._selections.merged(named, _below(nodes), self._switches).items():
            definition = named.fields.get(inner[0].name.value)
            mark = None if definition is None else gateway_mark(definition)
            if definition is None:
                continue
            of = get_named_type(definition.type)
            if not of.extensions.get("storefront") or (mark is not None and mark.embedded):
                found |= self._embedded(of, inner, (*place, key))
        return found

    def _template_fields(self, selected: SelectionSetNode, of: GraphQLNamedType, shape: Shape) -> dict[str, Any]:
        types: dict[str, Any] = {}
        for node, definition in _own_fields(selected, of, self._schema):
            if definition is None or node.selection_set is None or not _has_embedded(node.selection_set):
                types[response_key(node)] = Any
            elif _spreads_embedded(node.selection_set):
                types[response_key(node)] = _listed(definition.type, shape.struct)
            else:
                inner = self._template_fields(node.selection_set, get_named_type(definition.type), shape)
                struct_type = TypedDict("TemplateObject", inner, total=False)  # type: ignore[misc]
                types[response_key(node)] = _listed(definition.type, struct_type)
        return types


def _below(nodes: list[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set is not None]


def _own_fields(
    selected: SelectionSetNode, parent: GraphQLNamedType, schema: GraphQLSchema
) -> Iterator[tuple[FieldNode, GraphQLField | None]]:
    """The fields of a template's selection set, through its inline fragments; None stands for `__typename`."""
    for node in selected.selections:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            of = parent if condition is None else schema.type_map[condition.name.value]
            yield from _own_fields(node.selection_set, of, schema)
        elif isinstance(node, FieldNode):
            yield node, parent.fields.get(node.name.value)  # type: ignore[attr-defined]


def _spreads_embedded(selected: SelectionSetNode) -> bool:
    return any(isinstance(node, FragmentSpreadNode) for node in selected.selections)


def _has_embedded(selected: SelectionSetNode) -> bool:
    return _spreads_embedded(selected) or any(
        isinstance(node, (FieldNode, InlineFragmentNode))
        and node.selection_set is not None
        and _has_embedded(node.selection_set)
        for node in selected.selections
    )


def _beside_embedded(selected: SelectionSetNode) -> set[str]:
    """The keys that a template selects of the objects in which it embeds what the caller selects."""
    spreads = _spreads_embedded(selected)
    keys = {response_key(node) for node in selected.selections if spreads and isinstance(node, FieldNode)}
    for node in selected.selections:
        if isinstance(node, (FieldNode, InlineFragmentNode)) and node.selection_set is not None and not spreads:
            keys |= _beside_embedded(node.selection_set)
    return keys


def _listed(of: GraphQLOutputType, leaf: Any) -> Any:
    """The Python type of a field whose named type is `leaf` there."""
    if isinstance(of, GraphQLNonNull):
        inner = of.of_type
        return list[_listed(inner.of_type, leaf)] if isinstance(inner, GraphQLList) else leaf  # type: ignore[misc]
    if isinstance(of, GraphQLList):
        return list[_listed(of.of_type, leaf)] | None  # type: ignore[misc]
    return leaf if leaf is Any or leaf is Raw else leaf | None


def _holds_null(of: GraphQLOutputType) -> bool:
    """Whether an object of such a field may be null itself, be it in a list."""
    if isinstance(of, GraphQLNonNull):
        return isinstance(of.of_type, GraphQLList) and _holds_null(of.of_type)
    return _holds_null(of.of_type) if isinstance(of, GraphQLList) else True


def _need(of: GraphQLObjectType, need: FieldNode) -> Any:
    """The type of what a gateway field needs to know."""
    definition = of.fields[need.name.value]
    named = get_named_type(definition.type)
    return _listed(definition.type, _SCALARS.get(named.name, Any) if is_leaf_type(named) else dict[str, Any])
