"""Finds the variant that belongs to selected options."""

from collections.abc import Sequence

from sandbox.phrases import translated
from sandbox.records import Product, ProductVariant
from sandbox.stock import is_for_sale

Choice = dict[str, str]
"""Option name -> value name, as the asker wrote them."""


class Chooser:
    """Reads selected options of one product in one language. Translated and original names count.

    `any_case` ignores case; `skip_unknown` ignores options that the product does not have.
    """

    def __init__(self, product: Product, language: str, *, any_case: bool, skip_unknown: bool) -> None:
        self._product = product
        self._language = language
        self._any_case = any_case
        self._skip_unknown = skip_unknown

    def matching(self, chosen: Sequence[dict[str, str]]) -> list[ProductVariant]:
        """The variants that have every selected value, in order."""
        choice = self._choice(chosen)
        if choice is None:
            return []
        return [
            variant
            for variant in self._product.variants
            if all(self._same(variant.selected[name], value) for name, value in choice.items())
        ]

    def exact(self, chosen: Sequence[dict[str, str]]) -> ProductVariant | None:
        """The variant of the selection; None when there is none, or nothing was selected."""
        if not self._choice(chosen):
            return None
        return next(iter(self.matching(chosen)), None)

    def nearest(self, chosen: Sequence[dict[str, str]] | None) -> ProductVariant | None:
        """The first available variant of the selection, else its first variant, else the first available one of all."""
        fitting = self.matching(chosen) if chosen else []
        for candidates in (fitting, self._product.variants):
            if candidates:
                return next((variant for variant in candidates if is_for_sale(variant)), candidates[0])
        return None

    def adjacent(self, chosen: Sequence[dict[str, str]] | None) -> list[ProductVariant]:
        """The variants that differ from the nearest one in one value, by id; none for an unknown selection."""
        if chosen and self._choice(chosen) is None:
            return []
        middle = self.nearest(chosen)
        if middle is None:
            return []
        others = [variant for variant in self._product.variants if _differences(variant, middle) == 1]
        return sorted(others, key=lambda variant: variant.id)

    def _choice(self, chosen: Sequence[dict[str, str]]) -> Choice | None:
        """The selection by original option names; None if it names an option that may not be ignored."""
        choice: Choice = {}
        for each in chosen:
            option = next((o.name for o in self._product.options if self._same(o.name, each["name"])), None)
            if option is not None:
                choice[option] = each["value"]
            elif not self._skip_unknown:
                return None
        return choice

    def _same(self, original: str, written: str) -> bool:
        shown = translated(original, self._language)
        if self._any_case:
            return written.casefold() in (original.casefold(), shown.casefold())
        return written in (original, shown)


def _differences(variant: ProductVariant, other: ProductVariant) -> int:
    return sum(variant.selected[name] != value for name, value in other.selected.items())
