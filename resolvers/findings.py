"""What the set-up checks say, and what they know of the settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """OFF is a choice and no fault; FAIL means that something does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and where it is not OK, what to do."""

    subject: str
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the settings say, as far as it can be judged without asking anybody.

    `confirm` is PRINTFUL_CONFIRM as it was set, `square_webhook_url` None while Square's messages are not believed.
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
    public_url: str | None = None
    allowed_origins: Sequence[str] = ()
    trusted_proxies: Sequence[str] = ()
    introspection: bool = False
    graphiql: bool = False

    @property
    def is_live(self) -> bool:
        return self.mode == "live"
