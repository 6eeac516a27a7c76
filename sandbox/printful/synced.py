"""Sync products and sync variants: the shop's own goods, each a blank with its design."""

from typing import Any

from sandbox.printful.catalogue import Catalogue, name_of
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS, SYNC_VARIANTS, SyncVariant
from sandbox.store import Store

MADE = 1760000000  # when the designs were uploaded, in UNIX seconds


class SyncedGoods:
    """The sync products and variants of one store; `external_id` is the shop's id of a product or variant."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue

    def variant(self, key: str) -> dict[str, Any] | None:
        """The sync variant by its id, or by `@` and its external id."""
        for each in SYNC_VARIANTS.values():
            if key in (str(each.id), f"@{self._external_ids(each)[1]}"):
                return self._variant(each)
        return None

    def product(self, key: str) -> dict[str, Any] | None:
        """`{sync_product, sync_variants}` by its id, or by `@` and its external id."""
        for summary in self.products():
            if key in (str(summary["id"]), f"@{summary['external_id']}"):
                own_variants = [each for each in SYNC_VARIANTS.values() if each.sync_product_id == summary["id"]]
                return {"sync_product": summary, "sync_variants": [self._variant(each) for each in own_variants]}
        return None

    def products(self) -> list[dict[str, Any]]:
        """The summaries of all sync products."""
        found: dict[int, dict[str, Any]] = {}
        for each in SYNC_VARIANTS.values():
            summary = found.setdefault(
                each.sync_product_id,
                {
                    "id": each.sync_product_id,
                    "external_id": self._external_ids(each)[0],
                    "name": each.sync_product_name,
                    "variants": 0,
                    "synced": 0,
                    "thumbnail_url": self._catalogue.picture(_blank(each)),
                    "is_ignored": False,
                },
            )
            summary["variants"] += 1
            summary["synced"] += 1
        return list(found.values())

    def _variant(self, variant: SyncVariant) -> dict[str, Any]:
        blank = PRINT_VARIANTS[variant.variant_id]
        image = self._catalogue.picture(_blank(variant), blank.colour)
        sold = self._sold(variant)
        return {
            "id": variant.id,
            "external_id": self._external_ids(variant)[1],
            "sync_product_id": variant.sync_product_id,
            "name": f"{variant.sync_product_name} - {blank.size}",
            "synced": True,
            "variant_id": variant.variant_id,
            "main_category_id": None,
            "warehouse_product_id": None,
            "warehouse_product_variant_id": None,
            "retail_price": None if sold is None else format(sold.price, ".2f"),
            "sku": f"PFUL-SYNC-{variant.id}",
            "currency": "USD",
            "size": blank.size,
            "color": blank.colour,
            "availability_status": _availability(self._catalogue.statuses(blank.id)),
            "product": {
                "variant_id": blank.id,
                "product_id": blank.product_id,
                "image": image,
                "name": name_of(blank),
            },
            "files": [self._file(variant, "default", None), self._file(variant, "preview", image)],
            "options": [],
            "is_ignored": False,
        }

    def _file(self, variant: SyncVariant, kind: str, preview: str | None) -> dict[str, Any]:
        return {
            "id": variant.id * 10 + (kind == "preview"),
            "type": kind,
            "hash": None,
            "url": None,
            "filename": f"{variant.sync_product_name.lower().replace(' ', '-')}.png",
            "mime_type": "image/png",
            "size": 190_627,
            "width": 1800,
            "height": 2400,
            "dpi": 150,
            "status": "ok",
            "created": MADE,
            "thumbnail_url": preview,
            "preview_url": preview,
            "visible": kind != "preview",
            "is_temporary": False,
            "stitch_count_tier": None,
        }

    def external_id(self, variant: SyncVariant) -> str:
        """The external id of a variant."""
        return self._external_ids(variant)[1]

    def _sold(self, variant: SyncVariant) -> Any:
        sku = f"PFUL-SYNC-{variant.id}"
        return next((each for each in self._store.variants.values() if each.sku == sku), None)

    def _external_ids(self, variant: SyncVariant) -> tuple[str, str]:
        """The external ids of product and variant; ids made by Printful if the shop does not sell it."""
        sold = self._sold(variant)
        if sold is None:
            return f"{variant.sync_product_id:x}", f"{variant.id:x}"
        return str(sold.product.id), str(sold.id)


def _blank(variant: SyncVariant) -> Any:
    return PRINT_PRODUCTS[PRINT_VARIANTS[variant.variant_id].product_id]


def _availability(statuses: set[str]) -> str:
    """The status of a sync variant, in terms that differ from the catalogue's."""
    if statuses == {"discontinued"}:
        return "discontinued"
    return "active" if statuses & {"in_stock", "stocked_on_demand"} else "temporary_out_of_stock"
