"""Computes an order's totals: lines, discounts, taxes, service charges and tips, in the smallest unit of the
currency.

Square rounds halves to the even neighbour. Percentages and amounts for the whole order are computed on its
sum and rounded once. The lines share them in proportion. Those of a line are rounded on that line.

Discounts apply in this order, each to the remaining amount: percentages of lines, percentages of the
order, amounts of lines, amounts of the order. Then come service charges of the subtotal phase, taxes,
and service charges of the total phase.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sandbox.square.fields import CURRENCY


@dataclass(slots=True)
class _Line:
    """A line during pricing: its document for the response and its amounts so far."""

    document: dict[str, Any]
    gross: int
    discount: int = 0
    tax: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.discount


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": CURRENCY}


def priced(content: dict[str, Any], *, tips: int = 0, paid: int = 0) -> dict[str, Any]:
    """The order with all totals of Square. `tips` and `paid` (including tips) come from its payments."""
    order = deepcopy(content)
    lines = [_line(document) for document in order.get("line_items", ())]
    _take_discounts(order.get("discounts", []), lines)
    charges = order.get("service_charges", [])
    _charge_subtotal(charges, sum(line.net for line in lines))
    _add_taxes(order.get("taxes", []), lines, charges)
    lines_total = sum(line.net + line.tax for line in lines)
    _charge_total(charges, lines_total)
    for line in lines:
        line.document["total_discount_money"] = money(line.discount)
        line.document["total_tax_money"] = money(line.tax)
        line.document["total_money"] = money(line.net + line.tax)
        line.document["total_service_charge_money"] = money(0)
    charged = sum(charge["applied_money"]["amount"] for charge in charges)
    charges_tax = sum(charge["total_tax_money"]["amount"] for charge in charges)
    sums = {
        "total_money": money(lines_total + charged + charges_tax + tips),
        "total_tax_money": money(sum(line.tax for line in lines) + charges_tax),
        "total_discount_money": money(sum(line.discount for line in lines)),
        "total_tip_money": money(tips),
        "total_service_charge_money": money(charged),
    }
    order |= sums
    order["net_amounts"] = {name.removeprefix("total_"): each for name, each in sums.items() if name != "total_money"}
    order["net_amounts"]["total_money"] = sums["total_money"]
    order["net_amount_due_money"] = money(sums["total_money"]["amount"] - paid)
    return order


def _line(document: dict[str, Any]) -> _Line:
    quantity = Decimal(document["quantity"])
    base = _rounded(quantity * document.get("base_price_money", money(0))["amount"])
    gross = base
    for modifier in document.get("modifiers", ()):
        each = modifier.get("base_price_money", money(0))["amount"] * Decimal(modifier.get("quantity", "1"))
        modifier["total_price_money"] = money(_rounded(each * quantity))
        gross += modifier["total_price_money"]["amount"]
    document["variation_total_price_money"] = money(base)
    document["gross_sales_money"] = money(gross)
    return _Line(document, gross)


def _take_discounts(discounts: Sequence[dict[str, Any]], lines: Sequence[_Line]) -> None:
    for discount in discounts:
        discount.setdefault("scope", "ORDER")
        discount["applied_money"] = money(0)
    for kind in ("FIXED_PERCENTAGE", "FIXED_AMOUNT"):
        for scope in ("LINE_ITEM", "ORDER"):
            for discount in discounts:
                if (discount["type"], discount["scope"]) == (kind, scope):
                    _take_discount(discount, lines)


def _take_discount(discount: dict[str, Any], lines: Sequence[_Line]) -> None:
    for part in _parts(discount, lines, "applied_discounts", "discount_uid"):
        left = sum(line.net for line in part)
        if discount["type"] == "FIXED_PERCENTAGE":
            taken = _share(discount["percentage"], left)
        else:
            taken = min(discount["amount_money"]["amount"], left)
        for line, amount in zip(part, _spread(taken, [line.net for line in part]), strict=True):
            line.discount += amount
            _note(line.document, "applied_discounts", "discount_uid", discount["uid"], amount)
        discount["applied_money"]["amount"] += taken


def _charge_subtotal(charges: Sequence[dict[str, Any]], subtotal: int) -> None:
    for charge in charges:
        charge["total_tax_money"] = money(0)
        charge.setdefault("taxable", False)
        if charge["calculation_phase"] == "SUBTOTAL_PHASE":
            _charge(charge, subtotal)


def _charge_total(charges: Sequence[dict[str, Any]], lines_total: int) -> None:
    """Charges of the total phase are based on the other charges and the taxes, but not on each other."""
    earlier = [charge for charge in charges if charge["calculation_phase"] == "SUBTOTAL_PHASE"]
    base = lines_total + sum(each["applied_money"]["amount"] + each["total_tax_money"]["amount"] for each in earlier)
    for charge in charges:
        if charge["calculation_phase"] == "TOTAL_PHASE":
            _charge(charge, base)
        charge["total_money"] = money(charge["applied_money"]["amount"] + charge["total_tax_money"]["amount"])


def _charge(charge: dict[str, Any], base: int) -> None:
    fixed = charge.get("amount_money")
    charge["applied_money"] = money(fixed["amount"] if fixed else _share(charge["percentage"], base))


def _add_taxes(taxes: Sequence[dict[str, Any]], lines: Sequence[_Line], charges: Sequence[dict[str, Any]]) -> None:
    taxable = [charge for charge in charges if charge["taxable"] and charge["calculation_phase"] == "SUBTOTAL_PHASE"]
    for tax in taxes:
        tax.setdefault("scope", "ORDER")
        tax.setdefault("type", "ADDITIVE")
        tax["applied_money"] = money(0)
        for part in _parts(tax, lines, "applied_taxes", "tax_uid"):
            taxed = taxable if tax["scope"] == "ORDER" else []
            bases = [line.net for line in part] + [charge["applied_money"]["amount"] for charge in taxed]
            added = _share(tax["percentage"], sum(bases))
            shares = _spread(added, bases)
            for line, amount in zip(part, shares, strict=False):
                line.tax += amount
                _note(line.document, "applied_taxes", "tax_uid", tax["uid"], amount)
            for charge, amount in zip(taxed, shares[len(part) :], strict=True):
                charge["total_tax_money"] = money(charge["total_tax_money"]["amount"] + amount)
                _note(charge, "applied_taxes", "tax_uid", tax["uid"], amount)
            tax["applied_money"]["amount"] += added
        for charge in taxable if tax["scope"] == "LINE_ITEM" else ():
            if any(each["tax_uid"] == tax["uid"] for each in charge.get("applied_taxes", ())):
                added = _share(tax["percentage"], charge["applied_money"]["amount"])
                charge["total_tax_money"] = money(charge["total_tax_money"]["amount"] + added)
                _note(charge, "applied_taxes", "tax_uid", tax["uid"], added)
                tax["applied_money"]["amount"] += added


def _parts(adjustment: dict[str, Any], lines: Sequence[_Line], applied: str, key: str) -> list[list[_Line]]:
    """Groups of lines that are computed together: all lines for the order's scope, else one per reference."""
    if adjustment["scope"] == "ORDER":
        return [list(lines)]
    return [[line] for line in lines if any(each[key] == adjustment["uid"] for each in line.document.get(applied, ()))]


def _note(document: dict[str, Any], applied: str, key: str, uid: str, amount: int) -> None:
    entries = document.setdefault(applied, [])
    for entry in entries:
        if entry[key] == uid:
            entry["applied_money"] = money(amount)
            return
    entries.append({"uid": f"{uid}-{document['uid']}"[:60], key: uid, "applied_money": money(amount)})


def _share(percentage: str, amount: int) -> int:
    return _rounded(Decimal(percentage) * amount / 100)


def _rounded(amount: Decimal | int) -> int:
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_EVEN))


def _spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Divides the amount into whole parts by weight; the rest goes unit by unit to the largest remainders."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(amount * weights[place] % whole))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts
