"""Selections with their fragments followed: field by field, and merged for one object type."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    is_abstract_type,
    value_from_ast_untyped,
    visit,
)

Switches = Mapping[str, bool]
"""The values of the variables that `@skip` and `@include` use."""


def response_key(node: FieldNode) -> str:
    """The key of a field in the answer: its alias, or its name."""
    return (node.alias or node.name).value


def switch_names(document: DocumentNode) -> tuple[str, ...]:
    """The variables that `@skip` and `@include` use in a document."""
    names: set[str] = set()

    class Conditions(Visitor):
        def enter_directive(self, node: object, *_: object) -> None:
            if node.name.value in ("skip", "include"):  # type: ignore[attr-defined]
                values = (each.value for each in node.arguments or ())  # type: ignore[attr-defined]
                names.update(value.name.value for value in values if isinstance(value, VariableNode))

    visit(document, Conditions())
    return tuple(sorted(names))


class Selections:
    """The selections of one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self.fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}

    def fields(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType, seen: set[str] | None = None
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        """Each selected field with its parent type, through fragments.

        `seen`: names of fragments to skip; each fragment that is followed is added.
        """
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                yield node, parent
                continue
            if seen is not None and isinstance(node, FragmentSpreadNode):
                if node.name.value in seen:
                    continue
                seen.add(node.name.value)
            condition, inner = self.inside(node)
            yield from self.fields(inner, parent if condition is None else self._schema.type_map[condition], seen)

    def inside(self, node: SelectionNode) -> tuple[str | None, SelectionSetNode]:
        """The type condition and the selection set of a fragment, inline or spread."""
        if isinstance(node, FragmentSpreadNode):
            fragment = self.fragments[node.name.value]
            return fragment.type_condition.name.value, fragment.selection_set
        assert isinstance(node, InlineFragmentNode)
        return (None if node.type_condition is None else node.type_condition.name.value), node.selection_set

    def merged(
        self, of: GraphQLObjectType, selection_sets: Iterable[SelectionSetNode], switches: Switches
    ) -> dict[str, list[FieldNode]]:
        """The field nodes that are selected on an object of type `of`, by response key, in the order of the answer."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selection_set in selection_sets:
            self._merge(of, selection_set, switches, found, spread)
        return found

    def _merge(
        self,
        of: GraphQLObjectType,
        selection_set: SelectionSetNode,
        switches: Switches,
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selection_set.selections:
            if not _is_on(node, switches):
                continue
            if isinstance(node, FieldNode):
                found.setdefault(response_key(node), []).append(node)
                continue
            condition, inner = self.inside(node)
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in spread:
                    continue
                spread.add(node.name.value)
            if condition is None or self.applies(condition, of):
                self._merge(of, inner, switches, found, spread)

    def applies(self, condition: str, of: GraphQLNamedType) -> bool:
        """Whether a fragment on the type `condition` holds for objects of type `of`."""
        named = self._schema.type_map[condition]
        return named is of or (is_abstract_type(named) and self._schema.is_sub_type(named, of))


def _is_on(node: SelectionNode, switches: Switches) -> bool:
    for directive in node.directives or ():
        name = directive.name.value
        if name in ("skip", "include"):
            condition = next(each.value for each in directive.arguments or ())
            if bool(value_from_ast_untyped(condition, dict(switches))) is (name == "skip"):
                return False
    return True
