"""Builds the Printful order for a Shopify order: items, recipient, shipping method and retail costs. No I/O.

Each fault is a sentence for staff that names what to fix. All faults are listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clients.admin.orders import Order, OrderLine
from clients.global_ids import GlobalId, bare_id
from clients.printful.orders import MAX_QUANTITY, DraftItem, OrderDraft, RetailCosts
from resolvers.designs import ART_URL_ATTRIBUTE, DesignCatalogue
from resolvers.orders.apportioning import fraction_by_value, share_of
from resolvers.orders.lines import full_title, named
from resolvers.orders.plan import ForwardingRules
from resolvers.orders.recipient import recipient_of
from resolvers.orders.shipping_choice import NO_RATES, ShopRates, carriers, shipping_method
from resolvers.print_on_demand import CatalogVariantRef, read_printful_sku


@dataclass(frozen=True, slots=True)
class Drafted:
    """The draft, or the `faults` that prevent one."""

    draft: OrderDraft | None
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def print_draft(
    order: Order,
    units: Mapping[GlobalId, int],
    in_shipping: Mapping[GlobalId, int],
    *,
    designs: DesignCatalogue,
    rules: ForwardingRules,
    shop_rates: ShopRates = NO_RATES,
) -> Drafted:
    """The draft for the given units of the lines (by id); `in_shipping` are all shipped units."""
    faults: list[str] = []
    items = [
        item
        for line in order.lines
        if units.get(line.id, 0) > 0
        for item in _item(line, units[line.id], designs, faults)
    ]
    recipient, warnings = recipient_of(order, faults)
    method, said = shipping_method(order, rules.shipping_methods, shop_rates)
    warnings = [*warnings, *said]
    if faults or recipient is None:
        return Drafted(None, tuple(faults), tuple(warnings))
    draft = OrderDraft(
        external_id=order.number,
        shipping=method,
        recipient=recipient,
        items=tuple(items),
        retail_costs=_retail_costs(order, units, in_shipping),
        order_name=order.name,
    )
    return Drafted(draft, (), tuple(warnings))


def _item(line: OrderLine, quantity: int, designs: DesignCatalogue, faults: list[str]) -> list[DraftItem]:
    """The item of a line, in a list; empty when the line has faults."""
    found: list[str] = []
    if quantity > MAX_QUANTITY:
        found.append(f"{named(line)}: the quantity is {quantity}; Printful's most is {MAX_QUANTITY} for one line.")
    ref = read_printful_sku(line.sku, line.vendor)
    if ref is None:
        found.append(
            f"{named(line)} has a SKU that is not one of Printful's. Use PFUL-<variant number> or "
            "PFUL-SYNC-<sync variant number>: correct the variant, then replace the line by editing the order."
        )
    url = next((value for key, value in line.attributes if key == ART_URL_ATTRIBUTE and value.strip()), None)
    design = designs.of_art(url.strip()) if url else None
    is_blank = isinstance(ref, CatalogVariantRef)
    if url and design is None:
        found.append(
            f"{named(line)}: the picture to print is not one of the shop's designs. Ask the buyer for a design, "
            "then replace the line by editing the order."
        )
    if is_blank and not url:
        found.append(
            f"{named(line)} is a blank product of Printful's catalogue, and no design was chosen: ask the buyer."
        )
    if ref is not None and not is_blank and url:
        found.append(
            f"{named(line)} has its own design at Printful, but the buyer chose another one: "
            "ask the buyer which to print."
        )
    faults += found
    if found or ref is None:
        return []
    return [
        DraftItem(
            external_id=bare_id(line.id),
            quantity=quantity,
            name=full_title(line),
            retail_price=line.unit_price,
            variant_id=ref.variant_id if isinstance(ref, CatalogVariantRef) else None,
            sync_variant_id=None if isinstance(ref, CatalogVariantRef) else ref.sync_variant_id,
            art_url=design.full_image_url if design else None,
            previous_art_urls=design.previous_urls if design else (),
        )
    ]


def _retail_costs(order: Order, units: Mapping[GlobalId, int], in_shipping: Mapping[GlobalId, int]) -> RetailCosts:
    part, whole = fraction_by_value(order, units, in_shipping)
    lines = carriers(order)
    share = share_of(
        order,
        units,
        shipping=sum(line.price for line in lines) * part / whole,
        shipping_tax=sum(line.tax for line in lines) * part / whole,
    )
    return RetailCosts(order.currency, share.subtotal, share.discount, share.shipping, share.tax)
