"""Request bodies for Printful orders. All functions raise ValueError for a draft that Printful would refuse.

Source: Printful API v1 (2026-03), Orders.
"""

import re
from decimal import Decimal
from typing import Any

from clients.money import Money, rounded
from clients.printful.orders import (
    MAX_EXTERNAL_ID,
    MAX_QUANTITY,
    DraftItem,
    DraftRecipient,
    OrderDraft,
    RetailCosts,
)

_EXTERNAL_ID = re.compile(rf"[0-9A-Za-z_-]{{1,{MAX_EXTERNAL_ID}}}")


def new_order(draft: OrderDraft) -> dict[str, Any]:
    """The body that creates an order."""
    if not _EXTERNAL_ID.fullmatch(draft.external_id):
        raise ValueError(
            f"the external id {draft.external_id!r} is not 1 to {MAX_EXTERNAL_ID} digits, Latin letters, - and _"
        )
    return {"external_id": draft.external_id, **changed_order(draft)}


def changed_order(draft: OrderDraft) -> dict[str, Any]:
    """The body that changes an existing order to the draft. Its external id stays as it is."""
    if not draft.items:
        raise ValueError("an order without items")
    lines = [item.external_id for item in draft.items]
    if len(set(lines)) < len(lines):
        raise ValueError("two items have the same external id")
    body = {
        "shipping": draft.shipping,
        "recipient": _recipient(draft.recipient),
        "items": [_item(item, draft.retail_costs.currency) for item in draft.items],
        "retail_costs": _retail_costs(draft.retail_costs),
    }
    return {**body, "packing_slip": {"custom_order_id": draft.order_name}} if draft.order_name else body


def _recipient(recipient: DraftRecipient) -> dict[str, str]:
    values = {
        "name": recipient.name,
        "company": recipient.company,
        "address1": recipient.address1,
        "address2": recipient.address2,
        "city": recipient.city,
        "state_code": recipient.state_code,
        "state_name": recipient.state_name,
        "country_code": recipient.country_code,
        "zip": recipient.zip,
        "phone": recipient.phone,
        "email": recipient.email,
    }
    return {name: value for name, value in values.items() if value and value.strip()}


def _item(item: DraftItem, currency: str) -> dict[str, Any]:
    if not item.external_id:
        raise ValueError("an item without an external id")
    if not 1 <= item.quantity <= MAX_QUANTITY:
        raise ValueError(f"the quantity {item.quantity} of item {item.external_id} is not 1 to {MAX_QUANTITY}")
    body: dict[str, Any] = {
        "external_id": item.external_id,
        "quantity": item.quantity,
        "retail_price": _text(item.retail_price, currency),
        "name": item.name,
    }
    match item:
        case DraftItem(variant_id=int(variant_id), sync_variant_id=None, art_url=str(url)) if url:
            return {**body, "variant_id": variant_id, "files": [{"type": "default", "url": url}]}
        case DraftItem(variant_id=None, sync_variant_id=int(sync_variant_id), art_url=None):
            return {**body, "sync_variant_id": sync_variant_id}
    raise ValueError(f"item {item.external_id} is neither a catalogue variant with art nor a sync variant without")


def _retail_costs(costs: RetailCosts) -> dict[str, str]:
    return {
        "currency": costs.currency,
        "subtotal": _text(costs.subtotal, costs.currency),
        "discount": _text(costs.discount, costs.currency),
        "shipping": _text(costs.shipping, costs.currency),
        "tax": _text(costs.tax, costs.currency),
    }


def _text(amount: Decimal, currency: str) -> str:
    return format(rounded(Money(amount, currency)).amount, "f")
