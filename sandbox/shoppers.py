"""Fills the store with the shop's customers, their orders, and its discounts and gift cards.

Two customers can log in: ada@example.com with `espresso-time` and ben@example.com with `filter-first`;
cleo@example.com was invited and has not set a password yet (activation token `0123456789abcdef`).
Gift cards: KYNDA25GIFT00001 ($25), KYNDA100GIFT0002 ($100), KYNDAEXPIRED0003 (expired), KYNDADISABLED004 (disabled).
The discount codes are in `data/shoppers.yaml`. Ada is logged in as `example-access-token`, and a cart with a latte, a
mug and a printed shirt waits as `gid://shopify/Cart/example?key=example`. Once it is paid, its checkout page fills it
again.
"""

from datetime import UTC, datetime

import msgspec

from sandbox.cart_records import Buyer, CartLineRecord, CartRecord, Discount, GiftCard
from sandbox.customer_records import Company, CompanyContact, CompanyLocation, Customer, CustomerAccessToken
from sandbox.data_files import read_data
from sandbox.example_orders import ADA, example_orders
from sandbox.store import Store

EXAMPLE_CART = "example"
"""The token and the key of the cart that is there from the start."""


class Shoppers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of the file."""

    customers: list[Customer]
    companies: list[Company]
    company_locations: list[CompanyLocation]
    company_contacts: list[CompanyContact]
    discounts: list[Discount]
    gift_cards: list[GiftCard]


def fill(store: Store) -> None:
    """Needs the catalogue in the store."""
    data = read_data("shoppers", Shoppers)
    store.customers |= {customer.id: customer for customer in data.customers}
    _put_companies(store, data)
    store.discounts |= {discount.id: discount for discount in data.discounts}
    store.gift_cards |= {card.code.lower(): card for card in data.gift_cards}
    for order in example_orders(store):
        store.orders[order.id] = order
        store.fulfillment_orders |= {part.id: part for part in order.fulfillment_orders}
    token = CustomerAccessToken(7_900_000_001, "example-access-token", ADA, datetime(2036, 1, 1, tzinfo=UTC))
    store.customer_tokens[token.access_token] = token
    put_example_cart(store)


def _put_companies(store: Store, data: Shoppers) -> None:
    """Companies, and their locations and contacts, which refer to the records in the store rather than to copies."""
    store.companies |= {company.id: company for company in data.companies}
    for location in data.company_locations:
        location.company = store.companies[location.company.id]
        store.company_locations[location.id] = location
    for contact in data.company_contacts:
        contact.locations = [store.company_locations[location.id] for location in contact.locations]
        store.company_contacts[contact.id] = contact


def put_example_cart(store: Store) -> None:
    """Puts a cart with a known key, for operations to be tried on. Does nothing while it is there."""
    if EXAMPLE_CART in store.carts:
        return
    now = store.clock.now()
    cart = CartRecord(EXAMPLE_CART, EXAMPLE_CART, now, now, buyer=Buyer(country="US"))
    cart.attributes = (("location", "main_street"), ("fulfillment_mode", "pickup"))
    for number, handle in enumerate(("latte", "ceramic-mug", "roastery-crest-shirt"), start=1):
        product = store.product_by_handle(handle)
        if product is not None:
            line_id = f"00000000-0000-4000-8000-{number:012}"
            cart.lines.insert(0, CartLineRecord(line_id, f"{number:032x}", product.variants[number], 1))
    store.carts[cart.token] = cart
