"""The cafe's menu: the modifiers of a drink, their surcharges, and what is sold out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from clients.money import Money
from resolvers.counter_menu import AVAILABLE, SoldOutAtCounter


class ModifierKind(StrEnum):
    """What a modifier changes; OTHER for options with a name of the shop's own."""

    SIZE = "size"
    MILK = "milk"
    TEMPERATURE = "temperature"
    EXTRA = "extra"
    OTHER = "other"


class SoldOutSource(StrEnum):
    """Where something is sold out."""

    SHOPIFY = "shopify"
    COUNTER = "counter"


_KINDS = {
    "size": ModifierKind.SIZE,
    "milk": ModifierKind.MILK,
    "temperature": ModifierKind.TEMPERATURE,
    "hot or iced": ModifierKind.TEMPERATURE,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a modifier, with its surcharge on the lowest price. `sold_out_by` empty: it is available."""

    name: str
    surcharge: Money
    sold_out_by: tuple[SoldOutSource, ...] = ()

    @property
    def is_available(self) -> bool:
        return not self.sold_out_by


@dataclass(frozen=True, slots=True)
class Modifier:
    """A modifier: between `minimum` and `maximum` of its choices can be selected."""

    name: str
    kind: ModifierKind
    minimum: int
    maximum: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant on the menu: its price, whether Shopify has it, its choices, and the counter's word on it."""

    price: Money
    is_available: bool
    selected: Mapping[str, str]
    at_counter: SoldOutAtCounter = AVAILABLE

    @property
    def sold_out_by(self) -> tuple[SoldOutSource, ...]:
        return sources(by_shopify=not self.is_available, by_counter=self.at_counter.is_sold_out)


ChoiceAtCounter = Callable[[str], SoldOutAtCounter]
"""The counter's word on the choice of that name, as a modifier of one product."""


def sources(*, by_shopify: bool, by_counter: bool) -> tuple[SoldOutSource, ...]:
    """Where something is sold out; empty when it is available."""
    found = ((by_shopify, SoldOutSource.SHOPIFY), (by_counter, SoldOutSource.COUNTER))
    return tuple(source for is_sold_out, source in found if is_sold_out)


def joined(offers: Iterable[Offer]) -> tuple[SoldOutSource, ...]:
    """Where all of these variants together are sold out; empty when one is available, or when there is none."""
    each = [offer.sold_out_by for offer in offers]
    if not each or () in each:
        return ()
    return tuple(source for source in SoldOutSource if any(source in found for found in each))


def _choice_at_counter(_: str) -> SoldOutAtCounter:
    return AVAILABLE


def option_modifiers(
    options: Iterable[tuple[str, Sequence[str]]],
    offers: Sequence[Offer],
    at_counter: ChoiceAtCounter = _choice_at_counter,
) -> list[Modifier]:
    """The modifiers from a product's options, in order. An option with a single value is left out.

    A choice's surcharge is the price of the cheapest variant with it, less that of the cheapest of all.
    """
    if not offers:
        return []
    lowest = min(offer.price.amount for offer in offers)
    found = []
    for name, values in options:
        if len(values) > 1:
            choices = tuple(_choice(name, value, offers, lowest, at_counter(value)) for value in values)
            found.append(Modifier(name, kind_of(name), 1, 1, tuple(choice for choice in choices if choice is not None)))
    return found


def _choice(
    option: str, value: str, offers: Sequence[Offer], lowest: Decimal, at_counter: SoldOutAtCounter
) -> Choice | None:
    having = [offer for offer in offers if offer.selected.get(option) == value]
    if not having:
        return None
    cheapest = min(having, key=lambda offer: offer.price.amount)
    surcharge = Money(cheapest.price.amount - lowest, cheapest.price.currency)
    found = set(joined(having)) | set(sources(by_shopify=False, by_counter=at_counter.is_sold_out))
    return Choice(value, surcharge, tuple(source for source in SoldOutSource if source in found))


def kind_of(option: str) -> ModifierKind:
    """What an option changes, by its name."""
    return _KINDS.get(option.strip().casefold(), ModifierKind.OTHER)


def extras_modifier(
    metafield: str | None, currency: str, at_counter: ChoiceAtCounter = _choice_at_counter
) -> Modifier | None:
    """The extras in a product's metafield `custom.extras`: `[{"name": "Extra shot", "price": "1.00"}, ...]`.

    None when there are none; entries without a name or a valid price are left out.
    """
    try:
        raw = json.loads(metafield or "[]")
    except json.JSONDecodeError:
        return None
    choices = (
        [choice for each in raw if (choice := _extra(each, currency, at_counter)) is not None]
        if isinstance(raw, list)
        else []
    )
    if not choices:
        return None
    return Modifier("Extras", ModifierKind.EXTRA, 0, len(choices), tuple(choices))


def _extra(raw: Any, currency: str, at_counter: ChoiceAtCounter) -> Choice | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
        return None
    try:
        price = Decimal(str(raw.get("price", "0")))
    except InvalidOperation:
        return None
    if not price.is_finite():
        return None
    by_shopify, name = raw.get("available", True) is not True, raw["name"]
    return Choice(
        name,
        Money(price, currency),
        sources(by_shopify=by_shopify, by_counter=at_counter(name).is_sold_out),
    )
