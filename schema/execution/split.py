"""Splits an operation into requests to Storefront and gateway fields. Syntax only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse_type,
    print_ast,
    visit,
)

from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.execution.selections import Selections, response_key
from schema.execution.syntax import (
    TYPENAME,
    aliased,
    filled_template,
    is_typename,
    named_type,
    on_type,
    reached_fragments,
    used_variables,
    with_selections,
)
from schema.gateway_field import (
    RESERVED,
    Arguments,
    Rewrite,
    Template,
    asks_first,
    gateway_mark,
    is_own_root_field,
    is_storefront_type,
)

INTROSPECTION = ("__schema", "__type")

MAX_COMPUTED = 50
"""The most root fields with computed arguments in an operation: each may expand to many Storefront fields."""


@dataclass(frozen=True, slots=True)
class Computed:
    """One use of a root field with computed Storefront arguments: they travel as variables beginning with `prefix`."""

    node: FieldNode
    definition: GraphQLField
    arguments: Arguments
    prefix: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request to Storefront: its text, the caller's variables that it uses, and its computed variables.

    keys: the response keys of its root fields, as far as they stand in the selection set itself.
    """

    text: str
    variables: frozenset[str]
    computed: tuple[Computed, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class ByIdUse:
    """A place where an operation selects objects by id: the root field (and variable of the ids) and the type."""

    name: str
    type_name: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The request for Storefront's objects by id: its text, and the caller's variables that it uses.

    uses: by the response keys that lead to the object.
    """

    text: str
    variables: frozenset[str]
    uses: Mapping[tuple[str, ...], ByIdUse]


@dataclass(frozen=True, slots=True)
class Split:
    """An operation in its parts.

    requests: those to Storefront, in order. There are several only if a mutation of the gateway's own stands between
    two of Storefront's, or if one of them reads before it writes. serial: each is sent after the one before it.
    executes: some field is the gateway's own. touched: ids of the Storefront field nodes below which one stands.
    staff: a staff field is among them. introspects: the schema itself is asked for. is_cacheable: every field
    allows caching of the answer. lookup: asks for the objects whose ids the gateway's own fields bring, or None.
    """

    requests: tuple[Request, ...]
    serial: bool
    executes: bool
    touched: frozenset[int]
    staff: bool
    introspects: bool
    is_cacheable: bool
    lookup: Lookup | None


def prefix_of(response_key: str) -> str:
    """The prefix of the aliases and variables that belong to one root field of the gateway."""
    return f"{RESERVED}{response_key}_"


def split(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Split:
    """Splits an operation of `document`. Raises RequestRefused when it uses an alias that the gateway reserves.

    It is valid, but for names that the schema lacks: what has one is Storefront's, with all that stands below.
    """
    return _Splitter(schema, document).split(operation)


@dataclass(slots=True)
class _Part:
    """The Storefront side of a selection set; `touched`: it contains a gateway field at any depth."""

    selections: list[SelectionNode] = field(default_factory=list)
    touched: bool = False


class _Splitter:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._selections = Selections(schema, document)
        self._fragments = self._selections.fragments
        self._fragment_parts: dict[str, _Part] = {}
        self._touched: set[int] = set()
        self._computed: dict[str, Computed] = {}
        self._by_id: dict[tuple[str, ...], tuple[GraphQLNamedType, list[SelectionNode]]] = {}
        self._computed_uses = 0
        self._declared: dict[str, VariableDefinitionNode] = {}
        self._declared_by: dict[str, set[str]] = {}
        self._executes = False
        self._staff = False
        self._introspects = False
        self._serial = False
        self._is_cacheable = True

    def split(self, operation: OperationDefinitionNode) -> Split:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        for each in operation.variable_definitions or ():
            if each.variable.name.value.startswith(RESERVED):
                problem = f"The variable ${each.variable.name.value} is not available: {RESERVED} is reserved."
                raise RequestRefused([PublicError(ErrorCode.GRAPHQL_VALIDATION_FAILED, problem)])
        requests = tuple(
            self._request(operation, part)
            for part in self._runs(operation, root)
            if any(not is_typename(node) for node in part.selections)
        )
        return Split(
            requests=requests,
            serial=self._serial,
            executes=self._executes or not requests,
            touched=frozenset(self._touched),
            staff=self._staff,
            introspects=self._introspects,
            is_cacheable=self._is_cacheable,
            lookup=self._lookup(operation) if self._by_id else None,
        )

    def _runs(self, operation: OperationDefinitionNode, root: GraphQLObjectType) -> list[_Part]:
        """The root fields for Storefront, in several requests where the order of a mutation requires it."""
        if operation.operation is not OperationType.MUTATION:
            return [self._selection_set(operation.selection_set, root)]
        flat = list(self._flat(operation.selection_set))
        asking = {response_key(leaf) for leaf, _ in flat if asks_first(root.fields.get(leaf.name.value))}
        alone = len({response_key(leaf) for leaf, _ in flat}) == 1
        if not any(is_own_root_field(root.fields.get(leaf.name.value)) for leaf, _ in flat) and (alone or not asking):
            return [self._selection_set(operation.selection_set, root)]
        self._serial = True
        runs: list[_Part] = []
        run_of: dict[str, _Part] = {}
        for leaf, node in flat:
            key = response_key(leaf)
            if is_own_root_field(root.fields.get(leaf.name.value)):
                self._selection_set(SelectionSetNode(selections=(node,)), root)
                runs.append(_Part())
                continue
            if not runs or (key in asking and key not in run_of):
                runs.append(_Part())
            run = run_of.setdefault(key, runs[-1])
            run.selections += self._selection_set(SelectionSetNode(selections=(node,)), root).selections
        return runs

    def _flat(self, selection_set: SelectionSetNode) -> Iterator[tuple[FieldNode, SelectionNode]]:
        """Each selected field through fragments, with a selection that contains it alone."""
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                yield node, node
                continue
            condition, inner = self._selections.inside(node)
            for leaf, below in self._flat(inner):
                yield (
                    leaf,
                    InlineFragmentNode(
                        type_condition=None if condition is None else named_type(condition),
                        directives=node.directives,
                        selection_set=SelectionSetNode(selections=(below,)),
                    ),
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
            part.selections.append(aliased(TYPENAME, "__typename"))
        return part

    def _field(self, node: FieldNode, parent: GraphQLNamedType, part: _Part, needed: dict[str, FieldNode]) -> None:
        name = node.name.value
        if node.alias is not None and node.alias.value.startswith(RESERVED):
            problem = (
                f"The alias {node.alias.value!r} is not available: aliases beginning with {RESERVED} are reserved."
            )
            raise RequestRefused([PublicError(ErrorCode.GRAPHQL_VALIDATION_FAILED, problem)])
        if name in INTROSPECTION:
            self._executes = self._introspects = True
            return
        if name == "__typename":
            part.selections.append(node)
            return
        definition: GraphQLField | None = parent.fields.get(name)  # type: ignore[attr-defined]
        if definition is None:
            part.selections.append(self._as_it_stands(node))
            return
        mark = gateway_mark(definition)
        if mark is None:
            part.selections.append(self._storefront_field(node, definition, part))
            return
        self._staff = self._staff or mark.staff
        self._is_cacheable = self._is_cacheable and mark.is_cacheable
        if mark.rewrite is not None:
            part.selections.append(self._rewritten_field(node, definition, mark.rewrite, part))
            return
        self._executes = part.touched = True
        is_root = parent in (self._schema.query_type, self._schema.mutation_type)
        embedded = self._below(node, definition, (response_key(node),) if is_root else None)
        if mark.template is not None:
            part.selections.extend(self._made_from(mark.template, node, definition, embedded))
        for need in mark.needs:
            needed[need.name.value] = aliased(RESERVED + need.name.value, need.name.value, need.selection_set)

    def _storefront_field(self, node: FieldNode, definition: GraphQLField, part: _Part) -> FieldNode:
        if node.selection_set is None:
            return node
        below = self._selection_set(node.selection_set, get_named_type(definition.type))
        if below.touched:
            part.touched = True
            self._touched.add(id(node))
        if not below.selections:
            below.selections.append(aliased(TYPENAME, "__typename"))
        return with_selections(node, below.selections)

    def _rewritten_field(self, node: FieldNode, definition: GraphQLField, rewrite: Rewrite, part: _Part) -> FieldNode:
        prefix = self._compute(node, definition, rewrite.arguments)
        roots = [root for root in (self._schema.query_type, self._schema.mutation_type) if root is not None]
        target = next(root.fields[rewrite.field] for root in roots if rewrite.field in root.fields)
        for name in rewrite.sends:
            self._declare(prefix, name, parse_type(str(target.args[name].type)))
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

    def _made_from(
        self, template: Template, node: FieldNode, definition: GraphQLField, embedded: list[SelectionNode]
    ) -> list[SelectionNode]:
        """The root fields of a template, under the caller's directives and with the caller's selections in place."""
        prefix = self._compute(node, definition, template.arguments)
        for variable in template.operation.variable_definitions or ():
            self._declare(prefix, variable.variable.name.value, variable.type)
        nodes: list[SelectionNode] = []
        for each in filled_template(template.operation.selection_set, prefix, embedded).selections:
            assert isinstance(each, FieldNode)
            aliased = FieldNode(
                alias=NameNode(value=prefix + response_key(each)),
                name=each.name,
                arguments=each.arguments,
                directives=each.directives,
                selection_set=each.selection_set,
            )
            selected = SelectionSetNode(selections=(aliased,))
            # Around the field rather than on it: it may have a directive of the same name already.
            nodes.append(
                InlineFragmentNode(directives=node.directives, selection_set=selected) if node.directives else aliased
            )
        return nodes

    def _compute(self, node: FieldNode, definition: GraphQLField, arguments: Arguments) -> str:
        self._count_computed()
        prefix = prefix_of(response_key(node))
        self._computed.setdefault(prefix, Computed(node, definition, arguments, prefix))
        return prefix

    def _count_computed(self) -> None:
        self._computed_uses += 1
        if self._computed_uses > MAX_COMPUTED:
            problem = f"The operation uses more than {MAX_COMPUTED} fields that the gateway computes: send several."
            raise RequestRefused([PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED, problem)])

    def _declare(self, prefix: str, name: str, of: TypeNode) -> None:
        name = prefix + name
        self._declared_by.setdefault(prefix, set()).add(name)
        self._declared[name] = VariableDefinitionNode(variable=VariableNode(name=NameNode(value=name)), type=of)

    def _as_it_stands(self, node: FieldNode | InlineFragmentNode) -> FieldNode | InlineFragmentNode:
        """A selection of names that the schema lacks; notes the fragments that it spreads."""
        spread: list[str] = []

        class Spreads(Visitor):
            def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
                spread.append(node.name.value)

        visit(node, Spreads())
        for name in spread:
            self._fragment(name)
        return node

    def _inline_fragment(self, node: InlineFragmentNode, parent: GraphQLNamedType, part: _Part) -> None:
        if node.type_condition is not None and node.type_condition.name.value not in self._schema.type_map:
            part.selections.append(self._as_it_stands(node))
            return
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
            of = self._schema.type_map.get(definition.type_condition.name.value)
            if of is None:
                self._fragment_parts[name] = _Part(list(definition.selection_set.selections))
                self._as_it_stands(InlineFragmentNode(selection_set=definition.selection_set, directives=()))
            else:
                self._fragment_parts[name] = self._selection_set(definition.selection_set, of)
        return self._fragment_parts[name]

    def _below(self, node: FieldNode, definition: GraphQLField, place: tuple[str, ...] | None) -> list[SelectionNode]:
        """The selections on Storefront's objects below a gateway field; notes the staff fields on the way.

        `place`: the response keys that lead to the field; None below an object of Storefront's.
        """
        if node.selection_set is None:
            return []
        of = get_named_type(definition.type)
        mark = gateway_mark(definition)
        if mark is not None and (mark.embedded or (mark.template is not None and is_storefront_type(of))):
            inside = self._selection_set(node.selection_set, of)
            return [on_type(of, inside.selections)]
        if mark is not None and mark.by_id:
            assert place is not None, "objects by id stand below root fields of the gateway's own"
            self._want_by_id(node.selection_set, of, place)
            return []
        embedded: list[SelectionNode] = []
        for inner, parent in self._selections.fields(node.selection_set, of):
            if inner.name.value == "__typename":
                continue
            below: GraphQLField = parent.fields[inner.name.value]  # type: ignore[attr-defined]
            inner_mark = gateway_mark(below)
            self._staff = self._staff or (inner_mark is not None and inner_mark.staff)
            embedded += self._below(inner, below, None if place is None else (*place, response_key(inner)))
        return embedded

    def _want_by_id(self, selection_set: SelectionSetNode, of: GraphQLNamedType, place: tuple[str, ...]) -> None:
        """Records the selections on objects by id; selections at the same place are merged."""
        if place not in self._by_id:
            self._count_computed()
        _, selections = self._by_id.setdefault(place, (of, []))
        selections += self._selection_set(selection_set, of).selections

    def _request(self, operation: OperationDefinitionNode, part: _Part) -> Request:
        selection_set = SelectionSetNode(selections=tuple(part.selections))
        text, declared, used = self._text(operation, operation.operation, selection_set, self._declared)
        return Request(
            text=text,
            variables=declared,
            computed=tuple(
                each for prefix, each in self._computed.items() if not used.isdisjoint(self._declared_by[prefix])
            ),
            keys=frozenset(response_key(leaf) for leaf, _ in self._flat(selection_set)),
        )

    def _lookup(self, operation: OperationDefinitionNode) -> Lookup:
        uses: dict[tuple[str, ...], ByIdUse] = {}
        fields: list[SelectionNode] = []
        ids: dict[str, VariableDefinitionNode] = {}
        for place, (of, selections) in self._by_id.items():
            name = f"{RESERVED}{len(uses)}"
            uses[place] = ByIdUse(name, of.name)
            variable = VariableNode(name=NameNode(value=name))
            ids[name] = VariableDefinitionNode(variable=variable, type=parse_type("[ID!]!"))
            fields.append(
                FieldNode(
                    alias=NameNode(value=name),
                    name=NameNode(value="nodes"),
                    arguments=(ArgumentNode(name=NameNode(value="ids"), value=variable),),
                    selection_set=SelectionSetNode(
                        selections=(aliased(TYPENAME, "__typename"), *([on_type(of, selections)] if selections else ()))
                    ),
                )
            )
        selection_set = SelectionSetNode(selections=tuple(fields))
        text, declared, _ = self._text(operation, OperationType.QUERY, selection_set, ids)
        return Lookup(text, declared, uses)

    def _text(
        self,
        operation: OperationDefinitionNode,
        kind: OperationType,
        selection_set: SelectionSetNode,
        added: Mapping[str, VariableDefinitionNode],
    ) -> tuple[str, frozenset[str], set[str]]:
        """A request's text, the caller's variables that it declares, and all variables that it uses.

        `added`: variables of the gateway's, declared where they are used.
        """
        fragments = {
            name: FragmentDefinitionNode(
                name=definition.name,
                type_condition=definition.type_condition,
                directives=definition.directives,
                selection_set=SelectionSetNode(selections=tuple(self._fragment_parts[name].selections)),
            )
            for name, definition in self._fragments.items()
            if name in self._fragment_parts
        }
        reached = reached_fragments(selection_set, fragments)
        used = used_variables([selection_set, *reached, *(operation.directives or ())])
        declared = [v for v in operation.variable_definitions or () if v.variable.name.value in used]
        forwarded = OperationDefinitionNode(
            operation=kind,
            name=operation.name,
            variable_definitions=(*declared, *(of for name, of in added.items() if name in used)),
            directives=operation.directives,
            selection_set=selection_set,
        )
        text = print_ast(DocumentNode(definitions=(forwarded, *reached)))
        return text, frozenset(v.variable.name.value for v in declared), used
