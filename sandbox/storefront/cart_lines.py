"""Lines of a cart: add, merge, update, remove, and the rules for quantities, plans and parents."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sandbox import stock
from sandbox.cart_records import Attributes, CartLineRecord, CartRecord
from sandbox.execution import Resolvers
from sandbox.records import ProductVariant, SellingPlan
from sandbox.storefront.cart_payloads import Report, cart_mutation, unique_attributes
from sandbox.storefront.cart_view import line_gid
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import gid, read_gid

MAX_LINES = 500
MAX_QUANTITY = 1_000_000
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def add_lines(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Adds merchandise. An equal line that is already there gets a higher quantity."""
    before = _units_by_variant(draft)
    added = [_line_from(visit, given, report, ("lines", i)) for i, given in enumerate(inputs)]
    touched: dict[CartLineRecord, int] = {}
    # Parents first: a line may reference a parent that comes later in the same request.
    for i, (line, given) in sorted(
        enumerate(zip(added, inputs, strict=True)), key=lambda entry: "parent" in entry[1][1]
    ):
        if line is None:
            continue
        if given.get("parent"):
            line.parent = _parent(given["parent"], draft.lines, line, report, ("lines", i, "parent"))
        touched[_put(draft, line)] = i
    if not report.errors:
        _check_and_clamp(draft, touched, before, report)


def update_lines(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Changes lines found by id or view key; quantity 0 removes a line."""
    before = _units_by_variant(draft)
    touched: dict[CartLineRecord, int] = {}
    for i, given in enumerate(inputs):
        found = _line_asked_for(draft, given, report, i)
        if found is not None:
            _update(visit, found, given, report, i)
            _check_family(draft, found, report, i)
            touched[found] = i
    if report.errors:
        return
    for line in [line for line in touched if line.quantity == 0]:
        _remove(draft, line)
        del touched[line]
    remaining = {_merge_into_equal(draft, line): i for line, i in touched.items() if line in draft.lines}
    _check_and_clamp(draft, remaining, before, report)


def remove_lines(
    visit: Visit, line_ids: Sequence[str] | None, view_keys: Sequence[str] | None, draft: CartRecord, report: Report
) -> None:
    """Removes lines, each with its nested lines."""
    if not line_ids and not view_keys:
        report.error("INVALID", "Either lineIds or viewKeys must name a line.", "lineIds")
    found = []
    for name, kind, keys in (("lineIds", "id", line_ids), ("viewKeys", "viewKey", view_keys)):
        for i, key in enumerate(keys or ()):
            line = _line_by(draft, kind, key)
            if line is None:
                report.error("INVALID_MERCHANDISE_LINE", f"The cart has no line {key}.", name, i)
            else:
                found.append(line)
    for line in found:
        _remove(draft, line)


def _line_from(
    visit: Visit, given: dict[str, Any], report: Report, path: tuple[str | int, ...]
) -> CartLineRecord | None:
    """The line of an input; None for an invalid one, which is reported."""
    variant = _variant(visit, given["merchandiseId"], report, path)
    if variant is None:
        return None
    attributes = unique_attributes(given.get("attributes") or ())
    plan = _plan(variant, given.get("sellingPlanId"), report, path)
    quantity = 1 if given.get("quantity") is None else given["quantity"]
    if quantity < 1:
        report.error("INVALID", "The quantity must be at least 1.", *path, "quantity")
    _check_size(quantity, report, path)
    _check_recipient(variant, attributes, report, path)
    return CartLineRecord(visit.store.new_uuid(), visit.store.new_token(), variant, quantity, attributes, plan)


def _variant(visit: Visit, merchandise_id: str, report: Report, path: tuple[str | int, ...]) -> ProductVariant | None:
    number = read_gid(merchandise_id, "ProductVariant")
    found = visit.store.variants.get(int(number)) if number and number.isdecimal() else None
    if found is None or found.product.published_at > visit.store.clock.now():
        sentence = f"The merchandise with id {merchandise_id} does not exist."
        report.error("INVALID", sentence, *path, "merchandiseId")
        return None
    return found


def _plan(
    variant: ProductVariant, plan_id: str | None, report: Report, path: tuple[str | int, ...]
) -> SellingPlan | None:
    if plan_id is None:
        if variant.product.requires_selling_plan:
            sentence = f"{variant.product.title} is sold by subscription only."
            report.error("VARIANT_REQUIRES_SELLING_PLAN", sentence, *path, "sellingPlanId")
        return None
    plans = (plan for group in variant.product.selling_plan_groups for plan in group.plans)
    found = next((plan for plan in plans if gid("SellingPlan", plan.id) == plan_id), None)
    if found is None:
        sentence = f"The selling plan does not apply to {variant.product.title}."
        report.error("SELLING_PLAN_NOT_APPLICABLE", sentence, *path, "sellingPlanId")
    return found


def _check_size(quantity: int, report: Report, path: tuple[str | int, ...]) -> None:
    if quantity > MAX_QUANTITY:
        report.error("LESS_THAN", f"The quantity must be less than {MAX_QUANTITY}.", *path, "quantity")


def _check_recipient(
    variant: ProductVariant, attributes: Attributes, report: Report, path: tuple[str | int, ...]
) -> None:
    email = dict(attributes).get("Recipient email")
    if variant.product.is_gift_card and email is not None and not EMAIL.fullmatch(email):
        report.error("GIFT_CARD_RECIPIENT_INVALID", "The recipient's e-mail is not valid.", *path, "attributes")


def _parent(
    given: dict[str, str],
    lines: Sequence[CartLineRecord],
    child: CartLineRecord,
    report: Report,
    path: tuple[str | int, ...],
) -> CartLineRecord | None:
    if "lineId" in given:
        tail = read_gid(given["lineId"], "CartLine")
        found = [line for line in lines if line.id == tail]
    else:
        number = read_gid(given["merchandiseId"], "ProductVariant")
        found = [line for line in lines if str(line.variant.id) == number]
        # If the merchandise is on the cart twice, the only line without a parent is the one.
        found = [line for line in found if line.parent is None] or found
    if not found:
        report.error("PARENT_LINE_NOT_FOUND", "The cart has no such parent line.", *path)
    elif len(found) > 1:
        report.error("PARENT_LINE_INVALID_REFERENCE", "More than one line could be the parent.", *path)
    elif found[0].parent is not None:
        report.error("PARENT_LINE_NESTING_TOO_DEEP", "A line that has a parent cannot be one.", *path)
    elif found[0].variant.components or child.variant.components:
        report.error("BUNDLES_AND_ADDONS_CANNOT_BE_MIXED", "A bundle can neither have a parent nor be one.", *path)
    else:
        return found[0]
    return None


def _identity(line: CartLineRecord) -> tuple[Any, ...]:
    return line.variant, frozenset(line.attributes), line.plan, line.parent


def _put(draft: CartRecord, line: CartLineRecord) -> CartLineRecord:
    """Adds `line` or merges it; returns the line of the cart that now contains it."""
    for other in draft.lines:
        if _identity(other) == _identity(line):
            other.quantity += line.quantity
            return other
    # Shopify lists the newest line first.
    draft.lines.insert(0, line)
    return line


def _line_by(draft: CartRecord, kind: str, key: str) -> CartLineRecord | None:
    if kind == "viewKey":
        return next((line for line in draft.lines if line.view_key == key), None)
    tail = read_gid(key, "CartLine")
    return next((line for line in draft.lines if line.id == tail), None)


def _line_asked_for(draft: CartRecord, given: dict[str, Any], report: Report, i: int) -> CartLineRecord | None:
    for kind in ("id", "viewKey"):
        if given.get(kind) is not None:
            found = _line_by(draft, kind, given[kind])
            if found is None:
                sentence = f"The merchandise line with {kind} {given[kind]} does not exist."
                report.error("INVALID_MERCHANDISE_LINE", sentence, "lines", i, kind)
            return found
    report.error("INVALID_MERCHANDISE_LINE", "Either id or viewKey must name a line.", "lines", i)
    return None


def _update(visit: Visit, line: CartLineRecord, given: dict[str, Any], report: Report, i: int) -> None:
    path = ("lines", i)
    if given.get("merchandiseId") is not None:
        line.variant = _variant(visit, given["merchandiseId"], report, path) or line.variant
    if given.get("attributes") is not None:
        line.attributes = unique_attributes(given["attributes"])
    if "sellingPlanId" in given or line.variant.product.requires_selling_plan or given.get("merchandiseId"):
        current = gid("SellingPlan", line.plan.id) if line.plan else None
        line.plan = _plan(line.variant, given.get("sellingPlanId", current), report, path)
    if given.get("quantity") is not None:
        if given["quantity"] < 0:
            report.error("INVALID", "The quantity must not be negative.", *path, "quantity")
        _check_size(given["quantity"], report, path)
        line.quantity = given["quantity"]
    _check_recipient(line.variant, line.attributes, report, path)


def _check_family(draft: CartRecord, line: CartLineRecord, report: Report, i: int) -> None:
    """Refuses a change that turns a line with a parent or with nested lines into a bundle."""
    path = ("lines", i, "merchandiseId")
    if line.variant.components and line.parent is not None:
        report.error("BUNDLES_AND_ADDONS_CANNOT_BE_MIXED", "A bundle can neither have a parent nor be one.", *path)
    elif line.variant.components and any(child.parent is line for child in draft.lines):
        report.error("PARENT_LINE_OPERATION_BLOCKED", "A line that others belong to cannot become a bundle.", *path)


def _remove(draft: CartRecord, line: CartLineRecord) -> None:
    draft.lines = [other for other in draft.lines if other is not line and other.parent is not line]


def _merge_into_equal(draft: CartRecord, line: CartLineRecord) -> CartLineRecord:
    """Merges `line` into an equal line, if there is one; returns the line that remains."""
    for other in draft.lines:
        if other is not line and _identity(other) == _identity(line):
            other.quantity += line.quantity
            draft.lines = [entry for entry in draft.lines if entry is not line]
            children = [child for child in draft.lines if child.parent is line]
            for child in children:
                child.parent = other
            for child in children:
                _merge_into_equal(draft, child)
            return other
    return line


def _check_and_clamp(
    draft: CartRecord, touched: dict[CartLineRecord, int], before: Counter[ProductVariant], report: Report
) -> None:
    """Checks the changed lines, each with its index in the input, against quantity rules and stock."""
    if len(draft.lines) > MAX_LINES:
        report.error("CART_TOO_LARGE", f"A cart holds at most {MAX_LINES} lines.", "lines")
        return
    for line, i in touched.items():
        _check_rule(draft, line, i, before, report)
    if report.errors:
        return
    for line in touched:
        _clamp(draft, line, report)
    draft.lines = [line for line in draft.lines if line.quantity and (line.parent is None or line.parent.quantity)]


def _check_rule(
    draft: CartRecord, line: CartLineRecord, i: int, before: Counter[ProductVariant], report: Report
) -> None:
    variant = line.variant
    units = _units(draft.lines, variant)
    if units == before[variant]:
        return
    title = variant.product.title
    if units < variant.minimum:
        report.error("MINIMUM_NOT_MET", f"At least {variant.minimum} of {title}.", "lines", i, "quantity")
    elif variant.maximum is not None and units > variant.maximum:
        report.error("MAXIMUM_EXCEEDED", f"At most {variant.maximum} of {title}.", "lines", i, "quantity")
    elif units % variant.increment:
        report.error("INVALID_INCREMENT", f"{title} comes in steps of {variant.increment}.", "lines", i, "quantity")


def _units_by_variant(draft: CartRecord) -> Counter[ProductVariant]:
    units: Counter[ProductVariant] = Counter()
    for line in draft.lines:
        units[line.variant] += line.quantity
    return units


def _units(lines: Iterable[CartLineRecord], variant: ProductVariant) -> int:
    return sum(line.quantity for line in lines if line.variant is variant)


def _clamp(draft: CartRecord, line: CartLineRecord, report: Report) -> None:
    """Lowers the quantity of a line to the stock that other lines of the same merchandise leave."""
    in_stock = units_in_stock(line.variant)
    if in_stock is None:
        return
    left = max(in_stock - (_units(draft.lines, line.variant) - line.quantity), 0)
    if line.quantity <= left:
        return
    title = line.variant.product.title
    line.quantity = left
    if in_stock == 0:
        target = gid("ProductVariant", line.variant.id)
        report.warn("MERCHANDISE_OUT_OF_STOCK", f"{title} is sold out.", target)
    else:
        sentence = f"Only {in_stock} of {title} are there."
        target = line_gid(draft, line.id) if left else gid("ProductVariant", line.variant.id)
        report.warn("MERCHANDISE_NOT_ENOUGH_STOCK", sentence, target)


def units_in_stock(variant: ProductVariant) -> int | None:
    """How many units can be sold; None means no limit."""
    unlimited = variant.sells_when_out or not stock.is_counted(variant)
    return None if unlimited else max(stock.units(variant), 0)


RESOLVERS: Resolvers = {
    "Mutation": {
        "cartLinesAdd": cart_mutation(add_lines, "lines"),
        "cartLinesUpdate": cart_mutation(update_lines, "lines"),
        "cartLinesRemove": cart_mutation(remove_lines, "lineIds", "viewKeys"),
    }
}
