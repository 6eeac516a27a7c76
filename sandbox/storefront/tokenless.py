"""What Shopify refuses to callers without a token: some fields, and operations above a complexity.

Source: shopify.dev, Storefront API, tokenless access. Shopify does not document how it counts complexity. Here an
object costs one point, and a page as many as its size.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MAX_COMPLEXITY = 1_000
_ANYWHERE = frozenset({"metafield", "metafields"})
_FIELDS = frozenset(
    {
        ("CartBuyerIdentity", "customer"),
        ("Product", "totalInventory"),
        ("ProductVariant", "quantityAvailable"),
        ("QueryRoot", "customer"),
        ("QueryRoot", "menu"),
        ("QueryRoot", "metaobject"),
        ("QueryRoot", "metaobjects"),
        ("QueryRoot", "productTags"),
        ("StoreAvailability", "quantityAvailable"),
    }
)
_TYPES = ("Customer", "Metaobject", "Order", "ShopPayInstallments")


def refuse_without_token(resolve: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
    """Execution middleware for a caller without a token: fields that need a token become errors."""
    if needs_token(info.parent_type.name, info.field_name):
        extensions = {"code": "ACCESS_DENIED", "documentation": "https://shopify.dev/api/usage/access-scopes"}
        raise GraphQLError(f"Access denied for {info.field_name} field.", extensions=extensions)
    return resolve(source, info, **given)


def needs_token(owner: str, field: str) -> bool:
    """Whether a field requires a token."""
    if field.startswith("__"):
        return False
    is_customers = owner == "Mutation" and field.startswith("customer")
    return field in _ANYWHERE or (owner, field) in _FIELDS or owner.startswith(_TYPES) or is_customers


def complexity(document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any]) -> int:
    """The maximum cost of an operation; 0 when several operations were sent without a name."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    named = [each for each in operations if each.name is not None and each.name.value == operation_name]
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    chosen = named or operations
    return _Costs(fragments, variables).of(chosen[0].selection_set) if len(chosen) == 1 else 0


class _Costs:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables
        self._of_fragments: dict[str, int] = {}

    def of(self, selection_set: SelectionSetNode) -> int:
        return sum(self._of_selection(node) for node in selection_set.selections)

    def _of_selection(self, node: Any) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set)
        assert isinstance(node, FieldNode)
        if node.selection_set is None:
            return 0
        return 1 + self._page_size(node) * self.of(node.selection_set)

    def _of_fragment(self, name: str) -> int:
        if name not in self._of_fragments:
            self._of_fragments[name] = 0
            self._of_fragments[name] = self.of(self._fragments[name].selection_set)
        return self._of_fragments[name]

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                size = self._variables.get(value.name.value, 1) if isinstance(value, VariableNode) else 1
                size = int(value.value) if isinstance(value, IntValueNode) else size
                return max(size, 1) if isinstance(size, int) else 1
        return 1
