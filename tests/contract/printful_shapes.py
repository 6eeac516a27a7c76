"""The documented fields of Printful's answers and webhooks."""

from dataclasses import dataclass
from typing import Any

TEXT, NUMBER, YES_NO = (str,), (int,), (bool,)
TEXT_OR_NULL, NUMBER_OR_NULL = (str, None), (int, None)


@dataclass(frozen=True)
class Each:
    """A list whose items all have that shape."""

    shape: Any


@dataclass(frozen=True)
class Map:
    """An object of any keys with values of that shape; PHP writes an empty one as a list."""

    shape: Any


@dataclass(frozen=True)
class Maybe:
    """A field that may be missing."""

    shape: Any


PRODUCT = {
    "id": NUMBER,
    "main_category_id": NUMBER,
    "type": TEXT,
    "type_name": TEXT,
    "title": TEXT,
    "brand": TEXT_OR_NULL,
    "model": TEXT,
    "image": TEXT,
    "variant_count": NUMBER,
    "currency": TEXT,
    "files": Each(
        {
            "id": TEXT,
            "type": TEXT,
            "title": TEXT,
            "additional_price": TEXT_OR_NULL,
            "options": Each({"id": TEXT, "type": TEXT, "title": TEXT, "additional_price": (int, float)}),
        }
    ),
    "options": Each({"id": TEXT, "title": TEXT, "type": TEXT, "values": Map(TEXT), "additional_price": TEXT_OR_NULL}),
    "dimensions": (dict, None),
    "is_discontinued": YES_NO,
    "avg_fulfillment_time": (int, float, None),
    "description": TEXT,
    "techniques": Each({"key": TEXT, "display_name": TEXT, "is_default": YES_NO}),
    "origin_country": TEXT_OR_NULL,
}
VARIANT = {
    "id": NUMBER,
    "product_id": NUMBER,
    "name": TEXT,
    "size": TEXT,
    "color": TEXT_OR_NULL,
    "color_code": TEXT_OR_NULL,
    "color_code2": TEXT_OR_NULL,
    "image": TEXT,
    "price": TEXT,
    "in_stock": YES_NO,
    "availability_regions": Map(TEXT),
    "availability_status": Each({"region": TEXT, "status": TEXT}),
    "material": Each({"name": TEXT, "percentage": (int, float)}),
}
CATEGORY = {"id": NUMBER, "parent_id": NUMBER, "image_url": TEXT, "size": TEXT, "title": TEXT}
SIZE_GUIDE = {
    "product_id": NUMBER,
    "available_sizes": Each(TEXT),
    "size_tables": Each(
        {
            "type": TEXT,
            "unit": TEXT,
            "description": Maybe(TEXT_OR_NULL),
            "image_url": Maybe(TEXT_OR_NULL),
            "image_description": Maybe(TEXT_OR_NULL),
            "measurements": Each(
                {
                    "type_label": TEXT,
                    "unit": Maybe(TEXT),
                    "values": Each(
                        {"size": TEXT, "value": Maybe(TEXT), "min_value": Maybe(TEXT), "max_value": Maybe(TEXT)}
                    ),
                }
            ),
        }
    ),
}
SYNC_PRODUCT = {
    "id": NUMBER,
    "external_id": TEXT,
    "name": TEXT,
    "variants": NUMBER,
    "synced": NUMBER,
    "thumbnail_url": TEXT_OR_NULL,
    "is_ignored": YES_NO,
}
SYNC_VARIANT = {
    "id": NUMBER,
    "external_id": TEXT,
    "sync_product_id": NUMBER,
    "name": TEXT,
    "synced": YES_NO,
    "variant_id": NUMBER,
    "main_category_id": NUMBER_OR_NULL,
    "warehouse_product_id": NUMBER_OR_NULL,
    "warehouse_product_variant_id": NUMBER_OR_NULL,
    "retail_price": TEXT_OR_NULL,
    "sku": TEXT_OR_NULL,
    "currency": TEXT,
    "size": TEXT_OR_NULL,
    "color": TEXT_OR_NULL,
    "availability_status": TEXT,
    "product": {"variant_id": NUMBER, "product_id": NUMBER, "image": TEXT, "name": TEXT},
    "files": Each(
        {
            "id": NUMBER,
            "type": TEXT,
            "hash": TEXT_OR_NULL,
            "url": TEXT_OR_NULL,
            "filename": TEXT_OR_NULL,
            "mime_type": TEXT_OR_NULL,
            "size": NUMBER,
            "width": NUMBER_OR_NULL,
            "height": NUMBER_OR_NULL,
            "dpi": NUMBER_OR_NULL,
            "status": TEXT,
            "created": NUMBER,
            "thumbnail_url": TEXT_OR_NULL,
            "preview_url": TEXT_OR_NULL,
            "visible": YES_NO,
            "is_temporary": YES_NO,
            "stitch_count_tier": TEXT_OR_NULL,
        }
    ),
    "options": Each({"id": TEXT, "value": (str, list, bool)}),
    "is_ignored": YES_NO,
}
TEMPLATE = {
    "id": NUMBER,
    "product_id": NUMBER,
    "external_product_id": TEXT_OR_NULL,
    "title": TEXT,
    "available_variant_ids": Each(NUMBER),
    "option_data": Each({"id": TEXT, "value": (str, list)}),
    "colors": Each({"color_name": TEXT, "color_codes": Each(TEXT)}),
    "sizes": Each(TEXT),
    "mockup_file_url": TEXT,
    "placements": Each(
        {"placement": TEXT, "display_name": TEXT, "technique_key": TEXT, "technique_display_name": TEXT}
    ),
    "created_at": NUMBER,
    "updated_at": NUMBER,
    "placement_option_data": Each({"id": TEXT, "options": Each({"id": TEXT, "value": TEXT})}),
}
RATE = {
    "id": TEXT,
    "name": TEXT,
    "rate": TEXT,
    "currency": TEXT,
    "minDeliveryDays": NUMBER,
    "maxDeliveryDays": NUMBER,
    "minDeliveryDate": TEXT,  # declared a number, with a date for its example
    "maxDeliveryDate": TEXT,
}
AMOUNT = (int, float)
COSTS = {
    "currency": TEXT,
    **dict.fromkeys(
        (
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
        ),
        AMOUNT,
    ),
}
RETAIL_COSTS = {"currency": TEXT, **dict.fromkeys(("subtotal", "discount", "shipping", "tax", "vat", "total"), (None,))}
PRINT_FILES = {
    "product_id": NUMBER,
    "available_placements": Map(TEXT),
    "printfiles": Each(
        {
            "printfile_id": NUMBER,
            "width": NUMBER,
            "height": NUMBER,
            "dpi": NUMBER,
            "fill_mode": TEXT,
            "can_rotate": YES_NO,
        }
    ),
    "variant_printfiles": Each({"variant_id": NUMBER, "placements": Map(NUMBER)}),
    "option_groups": Each(TEXT),
    "options": Each(TEXT),
}
TASK = {
    "task_key": TEXT,
    "status": TEXT,
    "mockups": Each(
        {
            "placement": TEXT,
            "display_name": TEXT,
            "variant_ids": Each(NUMBER),
            "mockup_url": TEXT,  # in every example, and missing from the schema
            "extra": Each({"title": TEXT, "url": TEXT, "option": TEXT, "option_group": TEXT}),
        }
    ),
    "printfiles": Each({"variant_ids": Each(NUMBER), "placement": TEXT, "url": TEXT}),
}
ORDER_FILE = {
    "id": NUMBER,
    "type": TEXT,
    "hash": TEXT_OR_NULL,
    "url": TEXT_OR_NULL,
    "filename": TEXT_OR_NULL,
    "mime_type": TEXT_OR_NULL,
    "size": NUMBER,
    "width": NUMBER_OR_NULL,
    "height": NUMBER_OR_NULL,
    "dpi": NUMBER_OR_NULL,
    "status": TEXT,
    "created": NUMBER,
    "thumbnail_url": TEXT_OR_NULL,
    "preview_url": TEXT_OR_NULL,
    "visible": YES_NO,
    "is_temporary": YES_NO,
}
ORDER_ITEM = {
    "id": NUMBER,
    "external_id": TEXT_OR_NULL,
    "variant_id": NUMBER,
    "sync_variant_id": NUMBER_OR_NULL,
    "external_variant_id": TEXT_OR_NULL,
    "quantity": NUMBER,
    "price": TEXT,
    "retail_price": TEXT_OR_NULL,
    "name": TEXT,
    "product": {"variant_id": NUMBER, "product_id": NUMBER, "image": TEXT, "name": TEXT},
    "files": Each(ORDER_FILE),
    "options": Each({"id": TEXT, "value": (str, list, bool)}),
    "sku": TEXT_OR_NULL,
    "discontinued": YES_NO,
    "out_of_stock": YES_NO,
    "product_template_id": NUMBER_OR_NULL,
}
SHIPMENT = {
    "id": NUMBER,
    "carrier": TEXT,
    "service": TEXT,
    "tracking_number": TEXT,
    "tracking_url": TEXT,
    "created": NUMBER,
    "ship_date": TEXT,
    "shipped_at": NUMBER,  # declared a text, with a number for its example
    "reshipment": YES_NO,
    "items": Each({"item_id": NUMBER, "quantity": NUMBER, "picked": NUMBER, "printed": NUMBER}),
}
ORDER = {
    "id": NUMBER,
    "external_id": TEXT_OR_NULL,
    "store": NUMBER,
    "status": TEXT,
    "error": TEXT_OR_NULL,
    "errorCode": NUMBER,
    "shipping": TEXT,
    "shipping_service_name": TEXT,
    "created": NUMBER,
    "updated": NUMBER,
    "recipient": {
        **dict.fromkeys(("name", "address1", "city", "country_code", "country_name"), TEXT),
        **dict.fromkeys(
            ("company", "address2", "state_code", "state_name", "zip", "phone", "email", "tax_number"), TEXT_OR_NULL
        ),
    },
    "notes": (None,),
    "items": Each(ORDER_ITEM),
    "branding_items": Each(ORDER_ITEM),
    "incomplete_items": Each({}),
    **dict.fromkeys(
        ("is_sample", "needs_approval", "not_synced", "has_discontinued_items", "can_change_hold"),
        YES_NO,
    ),
    "costs": {name: (TEXT_OR_NULL if name != "currency" else TEXT) for name in COSTS},
    "retail_costs": {name: (TEXT_OR_NULL if name != "currency" else TEXT) for name in RETAIL_COSTS},
    "shipments": Each(SHIPMENT),
    "gift": (dict, None),
    "packing_slip": (dict, None),
    "dashboard_url": TEXT,
}
WEBHOOK_EVENTS = {
    "order_created": {"order": ORDER},
    "order_updated": {"order": ORDER},
    "order_failed": {"reason": TEXT, "order": ORDER},
    "order_canceled": {"reason": TEXT, "order": ORDER},
    "order_put_hold": {"reason": TEXT, "order": ORDER},
    "order_put_hold_approval": {
        "reason": TEXT,
        "approval_files": Each(
            dict.fromkeys(("confirm_hash", "submitted_design", "recommended_design", "approval_sheet"), TEXT)
        ),
        "order": ORDER,
    },
    "order_remove_hold": {"reason": TEXT, "order": ORDER},
    "order_refunded": {"amount": TEXT, "order": ORDER},
    "package_shipped": {"shipment": SHIPMENT, "order": ORDER},
    "package_returned": {"reason": TEXT, "shipment": SHIPMENT, "order": ORDER},
    "stock_updated": {"product_id": NUMBER, "variant_stock": {"out": Each(NUMBER), "discontinued": Each(NUMBER)}},
}
STORE = {"id": NUMBER, "name": TEXT, "type": TEXT}
PAGING = {"total": NUMBER, "offset": NUMBER, "limit": NUMBER}
STATUSES = {"in_stock", "stocked_on_demand", "discontinued", "out_of_stock"}
SYNC_STATUSES = {"active", "discontinued", "out_of_stock", "temporary_out_of_stock"}


def differences(value: Any, shape: Any, where: str = "result") -> list[str]:
    """Where a value departs from a shape, in words."""
    if isinstance(shape, Each):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [each for n, item in enumerate(value) for each in differences(item, shape.shape, f"{where}[{n}]")]
    if isinstance(shape, Map):
        if value == []:
            return []
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        return [each for key, item in value.items() for each in differences(item, shape.shape, f"{where}.{key}")]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        found = [f"{where}.{key} is not documented" for key in value if key not in shape]
        for key, inner in shape.items():
            if key in value:
                kind = inner.shape if isinstance(inner, Maybe) else inner
                found += differences(value[key], kind, f"{where}.{key}")
            elif not isinstance(inner, Maybe):
                found.append(f"{where}.{key} is missing")
        return found
    allowed = (value is None) if value is None and None in shape else type(value) in shape
    return [] if allowed else [f"{where} is {value!r}"]
