"""The bodies of Shopify's webhooks about orders, refunds, edits and risk."""

from decimal import Decimal
from typing import Any

from sandbox import addresses
from sandbox.customer_records import Customer
from sandbox.fulfillment_payloads import fulfillment
from sandbox.line_payloads import discount_application, line_item, order_line, shipping_line, taxes
from sandbox.order_records import Order, OrderDiscount, OrderEdit, OrderLineItem, Refund, RefundedLine, RiskAssessment
from sandbox.payload_values import address, amount, fields_of, money_set, named, shop_time
from sandbox.store import Store
from sandbox.storefront.values import gid

_FULFILLMENT = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}


def order(store: Store, record: Order) -> dict[str, Any]:
    customer = store.customers.get(record.customer_id or 0)
    return {
        **fields_of("order", record),
        **_about(store, record, customer),
        **_totals(record),
        "billing_address": address(record.billing_address),
        "customer": None if customer is None else _customer(customer),
        "discount_applications": [discount_application(each) for each in record.discounts],
        "fulfillments": [fulfillment(each) for each in record.fulfillments],
        "line_items": [order_line(record, each) for each in record.lines],
        "refunds": [refund(each) for each in record.refunds],
        "shipping_address": address(record.shipping_address),
        "shipping_lines": [shipping_line(record, each) for each in record.shipping_lines],
    }


def _about(store: Store, record: Order, customer: Customer | None) -> dict[str, Any]:
    return {
        "admin_graphql_api_id": gid("Order", record.id),
        "buyer_accepts_marketing": customer is not None and customer.accepts_marketing,
        "cancel_reason": record.cancel_reason and record.cancel_reason.lower(),
        "discount_codes": [_code(record, each) for each in record.discounts if each.kind == "code"],
        "financial_status": record.financial_status.lower(),
        "fulfillment_status": _FULFILLMENT.get(record.fulfillment_status),
        "note_attributes": named(record.attributes),
        "number": record.number - 1000,
        "order_status_url": f"{store.public_url}/sandbox/orders/{record.id}?key={record.key}",
        "payment_gateway_names": list(record.gateways),
        "tags": ", ".join(record.tags),
    }


def _totals(record: Order) -> dict[str, Any]:
    def both(name: str, value: Decimal) -> dict[str, Any]:
        """An amount as a text, and as a set beside it."""
        return {name: amount(value), f"{name}_set": money_set(value, record.currency)}

    zero = Decimal(0)
    shipping = [each for each in record.shipping_lines if not each.removed]
    shipping_price = sum((each.discounted_price for each in shipping), zero)
    line_discounts = sum((each.original_total - each.discounted_total for each in record.lines), zero)
    current_discounts = sum((_current_discount(each) for each in record.lines), zero)
    shipping_discounts = record.shipping - record.shipping_price
    kept_discounts = sum((each.price - each.discounted_price for each in shipping), zero)
    goods = sum((each.original_total for each in record.lines), zero)
    duties = None if record.duties is None else money_set(record.duties, record.currency)
    return {
        "current_shipping_price_set": money_set(shipping_price, record.currency),
        **both("current_subtotal_price", record.current_subtotal),
        "current_total_additional_fees_set": None,
        **both("current_total_discounts", current_discounts + kept_discounts),
        "current_total_duties_set": duties,
        **both("current_total_price", record.current_total),
        **both("current_total_tax", record.current_tax),
        "original_total_additional_fees_set": None,
        "original_total_duties_set": duties,
        **both("subtotal_price", record.subtotal),
        "tax_lines": taxes(record, record.tax, record.subtotal + record.shipping_price),
        "total_cash_rounding_payment_adjustment_set": money_set(zero, record.currency),
        "total_cash_rounding_refund_adjustment_set": money_set(zero, record.currency),
        **both("total_discounts", line_discounts + shipping_discounts),
        **both("total_line_items_price", goods),
        "total_outstanding": amount(record.outstanding),
        **both("total_price", record.total),
        "total_shipping_price_set": money_set(record.shipping, record.currency),
        **both("total_tax", record.tax),
        "total_tip_received": amount(record.tip),
        "total_weight": sum(each.variant.weight_grams * each.quantity for each in record.lines if each.variant),
    }


def _current_discount(line: OrderLineItem) -> Decimal:
    return line.unit_price * line.current_quantity - (line.discounted_total - line.worth(line.removed))


def _code(record: Order, discount: OrderDiscount) -> dict[str, str]:
    shares = [share for line in record.lines for share in line.discounts] + record.shipping_discounts
    value = sum((share for each, share in shares if each is discount), Decimal(0))
    kind = "fixed_amount" if discount.percentage is None else "percentage"
    return {
        "code": discount.title,
        "amount": amount(value),
        "type": "shipping" if discount.target == "SHIPPING_LINE" else kind,
    }


def _customer(record: Customer) -> dict[str, Any]:
    default = next((each for each in record.addresses if each.id == record.default_address_id), None)
    typed = None if default is None else address(default.address)
    home = None
    if default is not None and typed is not None:
        country = addresses.country_name(default.address.country_code)
        fields = {name: value for name, value in typed.items() if name not in ("latitude", "longitude")}
        home = {"id": default.id, "customer_id": record.id, **fields, "country_name": country, "default": True}
    return {
        **fields_of("customer", record),
        "state": "disabled" if record.password is None else "enabled",
        "admin_graphql_api_id": gid("Customer", record.id),
        "default_address": home,
    }


def refund(record: Refund) -> dict[str, Any]:
    """A refund with its lines."""
    of = record.order
    return {
        **fields_of("refund", record),
        "order_id": of.id,
        "total_duties_set": money_set(Decimal(0), of.currency),
        "restock": any(each.restocked for each in record.lines),
        "admin_graphql_api_id": gid("Refund", record.id),
        "order_adjustments": [_shipping_refund(record)] if record.shipping else [],
        "refund_line_items": [_refunded(of, each) for each in record.lines],
        "transactions": [_payment_back(record)] if record.amount else [],
    }


def _refunded(of: Order, record: RefundedLine) -> dict[str, Any]:
    return {
        "id": record.id,
        "quantity": record.quantity,
        "line_item_id": record.line.id,
        "location_id": record.location_id,
        "restock_type": "return" if record.restocked else "no_restock",
        # Numbers here, unlike everywhere else.
        "subtotal": float(record.subtotal),
        "total_tax": float(record.tax),
        "subtotal_set": money_set(record.subtotal, of.currency),
        "total_tax_set": money_set(record.tax, of.currency),
        "line_item": line_item(of, record.line, record.line.quantity),
    }


def _shipping_refund(record: Refund) -> dict[str, Any]:
    currency = record.order.currency
    return {
        "id": record.id,
        "order_id": record.order.id,
        "refund_id": record.id,
        "amount": amount(-record.shipping),
        "tax_amount": amount(Decimal(0)),
        "kind": "shipping_refund",
        "reason": "Shipping refund",
        "amount_set": money_set(-record.shipping, currency),
        "tax_amount_set": money_set(Decimal(0), currency),
    }


def _payment_back(record: Refund) -> dict[str, Any]:
    of = record.order
    unsettled = {"amount": "0.0", "currency": of.currency}
    return {
        **fields_of("refund_transaction", record),
        "order_id": of.id,
        "gateway": next(iter(of.gateways), None),
        "test": of.test,
        "source_name": of.source,
        "currency": of.currency,
        "payment_id": f"{of.name}.{of.refunds.index(record) + 1}",
        "total_unsettled_set": {"presentment_money": unsettled, "shop_money": unsettled},
        "admin_graphql_api_id": gid("OrderTransaction", record.id),
    }


def edit(record: OrderEdit) -> dict[str, Any]:
    """The added and removed units of an edit: only ids and quantities."""

    def changes(lines: list[tuple[OrderLineItem, int]]) -> list[dict[str, int]]:
        return [{"id": line.id, "delta": units} for line, units in lines]

    return {
        "order_edit": {
            "id": record.id,
            "app_id": None,
            "created_at": shop_time(record.created_at),
            "committed_at": shop_time(record.created_at),
            "notify_customer": False,
            "order_id": record.order.id,
            "staff_note": record.note or "",
            "user_id": None,
            "line_items": {"additions": changes(record.additions), "removals": changes(record.removals)},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }


def risk(record: RiskAssessment) -> dict[str, Any]:
    """The risk assessment of an order."""
    return {
        "provider_id": None,
        "provider_title": None if record.provider == "Shopify" else record.provider,
        "risk_level": record.level.lower(),
        "created_at": shop_time(record.created_at),
        "order_id": record.order.id,
        "admin_graphql_api_order_id": gid("Order", record.order.id),
    }
