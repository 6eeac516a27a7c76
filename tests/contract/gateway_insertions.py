"""Puts the gateway's own fields into an operation at random places, and takes them out of its answer again."""

from collections.abc import Sequence
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    parse,
    print_ast,
)
from hypothesis import strategies as st

from tests.contract.generated_operations import Operation

FIELDS = {
    "Product": ("isFeatured", "isCustomizable", "kind", "designs { id name }", "safeDescriptionHtml"),
    "ProductVariant": (
        "inventory { tracked availability levels { availability location { id name } } }",
        "printful { size color availability { region status } product { id name } }",
    ),
    "QueryRoot": (
        "cafeMenu { title sections { handle items { isSoldOut product { id kind } modifiers { name } } } }",
        "designs { id }",
        "featuredProducts(first: 2) { nodes { id kind } }",
        "gateway { mode upstreams }",
        "merchandise(first: 2, sort: PRICE_ASC) { nodes { id variants(first: 1) { nodes { printful { size } } } } }",
    ),
}
# Names that no Storefront field has, so that they can stand without an alias and be told in an answer all the same.
BARE = frozenset(
    {
        "cafeMenu",
        "featuredProducts",
        "inventory",
        "isCustomizable",
        "isFeatured",
        "printful",
        "safeDescriptionHtml",
    }
)
ALIAS = "gw_"
SWITCH = f"{ALIAS}on"
ON = parse(f"query (${SWITCH}: Boolean! = true) {{ a @include(if: ${SWITCH}) }}").definitions[0]


def is_inserted(key: str) -> bool:
    """Whether a key of an answer is one that was put in here."""
    return key in BARE or key.startswith(ALIAS)


def without_inserted(value: Any) -> Any:
    """An answer's value as it would be had nothing been put in."""
    if isinstance(value, dict):
        return {key: without_inserted(each) for key, each in value.items() if not is_inserted(key)}
    if isinstance(value, list):
        return [without_inserted(each) for each in value]
    return value


@st.composite
def with_gateway_fields(draw: st.DrawFn, schema: GraphQLSchema, operation: Operation) -> Operation:
    """The operation with gateway fields in it: at any depth, aliased or not, in fragments, behind directives.

    A query gets one at least.
    """
    document = parse(operation.query)
    return Operation(print_ast(_Insert(draw, schema).document(document)), operation.variables)


class _Insert:
    def __init__(self, draw: st.DrawFn, schema: GraphQLSchema) -> None:
        self._draw = draw
        self._schema = schema
        self._count = 0
        self._switched = False
        self._fragments: list[FragmentDefinitionNode] = []

    def document(self, document: DocumentNode) -> DocumentNode:
        fragments = []
        operations = []
        for node in document.definitions:
            if isinstance(node, FragmentDefinitionNode):
                of = self._schema.type_map[node.type_condition.name.value]
                selection_set = self._selection_set(node.selection_set, of)
                fragments.append(
                    FragmentDefinitionNode(
                        name=node.name,
                        type_condition=node.type_condition,
                        directives=node.directives,
                        selection_set=selection_set,
                    )
                )
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                root = self._schema.get_root_type(node.operation)
                assert root is not None
                operations.append((node, self._selection_set(node.selection_set, root)))
        return DocumentNode(
            definitions=(*(self._operation(*each) for each in operations), *fragments, *self._fragments)
        )

    def _operation(self, node: OperationDefinitionNode, selection_set: SelectionSetNode) -> OperationDefinitionNode:
        if self._count == 0 and node.operation is OperationType.QUERY:
            selection_set = SelectionSetNode(selections=(*selection_set.selections, self._one("QueryRoot")))
        declared = list(node.variable_definitions or ())
        if self._switched:
            assert isinstance(ON, OperationDefinitionNode)
            declared += ON.variable_definitions or ()
        return OperationDefinitionNode(
            operation=node.operation,
            name=node.name,
            variable_definitions=tuple(declared),
            directives=node.directives,
            selection_set=selection_set,
        )

    def _one_in(self, count: int) -> bool:
        return self._draw(st.integers(1, count)) == count

    def _selection_set(self, selection_set: SelectionSetNode, parent: GraphQLNamedType) -> SelectionSetNode:
        selections = [self._selection(node, parent) for node in selection_set.selections]
        for node in self._inserted(parent):
            selections.insert(self._draw(st.integers(0, len(selections))), node)
        return SelectionSetNode(selections=tuple(selections))

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType) -> SelectionNode:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            of = parent if condition is None else self._schema.type_map[condition.name.value]
            return InlineFragmentNode(
                type_condition=node.type_condition,
                directives=node.directives,
                selection_set=self._selection_set(node.selection_set, of),
            )
        if not isinstance(node, FieldNode) or node.selection_set is None:
            return node
        definition: GraphQLField = parent.fields[node.name.value]  # type: ignore[attr-defined]
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=self._selection_set(node.selection_set, get_named_type(definition.type)),
        )

    def _inserted(self, parent: GraphQLNamedType) -> list[SelectionNode]:
        if parent.name in FIELDS:
            return [self._one(parent.name) for _ in range(self._draw(st.integers(0, 3)))]
        if is_abstract_type(parent):
            members = {each.name for each in self._schema.get_possible_types(parent)} & FIELDS.keys()
            return [self._within(name, [self._one(name)]) for name in sorted(members) if self._one_in(2)]
        return []

    def _one(self, type_name: str) -> SelectionNode:
        """One gateway field of a type, in one of the ways in which fields are written."""
        self._count += 1
        definition = parse(f"{{ {self._draw(st.sampled_from(FIELDS[type_name]))} }}").definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        node = definition.selection_set.selections[0]
        assert isinstance(node, FieldNode)
        bare = node.name.value in BARE and self._one_in(3)
        field = FieldNode(
            alias=None if bare else NameNode(value=f"{ALIAS}{self._count}"),
            name=node.name,
            arguments=node.arguments,
            directives=self._directives(),
            selection_set=node.selection_set,
        )
        return self._within(type_name, [field]) if self._one_in(4) else field

    def _within(self, type_name: str, selections: Sequence[SelectionNode]) -> SelectionNode:
        condition = NamedTypeNode(name=NameNode(value=type_name))
        selection_set = SelectionSetNode(selections=tuple(selections))
        if self._one_in(2):
            return InlineFragmentNode(
                type_condition=condition, directives=self._directives(), selection_set=selection_set
            )
        name = NameNode(value=f"{ALIAS}Part{len(self._fragments)}")
        self._fragments.append(FragmentDefinitionNode(name=name, type_condition=condition, selection_set=selection_set))
        return FragmentSpreadNode(name=name, directives=self._directives())

    def _directives(self) -> tuple[DirectiveNode, ...]:
        if not self._one_in(6):
            return ()
        self._switched = True
        assert isinstance(ON, OperationDefinitionNode)
        return tuple(ON.selection_set.selections[0].directives or ())
