"""Selects every field of every type below a root field, and records which fields ever had a value."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


class _Place:
    """A spot in the document where objects of `kind` are asked for; empty until it is opened.

    `maybe`: only one of the kinds that can stand there, so perhaps never found.
    """

    def __init__(self, kind: Composite, level: int, maybe: bool = False) -> None:
        self.kind, self.level, self.maybe = kind, level, maybe
        self.fields: list[str] = []
        self.inner: list[tuple[str, _Place]] = []

    def text(self) -> str:
        parts = ["__typename", *self.fields, *(f"{head} {place.text()}" for head, place in self.inner)]
        return "{ " + " ".join(parts) + " }"


class Walk:
    """Makes selections and reads answers.

    `arguments` gives what stands in the brackets of a field, by "Type.field" or by the name of an argument.
    """

    def __init__(self, schema: GraphQLSchema, arguments: Mapping[str, str]) -> None:
        self._schema = schema
        self._arguments = arguments
        self.filled: set[tuple[str, str]] = set()
        self.reached: set[str] = set()

    def selection(self, root: GraphQLField, levels: int, times: int = 1) -> str:
        """What lies below a root field, so many levels of objects deep.

        A type is opened where it is met first, breadth first: `times` for certain, and once as one of several.
        """
        named = get_named_type(root.type)
        if is_leaf_type(named):
            return ""
        assert isinstance(named, Composite)
        top = _Place(named, 1)
        opened: Counter[tuple[str, bool]] = Counter()
        waiting = deque([top])
        while waiting:
            place = waiting.popleft()
            if isinstance(place.kind, GraphQLObjectType):
                if place.level <= levels and opened[place.kind.name, place.maybe] < (1 if place.maybe else times):
                    opened[place.kind.name, place.maybe] += 1
                    waiting += self._open(place, place.kind)
                continue
            for member in self._schema.get_possible_types(place.kind):
                part = _Place(member, place.level, maybe=True)
                place.inner.append((f"... on {member.name}", part))
                waiting.append(part)
        return top.text()

    def _open(self, place: _Place, kind: GraphQLObjectType) -> list["_Place"]:
        deeper = []
        for name, field in kind.fields.items():
            head = f"{kind.name}_{name}: {name}{self._brackets(kind, name, field)}"
            named = get_named_type(field.type)
            if is_leaf_type(named):
                place.fields.append(head)
            else:
                assert isinstance(named, Composite)
                part = _Place(named, place.level + 1)
                place.inner.append((head, part))
                deeper.append(part)
        return deeper

    def _brackets(self, kind: GraphQLObjectType, name: str, field: GraphQLField) -> str:
        own = self._arguments.get(f"{kind.name}.{name}")
        if own is not None:
            return own and f"({own})"
        if "first" in field.args:
            return "(first: 10)"
        needed = [
            each for each, a in field.args.items() if isinstance(a.type, GraphQLNonNull) and a.default_value is None
        ]
        given = [f"{each}: {self._arguments[each]}" for each in field.args if each in self._arguments]
        assert all(each in self._arguments for each in needed), f"{kind.name}.{name} needs {needed}"
        return f"({', '.join(given)})" if given else ""

    def note(self, answer: Any) -> None:
        """Takes in an answer to a document of this walk."""
        if isinstance(answer, list):
            for item in answer:
                self.note(item)
        elif isinstance(answer, dict):
            kind = answer.get("__typename")
            if kind is not None:
                self.reached.add(kind)
            for key, value in answer.items():
                if value is not None and "_" in key.strip("_"):
                    owner, _, name = key.partition("_")
                    self.filled.add((owner, name))
                self.note(value)


def nullable(kind: GraphQLOutputType) -> bool:
    return not isinstance(kind, GraphQLNonNull)


def first_value(answer: Any, key: str) -> Any:
    """The first value under `key` anywhere in an answer that is not null."""
    if isinstance(answer, dict):
        if answer.get(key) is not None:
            return answer[key]
        inner = list(answer.values())
    else:
        inner = answer if isinstance(answer, list) else []
    return next((value for each in inner if (value := first_value(each, key)) is not None), None)
