"""Storefront in a later version: the official schema with additions, and operations that use them."""

from functools import cache
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from starlette.applications import Starlette

from sandbox.execution import ExecutableSchema, Resolvers
from sandbox.faults import Faults
from sandbox.store import Store
from sandbox.storefront.app import routes
from sandbox.storefront.resolvers import RESOLVERS
from sandbox.storefront.validation_errors import as_shopify_says

GROWN_TYPES = ("Article", "Cart", "Collection", "Image", "MoneyV2", "Page", "Product", "ProductVariant", "Shop")
NEW = """
enum LaterKind { FIRST SECOND }
input LaterInput { kind: LaterKind, depth: Int = 1, words: [String!] }
interface Later { id: ID! }
type LaterThing implements Later {
  id: ID!
  kind: LaterKind!
  words(by: LaterInput): [String!]!
  product: Product
  inner(depth: Int = 1): LaterThing
}
directive @later(by: LaterInput) on QUERY | FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
extend type QueryRoot { later(by: LaterInput, first: Int): [Later!]! laterThing(kind: LaterKind): LaterThing }
extend input CartInput { later: LaterInput }
""" + "".join(
    f"extend type {name} {{ later(by: LaterInput): LaterThing laterText(kind: LaterKind): String }}\n"
    for name in GROWN_TYPES
)
ROOTS = (
    'product(handle: "latte")',
    "products(first: 3)",
    'collection(handle: "drinks")',
    "collections(first: 2)",
    "shop",
    "later(by: { kind: FIRST }, first: 2)",
    "laterThing(kind: SECOND)",
    "pages(first: 2)",
    "articles(first: 2)",
)


def _thing(depth: int = 1) -> dict[str, Any]:
    return {"__typename": "LaterThing", "id": f"gid://shopify/LaterThing/{depth}", "kind": "FIRST"}


def _words(_: Any, __: Any, by: dict[str, Any] | None = None) -> list[str]:
    return (by or {}).get("words") or ["later", "words"]


@cache
def grown_schema() -> ExecutableSchema:
    """The stand-in's schema, grown."""
    later: Resolvers = {
        "QueryRoot": {"later": lambda *_, **__: [_thing(1), _thing(2)], "laterThing": lambda *_, **__: _thing()},
        "LaterThing": {
            "words": _words,
            "product": lambda *_: None,
            "inner": lambda _, __, depth=1: _thing(depth),
        },
    }
    fields = {"later": lambda *_, **__: _thing(), "laterText": lambda *_, **__: "later"}
    grown = {name: dict(fields) for name in GROWN_TYPES}
    return ExecutableSchema("storefront", [*RESOLVERS, later, grown], as_shopify_says, NEW)


def grown_storefront(store: Store) -> Starlette:
    """The stand-in with the grown schema in every version."""
    return Starlette(routes=routes(store, Faults(), lambda _: grown_schema()))


class Operations:
    """Random operations on the grown schema, each of a seed of its own."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._schema: GraphQLSchema = grown_schema().schema

    def valid(self) -> tuple[str, dict[str, Any]]:
        """An operation that the grown schema takes and the contract does not; and its variables."""
        roots = [self._root(number, root) for number, root in enumerate(self._random.sample(ROOTS, 2))]
        fragment = f"fragment F on Product {{ title {self._new_field()} }}"
        parts = [
            *roots,
            f'named: product(handle: "latte") {{ ...F{self._random.choice(("", " @later", " @later(by: $by)"))} }}',
            "more: later(by: $by) { id ... on LaterThing { kind words(by: $by) } }",
        ]
        self._random.shuffle(parts)
        query = f"query Grown($by: LaterInput) {{ {' '.join(parts)} }} {fragment}"
        return query, {"by": {"kind": self._random.choice(["FIRST", "SECOND"]), "words": ["a", "é"]}}

    def mistaken(self) -> tuple[str, dict[str, Any]]:
        """An operation with a mistake that no version takes; and its variables."""
        query, variables = self.valid()
        if self._random.random() < 0.5:
            query, variables = 'query Q { product(handle: "latte") { id title } shop { name } }', {}
        head, brace, rest = query.partition("{")
        made: dict[str, str] = {
            "unknown field": f"{head}{brace} nonsense {rest}",
            "unknown argument": f"{head}{brace} bad: shop(nonsense: 1) {{ name }} {rest}",
            "unknown type": f'{head}{brace} bad: node(id: "1") {{ ... on Nonsense {{ id }} }} {rest}',
            "unknown directive": f"{head}{brace} bad: shop {{ name @nonsense }} {rest}",
            "unknown enum value": f"{head}{brace} bad: products(first: 1, sortKey: NO) {{ nodes {{ id }} }} {rest}",
            "undefined variable": f"{head}{brace} bad: products(first: $nonsense) {{ nodes {{ id }} }} {rest}",
            "unused fragment": f"{query} fragment Unused on Shop {{ id }}",
            "unknown fragment": f"{head}{brace} bad: shop {{ ...Nonsense }} {rest}",
            "selection on a leaf": f"{head}{brace} bad: shop {{ name {{ first }} }} {rest}",
            "no selection": f"{head}{brace} bad: shop {rest}",
            "missing argument": f"{head}{brace} bad: node {{ id }} {rest}",
            "wrong literal": f'{head}{brace} bad: products(first: "three") {{ nodes {{ id }} }} {rest}',
            "conflict": f"{head}{brace} bad: shop {{ a: id a: name }} {rest}",
            "wrong variable": "query Q($n: Int!) { products(first: $n) { nodes { id } } }",
            "too long a page": f"{head}{brace} bad: products(first: 999) {{ nodes {{ id }} }} {rest}",
        }
        kind = self._random.choice(sorted(made))
        return made[kind], {"n": "three"} if kind == "wrong variable" else variables

    def _root(self, number: int, root: str) -> str:
        name = root.partition("(")[0]
        assert self._schema.query_type is not None
        of = get_named_type(self._schema.query_type.fields[name].type)
        return f"r{number}: {root} {{ {self._selections(of, 3)} }}"

    def _selections(self, of: Any, depth: int) -> str:
        if not isinstance(of, GraphQLObjectType):
            return "__typename"
        fields = [self._field(name, field, depth) for name, field in self._chosen(of)]
        new = [self._new_field()] if of.name in GROWN_TYPES else []
        return " ".join(["__typename", *filter(None, fields), *new])

    def _chosen(self, of: GraphQLObjectType) -> list[tuple[str, GraphQLField]]:
        fields = [each for each in of.fields.items() if each[0] not in ("later", "laterText")]
        return self._random.sample(fields, min(len(fields), 4))

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        if any(is_required_argument(each) for each in field.args.values()):
            return ""
        arguments = "(first: 2)" if "first" in field.args else ""
        of = get_named_type(field.type)
        if is_leaf_type(of):
            return f"{name}{arguments}"
        return f"{name}{arguments} {{ {self._selections(of, depth - 1)} }}" if depth else ""

    def _new_field(self) -> str:
        return self._random.choice(
            [
                "laterText(kind: SECOND)",
                "later(by: { kind: FIRST, depth: 2 }) { id words inner(depth: 3) { kind } }",
                "later { ... on Later { id } __typename }",
                "laterText @later(by: { depth: 1 })",
            ]
        )
