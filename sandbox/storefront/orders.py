"""Orders in Storefront, for the customer who placed them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.cart_records import PlaceAddress
from sandbox.customer_records import Customer
from sandbox.execution import Resolvers
from sandbox.order_records import Fulfillment, Order, OrderDiscount, OrderLineItem
from sandbox.storefront.cart_view import attribute_list
from sandbox.storefront.connections import connection
from sandbox.storefront.customer_tokens import customer_by_token
from sandbox.storefront.execution import Visit
from sandbox.storefront.mailing_addresses import MailingAddress
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.search_syntax import by_moment, by_text, has_words, matcher
from sandbox.storefront.values import gid, money_in

_FIELDS = {
    "processed_at": by_moment(lambda order: order.processed_at),
    "name": by_text(lambda order: (order.name, str(order.number))),
    "financial_status": by_text(lambda order: (order.financial_status,)),
    "fulfillment_status": by_text(lambda order: (order.fulfillment_status,)),
    "id": by_text(lambda order: (str(order.id),)),
}
_SORT_KEYS: dict[str, Callable[[Order], Any]] = {
    "ID": lambda order: order.id,
    "PROCESSED_AT": lambda order: (order.processed_at, order.id),
    "TOTAL_PRICE": lambda order: (order.total, order.id),
}


def orders_of(visit: Visit, customer: Customer) -> list[Order]:
    return [order for order in visit.store.orders.values() if order.customer_id == customer.id]


def customer_orders(
    customer: Customer,
    info: Any,
    *,
    reverse: bool,
    sortKey: str,  # noqa: N803 GraphQL's name
    query: str | None = None,
    **page: Any,
) -> dict[str, Any]:
    """The customer's orders that match `query`; RELEVANCE puts matches in names or goods first."""
    orders = orders_of(info.context, customer)
    if query:
        fits = matcher(query, _FIELDS, lambda order, term: has_words(_text(order), term))
        orders = [order for order in orders if fits(order)]
    # All matches are equally relevant, so the latest comes first.
    orders.sort(key=_SORT_KEYS.get(sortKey, lambda order: -order.processed_at.timestamp()), reverse=reverse)
    return connection(orders, key=lambda order: order.id, totalCount=str(len(orders)), **page)


def _text(order: Order) -> str:
    return " ".join([order.name, str(order.number), *(line.title for line in order.lines)])


class Priced:
    """A resolver that gives an amount of an order as money in the order's currency."""

    def __init__(self, read: Callable[[Order], Decimal | None]) -> None:
        self._read = read

    def __call__(self, order: Order, info: Any) -> dict[str, Any] | None:
        amount = self._read(order)
        return None if amount is None else money_in(amount, order.currency)


def _line_items(order: Order, info: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    lines = [_line_view(order, line) for line in order.lines]
    return connection(lines[::-1] if reverse else lines, key=lambda line: line["number"], **page)


def _line_view(order: Order, line: OrderLineItem) -> dict[str, Any]:
    return {
        "number": line.id,
        "title": line.title,
        "quantity": line.quantity,
        "currentQuantity": line.current_quantity,
        "customAttributes": attribute_list(line.attributes),
        "variant": line.variant,
        "originalTotalPrice": money_in(line.original_total, order.currency),
        "discountedTotalPrice": money_in(line.discounted_total, order.currency),
        "discountAllocations": [_allocation(order, *share) for share in line.discounts],
    }


def _allocation(order: Order, discount: OrderDiscount, amount: Decimal) -> dict[str, Any]:
    return {
        "allocatedAmount": money_in(amount, order.currency),
        "discountApplication": _application(order, discount),
    }


def _application(order: Order, discount: OrderDiscount) -> dict[str, Any]:
    kinds = {"code": "DiscountCode", "automatic": "AutomaticDiscount", "manual": "ManualDiscount"}
    if discount.amount is not None:
        value = money_in(discount.amount, order.currency)
    else:
        value = {"__typename": "PricingPercentageValue", "percentage": float(discount.percentage or 0)}
    return {
        "__typename": f"{kinds.get(discount.kind, 'ScriptDiscount')}Application",
        "allocationMethod": discount.method,
        "targetSelection": discount.selection,
        "targetType": discount.target,
        "value": value,
        "title": discount.title,
        "code": discount.title,
        "applicable": True,
        "description": discount.description,
    }


def _discounts(order: Order, info: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    applications = [{**_application(order, discount), "key": i} for i, discount in enumerate(order.discounts)]
    return connection(applications[::-1] if reverse else applications, key=lambda entry: entry["key"], **page)


def _fulfillments(order: Order, info: Any, *, first: int | None = None) -> list[dict[str, Any]]:
    done = [parcel for parcel in order.fulfillments if parcel.succeeded]
    return [_fulfillment_view(order, parcel) for parcel in (done if first is None else done[:first])]


def _fulfillment_view(order: Order, parcel: Fulfillment) -> dict[str, Any]:
    return {"trackingCompany": parcel.tracking_company, "order": order, "parcel": parcel}


def _parcel_items(source: dict[str, Any], info: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    items = [
        {"number": line.id, "lineItem": _line_view(source["order"], line), "quantity": quantity}
        for line, quantity in source["parcel"].items
    ]
    return connection(items[::-1] if reverse else items, key=lambda item: item["number"], **page)


def _tracking(source: dict[str, Any], info: Any, *, first: int | None = None) -> list[dict[str, str | None]]:
    found = source["parcel"].tracking
    return [{"number": number, "url": url} for number, url in (found if first is None else found[:first])]


def _address(order: Order, kind: str, typed: PlaceAddress | None) -> MailingAddress | None:
    return None if typed is None else MailingAddress(f"{order.id}-{kind}?model_name=Address", typed)


def _page(order: Order, info: Any) -> str:
    return f"{info.context.store.public_url}/sandbox/orders/{order.id}?key={order.key}"


def _customer_page(order: Order, info: Any) -> str | None:
    return f"{info.context.store.public_url}/account/orders/{order.key}" if order.customer_id else None


def _order_node(visit: Visit, tail: str) -> Order | None:
    """The order, if the id contains its key or the token of its customer was sent."""
    number, _, query = tail.partition("?")
    order = visit.store.orders.get(int(number)) if number.isdigit() else None
    if order is None:
        return None
    customer = customer_by_token(visit.store, visit.customer_token)
    owns = customer is not None and order.customer_id == customer.id
    return order if owns or f"key={order.key}" in query.split("&") else None


RESOLVERS: Resolvers = {
    "Order": {
        **HAS_METAFIELDS,
        "id": lambda order, info: gid("Order", f"{order.id}?key={order.key}"),
        "orderNumber": lambda order, info: order.number,
        "currencyCode": lambda order, info: order.currency,
        "customerLocale": lambda order, info: order.locale,
        "customAttributes": lambda order, info: attribute_list(order.attributes),
        "statusUrl": _page,
        "customerUrl": _customer_page,
        "shippingAddress": lambda order, info: _address(order, "shipping", order.shipping_address),
        "billingAddress": lambda order, info: _address(order, "billing", order.billing_address),
        "lineItems": _line_items,
        "discountApplications": _discounts,
        "shippingDiscountAllocations": lambda order, info: [
            _allocation(order, *share) for share in order.shipping_discounts
        ],
        "successfulFulfillments": _fulfillments,
        "currentSubtotalPrice": Priced(lambda order: order.current_subtotal),
        "currentTotalDuties": Priced(lambda order: order.duties),
        "currentTotalPrice": Priced(lambda order: order.current_total),
        "currentTotalShippingPrice": Priced(lambda order: order.shipping_price),
        "currentTotalTax": Priced(lambda order: order.current_tax),
        "originalTotalDuties": Priced(lambda order: order.duties),
        "originalTotalPrice": Priced(lambda order: order.total),
        "subtotalPrice": Priced(lambda order: order.subtotal),
        "subtotalPriceV2": Priced(lambda order: order.subtotal),
        "totalPrice": Priced(lambda order: order.total),
        "totalPriceV2": Priced(lambda order: order.total),
        "totalRefunded": Priced(lambda order: order.refunded),
        "totalRefundedV2": Priced(lambda order: order.refunded),
        "totalShippingPrice": Priced(lambda order: order.shipping_price),
        "totalShippingPriceV2": Priced(lambda order: order.shipping_price),
        "totalTax": Priced(lambda order: order.tax),
        "totalTaxV2": Priced(lambda order: order.tax),
    },
    "Fulfillment": {"fulfillmentLineItems": _parcel_items, "trackingInfo": _tracking},
}
NODES: dict[str, Callable[[Visit, str], Any]] = {"Order": _order_node}
