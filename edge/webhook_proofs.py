"""What the senders of webhooks prove themselves with."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebhookProofs:
    """How senders prove who they are. Empty: webhooks of that sender are refused.

    `printful_token` is the end of Printful's path; Printful signs nothing. `square_url` is the address exactly as
    it is registered with Square.
    """

    shop: str
    shopify_secrets: Sequence[str] = ()
    printful_token: str = ""
    square_key: str = ""
    square_url: str = ""
