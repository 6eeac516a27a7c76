"""Admin's resolvers for fulfillment: fulfillment orders, parcels with tracking, and pickups."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox import fulfilling
from sandbox.admin.orders import order_by_gid, page_of, shows
from sandbox.execution import Resolvers
from sandbox.order_life import OrderRefused
from sandbox.order_records import Fulfillment, FulfillmentOrder, FulfillmentOrderLine, Hold
from sandbox.records import Location
from sandbox.store import Store
from sandbox.storefront.connections import connection
from sandbox.storefront.values import gid, read_gid, timestamp

Info = GraphQLResolveInfo[Store]
_ACTIONS = {
    "OPEN": ("CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MOVE", "SPLIT"),
    "IN_PROGRESS": ("CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"),
    "ON_HOLD": ("RELEASE_HOLD",),
    "SCHEDULED": ("MARK_AS_OPEN",),
}
_REASONS = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "AWAITING_RETURN_ITEMS": "Awaiting return items",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Upsell",
    "OTHER": "Other",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
}


def _by_gid(store: Store, text: str) -> FulfillmentOrder | None:
    number = read_gid(text, "FulfillmentOrder") or ""
    part = store.fulfillment_orders.get(int(number)) if number.isdigit() else None
    if part is None or not shows(store, part) or order_by_gid(store, gid("Order", part.order.id)) is None:
        return None
    return part


def _fulfillment_order(_: Any, info: Info, id: str) -> FulfillmentOrder | None:  # noqa: A002 the schema's name
    return _by_gid(info.context, id)


def _assigned(part: FulfillmentOrder, info: Info) -> dict[str, Any]:
    location: Location | None = info.context.locations.get(part.location_id)
    return {"name": part.location_name, "location": location}


def _delivery(part: FulfillmentOrder, _: Info) -> dict[str, Any] | None:
    if part.method is None:
        return None
    return {
        "id": gid("DeliveryMethod", part.id),
        "methodType": part.method,
        "presentedName": part.presented_name,
    }


def _actions(store: Store, part: FulfillmentOrder) -> tuple[str, ...]:
    """The actions that the shop may take. A fulfillment service fulfills orders itself on request."""
    if part.status == "OPEN" and store.locations[part.location_id].is_fulfillment_service:
        return ("REQUEST_FULFILLMENT", "HOLD", "MOVE")
    return _ACTIONS.get(part.status, ())


def _hold(hold: Hold) -> dict[str, Any]:
    return {"id": gid("FulfillmentHold", hold.id), "reason": hold.reason, "displayReason": _REASONS[hold.reason]}


def _lines(part: FulfillmentOrder, _: Info, **arguments: Any) -> dict[str, Any]:
    lines = [_line(part, entry) for entry in part.lines]
    if arguments.get("reverse"):
        lines.reverse()
    return connection(lines, key=lambda line: str(line["id"]), **page_of(arguments))


def _line(part: FulfillmentOrder, entry: FulfillmentOrderLine) -> dict[str, Any]:
    return {
        "id": gid("FulfillmentOrderLineItem", entry.id),
        "totalQuantity": entry.total,
        "remainingQuantity": entry.remaining,
        "lineItem": {"__typename": "LineItem", "order": part.order, "line": entry.line},
    }


def _create(
    _: Any,
    info: Info,
    fulfillment: Mapping[str, Any],
    message: str | None = None,
) -> dict[str, Any]:
    """Fulfills the requested lines; the sandbox sends no e-mail to the buyer."""
    try:
        handed = _handed(info.context, fulfillment["lineItemsByFulfillmentOrder"])
        sent_tracking = fulfillment.get("trackingInfo") or {}
        created = fulfilling.fulfill(
            info.context, handed, company=sent_tracking.get("company"), tracking=_tracking(sent_tracking)
        )
    except OrderRefused as refusal:
        return {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": str(refusal)}]}
    return {"fulfillment": created, "userErrors": []}


def _handed(
    store: Store, given: list[Mapping[str, Any]]
) -> dict[FulfillmentOrder, dict[FulfillmentOrderLine, int] | None]:
    handed: dict[FulfillmentOrder, dict[FulfillmentOrderLine, int] | None] = {}
    if not given:
        raise OrderRefused("Line items by fulfillment order can't be blank.")
    for each in given:
        part = _by_gid(store, each["fulfillmentOrderId"])
        if part is None:
            raise OrderRefused("Fulfillment order does not exist.")
        if part in handed:
            raise OrderRefused("Fulfillment orders must be unique.")
        lines = {gid("FulfillmentOrderLineItem", entry.id): entry for entry in part.lines}
        requested = each.get("fulfillmentOrderLineItems") or []
        if any(item["id"] not in lines for item in requested) or len({item["id"] for item in requested}) < len(
            requested
        ):
            raise OrderRefused("Fulfillment order line item does not exist.")
        handed[part] = {lines[item["id"]]: item["quantity"] for item in requested} or None
    return handed


def _tracking(sent_tracking: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Tracking numbers with their addresses; Shopify stores an address only with a number."""
    numbers = sent_tracking.get("numbers") or [each for each in [sent_tracking.get("number")] if each]
    urls = sent_tracking.get("urls") or [each for each in [sent_tracking.get("url")] if each]
    return [(number, urls[i] if i < len(urls) else None) for i, number in enumerate(numbers)]


def _retrack(
    _: Any,
    info: Info,
    fulfillmentId: str,  # noqa: N803 the schema's names
    trackingInfoInput: Mapping[str, Any],  # noqa: N803
    notifyCustomer: bool | None = None,  # noqa: N803
) -> dict[str, Any]:
    found = _fulfillment(info.context, fulfillmentId)
    if found is None or not found.succeeded:
        refusal = {"field": ["fulfillmentId"], "message": "Fulfillment does not exist."}
        return {"fulfillment": None, "userErrors": [refusal]}
    fulfilling.retrack(info.context, found, trackingInfoInput.get("company"), _tracking(trackingInfoInput))
    return {"fulfillment": found, "userErrors": []}


def _fulfillment(store: Store, text: str) -> Fulfillment | None:
    number = read_gid(text, "Fulfillment")
    every = (parcel for order in store.orders.values() for parcel in order.fulfillments)
    return next((parcel for parcel in every if str(parcel.id) == number), None)


def _prepared(_: Any, info: Info, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 the schema's name
    parts = []
    for index, each in enumerate(input["lineItemsByFulfillmentOrder"]):
        part = _by_gid(info.context, each["fulfillmentOrderId"])
        if part is None:
            field = ["input", "lineItemsByFulfillmentOrder", str(index), "fulfillmentOrderId"]
            refusal = {"field": field, "message": "Fulfillment order does not exist."}
            return {"userErrors": [{**refusal, "code": "FULFILLMENT_ORDER_INVALID"}]}
        parts.append(part)
    try:
        fulfilling.prepare(info.context, parts)
    except OrderRefused as refused:
        code = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"
        return {"userErrors": [{"field": ["input"], "message": str(refused), "code": code}]}
    return {"userErrors": []}


def _display_status(parcel: Fulfillment, _: Info) -> str:
    if not parcel.succeeded:
        return "FAILURE"
    if parcel.delivered_at is not None:
        return "DELIVERED"
    return "PICKED_UP" if parcel.method == "PICK_UP" else "FULFILLED"


def _tracked(parcel: Fulfillment, _: Info, first: int | None = None) -> list[dict[str, Any]]:
    company = parcel.tracking_company
    if not parcel.tracking:
        return [{"company": company, "number": None, "url": None}] if company else []
    return [{"company": company, "number": number, "url": url} for number, url in parcel.tracking[:first]]


def _inside(parcel: Fulfillment, _: Info, **arguments: Any) -> dict[str, Any]:
    items = [
        {
            "id": gid("FulfillmentLineItem", f"{parcel.id}{line.id}"),
            "quantity": quantity,
            "lineItem": {"__typename": "LineItem", "order": parcel.order, "line": line},
        }
        for line, quantity in parcel.items
    ]
    if arguments.get("reverse"):
        items.reverse()
    return connection(items, key=lambda item: str(item["id"]), **page_of(arguments))


def _created_at(parcel: Fulfillment, _: Info) -> str:
    return timestamp(parcel.created_at or parcel.order.created_at)


RESOLVERS: Resolvers = {
    "QueryRoot": {"fulfillmentOrder": _fulfillment_order},
    "Mutation": {
        "fulfillmentCreate": _create,
        "fulfillmentTrackingInfoUpdate": _retrack,
        "fulfillmentOrderLineItemsPreparedForPickup": _prepared,
    },
    "FulfillmentOrder": {
        "orderId": lambda part, _: gid("Order", part.order.id),
        "assignedLocation": _assigned,
        "deliveryMethod": _delivery,
        "supportedActions": lambda part, info: [{"action": each} for each in _actions(info.context, part)],
        "fulfillmentHolds": lambda part, _: [_hold(each) for each in part.holds],
        "lineItems": _lines,
    },
    "Fulfillment": {
        "status": lambda parcel, _: "SUCCESS" if parcel.succeeded else "FAILURE",
        "displayStatus": _display_status,
        "createdAt": _created_at,
        "trackingInfo": _tracked,
        "fulfillmentLineItems": _inside,
    },
}
