"""Which webhooks the gateway needs Shopify to send, what is wrong with those it sends, and mending that."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from clients.admin.client import Admin
from clients.admin.setup import WebhookSubscription
from clients.errors import UpstreamError
from clients.guard import PAGE, Terms
from resolvers.webhooks import TOPICS

SHOPIFY_PATH = "/webhooks/shopify"
SHOPIFY_OLD_PATH = "/api/webhooks/shopify/orders"


class Action(StrEnum):
    """What is to be done about a subscription; the words are printed."""

    KEEP = "ok"
    CREATE = "create"
    REPAIR = "repair"  # it leads to us, but not to where we listen, or does not bring whole messages
    REMOVE = "remove"  # it brings a second copy of what another brings
    LEAVE = "leave"  # it leads elsewhere, which is for others to know


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `failure` is why it could not be done, in Shopify's words."""

    action: Action
    topic: str
    subscription: WebhookSubscription | None = None
    failure: str | None = None


def steps(present: Sequence[WebhookSubscription], public_url: str) -> list[Step]:
    """What has to be done so that each topic we need comes to us once: by topic, those that lead elsewhere last."""
    base = public_url.rstrip("/")
    found, elsewhere = [], []
    for topic in TOPICS:
        mine = [each for each in present if each.topic == topic and _leads_to(each.uri, base)]
        mine.sort(key=lambda each: _is_right(each, base), reverse=True)
        if not mine:
            found.append(Step(Action.CREATE, topic))
            continue
        first, *others = mine
        found.append(Step(Action.KEEP if _is_right(first, base) else Action.REPAIR, topic, first))
        found += [Step(Action.REMOVE, topic, each) for each in others]
    for each in present:
        if not _leads_to(each.uri, base):
            elsewhere.append(Step(Action.LEAVE, each.topic, each))
    return [*found, *elsewhere]


def _leads_to(uri: str, base: str) -> bool:
    return uri == base or uri.startswith((f"{base}/", f"{base}?"))


def _is_right(subscription: WebhookSubscription, base: str) -> bool:
    is_whole = subscription.format == "JSON" and not subscription.include_fields and subscription.filter is None
    return is_whole and subscription.uri in (f"{base}{SHOPIFY_PATH}", f"{base}{SHOPIFY_OLD_PATH}")


async def mend(admin: Admin, public_url: str, *, terms: Terms = PAGE) -> list[Step]:
    """Does what `steps` says, one after the other; one that fails does not stop the others.

    Raises UpstreamError when the subscriptions cannot be listed.
    """
    uri = f"{public_url.rstrip('/')}{SHOPIFY_PATH}"
    done = []
    for step in steps(await admin.webhook_subscriptions(terms=terms), public_url):
        try:
            await _do(step, admin, uri, terms)
        except UpstreamError as error:
            step = Step(step.action, step.topic, step.subscription, error.detail or type(error).__name__)
        done.append(step)
    return done


async def _do(step: Step, admin: Admin, uri: str, terms: Terms) -> None:
    match step:
        case Step(Action.CREATE, topic):
            await admin.subscribe(topic, uri, terms=terms)
        case Step(Action.REPAIR, _, WebhookSubscription(id=number)):
            await admin.redirect_subscription(number, uri, terms=terms)
        case Step(Action.REMOVE, _, WebhookSubscription(id=number)):
            await admin.unsubscribe(number, terms=terms)
