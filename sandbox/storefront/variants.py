"""Product variants: price, stock, options, bundles and where they can be picked up."""

from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import Location, ProductVariant
from sandbox.stock import is_counted, is_for_sale, is_oversold, units, units_at
from sandbox.storefront.connections import connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.locations import ordered
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.selling_plans import allocations
from sandbox.storefront.unit_prices import measurement, per_measure
from sandbox.storefront.values import converted, currency_of, gid, money, money_in
from sandbox.storefront.visibility import is_visible

Info = GraphQLResolveInfo[Visit]
# The price range in shop currency that can be paid in instalments, and their number.
INSTALLMENTS_FROM, INSTALLMENTS_TO, INSTALLMENTS = Decimal(50), Decimal(30_000), 4


def variant_title(variant: ProductVariant, language: str) -> str:
    """The title in a language, composed of the option values."""
    if list(variant.selected) == ["Title"]:
        return variant.title
    return " / ".join(translated(value, language) for value in variant.selected.values())


def _price(variant: ProductVariant, info: Info) -> dict[str, Any]:
    return money(variant.price, info.context.country)


def _compare_at_price(variant: ProductVariant, info: Info) -> dict[str, Any] | None:
    return None if variant.compare_at_price is None else money(variant.compare_at_price, info.context.country)


def _selected_options(variant: ProductVariant, info: Info) -> list[dict[str, str]]:
    language = info.context.language
    return [
        {"name": translated(name, language), "value": translated(v, language)} for name, v in variant.selected.items()
    ]


def _components(variant: ProductVariant, info: Info, **page: Any) -> dict[str, Any]:
    parts = [{"productVariant": part, "quantity": quantity} for part, quantity in variant.components]
    return connection(parts, key=lambda part: part["productVariant"].id, **page)


def _grouped_by(variant: ProductVariant, info: Info, **page: Any) -> dict[str, Any]:
    bundles = [
        other
        for other in info.context.store.variants.values()
        if any(part is variant for part, _ in other.components) and is_visible(other.product, info.context)
    ]
    return connection(bundles, key=lambda bundle: bundle.id, **page)


def _price_breaks(variant: ProductVariant, info: Info, **page: Any) -> dict[str, Any]:
    breaks = [
        {"minimumQuantity": minimum, "price": money(price, info.context.country)}
        for minimum, price in sorted(variant.price_breaks, key=lambda step: step[0])
    ]
    return connection(breaks, key=lambda each: each["minimumQuantity"], **page)


def _selling_plan_allocations(
    variant: ProductVariant, info: Info, reverse: bool = False, **page: Any
) -> dict[str, Any]:
    found = allocations(variant)
    return connection(found[::-1] if reverse else found, key=lambda each: each["sellingPlan"].id, **page)


def _store_availability(
    variant: ProductVariant, info: Info, near: dict[str, float] | None = None, reverse: bool = False, **page: Any
) -> dict[str, Any]:
    visit = info.context
    pickup = [place for place in visit.store.locations.values() if place.offers_pickup]
    places = ordered(pickup, "DISTANCE", near, visit.preferred_location_id)
    found = [_availability(variant, place, visit) for place in (reversed(places) if reverse else places)]
    return connection(found, key=lambda each: each["location"].id, **page)


def _availability(variant: ProductVariant, place: Location, visit: Visit) -> dict[str, Any]:
    here = units_at(variant, place.id)
    return {
        "location": place,
        "available": not is_counted(variant) or here > 0,
        "quantityAvailable": here,
        "pickUpTime": translated(place.pickup_time, visit.language),
    }


def installments(variant: ProductVariant, country: str) -> dict[str, Any]:
    """Instalment prices in a country, as a ShopPayInstallmentsProductVariantPricing."""
    currency = currency_of(country)
    eligible = INSTALLMENTS_FROM <= variant.price <= INSTALLMENTS_TO
    return {
        "__typename": "ShopPayInstallmentsProductVariantPricing",
        "id": gid("ShopPayInstallmentsProductVariantPricing", variant.id),
        "available": eligible and is_for_sale(variant),
        "eligible": eligible,
        "fullPrice": money(variant.price, country),
        "installmentsCount": {"count": INSTALLMENTS, "precision": "EXACT"} if eligible else None,
        "pricePerTerm": money_in(converted(variant.price / INSTALLMENTS, currency), currency),
    }


RESOLVERS: Resolvers = {
    "ProductVariant": {
        **HAS_METAFIELDS,
        "title": lambda variant, info: variant_title(variant, info.context.language),
        "availableForSale": lambda variant, info: is_for_sale(variant),
        "currentlyNotInStock": lambda variant, info: is_oversold(variant),
        "quantityAvailable": lambda variant, info: units(variant),
        "price": _price,
        "priceV2": _price,
        "compareAtPrice": _compare_at_price,
        "compareAtPriceV2": _compare_at_price,
        "components": _components,
        "groupedBy": _grouped_by,
        "requiresComponents": lambda variant, info: bool(variant.components),
        "image": lambda variant, info: variant.picture or next(iter(variant.product.pictures), None),
        "quantityPriceBreaks": _price_breaks,
        "quantityRule": lambda variant, info: variant,
        "selectedOptions": _selected_options,
        "sellingPlanAllocations": _selling_plan_allocations,
        "shopPayInstallmentsPricing": lambda variant, info: installments(variant, info.context.country),
        "storeAvailability": _store_availability,
        "unitPrice": lambda variant, info: per_measure(variant, _price(variant, info)),
        "unitPriceMeasurement": lambda variant, info: measurement(variant),
        "weight": lambda variant, info: float(variant.weight_grams),
        "weightUnit": lambda variant, info: "GRAMS",
    }
}
