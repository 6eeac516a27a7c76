"""Settings of bounds: how large requests and answers may be, and how long they may take."""

from pydantic import BaseModel, Field

from clients.timing import OPERATION_S
from resolvers.context import ORDER_LOOKUPS

_DRAINING = 0.7  # of the time for a shutdown: for orders being forwarded


class LimitSettings(BaseModel):
    """Bounds."""

    limit_body_bytes: int = Field(256_000, ge=1, description="The bytes of a request's body.")
    limit_header_bytes: int = Field(
        32_000, ge=1_000, description="The bytes of a request's headers. A browser's cookies take up to 16,000."
    )
    limit_document_tokens: int = Field(5_000, ge=1, description="The tokens of a GraphQL document.")
    limit_document_selections: int = Field(
        5_000, ge=1, description="The fields of a document with its fragments expanded."
    )
    limit_answer_fields: int = Field(15_000, ge=1, description="The fields that the gateway works out for an answer.")
    limit_plan_bytes: int = Field(64_000_000, ge=0, description="The memory for execution plans of documents.")
    limit_low_stock_units: int = Field(5, ge=0, description="Up to how many units stock is `LOW`.")
    limit_mockups: int = Field(20, ge=1, description="The mockups that a client may start in an hour.")
    limit_mockup_bytes: int = Field(64_000_000, ge=1_000_000, description="The memory for pictures of mockups.")
    limit_order_lookups: int = Field(ORDER_LOOKUPS, ge=1, description="The orders that a guest may look up in an hour.")
    limit_webhook_bytes: int = Field(2_000_000, ge=1, description="The bytes of a webhook's body.")
    deadline_body_s: float = Field(10.0, gt=0, description="The seconds that reading a request's body may take.")
    deadline_webhook_s: float = Field(4.0, gt=0, description="The seconds that reading a webhook's body may take.")
    deadline_webhook_answer_s: float = Field(
        4.0, gt=0, lt=5, description="The seconds until a webhook is answered. Shopify waits for five."
    )
    deadline_operation_s: float = Field(
        OPERATION_S, gt=0, description="The seconds that all upstreams together may take for an operation."
    )
    deadline_storefront_s: float = Field(8.0, gt=0, description="The seconds of a request to Storefront.")
    deadline_admin_s: float = Field(4.0, gt=0, description="The seconds of a request to Admin.")
    deadline_printful_s: float = Field(4.0, gt=0, description="The seconds of a request to Printful.")
    deadline_square_s: float = Field(4.0, gt=0, description="The seconds of a request to Square.")
    deadline_shutdown_s: float = Field(
        9.0,
        ge=3,
        le=300,
        description=(
            "The seconds from SIGTERM to the end of the process: a third for requests, the rest for orders that are "
            "being forwarded. Docker kills after ten seconds: raise both where upstreams are slow."
        ),
    )

    @property
    def drain_requests_s(self) -> float:
        """The part of a shutdown that requests get."""
        return self.deadline_shutdown_s * (1 - _DRAINING)

    @property
    def drain_orders_s(self) -> float:
        """The part of a shutdown that orders being forwarded get, after the requests."""
        return self.deadline_shutdown_s * _DRAINING
