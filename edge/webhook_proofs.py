"""The secrets by which senders of webhooks authenticate."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebhookProofs:
    """How senders authenticate. Empty: webhooks of that sender are refused.

    `printful_token` is the end of Printful's path; Printful signs nothing. `square_url` is the address exactly as
    it is registered with Square.
    """

    shop: str
    shopify_secrets: Sequence[str] = ()
    printful_token: str = ""
    square_key: str = ""
    square_url: str = ""
