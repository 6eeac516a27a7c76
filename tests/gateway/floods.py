"""Operations that are expensive on purpose: each kind of flood, at any size."""

import json
from collections.abc import Callable
from typing import Any

Request = dict[str, Any]
LINE = "products(first: 5) { nodes { id title kind } }"


def _query(text: str, **more: Any) -> Request:
    return {"query": text, **more}


def _times(piece: Callable[[int], str], size: int) -> str:
    """Numbered copies of a piece, about `size` bytes in total."""
    pieces: list[str] = []
    length = 0
    while length < size:
        pieces.append(piece(len(pieces)))
        length += len(pieces[-1]) + 1
    return " ".join(pieces)


def _chain(size: int) -> str:
    """Fragments that each spread the next one twice: exponential when expanded."""
    count = max(2, size // 45)
    parts = [f"fragment F{n} on Product {{ ...F{n + 1} ...F{n + 1} }}" for n in range(count)]
    return "{ products(first: 1) { nodes { ...F0 } } } " + " ".join(parts) + f" fragment F{count} on Product {{ id }}"


def _fan(size: int) -> str:
    """Fragments that each spread all following ones."""
    count = max(2, min(240, int((size / 6) ** 0.5)))
    parts = [
        f"fragment F{n} on Product {{ id {' '.join(f'...F{m}' for m in range(n + 1, count))} }}" for n in range(count)
    ]
    return "{ products(first: 1) { nodes { ...F0 } } } " + " ".join(parts)


def _circle(size: int) -> str:
    count = max(2, size // 40)
    parts = [f"fragment F{n} on Product {{ ...F{(n + 1) % count} }}" for n in range(count)]
    return "{ products(first: 1) { nodes { ...F0 } } } " + " ".join(parts)


def _merged(size: int) -> str:
    """Selections at one place, which validation compares in pairs."""
    lines = _times(lambda n: "... on Product { title handle id tags }", size)
    return f"{{ products(first: 1) {{ nodes {{ {lines} }} }} }}"


def _conditions(size: int) -> str:
    names = range(max(1, min(240, size // 60)))
    declared = ", ".join(f"$v{n}: Boolean = true" for n in names)
    fields = _times(lambda n: f"a{n}: title @include(if: $v{n % len(names)})", size)
    return f"query({declared}) {{ products(first: 3) {{ nodes {{ kind {fields} }} }} }}"


def _lists(size: int) -> str:
    """Nested lists with a gateway field inside."""
    inner = "id kind variants(first: 250) { nodes { id inventory { availability } printful { size } } }"
    for _ in range(max(1, min(30, size // 3_000))):
        inner = f"id collections(first: 250) {{ nodes {{ products(first: 250) {{ nodes {{ {inner} }} }} }} }}"
    return f"{{ products(first: 250) {{ nodes {{ {inner} }} }} }}"


FLOODS: dict[str, Callable[[int], Request]] = {
    "tokens": lambda size: _query("{ " + _times(lambda _: "shop{name}", size) + " }"),
    "aliases": lambda size: _query("{ " + _times(lambda n: f"a{n}: shop {{ name }}", size) + " }"),
    "aliases of joins": lambda size: _query("{ " + _times(lambda n: f"a{n}: {LINE}", size) + " }"),
    "aliases of one field": lambda size: _query(
        "{ products(first: 2) { nodes { " + _times(lambda n: f"a{n}: kind", size) + " } } }"
    ),
    "depth": lambda size: _query("{ products(first: 1) { nodes " + "{ variants(first: 1) { nodes " * (size // 30)),
    "levels": lambda size: _query(
        "{ products(first: 1) { nodes { "
        + "collections(first: 1) { nodes { products(first: 1) { nodes { " * (size // 70)
        + "id"
        + " } } } }" * (size // 70)
        + " } } }"
    ),
    "inline fragments": lambda size: _query("{" + "... {" * (size // 6) + "__typename" + "}" * (size // 6 + 1)),
    "doubled fragments": lambda size: _query(_chain(size)),
    "fanned fragments": lambda size: _query(_fan(size)),
    "fragments in a circle": lambda size: _query(_circle(size)),
    "unused fragments": lambda size: _query(
        "{ shop { name } } " + _times(lambda n: f"fragment F{n} on Product {{ id }}", size)
    ),
    "unknown fragments": lambda size: _query("{ " + _times(lambda n: f"...F{n}", size) + " }"),
    "selections to merge": lambda size: _query(_merged(size)),
    "conflicts": lambda size: _query(
        "{ products(first: 1) { nodes { " + _times(lambda n: f"x: {('title', 'handle', 'id')[n % 3]}", size) + " } } }"
    ),
    "unknown fields": lambda size: _query("{ " + _times(lambda n: f"shpo{n}", size) + " }"),
    "unknown fields of objects": lambda size: _query(
        "{ products(first: 1) { nodes { " + _times(lambda n: f"titel{n}", size) + " } } }"
    ),
    "unknown arguments": lambda size: _query(
        "{ products(" + _times(lambda n: f"first{n}: 1", size) + ") { nodes { id } } }"
    ),
    "repeated arguments": lambda size: _query(
        "{ products(" + _times(lambda _: "first: 1", size) + ") { nodes { id } } }"
    ),
    "directives": lambda size: _query("{ shop { name " + "@include(if: true) " * (size // 20) + "} }"),
    "unknown directives": lambda size: _query("{ shop { name " + _times(lambda n: f"@d{n}", size) + "} }"),
    "conditions": lambda size: _query(_conditions(size)),
    "operations": lambda size: _query(_times(lambda n: f"query Q{n} {{ shop {{ name }} }}", size), operationName="Q0"),
    "operations of one name": lambda size: _query(_times(lambda _: "query Q { shop { name } }", size)),
    "variables": lambda size: _query(
        "query(" + _times(lambda n: f"$v{n}: Int = {n}", size) + ") { products(first: $v0) { nodes { id } } }"
    ),
    "types in types": lambda size: _query(
        "query($v: " + "[" * (size // 2) + "Int" + "]" * (size // 2) + ") { shop { name } }"
    ),
    "a list of numbers": lambda size: _query("{ nodes(ids: [" + _times(str, size) + "]) { id } }"),
    "lists in a value": lambda size: _query("{ nodes(ids: " + "[" * (size // 2) + "]" * (size // 2) + ") { id } }"),
    "objects in a value": lambda size: _query(
        "mutation { cartCreate(input: " + "{ a: " * (size // 6) + "1" + "}" * (size // 6) + ") { cart { id } } }"
    ),
    "a long name": lambda size: _query("{ " + "x" * size + " }"),
    "a long text": lambda size: _query('{ products(first: 1, query: "' + "x" * size + '") { nodes { id kind } } }'),
    "a block of text": lambda size: _query(
        '{ products(first: 1, query: """' + "\n  x" * (size // 4) + '""") { nodes { id kind } } }'
    ),
    "escapes": lambda size: _query('{ products(first: 1, query: "' + "\\u0041" * (size // 6) + '") { nodes { id } } }'),
    "comments": lambda size: _query("{ shop { name } }" + "\n# x" * (size // 4)),
    "commas": lambda size: _query("{ shop { name } }" + "," * size),
    "digits": lambda size: _query("{ products(first: " + "9" * size + ") { nodes { id kind } } }"),
    "lists in lists": lambda size: _query(_lists(size)),
    "a list of inputs": lambda size: _query(
        "mutation($l: [CartLineInput!]) { cartCreate(input: { lines: $l }) { cart { id } } }",
        variables={"l": [{"merchandiseId": "x", "wrong": n} for n in range(size // 40)]},
    ),
    "a list of ids": lambda size: _query(
        "query($i: [ID!]!) { nodes(ids: $i) { id ... on ProductVariant { inventory { availability } } } }",
        variables={"i": [f"gid://shopify/ProductVariant/{n}" for n in range(size // 40)]},
    ),
    "variables in variables": lambda size: _query(
        "query($v: Int) { products(first: $v) { nodes { id } } }",
        variables={"v": json.loads("[" * min(120, size // 2) + "]" * min(120, size // 2))},
    ),
    "many variables": lambda size: _query("{ shop { name } }", variables={f"v{n}": n for n in range(size // 12)}),
    "introspection": lambda size: _query(
        "{ " + _times(lambda n: f"a{n}: __schema {{ types {{ fields {{ type {{ name }} }} }} }}", size) + " }"
    ),
    "types by name": lambda size: _query(
        "{ " + _times(lambda n: f'a{n}: __type(name: "Product") {{ fields {{ name }} }}', size) + " }"
    ),
}
