"""How a forwarded query's answers are cached: for how long, and under which tags. Computed once per plan.

An allow-list: a query is cached only if every root field has a policy here. Its selections make it stricter (stock),
and says which tags the answer carries beside the global ids in it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    ValueNode,
    get_named_type,
    is_abstract_type,
    parse,
    print_ast,
    strip_ignored_characters,
    value_from_ast_untyped,
)

from clients.cache import tags
from clients.cache.policies import Policies, Policy, strictest
from clients.cache.tags import ListKind, ObjectType, Tag
from schema.execution.selections import Selections


def _catalog(policies: Policies) -> Policy:
    return policies.catalog


def _content(policies: Policies) -> Policy:
    return policies.content


ROOT_POLICIES: Mapping[str, Callable[[Policies], Policy]] = {
    "article": _content,
    "articles": _content,
    "blog": _content,
    "blogByHandle": _content,
    "blogs": _content,
    "collection": _catalog,
    "collectionByHandle": _catalog,
    "collections": _catalog,
    "localization": _content,
    "locations": _content,
    "menu": _content,
    "metaobject": _content,
    "metaobjects": _content,
    "node": _catalog,
    "nodes": _catalog,
    "page": _content,
    "pageByHandle": _content,
    "pages": _content,
    "paymentSettings": _content,
    "predictiveSearch": _catalog,
    "product": _catalog,
    "productByHandle": _catalog,
    "productRecommendations": _catalog,
    "products": _catalog,
    "productTags": _catalog,
    "productTypes": _catalog,
    "publicApiVersions": _content,
    "search": _catalog,
    "shop": _content,
    "sitemap": _content,
    "urlRedirects": _content,
}
"""Root fields whose answers are cacheable. `cart` and `customer` are private, so they are not listed."""

STOCK_FIELDS = frozenset(
    {
        ("Product", "adjacentVariants"),
        ("Product", "availableForSale"),
        ("Product", "encodedVariantAvailability"),
        ("Product", "selectedOrFirstAvailableVariant"),
        ("Product", "totalInventory"),
        ("ProductOptionValue", "firstSelectableVariant"),
        ("ProductVariant", "availableForSale"),
        ("ProductVariant", "currentlyNotInStock"),
        ("ProductVariant", "quantityAvailable"),
        ("ProductVariant", "storeAvailability"),
        ("ShopPayInstallmentsProductVariantPricing", "available"),
    }
)
"""Fields that a sale changes."""

_STOCK_ARGUMENTS = frozenset({"filters", "productFilters", "unavailableProducts"})
_STOCK_WORDS = (b"available", b"inventory")

LISTS: Mapping[str, ListKind] = {
    "articles": ListKind.ARTICLES,
    "blogs": ListKind.BLOGS,
    "collections": ListKind.COLLECTIONS,
    "locations": ListKind.LOCATIONS,
    "metaobjects": ListKind.METAOBJECTS,
    "pages": ListKind.PAGES,
    "predictiveSearch": ListKind.SEARCH,
    "productRecommendations": ListKind.RECOMMENDATIONS,
    "products": ListKind.PRODUCTS,
    "productTags": ListKind.PRODUCT_TAGS,
    "productTypes": ListKind.PRODUCT_TYPES,
    "search": ListKind.SEARCH,
    "sitemap": ListKind.SITEMAP,
    "urlRedirects": ListKind.REDIRECTS,
}
"""Fields that are lists of the shop's things, at any depth."""

_TAGGED_TYPES = {str(kind) for kind in ObjectType}
# What anybody may see under an id; a cart's, an order's or a customer's answer belongs to one buyer.
_PUBLIC_IDS = _TAGGED_TYPES - {"Order"} | {"MediaImage", "ShopPolicy", "Video"}
_HANDLED = {
    "blog": ObjectType.BLOG,
    "blogByHandle": ObjectType.BLOG,
    "collection": ObjectType.COLLECTION,
    "collectionByHandle": ObjectType.COLLECTION,
    "menu": ObjectType.MENU,
    "page": ObjectType.PAGE,
    "pageByHandle": ObjectType.PAGE,
    "product": ObjectType.PRODUCT,
    "productByHandle": ObjectType.PRODUCT,
    "productRecommendations": ObjectType.PRODUCT,
}


@dataclass(frozen=True, slots=True)
class Cacheability:
    """How a query's answers are cached.

    key: the query without insignificant characters. roots: its root fields with their arguments. defaults: the values
    of variables that are not given. tags: those of each of its answers, whatever the variables. stock: it selects a
    field that a sale changes.
    """

    key: str
    roots: tuple[FieldNode, ...]
    defaults: Mapping[str, Any]
    tags: frozenset[Tag]
    stock: bool

    def policy(self, policies: Policies, variables: Mapping[str, Any], variables_json: bytes) -> Policy | None:
        """The policy for these variables; None when an id among them is private."""
        if not all(_is_public(each) for each in self._ids(variables)):
            return None
        parts = [ROOT_POLICIES[root.name.value](policies) for root in self.roots]
        if self.stock or any(word in variables_json for word in _STOCK_WORDS):
            parts.append(policies.stock)
        return strictest(*parts)

    def tags_of(self, data: bytes, variables: Mapping[str, Any]) -> frozenset[Tag]:
        """The tags of an answer: ids in it, requested ids and handles, lists, and types that come without ids."""
        asked = {tags.of_id(each) for each in self._ids(variables)}
        return self.tags | tags.of_json(data) | asked | set(self._handles(variables))

    def _ids(self, variables: Mapping[str, Any]) -> Iterator[str]:
        for root in self.roots:
            for name, value in self._arguments(root, variables):
                if name in ("id", "ids", "productId"):
                    # GraphQL takes one value for a list of it.
                    yield from (each for each in (value if isinstance(value, list) else [value]) if each is not None)

    def _handles(self, variables: Mapping[str, Any]) -> Iterator[Tag]:
        for root in self.roots:
            for name, value in self._arguments(root, variables):
                kind = _HANDLED.get(root.name.value)
                if kind is not None and name in ("handle", "productHandle") and isinstance(value, str):
                    yield tags.of_handle(kind, value)
                elif root.name.value == "metaobject" and name == "handle" and isinstance(value, dict):
                    yield tags.of_handle(ObjectType.METAOBJECT, f"{value.get('type')}/{value.get('handle')}")

    def _arguments(self, root: FieldNode, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        given = {**self.defaults, **variables}
        for argument in root.arguments or ():
            value = value_from_ast_untyped(argument.value, given)
            if value is not Undefined:
                yield argument.name.value, value


def _is_public(global_id: Any) -> bool:
    try:
        return tags.type_of(tags.of_id(global_id)) in _PUBLIC_IDS
    except (TypeError, ValueError):
        return False


def cacheability(schema: GraphQLSchema, text: str) -> Cacheability | None:
    """How answers to a forwarded operation are cached; None when they are not cacheable."""
    document = parse(text, no_location=True)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    if operation.operation is not OperationType.QUERY or _has_buyer(operation):
        return None
    found = _Selected(schema, document)
    root = schema.query_type
    assert root is not None
    found.look(operation.selection_set, root)
    # Without what is selected below them, which takes most of the memory.
    roots = tuple(FieldNode(name=node.name, arguments=node.arguments) for node in found.roots)
    if not roots or any(node.name.value not in ROOT_POLICIES for node in roots):
        return None
    return Cacheability(
        key=strip_ignored_characters(text),
        roots=roots,
        defaults={
            node.variable.name.value: value_from_ast_untyped(node.default_value)
            for node in operation.variable_definitions or ()
            if node.default_value is not None
        },
        tags=frozenset(found.tags),
        stock=found.stock or any(_tells_stock(node.default_value) for node in operation.variable_definitions or ()),
    )


def _is_about_stock(argument: ArgumentNode) -> bool:
    return argument.name.value in _STOCK_ARGUMENTS or _tells_stock(argument.value)


def _tells_stock(value: ValueNode | None) -> bool:
    """Whether a search or a filter in an argument's value is about stock."""
    return value is not None and any(word in print_ast(value).encode() for word in _STOCK_WORDS)


def _has_buyer(operation: OperationDefinitionNode) -> bool:
    return any(
        directive.name.value == "inContext" and argument.name.value in ("buyer", "visitorConsent")
        for directive in operation.directives or ()
        for argument in directive.arguments or ()
    )


class _Selected:
    """What a query selects, as far as it matters for caching its answers."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._selections = Selections(schema, document)
        self._looked_at: set[str] = set()
        self.roots: list[FieldNode] = []
        self.tags: set[Tag] = set()
        self.stock = False

    def look(self, selection_set: SelectionSetNode, parent: GraphQLNamedType) -> None:
        for node, of in self._fields(selection_set, parent):
            self._field(node, of)

    def _fields(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        # A fragment's fields mean the same wherever it is spread: once is enough, but at the root each counts.
        seen = None if parent is self._schema.query_type else self._looked_at
        return self._selections.fields(selection_set, parent, seen)

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> None:
        name = node.name.value
        if name.startswith("__"):
            return
        if parent is self._schema.query_type:
            self.roots.append(node)
        definition: GraphQLField = parent.fields[name]  # type: ignore[attr-defined]
        named: GraphQLNamedType = get_named_type(definition.type)
        self.stock = (
            self.stock or (parent.name, name) in STOCK_FIELDS or any(map(_is_about_stock, node.arguments or ()))
        )
        if name in LISTS:
            self.tags.add(tags.of_list(LISTS[name]))
        if node.selection_set is None:
            return
        for kind in self._tagged(named):
            if not self._has_id(node.selection_set, self._schema.type_map[kind]):
                self.tags.add(tags.of_type(ObjectType(kind)))
        self.look(node.selection_set, named)

    def _tagged(self, named: GraphQLNamedType) -> set[str]:
        """The types of a field's possible objects whose changes webhooks report."""
        if is_abstract_type(named):
            return {each.name for each in self._schema.get_possible_types(named)} & _TAGGED_TYPES
        return {named.name} & _TAGGED_TYPES

    def _has_id(self, selection_set: SelectionSetNode, of: GraphQLNamedType) -> bool:
        """Whether objects of a type always come with their id: selected without any condition."""
        for node in selection_set.selections:
            if node.directives:
                continue
            if isinstance(node, FieldNode):
                if node.name.value == "id":
                    return True
                continue
            condition, inner = self._selections.inside(node)
            if (condition is None or self._selections.applies(condition, of)) and self._has_id(inner, of):
                return True
        return False
