"""What the sandbox's store holds of webhooks."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class WebhookSubscription:
    """Who is told of a topic; `topic` is Admin's word for it, such as `ORDERS_PAID`.

    `include_fields` are the ones a body holds; none: all of them.
    """

    id: int
    topic: str
    uri: str
    format: str = "JSON"
    include_fields: tuple[str, ...] = ()
    name: str | None = None
