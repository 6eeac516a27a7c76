"""The groups the shop shows its products in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.catalogue.shelf import OPENING_DAY, Shelf
from sandbox.records import Collection, Product
from sandbox.store import Store

FIRST_ID = 400_000_000_001


@dataclass(frozen=True, slots=True)
class _Group:
    handle: str
    title: str
    text: str
    holds: Callable[[Product], bool]
    sort_order: str = "MANUAL"


def _tagged(tag: str) -> Callable[[Product], bool]:
    return lambda product: tag in product.tags


def _of_type(kind: str) -> Callable[[Product], bool]:
    return lambda product: product.product_type == kind


def _is_merchandise(product: Product) -> bool:
    return "menu-item" not in product.tags


GROUPS = (
    _Group("frontpage", "Home page", "What we would order today.", _tagged("featured-item")),
    _Group("all-products", "All products", "Everything that can be sent to you.", _is_merchandise, "BEST_SELLING"),
    _Group("coffee-beans", "Coffee Beans", "Roasted on Tuesdays, sent on Wednesdays.", _of_type("Coffee Beans")),
    _Group("accessories", "Accessories", "What turns beans into coffee.", _of_type("Accessories"), "PRICE"),
    _Group("drinkware", "Drinkware", "What to drink it from.", _of_type("Drinkware"), "TITLE"),
    _Group("apparel", "Apparel", "What to wear while you drink it.", _of_type("Apparel"), "CREATED"),
    _Group("espresso-drinks", "Espresso Drinks", "From the machine.", _tagged("espresso")),
    _Group("brewed-coffee", "Brewed Coffee", "From the pot, the cone and the tap.", _tagged("brewed")),
    _Group("tea-and-more", "Tea and More", "For those who had their coffee.", _tagged("tea")),
    _Group("bakery", "Bakery", "From the oven next door.", _of_type("Food")),
    _Group("seasonal", "Seasonal", "Nothing this month; come back in spring.", _tagged("seasonal"), "TITLE"),
)


def put_collections(shelf: Shelf, store: Store) -> None:
    """Collections of the products now in the store. A manual one shows its newest product first."""
    for turn, group in enumerate(GROUPS):
        chosen = [product for product in store.products.values() if group.holds(product)]
        collection = Collection(
            id=FIRST_ID + turn,
            handle=group.handle,
            title=group.title,
            description_html=f"<p>{group.text}</p>",
            updated_at=datetime(2026, 10, 1, 6, 0, tzinfo=UTC) + timedelta(hours=(turn * 53) % 300),
            products=[*chosen[1:], *chosen[:1]] if group.sort_order == "MANUAL" else chosen,
            picture=shelf.picture(f"collection/{group.handle}.svg", group.title, 1200, 600),
            sort_order=group.sort_order,
            seo_title=f"{group.title} | Kynda Coffee" if turn < 6 else None,
            seo_description=group.text if turn < 6 else None,
        )
        collection.metafields.append(
            shelf.metafield(OPENING_DAY, "intro", "single_line_text_field", group.text),
        )
        store.collections[collection.id] = collection
        if collection.picture:
            store.pictures[collection.picture.id] = collection.picture
