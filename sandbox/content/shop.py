"""The shop itself: its markets, its brand's pictures and its own metafields."""

from datetime import UTC, datetime

from sandbox.content_records import Market
from sandbox.records import Metafield, Picture
from sandbox.store import Store

MADE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MARKETS = (
    ("united-states", ("US",)),
    ("canada", ("CA",)),
    ("united-kingdom", ("GB",)),
    ("europe", ("DE", "FR", "ES", "IE")),
    ("japan", ("JP",)),
)


def fill_shop(store: Store) -> None:
    """Puts markets, brand, and metafields of shop and locations into a store that has its locations."""
    for number, (handle, countries) in enumerate(MARKETS, start=1):
        store.content.markets.append(
            Market(
                57_000_000_000 + number,
                handle,
                countries,
                [
                    Metafield(
                        61_000_000_100 + number,
                        "custom",
                        "ships_in_days",
                        "number_integer",
                        str(number + 1),
                        MADE,
                        MADE,
                    )
                ],
            )
        )
    store.content.shop.brand = {
        "logo": Picture(34_000_000_001, "brand/logo-wide.svg", "Kynda Coffee", 1200, 1200),
        "squareLogo": Picture(34_000_000_002, "brand/logo.svg", "Kynda Coffee", 600, 600),
        "coverImage": Picture(34_000_000_003, "brand/shopfront.svg", "The café in Main Street", 1600, 1600),
    }
    store.pictures |= {picture.id: picture for picture in store.content.shop.brand.values()}
    for number, location in enumerate(store.locations.values(), start=1):
        hours = Metafield(
            61_000_000_300 + number, "custom", "opening_hours", "single_line_text_field", "Daily from 7:00", MADE, MADE
        )
        location.metafields.append(hours)
    store.content.shop.metafields += [
        Metafield(
            61_000_000_201, "custom", "announcement", "single_line_text_field", "Fresh beans on Friday", MADE, MADE
        ),
        Metafield(
            61_000_000_202, "custom", "brew_guide", "page_reference", "gid://shopify/Page/90000000001", MADE, MADE
        ),
    ]
