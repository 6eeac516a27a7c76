"""The combinations of option values that a product has, in Storefront's compact `v1_` format."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from sandbox.records import Product, ProductVariant


def encoded(product: Product, variants: Iterable[ProductVariant]) -> str:
    """The combinations of `variants`, as positions of their values within the product's options.

    A tree in depth-first order: `:` goes down one option, `,` ends a branch, a space skips values, `-` spans them.
    """
    positions = [{value.name: i for i, value in enumerate(option.values)} for option in product.options]
    rows = sorted(
        tuple(places[variant.selected[option.name]] for places, option in zip(positions, product.options, strict=True))
        for variant in variants
    )
    return "v1_" + _branch(rows)


def _branch(rows: Sequence[tuple[int, ...]]) -> str:
    if not rows:
        return ""
    if len(rows[0]) == 1:
        return _spans([row[0] for row in rows])
    grouped = groupby(rows, key=lambda row: row[0])
    return "".join(f"{first}:{_branch([row[1:] for row in group])}," for first, group in grouped)


def _spans(numbers: Sequence[int]) -> str:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return " ".join("-".join(str(end) for end in span) for span in spans)
