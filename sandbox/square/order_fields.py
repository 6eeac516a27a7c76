"""The fields of an order in a request to Square, and the rules between its parts.

Source: Square API 2026-09-16, Order and its parts.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.square.fields import (
    CUSTOMER_ID,
    EMAIL,
    METADATA_ENTRIES,
    NOTE,
    OBJECT_ID_GIVEN,
    REFERENCE_ID,
    Kind,
    boolean,
    duration,
    metadata,
    moment,
    money,
    one_of,
    percentage,
    read_duration,
    read_moment,
    several,
    text,
    thing,
    whole,
    written,
)
from sandbox.square.records import CANCELED, COMPLETED, DRAFT, FAILED, OPEN
from sandbox.square.refusals import Problem, Refusal, not_played

FULFILLMENT_STATES = ("PROPOSED", "RESERVED", "PREPARED", COMPLETED, CANCELED, FAILED)
LATEST_EXPIRY = timedelta(days=7)
_UID = text(60)
_QUANTITY = text(12, 1, r"\d+(\.\d{1,5})?")
_APPLIED = {"uid": _UID}

_MODIFIER = thing(
    {
        "uid": _UID,
        "catalog_object_id": OBJECT_ID_GIVEN,
        "name": text(255),
        "quantity": _QUANTITY,
        "base_price_money": money,
        "metadata": metadata,
    }
)
_LINE: Mapping[str, Kind] = {
    "uid": _UID,
    "name": text(512),
    "quantity": _QUANTITY,
    "quantity_unit": thing({"precision": whole(0, 5)}),
    "note": text(2000),
    "catalog_object_id": OBJECT_ID_GIVEN,
    "catalog_version": whole(),
    "variation_name": text(400),
    "item_type": one_of("ITEM", "CUSTOM_AMOUNT", "GIFT_CARD"),
    "metadata": metadata,
    "modifiers": several(_MODIFIER),
    "applied_taxes": several(thing({**_APPLIED, "tax_uid": text(60, 1)}, needs=("tax_uid",))),
    "applied_discounts": several(thing({**_APPLIED, "discount_uid": text(60, 1)}, needs=("discount_uid",))),
    "base_price_money": money,
}
_TAX: Mapping[str, Kind] = {
    "uid": _UID,
    "catalog_object_id": OBJECT_ID_GIVEN,
    "name": text(255),
    "type": one_of("ADDITIVE", "INCLUSIVE"),
    "percentage": percentage,
    "metadata": metadata,
    "scope": one_of("ORDER", "LINE_ITEM"),
}
_DISCOUNT: Mapping[str, Kind] = {
    "uid": _UID,
    "catalog_object_id": OBJECT_ID_GIVEN,
    "name": text(255),
    "type": one_of("FIXED_PERCENTAGE", "FIXED_AMOUNT"),
    "percentage": percentage,
    "amount_money": money,
    "metadata": metadata,
    "scope": one_of("ORDER", "LINE_ITEM"),
}
_CHARGE: Mapping[str, Kind] = {
    "uid": _UID,
    "name": text(512),
    "catalog_object_id": OBJECT_ID_GIVEN,
    "percentage": percentage,
    "amount_money": money,
    "calculation_phase": one_of(
        "SUBTOTAL_PHASE", "TOTAL_PHASE", "APPORTIONED_PERCENTAGE_PHASE", "APPORTIONED_AMOUNT_PHASE"
    ),
    "taxable": boolean,
    "applied_taxes": several(thing({**_APPLIED, "tax_uid": text(60, 1)}, needs=("tax_uid",))),
    "metadata": metadata,
}
_ADDRESS = thing(
    {
        name: text(500)
        for name in (
            "address_line_1",
            "address_line_2",
            "address_line_3",
            "locality",
            "administrative_district_level_1",
            "postal_code",
            "country",
        )
    }
)
_RECIPIENT = thing(
    {
        "customer_id": CUSTOMER_ID,
        "display_name": text(255),
        "email_address": EMAIL,
        "phone_number": text(17),
        "address": _ADDRESS,
    }
)
_PICKUP = thing(
    {
        "recipient": _RECIPIENT,
        "expires_at": moment,
        "auto_complete_duration": duration,
        "schedule_type": one_of("SCHEDULED", "ASAP"),
        "pickup_at": moment,
        "pickup_window_duration": duration,
        "prep_time_duration": duration,
        "note": NOTE,
        "cancel_reason": text(100),
        "is_curbside_pickup": boolean,
        "curbside_pickup_details": thing({"curbside_details": text(250), "buyer_arrived_at": moment}),
    }
)
_NOTE_AND_RECIPIENT = thing({"recipient": _RECIPIENT, "note": NOTE})
_DELIVERY = thing(
    {
        "recipient": _RECIPIENT,
        "schedule_type": one_of("SCHEDULED", "ASAP"),
        "deliver_at": moment,
        "prep_time_duration": duration,
        "note": text(550),
    }
)
_SHIPMENT = thing({"recipient": _RECIPIENT, "carrier": text(50), "shipping_note": NOTE})
DETAILS_OF = {
    "PICKUP": "pickup_details",
    "SHIPMENT": "shipment_details",
    "DELIVERY": "delivery_details",
    "IN_STORE": "in_store_details",
}
_FULFILLMENT: Mapping[str, Kind] = {
    "uid": _UID,
    "type": one_of(*DETAILS_OF),
    "state": one_of(*FULFILLMENT_STATES),
    "metadata": metadata,
    "pickup_details": _PICKUP,
    "shipment_details": _SHIPMENT,
    "delivery_details": _DELIVERY,
    "in_store_details": _NOTE_AND_RECIPIENT,
}
ORDER_FIELDS: Mapping[str, Kind] = {
    "location_id": text(255, 1),
    "reference_id": REFERENCE_ID,
    "source": thing({"name": text(255)}),
    "customer_id": CUSTOMER_ID,
    "line_items": several(thing(_LINE), most=500),
    "taxes": several(thing(_TAX)),
    "discounts": several(thing(_DISCOUNT)),
    "service_charges": several(thing(_CHARGE)),
    "fulfillments": several(thing(_FULFILLMENT)),
    "metadata": metadata,
    "state": one_of(OPEN, COMPLETED, CANCELED, DRAFT),
    "version": whole(),
    "ticket_name": text(30),
}
_FULL = thing(ORDER_FIELDS, needs=("location_id",))
_SPARSE = thing(ORDER_FIELDS)


def read_order(sent: Any, *, sparse: bool = False) -> dict[str, Any]:
    """The known fields of an order in a request. `sparse`: for an update. Raises Refusal."""
    problems: list[Problem] = []
    found = (_SPARSE if sparse else _FULL)(sent, "order", problems)
    if problems:
        raise Refusal(problems)
    content: dict[str, Any] = found
    return content


def check_whole(content: Mapping[str, Any], now: datetime) -> None:
    """Validates a complete order. Raises Refusal."""
    problems: list[Problem] = []
    for place, line in enumerate(content.get("line_items", ())):
        _check_line(line, f"order.line_items[{place}]", problems)
    for place, tax in enumerate(content.get("taxes", ())):
        _check_tax(tax, f"order.taxes[{place}]", problems)
    for place, discount in enumerate(content.get("discounts", ())):
        _check_discount(discount, f"order.discounts[{place}]", problems)
    for place, charge in enumerate(content.get("service_charges", ())):
        _check_charge(charge, f"order.service_charges[{place}]", problems)
    _check_references(content, problems)
    fulfillments = content.get("fulfillments", [])
    if len(fulfillments) > 1:
        why = "An order can have at most one fulfillment."
        problems.append(Problem("ARRAY_LENGTH_TOO_LONG", why, "order.fulfillments"))
    for place, fulfillment in enumerate(fulfillments):
        _check_fulfillment(fulfillment, f"order.fulfillments[{place}]", now, problems)
    if len(content.get("metadata", ())) > METADATA_ENTRIES:
        why = f"An order has at most {METADATA_ENTRIES} entries."
        problems.append(Problem("TOO_MANY_MAP_ENTRIES", why, "order.metadata"))
    if problems:
        raise Refusal(problems)


def complete_fulfillments(content: Mapping[str, Any], now: datetime) -> None:
    """Adds the fields that Square sets in new fulfillments."""
    for fulfillment in content.get("fulfillments", ()):
        fulfillment.setdefault("state", "PROPOSED")
        details = fulfillment.get(DETAILS_OF[fulfillment["type"]])
        if details is None or "placed_at" in details:
            continue
        details["placed_at"] = written(now)
        if fulfillment["type"] == "PICKUP" and details.setdefault("schedule_type", "SCHEDULED") == "ASAP":
            wait = read_duration(details.get("prep_time_duration", "PT0S"))
            details["pickup_at"] = written(now + wait)


def _missing(path: str, problems: list[Problem]) -> None:
    problems.append(Problem("MISSING_REQUIRED_PARAMETER", "Missing required parameter.", path))


def _check_line(line: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
    if "quantity" not in line:
        _missing(f"{path}.quantity", problems)
    elif "." in line["quantity"] and "quantity_unit" not in line:
        why = "A quantity is a whole number where no quantity_unit is given."
        problems.append(Problem("INVALID_VALUE", why, f"{path}.quantity"))
    if "catalog_object_id" not in line:
        if "name" not in line and line.get("item_type") != "CUSTOM_AMOUNT":
            _missing(f"{path}.name", problems)
        if "base_price_money" not in line:
            _missing(f"{path}.base_price_money", problems)
    for place, modifier in enumerate(line.get("modifiers", ())):
        if "catalog_object_id" in modifier:
            continue
        for name in ("name", "base_price_money"):
            if name not in modifier:
                _missing(f"{path}.modifiers[{place}].{name}", problems)


def _check_tax(tax: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
    for name in ("name", "percentage"):
        if name not in tax:
            _missing(f"{path}.{name}", problems)
    if tax.get("type") == "INCLUSIVE":
        raise not_played("inclusive taxes", f"{path}.type")


def _check_discount(discount: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
    for name in ("name", "type"):
        if name not in discount:
            _missing(f"{path}.{name}", problems)
    kind = discount.get("type")
    if kind is None:
        return
    needed, unwanted = ("percentage", "amount_money") if kind == "FIXED_PERCENTAGE" else ("amount_money", "percentage")
    if needed not in discount:
        _missing(f"{path}.{needed}", problems)
    if unwanted in discount:
        why = f"A {kind} discount has no {unwanted}."
        problems.append(Problem("CONFLICTING_PARAMETERS", why, f"{path}.{unwanted}"))


def _check_charge(charge: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
    for name in ("name", "calculation_phase"):
        if name not in charge:
            _missing(f"{path}.{name}", problems)
    if ("percentage" in charge) == ("amount_money" in charge):
        why = "Exactly one of percentage and amount_money has to be set."
        problems.append(Problem("CONFLICTING_PARAMETERS" if "percentage" in charge else "BAD_REQUEST", why, path))
    phase = charge.get("calculation_phase", "")
    if phase.startswith("APPORTIONED"):
        raise not_played("apportioned service charges", f"{path}.calculation_phase")
    if phase == "TOTAL_PHASE" and charge.get("taxable"):
        why = "A service charge of the TOTAL_PHASE cannot be taxable."
        problems.append(Problem("INVALID_VALUE", why, f"{path}.taxable"))


def _check_references(content: Mapping[str, Any], problems: list[Problem]) -> None:
    """Checks that each part has a unique uid and that every reference of a line exists."""
    for name in ("line_items", "taxes", "discounts", "service_charges", "fulfillments"):
        uids = [each["uid"] for each in content.get(name, ()) if "uid" in each]
        if len(uids) != len(set(uids)):
            problems.append(Problem("INVALID_VALUE", f"A uid in `order.{name}` is not unique.", f"order.{name}"))
    for applied, key, listed in (
        ("applied_taxes", "tax_uid", "taxes"),
        ("applied_discounts", "discount_uid", "discounts"),
    ):
        known = {each.get("uid") for each in content.get(listed, ())}
        for place, line in enumerate(content.get("line_items", ())):
            if any(each[key] not in known for each in line.get(applied, ())):
                path = f"order.line_items[{place}].{applied}"
                problems.append(Problem("INVALID_VALUE", f"`{path}` names what is not in `order.{listed}`.", path))


def _check_fulfillment(fulfillment: Mapping[str, Any], path: str, now: datetime, problems: list[Problem]) -> None:
    kind = fulfillment.get("type")
    if kind is None:
        _missing(f"{path}.type", problems)
        return
    at = f"{path}.{DETAILS_OF[kind]}"
    details = fulfillment.get(DETAILS_OF[kind])
    if details is None:
        _missing(at, problems)
        return
    recipient = details.get("recipient")
    if kind != "IN_STORE":
        if recipient is None:
            _missing(f"{at}.recipient", problems)
        elif not recipient.get("display_name") and "customer_id" not in recipient:
            _missing(f"{at}.recipient.display_name", problems)
    if kind != "PICKUP":
        return
    if details.get("schedule_type", "SCHEDULED") == "SCHEDULED" and "pickup_at" not in details:
        _missing(f"{at}.pickup_at", problems)
    if "curbside_pickup_details" in details and not details.get("is_curbside_pickup"):
        why = "Curbside details are for curbside pickups alone."
        problems.append(Problem("INVALID_VALUE", why, f"{at}.curbside_pickup_details"))
    expires_at = read_moment(details["expires_at"]) if "expires_at" in details else None
    if expires_at is not None and expires_at > now + LATEST_EXPIRY and "placed_at" not in details:
        why = "A fulfillment expires within 7 days."
        problems.append(Problem("INVALID_TIME", why, f"{at}.expires_at"))
