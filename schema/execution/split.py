"""Splits an operation: what Storefront is asked, and which fields the gateway resolves itself. Only syntax."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse_type,
    print_ast,
    visit,
)

from schema.errors import PublicError, RequestRefused
from schema.gateway_field import RESERVED, Rewrite, gateway_mark

TYPENAME = RESERVED + "typename"
"""The alias under which Storefront tells the type of an object whose type the gateway must know."""

INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One use of a rewritten root field; Storefront's arguments travel as variables whose names begin with `prefix`."""

    node: FieldNode
    definition: GraphQLField
    rewrite: Rewrite
    prefix: str


@dataclass(frozen=True, slots=True)
class Split:
    """An operation in its parts.

    text: what Storefront is asked, None when nothing. variables: the caller's that the text uses. executes: some field
    is the gateway's own. touched: ids of the Storefront field nodes below which one stands. staff: a staff field is
    among them. introspects: the schema itself is asked for.
    """

    text: str | None
    variables: frozenset[str]
    rewritten: tuple[Rewritten, ...]
    executes: bool
    touched: frozenset[int]
    staff: bool
    introspects: bool


def without_defer(document: DocumentNode) -> DocumentNode:
    """The document with every `@defer` left out; the same object when there is none."""

    class DropDefer(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
            return REMOVE if node.name.value == "defer" else None

    changed: DocumentNode = visit(document, DropDefer())
    return changed


def split(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Split:
    """Splits a valid operation of `document`. Raises RequestRefused when it uses an alias that the gateway keeps."""
    return _Splitter(schema, document).split(operation)


@dataclass(slots=True)
class _Part:
    """The Storefront side of a selection set; `touched`: a gateway field stands in it or below."""

    selections: list[SelectionNode] = field(default_factory=list)
    touched: bool = False


class _Splitter:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}
        self._fragment_parts: dict[str, _Part] = {}
        self._touched: set[int] = set()
        self._rewritten: list[Rewritten] = []
        self._executes = False
        self._staff = False
        self._introspects = False

    def split(self, operation: OperationDefinitionNode) -> Split:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        part = self._selection_set(operation.selection_set, root)
        text: str | None = None
        used: frozenset[str] = frozenset()
        if any(not _is_typename(node) for node in part.selections):
            text, used = self._printed(operation, part)
        else:
            self._executes = True
        return Split(
            text=text,
            variables=used,
            rewritten=tuple(self._rewritten),
            executes=self._executes,
            touched=frozenset(self._touched),
            staff=self._staff,
            introspects=self._introspects,
        )

    def _selection_set(self, selection_set: SelectionSetNode, parent: GraphQLNamedType) -> _Part:
        part = _Part()
        needed: dict[str, FieldNode] = {}
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                self._field(node, parent, part, needed)
            elif isinstance(node, InlineFragmentNode):
                self._inline_fragment(node, parent, part)
            elif isinstance(node, FragmentSpreadNode):
                self._spread(node, part)
        part.selections.extend(needed.values())
        if part.touched and is_abstract_type(parent):
            part.selections.append(_aliased(TYPENAME, "__typename"))
        return part

    def _field(self, node: FieldNode, parent: GraphQLNamedType, part: _Part, needed: dict[str, FieldNode]) -> None:
        name = node.name.value
        if node.alias is not None and node.alias.value.startswith(RESERVED):
            problem = (
                f"The alias {node.alias.value!r} is not available: aliases beginning with {RESERVED} are reserved."
            )
            raise RequestRefused([PublicError("GRAPHQL_VALIDATION_FAILED", problem)])
        if name in INTROSPECTION:
            self._executes = self._introspects = True
            return
        if name == "__typename":
            part.selections.append(node)
            return
        definition: GraphQLField = parent.fields[name]  # type: ignore[attr-defined]
        mark = gateway_mark(definition)
        if mark is None:
            part.selections.append(self._storefront_field(node, definition, part))
            return
        self._staff = self._staff or mark.staff
        if mark.rewrite is not None:
            part.selections.append(self._rewritten_field(node, definition, mark.rewrite, part))
            return
        self._executes = part.touched = True
        self._look_for_staff(node, definition)
        for need in mark.needs:
            needed[need.name.value] = _aliased(RESERVED + need.name.value, need.name.value, need.selection_set)

    def _storefront_field(self, node: FieldNode, definition: GraphQLField, part: _Part) -> FieldNode:
        if node.selection_set is None:
            return node
        below = self._selection_set(node.selection_set, get_named_type(definition.type))
        if below.touched:
            part.touched = True
            self._touched.add(id(node))
        if not below.selections:
            below.selections.append(_aliased(TYPENAME, "__typename"))
        return _with_selections(node, below.selections)

    def _rewritten_field(self, node: FieldNode, definition: GraphQLField, rewrite: Rewrite, part: _Part) -> FieldNode:
        prefix = f"{RESERVED}{len(self._rewritten)}_"
        self._rewritten.append(Rewritten(node, definition, rewrite, prefix))
        selected = self._storefront_field(node, definition, part)
        return FieldNode(
            alias=node.alias or node.name,
            name=NameNode(value=rewrite.field),
            arguments=tuple(
                ArgumentNode(name=NameNode(value=name), value=VariableNode(name=NameNode(value=prefix + name)))
                for name in rewrite.sends
            ),
            directives=node.directives,
            selection_set=selected.selection_set,
        )

    def _inline_fragment(self, node: InlineFragmentNode, parent: GraphQLNamedType, part: _Part) -> None:
        of = parent if node.type_condition is None else self._schema.type_map[node.type_condition.name.value]
        below = self._selection_set(node.selection_set, of)
        part.touched = part.touched or below.touched
        if below.selections:
            part.selections.append(
                InlineFragmentNode(
                    type_condition=node.type_condition,
                    directives=node.directives,
                    selection_set=SelectionSetNode(selections=tuple(below.selections)),
                )
            )

    def _spread(self, node: FragmentSpreadNode, part: _Part) -> None:
        below = self._fragment(node.name.value)
        part.touched = part.touched or below.touched
        if below.selections:
            part.selections.append(node)

    def _fragment(self, name: str) -> _Part:
        if name not in self._fragment_parts:
            definition = self._fragments[name]
            of = self._schema.type_map[definition.type_condition.name.value]
            self._fragment_parts[name] = self._selection_set(definition.selection_set, of)
        return self._fragment_parts[name]

    def _look_for_staff(self, node: FieldNode, definition: GraphQLField) -> None:
        """Notes staff fields below a gateway field; what stands there is resolved by the gateway and not forwarded."""
        if node.selection_set is None:
            return
        for inner, parent in self._fields_below(node.selection_set, get_named_type(definition.type)):
            if inner.name.value == "__typename":
                continue
            below: GraphQLField = parent.fields[inner.name.value]  # type: ignore[attr-defined]
            mark = gateway_mark(below)
            self._staff = self._staff or (mark is not None and mark.staff)
            self._look_for_staff(inner, below)

    def _fields_below(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                yield node, parent
            elif isinstance(node, InlineFragmentNode):
                of = parent if node.type_condition is None else self._schema.type_map[node.type_condition.name.value]
                yield from self._fields_below(node.selection_set, of)
            elif isinstance(node, FragmentSpreadNode):
                definition = self._fragments[node.name.value]
                of = self._schema.type_map[definition.type_condition.name.value]
                yield from self._fields_below(definition.selection_set, of)

    def _printed(self, operation: OperationDefinitionNode, part: _Part) -> tuple[str, frozenset[str]]:
        fragments = [
            FragmentDefinitionNode(
                name=definition.name,
                type_condition=definition.type_condition,
                directives=definition.directives,
                selection_set=SelectionSetNode(selections=tuple(self._fragment_parts[name].selections)),
            )
            for name, definition in self._fragments.items()
            if name in self._fragment_parts and self._fragment_parts[name].selections
        ]
        selection_set = SelectionSetNode(selections=tuple(part.selections))
        reached = _reached(selection_set, {fragment.name.value: fragment for fragment in fragments})
        used = _variables([selection_set, *reached]) | _variables(operation.directives or ())
        declared = [v for v in operation.variable_definitions or () if v.variable.name.value in used]
        forwarded = OperationDefinitionNode(
            operation=operation.operation,
            name=operation.name,
            variable_definitions=(*declared, *self._computed()),
            directives=operation.directives,
            selection_set=selection_set,
        )
        text = print_ast(DocumentNode(definitions=(forwarded, *reached)))
        return text, frozenset(v.variable.name.value for v in declared)

    def _computed(self) -> Iterator[VariableDefinitionNode]:
        query = self._schema.query_type
        mutation = self._schema.mutation_type
        assert query is not None
        assert mutation is not None
        for use in self._rewritten:
            root = query if use.rewrite.field in query.fields else mutation
            for name in use.rewrite.sends:
                yield VariableDefinitionNode(
                    variable=VariableNode(name=NameNode(value=use.prefix + name)),
                    type=parse_type(str(root.fields[use.rewrite.field].args[name].type)),
                )


def _is_typename(node: SelectionNode) -> bool:
    return isinstance(node, FieldNode) and node.name.value == "__typename"


def _aliased(alias: str, name: str, selection_set: SelectionSetNode | None = None) -> FieldNode:
    return FieldNode(alias=NameNode(value=alias), name=NameNode(value=name), selection_set=selection_set)


def _with_selections(node: FieldNode, selections: Sequence[SelectionNode]) -> FieldNode:
    return FieldNode(
        alias=node.alias,
        name=node.name,
        arguments=node.arguments,
        directives=node.directives,
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )


def _reached(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """The fragments that a selection set spreads, directly or through others, each once."""
    reached: dict[str, FragmentDefinitionNode] = {}

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
            name = node.name.value
            if name not in reached:
                reached[name] = fragments[name]
                visit(fragments[name], self)

    visit(selection_set, Spreads())
    return list(reached.values())


def _variables(nodes: Sequence[Any]) -> set[str]:
    names: set[str] = set()

    class Uses(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            names.add(node.name.value)

    for node in nodes:
        visit(node, Uses())
    return names
