"""The routes of webhooks: bounded, verified, applied, answered."""

import hmac
from collections.abc import Callable

import structlog
from fastapi import APIRouter, Request, Response

from clients.printful_webhooks import read_printful_event
from clients.square_webhooks import read_square_event
from clients.tracing import note
from clients.webhooks import ShopifyEvent, WebhookRefused, read_shopify_event
from edge.bodies import HttpRefusal, RequestLimits, read_body
from edge.refusals import refused as refusal
from edge.webhook_proofs import WebhookProofs
from resolvers.context import Services
from resolvers.orders.events import OrderEvents, Receipt, Received
from resolvers.subscriptions import PRINTFUL_PATH, SHOPIFY_OLD_PATH, SHOPIFY_PATH, SQUARE_PATH
from resolvers.webhooks import Effect, WebhookOutcome

log = structlog.get_logger(__name__)
_SHOWN = {404: "There is nothing at this path."}


def webhook_routes(services: Callable[[], Services], *, limits: RequestLimits, proofs: WebhookProofs) -> APIRouter:
    """The paths of the three senders, and the one of the shop's older service.

    An unverified webhook is answered with 401, an unknown path of Printful's with 404. A body that is too slow or
    too large is answered with 408 or 413. With 503 the sender must repeat what could be neither done nor
    recorded. Everything else is answered with 200, because repeating it would change nothing. Each is one log
    event, `webhook_received` or `webhook_refused`, without anything from the body.
    """
    router = APIRouter()
    answers = _Answers(services)

    @router.post(SHOPIFY_PATH, include_in_schema=False)
    @router.post(SHOPIFY_OLD_PATH, include_in_schema=False)
    async def shopify(request: Request) -> Response:
        try:
            body = await read_body(request.scope, dict(request.scope["headers"]), request.receive, limits)
            event = read_shopify_event(request.headers, body, secrets=proofs.shopify_secrets, shop=proofs.shop)
        except HttpRefusal as refused:
            return answers.refused("shopify", refused.message, refused.status)
        except WebhookRefused as refused:
            return answers.refused("shopify", refused.reason, 401)
        orders = services().orders
        if orders is not None and OrderEvents.concerns(event.topic):
            return answers.received("shopify", event.topic, await orders.events.shopify(event), event.delivery_id)
        return await answers.applied(event)

    @router.post(f"{PRINTFUL_PATH}/{{token}}", include_in_schema=False)
    async def printful(request: Request) -> Response:
        secret_text = request.path_params["token"].encode()
        if not proofs.printful_token or not hmac.compare_digest(secret_text, proofs.printful_token.encode()):
            return answers.refused("printful", "forged", 404)
        try:
            event = read_printful_event(
                await read_body(request.scope, dict(request.scope["headers"]), request.receive, limits)
            )
        except HttpRefusal as refused:
            return answers.refused("printful", refused.message, refused.status)
        except ValueError:
            return answers.received("printful", "", Receipt(Received.UNREADABLE))
        orders = services().orders
        if orders is None:
            return answers.received("printful", event.type, Receipt(Received.NO_EFFECT))
        return answers.received("printful", event.type, await orders.events.printful(event))

    @router.post(SQUARE_PATH, include_in_schema=False)
    async def square(request: Request) -> Response:
        try:
            body = await read_body(request.scope, dict(request.scope["headers"]), request.receive, limits)
            event = read_square_event(
                request.headers, body, signature_key=proofs.square_key, notification_url=proofs.square_url
            )
        except HttpRefusal as refused:
            return answers.refused("square", refused.message, refused.status)
        except WebhookRefused as refused:
            return answers.refused("square", refused.reason, 401)
        except ValueError:
            return answers.received("square", "", Receipt(Received.UNREADABLE))
        counter, orders = services().counter, services().orders
        if counter is not None and counter.received(event) is not None:
            return answers.received("square", event.type, Receipt(Received.SETTLED), event.event_id)
        if orders is None:
            return answers.received("square", event.type, Receipt(Received.NO_EFFECT))
        return answers.received("square", event.type, await orders.events.square(event), event.event_id)

    return router


class _Answers:
    """Counts and logs what became of webhooks, and answers them."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services

    async def applied(self, event: ShopifyEvent) -> Response:
        """Applies a message about the catalogue at once, unless another process has done so."""
        services = self._services()
        names = services.webhooks.names(event)
        is_seen = await services.seen.has(names)
        effect = Effect(WebhookOutcome.DUPLICATE) if is_seen else services.webhooks.apply(event)
        if effect.outcome is WebhookOutcome.APPLIED:
            await services.seen.note(names)
        services.activity.count_webhook("shopify", effect.outcome.value)
        _trace("shopify", effect.outcome.value, event.topic)
        say = log.warning if effect.outcome is WebhookOutcome.UNREADABLE else log.info
        say(
            "webhook_received",
            sender="shopify",
            topic=event.topic,
            outcome=effect.outcome.value,
            about=effect.about,
            forgotten=effect.forgotten,
            delivery_id=event.delivery_id,
            event_id=event.event_id,
            triggered_at=None if event.triggered_at is None else event.triggered_at.isoformat(),
            api_version=event.api_version,
        )
        return Response(status_code=200)

    def received(self, sender: str, topic: str, receipt: Receipt, delivery_id: str | None = None) -> Response:
        """Answers a message that was handled, or that the sender has to repeat."""
        self._services().activity.count_webhook(sender, receipt.received.value)
        _trace(sender, receipt.received.value, topic)
        bad = receipt.received in (Received.FAILED, Received.UNREADABLE)
        (log.warning if bad else log.info)(
            "webhook_received",
            sender=sender,
            topic=topic,
            outcome=receipt.received.value,
            about=receipt.order,
            delivery_id=delivery_id,
        )
        return Response(status_code=503 if receipt.received is Received.FAILED else 200)

    def refused(self, sender: str, reason: str, status: int) -> Response:
        """Answers a request that is not proven to be a webhook, or whose body is too large or too slow."""
        self._services().activity.count_refused_webhook(sender)
        _trace(sender, "refused")
        log.warning("webhook_refused", sender=sender, reason=reason)
        # A sender without proof learns nothing.
        return Response(status_code=401) if status == 401 else refusal(status, _SHOWN.get(status, reason))


def _trace(sender: str, outcome: str, topic: str = "") -> None:
    note({"gateway.webhook.sender": sender, "gateway.webhook.outcome": outcome, "gateway.webhook.topic": topic})
