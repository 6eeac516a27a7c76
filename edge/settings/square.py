"""Settings of the counter: the point of sale, its locations, its webhooks, and payment there."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Annotated

import httpx
from pydantic import AfterValidator, BaseModel, Field

from clients.pos.connectors import CONNECTORS, PosAccess
from clients.pos.orders import PosRoutes
from clients.timing import Timing
from edge.settings.types import BaseAddress, CommaSeparated, JsonTexts, Secret, WebAddress, secret_text


def _known_system(name: str | None) -> str | None:
    if name is not None and name.lower() not in CONNECTORS:
        raise ValueError(f"use one of {', '.join(CONNECTORS)}")
    return name


class SquareSettings(BaseModel):
    """The counter."""

    active_pos_system: Annotated[str | None, AfterValidator(_known_system)] = Field(
        None, description="The point of sale: `none` or `square`. Unset: none.", examples=["square"]
    )
    square_access_token: Secret | None = Field(None, description="An access token of Square.")
    square_location_id: str | None = Field(
        None, description="The Square location of all pickups, or of those that `POS_LOCATIONS` does not name."
    )
    pos_locations: JsonTexts = Field(
        default_factory=dict,
        description="The point of sale's location for each Shopify location, as JSON.",
        examples=['{"65000000001": "LMAIN", "65000000002": "LEAST"}'],
    )
    square_api_url: BaseAddress = Field("https://connect.squareup.com", description="Another address of Square.")
    square_record_external_payment: bool = Field(
        True,
        description=(
            "Record at Square that Shopify took the payment, so that staff see the ticket. Square may charge a fee."
        ),
    )
    square_webhook_signature_key: Secret | None = Field(
        None, description="The key that Square signs its webhooks with."
    )
    square_webhook_notification_url: WebAddress | None = Field(
        None,
        description="The address of the webhooks exactly as it is registered with Square.",
        examples=["https://graph.example.com/webhooks/square"],
    )
    pay_at_counter_gateways: CommaSeparated = Field(
        (),
        description=(
            "Payment methods, as Shopify names them, that mean paying at the counter, separated by commas. "
            "Their orders are forwarded unpaid."
        ),
        examples=["Pay at the counter"],
    )

    @property
    def pos_system(self) -> str:
        """The point of sale in use, a name of CONNECTORS."""
        return (self.active_pos_system or "none").lower()

    def pos_routes(self) -> PosRoutes:
        """The point of sale for each Shopify location's tickets. Empty: none."""
        system = self.pos_system
        if system == "none":
            return PosRoutes()
        return PosRoutes(
            {shopifys.rsplit("/", 1)[-1]: (system, theirs) for shopifys, theirs in self.pos_locations.items()},
            None if self.square_location_id is None else (system, self.square_location_id),
        )

    def pos_access(self, transport: httpx.AsyncBaseTransport, *, deadline_s: float, timing: Timing) -> PosAccess:
        """The address of the point of sale, and the gateway's account there."""
        routes = self.pos_routes()
        places = [place for _, place in (*routes.by_location.values(), *([routes.default] if routes.default else []))]
        return PosAccess(
            transport,
            self.square_api_url,
            token=secret_text(self.square_access_token) or "",
            location_ids=list(dict.fromkeys(places)),
            records_external_payment=self.square_record_external_payment,
            deadline_s=deadline_s,
            timing=timing,
        )

    def square_webhook(self) -> tuple[str, str] | None:
        """The address of Square's webhooks, and their signature key. None: they are off."""
        url, key = self.square_webhook_notification_url, secret_text(self.square_webhook_signature_key)
        return None if url is None or key is None else (url, key)

    def square_problems(self) -> Iterator[str]:
        """What is missing or wrong, a sentence each."""
        if self.pos_system == "square":
            if find_spec("square") is None:
                yield "ACTIVE_POS_SYSTEM=square needs the package squareup: install kynda-gateway[square]."
            if self.square_access_token is None:
                yield "SQUARE_ACCESS_TOKEN is missing: ACTIVE_POS_SYSTEM=square needs it."
            if self.square_location_id is None and not self.pos_locations:
                yield "SQUARE_LOCATION_ID is missing: set it, or POS_LOCATIONS for several locations."
        if self.square_access_token is not None and self.active_pos_system is None:
            yield "ACTIVE_POS_SYSTEM is missing: set it to square, to which SQUARE_ACCESS_TOKEN belongs."
        if (self.square_webhook_signature_key is None) != (self.square_webhook_notification_url is None):
            is_key = self.square_webhook_signature_key is None
            absent = "SQUARE_WEBHOOK_SIGNATURE_KEY" if is_key else "SQUARE_WEBHOOK_NOTIFICATION_URL"
            yield f"{absent} is missing: the key and the address of Square's webhooks go together."
