"""The webhooks that the gateway needs from Shopify and Printful, what is wrong with them, and its repair."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clients.admin.client import Admin
from clients.admin.setup import WebhookSubscription
from clients.errors import UpstreamError
from clients.guard import PAGE, CallOptions
from clients.printful.client import Printful
from clients.printful.order_client import PrintfulOrders
from clients.printful.webhook_setup import WebhookConfig
from resolvers.orders.events import ORDER_TOPICS, PRINTFUL_TYPES
from resolvers.print_catalogue import PrintCatalogue
from resolvers.webhooks import TOPICS

SHOPIFY_PATH = "/webhooks/shopify"
SHOPIFY_OLD_PATH = "/api/webhooks/shopify/orders"
PRINTFUL_PATH = "/webhooks/printful"  # and the token that proves its sender
SQUARE_PATH = "/webhooks/square"
ALL_TOPICS = (*TOPICS, *ORDER_TOPICS)


class SubscriptionAction(StrEnum):
    """What to do about a subscription; the words are printed."""

    KEEP = "ok"
    CREATE = "create"
    REPAIR = "repair"  # it leads to us, but to a wrong path or without complete messages
    REMOVE = "remove"  # it duplicates the messages of another one
    LEAVE = "leave"  # it leads to another system, which may need it


@dataclass(frozen=True, slots=True)
class SubscriptionStep:
    """One change of a subscription. `failure` is Shopify's reason why it failed."""

    action: SubscriptionAction
    topic: str
    subscription: WebhookSubscription | None = None
    failure: str | None = None


def steps(present: Sequence[WebhookSubscription], public_url: str) -> list[SubscriptionStep]:
    """The changes after which each needed topic arrives once; sorted by topic, subscriptions of other systems last."""
    base = public_url.rstrip("/")
    found, elsewhere = [], []
    for topic in ALL_TOPICS:
        mine = [each for each in present if each.topic == topic and _leads_to(each.uri, base)]
        mine.sort(key=lambda each: _is_right(each, base), reverse=True)
        if not mine:
            found.append(SubscriptionStep(SubscriptionAction.CREATE, topic))
            continue
        first, *others = mine
        found.append(
            SubscriptionStep(
                SubscriptionAction.KEEP if _is_right(first, base) else SubscriptionAction.REPAIR, topic, first
            )
        )
        found += [SubscriptionStep(SubscriptionAction.REMOVE, topic, each) for each in others]
    for each in present:
        if not _leads_to(each.uri, base):
            elsewhere.append(SubscriptionStep(SubscriptionAction.LEAVE, each.topic, each))
    return [*found, *elsewhere]


def _leads_to(uri: str, base: str) -> bool:
    return uri == base or uri.startswith((f"{base}/", f"{base}?"))


def _is_right(subscription: WebhookSubscription, base: str) -> bool:
    is_whole = subscription.format == "JSON" and not subscription.include_fields and subscription.filter is None
    return is_whole and subscription.uri in (f"{base}{SHOPIFY_PATH}", f"{base}{SHOPIFY_OLD_PATH}")


async def mend(admin: Admin, public_url: str, *, options: CallOptions = PAGE) -> list[SubscriptionStep]:
    """Carries out `steps` one after the other; a failed one does not stop the others.

    Raises UpstreamError when the subscriptions cannot be listed.
    """
    uri = f"{public_url.rstrip('/')}{SHOPIFY_PATH}"
    done = []
    for step in steps(await admin.webhook_subscriptions(options=options), public_url):
        try:
            await _do(step, admin, uri, options)
        except UpstreamError as error:
            step = SubscriptionStep(step.action, step.topic, step.subscription, error.detail or type(error).__name__)
        done.append(step)
    return done


async def _do(step: SubscriptionStep, admin: Admin, uri: str, options: CallOptions) -> None:
    match step:
        case SubscriptionStep(SubscriptionAction.CREATE, topic):
            await admin.subscribe(topic, uri, options=options)
        case SubscriptionStep(SubscriptionAction.REPAIR, _, WebhookSubscription(id=number)):
            await admin.redirect_subscription(number, uri, options=options)
        case SubscriptionStep(SubscriptionAction.REMOVE, _, WebhookSubscription(id=number)):
            await admin.unsubscribe(number, options=options)


async def mend_printful(
    orders: PrintfulOrders,
    public_url: str,
    token: str,
    *,
    product_ids: Collection[int] = (),
    options: CallOptions = PAGE,
) -> SubscriptionStep:
    """Subscribes the gateway to Printful's webhooks for orders and for the stock of these catalogue products.

    Printful has one address for all webhooks. One that leads elsewhere is not changed. Raises UpstreamError.
    """
    present = await orders.webhook(options=options)
    step = printful_step(present, public_url, token, product_ids=product_ids)
    if step.action in (SubscriptionAction.CREATE, SubscriptionAction.REPAIR):
        # An existing one may watch products that the caller did not name.
        watched = sorted({*_watched(present.params), *product_ids})
        params: Mapping[str, Any] = {"stock_updated": {"product_ids": watched}} if watched else {}
        types = sorted({*_printful_types(watched), *present.types})
        await orders.set_webhook(f"{public_url.rstrip('/')}{PRINTFUL_PATH}/{token}", types, params, options=options)
    return step


def printful_step(
    present: WebhookConfig, public_url: str, token: str, *, product_ids: Collection[int] = ()
) -> SubscriptionStep:
    """The change after which Printful's webhooks arrive here, for these catalogue products those of stock too."""
    base = public_url.rstrip("/")
    if present.url is None:
        return SubscriptionStep(SubscriptionAction.CREATE, "PRINTFUL")
    if not _leads_to(present.url, base):
        failure = f"Printful sends its webhooks to {_host(present.url)}, and it has only one address."
        return SubscriptionStep(SubscriptionAction.LEAVE, "PRINTFUL", failure=failure)
    watched = sorted({*_watched(present.params), *product_ids})
    is_right = (
        present.url == f"{base}{PRINTFUL_PATH}/{token}"
        and set(_printful_types(watched)) <= set(present.types)
        and _watched(present.params) == watched
    )
    return SubscriptionStep(SubscriptionAction.KEEP if is_right else SubscriptionAction.REPAIR, "PRINTFUL")


def _printful_types(watched: Sequence[int]) -> list[str]:
    return [kind for kind in PRINTFUL_TYPES if kind != "stock_updated" or watched]


def _watched(params: Mapping[str, Any]) -> list[int]:
    stock = params.get("stock_updated")
    ids = stock.get("product_ids") if isinstance(stock, Mapping) else None
    return sorted(each for each in ids or () if isinstance(each, int))


def _host(url: str) -> str:
    return url.split("//", 1)[-1].split("/", 1)[0]


async def printed_products(admin: Admin, printful: Printful, *, options: CallOptions = PAGE) -> set[int]:
    """The catalogue products of the shop's variants, also those of the Printful store.

    Raises UpstreamError.
    """
    reader = PrintCatalogue(printful).reader(options)
    found = set()
    for each in await admin.catalog_variants(options=options):
        print_item = await reader.print_on_demand(each.sku, each.product.vendor, each.product.id)
        if print_item is not None and (product_id := print_item.catalog_product_id) is not None:
            found.add(product_id)
    return found
