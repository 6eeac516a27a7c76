"""Codes that a buyer enters: discount codes and gift cards."""

from collections.abc import Sequence

from sandbox.cart_records import CartGiftCard, CartRecord
from sandbox.execution import Resolvers
from sandbox.storefront.cart_payloads import Report, cart_mutation
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import read_gid


def set_discount_codes(visit: Visit, codes: Sequence[str], draft: CartRecord, report: Report) -> None:
    """Replaces all codes. A code without effect stays, marked as not applicable; duplicates count once."""
    unique = {code.strip().lower(): code.strip() for code in reversed(codes) if code.strip()}
    draft.discount_codes = list(reversed(unique.values()))


def add_gift_cards(visit: Visit, codes: Sequence[str], draft: CartRecord, report: Report) -> None:
    """Adds gift cards after the existing ones; one that is already there keeps its position."""
    for i, code in enumerate(codes):
        card = visit.store.gift_cards.get(code.replace(" ", "").lower())
        expired = card is not None and card.expires_at is not None and card.expires_at <= visit.store.clock.now()
        if card is None or expired or not card.enabled:
            report.error("INVALID", "The gift card code is not valid.", "giftCardCodes", i)
        elif all(applied.card is not card for applied in draft.gift_cards):
            draft.gift_cards.append(CartGiftCard(visit.store.new_uuid(), card))


def set_gift_cards(visit: Visit, codes: Sequence[str], draft: CartRecord, report: Report) -> None:
    """Replaces all gift cards; those that remain keep their ids."""
    before = {applied.card: applied for applied in draft.gift_cards}
    draft.gift_cards = []
    add_gift_cards(visit, codes, draft, report)
    draft.gift_cards = [before.get(applied.card, applied) for applied in draft.gift_cards]


def remove_gift_cards(visit: Visit, applied_ids: Sequence[str], draft: CartRecord, report: Report) -> None:
    for i, applied_id in enumerate(applied_ids):
        number = read_gid(applied_id, "AppliedGiftCard")
        found = next((applied for applied in draft.gift_cards if applied.id == number), None)
        if found is None:
            report.error("INVALID", "The cart has no such gift card.", "appliedGiftCardIds", i)
        else:
            draft.gift_cards.remove(found)


RESOLVERS: Resolvers = {
    "Mutation": {
        "cartDiscountCodesUpdate": cart_mutation(set_discount_codes, "discountCodes"),
        "cartGiftCardCodesAdd": cart_mutation(add_gift_cards, "giftCardCodes"),
        "cartGiftCardCodesUpdate": cart_mutation(set_gift_cards, "giftCardCodes"),
        "cartGiftCardCodesRemove": cart_mutation(remove_gift_cards, "appliedGiftCardIds"),
    }
}
