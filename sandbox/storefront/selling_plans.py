"""Subscriptions: the selling plans of a product, and the price of a variant under each."""

from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import ProductVariant, SellingPlan, SellingPlanGroup
from sandbox.storefront.cart_cost import unit_price
from sandbox.storefront.connections import connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.unit_prices import per_measure
from sandbox.storefront.values import currency_of, money, money_in

Info = GraphQLResolveInfo[Visit]


def allocation(variant: ProductVariant, plan: SellingPlan) -> dict[str, Any]:
    """The price of the variant under the plan, as a SellingPlanAllocation."""
    return {"__typename": "SellingPlanAllocation", "variant": variant, "sellingPlan": plan}


def allocations(variant: ProductVariant) -> list[dict[str, Any]]:
    return [allocation(variant, plan) for group in variant.product.selling_plan_groups for plan in group.plans]


def _price(source: dict[str, Any], info: Info) -> dict[str, Any]:
    if "price" in source:  # a cart has its own currency and quantities
        cart_price: dict[str, Any] = source["price"]
        return cart_price
    currency = currency_of(info.context.country)
    return money_in(unit_price(source["variant"], 1, source["sellingPlan"], currency), currency)


def _price_adjustments(source: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    variant: ProductVariant = source["variant"]
    price = _price(source, info)
    return [
        {
            "price": price,
            "perDeliveryPrice": price,
            "compareAtPrice": source.get("compareAtPrice") or money(variant.price, info.context.country),
            "unitPrice": per_measure(variant, price),
        }
    ]


def _remaining(source: dict[str, Any], info: Info) -> dict[str, Any]:
    return money_in(0 * source["variant"].price, _price(source, info)["currencyCode"])


def _recurring(kind: str) -> Any:
    return lambda plan, info: {
        "__typename": kind,
        "interval": plan.interval,
        "intervalCount": plan.interval_count,
    }


def _adjustments(plan: SellingPlan, _: Info) -> list[dict[str, Any]]:
    value = {"__typename": "SellingPlanPercentagePriceAdjustment", "adjustmentPercentage": float(plan.percent_off)}
    return [{"adjustmentValue": value, "orderCount": None}] if plan.percent_off else []


def _charge(_: SellingPlan, __: Info) -> dict[str, Any]:
    """The whole price is paid at checkout."""
    value = {"__typename": "SellingPlanCheckoutChargePercentageValue", "percentage": 100.0}
    return {"type": "PERCENTAGE", "value": value}


def _options(plan: SellingPlan, info: Info) -> list[dict[str, str]]:
    language = info.context.language
    return [{"name": translated(plan.option_name, language), "value": translated(plan.option_value, language)}]


def _group_options(group: SellingPlanGroup, info: Info) -> list[dict[str, Any]]:
    language = info.context.language
    values = [translated(plan.option_value, language) for plan in group.plans]
    return [{"name": translated(group.option_name, language), "values": values}]


def _plans(group: SellingPlanGroup, _: Info, reverse: bool = False, **page: Any) -> dict[str, Any]:
    plans = group.plans[::-1] if reverse else group.plans
    return connection(plans, key=lambda plan: plan.id, **page)


RESOLVERS: Resolvers = {
    "SellingPlan": {
        **HAS_METAFIELDS,
        "name": lambda plan, info: translated(plan.name, info.context.language),
        "description": lambda plan, info: translated(plan.description, info.context.language),
        "billingPolicy": _recurring("SellingPlanRecurringBillingPolicy"),
        "deliveryPolicy": _recurring("SellingPlanRecurringDeliveryPolicy"),
        "checkoutCharge": _charge,
        "options": _options,
        "priceAdjustments": _adjustments,
        "recurringDeliveries": lambda plan, info: True,
    },
    "SellingPlanGroup": {
        "name": lambda group, info: translated(group.name, info.context.language),
        "options": _group_options,
        "sellingPlans": _plans,
    },
    "SellingPlanAllocation": {
        "checkoutChargeAmount": _price,
        "remainingBalanceChargeAmount": _remaining,
        "priceAdjustments": _price_adjustments,
    },
}
