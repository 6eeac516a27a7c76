"""A Printful order as JSON, for responses and webhooks."""

from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import md5
from typing import Any
from urllib.parse import urlsplit

from sandbox.print_order_records import PrintFile, PrintOrder, PrintOrderItem, PrintShipment
from sandbox.printful.catalogue import Catalogue, name_of
from sandbox.printful.shipping import RETAIL
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS
from sandbox.store import Store

FILES_TAKE = timedelta(seconds=20)
"""How long a new file is fetched, and how long a preview is drawn."""
_COSTS = (
    "subtotal",
    "discount",
    "shipping",
    "digitization",
    "additional_fee",
    "fulfillment_fee",
    "retail_delivery_fee",
    "tax",
    "vat",
    "total",
)


def order_body(store: Store, order: PrintOrder) -> dict[str, Any]:
    """The whole order in its current state."""
    catalogue = Catalogue(store.public_url, store.print_stock)
    now = store.clock.now()
    items = [_item(catalogue, each, now) for each in order.items]
    return {
        "id": order.id,
        "external_id": order.external_id,
        "store": order.store_id,
        "status": order.status,
        "error": order.error,
        "errorCode": 0,
        "shipping": order.shipping,
        "shipping_service_name": order.shipping_service_name,
        "created": _unix(order.created_at),
        "updated": _unix(order.updated_at),
        "recipient": dict(order.recipient),
        "notes": None,
        "items": items,
        "branding_items": [],
        "incomplete_items": [],
        "is_sample": False,
        "needs_approval": False,
        "not_synced": False,
        "has_discontinued_items": any(each["discontinued"] for each in items),
        "can_change_hold": False,
        "costs": {"currency": "USD", **{name: _money((order.costs or {}).get(name)) for name in _COSTS}},
        "retail_costs": _retail_costs(order),
        "shipments": [shipment_body(each) for each in order.shipments],
        "gift": order.gift,
        "packing_slip": order.packing_slip,
        "dashboard_url": f"{store.public_url}/sandbox/printful/orders/{order.id}",
    }


def shipment_body(shipment: PrintShipment) -> dict[str, Any]:
    """A parcel of an order."""
    return {
        "id": shipment.id,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
        "created": _unix(shipment.shipped_at),
        "ship_date": f"{shipment.shipped_at:%Y-%m-%d}",
        "shipped_at": _unix(shipment.shipped_at),
        "reshipment": shipment.is_reshipment,
        "items": [
            {"item_id": item_id, "quantity": quantity, "picked": 1, "printed": 1}
            for item_id, quantity in shipment.items.items()
        ],
    }


def _item(catalogue: Catalogue, item: PrintOrderItem, now: datetime) -> dict[str, Any]:
    variant = PRINT_VARIANTS[item.variant_id]
    statuses = catalogue.statuses(variant.id)
    image = catalogue.blank(variant)
    files = [_file(kind, file, now, image) for kind, file in item.files.items()]
    return {
        "id": item.id,
        "external_id": item.external_id,
        "variant_id": item.variant_id,
        "sync_variant_id": item.sync_variant_id,
        "external_variant_id": item.external_variant_id,
        "quantity": item.quantity,
        "price": _money(item.price),
        "retail_price": _money(item.retail_price),
        "name": item.name,
        "product": {
            "variant_id": variant.id,
            "product_id": variant.product_id,
            "image": catalogue.picture(PRINT_PRODUCTS[variant.product_id], variant.colour),
            "name": name_of(variant),
        },
        "files": files + ([_file("preview", item.preview, now, image)] if item.preview else []),
        "options": item.options,
        "sku": item.sku,
        "discontinued": statuses == {"discontinued"},
        "out_of_stock": not statuses & {"in_stock", "stocked_on_demand"},
        "product_template_id": item.product_template_id,
    }


def _file(kind: str, file: PrintFile, now: datetime, image: str) -> dict[str, Any]:
    """A file from an address has to be fetched first; one from Printful's own editor is ready."""
    is_preview = kind == "preview"
    is_ready = now >= file.added_at + FILES_TAKE or (file.url is None and not is_preview)
    name = urlsplit(file.url).path.rsplit("/", 1)[-1] if file.url else f"printfile-{file.id}.png"
    picture = (file.url or image) if is_ready else None
    return {
        "id": file.id,
        "type": kind,
        "hash": md5(str(file.id).encode(), usedforsecurity=False).hexdigest() if is_ready else None,
        "url": file.url,
        "filename": name if is_ready else None,
        "mime_type": "image/png" if is_ready else None,
        "size": 190_627 if is_ready else 0,
        "width": 1800 if is_ready else None,
        "height": 2400 if is_ready else None,
        "dpi": 150 if is_ready else None,
        "status": "ok" if is_ready else "waiting",
        "created": _unix(file.added_at),
        "thumbnail_url": picture,
        "preview_url": picture,
        "visible": not is_preview,
        "is_temporary": False,
    }


def _retail_costs(order: PrintOrder) -> dict[str, Any]:
    """The retail costs; only shown if each item has a retail price."""
    currency = order.retail_costs.get("currency") or "USD"
    prices = [(each.retail_price, each.quantity) for each in order.items]
    if not order.retail_costs or any(price is None for price, _ in prices):
        return {"currency": currency, **dict.fromkeys(RETAIL)}
    goods = sum((price * quantity for price, quantity in prices if price is not None), Decimal())
    shown = {name: order.retail_costs.get(name) for name in ("subtotal", "discount", "shipping", "tax")}
    subtotal = goods if shown["subtotal"] is None else shown["subtotal"]
    discount, shipping, tax = (shown[name] or Decimal() for name in ("discount", "shipping", "tax"))
    amounts = {"subtotal": subtotal, "discount": discount, "shipping": shipping, "tax": tax, "vat": Decimal()}
    total = subtotal - discount + shipping + tax
    return {"currency": currency, **{name: _money(each) for name, each in amounts.items()}, "total": _money(total)}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, ".2f")


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())
