"""`cafeMenu`: the collections under one of the shop's Storefront menus, as a menu to order from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import strawberry

from clients.money import Money
from resolvers.cafe_menu import (
    Choice,
    Modifier,
    ModifierKind,
    Offer,
    SoldOutSource,
    extras_modifier,
    joined,
    option_modifiers,
    sources,
)
from resolvers.cafe_ordering import (
    NoOrdersReason,
    cafe_ordering,
    menu_places,
    paused_locations,
    set_cafe_accepts_orders,
    switched_locations,
)
from resolvers.context import RequestContext
from resolvers.counter_menu import CounterPlace, MenuVariant, SoldOutAtCounter, modifier_at_counter, variant_at_counter
from schema.gateway_field import RESERVED, Facts, Template, embedded_field
from schema.info import Info
from schema.money import money_v2
from schema.storefront import DateTime, MoneyV2, Product

strawberry.enum(ModifierKind, description="What a modifier of a menu item changes: its size, its milk, or an extra.")
strawberry.enum(SoldOutSource, description="Where something is sold out: by Shopify's stock, or at the counter.")
strawberry.enum(
    NoOrdersReason, description="Why the cafe takes no orders: staff paused them, or it is outside business hours."
)


@strawberry.type(description="One choice of a modifier.")
class MenuChoice:
    choice: strawberry.Private[Choice]
    name: str
    is_available: bool = strawberry.field(description="The opposite of `isSoldOut`.")

    @strawberry.field(description="What this choice adds to the item's lowest price.")
    def surcharge(self) -> MoneyV2 | None:
        return money_v2(self.choice.surcharge)

    @strawberry.field(description="The choice is not available now, in Shopify or at the counter.")
    def is_sold_out(self) -> bool:
        return not self.choice.is_available

    @strawberry.field(description="Where the choice is sold out; empty when it is available.")
    def sold_out_by(self) -> list[SoldOutSource]:
        return list(self.choice.sold_out_by)


@strawberry.type(description="A modifier of a menu item: size, milk or extras.")
class MenuModifier:
    name: str
    kind: ModifierKind
    minimum: int = strawberry.field(description="The least number of choices.")
    maximum: int = strawberry.field(description="The greatest number of choices.")
    is_sold_out: bool = strawberry.field(description="No choice of the modifier is available now.")
    choices: list[MenuChoice]

    @classmethod
    def of(cls, modifier: Modifier) -> MenuModifier:
        return cls(
            name=modifier.name,
            kind=modifier.kind,
            minimum=modifier.minimum,
            maximum=modifier.maximum,
            is_sold_out=not any(choice.is_available for choice in modifier.choices),
            choices=[MenuChoice(choice=c, name=c.name, is_available=c.is_available) for c in modifier.choices],
        )


@strawberry.type(description="An item of the menu.")
class CafeMenuItem:
    raw: strawberry.Private[Mapping[str, Any]]
    entry: strawberry.Private[MenuEntry]

    @strawberry.field(description="No variant of the item is available now, in Shopify or at the counter.")
    def is_sold_out(self) -> bool:
        return bool(self.entry.sold_out_by)

    @strawberry.field(description="Where the item is sold out; empty when it is available.")
    def sold_out_by(self) -> list[SoldOutSource]:
        return list(self.entry.sold_out_by)

    @strawberry.field(
        description="When the counter has the item again, as staff set it there; null when nobody set a time."
    )
    def sold_out_until(self) -> DateTime | None:
        until = self.entry.until
        return None if until is None else _date_time(until)

    @embedded_field(description="The product, with every field of Storefront and of the gateway.")
    def product(self) -> Product:
        return self.raw  # type: ignore[return-value]

    @strawberry.field(description="The modifiers in the shop's order, extras last.")
    def modifiers(self) -> list[MenuModifier]:
        return [MenuModifier.of(modifier) for modifier in self.entry.modifiers()]


@strawberry.type(description="A section of the menu: one collection.")
class CafeMenuSection:
    title: str
    handle: str
    items: list[CafeMenuItem]


@strawberry.type(description="Whether the cafe takes orders from the web now.")
class CafeOrderingState:
    accepts_orders: bool = strawberry.field(
        description="Whether the counter is open and its staff take orders. Hours that are not known count as open."
    )
    reason: NoOrdersReason | None = strawberry.field(description="Why it takes no orders; null when it does.")
    opens_at: DateTime | None = strawberry.field(
        description="The next opening of a closed counter; null when it is open, paused, or has no further hours."
    )


@strawberry.type(description="The cafe's menu.")
class CafeMenu:
    raw: strawberry.Private[list[Mapping[str, Any]]]
    location_id: strawberry.Private[str | None]
    title: str

    @strawberry.field(description="The collections under the menu, in order.")
    async def sections(self, info: Info) -> list[CafeMenuSection]:
        places = await menu_places(info.context, self.location_id)
        return list(_sections(self.raw, places, info.context.services.now()))

    @strawberry.field(
        description="Whether the counter of the location takes orders now, by its business hours and the staff's "
        "switch. Hours that are not known count as open."
    )
    async def accepts_orders(self, info: Info) -> bool:
        return (await cafe_ordering(info.context, self.location_id)).reason is None

    @strawberry.field(description="As `acceptsOrders`, with the reason and the next opening.")
    async def ordering(self, info: Info) -> CafeOrderingState:
        found = await cafe_ordering(info.context, self.location_id)
        opens_at = None if found.opens_at is None else _date_time(found.opens_at)
        return CafeOrderingState(accepts_orders=found.reason is None, reason=found.reason, opens_at=opens_at)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A product on the menu of these places, at a time."""

    raw: Mapping[str, Any]
    places: Sequence[CounterPlace]
    variants: tuple[MenuVariant, ...]
    offers: tuple[Offer, ...]
    now: datetime

    @classmethod
    def of(cls, raw: Mapping[str, Any], places: Sequence[CounterPlace], now: datetime) -> MenuEntry:
        nodes = raw[RESERVED + "variants"]["nodes"]
        variants = tuple(
            MenuVariant(each["sku"], each["title"], tuple(one["value"] for one in each["selectedOptions"]))
            for each in nodes
        )
        offers = tuple(
            Offer(
                price=Money(Decimal(each["price"]["amount"]), each["price"]["currencyCode"]),
                is_available=each["availableForSale"],
                selected={one["name"]: one["value"] for one in each["selectedOptions"]},
                at_counter=variant_at_counter(places, raw[RESERVED + "title"], variant, now),
            )
            for each, variant in zip(nodes, variants, strict=True)
        )
        return cls(raw, places, variants, offers, now)

    @property
    def sold_out_by(self) -> tuple[SoldOutSource, ...]:
        """Where the whole product is sold out."""
        found = joined(self.offers)
        return found or sources(by_shopify=not self.raw[RESERVED + "available"], by_counter=False)

    @property
    def until(self) -> datetime | None:
        """The earliest time at which the counter has a variant again; None when it is available."""
        if not self.sold_out_by:
            return None
        return min((each.at_counter.until for each in self.offers if each.at_counter.until is not None), default=None)

    def modifiers(self) -> list[Modifier]:
        options = [
            (each["name"], [value["name"] for value in each["optionValues"]]) for each in self.raw[RESERVED + "options"]
        ]
        found = option_modifiers(options, self.offers, self._choice)
        extras = (self.raw[RESERVED + "extras"] or {}).get("value")
        if self.offers:
            modifier = extras_modifier(extras, self.offers[0].price.currency, self._choice)
            if modifier is not None:
                found.append(modifier)
        return found

    def _choice(self, name: str) -> SoldOutAtCounter:
        return modifier_at_counter(self.places, self.raw[RESERVED + "title"], self.variants, name, self.now)


def _date_time(at: datetime) -> DateTime:
    return DateTime(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


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
          _kynda_title: title
          _kynda_available: availableForSale
          _kynda_options: options { name optionValues { name } }
          _kynda_variants: variants(first: 100) {
            nodes { id sku title availableForSale price { amount currencyCode } selectedOptions { name value } }
          }
          _kynda_extras: metafield(namespace: "custom", key: "extras") { value }
        } } } }""",
    ),
    _menu_handle,
)


def cafe_menu(parts: strawberry.Parent[Facts], *, location_id: strawberry.ID | None = None) -> CafeMenu | None:
    menu = parts["menu"]
    if menu is None:
        return None
    return CafeMenu(raw=menu["items"], location_id=location_id, title=menu["title"])


def _sections(
    items: list[Mapping[str, Any]], places: Sequence[CounterPlace], now: datetime
) -> Iterator[CafeMenuSection]:
    """The collections of menu entries and of those below them, in order."""
    for item in items:
        collection = item["resource"]
        if collection is not None and collection.get("__typename") == "Collection":
            yield CafeMenuSection(
                title=item["title"],
                handle=collection["handle"],
                items=[
                    CafeMenuItem(raw=raw, entry=MenuEntry.of(raw, places, now))
                    for raw in collection["products"]["nodes"]
                ],
            )
        yield from _sections(item.get("items") or [], places, now)


@strawberry.type(description="The staff's switch of orders from the web.")
class CafeOrdersSwitch:
    paused: list[str] = strawberry.field(
        description="The numbers of the Shopify locations that take no orders, or `all`; empty when all take them."
    )
    location_ids: list[strawberry.ID] = strawberry.field(
        description="The Shopify locations that have a counter of their own, and so a switch of their own."
    )

    @classmethod
    def of(cls, paused: list[str], context: RequestContext) -> CafeOrdersSwitch:
        return cls(paused=paused, location_ids=[strawberry.ID(each) for each in switched_locations(context)])


async def cafe_accepts_orders_set(
    info: Info, *, accepts: bool, location_id: strawberry.ID | None = None
) -> CafeOrdersSwitch:
    paused = await set_cafe_accepts_orders(info.context, location_id, accepts)
    return CafeOrdersSwitch.of(paused, info.context)


async def cafe_orders_switch(info: Info) -> CafeOrdersSwitch:
    return CafeOrdersSwitch.of(await paused_locations(info.context), info.context)
