"""Shopify's search syntax: fields, comparators, quotes, AND, OR, NOT, parentheses and prefixes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.storefront.text import folded, words


@dataclass(frozen=True, slots=True)
class Term:
    """One search term. `field` is None for plain words; `comparator` is "", ">", ">=", "<" or "<="."""

    field: str | None
    comparator: str
    value: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Node", ...]


Node = Term | Not | All | AnyOf
Predicate = Callable[[Any, Term], bool]
"""(record, term) -> whether the term holds for the record."""

# The maximum nesting of brackets and negations; anything deeper is ignored.
DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<minus>-)(?=[^\s)])
    | (?P<word>AND|OR|NOT)(?=[\s()]|$)
    | (?P<scope>[A-Za-z_][\w.]*):(?=\()
    | (?:(?P<field>[A-Za-z_][\w.]*):(?P<comparator>>=|<=|>|<|)\s*)?
      (?: "(?P<double>(?:\\.|[^"\\])*)" | '(?P<single>(?:\\.|[^'\\])*)' | (?P<bare>(?:\\.|[^\s()])+) )
    )""",
    re.VERBOSE,
)


def parse(text: str) -> Node | None:
    """The syntax tree of a query; None for an empty one. Never fails: unmatched brackets are ignored."""
    return _Reader(list(_TOKEN.finditer(text))).read()


class _Reader:
    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def read(self) -> Node | None:
        parts = []
        while self._at < len(self._tokens):
            parts.append(self._any_of(None))
            if self._next("close"):
                self._at += 1
        return _joined(All, parts)

    def _next(self, kind: str, word: str | None = None) -> bool:
        if self._at >= len(self._tokens):
            return False
        found = self._tokens[self._at].group(kind)
        return found is not None and (word is None or found == word)

    def _any_of(self, scope: str | None) -> Node | None:
        parts = [self._all(scope)]
        while self._next("word", "OR"):
            self._at += 1
            parts.append(self._all(scope))
        return _joined(AnyOf, parts)

    def _all(self, scope: str | None) -> Node | None:
        parts = []
        while self._at < len(self._tokens) and not self._next("close") and not self._next("word", "OR"):
            if self._next("word", "AND"):
                self._at += 1
            else:
                parts.append(self._one(scope))
        return _joined(All, parts)

    def _one(self, scope: str | None) -> Node | None:
        token = self._tokens[self._at]
        self._at += 1
        if self._depth == DEEPEST:
            return None
        self._depth += 1
        try:
            return self._read(token, scope)
        finally:
            self._depth -= 1

    def _read(self, token: re.Match[str], scope: str | None) -> Node | None:
        if token["minus"] or token["word"] == "NOT":
            if self._at >= len(self._tokens) or self._next("close"):
                return None
            part = self._one(scope)
            return None if part is None else Not(part)
        if token["scope"]:
            self._at += 1
            return self._bracket(token["scope"])
        if token["open"]:
            return self._bracket(scope)
        return _term(token, scope)

    def _bracket(self, scope: str | None) -> Node | None:
        inside = self._any_of(scope)
        if self._next("close"):
            self._at += 1
        return inside


def _joined(kind: type[All] | type[AnyOf], parts: Iterable[Node | None]) -> Node | None:
    present = tuple(part for part in parts if part is not None)
    if len(present) < 2:
        return present[0] if present else None
    return kind(present)


def _term(token: re.Match[str], scope: str | None) -> Term:
    quoted = token["double"] if token["double"] is not None else token["single"]
    raw = token["bare"] if quoted is None else quoted
    prefix = quoted is None and len(raw) > 1 and raw.endswith("*") and not raw.endswith("\\*")
    value = re.sub(r"\\(.)", r"\1", raw[:-1] if prefix else raw)
    return Term(token["field"] or scope, token["comparator"] or "", value, prefix)


def matcher(text: str, fields: Mapping[str, Predicate], plain: Predicate) -> Callable[[Any], bool]:
    """A predicate for records that match `text`. Terms on fields that are not in `fields` are ignored."""
    node = _known(parse(text), fields)
    if node is None:
        return lambda record: True
    asked = node
    return lambda record: _holds(asked, record, fields, plain)


def _known(node: Node | None, fields: Mapping[str, Predicate]) -> Node | None:
    match node:
        case Term(field=field):
            return node if field is None or field in fields else None
        case Not(part=part):
            known = _known(part, fields)
            return None if known is None else Not(known)
        case All(parts=parts):
            return _joined(All, (_known(part, fields) for part in parts))
        case AnyOf(parts=parts):
            return _joined(AnyOf, (_known(part, fields) for part in parts))
        case None:
            return None


def _holds(node: Node, record: Any, fields: Mapping[str, Predicate], plain: Predicate) -> bool:
    match node:
        case Term(field=field):
            return plain(record, node) if field is None else fields[field](record, node)
        case Not(part=part):
            return not _holds(part, record, fields, plain)
        case All(parts=parts):
            return all(_holds(part, record, fields, plain) for part in parts)
        case AnyOf(parts=parts):
            return any(_holds(part, record, fields, plain) for part in parts)


def plain_terms(text: str) -> list[Term]:
    """The plain words of a query in order, without negated ones."""
    return list(_plain(parse(text)))


def _plain(node: Node | None) -> Iterable[Term]:
    match node:
        case Term(field=None):
            yield node
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _plain(part)


def has_words(text: str, term: Term) -> bool:
    """Whether `text` contains the term's words in that order. The last word of a prefix term may be incomplete."""
    expected, present = words(term.value), words(text)
    if not expected:
        return False
    return any(_same(present[i : i + len(expected)], expected, term.prefix) for i in range(len(present)))


def _same(present: list[str], expected: list[str], prefix: bool) -> bool:
    if len(present) < len(expected):
        return False
    last_fits = present[-1].startswith(expected[-1]) if prefix else _singular(present[-1]) == _singular(expected[-1])
    return last_fits and present[:-1] == expected[:-1]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def by_words(read: Callable[[Any], str]) -> Predicate:
    """Matches a prose field that contains the words. `*` matches any text."""
    return lambda record, term: bool(read(record)) if _is_any(term) else has_words(read(record), term)


def by_text(read: Callable[[Any], Iterable[str]]) -> Predicate:
    """Matches a field of names: one name equals the value, or begins with it for a prefix term."""

    def predicate(record: Any, term: Term) -> bool:
        expected, present = folded(term.value), [folded(text) for text in read(record)]
        if _is_any(term):
            return any(present)
        return any(text.startswith(expected) if term.prefix else text == expected for text in present)

    return predicate


def by_moment(read: Callable[[Any], datetime]) -> Predicate:
    """Matches a time. A date without a comparator matches the whole day, else its first moment counts."""

    def predicate(record: Any, term: Term) -> bool:
        try:
            expected = datetime.fromisoformat(term.value)
        except ValueError:
            return _is_any(term)
        expected = expected if expected.tzinfo else expected.replace(tzinfo=UTC)
        moment = read(record)
        if not term.comparator and len(term.value) <= len("2026-01-01"):
            return moment.astimezone(UTC).date() == expected.date()
        return _compared(moment, term.comparator, expected)

    return predicate


def by_number(read: Callable[[Any], Iterable[Decimal]]) -> Predicate:
    """Matches if one of the numbers matches."""

    def predicate(record: Any, term: Term) -> bool:
        try:
            expected = Decimal(term.value)
        except InvalidOperation:
            return _is_any(term)
        return expected.is_finite() and any(_compared(number, term.comparator, expected) for number in read(record))

    return predicate


def by_flag(read: Callable[[Any], bool]) -> Predicate:
    return lambda record, term: term.value.lower() in (("true", "1") if read(record) else ("false", "0"))


def opposite(predicate: Predicate) -> Predicate:
    return lambda record, term: not predicate(record, term)


def _is_any(term: Term) -> bool:
    return term.value == "*" and not term.comparator


def _compared(present: Any, comparator: str, expected: Any) -> bool:
    match comparator:
        case ">":
            return bool(present > expected)
        case ">=":
            return bool(present >= expected)
        case "<":
            return bool(present < expected)
        case "<=":
            return bool(present <= expected)
    return bool(present == expected)
