"""Reads Shopify's answers about orders. Readers raise KeyError, TypeError or ValueError for another shape."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from clients.admin.order_operations import ALL_FULFILLMENTS, FULFILLMENTS_PAGE
from clients.admin.order_statuses import (
    DeliveryMethod,
    FinancialStatus,
    FulfillmentDisplayStatus,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    OrderFulfillmentStatus,
    RiskRecommendation,
)
from clients.admin.orders import (
    Address,
    AppMetafield,
    Contents,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Metafield,
    Order,
    OrderLine,
    OrderListing,
    OrderMoney,
    Payment,
    ShippingLine,
    SkuOwner,
    Tracking,
)
from clients.admin.setup import read_page
from clients.global_ids import GlobalId
from clients.money import Money
from clients.open_enum import OpenEnum

Raw = Mapping[str, Any]
Status = TypeVar("Status", bound=OpenEnum)

_MONEY_IN = frozenset({"SALE", "CAPTURE"})  # an authorization moves no money
_WITH_A_SERVICE = frozenset({"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED"})


@dataclass(frozen=True, slots=True)
class OrderPage:
    """The start of an order, and the cursors after which more of its lines and fulfillment orders follow.

    `has_more_parcels`: parcels contain more than this answer.
    """

    order: Order
    lines_after: str | None
    fulfillment_orders: list["FulfillmentOrderPage"]
    fulfillment_orders_after: str | None
    has_more_parcels: bool


@dataclass(frozen=True, slots=True)
class FulfillmentOrderPage:
    """The start of a fulfillment order, and the cursor after which more of its lines follow."""

    fulfillment_order: FulfillmentOrder
    lines_after: str | None


@dataclass(frozen=True, slots=True)
class ChangeRefusal:
    """Why Shopify refused a change: its message, and its code if it has one."""

    message: str
    code: str | None


def read_order(raw: Raw | None) -> OrderPage | None:
    """The first pages of an order, without its fulfillment orders; None when there is none."""
    if raw is None:
        return None
    lines, lines_after = read_page(raw["lineItems"], read_line)
    fulfillment_orders, fulfillment_orders_after = read_page(raw["fulfillmentOrders"], read_fulfillment_order)
    parcels, has_more_parcels = _parcels(raw["fulfillments"], FULFILLMENTS_PAGE)
    levels = {assessment["riskLevel"] for assessment in raw["risk"]["assessments"]}
    order = Order(
        id=raw["id"],
        name=raw["name"],
        created_at=_time(raw["createdAt"]),
        updated_at=_time(raw["updatedAt"]),
        processed_at=_time(raw["processedAt"]),
        cancelled_at=_time_or_none(raw["cancelledAt"]),
        cancel_reason=raw["cancelReason"],
        is_test=raw["test"],
        currency=raw["currencyCode"],
        financial_status=_optional(FinancialStatus, raw["displayFinancialStatus"]),
        fulfillment_status=OrderFulfillmentStatus(raw["displayFulfillmentStatus"]),
        lines=tuple(lines),
        fulfillment_orders=(),
        total=_amount(raw["currentTotalPriceSet"]),
        tip=_amount(raw["totalTipReceivedSet"]),
        outstanding=_amount(raw["totalOutstandingSet"]) if "totalOutstandingSet" in raw else None,
        email=raw["email"],
        phone=raw["phone"],
        note=raw["note"],
        tags=frozenset(raw["tags"]),
        attributes=_attributes(raw["customAttributes"]),
        gateways=tuple(raw["paymentGatewayNames"]),
        taxes_included=raw["taxesIncluded"],
        risk=RiskRecommendation(raw["risk"]["recommendation"]),
        risk_is_pending="PENDING" in levels,
        risk_is_high="HIGH" in levels,
        shipping_address=_address(raw["shippingAddress"]),
        billing_address=_payer(raw["billingAddress"]),
        shipping=tuple(_shipping_line(each) for each in raw["shippingLines"]["nodes"] if not each["isRemoved"]),
        fulfillments=parcels,
        payments=_payments(raw.get("transactions") or ()),
        metafields={
            each["key"]: Metafield(each["value"], each["compareDigest"]) for each in raw["metafields"]["nodes"]
        },
    )
    return OrderPage(order, lines_after, fulfillment_orders, fulfillment_orders_after, has_more_parcels)


def read_order_money(raw: Raw | None) -> OrderMoney | None:
    """What came in for an order and what went back; None when there is no such order."""
    if raw is None:
        return None
    payments = [each for each in raw["transactions"] if _is_payment(each)]
    return OrderMoney(
        currency=raw["currencyCode"],
        received=_amount(raw["totalReceivedSet"]),
        refunded=_amount(raw["totalRefundedSet"]),
        tax=_amount(raw["currentTotalTaxSet"]) if raw["currentTotalTaxSet"] is not None else Decimal(0),
        fees=tuple(fee for each in raw["transactions"] for fee in _fees(each)),
        payments_without_fees=tuple(
            _amount(each["amountSet"]) for each in payments if not each["fees"] and not each["manualPaymentGateway"]
        ),
    )


def _is_payment(transaction: Raw) -> bool:
    return transaction["kind"] in _MONEY_IN and transaction["status"] == "SUCCESS"


def _fees(transaction: Raw) -> Iterator[Money]:
    """The fees of a transaction, and the taxes on them."""
    if transaction["status"] != "SUCCESS":
        return
    for fee in transaction["fees"]:
        for amount in (fee["amount"], fee["taxAmount"]):
            yield Money(Decimal(amount["amount"]), amount["currencyCode"])


def read_app_metafield(raw: Raw) -> AppMetafield:
    """A metafield of our installation, set or not."""
    there = raw["metafield"] or {"value": None, "compareDigest": None}
    return AppMetafield(raw["id"], there["value"], there["compareDigest"])


def read_fulfillments(raw: Sequence[Raw]) -> tuple[Fulfillment, ...]:
    """All parcels of an order. Raises ValueError also when there may be more than an answer holds."""
    parcels, has_more = _parcels(raw, ALL_FULFILLMENTS)
    if has_more:
        raise ValueError("more parcels than can be read")
    return parcels


def read_line(raw: Raw) -> OrderLine:
    variant = raw["variant"]
    return OrderLine(
        id=raw["id"],
        title=raw["title"],
        variant_title=raw["variantTitle"],
        sku=raw["sku"],
        vendor=raw["vendor"],
        quantity=_count(raw["quantity"]),
        current_quantity=_count(raw["currentQuantity"]),
        is_gift_card=raw["isGiftCard"],
        requires_shipping=raw.get("requiresShipping", True),
        attributes=_attributes(raw["customAttributes"]),
        variant_id=None if variant is None else variant["id"],
        unit_price=_amount(raw["originalUnitPriceSet"]),
        discount=_sum(each["allocatedAmountSet"] for each in raw["discountAllocations"]),
        tax=_sum(each["priceSet"] for each in raw["taxLines"]),
    )


def read_fulfillment_order(raw: Raw) -> FulfillmentOrderPage:
    lines, lines_after = read_page(raw["lineItems"], read_fulfillment_order_line)
    method, place = raw["deliveryMethod"], raw["assignedLocation"]
    fulfillment_order = FulfillmentOrder(
        id=raw["id"],
        status=FulfillmentOrderStatus(raw["status"]),
        method=None if method is None else DeliveryMethod(method["methodType"]),
        presented_name=None if method is None else method["presentedName"],
        location_id=None if place["location"] is None else place["location"]["id"],
        location_name=place["name"],
        lines=tuple(lines),
        holds=tuple(each["displayReason"] for each in raw["fulfillmentHolds"]),
        actions=frozenset(each["action"] for each in raw["supportedActions"]),
        is_third_partys=_is_third_partys(raw),
    )
    return FulfillmentOrderPage(fulfillment_order, lines_after)


def _is_third_partys(raw: Raw) -> bool:
    """Only a fulfillment service takes requests; fulfillment orders of the shop itself stay UNSUBMITTED."""
    location = raw["assignedLocation"]["location"]
    is_service = location is not None and bool(location.get("isFulfillmentService"))
    return is_service or raw.get("requestStatus") in _WITH_A_SERVICE


def read_fulfillment_order_line(raw: Raw) -> FulfillmentOrderLine:
    return FulfillmentOrderLine(
        id=raw["id"],
        line_id=raw["lineItem"]["id"],
        total=_count(raw["totalQuantity"]),
        remaining=_count(raw["remainingQuantity"]),
    )


def read_listing(raw: Raw) -> OrderListing:
    forwarding = raw["metafield"]
    return OrderListing(
        id=raw["id"],
        name=raw["name"],
        email=raw["email"],
        phone=raw.get("phone"),
        created_at=_time(raw["createdAt"]),
        updated_at=_time(raw["updatedAt"]),
        cancelled_at=_time_or_none(raw["cancelledAt"]),
        tags=frozenset(raw["tags"]),
        financial_status=_optional(FinancialStatus, raw["displayFinancialStatus"]),
        fulfillment_status=OrderFulfillmentStatus(raw["displayFulfillmentStatus"]),
        forwarding=None if forwarding is None else forwarding["value"],
        contents=_contents(raw) if "lineItems" in raw else None,
    )


def _contents(raw: Raw) -> Contents:
    lines, parts = raw["lineItems"], raw["fulfillmentOrders"]
    methods = [each["deliveryMethod"] for each in parts["nodes"]]
    return Contents(
        lines=tuple((each["vendor"], each["sku"]) for each in lines["nodes"]),
        methods=tuple(None if method is None else DeliveryMethod(method["methodType"]) for method in methods),
        is_whole=not (lines["pageInfo"]["hasNextPage"] or parts["pageInfo"]["hasNextPage"]),
    )


def read_sku_owner(raw: Raw) -> SkuOwner:
    product = raw["product"]
    return SkuOwner(raw["id"], raw["sku"] or "", product["id"], product["vendor"], frozenset(product["tags"]))


def read_refusals(payload: Raw) -> list[ChangeRefusal]:
    """Shopify's refusals of a change whose document selects codes; empty when it succeeded."""
    return [ChangeRefusal(each["message"], each["code"]) for each in payload["userErrors"]]


def read_digests(payload: Raw) -> dict[str, str]:
    """The digests of the metafields that were set, by key."""
    return {each["key"]: each["compareDigest"] for each in payload["metafields"] or ()}


def _parcels(raw: Sequence[Raw], asked_for: int) -> tuple[tuple[Fulfillment, ...], bool]:
    """The parcels, and whether there may be more of them or more in them."""
    is_cut = any(each["fulfillmentLineItems"]["pageInfo"]["hasNextPage"] for each in raw)
    return tuple(_fulfillment(each) for each in raw), is_cut or len(raw) >= asked_for


def _payments(raw: Sequence[Raw]) -> tuple[Payment, ...]:
    received = (each for each in raw if _is_payment(each))
    payments = (Payment(_time(each["processedAt"] or each["createdAt"])) for each in received)
    return tuple(sorted(payments, key=lambda payment: payment.at))


def _optional(status: type[Status], value: Any) -> Status | None:
    return None if value is None else status(value)


def _fulfillment(raw: Raw) -> Fulfillment:
    inside: Counter[GlobalId] = Counter()
    for each in raw["fulfillmentLineItems"]["nodes"]:
        inside[each["lineItem"]["id"]] += _count(each["quantity"])
    return Fulfillment(
        id=raw["id"],
        status=FulfillmentStatus(raw["status"]),
        display_status=_optional(FulfillmentDisplayStatus, raw["displayStatus"]),
        created_at=_time(raw["createdAt"]),
        delivered_at=_time_or_none(raw["deliveredAt"]),
        tracking=tuple(Tracking(each["company"], each["number"], each["url"]) for each in raw["trackingInfo"]),
        lines=dict(inside),
    )


def _shipping_line(raw: Raw) -> ShippingLine:
    return ShippingLine(
        title=raw["title"],
        code=raw["code"],
        price=_amount(raw["currentDiscountedPriceSet"]),
        tax=_sum(each["priceSet"] for each in raw["taxLines"]),
    )


def _address(raw: Raw | None) -> Address | None:
    if raw is None:
        return None
    return Address(
        name=raw["name"],
        company=raw["company"],
        address1=raw["address1"],
        address2=raw["address2"],
        city=raw["city"],
        province_code=raw["provinceCode"],
        province=raw["province"],
        country_code=raw["countryCodeV2"],
        country=raw["country"],
        zip=raw["zip"],
        phone=raw["phone"],
    )


def _payer(raw: Raw | None) -> Address | None:
    return None if raw is None else Address(name=raw["name"], phone=raw["phone"])


def _attributes(raw: Sequence[Raw]) -> tuple[tuple[str, str], ...]:
    return tuple((each["key"], each["value"] or "") for each in raw)


def _sum(bags: Any) -> Decimal:
    return sum((_amount(bag) for bag in bags), Decimal(0))


def _amount(bag: Raw) -> Decimal:
    text = bag["shopMoney"]["amount"]
    if not isinstance(text, str):  # a number would have lost its digits already
        raise TypeError("an amount that is no text")
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("an amount that is no number") from error
    if not amount.is_finite():
        raise ValueError("an amount that is no number")
    return amount


def _count(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
        raise ValueError("a quantity that is no count")
    return raw


def _time(raw: str) -> datetime:
    time = datetime.fromisoformat(raw)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time


def _time_or_none(raw: str | None) -> datetime | None:
    return None if raw is None else _time(raw)
