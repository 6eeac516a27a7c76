"""What a buyer writes on a cart: attributes and a note."""

from functools import partial
from typing import Any

from sandbox.cart_records import CartRecord
from sandbox.execution import Resolvers
from sandbox.storefront.cart_payloads import Report, change_cart, kept_attributes, refuse_long

MAX_NOTE = 5000


def set_note(note: str, draft: CartRecord, report: Report) -> None:
    """Replaces the note."""
    if len(note) > MAX_NOTE:
        report.error("NOTE_TOO_LONG", f"The note is longer than {MAX_NOTE} characters.", "note")
    draft.note = note


def _set_attributes(given: list[dict[str, str]], draft: CartRecord, report: Report) -> None:
    draft.attributes = kept_attributes(given)


def _cart_attributes_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    refuse_long(arguments["attributes"])
    return change_cart(info.context, arguments["cartId"], partial(_set_attributes, arguments["attributes"]))


def _cart_note_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    return change_cart(info.context, arguments["cartId"], partial(set_note, arguments["note"]))


RESOLVERS: Resolvers = {
    "Mutation": {
        "cartAttributesUpdate": _cart_attributes_update,
        "cartNoteUpdate": _cart_note_update,
    }
}
