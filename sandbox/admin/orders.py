"""Admin's resolvers for orders."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from sandbox import addresses
from sandbox.admin.metafields import metafield_of, metafields_of
from sandbox.admin.order_search import found
from sandbox.cart_records import PlaceAddress
from sandbox.countries import CURRENCIES
from sandbox.execution import Resolvers
from sandbox.order_life import CARD, COUNTER, catch_up
from sandbox.order_records import FulfillmentOrder, Order, OrderLineItem, OrderTransaction, ShippingLine
from sandbox.records import ProductVariant
from sandbox.store import Store
from sandbox.storefront.cart_prices import rounded
from sandbox.storefront.connections import connection
from sandbox.storefront.values import SHOP_CURRENCY, gid, money_in, read_gid, timestamp

Info = GraphQLResolveInfo[Store]
# The age of the oldest orders that an app may see without a further scope.
SEEN_FOR = timedelta(days=60)
FEE_SHARE, FEE_FIXED = Decimal("0.024"), Decimal("0.30")  # of Shopify Payments, in the shop's currency


def seen_orders(store: Store) -> list[Order]:
    """The orders that the app may see: recent ones, or all with the scope for it."""
    return [order for order in store.orders.values() if _is_seen(store, order)]


def _is_seen(store: Store, order: Order) -> bool:
    return "read_all_orders" in store.admin_scopes or order.created_at >= store.clock.now() - SEEN_FOR


def order_by_gid(store: Store, text: str) -> Order | None:
    """The order with a global id, if the app may see it."""
    number = read_gid(text, "Order") or ""
    order = store.orders.get(int(number)) if number.isdigit() else None
    return order if order is not None and _is_seen(store, order) else None


def _order(_: Any, info: Info, id: str) -> Order | None:  # noqa: A002 the schema's name
    if read_gid(id) is None:
        raise GraphQLError(f"Invalid global id '{id}'", extensions={"code": "INVALID_GLOBAL_ID"})
    catch_up(info.context)
    return order_by_gid(info.context, id)


def _orders(_: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    catch_up(info.context)
    return found(seen_orders(info.context), arguments)


def page_of(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a connection that select a page."""
    return {name: arguments.get(name) for name in ("first", "last", "after", "before")}


def money_bag(amount: Decimal, currency: str) -> dict[str, Any]:
    """An amount of an order in Admin's form, in the shop's currency."""
    return {"shopMoney": money_in(rounded(amount / CURRENCIES[currency].rate, SHOP_CURRENCY), SHOP_CURRENCY)}


def _line_items(order: Order, _: Info, **arguments: Any) -> dict[str, Any]:
    lines = [{"__typename": "LineItem", "order": order, "line": line} for line in order.lines]
    if arguments.get("reverse"):
        lines.reverse()
    return connection(lines, key=lambda entry: _line(entry).id, **page_of(arguments))


def _line(source: dict[str, Any]) -> OrderLineItem:
    line: OrderLineItem = source["line"]
    return line


def _variant(source: dict[str, Any], info: Info) -> ProductVariant | None:
    """None when the product was deleted."""
    variant = _line(source).variant
    return None if variant is None else info.context.variants.get(variant.id)


def _line_taxes(source: dict[str, Any], _: Info, first: int | None = None) -> list[dict[str, Any]]:
    return _tax_lines(_line(source).tax, source["order"].currency)[:first]


def _tax_lines(tax: Decimal, currency: str) -> list[dict[str, Any]]:
    return [{"priceSet": money_bag(tax, currency)}] if tax else []


def _field_of_line(read: Callable[[OrderLineItem], Any]) -> Callable[[dict[str, Any], Info], Any]:
    return lambda source, _: read(_line(source))


def _shipping_lines(order: Order, _: Info, **arguments: Any) -> dict[str, Any]:
    lines = [line for line in order.shipping_lines if arguments.get("includeRemovals") or not line.removed]
    if arguments.get("reverse"):
        lines.reverse()
    shown = [_shipping_line(order, line) for line in lines]
    return connection(shown, key=lambda line: line["number"], **page_of(arguments))


def _shipping_line(order: Order, line: ShippingLine) -> dict[str, Any]:
    return {
        "number": line.id,
        "title": line.title,
        "code": line.code,
        "isRemoved": line.removed,
        "currentDiscountedPriceSet": money_bag(line.discounted_price, order.currency),
        "taxLines": _tax_lines(line.tax, order.currency),
    }


def shows(store: Store, part: FulfillmentOrder) -> bool:
    """Whether the app may see a fulfillment order. Those of fulfillment services need another scope."""
    location = store.locations.get(part.location_id)
    is_third_partys = location is not None and location.is_fulfillment_service
    return not is_third_partys or "read_third_party_fulfillment_orders" in store.admin_scopes


def _fulfillment_orders(order: Order, info: Info, **arguments: Any) -> dict[str, Any]:
    parts = [part for part in order.fulfillment_orders if shows(info.context, part)]
    if arguments.get("reverse"):
        parts.reverse()
    return connection(parts, key=lambda part: part.id, **page_of(arguments))


def _address(order: Order, _: Info) -> dict[str, Any] | None:
    typed = order.shipping_address
    return None if typed is None else address_view(f"{order.id}?model_name=Address", typed)


def _billing_address(order: Order, _: Info) -> dict[str, Any] | None:
    typed = order.billing_address
    return None if typed is None else address_view(f"{order.id}?model_name=BillingAddress", typed)


def address_view(address_id: str, typed: PlaceAddress) -> dict[str, Any]:
    """An address in Admin's form."""
    return {
        "id": gid("MailingAddress", address_id),
        "name": addresses.full_name(typed),
        "company": typed.company,
        "address1": typed.address1,
        "address2": typed.address2,
        "city": typed.city,
        "provinceCode": typed.province_code,
        "province": addresses.province_name(typed),
        "countryCodeV2": typed.country_code,
        "country": addresses.country_name(typed.country_code),
        "zip": typed.zip,
        "phone": typed.phone,
    }


def attribute_list(pairs: Any) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs]


def _risk(order: Order, _: Info) -> dict[str, Any]:
    assessments = [{"riskLevel": assessment.level} for assessment in order.risk]
    return {"assessments": assessments, "recommendation": order.risk_recommendation}


def _discounts(source: dict[str, Any], _: Info) -> list[dict[str, Any]]:
    currency = source["order"].currency
    return [{"allocatedAmountSet": money_bag(amount, currency)} for _, amount in _line(source).discounts]


def _unit_price(source: dict[str, Any], _: Info) -> dict[str, Any]:
    return money_bag(_line(source).unit_price, source["order"].currency)


def _moved(read: Callable[[OrderTransaction], Any]) -> Callable[[dict[str, Any], Info], Any]:
    return lambda source, _: read(source["transaction"])


def _fees(source: dict[str, Any], _: Info) -> list[dict[str, Any]]:
    """The fees of Shopify Payments. Other gateways state none, and a refund returns none."""
    transaction, currency = source["transaction"], source["order"].currency
    if transaction.gateway != CARD or transaction.kind not in ("SALE", "CAPTURE"):
        return []
    fee = transaction.amount / CURRENCIES[currency].rate * FEE_SHARE + FEE_FIXED
    amount = money_in(rounded(fee, SHOP_CURRENCY), SHOP_CURRENCY)
    return [
        {
            "id": gid("TransactionFee", transaction.id),
            "amount": amount,
            "taxAmount": money_in(Decimal(0), SHOP_CURRENCY),
        }
    ]


RESOLVERS: Resolvers = {
    "QueryRoot": {"order": _order, "orders": _orders},
    "Order": {
        "cancelledAt": lambda order, _: order.canceled_at and timestamp(order.canceled_at),
        "currencyCode": lambda *_: SHOP_CURRENCY,
        "customAttributes": lambda order, _: attribute_list(order.attributes),
        "displayFinancialStatus": lambda order, _: order.financial_status,
        "displayFulfillmentStatus": lambda order, _: order.fulfillment_status,
        "paymentGatewayNames": lambda order, _: order.gateways,
        "taxesIncluded": lambda *_: False,
        "risk": _risk,
        "currentTotalPriceSet": lambda order, _: money_bag(order.current_total, order.currency),
        "totalReceivedSet": lambda order, _: money_bag(order.received, order.currency),
        "totalRefundedSet": lambda order, _: money_bag(order.refunded, order.currency),
        "currentTotalTaxSet": lambda order, _: money_bag(order.current_tax, order.currency),
        "totalOutstandingSet": lambda order, _: money_bag(order.outstanding, order.currency),
        "totalTipReceivedSet": lambda order, _: money_bag(order.tip, order.currency),
        "shippingAddress": _address,
        "billingAddress": _billing_address,
        "shippingLines": _shipping_lines,
        "lineItems": _line_items,
        "fulfillmentOrders": _fulfillment_orders,
        "transactions": lambda order, _, first=None, **__: [
            {"order": order, "transaction": each} for each in order.transactions[:first]
        ],
        "fulfillments": lambda order, _, first=None, query=None: order.fulfillments[:first],
        "metafield": metafield_of,
        "metafields": metafields_of,
    },
    "OrderTransaction": {
        "kind": _moved(lambda transaction: transaction.kind),
        "status": _moved(lambda transaction: transaction.status),
        "amountSet": lambda source, _: money_bag(source["transaction"].amount, source["order"].currency),
        "fees": _fees,
        "manualPaymentGateway": _moved(lambda transaction: transaction.gateway == COUNTER),
        "createdAt": _moved(lambda transaction: timestamp(transaction.at)),
        "processedAt": _moved(lambda transaction: timestamp(transaction.at)),
    },
    "LineItem": {
        "id": lambda source, _: gid("LineItem", _line(source).id),
        "title": _field_of_line(lambda line: line.title),
        "variantTitle": _field_of_line(lambda line: line.variant_title),
        "sku": _field_of_line(lambda line: line.sku),
        "vendor": _field_of_line(lambda line: line.vendor),
        "requiresShipping": _field_of_line(lambda line: line.requires_shipping),
        "quantity": _field_of_line(lambda line: line.quantity),
        "currentQuantity": _field_of_line(lambda line: line.current_quantity),
        "isGiftCard": _field_of_line(lambda line: line.variant is not None and line.variant.product.is_gift_card),
        "customAttributes": _field_of_line(lambda line: attribute_list(line.attributes)),
        "variant": _variant,
        "originalUnitPriceSet": _unit_price,
        "discountAllocations": _discounts,
        "taxLines": _line_taxes,
    },
}
