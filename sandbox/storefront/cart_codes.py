"""Codes that a buyer types: of discounts and of gift cards."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sandbox.cart_records import CartGiftCard, CartRecord
from sandbox.execution import Resolvers
from sandbox.storefront.cart_payloads import Report, change_cart, refuse_long
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import read_gid


def set_discount_codes(codes: Sequence[str], draft: CartRecord, report: Report) -> None:
    """Replaces all codes. One without effect stays on the cart, not applicable; the same twice counts once."""
    unique = {code.strip().lower(): code.strip() for code in reversed(codes) if code.strip()}
    draft.discount_codes = list(reversed(unique.values()))


def add_gift_cards(visit: Visit, codes: Sequence[str], draft: CartRecord, report: Report) -> None:
    """Puts gift cards behind those there; one that is there already stays where it is."""
    for i, code in enumerate(codes):
        card = visit.store.gift_cards.get(code.replace(" ", "").lower())
        expired = card is not None and card.expires_at is not None and card.expires_at <= visit.store.clock.now()
        if card is None or expired or not card.enabled:
            report.error("INVALID", "The gift card code is not valid.", "giftCardCodes", i)
        elif all(applied.card is not card for applied in draft.gift_cards):
            draft.gift_cards.append(CartGiftCard(visit.store.new_uuid(), card))


def set_gift_cards(visit: Visit, codes: Sequence[str], draft: CartRecord, report: Report) -> None:
    """Replaces all gift cards; those that stay keep their ids."""
    before = {applied.card: applied for applied in draft.gift_cards}
    draft.gift_cards = []
    add_gift_cards(visit, codes, draft, report)
    draft.gift_cards = [before.get(applied.card, applied) for applied in draft.gift_cards]


def remove_gift_cards(applied_ids: Sequence[str], draft: CartRecord, report: Report) -> None:
    for i, applied_id in enumerate(applied_ids):
        number = read_gid(applied_id, "AppliedGiftCard")
        found = next((applied for applied in draft.gift_cards if applied.id == number), None)
        if found is None:
            report.error("INVALID", "The cart has no such gift card.", "appliedGiftCardIds", i)
        else:
            draft.gift_cards.remove(found)


def _cart_discount_codes_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    refuse_long(arguments["discountCodes"])
    return change_cart(info.context, arguments["cartId"], partial(set_discount_codes, arguments["discountCodes"]))


def _cart_gift_card_codes_add(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    refuse_long(arguments["giftCardCodes"])
    work = partial(add_gift_cards, info.context, arguments["giftCardCodes"])
    return change_cart(info.context, arguments["cartId"], work)


def _cart_gift_card_codes_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    refuse_long(arguments["giftCardCodes"])
    work = partial(set_gift_cards, info.context, arguments["giftCardCodes"])
    return change_cart(info.context, arguments["cartId"], work)


def _cart_gift_card_codes_remove(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    refuse_long(arguments["appliedGiftCardIds"])
    return change_cart(info.context, arguments["cartId"], partial(remove_gift_cards, arguments["appliedGiftCardIds"]))


RESOLVERS: Resolvers = {
    "Mutation": {
        "cartDiscountCodesUpdate": _cart_discount_codes_update,
        "cartGiftCardCodesAdd": _cart_gift_card_codes_add,
        "cartGiftCardCodesUpdate": _cart_gift_card_codes_update,
        "cartGiftCardCodesRemove": _cart_gift_card_codes_remove,
    }
}
