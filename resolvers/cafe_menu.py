"""The cafe's menu: the modifiers of a drink, their surcharges, and what is sold out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from clients.money import Money


class ModifierKind(StrEnum):
    """What a modifier changes; OTHER for options with a name of the shop's own."""

    SIZE = "size"
    MILK = "milk"
    TEMPERATURE = "temperature"
    EXTRA = "extra"
    OTHER = "other"


_KINDS = {
    "size": ModifierKind.SIZE,
    "milk": ModifierKind.MILK,
    "temperature": ModifierKind.TEMPERATURE,
    "hot or iced": ModifierKind.TEMPERATURE,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a modifier, with its surcharge on the lowest price."""

    name: str
    surcharge: Money
    is_available: bool


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
    """A variant on the menu: its price, whether it is available, and its choices."""

    price: Money
    is_available: bool
    selected: Mapping[str, str]


def option_modifiers(options: Iterable[tuple[str, Sequence[str]]], offers: Sequence[Offer]) -> list[Modifier]:
    """The modifiers from a product's options, in order. An option with a single value is left out.

    A choice's surcharge is the price of the cheapest variant with it, less that of the cheapest of all.
    """
    if not offers:
        return []
    lowest = min(offer.price.amount for offer in offers)
    found = []
    for name, values in options:
        if len(values) > 1:
            choices = tuple(_choice(name, value, offers, lowest) for value in values)
            found.append(Modifier(name, kind_of(name), 1, 1, tuple(choice for choice in choices if choice is not None)))
    return found


def _choice(option: str, value: str, offers: Sequence[Offer], lowest: Decimal) -> Choice | None:
    having = [offer for offer in offers if offer.selected.get(option) == value]
    if not having:
        return None
    cheapest = min(having, key=lambda offer: offer.price.amount)
    surcharge = Money(cheapest.price.amount - lowest, cheapest.price.currency)
    return Choice(value, surcharge, any(offer.is_available for offer in having))


def kind_of(option: str) -> ModifierKind:
    """What an option changes, by its name."""
    return _KINDS.get(option.strip().casefold(), ModifierKind.OTHER)


def extras_modifier(metafield: str | None, currency: str) -> Modifier | None:
    """The extras in a product's metafield `custom.extras`: `[{"name": "Extra shot", "price": "1.00"}, ...]`.

    None when there are none; entries without a name or a valid price are left out.
    """
    try:
        raw = json.loads(metafield or "[]")
    except json.JSONDecodeError:
        return None
    choices = (
        [choice for each in raw if (choice := _extra(each, currency)) is not None] if isinstance(raw, list) else []
    )
    if not choices:
        return None
    return Modifier("Extras", ModifierKind.EXTRA, 0, len(choices), tuple(choices))


def _extra(raw: Any, currency: str) -> Choice | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
        return None
    try:
        price = Decimal(str(raw.get("price", "0")))
    except InvalidOperation:
        return None
    if not price.is_finite():
        return None
    return Choice(raw["name"], Money(price, currency), raw.get("available", True) is True)
