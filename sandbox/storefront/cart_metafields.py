"""Metafields of a cart."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.cart_records import CartRecord
from sandbox.catalogue.shelf import APP_NAMESPACE
from sandbox.execution import Resolvers
from sandbox.records import Metafield
from sandbox.storefront.cart_fields import cart_record
from sandbox.storefront.cart_payloads import Report
from sandbox.storefront.cart_view import Cart
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS, bound
from sandbox.storefront.values import gid

MAX_PER_REQUEST = 25
MAX_VALUE = 65_535
KEY = re.compile(r"[A-Za-z0-9_-]{2,64}")
Refused = tuple[str, str, str]
"""MetafieldsSetUserErrorCode, input field, sentence."""


def put_metafields(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Sets the metafields of a new cart."""
    for i, given in enumerate(inputs):
        refused = _refused(given)
        if refused is not None:
            _, name, sentence = refused
            report.error("INVALID_METAFIELDS", sentence, "metafields", i, name)
    if not report.errors:
        for given in inputs:
            _put(visit, given, draft)


def split_key(key: str) -> tuple[str, str]:
    """Namespace and key; a key without a namespace is in the app's own."""
    namespace, dot, rest = key.rpartition(".")
    return (namespace, rest) if dot else (APP_NAMESPACE, key)


def _put(visit: Visit, given: dict[str, Any], record: CartRecord) -> Metafield:
    namespace, key = split_key(given["key"])
    now = visit.store.clock.now()
    found = _find(record, namespace, key)
    if found is None:
        found = Metafield(visit.store.new_id(), namespace, key, given["type"], given["value"], now, now)
        record.metafields.append(found)
    found.type, found.value, found.updated_at = given["type"], given["value"], now
    return found


def _find(record: CartRecord, namespace: str, key: str) -> Metafield | None:
    return next((m for m in record.metafields if (m.namespace, m.key) == (namespace, key)), None)


def _refused(given: dict[str, Any]) -> Refused | None:
    """Why a value is refused; None if it is valid."""
    kind, value = given["type"], given["value"]
    _, key = split_key(given["key"])
    if len(key) < 2:
        return "TOO_SHORT", "key", "The key is too short (2 characters at least)."
    if len(key) > 64:
        return "TOO_LONG", "key", "The key is too long (64 characters at most)."
    if not KEY.fullmatch(key):
        return "INVALID_VALUE", "key", "The key may hold letters, digits, _ and - alone."
    if value == "":
        return "BLANK", "value", "The value must not be blank."
    if len(value) > MAX_VALUE:
        return "TOO_LONG", "value", f"The value is longer than {MAX_VALUE} characters."
    single = kind.removeprefix("list.")
    if single not in FORMS:
        return "INVALID_TYPE", "type", f"{kind} is no type of metafields."
    try:
        if kind != single:
            entries = json.loads(value)
            fits = isinstance(entries, list) and all(FORMS[single](_text(entry)) for entry in entries)
        else:
            fits = FORMS[single](value)
    except (ValueError, InvalidOperation, KeyError, TypeError):
        fits = False
    return None if fits else ("INVALID_VALUE", "value", f"The value is no {kind}.")


def _text(entry: Any) -> str:
    return entry if isinstance(entry, str) else json.dumps(entry)


def _is_json(value: str) -> bool:
    json.loads(value)
    return True


def _is_date(value: str) -> bool:
    return bool(date.fromisoformat(value))


def _is_moment(value: str) -> bool:
    return bool(datetime.fromisoformat(value))


def _is_number(value: str) -> bool:
    return Decimal(value).is_finite()


def _is_money(value: str) -> bool:
    money = json.loads(value)
    return _is_number(money["amount"]) and len(money["currency_code"]) == 3


def _is_measure(value: str) -> bool:
    measure = json.loads(value)
    return _is_number(str(measure["value"])) and isinstance(measure["unit"], str)


def _is_rating(value: str) -> bool:
    rating = json.loads(value)
    return Decimal(rating["scale_min"]) <= Decimal(rating["value"]) <= Decimal(rating["scale_max"])


def _is_global_id(value: str) -> bool:
    return value.startswith("gid://shopify/")


FORMS: dict[str, Callable[[str], Any]] = {
    "single_line_text_field": lambda value: "\n" not in value,
    "multi_line_text_field": lambda value: True,
    "rich_text_field": _is_json,
    "json": _is_json,
    "boolean": lambda value: value in ("true", "false"),
    "color": re.compile(r"#[0-9A-Fa-f]{6}").fullmatch,
    "date": _is_date,
    "date_time": _is_moment,
    "dimension": _is_measure,
    "money": _is_money,
    "number_decimal": _is_number,
    "number_integer": re.compile(r"-?\d+").fullmatch,
    "rating": _is_rating,
    "url": re.compile(r"(https?|mailto|sms|tel):\S+").fullmatch,
    "volume": _is_measure,
    "weight": _is_measure,
    "article_reference": _is_global_id,
    "collection_reference": _is_global_id,
    "customer_reference": _is_global_id,
    "file_reference": _is_global_id,
    "metaobject_reference": _is_global_id,
    "page_reference": _is_global_id,
    "product_reference": _is_global_id,
    "variant_reference": _is_global_id,
}


def _cart_metafields_set(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """Sets all values, or none if there are errors."""
    visit: Visit = info.context
    inputs = arguments["metafields"]
    if len(inputs) > MAX_PER_REQUEST:
        sentence = f"At most {MAX_PER_REQUEST} metafields can be set at once."
        return _set_payload([_set_error("LESS_THAN_OR_EQUAL_TO", ["metafields"], sentence, None)])
    errors = []
    owners = []
    for i, given in enumerate(inputs):
        found = cart_record(visit, given["ownerId"])
        owners.append(found[0] if found and found[1] else None)
        refused = _refused(given) if owners[i] else ("INVALID_OWNER", "ownerId", "There is no such cart.")
        if refused is not None:
            code, name, sentence = refused
            errors.append(_set_error(code, ["metafields", str(i), name], sentence, i))
    if errors:
        return _set_payload(errors)
    stored = []
    for given, record in zip(inputs, owners, strict=True):
        assert record is not None
        record.updated_at = visit.store.clock.now()
        stored.append(bound(_put(visit, given, record), Cart(record, visit, revealed=True)))
    return {"metafields": stored, "userErrors": []}


def _set_error(code: str, where: list[str], message: str, i: int | None) -> dict[str, Any]:
    return {"code": code, "field": where, "message": message, "elementIndex": i}


def _set_payload(errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {"metafields": None, "userErrors": errors}


def _cart_metafield_delete(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    visit: Visit = info.context
    given = arguments["input"]
    found = cart_record(visit, given["ownerId"])
    if found is None or not found[1]:
        return _not_deleted("INVALID_OWNER", "ownerId", "There is no such cart.")
    record = found[0]
    metafield = _find(record, *split_key(given["key"]))
    if metafield is None:
        return _not_deleted("METAFIELD_DOES_NOT_EXIST", "key", "The cart has no such metafield.")
    record.metafields.remove(metafield)
    record.updated_at = visit.store.clock.now()
    return {"deletedId": gid("Metafield", metafield.id), "userErrors": []}


def _not_deleted(code: str, name: str, message: str) -> dict[str, Any]:
    return {"deletedId": None, "userErrors": [{"code": code, "field": ["input", name], "message": message}]}


RESOLVERS: Resolvers = {
    "Cart": HAS_METAFIELDS,
    "Mutation": {"cartMetafieldsSet": _cart_metafields_set, "cartMetafieldDelete": _cart_metafield_delete},
}
