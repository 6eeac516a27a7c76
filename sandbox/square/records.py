"""Square's records: orders and payments."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OPEN, COMPLETED, CANCELED, DRAFT = "OPEN", "COMPLETED", "CANCELED", "DRAFT"
FAILED = "FAILED"
ENDED = (COMPLETED, CANCELED, FAILED)  # states that neither an order nor a fulfillment leaves
POINT_OF_SALE = "Point of Sale"


@dataclass(slots=True, eq=False)
class SquarePayment:
    """A payment for an order. `details` are those of its source, such as `external_details`."""

    id: str
    order_id: str
    location_id: str
    source_type: str
    amount: int
    tip: int
    currency: str
    status: str
    created_at: datetime
    updated_at: datetime
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class SquareOrder:
    """An order. `content` is what was sent, in Square's own format, with the uids that Square adds.

    `version` None: the order was not created through the API, which therefore cannot change it.
    """

    id: str
    location_id: str
    content: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    state: str = OPEN
    version: int | None = 1
    closed_at: datetime | None = None
    payments: list[SquarePayment] = field(default_factory=list)

    @property
    def fulfillments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content.get("fulfillments", [])
        return found

    @property
    def source_name(self) -> str:
        return str(self.content["source"]["name"])

    @property
    def paid(self) -> int:
        """The sum of completed payments, including tips."""
        return sum(each.amount + each.tip for each in self.payments if each.status == COMPLETED)

    @property
    def tips(self) -> int:
        return sum(each.tip for each in self.payments if each.status == COMPLETED)
