"""The shop's menus and the redirects from addresses that moved."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from sandbox.content_records import Menu, MenuItem, Translations, UrlRedirect
from sandbox.store import Store

MOVED = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
REDIRECTS = (
    ("/menu", "/collections/espresso-drinks"),
    ("/mugs", "/products/your-design-mug"),
    ("/shop/all", "/collections/all-products"),
    ("/blog", "/blogs/journal"),
    ("/pages/how-to-brew", "/pages/brew-guide"),
    ("/order-online", "/collections/bakery"),
)


def fill_navigation(store: Store) -> None:
    """Puts the three menus and the redirects into the store."""
    numbers = count(97_000_000_001)
    store.content.menus += [
        Menu(98_000_000_001, "main-menu", "Main menu", _main(numbers), {"DE": {"title": "Hauptmenü"}}),
        Menu(98_000_000_002, "footer", "Footer menu", _footer(numbers), {"DE": {"title": "Fußzeile"}}),
        Menu(98_000_000_003, "cafe-menu", "Café menu", _cafe(numbers), {"DE": {"title": "Speisekarte"}}),
    ]
    for number, (path, target) in enumerate(REDIRECTS):
        store.content.redirects.append(
            UrlRedirect(99_000_000_001 + number, path, target, MOVED + timedelta(days=number))
        )


def _main(numbers: Iterator[int]) -> list[MenuItem]:
    shop = MenuItem(
        next(numbers), "Shop", "CATALOG", "/collections/all-products", translations=_in("Laden", "Tienda", "Boutique")
    )
    shop.items += [
        _collection(numbers, "Coffee beans", "coffee-beans", tags=["roast-light", "roast-dark"]),
        _collection(numbers, "Apparel", "apparel"),
        _collection(numbers, "Drinkware", "drinkware"),
        MenuItem(
            next(numbers),
            "Your design on a shirt",
            "PRODUCT",
            "/products/your-design-shirt",
            ("Product", "your-design-shirt"),
        ),
        MenuItem(next(numbers), "All collections", "COLLECTIONS", "/collections"),
    ]
    shop.items[1].items.append(
        MenuItem(next(numbers), "Designs", "METAOBJECT", "/pages/designs/abstract-swirls", ("Metaobject", "design-001"))
    )
    journal = MenuItem(next(numbers), "Journal", "BLOG", "/blogs/journal", ("Blog", "journal"))
    journal.items.append(MenuItem(next(numbers), "Water", "ARTICLE", "/blogs/journal/water", ("Article", "water")))
    home = MenuItem(next(numbers), "Home", "FRONTPAGE", "/", translations=_in("Start", "Inicio", "Accueil"))
    about = MenuItem(next(numbers), "About us", "PAGE", "/pages/about", ("Page", "about"))
    about.translations = _in("Über uns", "Quiénes somos", "À propos")
    return [home, shop, journal, about]


def _footer(numbers: Iterator[int]) -> list[MenuItem]:
    return [
        MenuItem(next(numbers), "Search", "SEARCH", "/search", translations=_in("Suche", "Buscar", "Recherche")),
        MenuItem(next(numbers), "Refunds", "SHOP_POLICY", "/policies/refund-policy", ("ShopPolicy", "refund-policy")),
        MenuItem(next(numbers), "Contact", "PAGE", "/pages/contact", ("Page", "contact")),
        MenuItem(next(numbers), "Your account", "CUSTOMER_ACCOUNT_PAGE", "/account"),
        MenuItem(next(numbers), "Growers we know", "HTTP", "https://growers.example/"),
    ]


def _cafe(numbers: Iterator[int]) -> list[MenuItem]:
    drinks = _collection(numbers, "Espresso drinks", "espresso-drinks")
    return [
        drinks,
        _collection(numbers, "Brewed coffee", "brewed-coffee"),
        _collection(numbers, "Tea and more", "tea-and-more"),
        _collection(numbers, "Bakery", "bakery"),
    ]


def _collection(numbers: Iterator[int], title: str, handle: str, tags: list[str] | None = None) -> MenuItem:
    return MenuItem(next(numbers), title, "COLLECTION", f"/collections/{handle}", ("Collection", handle), tags or [])


def _in(german: str, spanish: str, french: str) -> Translations:
    return {"DE": {"title": german}, "ES": {"title": spanish}, "FR": {"title": french}}
