"""The fields that the gateway adds to Storefront's types. `schema/graph.py` adds them when it builds the schema."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from resolvers import product_kinds
from resolvers.context import RequestContext
from resolvers.product_kinds import FEATURED_TAG, ProductKind
from schema.cache_control import CachePurgePayload, CacheStats, cache_purge, cache_stats
from schema.cafe_menu import (
    CAFE_MENU,
    CafeMenu,
    CafeOrdersSwitch,
    cafe_accepts_orders_set,
    cafe_menu,
    cafe_orders_switch,
)
from schema.cart_visit import CART_VISIT, CartVisitInput
from schema.catalog_issues import CatalogIssueConnection, catalog_issues
from schema.designs import DESIGNED_LINE, Design, all_designs, product_designs
from schema.forwarding_preview import ForwardingPreview, preview_forwarding
from schema.gateway_field import Facts, Rewrite, gateway_field, rewritten_field
from schema.gateway_info import Gateway, this_gateway
from schema.history import HistoryConnection, MonthMoney, history, money_by_month
from schema.inventory import VariantInventory, variant_inventories, variant_inventory
from schema.margin import Margin, cart_margin, variant_margin
from schema.merchandise import MERCHANDISE, merchandise
from schema.mockups import Mockup, mockup, mockup_create
from schema.order_actions import cancel_print_order, confirm_print_order, failed_forwards, forward_order
from schema.order_desk import OrderDesk, order_desk, search_orders
from schema.print_catalogue import (
    PrintCategory,
    PrintTemplatePage,
    printful_categories,
    printful_product,
    printful_products,
    printful_templates,
)
from schema.print_on_demand import PrintProduct, PrintVariant, print_variant, print_variants
from schema.safe_html import DESCRIPTION as SAFE_DESCRIPTION
from schema.safe_html import safe_description_html
from schema.set_up import SetUpFinding, set_up_findings
from schema.shipping import PrintCostEstimate, PrintShippingQuote, cost_estimate, shipping_rates
from schema.shop_order import ShopOrder, shop_order, shop_order_by_id
from schema.status import GatewayStatus, gateway_status
from schema.storefront import (
    HTML,
    Cart,
    CartAttributesUpdatePayload,
    CartLinesAddPayload,
    Mutation,
    Product,
    ProductConnection,
    ProductSortKeys,
    ProductVariant,
    QueryRoot,
)

strawberry.enum(
    ProductKind,
    description="The shop's classification of a product: made at the counter, coffee to take home, or merchandise.",
)


def _is_featured(facts: strawberry.Parent[Facts]) -> bool:
    return product_kinds.is_featured(facts["tags"])


def _is_customizable(facts: strawberry.Parent[Facts]) -> bool:
    return product_kinds.is_customizable(facts["tags"])


def _kind(facts: strawberry.Parent[Facts]) -> ProductKind:
    return product_kinds.kind_of(facts["tags"], facts["productType"])


@strawberry.type
class ProductFields:
    is_featured: bool | None = gateway_field(
        _is_featured,
        needs="{ tags }",
        is_cacheable=True,
        description="Whether the home page shows the product (tag `featured-item`).",
    )
    is_customizable: bool | None = gateway_field(
        _is_customizable,
        needs="{ tags }",
        is_cacheable=True,
        description="Whether the buyer chooses a design for the product (tag `customizable-printful`).",
    )
    kind: ProductKind | None = gateway_field(
        _kind,
        needs="{ tags productType }",
        is_cacheable=True,
        description="The shop's classification of the product, from its tags and type.",
    )
    safe_description_html: HTML | None = gateway_field(
        safe_description_html, needs="{ descriptionHtml }", is_cacheable=True, description=SAFE_DESCRIPTION
    )
    designs: list[Design] | None = gateway_field(
        product_designs,
        needs="{ tags }",
        is_cacheable=True,
        description="The designs that the product can be printed with; empty when the buyer chooses none.",
    )


@strawberry.type
class ProductVariantFields:
    inventory: VariantInventory | None = gateway_field(
        variant_inventory,
        many=variant_inventories,
        needs="{ id }",
        is_cacheable=True,
        description="The variant's stock. Source: Shopify Admin.",
    )
    printful: PrintVariant | None = gateway_field(
        print_variant,
        many=print_variants,
        needs="{ sku product { id vendor } }",
        is_cacheable=True,
        description="Printful's data on the variant; null when Printful does not make it (SKU `PFUL-…`). Source: "
        "Printful.",
    )
    margin: Margin | None = gateway_field(
        variant_margin,
        needs="{ id sku price { amount currencyCode } product { id vendor } }",
        staff=True,
        description="What the shop earns by selling one unit of the variant alone.",
    )


@strawberry.type
class CartFields:
    margin: Margin | None = gateway_field(
        cart_margin,
        needs="{ id }",
        staff=True,
        description="What the shop earns by the cart, before taxes and without the shipping that the buyer pays.",
    )


async def _featured(arguments: Mapping[str, Any], _: RequestContext) -> Mapping[str, Any]:
    return {**arguments, "query": f"tag:'{FEATURED_TAG}'"}


FEATURED = Rewrite(
    field="products",
    sends=("after", "before", "first", "last", "query", "reverse", "sortKey"),
    arguments=_featured,
)


def _featured_products(
    *,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    reverse: bool | None = False,
    sort_key: ProductSortKeys | None = strawberry.UNSET,
) -> ProductConnection: ...


def _cart_add_designed_line(
    *, cart_id: strawberry.ID, merchandise_id: strawberry.ID, design_id: strawberry.ID, quantity: int = 1
) -> CartLinesAddPayload | None: ...


def _cart_visit_update(*, cart_id: strawberry.ID, visit: CartVisitInput) -> CartAttributesUpdatePayload | None: ...


@strawberry.type
class QueryFields:
    featured_products: ProductConnection = rewritten_field(
        _featured_products,
        FEATURED,
        is_cacheable=True,
        description="The products of the home page (tag `featured-item`).",
    )
    merchandise: ProductConnection | None = gateway_field(
        merchandise,
        template=MERCHANDISE,
        is_cacheable=True,
        description="The products of the shop page: all merchandise, or the category (a collection) with that handle; "
        "null when it is unknown. Menu items are not merchandise.",
    )
    cafe_menu: CafeMenu | None = gateway_field(
        cafe_menu,
        template=CAFE_MENU,
        is_cacheable=True,
        description="The cafe's menu: the collections under the Storefront menu that the shop chose for it; null "
        "without one. `locationId` is the Shopify location whose counter counts: what is sold out there, and its "
        "hours. Without it the default counter does; without a default something is sold out where all counters say "
        "so.",
    )
    cafe_orders_switch: CafeOrdersSwitch | None = gateway_field(
        cafe_orders_switch, staff=True, description="Which locations take no orders from the web, as staff set it."
    )
    designs: list[Design] = gateway_field(
        all_designs, is_cacheable=True, description="The designs that customizable goods can be printed with."
    )
    printful_categories: list[PrintCategory] | None = gateway_field(
        printful_categories, is_cacheable=True, description="The categories of Printful's catalogue."
    )
    printful_products: list[PrintProduct] | None = gateway_field(
        printful_products,
        is_cacheable=True,
        description="Printful's catalogue products, of some categories or of all, with all words of `search` in the "
        "name. At most 100 at a time.",
    )
    printful_product: PrintProduct | None = gateway_field(
        printful_product,
        is_cacheable=True,
        description="A catalogue product by Printful's number; null when there is none.",
    )
    shipping_rates: PrintShippingQuote | None = gateway_field(
        shipping_rates,
        description="Shipping rates of the printed goods in a cart, or among `items`: Printful's current rates, its "
        "last "
        "known rates, or the shop's flat rate. Null for an unknown cart. `address` defaults to the cart's delivery "
        "address.",
    )
    cost_estimate: PrintCostEstimate | None = gateway_field(
        cost_estimate,
        staff=True,
        description="What Printful would charge for an order of these items. Nothing is ordered.",
    )
    mockup: Mockup | None = gateway_field(
        mockup, description="A mockup of the last 30 days and its state; null when it is unknown."
    )
    printful_templates: PrintTemplatePage | None = gateway_field(
        printful_templates,
        staff=True,
        description="The product templates of the shop's Printful account, at most 100 at a time. The API token "
        "must be "
        "one of the account, not of a single store.",
    )
    cache_stats: CacheStats | None = gateway_field(
        cache_stats, staff=True, description="Statistics of the cache in this process; null when the cache is off."
    )
    catalog_issues: CatalogIssueConnection | None = gateway_field(
        catalog_issues,
        staff=True,
        description="Problems in how products are set up for printing. Each query checks the whole catalogue.",
    )
    shop_order: ShopOrder | None = gateway_field(
        shop_order,
        description="A guest's order, by its name (with or without `#`) and the e-mail address of the buyer. An order "
        "without an e-mail address is found by the buyer's phone number, in any notation. "
        "Null when no order has that name and address. The number of look-ups per client and hour is limited.",
    )
    shop_order_by_id: ShopOrder | None = gateway_field(
        shop_order_by_id,
        staff=True,
        description="An order by its global id, its number or its name; null when there is none.",
    )
    failed_forwards: list[ShopOrder] | None = gateway_field(
        failed_forwards,
        staff=True,
        description="The latest orders with a failed or pending part, newest first; at most 100.",
    )
    order_desk: OrderDesk | None = gateway_field(
        order_desk,
        staff=True,
        description="The orders that need a person, those that continue automatically, and those that were sent.",
    )
    search_orders: list[ShopOrder] | None = gateway_field(
        search_orders,
        staff=True,
        description="Orders by name or number, e-mail address or tag; those that match exactly come first. At most "
        "100.",
    )
    preview_forwarding: ForwardingPreview | None = gateway_field(
        preview_forwarding,
        staff=True,
        description="What would be sent for an order now, and what would prevent it. Nothing is sent.",
    )
    gateway: Gateway = gateway_field(this_gateway, description="Facts about this gateway.")
    set_up_findings: list[SetUpFinding] | None = gateway_field(
        set_up_findings,
        staff=True,
        description="The findings of `python -m app doctor`. Each query asks all systems and checks the catalogue.",
    )
    history: HistoryConnection | None = gateway_field(
        history,
        staff=True,
        description="What the gateway did with orders, the latest first, also beyond what Shopify still shows. Needs "
        "`DATABASE_URL`.",
    )
    money_by_month: list[MonthMoney] | None = gateway_field(
        money_by_month,
        staff=True,
        description="What orders brought and cost, by month and currency. Needs `DATABASE_URL`.",
    )
    status: GatewayStatus = gateway_field(
        gateway_status,
        staff=True,
        description="The state of this process and of the systems behind it. Read from memory: no system is called.",
    )


@strawberry.type
class MutationFields:
    mockup_create: Mockup | None = gateway_field(
        mockup_create,
        description="Makes a picture of a design on a customizable variant: the gateway's at once, Printful's when "
        "it is ready.",
    )
    cafe_accepts_orders_set: CafeOrdersSwitch | None = gateway_field(
        cafe_accepts_orders_set,
        staff=True,
        description="Turns orders from the web on or off, for a location or for all. Shopify stores the switch. The "
        "menu shows it in `acceptsOrders`; carts and checkouts are not stopped.",
    )
    cache_purge: CachePurgePayload = gateway_field(
        cache_purge,
        staff=True,
        description="Removes cached answers that contain these ids, and cached answers of these kinds.",
    )
    forward_order: ShopOrder | None = gateway_field(
        forward_order,
        staff=True,
        description="Forwards an order now, and tries again what was refused or cancelled.",
    )
    confirm_print_order: ShopOrder | None = gateway_field(
        confirm_print_order,
        staff=True,
        description="Confirms an order that is a draft at Printful. Printful then makes it and charges for it.",
    )
    cancel_print_order: ShopOrder | None = gateway_field(
        cancel_print_order,
        staff=True,
        description="Cancels an order at Printful while Printful has not started on it. The order in Shopify stays "
        "as it is.",
    )

    cart_add_designed_line: CartLinesAddPayload | None = rewritten_field(
        _cart_add_designed_line,
        DESIGNED_LINE,
        description="Adds a customizable product with one of the shop's designs to a cart, as `cartLinesAdd` does. "
        "The same product with another design becomes a separate line.",
    )
    cart_visit_update: CartAttributesUpdatePayload | None = rewritten_field(
        _cart_visit_update,
        CART_VISIT,
        description="Writes the table, location, fulfilment mode and pickup time of a visit on a cart, as the "
        "attributes "
        "`table`, `location`, `fulfillment_mode` and `pickup_at`. All other attributes stay.",
    )


ADDED: Mapping[type, type] = {
    Cart: CartFields,
    Mutation: MutationFields,
    Product: ProductFields,
    ProductVariant: ProductVariantFields,
    QueryRoot: QueryFields,
}
"""Storefront's type -> the class that holds the fields added to it."""
