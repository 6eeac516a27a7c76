"""The fields that the gateway adds to Storefront's types. `schema/graph.py` puts them on when it builds the schema."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from resolvers import product_kinds
from resolvers.context import RequestContext
from resolvers.product_kinds import FEATURED_TAG, ProductKind
from schema.cache_control import CachePurgePayload, CacheStats, cache_purge, cache_stats
from schema.cafe_menu import CAFE_MENU, CafeMenu, cafe_menu
from schema.cart_visit import CART_VISIT, CartVisitInput
from schema.catalog_issues import CatalogIssueConnection, catalog_issues
from schema.designs import DESIGNED_LINE, Design, all_designs, product_designs
from schema.forwarding_preview import ForwardingPreview, preview_forwarding
from schema.gateway_field import Facts, Rewrite, gateway_field, rewritten_field
from schema.gateway_info import Gateway, this_gateway
from schema.inventory import VariantInventory, variant_inventory
from schema.margin import Margin, cart_margin, variant_margin
from schema.merchandise import MERCHANDISE, merchandise
from schema.mockups import Mockup, mockup, mockup_create
from schema.order_wishes import cancel_print_order, confirm_print_order, failed_forwards, forward_order
from schema.print_catalogue import (
    PrintCategory,
    PrintTemplatePage,
    printful_categories,
    printful_product,
    printful_products,
    printful_templates,
)
from schema.print_on_demand import PrintProduct, PrintVariant, print_variant
from schema.safe_html import DESCRIPTION as SAFE_DESCRIPTION
from schema.safe_html import safe_description_html
from schema.shipping import PrintCostEstimate, PrintShippingQuote, cost_estimate, shipping_rates
from schema.shop_order import ShopOrder, shop_order, shop_order_by_id
from schema.storefront.enums import ProductSortKeys
from schema.storefront.roots import Mutation, QueryRoot
from schema.storefront.scalars import HTML
from schema.storefront.types import (
    Cart,
    CartAttributesUpdatePayload,
    CartLinesAddPayload,
    Product,
    ProductConnection,
    ProductVariant,
)

strawberry.enum(
    ProductKind,
    description="What a product is to the shop: made at the counter, coffee to take home, or merchandise.",
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
        _is_featured, needs="{ tags }", keeps=True, description="Whether the home page shows it (tag `featured-item`)."
    )
    is_customizable: bool | None = gateway_field(
        _is_customizable,
        needs="{ tags }",
        keeps=True,
        description="Whether the buyer chooses a design for it (tag `customizable-printful`).",
    )
    kind: ProductKind | None = gateway_field(
        _kind, needs="{ tags productType }", keeps=True, description="What it is to the shop, by its tags and type."
    )
    safe_description_html: HTML | None = gateway_field(
        safe_description_html, needs="{ descriptionHtml }", keeps=True, description=SAFE_DESCRIPTION
    )
    designs: list[Design] | None = gateway_field(
        product_designs,
        needs="{ tags }",
        keeps=True,
        description="The designs that it can be printed with; empty where the buyer does not choose one.",
    )


@strawberry.type
class ProductVariantFields:
    inventory: VariantInventory | None = gateway_field(
        variant_inventory, needs="{ id }", keeps=True, description="Its stock. Source: Shopify Admin."
    )
    printful: PrintVariant | None = gateway_field(
        print_variant,
        needs="{ sku product { id vendor } }",
        keeps=True,
        description="What Printful knows of it; null for goods that Printful does not make (SKU `PFUL-…`).",
    )
    margin: Margin | None = gateway_field(
        variant_margin,
        needs="{ id sku price { amount currencyCode } product { id vendor } }",
        staff=True,
        description="What the shop earns by selling one of it alone.",
    )


@strawberry.type
class CartFields:
    margin: Margin | None = gateway_field(
        cart_margin,
        needs="{ id }",
        staff=True,
        description="What the shop earns by the cart, before taxes and what the buyer pays for shipping.",
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
        _featured_products, FEATURED, keeps=True, description="The products that the home page shows."
    )
    merchandise: ProductConnection | None = gateway_field(
        merchandise,
        template=MERCHANDISE,
        keeps=True,
        description="The products of the shop page: all merchandise, or the category (a collection) of a handle; "
        "null for an unknown one. Menu items are no merchandise.",
    )
    cafe_menu: CafeMenu | None = gateway_field(
        cafe_menu,
        template=CAFE_MENU,
        keeps=True,
        description="What the cafe makes: the collections under the shop's menu for it; null when there is none.",
    )
    designs: list[Design] = gateway_field(
        all_designs, keeps=True, description="The designs that customizable goods can have."
    )
    printful_categories: list[PrintCategory] | None = gateway_field(
        printful_categories, keeps=True, description="The categories of Printful's catalogue."
    )
    printful_products: list[PrintProduct] | None = gateway_field(
        printful_products,
        keeps=True,
        description="What Printful can print on: of some categories or of all, and with all words of `search` in its "
        "names. At most 100 at a time.",
    )
    printful_product: PrintProduct | None = gateway_field(
        printful_product, keeps=True, description="A blank by Printful's number; null when there is none."
    )
    shipping_rates: PrintShippingQuote | None = gateway_field(
        shipping_rates,
        description="What shipping costs of the printed goods in a cart, or among `items`: as Printful says now, as it "
        "last said, or at the shop's flat rate. Null for an unknown cart. Without `address`: to where the cart goes.",
    )
    cost_estimate: PrintCostEstimate | None = gateway_field(
        cost_estimate, staff=True, description="What Printful would charge for an order of these; nothing is ordered."
    )
    mockup: Mockup | None = gateway_field(
        mockup, description="A mockup of the last 30 days and how far it is; null for an unknown one."
    )
    printful_templates: PrintTemplatePage | None = gateway_field(
        printful_templates,
        staff=True,
        description="The product templates of the shop's Printful account, at most 100 at a time. Its token has to be "
        "of the account, not of a single store.",
    )
    cache_stats: CacheStats | None = gateway_field(
        cache_stats, staff=True, description="What the cache holds and did, in this process; null when it is off."
    )
    catalog_issues: CatalogIssueConnection | None = gateway_field(
        catalog_issues,
        staff=True,
        description="What is wrong with how products are set up for printing. Looks at the whole catalogue each time.",
    )
    shop_order: ShopOrder | None = gateway_field(
        shop_order,
        description="A guest's order, by its name (with or without `#`) and the e-mail address it was placed with. "
        "Null when there is none of that name and address. A client may look for so many in an hour.",
    )
    shop_order_by_id: ShopOrder | None = gateway_field(
        shop_order_by_id,
        staff=True,
        description="An order by its global id, its number or its name; null when there is none.",
    )
    failed_forwards: list[ShopOrder] | None = gateway_field(
        failed_forwards,
        staff=True,
        description="The last orders of which a part failed or is left for later, the newest first; at most 100.",
    )
    preview_forwarding: ForwardingPreview | None = gateway_field(
        preview_forwarding,
        staff=True,
        description="What would be sent for an order now, and what is wrong with it; nothing is sent.",
    )
    gateway: Gateway = gateway_field(this_gateway, description="This gateway.")


@strawberry.type
class MutationFields:
    mockup_create: Mockup | None = gateway_field(
        mockup_create,
        description="A picture of a design on a customizable variant: ours at once, and Printful's when it is made.",
    )
    cache_purge: CachePurgePayload = gateway_field(
        cache_purge, staff=True, description="Forgets what is kept about these ids, and what is kept of these kinds."
    )
    forward_order: ShopOrder | None = gateway_field(
        forward_order,
        staff=True,
        description="Brings an order to where it has to be, and tries again what was given up.",
    )
    confirm_print_order: ShopOrder | None = gateway_field(
        confirm_print_order,
        staff=True,
        description="Has Printful make an order that waits there as a draft. Printful charges for it.",
    )
    cancel_print_order: ShopOrder | None = gateway_field(
        cancel_print_order,
        staff=True,
        description="Cancels an order at Printful, as long as it is not made. The order in Shopify stays as it is.",
    )

    cart_add_designed_line: CartLinesAddPayload | None = rewritten_field(
        _cart_add_designed_line,
        DESIGNED_LINE,
        description="Adds a customizable product with one of the shop's designs to a cart, as `cartLinesAdd` does. "
        "The same with another design is a line of its own.",
    )
    cart_visit_update: CartAttributesUpdatePayload | None = rewritten_field(
        _cart_visit_update,
        CART_VISIT,
        description="Writes table, location, way of handing over and time of a visit on a cart, as the attributes "
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
