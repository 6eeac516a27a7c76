"""Settings of limits: how large requests and answers may be, and how long they may take."""

from dataclasses import fields

from pydantic import BaseModel, Field

from clients.timing import OPERATION_S
from resolvers.context import ORDER_LOOKUPS
from schema.execution.limits import DocumentLimits

_USUAL = DocumentLimits()
_DRAINING = 0.7  # of the time for a shutdown: for orders being forwarded


class LimitSettings(BaseModel):
    """Limits."""

    limit_body_bytes: int = Field(256_000, ge=1, description="The bytes of a request's body.")
    limit_header_bytes: int = Field(
        32_000, ge=1_000, description="The bytes of a request's headers. A browser's cookies take up to 16,000."
    )
    limit_document_tokens: int = Field(_USUAL.tokens, ge=1, description="The tokens of a GraphQL document.")
    limit_document_selections: int = Field(
        _USUAL.selections, ge=1, description="The fields of an operation with its fragments expanded."
    )
    limit_document_depth: int = Field(_USUAL.depth, ge=1, description="The levels of fields in an operation.")
    limit_document_aliases: int = Field(_USUAL.aliases, ge=0, description="The aliases of an operation.")
    limit_document_root_fields: int = Field(_USUAL.root_fields, ge=1, description="The root fields of an operation.")
    limit_document_repeated_fields: int = Field(
        _USUAL.repeated_fields, ge=1, description="How often one place of an answer may be selected."
    )
    limit_document_directives: int = Field(_USUAL.directives, ge=0, description="The directives of an operation.")
    limit_document_operations: int = Field(_USUAL.operations, ge=1, description="The operations of a document.")
    limit_document_fragments: int = Field(_USUAL.fragments, ge=0, description="The fragments of a document.")
    limit_document_spreads: int = Field(_USUAL.spreads, ge=0, description="The fragment spreads of a document.")
    limit_document_variables: int = Field(_USUAL.variables, ge=0, description="The variables of an operation.")
    limit_page_size: int = Field(
        _USUAL.page_size, ge=1, description="`first` and `last` of a list whose objects the gateway adds fields to."
    )
    limit_operation_cost: int = Field(
        _USUAL.cost,
        ge=1,
        description=(
            "What the gateway's fields in an operation may cost: an object 1, a list its page size times what stands "
            'below it. `extensions: {"cost": true}` tells the cost.'
        ),
    )
    limit_answer_fields: int = Field(20_000, ge=1, description="The fields that the gateway works out for an answer.")
    limit_plan_bytes: int = Field(64_000_000, ge=0, description="The memory for execution plans of documents.")
    limit_low_stock_units: int = Field(5, ge=0, description="Up to how many units stock is `LOW`.")
    limit_mockups: int = Field(20, ge=1, description="The mockups that a client may start in an hour.")
    limit_mockup_bytes: int = Field(64_000_000, ge=1_000_000, description="The memory for pictures of mockups.")
    limit_order_lookups: int = Field(ORDER_LOOKUPS, ge=1, description="The orders that a guest may look up in an hour.")
    limit_webhook_bytes: int = Field(2_000_000, ge=1, description="The bytes of a webhook's body.")
    deadline_headers_s: float = Field(10.0, gt=0, description="The seconds that reading a request's headers may take.")
    keep_alive_s: int = Field(
        75, ge=1, description="The seconds that an idle connection stays open: longer than a load balancer keeps it."
    )
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

    def document_limits(self) -> DocumentLimits:
        """The limits of a document."""
        prefix = "limit_document_"
        counted = {
            each.name: getattr(self, prefix + each.name)
            for each in fields(DocumentLimits)
            if hasattr(self, prefix + each.name)
        }
        return DocumentLimits(**counted, page_size=self.limit_page_size, cost=self.limit_operation_cost)

    @property
    def drain_requests_s(self) -> float:
        """The share of a shutdown for requests."""
        return self.deadline_shutdown_s * (1 - _DRAINING)

    @property
    def drain_orders_s(self) -> float:
        """The share of a shutdown for orders being forwarded, after the requests."""
        return self.deadline_shutdown_s * _DRAINING
