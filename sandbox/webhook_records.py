"""What the sandbox's store holds of webhooks."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class WebhookSubscription:
    """Who is told of a topic; `topic` is Admin's word for it, such as `ORDERS_PAID`."""

    id: int
    topic: str
    uri: str
