"""What the senders of webhooks prove themselves with."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebhookProofs:
    """How senders show who they are. Empty: that sender is not believed.

    `printful_token` is the end of the path that Printful was given, which signs nothing; `square_url` is the address
    as it is registered with Square, to the letter.
    """

    shop: str
    shopify_secrets: Sequence[str] = ()
    printful_token: str = ""
    square_key: str = ""
    square_url: str = ""
