"""Shopify's statuses of orders and of their parts, as far as decisions depend on them.

Shopify may add values: an unknown one is accepted.
Source: Admin API 2026-10, the enums of the same names.
"""

from clients.open_enum import OpenEnum


class FinancialStatus(OpenEnum):
    """OrderDisplayFinancialStatus."""

    AUTHORIZED = "AUTHORIZED"
    EXPIRED = "EXPIRED"
    PAID = "PAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    PENDING = "PENDING"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


class OrderFulfillmentStatus(OpenEnum):
    """OrderDisplayFulfillmentStatus."""

    FULFILLED = "FULFILLED"
    FULFILLMENT_NOT_REQUIRED = "FULFILLMENT_NOT_REQUIRED"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    OPEN = "OPEN"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    PENDING_FULFILLMENT = "PENDING_FULFILLMENT"
    REQUEST_DECLINED = "REQUEST_DECLINED"
    RESTOCKED = "RESTOCKED"
    SCHEDULED = "SCHEDULED"
    UNFULFILLED = "UNFULFILLED"


class FulfillmentOrderStatus(OpenEnum):
    """FulfillmentOrderStatus."""

    CANCELLED = "CANCELLED"
    CLOSED = "CLOSED"
    INCOMPLETE = "INCOMPLETE"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    OPEN = "OPEN"
    SCHEDULED = "SCHEDULED"


class FulfillmentStatus(OpenEnum):
    """FulfillmentStatus."""

    CANCELLED = "CANCELLED"
    ERROR = "ERROR"
    FAILURE = "FAILURE"
    OPEN = "OPEN"
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"


class FulfillmentDisplayStatus(OpenEnum):
    """FulfillmentDisplayStatus, the two values that decisions depend on."""

    DELIVERED = "DELIVERED"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"


class DeliveryMethod(OpenEnum):
    """DeliveryMethodType."""

    LOCAL = "LOCAL"
    NONE = "NONE"
    PICK_UP = "PICK_UP"
    PICKUP_POINT = "PICKUP_POINT"
    RETAIL = "RETAIL"
    SHIPPING = "SHIPPING"


class RiskRecommendation(OpenEnum):
    """OrderRiskRecommendationResult."""

    ACCEPT = "ACCEPT"
    CANCEL = "CANCEL"
    INVESTIGATE = "INVESTIGATE"
    NONE = "NONE"


PAID = frozenset({FinancialStatus.PAID, FinancialStatus.PARTIALLY_REFUNDED})
"""The shop has the money for what is still on the order."""
HELD = frozenset({FulfillmentOrderStatus.ON_HOLD, FulfillmentOrderStatus.SCHEDULED})
"""Nothing may be handed over yet."""
FAILED_FULFILLMENTS = frozenset({FulfillmentStatus.CANCELLED, FulfillmentStatus.ERROR, FulfillmentStatus.FAILURE})
"""Nothing was handed over by these."""
