"""The shop's pages and policies."""

from datetime import UTC, datetime, timedelta

from sandbox.content_records import Page, ShopPolicy, Translations
from sandbox.records import Metafield
from sandbox.store import Store

OPENED = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


def fill_pages(store: Store) -> None:
    """Puts pages and policies into the store."""
    pages = (
        _page(1, "brew-guide", "Brew guide", BREW_GUIDE, seo=("How to brew coffee at home", "Pour-over, press, pot.")),
        _page(2, "about", "About us", ABOUT, translations=TRANSLATED_ABOUT),
        _page(3, "contact", "Contact", CONTACT),
        _page(4, "size-guide", "Size guide", SIZE_GUIDE),
        _page(5, "allergens", "Allergens and ingredients", ALLERGENS, translations=TRANSLATED_ALLERGENS),
        _page(6, "wholesale", "Wholesale", WHOLESALE),
        _page(7, "visit", "Visit us", VISIT, seo=("Kynda Coffee in Main Street", "Two cafés and a roastery.")),
    )
    store.content.pages.extend(pages)
    made = pages[0].created_at
    pages[0].metafields += [
        Metafield(61_000_000_001, "custom", "reading_minutes", "number_integer", "6", made, made, "How long it takes"),
        Metafield(
            61_000_000_002, "custom", "featured", "product_reference", "gid://shopify/Product/8000000001", made, made
        ),
        Metafield(
            61_000_000_003,
            "custom",
            "designs",
            "list.metaobject_reference",
            '["gid://shopify/Metaobject/92000000001", "gid://shopify/Metaobject/92000000002"]',
            made,
            made,
        ),
    ]
    for number, (field_name, handle, title, body) in enumerate(POLICIES, start=1):
        store.content.policies.append(ShopPolicy(93_000_000_000 + number, field_name, handle, title, body))


def _page(
    number: int,
    handle: str,
    title: str,
    body: str,
    *,
    seo: tuple[str | None, str | None] = (None, None),
    translations: Translations | None = None,
) -> Page:
    return Page(
        90_000_000_000 + number,
        handle,
        title,
        body,
        OPENED + timedelta(days=number),
        OPENED + timedelta(days=60 + (number * 37) % 50),
        seo_title=seo[0],
        seo_description=seo[1],
        translations=translations or {},
    )


BREW_GUIDE = """<h2>Pour-over</h2><p>Fifteen grams of coffee, two hundred and fifty of water just off the boil. Wet the
grounds, wait half a minute, then pour in slow circles until three minutes have gone.</p><h2>French press</h2>
<p>Thirty grams, coarse. Half a litre of water. Four minutes with the lid on, then press slowly.</p>
<h2>Moka pot</h2><p>Fill the basket without tamping, start with hot water, and take it off as soon as it gurgles.</p>"""
ABOUT = """<p>Kynda Coffee began as a cart beside the river. We roast in small lots on Tuesdays and Fridays, pay growers
above the market, and know most of our regulars by their order.</p>"""
CONTACT = """<p>Write to <a href="mailto:hello@kynda.example">hello@kynda.example</a> or ask at the counter. We answer
within a day, faster before noon.</p>"""
SIZE_GUIDE = """<table><tr><th>Size</th><th>Chest</th><th>Length</th></tr>
<tr><td>S</td><td>91-96 cm</td><td>71 cm</td></tr>
<tr><td>M</td><td>97-104 cm</td><td>74 cm</td></tr><tr><td>L</td><td>105-112 cm</td><td>76 cm</td></tr></table>"""
ALLERGENS = """<p>Oat, soy and almond milk are steamed with the same wand as cow's milk. Pastries come from a kitchen
that handles nuts, eggs and wheat.</p>"""
WHOLESALE = (
    """<p>Cafés and offices get our coffee from five kilograms a week on, with a barista who trains your team.</p>"""
)
VISIT = """<p>Main Street: every day from seven. Riverside: every day from eight. The roastery opens its doors on
Saturdays, with a tasting at eleven.</p>"""
TRANSLATED_ABOUT: Translations = {
    "DE": {
        "title": "Über uns",
        "body": "<p>Kynda Coffee fing als Wagen am Fluss an. Wir rösten in kleinen Mengen.</p>",
    },
    "ES": {"title": "Quiénes somos", "body": "<p>Kynda Coffee nació como un carrito junto al río.</p>"},
    "FR": {"title": "À propos", "body": "<p>Kynda Coffee est né d'une charrette au bord du fleuve.</p>"},
}
TRANSLATED_ALLERGENS: Translations = {
    "DE": {"title": "Allergene und Zutaten"},
    "ES": {"title": "Alérgenos e ingredientes"},
    "FR": {"title": "Allergènes et ingrédients"},
}
POLICIES = (
    ("refundPolicy", "refund-policy", "Refund policy",
     "<p>Unopened coffee and gear come back within 30 days, printed goods only when they are faulty.</p>"),
    ("shippingPolicy", "shipping-policy", "Shipping policy",
     "<p>We ship on the day after roasting. Printed goods leave the printer after two to five working days.</p>"),
    ("privacyPolicy", "privacy-policy", "Privacy policy",
     "<p>We keep what an order needs and nothing else, and hand it to those who make and deliver it.</p>"),
    ("termsOfService", "terms-of-service", "Terms of service",
     "<p>An order is a promise on both sides: we make it well, you collect it or are there when it arrives.</p>"),
    ("termsOfSale", "terms-of-sale", "Terms of sale",
     "<p>Prices include what the law says they must. A sale is made when we confirm it.</p>"),
    ("legalNotice", "legal-notice", "Legal notice", "<p>Kynda Coffee is a made-up shop in a sandbox.</p>"),
    ("contactInformation", "contact-information", "Contact information",
     "<p>Kynda Coffee, 12 Main Street, Austin. hello@kynda.example</p>"),
    ("subscriptionPolicy", "subscription-policy", "Cancellation policy",
     "<p>A subscription goes on until you stop it, which you can do at any time before the next roast.</p>"),
)  # fmt: skip
