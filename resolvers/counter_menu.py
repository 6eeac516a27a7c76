"""Finds a product of the shop on the counter's menu: by SKU, else by name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clients.pos.counter import CounterCatalogue, CounterItem, CounterModifier, CounterVariation

_ITEM_BYTES = 500


@dataclass(frozen=True, slots=True)
class MenuVariant:
    """A variant as the menu shows it: its SKU, its title and the values of its options."""

    sku: str | None
    title: str
    option_values: tuple[str, ...] = ()


class CounterMenu:
    """The counter's menu, indexed. What is not found there, or not without doubt, is not sold out.

    A SKU decides before a name. An item's name must be unique; the names of its variations are the title of the
    shop's variant or one of its option values.
    """

    def __init__(self, catalogue: CounterCatalogue) -> None:
        self._variations: dict[str, CounterVariation] = {}
        self._by_sku: dict[str, list[tuple[CounterItem, CounterVariation]]] = defaultdict(list)
        self._by_name: dict[str, list[CounterItem]] = defaultdict(list)
        self._modifiers: dict[str, list[CounterModifier]] = defaultdict(list)
        for item in catalogue.items:
            self._by_name[_plain(item.name)].append(item)
            for variation in item.variations:
                self._variations[variation.id] = variation
                if variation.sku and variation.sku.strip():
                    self._by_sku[variation.sku.strip()].append((item, variation))
        for modifier in catalogue.modifiers:
            self._modifiers[_plain(modifier.name)].append(modifier)
        self.size_bytes = _ITEM_BYTES * (1 + len(self._variations) + len(catalogue.modifiers))

    def variation(self, variation_id: str) -> CounterVariation | None:
        """The variation with the point of sale's id."""
        return self._variations.get(variation_id)

    def variations_of(self, title: str, variant: MenuVariant) -> list[CounterVariation]:
        """What the counter sells as this variant of the product with that title; empty when it is not known."""
        if found := self._with_sku(variant):
            return [variation for _, variation in found]
        item = self._named(title)
        if item is None:
            return []
        if len(item.variations) == 1:
            return list(item.variations)
        names = {_plain(variant.title), *map(_plain, variant.option_values)}
        named = [each for each in item.variations if each.name is not None and _plain(each.name) in names]
        return named if len(named) == 1 else []

    def modifiers_of(self, title: str, variants: Iterable[MenuVariant], name: str) -> list[CounterModifier]:
        """The counter's modifiers of that name for a product: of the lists of its items, else of all lists."""
        found = self._modifiers.get(_plain(name), [])
        items = [item for variant in variants for item, _ in self._with_sku(variant)]
        if not items and (item := self._named(title)) is not None:
            items = [item]
        offered = frozenset[str]().union(*(item.modifier_list_ids for item in items))
        return [each for each in found if each.list_id in offered] if offered else found

    def _with_sku(self, variant: MenuVariant) -> list[tuple[CounterItem, CounterVariation]]:
        return self._by_sku.get((variant.sku or "").strip(), [])

    def _named(self, title: str) -> CounterItem | None:
        items = self._by_name.get(_plain(title), [])
        return items[0] if len(items) == 1 else None


@dataclass(frozen=True, slots=True)
class CounterPlace:
    """A location of a point of sale, and its menu; None: unknown, or not reported."""

    location_id: str
    menu: CounterMenu | None


@dataclass(frozen=True, slots=True)
class SoldOutAtCounter:
    """Whether something is sold out at the counter, and until when. `until` None: unknown, or not sold out."""

    is_sold_out: bool = False
    until: datetime | None = None


AVAILABLE = SoldOutAtCounter()


def variant_at_counter(
    places: Iterable[CounterPlace], title: str, variant: MenuVariant, now: datetime
) -> SoldOutAtCounter:
    """Whether a variant is sold out at every one of these places."""
    return _at_all(places, lambda menu: menu.variations_of(title, variant), now)


def modifier_at_counter(
    places: Iterable[CounterPlace], title: str, variants: Iterable[MenuVariant], name: str, now: datetime
) -> SoldOutAtCounter:
    """Whether a choice of a modifier is sold out at every one of these places."""
    variants = tuple(variants)
    return _at_all(places, lambda menu: menu.modifiers_of(title, variants, name), now)


def _at_all(
    places: Iterable[CounterPlace],
    sold_as: Callable[[CounterMenu], Sequence[CounterVariation | CounterModifier]],
    now: datetime,
) -> SoldOutAtCounter:
    """Sold out at each place, and there in every form in which it is sold. Ends when the first of these does."""
    ends: list[datetime | None] = []
    for place in places:
        found = () if place.menu is None else sold_as(place.menu)
        if not found or not all(each.sold_out.at(place.location_id, now) for each in found):
            return AVAILABLE
        ends += [each.sold_out.until[place.location_id] for each in found]
    if not ends:
        return AVAILABLE
    return SoldOutAtCounter(True, min((each for each in ends if each is not None), default=None))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
