"""Operations made at random: hypothesis-graphql over the official schema, reworked into what storefronts send.

What hypothesis-graphql makes fills in every argument, mostly with things that do not exist, and knows neither
variables, fragments nor directives. Reworked, most ids, handles and pages are good ones, and the whole language is
used.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    parse,
    parse_type,
    parse_value,
    print_ast,
    value_from_ast_untyped,
)
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

Known = Mapping[str, Sequence[str]]
"""Good values by `field.argument`, or by the name of an argument or input field alone."""

WORDS = ("latte", "mug", "custom", "care", "Size", "Small", "US", "tag:coffee", "a@example.com", "")
SCALARS: Mapping[str, st.SearchStrategy[ValueNode]] = {
    "Boolean": st.booleans().map(nodes.Boolean),
    "Color": st.sampled_from(["#6f4e37", "#FFFFFF"]).map(nodes.String),
    "DateTime": st.sampled_from(["2026-01-05T09:00:00Z", "2026-11-22T12:00:00+01:00"]).map(nodes.String),
    "Decimal": st.sampled_from(["0", "4.5", "12.00", "1000"]).map(nodes.String),
    "Float": st.sampled_from([0.0, 4.5, 30.0, -97.7]).map(nodes.Float),
    "HTML": st.sampled_from(["<p>Hello</p>", ""]).map(nodes.String),
    "ID": st.sampled_from(["gid://shopify/Product/1", "gid://shopify/Nothing/1"]).map(nodes.String),
    "ISO8601DateTime": st.just("2026-11-22T12:00:00Z").map(nodes.String),
    "Int": st.integers(0, 12).map(nodes.Int),
    "JSON": st.sampled_from(['{"a": 1}', "[1, null]"]).map(nodes.String),
    "String": st.sampled_from(WORDS).map(nodes.String) | st.text(max_size=8).map(nodes.String),
    "URL": st.just("https://shop.example/account/reset/1/2").map(nodes.String),
    "UnsignedInt64": st.sampled_from(["0", "18446744073709551615"]).map(nodes.String),
}
IN_CONTEXT = ("", "", "", "(country: DE)", "(country: CA, language: FR)", "(country: ZZ)", "(language: DE)")
PAGING = frozenset({"first", "last", "after", "before"})


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as a storefront sends it."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@functools.cache
def _generated(schema: GraphQLSchema, kind: OperationType, name: str) -> st.SearchStrategy[DocumentNode]:
    make: Callable[..., st.SearchStrategy[DocumentNode]] = queries if kind is OperationType.QUERY else mutations
    return make(schema, fields=[name], custom_scalars=SCALARS, print_ast=lambda document: document)


@st.composite
def operations(
    draw: st.DrawFn, schema: GraphQLSchema, kind: OperationType, name: str, known: Known, *, others: Sequence[str] = ()
) -> Operation:
    """An operation that asks for a root field a few times over, and sometimes for one of `others` beside it."""
    asked = [name] * draw(st.integers(1, 3))
    if others and draw(st.integers(0, 2)) == 0:
        asked.append(draw(st.sampled_from(others)))
    rework = _Rework(draw, schema, known)
    root = schema.get_root_type(kind)
    assert root is not None
    selections: list[SelectionNode] = []
    for number, each in enumerate(asked):
        document = draw(_generated(schema, kind, each))
        definition = document.definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        made = definition.selection_set.selections[0]
        assert isinstance(made, FieldNode)
        reworked = rework.field(made, root)
        selections.append(_with(reworked, alias=NameNode(value=f"r{number}")) if number else reworked)
    operation = OperationDefinitionNode(
        operation=kind,
        name=NameNode(value="Made"),
        variable_definitions=tuple(rework.declared),
        directives=_in_context(draw(st.sampled_from(IN_CONTEXT))),
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )
    return Operation(print_ast(DocumentNode(definitions=(operation, *rework.fragments))), rework.values)


class _Rework:
    """Goes through one operation, drawing what becomes of each part."""

    def __init__(self, draw: st.DrawFn, schema: GraphQLSchema, known: Known) -> None:
        self._draw = draw
        self._schema = schema
        self._known = known
        self._aliases = 0
        self.declared: list[VariableDefinitionNode] = []
        self.values: dict[str, Any] = {}
        self.fragments: list[FragmentDefinitionNode] = []

    def _one_in(self, count: int) -> bool:
        return self._draw(st.integers(1, count)) == count

    def field(self, node: FieldNode, parent: GraphQLNamedType) -> FieldNode:
        if node.name.value == "__typename":
            return node
        definition: GraphQLField = parent.fields[node.name.value]  # type: ignore[attr-defined]
        selection_set = node.selection_set
        if selection_set is not None:
            selection_set = self._selection_set(selection_set, get_named_type(definition.type))
        return _with(
            node,
            arguments=tuple(self._arguments(node, definition)),
            directives=self._directives(),
            selection_set=selection_set,
        )

    def _selection_set(self, selection_set: SelectionSetNode, parent: GraphQLNamedType) -> SelectionSetNode:
        selections: list[SelectionNode] = []
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                selections.append(self.field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                assert node.type_condition is not None
                of = self._schema.type_map[node.type_condition.name.value]
                inner = self._selection_set(node.selection_set, of)
                selections.append(InlineFragmentNode(type_condition=node.type_condition, selection_set=inner))
        if self._one_in(2):
            selections.extend(self._more(parent))
        whole = SelectionSetNode(selections=tuple(selections))
        return SelectionSetNode(selections=(self._spread(whole, parent.name),)) if self._one_in(7) else whole

    def _spread(self, selection_set: SelectionSetNode, type_name: str) -> SelectionNode:
        condition = NamedTypeNode(name=NameNode(value=type_name))
        if self._one_in(3):
            return InlineFragmentNode(
                type_condition=condition, directives=self._directives(), selection_set=selection_set
            )
        name = NameNode(value=f"Part{len(self.fragments)}")
        self.fragments.append(FragmentDefinitionNode(name=name, type_condition=condition, selection_set=selection_set))
        return FragmentSpreadNode(name=name, directives=self._directives())

    def _more(self, parent: GraphQLNamedType) -> list[SelectionNode]:
        """Some fields that need no argument, under aliases of their own; hypothesis-graphql selects few."""
        if is_abstract_type(parent):
            member = self._draw(st.sampled_from(sorted(self._schema.get_possible_types(parent), key=str)))
            inner = SelectionSetNode(selections=(*self._more(member), FieldNode(name=NameNode(value="__typename"))))
            return [InlineFragmentNode(type_condition=_named(member), selection_set=inner)]
        assert isinstance(parent, GraphQLObjectType)
        free = sorted(
            name for name, each in parent.fields.items() if not any(map(is_required_argument, each.args.values()))
        )
        chosen = self._draw(st.lists(st.sampled_from(free), max_size=4, unique=True)) if free else []
        return [self._added(name, parent.fields[name]) for name in chosen]

    def _added(self, name: str, definition: GraphQLField) -> FieldNode:
        self._aliases += 1
        return FieldNode(
            alias=NameNode(value=f"x{self._aliases}"),
            name=NameNode(value=name),
            arguments=_page_of_two(definition),
            selection_set=_plain(get_named_type(definition.type)),
        )

    def _directives(self) -> tuple[DirectiveNode, ...]:
        if not self._one_in(16):
            return ()
        name = self._draw(st.sampled_from(["include", "skip"]))
        condition: ValueNode = nodes.Boolean(self._draw(st.booleans()))
        if self._one_in(2):
            condition = self._variable("Boolean!", condition)
        return (_directive(name, {"if": condition}),)

    def _arguments(self, node: FieldNode, definition: GraphQLField) -> list[ArgumentNode]:
        given = {each.name.value: each.value for each in node.arguments or ()}
        kept = self._page(definition.args, given)
        for name, argument in definition.args.items():
            if name not in given or name in kept or (name in PAGING and "first" in definition.args):
                continue
            if is_required_argument(argument) or self._is_known(node.name.value, name) or self._one_in(3):
                kept[name] = self._value(given[name], argument.type, node.name.value, name)
        return [
            ArgumentNode(name=NameNode(value=name), value=self._maybe_variable(definition.args[name].type, value))
            for name, value in kept.items()
        ]

    def _page(self, arguments: Mapping[str, GraphQLArgument], given: Mapping[str, ValueNode]) -> dict[str, ValueNode]:
        """Most pages are good ones, from either end; some are as hypothesis-graphql made them."""
        if "first" not in arguments or "last" not in arguments:
            return {"first": nodes.Int(self._draw(st.integers(1, 6)))} if "first" in arguments else {}
        how = self._draw(st.integers(0, 11))
        if how == 0:
            return {name: given[name] for name in ("after", "before", "first", "last") if name in given}
        return {"last" if how < 4 else "first": nodes.Int(self._draw(st.integers(0, 4)))}

    def _is_known(self, owner: str, name: str) -> bool:
        return f"{owner}.{name}" in self._known

    def _value(self, node: ValueNode, of: GraphQLInputType, owner: str, name: str) -> ValueNode:
        known = self._known.get(f"{owner}.{name}") or self._known.get(name)
        wanted = get_nullable_type(of)
        if isinstance(wanted, GraphQLList):
            if known and not self._one_in(5):
                return nodes.List(
                    [nodes.String(each) for each in self._draw(st.lists(st.sampled_from(known), max_size=4))]
                )
            values = node.values[:3] if isinstance(node, ListValueNode) else ()
            return nodes.List([self._value(each, wanted.of_type, owner, name) for each in values])
        if isinstance(wanted, GraphQLInputObjectType):
            return self._object(node, wanted) if isinstance(node, ObjectValueNode) else node
        if known and not self._one_in(5):
            return nodes.String(self._draw(st.sampled_from(known)))
        return node

    def _object(self, node: ObjectValueNode, of: GraphQLInputObjectType) -> ValueNode:
        fields = [
            ObjectFieldNode(
                name=each.name, value=self._value(each.value, of.fields[each.name.value].type, of.name, each.name.value)
            )
            for each in node.fields
        ]
        if of.is_one_of:
            fields = [each for each in fields if not isinstance(each.value, NullValueNode)][:1]
            if not fields:
                name = sorted(of.fields)[-1]
                empty: ValueNode = nodes.Object([])
                if not isinstance(get_named_type(of.fields[name].type), GraphQLInputObjectType):
                    empty = nodes.String("gid://shopify/Nothing/1")
                fields = [ObjectFieldNode(name=NameNode(value=name), value=empty)]
        return nodes.Object(fields)

    def _maybe_variable(self, of: GraphQLInputType, value: ValueNode) -> ValueNode:
        return self._variable(str(of), value) if self._one_in(4) else value

    def _variable(self, type_text: str, value: Any) -> VariableNode:
        """A variable with that value: sent along, or as its default."""
        name = f"v{len(self.declared)}"
        variable = VariableNode(name=NameNode(value=name))
        as_default = not isinstance(value, NullValueNode) and self._one_in(3)
        self.declared.append(
            VariableDefinitionNode(
                variable=variable, type=parse_type(type_text), default_value=value if as_default else None
            )
        )
        if not as_default:
            self.values[name] = value_from_ast_untyped(value)
        return variable


def _with(node: FieldNode, **changes: Any) -> FieldNode:
    parts = {name: getattr(node, name) for name in ("alias", "name", "arguments", "directives", "selection_set")}
    return FieldNode(**{**parts, **changes})


def _named(of: GraphQLNamedType) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=of.name))


def _directive(name: str, arguments: Mapping[str, ValueNode]) -> DirectiveNode:
    listed = tuple(ArgumentNode(name=NameNode(value=key), value=value) for key, value in arguments.items())
    return DirectiveNode(name=NameNode(value=name), arguments=listed)


def _in_context(arguments: str) -> tuple[DirectiveNode, ...]:
    if not arguments:
        return ()
    definition = parse(f"query @inContext{arguments} {{ __typename }}").definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return tuple(definition.directives or ())


def _page_of_two(definition: GraphQLField) -> tuple[ArgumentNode, ...]:
    if "first" not in definition.args:
        return ()
    return (ArgumentNode(name=NameNode(value="first"), value=parse_value("2")),)


def _plain(of: GraphQLNamedType) -> SelectionSetNode | None:
    """The plain values of a type; of a page those of its items."""
    if is_leaf_type(of):
        return None
    selections = [FieldNode(name=NameNode(value="__typename"))]
    if isinstance(of, GraphQLObjectType):
        selections += [
            FieldNode(name=NameNode(value=name))
            for name, each in of.fields.items()
            if is_leaf_type(get_named_type(each.type)) and not any(map(is_required_argument, each.args.values()))
        ]
        if "nodes" in of.fields:
            items = _plain(get_named_type(of.fields["nodes"].type))
            selections.append(FieldNode(name=NameNode(value="nodes"), selection_set=items))
    return SelectionSetNode(selections=tuple(selections))
