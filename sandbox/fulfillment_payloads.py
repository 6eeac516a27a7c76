"""The bodies of Shopify's webhooks about parcels and about fulfillment orders."""

from typing import Any

from sandbox.line_payloads import line_item
from sandbox.order_records import Fulfillment, FulfillmentOrder
from sandbox.payload_values import address, fields_of, shop_time
from sandbox.storefront.values import gid

_METHODS = {"PICK_UP": "pickup"}


def fulfillment(record: Fulfillment) -> dict[str, Any]:
    """A fulfillment with its lines."""
    order = record.order
    created_at = record.created_at or order.processed_at
    numbers = [number for number, _ in record.tracking]
    urls = [url for _, url in record.tracking if url is not None]
    return {
        **fields_of("fulfillment", record),
        "order_id": order.id,
        "status": "success" if record.succeeded else "cancelled",
        "created_at": shop_time(created_at),
        "updated_at": shop_time(record.updated_at or created_at),
        "shipment_status": None if record.delivered_at is None else "delivered",
        "email": order.email,
        "destination": address(order.shipping_address),
        "line_items": [line_item(order, line, quantity) for line, quantity in record.items],
        "tracking_number": next(iter(numbers), None),
        "tracking_numbers": numbers,
        "tracking_url": next(iter(urls), None),
        "tracking_urls": urls,
        "name": f"{order.name}.{order.fulfillments.index(record) + 1}",
        "admin_graphql_api_id": gid("Fulfillment", record.id),
    }


def routed(record: FulfillmentOrder) -> dict[str, Any]:
    return {"fulfillment_order": _named(record)}


def prepared(record: FulfillmentOrder) -> dict[str, Any]:
    method = _METHODS.get(record.method or "", (record.method or "").lower())
    return {"fulfillment_order": {**_named(record), "preparable": True, "delivery_method": {"method_type": method}}}


def moved(records: tuple[FulfillmentOrder, FulfillmentOrder]) -> dict[str, Any]:
    """The fulfillment order as it was before, and the one at the new location; often they are the same."""
    original, now = records
    return {
        "original_fulfillment_order": _named(original),
        "moved_fulfillment_order": _named(now),
        "destination_location_id": gid("Location", now.location_id),
    }


def held(record: FulfillmentOrder) -> dict[str, Any]:
    holds = [{"reason": hold.reason.lower(), "reason_notes": hold.notes} for hold in record.holds]
    return {"fulfillment_order": {**_named(record), "fulfillment_holds": holds}}


def _named(record: FulfillmentOrder) -> dict[str, Any]:
    return {"id": gid("FulfillmentOrder", record.id), "status": record.status.lower()}
