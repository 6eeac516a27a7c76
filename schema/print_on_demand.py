"""`ProductVariant.printful`: Printful's data about a variant that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import strawberry

from clients.money import Money
from clients.printful.models import (
    Availability,
    CatalogProduct,
    Measurement,
    PrintFile,
    RegionAvailability,
    SizeGuide,
    SizeTable,
    SizeUnit,
    SizeValue,
    Technique,
)
from resolvers.context import RequestContext
from resolvers.print_catalogue import Sku
from resolvers.print_on_demand import PrintOnDemand
from schema.gateway_field import Facts, staff_field
from schema.info import Info
from schema.money import money_v2
from schema.reading import reads
from schema.storefront import MoneyV2

strawberry.enum(
    Availability,
    name="PrintAvailability",
    description="Whether Printful can make the variant now. NOT_OFFERED: Printful does not offer it in this region.",
)
strawberry.enum(SizeUnit, name="SizeUnit", description="The unit of a size guide's lengths.")


@strawberry.type(description="Whether Printful can make a variant in one of its regions.")
class PrintRegion:
    region: str = strawberry.field(description="Printful's code of the region, for example `US` or `EU_LV`.")
    name: str | None
    status: Availability

    @classmethod
    def of(cls, region: RegionAvailability) -> PrintRegion:
        return cls(region=region.region, name=region.region_name, status=region.availability)


@strawberry.type(description="The measurement of one size: a value or a range.")
class PrintSizeValue:
    size: str
    value: str | None
    min_value: str | None
    max_value: str | None

    @classmethod
    def of(cls, value: SizeValue) -> PrintSizeValue:
        return cls(size=value.size, value=value.value, min_value=value.min_value, max_value=value.max_value)


@strawberry.type(description="One measurement, for example the chest, for each size.")
class PrintMeasurement:
    label: str
    unit: str | None = strawberry.field(description="The unit of the values; null when the values are names of sizes.")
    values: list[PrintSizeValue]

    @classmethod
    def of(cls, measurement: Measurement) -> PrintMeasurement:
        values = [PrintSizeValue.of(value) for value in measurement.values]
        return cls(label=measurement.label, unit=measurement.unit, values=values)


@strawberry.type(description="One table of a size guide.")
class PrintSizeTable:
    type: str = strawberry.field(description="`measure_yourself`, `product_measure` or `international`.")
    unit: str | None
    description: str | None = strawberry.field(description="How to measure, as HTML from Printful.")
    image_url: str | None
    image_description: str | None
    measurements: list[PrintMeasurement]

    @classmethod
    def of(cls, table: SizeTable) -> PrintSizeTable:
        return cls(
            type=table.type,
            unit=table.unit,
            description=table.description,
            image_url=table.image_url,
            image_description=table.image_description,
            measurements=[PrintMeasurement.of(measurement) for measurement in table.measurements],
        )


@strawberry.type(description="The sizes of a product and what they measure.")
class PrintSizeGuide:
    available_sizes: list[str]
    tables: list[PrintSizeTable]

    @classmethod
    def of(cls, guide: SizeGuide) -> PrintSizeGuide:
        tables = [PrintSizeTable.of(table) for table in guide.tables]
        return cls(available_sizes=list(guide.available_sizes), tables=tables)


@strawberry.type(description="A way of printing.")
class PrintTechnique:
    key: str = strawberry.field(description="Printful's key, for example `DTG`.")
    name: str | None
    is_default: bool

    @classmethod
    def of(cls, technique: Technique) -> PrintTechnique:
        return cls(key=technique.key, name=technique.display_name, is_default=technique.is_default)


@strawberry.type(description="A placement that can be printed.")
class PrintArea:
    price: strawberry.Private[Money | None]
    placement: str = strawberry.field(description="Printful's name of the placement, for example `front`.")
    title: str | None

    @staff_field(description="What Printful charges for an additional print there; null when it is free.")
    def additional_price(self) -> MoneyV2 | None:
        return money_v2(self.price)

    @classmethod
    def of(cls, file: PrintFile, currency: str) -> PrintArea:
        price = None if file.additional_price is None else Money(file.additional_price, currency)
        return cls(price=price, placement=file.type, title=file.title)


def _techniques(self: PrintProduct) -> list[PrintTechnique]:
    return [PrintTechnique.of(technique) for technique in self.found.techniques]


def _print_areas(self: PrintProduct) -> list[PrintArea]:
    return [PrintArea.of(file, self.found.currency) for file in self.found.files if file.type != "mockup"]


@reads(
    "found",
    id=lambda product: str(product.id),
    name=lambda product: product.title,
    category_id=lambda product: _id(product.main_category_id),
    average_fulfillment_days=lambda product: _number(product.avg_fulfillment_days),
)
@strawberry.type(description="The blank that Printful prints on. Source: Printful's catalogue.")
class PrintProduct:
    found: strawberry.Private[CatalogProduct]
    id: strawberry.ID = strawberry.field(description="Printful's number of the catalogue product.")
    name: str | None
    brand: str | None
    model: str | None
    description: str | None
    type_name: str | None
    image: str | None
    is_discontinued: bool
    category_id: strawberry.ID | None
    variant_count: int
    origin_country: str | None
    average_fulfillment_days: float | None = strawberry.field(description="Average days from order to shipment.")
    techniques: list[PrintTechnique] = strawberry.field(resolver=_techniques)
    print_areas: list[PrintArea] = strawberry.field(resolver=_print_areas)

    def __init__(self, found: CatalogProduct) -> None:
        self.found = found

    @strawberry.field(description="All variants of the product.")
    async def variants(self, info: Info) -> list[PrintVariant]:
        listing = await info.context.prints.product(int(self.id))
        return [PrintVariant(PrintOnDemand(variant)) for variant in (listing.variants if listing is not None else ())]

    @strawberry.field(description="The size guide; null when Printful has none.")
    async def size_guide(self, info: Info, unit: SizeUnit = SizeUnit.INCHES) -> PrintSizeGuide | None:
        guide = await info.context.prints.size_guide(int(self.id), unit)
        return None if guide is None else PrintSizeGuide.of(guide)


def _is_available(self: PrintVariant) -> bool:
    return self.made.is_available


def _is_discontinued(self: PrintVariant) -> bool:
    return self.made.is_discontinued


def _regions(self: PrintVariant) -> list[PrintRegion]:
    return [PrintRegion.of(region) for region in self.made.regions]


def _product(self: PrintVariant) -> PrintProduct | None:
    return None if self.made.product is None else PrintProduct(self.made.product)


@reads(
    "made",
    catalog_variant_id=lambda made: _id(made.catalog_variant_id),
    sync_variant_id=lambda made: _id(made.sync_variant_id),
)
@strawberry.type(description="A variant that Printful makes, by its SKU. Source: Printful.")
class PrintVariant:
    made: strawberry.Private[PrintOnDemand]
    catalog_variant_id: strawberry.ID | None = strawberry.field(description="Printful's number of the blank.")
    sync_variant_id: strawberry.ID | None = strawberry.field(
        description="The sync variant of the Printful store, when the SKU names one."
    )
    size: str | None
    color: str | None
    color_code: str | None = strawberry.field(description="The colour as #rrggbb.")
    image: str | None
    is_available: bool = strawberry.field(
        resolver=_is_available, description="Whether at least one region can make it now."
    )
    is_discontinued: bool = strawberry.field(
        resolver=_is_discontinued, description="Whether Printful has discontinued it."
    )
    availability: list[PrintRegion] = strawberry.field(resolver=_regions, description="One entry per region.")
    product: PrintProduct | None = strawberry.field(resolver=_product)

    def __init__(self, made: PrintOnDemand) -> None:
        self.made = made

    @staff_field(description="What Printful charges for one unit, before discounts.")
    def production_cost(self) -> MoneyV2 | None:
        return money_v2(self.made.production_cost)


def _id(number: int | None) -> strawberry.ID | None:
    return None if number is None else strawberry.ID(str(number))


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


async def print_variant(facts: strawberry.Parent[Facts], info: Info) -> PrintVariant | None:
    product = facts["product"]
    made = await info.context.prints.print_on_demand(facts["sku"], product["vendor"], group=product["id"])
    return None if made is None else PrintVariant(made)


async def print_variants(
    facts: Sequence[Facts], _: Mapping[str, Any], context: RequestContext
) -> list[PrintVariant | BaseException | None]:
    wanted = [Sku(each["sku"], each["product"]["vendor"], each["product"]["id"]) for each in facts]
    found = await context.prints.prints_on_demand(wanted)
    of = {id(each): PrintVariant(each) for each in found if isinstance(each, PrintOnDemand)}
    return [of[id(each)] if isinstance(each, PrintOnDemand) else each for each in found]
