"""How much a document asks for, measured before anything that would take long on a hostile one."""

from collections.abc import Iterable

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
)


def selections(document: DocumentNode) -> int:
    """How many selections a document's largest operation has with each fragment written out wherever it is spread.

    Fragments that spread others twice each double that number, so that a short document can stand for an endless one.
    A fragment that spreads itself counts as empty there: validation refuses it.
    """
    fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}
    counted: dict[str, int] = {}

    def of(nodes: Iterable[SelectionNode]) -> int:
        return sum(1 + below(node) for node in nodes)

    def below(node: SelectionNode) -> int:
        if isinstance(node, FragmentSpreadNode):
            return of_fragment(node.name.value)
        assert isinstance(node, (FieldNode, InlineFragmentNode))
        return 0 if node.selection_set is None else of(node.selection_set.selections)

    def of_fragment(name: str) -> int:
        if name not in counted:
            counted[name] = 0
            if name in fragments:
                counted[name] = of(fragments[name].selection_set.selections)
        return counted[name]

    operations = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return max((of(operation.selection_set.selections) for operation in operations), default=0)
