"""Orders as an app sends them to Square."""

from typing import Any


def dollars(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "USD"}


def line(cents: int = 450, quantity: str = "1", **more: Any) -> dict[str, Any]:
    return {"name": "Latte", "quantity": quantity, "base_price_money": dollars(cents), **more}


def pickup(**details: Any) -> dict[str, Any]:
    wish = {"schedule_type": "ASAP", "recipient": {"display_name": "Ana Example"}, **details}
    return {"type": "PICKUP", "state": "PROPOSED", "pickup_details": wish}


def ticket(**more: Any) -> dict[str, Any]:
    return {
        "location_id": "SQMAIN",
        "reference_id": "1001",
        "source": {"name": "Kynda Online"},
        "line_items": [line()],
        "fulfillments": [pickup()],
        **more,
    }


def external(order: dict[str, Any], key: str = "pay-1", **more: Any) -> dict[str, Any]:
    return {
        "source_id": "EXTERNAL",
        "idempotency_key": key,
        "amount_money": order["net_amount_due_money"],
        "order_id": order["id"],
        "external_details": {"type": "EXTERNAL", "source": "Shopify"},
        **more,
    }
