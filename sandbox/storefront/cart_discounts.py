"""Which discounts take effect on a cart, why others do not, and how much each takes off each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.cart_records import CartRecord, Discount
from sandbox.store import Store
from sandbox.storefront.cart_prices import (
    NOTHING,
    Allocation,
    Application,
    CodeOutcome,
    DeliveryGroup,
    PricedLine,
    apportioned,
    rounded,
)
from sandbox.storefront.values import converted

ORDER_OF_TARGETS = ("LINES", "ORDER", "SHIPPING")
OWN_CUP = "own_cup"


@dataclass(slots=True)
class Situation:
    """The facts about a cart that a discount depends on."""

    store: Store
    cart: CartRecord
    lines: list[PricedLine]
    groups: list[DeliveryGroup]
    currency: str
    now: datetime


def apply_discounts(situation: Situation) -> tuple[list[Application], list[CodeOutcome]]:
    """Allocates discounts to lines and groups; returns the effective ones and the outcome of each code.

    Codes come before automatic discounts when two cannot be combined, earlier codes before later ones.
    """
    outcomes: list[CodeOutcome] = []
    chosen: list[Discount] = []
    for code in situation.cart.discount_codes:
        discount = discount_by_code(situation.store, code)
        problem = _problem(discount, situation) if discount else "DISCOUNT_NOT_FOUND"
        if discount is not None and problem is None:
            problem = None if _combines(discount, chosen) else "DISCOUNT_CODE_NOT_HONOURED"
            if problem is None:
                chosen.append(discount)
        outcomes.append(CodeOutcome(code, problem))
    for discount in situation.store.discounts.values():
        if discount.code is None and _problem(discount, situation) is None and _combines(discount, chosen):
            chosen.append(discount)
    chosen.sort(key=lambda discount: ORDER_OF_TARGETS.index(discount.target))
    applications = [_apply(discount, situation) for discount in chosen]
    return [application for application in applications if application.total or _is_shipping(application)], outcomes


def discount_by_code(store: Store, code: str) -> Discount | None:
    """The discount with that code, in any case."""
    return next((d for d in store.discounts.values() if d.code and d.code.lower() == code.strip().lower()), None)


def _is_shipping(application: Application) -> bool:
    return application.discount.target == "SHIPPING"


def _combines(discount: Discount, others: Sequence[Discount]) -> bool:
    return all(
        other is not discount and other.target in discount.combines_with and discount.target in other.combines_with
        for other in others
    )


def _problem(discount: Discount, situation: Situation) -> str | None:
    """The CartWarningCode of the first reason why the discount has no effect; None if it has one."""
    return _not_now(discount, situation) or _not_this_buyer(discount, situation) or _not_this_cart(discount, situation)


def _not_now(discount: Discount, situation: Situation) -> str | None:
    if (discount.starts_at and situation.now < discount.starts_at) or (
        discount.ends_at and situation.now >= discount.ends_at
    ):
        return "DISCOUNT_CURRENTLY_INACTIVE"
    if discount.usage_limit is not None and discount.used >= discount.usage_limit:
        return "DISCOUNT_USAGE_LIMIT_REACHED"
    return None


def _not_this_buyer(discount: Discount, situation: Situation) -> str | None:
    customer_id = situation.cart.buyer.customer_id
    if discount.customer_ids is not None:
        if customer_id is None:
            return "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING"
        if customer_id not in discount.customer_ids:
            return "DISCOUNT_CUSTOMER_NOT_ELIGIBLE"
    if discount.once_per_customer and customer_id in discount.used_by:
        return "DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED"
    return None


def _not_this_cart(discount: Discount, situation: Situation) -> str | None:
    fitting = [line for line in situation.lines if _is_of_products(line, discount, situation.store)]
    if discount.target == "SHIPPING" and not any(line.record.variant.requires_shipping for line in fitting):
        return "DISCOUNT_NO_ENTITLED_SHIPPING_LINES"
    if not fitting:
        return "DISCOUNT_NO_ENTITLED_LINE_ITEMS"
    entitled = [line for line in fitting if _is_of_purchase_type(line, discount)]
    if not entitled:
        return "DISCOUNT_INCOMPATIBLE_PURCHASE_TYPE"
    if discount.minimum_subtotal is not None:
        least = converted(discount.minimum_subtotal, situation.currency)
        if sum((line.subtotal for line in entitled), NOTHING) < least:
            return "DISCOUNT_PURCHASE_NOT_IN_RANGE"
    units = sum(line.record.quantity for line in entitled)
    if units < max(discount.minimum_quantity or 0, discount.buys + discount.gets):
        return "DISCOUNT_QUANTITY_NOT_IN_RANGE"
    return None


def _is_of_products(line: PricedLine, discount: Discount, store: Store) -> bool:
    if discount.kind == OWN_CUP:
        return dict(line.record.attributes).get(OWN_CUP) == "yes"
    if not discount.collection_ids:
        return True
    product = line.record.variant.product
    return any(product in store.collections[number].products for number in discount.collection_ids)


def _is_of_purchase_type(line: PricedLine, discount: Discount) -> bool:
    return discount.for_subscriptions if line.record.plan else discount.for_one_time


def _apply(discount: Discount, situation: Situation) -> Application:
    application = Application(discount)
    if discount.target == "SHIPPING":
        for group in situation.groups:
            if group.selected and group.selected.method == "SHIPPING" and group.cost:
                _give(application, group.discounts, group.cost)
        return application
    lines = [
        line
        for line in situation.lines
        if _is_of_products(line, discount, situation.store) and _is_of_purchase_type(line, discount)
    ]
    for line, amount in zip(lines, _amounts(discount, lines, situation.currency), strict=True):
        if amount:
            _give(application, line.line_level if discount.target == "LINES" else line.order_level, amount)
    return application


def _give(application: Application, allocations: list[Allocation], amount: Decimal) -> None:
    allocations.append(Allocation(application, amount))
    application.total += amount


def _amounts(discount: Discount, lines: list[PricedLine], currency: str) -> list[Decimal]:
    """The discount amount of each line, at most what is left of its price."""
    left = [line.remaining for line in lines]
    if discount.kind == "own_cup":
        each = converted(discount.value, currency)
        return [min(each * line.record.quantity, rest) for line, rest in zip(lines, left, strict=True)]
    if discount.kind == "bxgy":
        return _free_units(discount, lines, currency)
    if discount.kind == "percentage" and discount.target == "LINES":
        return [rounded(rest * discount.value / 100, currency) for rest in left]
    whole = sum(left, NOTHING)
    if discount.kind == "percentage":
        amount = rounded(whole * discount.value / 100, currency)
    else:
        amount = min(converted(discount.value, currency), whole)
    return apportioned(amount, left, currency)


def _free_units(discount: Discount, lines: list[PricedLine], currency: str) -> list[Decimal]:
    """The discount of each line: of every `buys` + `gets` units, the cheapest `gets` get a lower price."""
    units = sum(line.record.quantity for line in lines)
    to_lower = units // (discount.buys + discount.gets) * discount.gets
    amounts = [NOTHING for _ in lines]
    for i in sorted(range(len(lines)), key=lambda i: lines[i].unit):
        lowered = min(to_lower, lines[i].record.quantity)
        amount = rounded(lines[i].unit * discount.value / 100, currency) * lowered
        amounts[i] = min(amount, lines[i].remaining)
        to_lower -= lowered
    return amounts
