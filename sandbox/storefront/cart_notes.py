"""Texts that a buyer adds to a cart: attributes and a note."""

from sandbox.cart_records import CartRecord
from sandbox.execution import Resolvers
from sandbox.storefront.cart_payloads import Report, cart_mutation, unique_attributes
from sandbox.storefront.execution import Visit

MAX_NOTE = 5000


def set_note(visit: Visit, note: str, draft: CartRecord, report: Report) -> None:
    """Replaces the note."""
    if len(note) > MAX_NOTE:
        report.error("NOTE_TOO_LONG", f"The note is longer than {MAX_NOTE} characters.", "note")
    draft.note = note


def set_attributes(visit: Visit, given: list[dict[str, str]], draft: CartRecord, report: Report) -> None:
    """Replaces all attributes."""
    draft.attributes = unique_attributes(given)


RESOLVERS: Resolvers = {
    "Mutation": {
        "cartAttributesUpdate": cart_mutation(set_attributes, "attributes"),
        "cartNoteUpdate": cart_mutation(set_note, "note"),
    }
}
