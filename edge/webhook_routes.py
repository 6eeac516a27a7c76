"""Where Shopify's webhooks arrive: bounded, proven, applied, answered."""

from collections.abc import Callable, Sequence

import structlog
from fastapi import APIRouter, Request, Response

from clients.webhooks import WebhookRefused, read_shopify_event
from edge.bodies import HttpRefusal, RequestLimits, read_body
from resolvers.context import Upstreams
from resolvers.subscriptions import SHOPIFY_OLD_PATH, SHOPIFY_PATH
from resolvers.webhooks import Outcome

log = structlog.get_logger(__name__)


def webhook_routes(
    upstreams: Callable[[], Upstreams], *, limits: RequestLimits, secrets: Sequence[str], shop: str
) -> APIRouter:
    """`POST /webhooks/shopify`, and the path that the shop's older service had.

    Answers 401 to what is not proven, and 200 to all that is: sending it again would change nothing. Each is one event
    in the logs, `webhook` or `webhook_refused`, which names what it was about and holds nothing of its body.
    """
    router = APIRouter()

    @router.post(SHOPIFY_PATH, include_in_schema=False)
    @router.post(SHOPIFY_OLD_PATH, include_in_schema=False)
    async def shopify(request: Request) -> Response:
        headers = dict(request.scope["headers"])
        try:
            body = await read_body(headers, request.receive, limits)
            event = read_shopify_event(request.headers, body, secrets=secrets, shop=shop)
        except HttpRefusal as refused:
            log.warning("webhook_refused", sender="shopify", reason=refused.message)
            return Response(status_code=refused.status)
        except WebhookRefused as refused:
            log.warning("webhook_refused", sender="shopify", reason=refused.reason)
            return Response(status_code=401)
        effect = upstreams().webhooks.apply(event)
        say = log.warning if effect.outcome is Outcome.UNREADABLE else log.info
        say(
            "webhook",
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

    return router
