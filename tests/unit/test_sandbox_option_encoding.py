"""The compact text of option combinations says exactly which ones there are."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product as combined

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.records import OptionValue, Product, ProductOption, ProductVariant
from sandbox.storefront.option_encoding import encoded

THEN = datetime(2026, 1, 1, tzinfo=UTC)
Row = tuple[int, ...]


def product_of(sizes: list[int], rows: list[Row]) -> Product:
    """A product with that many values per option, and a variant for each row of value positions."""
    made = Product(1, "p", "P", "", "V", "T", [], THEN, THEN, THEN)
    made.options = [
        ProductOption(i, f"o{i}", [OptionValue(i * 100 + j, f"v{j}") for j in range(size)])
        for i, size in enumerate(sizes)
    ]
    made.variants = [
        ProductVariant(n, made, "", None, Decimal(1), {f"o{i}": f"v{j}" for i, j in enumerate(row)}, n, n)
        for n, row in enumerate(rows, start=1)
    ]
    return made


def decoded(text: str) -> list[Row]:
    """The rows of a text, read the long way: every level as `value:branch,` and the last as spans."""
    body = text.removeprefix("v1_")
    rows, rest = _level(body)
    assert rest in ("", ","), text
    return rows


def _level(text: str) -> tuple[list[Row], str]:
    rows: list[Row] = []
    while text and text[0].isdigit():
        digits = len(text) - len(text.lstrip("0123456789"))
        value, text = int(text[:digits]), text[digits:]
        if text.startswith(":"):
            below, text = _level(text[1:])
            rows += [(value, *row) for row in below]
            text = text.removeprefix(",")
        elif text.startswith("-"):
            text = text[1:]
            digits = len(text) - len(text.lstrip("0123456789"))
            rows += [(i,) for i in range(value, int(text[:digits]) + 1)]
            text = text[digits:].removeprefix(" ")
        else:
            rows.append((value,))
            text = text.removeprefix(" ")
    return rows, text


@pytest.mark.parametrize(
    ("sizes", "rows", "expected"),
    [
        ([1], [(0,)], "v1_0"),
        ([3], [(0,), (1,), (2,)], "v1_0-2"),
        ([4], [(0,), (2,), (3,)], "v1_0 2-3"),
        ([2, 2], [(0, 0), (0, 1), (1, 1)], "v1_0:0-1,1:1,"),
        ([2, 2, 2], [(0, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 1)], "v1_0:0:0,1:0-1,,1:0:1,,"),
        ([2], [], "v1_"),
    ],
)
def test_combinations_are_written_as_storefront_writes_them(sizes: list[int], rows: list[Row], expected: str) -> None:
    made = product_of(sizes, rows)
    assert encoded(made, made.variants) == expected


@settings(deadline=None)
@given(st.data(), st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_reading_gives_back_what_was_written(data: st.DataObject, sizes: list[int]) -> None:
    everything = list(combined(*(range(size) for size in sizes)))
    rows = data.draw(st.lists(st.sampled_from(everything), unique=True, min_size=1))
    made = product_of(sizes, rows)
    assert decoded(encoded(made, made.variants)) == sorted(rows)
