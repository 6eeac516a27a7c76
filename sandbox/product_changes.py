"""Changes of products from outside, as the shop's staff or a sale make them: price, title, handle, stock, new, gone."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass as checked

from sandbox.records import Collection, OptionValue, Product, ProductOption, ProductVariant
from sandbox.store import Store
from sandbox.storefront.values import gid, timestamp
from sandbox.webhook_payloads import Level

Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class UnknownChange(ValueError):
    """The requested change is impossible; the message says why."""


@checked(slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ProductChange:
    """What is to change. `price` and `stock` (units at each location): of one variant by its SKU or title, or of all.

    `removed` takes the product off the shelf. A title and a price for a handle that is free make a new product.
    """

    price: Money | None = None
    stock: int | None = None
    variant: str | None = None
    title: Annotated[str, Field(min_length=1)] | None = None
    handle: Annotated[str, Field(pattern="[a-z0-9-]+")] | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """The content of a webhook about a product. `id` and `variant_ids` are global ids."""

    id: str
    handle: str
    updated_at: datetime
    variant_ids: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """With the names that Shopify's webhooks use."""
        return {
            "admin_graphql_api_id": self.id,
            "handle": self.handle,
            "updated_at": timestamp(self.updated_at),
            "variants": [{"admin_graphql_api_id": each} for each in self.variant_ids],
        }


def change_product(store: Store, product_handle: str, /, **change: Any) -> ProductFacts:
    """Changes the product of that handle at once, as `ProductChange` has it; what a webhook would tell of it.

    Admin shows the change at once, Storefront when its lag has passed. Raises UnknownChange.
    """
    try:
        given = ProductChange(**change)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise UnknownChange("; ".join(problems)) from None
    product = store.product_by_handle(product_handle)
    if product is None:
        if given.title is None or given.price is None:
            raise UnknownChange(f"there is no product {product_handle!r}; a new one needs a title and a price")
        product = _new_product(store, product_handle, given.title, given.price)
        store.tell(("products/create", product))
        return _facts(product)
    variants = [each for each in product.variants if given.variant in (None, each.sku, each.title)]
    if not variants:
        raise UnknownChange(f"{product_handle!r} has no variant {given.variant!r}")
    if given.handle is not None and store.product_by_handle(given.handle) not in (None, product):
        raise UnknownChange(f"the handle {given.handle!r} is taken")
    _change(store, product, variants, given)
    if given.removed:
        collections = _remove(store, product)
        store.tell(("products/delete", product), *(("collections/update", each) for each in collections))
    else:
        counted = variants if given.stock is not None else []
        levels = [Level(variant, place) for variant in counted for place in variant.stock]
        store.tell(*(("inventory_levels/update", each) for each in levels), ("products/update", product))
    return _facts(product)


def _change(store: Store, product: Product, variants: list[ProductVariant], asked: ProductChange) -> None:
    for variant in variants:
        if asked.price is not None:
            store.history.set(variant, "price", asked.price)
        if asked.stock is not None:
            levels = {place: replace(level, available=asked.stock) for place, level in variant.stock.items()}
            store.history.set(variant, "stock", levels)
    if asked.title is not None:
        store.history.set(product, "title", asked.title)
    if asked.handle is not None:
        store.history.set(product, "handle", asked.handle)
    store.history.set(product, "updated_at", store.clock.now())


def _new_product(store: Store, handle: str, title: str, price: Decimal) -> Product:
    now = store.clock.now()
    product = Product(
        id=store.new_id(),
        handle=handle,
        title=title,
        description_html="",
        vendor="Kynda Roastery",
        product_type="",
        tags=[],
        created_at=now,
        updated_at=now,
        published_at=now,
    )
    variant = ProductVariant(
        id=store.new_id(),
        product=product,
        title="Default Title",
        sku=None,
        price=price,
        selected={"Title": "Default Title"},
        position=1,
        inventory_item_id=store.new_id(),
        tracked=False,
    )
    product.options.append(ProductOption(store.new_id(), "Title", [OptionValue(store.new_id(), "Default Title")]))
    product.variants.append(variant)
    store.history.set(store, "products", {**store.products, product.id: product})
    store.history.set(store, "variants", {**store.variants, variant.id: variant})
    return product


def _remove(store: Store, product: Product) -> list[Collection]:
    """Takes a product off the shelf; the collections that held it."""
    others = {number: each for number, each in store.products.items() if each is not product}
    store.history.set(store, "products", others)
    store.history.set(
        store, "variants", {number: each for number, each in store.variants.items() if each.product is not product}
    )
    changed = [each for each in store.collections.values() if product in each.products]
    for collection in changed:
        store.history.set(collection, "products", [each for each in collection.products if each is not product])
        store.history.set(collection, "updated_at", store.clock.now())
    return changed


def _facts(product: Product) -> ProductFacts:
    return ProductFacts(
        id=gid("Product", product.id),
        handle=product.handle,
        updated_at=product.updated_at,
        variant_ids=tuple(gid("ProductVariant", each.id) for each in product.variants),
    )
