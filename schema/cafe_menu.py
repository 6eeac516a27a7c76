"""`cafeMenu`: the collections under one of the shop's Storefront menus, as a menu to order from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import strawberry

from clients.money import Money
from resolvers.cafe_menu import Choice, Modifier, ModifierKind, Offer, extras_modifier, option_modifiers
from resolvers.context import RequestContext
from schema.gateway_field import RESERVED, Facts, Template, embedded_field
from schema.money import money_v2
from schema.storefront.types import MoneyV2, Product

strawberry.enum(ModifierKind, description="What a modifier of a menu item changes: its size, its milk, or an extra.")


@strawberry.type(description="One choice of a modifier.")
class MenuChoice:
    choice: strawberry.Private[Choice]
    name: str
    is_available: bool

    @strawberry.field(description="What this choice adds to the item's lowest price.")
    def surcharge(self) -> MoneyV2 | None:
        return money_v2(self.choice.surcharge)


@strawberry.type(description="A modifier of a menu item: size, milk or extras.")
class MenuModifier:
    name: str
    kind: ModifierKind
    minimum: int = strawberry.field(description="The least number of choices.")
    maximum: int = strawberry.field(description="The greatest number of choices.")
    choices: list[MenuChoice]

    @classmethod
    def of(cls, modifier: Modifier) -> MenuModifier:
        return cls(
            name=modifier.name,
            kind=modifier.kind,
            minimum=modifier.minimum,
            maximum=modifier.maximum,
            choices=[MenuChoice(choice=c, name=c.name, is_available=c.is_available) for c in modifier.choices],
        )


@strawberry.type(description="An item of the menu.")
class CafeMenuItem:
    raw: strawberry.Private[Mapping[str, Any]]
    is_sold_out: bool = strawberry.field(description="No variant of the item is available now.")

    @embedded_field(description="The product, with every field of Storefront and of the gateway.")
    def product(self) -> Product:
        return self.raw  # type: ignore[return-value]

    @strawberry.field(description="The modifiers in the shop's order, extras last.")
    def modifiers(self) -> list[MenuModifier]:
        return [MenuModifier.of(modifier) for modifier in _modifiers(self.raw)]


@strawberry.type(description="A section of the menu: one collection.")
class CafeMenuSection:
    title: str
    handle: str
    items: list[CafeMenuItem]


@strawberry.type(description="The cafe's menu.")
class CafeMenu:
    title: str
    sections: list[CafeMenuSection]


def _modifiers(raw: Mapping[str, Any]) -> list[Modifier]:
    offers = [
        Offer(
            price=Money(Decimal(variant["price"]["amount"]), variant["price"]["currencyCode"]),
            is_available=variant["availableForSale"],
            selected={each["name"]: each["value"] for each in variant["selectedOptions"]},
        )
        for variant in raw[RESERVED + "variants"]["nodes"]
    ]
    options = [(each["name"], [v["name"] for v in each["optionValues"]]) for each in raw[RESERVED + "options"]]
    found = option_modifiers(options, offers)
    extras = (raw[RESERVED + "extras"] or {}).get("value")
    if offers and (modifier := extras_modifier(extras, offers[0].price.currency)) is not None:
        found.append(modifier)
    return found


async def _menu_handle(_: Mapping[str, Any], context: RequestContext) -> Mapping[str, Any]:
    return {"handle": context.services.cafe_menu_handle}


CAFE_MENU = Template.of(
    """query ($handle: String!) {
      menu(handle: $handle) {
        id
        title
        items { ...Section items { ...Section } }
      }
    }
    """.replace(
        "...Section",
        """title resource { ... on Collection { __typename id handle products(first: 100) { nodes {
          ...Embedded
          _kynda_id: id
          _kynda_available: availableForSale
          _kynda_options: options { name optionValues { name } }
          _kynda_variants: variants(first: 100) {
            nodes { id availableForSale price { amount currencyCode } selectedOptions { name value } }
          }
          _kynda_extras: metafield(namespace: "custom", key: "extras") { value }
        } } } }""",
    ),
    _menu_handle,
)


def cafe_menu(parts: strawberry.Parent[Facts]) -> CafeMenu | None:
    menu = parts["menu"]
    if menu is None:
        return None
    return CafeMenu(title=menu["title"], sections=list(_sections(menu["items"])))


def _sections(items: list[Mapping[str, Any]]) -> Iterator[CafeMenuSection]:
    """The collections of menu entries and of those below them, in order."""
    for item in items:
        collection = item["resource"]
        if collection is not None and collection.get("__typename") == "Collection":
            products = collection["products"]["nodes"]
            yield CafeMenuSection(
                title=item["title"],
                handle=collection["handle"],
                items=[CafeMenuItem(raw=raw, is_sold_out=not raw[RESERVED + "available"]) for raw in products],
            )
        yield from _sections(item.get("items") or [])
