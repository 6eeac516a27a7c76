"""The findings of the set-up checks, and the settings that they check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """OFF is a choice, not a fault; FAIL means that something does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's finding and, unless it is OK, what to do."""

    subject: str
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """The settings that checks judge without a request.

    `confirm` is PRINTFUL_CONFIRM as it was set. `square_webhook_url` is None when Square's webhooks are refused.
    """

    mode: str
    api_version: str
    shop: str = ""
    printful_store_id: str | None = None
    printful_store_connected: bool = False
    printful_app_allowed: bool = False
    printful_webhook_token: str | None = field(default=None, repr=False)
    confirm: str = "manual"
    pos_system: str = "none"
    square_webhook_url: str | None = None
    counter_gateways: Sequence[str] = ()
    believes_shopify: bool = True
    staff_token: str | None = field(default=None, repr=False)
    named_staff_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    public_url: str | None = None
    allowed_origins: Sequence[str] = ()
    trusted_proxies: Sequence[str] = ()
    workers: int = 1
    shares_redis: bool = False
    introspection: bool = False
    graphiql: bool = False

    @property
    def is_live(self) -> bool:
        return self.mode == "live"
