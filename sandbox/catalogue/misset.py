"""Products that are set up wrongly, for trying out what looks for such; they are not part of the shop's range."""

from decimal import Decimal

from sandbox.catalogue.shelf import EVERYWHERE, Entry, Shelf, Stocked
from sandbox.records import Product
from sandbox.store import Store

_MISSET = "missetting"


def _goods(
    handle: str,
    title: str,
    sku: str | None,
    *,
    vendor: str = "Printful_DS",
    tags: tuple[str, ...] = ("customizable-printful",),
    stock: Stocked | None = None,
    ships: bool = True,
) -> Entry:
    return Entry(
        handle=f"{_MISSET}-{handle}",
        title=title,
        description="<p>Set up wrongly on purpose.</p>",
        product_type="Apparel",
        picture="garment",
        price=Decimal("27.00"),
        tags=[*tags, _MISSET],
        vendor=vendor,
        sku=lambda _: sku or "",
        stock=stock,
        ships=ships,
    )


def put_misset(store: Store) -> list[Product]:
    """Puts one product for each way to set a printed product up wrongly into a filled store; the products."""
    shelf = Shelf(store, before=len(store.products))
    return [
        shelf.put(entry)
        for entry in (
            _goods("vendor", "Vendor in small letters", "PFUL-4013", vendor="printful_ds"),
            _goods("no-sku", "No SKU", None),
            _goods("sku", "Printful's SKU under our own name", "PFUL-4014", vendor="Kynda Roastery", tags=()),
            _goods("picker", "A picker for nothing", "KYN-1", vendor="Kynda Roastery"),
            _goods("blank", "A blank without a design", "PFUL-4015", tags=()),
            _goods("template", "A template with a picker", "PFUL-SYNC-4752058801"),
            _goods("tracked", "Tracked stock", "PFUL-5522", stock=EVERYWHERE),
            _goods("digital", "Not shipped", "PFUL-5523", ships=False),
            _goods("unknown", "A number nobody knows", "PFUL-99999999"),
        )
    ]
