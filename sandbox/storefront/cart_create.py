"""Creates carts with all their initial content."""

from typing import Any

from sandbox.cart_records import CartRecord
from sandbox.execution import Resolvers
from sandbox.storefront.cart_addresses import add_addresses
from sandbox.storefront.cart_buyer_identity import UNKNOWN_COUNTRY, set_buyer, set_company
from sandbox.storefront.cart_codes import add_gift_cards, set_discount_codes
from sandbox.storefront.cart_lines import add_lines
from sandbox.storefront.cart_metafields import put_metafields
from sandbox.storefront.cart_notes import set_note
from sandbox.storefront.cart_payloads import Report, refuse_long, store_cart, unique_attributes
from sandbox.storefront.customer_tokens import customer_by_token
from sandbox.storefront.execution import Visit


def create_cart(visit: Visit, given: dict[str, Any]) -> dict[str, Any]:
    """The payload of `cartCreate`; with errors no cart is created."""
    for name in ("attributes", "discountCodes", "giftCardCodes", "lines", "metafields"):
        refuse_long(given.get(name))
    now = visit.store.clock.now()
    draft = CartRecord(f"c1-{visit.store.new_token()}", visit.store.new_token(), now, now)
    draft.source_name = given.get("sourceName")
    report = Report(("input",))
    _from_context(visit, draft, report)
    set_buyer(visit, given.get("buyerIdentity") or {}, draft, report)
    draft.attributes = unique_attributes(given.get("attributes") or ())
    if given.get("note"):
        set_note(visit, given["note"], draft, report)
    put_metafields(visit, given.get("metafields") or (), draft, report)
    delivery = Report(("input", "delivery"))
    add_addresses(visit, (given.get("delivery") or {}).get("addresses") or (), draft, delivery)
    report.errors += delivery.errors
    report.warnings += delivery.warnings
    set_discount_codes(visit, given.get("discountCodes") or (), draft, report)
    add_gift_cards(visit, given.get("giftCardCodes") or (), draft, report)
    add_lines(visit, given.get("lines") or (), draft, report)
    if report.errors:
        return {"cart": None, "userErrors": report.errors, "warnings": []}
    return store_cart(visit, draft, report)


def _from_context(visit: Visit, draft: CartRecord, report: Report) -> None:
    """Copies the buyer of `@inContext` to a new cart; fields of its input take precedence."""
    draft.buyer.country = None if visit.country == UNKNOWN_COUNTRY else visit.country
    customer = customer_by_token(visit.store, visit.customer_token)
    if customer is not None:
        draft.buyer.customer_id = customer.id
        if visit.company_location_id is not None:
            set_company(visit, visit.company_location_id, draft.buyer, report)


def _cart_create(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    return create_cart(info.context, arguments.get("input") or {})


RESOLVERS: Resolvers = {"Mutation": {"cartCreate": _cart_create}}
