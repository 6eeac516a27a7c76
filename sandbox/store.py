"""The one store in memory that all stand-ins share."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

from sandbox.cart_records import CartRecord, Discount, GiftCard
from sandbox.clock import Clock
from sandbox.content_records import Content
from sandbox.customer_records import Company, CompanyContact, CompanyLocation, Customer, CustomerAccessToken, Mail
from sandbox.history import History
from sandbox.order_records import FulfillmentOrder, Order
from sandbox.print_order_records import PrintFile, PrintOrder
from sandbox.records import AppInstallation, Collection, Location, Picture, Product, ProductVariant
from sandbox.shop_pay_records import ShopPayReceipt, ShopPaySession
from sandbox.square.records import SquareOrder, SquarePayment
from sandbox.webhook_records import PrintfulWebhook, SquareWebhook, WebhookSubscription

SHOP_DOMAIN = "kynda-sandbox.myshopify.com"


class Store:
    """Everything the stand-ins know. `public_url` is where their pages and pictures are reached from a browser.

    Filled by `sandbox.catalogue.fill(store)` and its fellows; `sandbox.app.build_store` does it all.
    """

    def __init__(self, clock: Clock | None = None, public_url: str = "http://localhost:8000") -> None:
        self.clock = clock or Clock()
        # What Storefront's replicas may not show yet is changed through it.
        self.history = History(self.clock.now)
        self.public_url = public_url.rstrip("/")
        self._ids: Iterator[int] = count(9_000_000_000_001)
        # What tokens are made of. With a seeded one, equal stores make equal tokens.
        self.random: Random = SystemRandom()
        self.products: dict[int, Product] = {}
        self.variants: dict[int, ProductVariant] = {}
        self.collections: dict[int, Collection] = {}
        self.locations: dict[int, Location] = {}
        # Pictures of products and collections, and products' other media, by id.
        self.pictures: dict[int, Picture] = {}
        self.media: dict[int, dict[str, Any]] = {}
        self.content = Content()
        # Carts by token, customers' tokens by themselves, gift cards by code in small letters, the rest by id.
        self.carts: dict[str, CartRecord] = {}
        self.discounts: dict[int, Discount] = {}
        self.gift_cards: dict[str, GiftCard] = {}
        self.customers: dict[int, Customer] = {}
        self.customer_tokens: dict[str, CustomerAccessToken] = {}
        self.companies: dict[int, Company] = {}
        self.company_locations: dict[int, CompanyLocation] = {}
        self.company_contacts: dict[int, CompanyContact] = {}
        self.orders: dict[int, Order] = {}
        self.fulfillment_orders: dict[int, FulfillmentOrder] = {}
        # After how long an order's risk is told, and its fulfillment orders are there; 0: with the order.
        self.risk_after_s = 0.0
        self.routing_after_s = 0.0
        # Those for which one of the two has still to come.
        self.waiting_orders: list[Order] = []
        self.mails: list[Mail] = []
        # Sessions by token, receipts by idempotency key.
        self.shop_pay_sessions: dict[str, ShopPaySession] = {}
        self.shop_pay_receipts: dict[str, ShopPayReceipt] = {}
        # What the shop allows the app in Admin, and what it tells it of.
        self.admin_scopes = [
            "read_inventory",
            "read_locations",
            "read_merchant_managed_fulfillment_orders",
            "read_orders",
            "read_products",
            "read_shipping",
            "read_third_party_fulfillment_orders",
            "write_merchant_managed_fulfillment_orders",
            "write_orders",
            "write_products",
        ]
        self.app_installation = AppInstallation()
        self.webhook_subscriptions: dict[int, WebhookSubscription] = {}
        self._subscription_ids: Iterator[int] = count(1_000_000_000_001)
        # Who is told what happens: pairs of a topic, such as `products/update`, and the record it is about.
        self.watchers: list[Callable[..., None]] = []
        # The same of Printful (an event's type and its data) and of Square (an event's type and its object).
        self.printful_watchers: list[Callable[[str, dict[str, Any]], None]] = []
        self.square_watchers: list[Callable[[str, dict[str, Any]], None]] = []
        # Where they are told; None: nowhere.
        self.printful_webhook: PrintfulWebhook | None = None
        self.square_webhook: SquareWebhook | None = None
        # Square's orders and payments by id; what idempotency keys stand for, by endpoint and key: what was sent and
        # the id of what it made.
        self.square_orders: dict[str, SquareOrder] = {}
        self.square_payments: dict[str, SquarePayment] = {}
        self.square_keys: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        # What is sold out at Square, by the catalogue object's id and the location's, with the end that staff set;
        # and business hours by location, where they are not the usual ones.
        self.square_sold_out: dict[tuple[str, str], datetime | None] = {}
        self.square_hours: dict[str, list[dict[str, str]]] = {}
        # Printful's orders by id, the files of its library by where they came from, and what a change of stock made of
        # its blanks (in the catalogue's words, by variant).
        self.print_orders: dict[int, PrintOrder] = {}
        self.print_files: dict[str, PrintFile] = {}
        self.print_stock: dict[int, str] = {}
        self._print_ids: Iterator[int] = count(83_400_001)
        # Whether a new order waits, on hold, for Printful to compute its costs, and whether Printful's own app is
        # connected to the shop.
        self.printful_async_costs = False
        self.printful_app_connected = False
        # In seconds: how long Printful takes to make an order whose number it checked on arrival; how long after that
        # the order is not yet found by the shop's number, and not yet listed.
        self.printful_commit_s = 0.0
        self.printful_lookup_lag_s = 0.0
        self.printful_listing_lag_s = 0.0
        # In seconds: how long Square takes to make an order or a payment, also when the caller has gone; how long after
        # that a search finds it.
        self.square_commit_s = 0.0
        self.square_search_lag_s = 0.0
        # Whether the shop's visitors must allow analytics and marketing before Shopify may tell them apart.
        self.consent_required = False
        # What the accounts allow: Printful's requests a minute; Admin's bucket of cost points (a Plus shop's).
        self.printful_per_minute = 120
        self.admin_bucket_points = 20_000.0
        self.admin_points_per_second = 1000.0

    def new_id(self) -> int:
        """A number no other record has."""
        return next(self._ids)

    def new_print_id(self) -> int:
        """A number that nothing else at Printful has."""
        return next(self._print_ids)

    def subscribe(self, topic: str, uri: str) -> WebhookSubscription:
        """The subscription to a topic (Admin's word) at an address: the one there is, or a new one."""
        for each in self.webhook_subscriptions.values():
            if (each.topic, each.uri) == (topic, uri):
                return each
        subscription = WebhookSubscription(next(self._subscription_ids), topic, uri)
        self.webhook_subscriptions[subscription.id] = subscription
        return subscription

    def tell(self, *events: tuple[str, Any]) -> None:
        """Notifies the watchers of the events of one action: pairs of a webhook's topic and its record."""
        for watcher in self.watchers:
            watcher(*events)

    def tell_printful(self, kind: str, data: dict[str, Any]) -> None:
        """Notifies the watchers of a Printful event: its type, such as `package_shipped`, and its `data`."""
        for watcher in self.printful_watchers:
            watcher(kind, data)

    def tell_square(self, kind: str, thing: dict[str, Any]) -> None:
        """Notifies the watchers of a Square event: its type, such as `order.updated`, and its `data.object`."""
        for watcher in self.square_watchers:
            watcher(kind, thing)

    def new_token(self) -> str:
        """32 hexadecimal digits that nobody can guess."""
        return f"{self.random.getrandbits(128):032x}"

    def new_uuid(self) -> str:
        """A UUID that no other record has."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def add_product(self, product: Product) -> None:
        self.products[product.id] = product
        for picture in product.pictures:
            self.pictures[picture.id] = picture
        for variant in product.variants:
            self.variants[variant.id] = variant

    def product_by_handle(self, handle: str) -> Product | None:
        return next((p for p in self.products.values() if p.handle == handle), None)

    def collection_by_handle(self, handle: str) -> Collection | None:
        return next((c for c in self.collections.values() if c.handle == handle), None)
