"""Runs cart mutations atomically, and reports errors and warnings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from graphql import GraphQLError

from sandbox.cart_records import Attributes, CartLineRecord, CartRecord
from sandbox.execution import Resolver
from sandbox.storefront.cart_fields import cart_record
from sandbox.storefront.cart_prices import CodeOutcome
from sandbox.storefront.cart_view import Cart, line_gid
from sandbox.storefront.execution import Visit

MAX_INPUT = 250
SENTENCES = {
    "DISCOUNT_CODE_NOT_HONOURED": "The discount code cannot be combined with the others on this cart.",
    "DISCOUNT_CURRENTLY_INACTIVE": "The discount code is not active now.",
    "DISCOUNT_CUSTOMER_NOT_ELIGIBLE": "The discount code is for other customers.",
    "DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED": "The customer has used this discount code before.",
    "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING": "The discount code is for certain customers; the cart has none yet.",
    "DISCOUNT_INCOMPATIBLE_PURCHASE_TYPE": "The discount code is not for this kind of purchase.",
    "DISCOUNT_NOT_FOUND": "There is no such discount code.",
    "DISCOUNT_NO_ENTITLED_LINE_ITEMS": "Nothing in the cart is covered by the discount code.",
    "DISCOUNT_NO_ENTITLED_SHIPPING_LINES": "Nothing in the cart is shipped.",
    "DISCOUNT_PURCHASE_NOT_IN_RANGE": "The cart does not cost enough for the discount code.",
    "DISCOUNT_QUANTITY_NOT_IN_RANGE": "The cart does not hold enough for the discount code.",
    "DISCOUNT_USAGE_LIMIT_REACHED": "The discount code has been used up.",
}


@dataclass(slots=True)
class Report:
    """Errors and warnings of a mutation. `root` is the path of its input among the arguments."""

    root: tuple[str, ...] = ()
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def error(self, code: str, message: str, *path: str | int) -> None:
        """Adds an error, which refuses the mutation; `path` leads from the root to the invalid value."""
        where = [*self.root, *(str(step) for step in path)]
        self.errors.append({"code": code, "field": where, "message": message})

    def warn(self, code: str, message: str, target: str) -> None:
        warning = {"code": code, "message": message, "target": target}
        if warning not in self.warnings:
            self.warnings.append(warning)


Work = Callable[[CartRecord, Report], None]
"""Changes a draft of a cart, or reports errors."""


def change_cart(visit: Visit, cart_id: str, work: Work, *, root: tuple[str, ...] = ()) -> dict[str, Any]:
    """The payload of a mutation that runs `work`. With errors the cart is returned unchanged."""
    found = cart_record(visit, cart_id)
    report = Report(root)
    if found is None or not found[1]:
        # The response must not reveal whether the cart exists or only the key is wrong.
        report.root = ()
        report.error("INVALID", "The specified cart does not exist.", "cartId")
        return {"cart": None, "userErrors": report.errors, "warnings": []}
    record = found[0]
    draft = _draft(record)
    work(draft, report)
    if report.errors:
        return {"cart": Cart(record, visit, revealed=True), "userErrors": report.errors, "warnings": []}
    return store_cart(visit, draft, report)


def cart_mutation(change: Callable[..., None], *names: str) -> Resolver:
    """A mutation resolver that calls `change(visit, *arguments, draft, report)` with the named arguments."""

    def resolve(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
        given = [arguments.get(name) for name in names]
        for value in given:
            if isinstance(value, list):
                refuse_long(value)
        return change_cart(info.context, arguments["cartId"], partial(change, info.context, *given))

    return resolve


def store_cart(visit: Visit, draft: CartRecord, report: Report) -> dict[str, Any]:
    """Stores a finished draft; returns its payload."""
    draft.updated_at = visit.store.clock.now()
    visit.store.carts[draft.token] = draft
    cart = Cart(draft, visit, revealed=True)
    _warn_about_codes(cart.priced.codes, cart.id, report)
    _warn_about_places(cart, report)
    return {"cart": cart, "userErrors": [], "warnings": report.warnings}


def refuse_long(values: Sequence[Any] | None) -> None:
    """Raises GraphQLError for a list of more than 250 values."""
    if values is not None and len(values) > MAX_INPUT:
        raise GraphQLError(
            f"The input array size of {len(values)} is greater than the maximum allowed of {MAX_INPUT}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )


def unique_attributes(given: Sequence[dict[str, str]]) -> Attributes:
    """Attributes without duplicate keys: the last value of a key counts."""
    return tuple({entry["key"]: entry["value"] for entry in given}.items())


def _draft(record: CartRecord) -> CartRecord:
    copies: dict[CartLineRecord, CartLineRecord] = {line: replace(line) for line in record.lines}
    for copy in copies.values():
        copy.parent = copies[copy.parent] if copy.parent else None
    return replace(
        record,
        lines=list(copies.values()),
        buyer=replace(record.buyer),
        discount_codes=list(record.discount_codes),
        gift_cards=list(record.gift_cards),
        addresses=[replace(entry) for entry in record.addresses],
        chosen_options=dict(record.chosen_options),
        metafields=list(record.metafields),
    )


def _warn_about_codes(codes: list[CodeOutcome], target: str, report: Report) -> None:
    for outcome in codes:
        if outcome.problem:
            report.warn(outcome.problem, SENTENCES[outcome.problem], target)


def _warn_about_places(cart: Cart, report: Report) -> None:
    for line in cart.record.lines:
        variant = line.variant
        line_id = line_gid(cart.record, line.id)
        if variant.product.countries is not None and cart.priced.country not in variant.product.countries:
            sentence = f"{variant.product.title} is not sold in the buyer's country."
            report.warn("PRODUCT_UNAVAILABLE_IN_BUYER_LOCATION", sentence, line_id)
        if line.plan is not None and cart.record.buyer.company_location_id is not None:
            sentence = f"{variant.product.title} cannot be subscribed to for a company location."
            report.warn("MERCHANDISE_SELLING_PLAN_NOT_APPLICABLE_ON_COMPANY_LOCATION", sentence, line_id)
