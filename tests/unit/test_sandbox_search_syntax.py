"""Shopify's search syntax as the sandbox reads it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.storefront.search_syntax import (
    by_flag,
    by_moment,
    by_number,
    by_text,
    by_words,
    has_words,
    matcher,
    opposite,
    parse,
    plain_terms,
)


@dataclass(frozen=True)
class Thing:
    title: str
    tags: tuple[str, ...] = ()
    price: Decimal = Decimal(0)
    made: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    open: bool = True


THINGS = (
    Thing("Black tea", ("hot", "leaf tea"), Decimal("3.50"), datetime(2026, 1, 10, 8, tzinfo=UTC)),
    Thing("Iced tea", ("cold",), Decimal("4.00"), datetime(2026, 2, 10, 8, tzinfo=UTC), open=False),
    Thing("Café au lait", ("hot",), Decimal("4.50"), datetime(2026, 3, 10, 8, tzinfo=UTC)),
    Thing("Black mugs", (), Decimal("20.00"), datetime(2026, 4, 10, 8, tzinfo=UTC)),
)
FIELDS = {
    "title": by_words(lambda thing: thing.title),
    "tag": by_text(lambda thing: thing.tags),
    "tag_not": opposite(by_text(lambda thing: thing.tags)),
    "price": by_number(lambda thing: [thing.price]),
    "made": by_moment(lambda thing: thing.made),
    "open": by_flag(lambda thing: thing.open),
}


def found(query: str) -> list[str]:
    matches = matcher(query, FIELDS, lambda thing, term: has_words(thing.title, term))
    return [thing.title for thing in THINGS if matches(thing)]


ALL = [thing.title for thing in THINGS]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("tea", ["Black tea", "Iced tea"]),
        ("black tea", ["Black tea"]),
        ("tea AND black", ["Black tea"]),
        ("iced OR mug", ["Iced tea", "Black mugs"]),
        ("black NOT tea", ["Black mugs"]),
        ("-tea", ["Café au lait", "Black mugs"]),
        ("cafe", ["Café au lait"]),
        ("mug", ["Black mugs"]),
        ("bla", []),
        ("bla*", ["Black tea", "Black mugs"]),
        ('"black tea"', ["Black tea"]),
        ('"tea black"', []),
        ("tag:hot", ["Black tea", "Café au lait"]),
        ("tag:HOT", ["Black tea", "Café au lait"]),
        ("tag:ho", []),
        ("tag:ho*", ["Black tea", "Café au lait"]),
        ("tag:'leaf tea'", ["Black tea"]),
        ('tag:"leaf tea"', ["Black tea"]),
        ("tag:leaf\\ tea", ["Black tea"]),
        ("tag_not:hot", ["Iced tea", "Black mugs"]),
        ("-tag:hot", ["Iced tea", "Black mugs"]),
        ("NOT tag:hot", ["Iced tea", "Black mugs"]),
        ("tag:*", ["Black tea", "Iced tea", "Café au lait"]),
        ("-tag:*", ["Black mugs"]),
        ("tag:(cold OR leaf*)", ["Black tea", "Iced tea"]),
        ("title:lait", ["Café au lait"]),
        ("price:4", ["Iced tea"]),
        ("price:>4", ["Café au lait", "Black mugs"]),
        ("price:>=4.00", ["Iced tea", "Café au lait", "Black mugs"]),
        ("price:<4", ["Black tea"]),
        ("price:<=4", ["Black tea", "Iced tea"]),
        ("price:>3.5 price:<20", ["Iced tea", "Café au lait"]),
        ("price:cheap", []),
        ("price:>nan", []),
        ("made:>2026-02-10", ["Iced tea", "Café au lait", "Black mugs"]),
        ("made:>'2026-02-10T08:00:00Z'", ["Café au lait", "Black mugs"]),
        ("made:>='2026-02-10T09:00:00+01:00'", ["Iced tea", "Café au lait", "Black mugs"]),
        ("made:2026-03-10", ["Café au lait"]),
        ("made:<2026-01-10T09:00:00Z", ["Black tea"]),
        ("made:sometime", []),
        ("open:true", ["Black tea", "Café au lait", "Black mugs"]),
        ("open:false", ["Iced tea"]),
        ("(black OR iced) AND tea", ["Black tea", "Iced tea"]),
        ("black OR iced tag:cold", ["Black tea", "Iced tea", "Black mugs"]),
        ("NOT (tea OR mug)", ["Café au lait"]),
    ],
)
def test_a_query_finds(query: str, expected: list[str]) -> None:
    assert found(query) == expected


@pytest.mark.parametrize("query", ["colour:red", "NOT colour:red", "(colour:red)", "colour:red OR shape:round"])
def test_a_query_of_unknown_fields_alone_finds_everything(query: str) -> None:
    assert found(query) == ALL


@pytest.mark.parametrize("query", ["colour:red tag:cold", "tag:cold OR colour:red", "tag:cold -colour:red"])
def test_an_unknown_field_leaves_the_rest_of_a_query_as_it_is(query: str) -> None:
    assert found(query) == ["Iced tea"]


def test_plain_terms_are_those_that_are_wanted() -> None:
    assert [term.value for term in plain_terms('tea -iced tag:hot (mug OR "big cup")')] == ["tea", "mug", "big cup"]


@settings(deadline=None)
@given(st.text(alphabet="ab \"'()-:*\\<>=ANDORT.", max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    parse(text)
    found(text)


@pytest.mark.parametrize("text", ["(" * 5000 + "tea", "-" * 5000 + "tea", "NOT " * 5000 + "tea", "tag:(" * 5000])
def test_a_query_may_be_nested_absurdly(text: str) -> None:
    found(text)
