"""Limits on documents, measured after parsing and before any step that a hostile document makes slow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.execution.syntax import operations_of


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The limits of a document. Selections, aliases, depth and directives count with fragments expanded.

    repeated_fields: how often one place of the answer may be selected. page_size and cost count only where the gateway
    adds something to what Storefront answers.
    """

    tokens: int = 5_000
    selections: int = 5_000
    depth: int = 30
    aliases: int = 500
    root_fields: int = 500
    repeated_fields: int = 40
    directives: int = 500
    operations: int = 50
    fragments: int = 250
    spreads: int = 1_000
    variables: int = 250
    page_size: int = 250
    cost: int = 250_000


NAMES = {
    "selections": "selections (with its fragments written out)",
    "depth": "levels of fields",
    "root_fields": "root fields",
    "repeated_fields": "selections of one field in one place",
    "spreads": "fragment spreads",
}
"""The words for limits in messages, where they differ from the names."""


def exceeds(what: str, found: int, limit: int) -> RequestRefused:
    """The refusal of a document above a limit. Huge numbers are not written out."""
    number = str(found) if found < 10**9 else "over 1000000000"
    problem = f"The document has {number} {NAMES.get(what, what)}; it must not have more than {limit}."
    return RequestRefused([PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED, problem)])


def check_document(document: DocumentNode, limits: DocumentLimits) -> None:
    """Measures a document in one pass. Raises RequestRefused, which names the limit and the number."""
    counted = _counts(document)
    for what in ("operations", "fragments", "variables"):
        _check(what, counted[what], limits)
    measured = measure(document)
    _check("spreads", measured.spreads, limits)
    for each in fields(DocumentLimits):
        if each.name in Measures._fields:
            _check(each.name, getattr(measured, each.name), limits)
    # Nothing below is larger than `selections` now.
    _check("repeated_fields", most_repeated(document), limits)


def _check(what: str, found: int, limits: DocumentLimits) -> None:
    limit = getattr(limits, what)
    if found > limit:
        raise exceeds(what, found, limit)


def _counts(document: DocumentNode) -> dict[str, int]:
    operations = operations_of(document)
    return {
        "operations": len(operations),
        "fragments": sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions),
        "variables": max((len(each.variable_definitions or ()) for each in operations), default=0),
    }


class Measures(NamedTuple):
    """The measures of a selection set with fragments expanded. spreads: as written."""

    selections: int = 0
    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    spreads: int = 0


_NOTHING = Measures()


def measure(document: DocumentNode) -> Measures:
    """The largest of each measure among a document's operations.

    Each fragment is measured once. Fragments that spread others twice each double the numbers, so that a short document
    can stand for an endless one. A fragment that spreads itself counts as empty there: validation refuses it.
    """
    measuring = _Measuring(document)
    of_operations = [
        _plus(measuring.of(each.selection_set.selections), directives=len(each.directives or ()))
        for each in operations_of(document)
    ]
    most = Measures(*map(max, zip(*of_operations, strict=True))) if of_operations else _NOTHING
    return most._replace(spreads=measuring.spreads)


def _plus(measured: Measures, *, directives: int) -> Measures:
    return measured._replace(directives=measured.directives + directives)


class _Measuring:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = _fragments(document)
        self._measured: dict[str, Measures] = {}
        self.spreads = 0

    def of(self, nodes: Iterable[SelectionNode]) -> Measures:
        selections = depth = aliases = roots = directives = 0
        for node in nodes:
            below = self._below(node)
            is_field = isinstance(node, FieldNode)
            selections += 1 + below.selections
            depth = max(depth, below.depth + is_field)
            aliases += below.aliases + (isinstance(node, FieldNode) and node.alias is not None)
            roots += 1 if is_field else below.root_fields
            directives += below.directives + len(node.directives or ())
        return Measures(selections, depth, aliases, roots, directives)

    def _below(self, node: SelectionNode) -> Measures:
        if isinstance(node, FragmentSpreadNode):
            self.spreads += 1
            return self._of_fragment(node.name.value)
        assert isinstance(node, (FieldNode, InlineFragmentNode))
        return _NOTHING if node.selection_set is None else self.of(node.selection_set.selections)

    def _of_fragment(self, name: str) -> Measures:
        if name not in self._measured:
            self._measured[name] = _NOTHING
            if name in self._fragments:
                self._measured[name] = self.of(self._fragments[name].selection_set.selections)
        return self._measured[name]


def most_repeated(document: DocumentNode) -> int:
    """How often the most selected place of an answer is selected, among all operations.

    Validation compares all selections of one place with each other. Takes time in proportion to `selections`.
    """
    fragments = _fragments(document)
    most = 0
    places = [[each.selection_set] for each in operations_of(document)]
    while places:
        below: dict[str, list[SelectionSetNode]] = {}
        counts: dict[str, int] = {}
        for node in _flat(places.pop(), fragments, frozenset()):
            key = (node.alias or node.name).value
            counts[key] = counts.get(key, 0) + 1
            if node.selection_set is not None:
                below.setdefault(key, []).append(node.selection_set)
        most = max(most, *counts.values(), 0)
        places += below.values()
    return most


def _flat(
    selection_sets: Iterable[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode], within: frozenset[str]
) -> Iterator[FieldNode]:
    for selection_set in selection_sets:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from _flat([node.selection_set], fragments, within)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in fragments and name not in within:
                    yield from _flat([fragments[name].selection_set], fragments, within | {name})


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
