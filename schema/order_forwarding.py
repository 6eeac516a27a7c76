"""What staff see of an order's forwarding: the state of each part, and the attempts."""

from __future__ import annotations

from datetime import UTC

import strawberry

from resolvers.orders import journal
from resolvers.orders.journal import Journal, PartState
from resolvers.orders.order_marks import is_pending
from schema.storefront import DateTime

strawberry.enum(journal.System, name="OrderSystem", description="A system that an order passes through.")
strawberry.enum(
    PartState,
    name="ForwardingState",
    description="How far a part of an order is. WAITING: the shop or Shopify has to act first, for example on a "
    "payment. PENDING: an "
    "upstream does not answer or is busy. REFUSED: it was not sent, or not as it should be. FAILED: it was sent and "
    "is in "
    "trouble there. DONE: it was handed over or shipped, and Shopify knows.",
)
strawberry.enum(
    journal.AttemptResult,
    name="ForwardingResult",
    description="The result of an attempt. UNCERTAIN: no answer came. DELAYED: it is tried again automatically. "
    "REFUSED: "
    "somebody has to do something.",
)


@strawberry.type(description="A part of an order that goes to one place.")
class ForwardingPart:
    system: journal.System
    state: PartState
    reason: str | None = strawberry.field(description="What it waits for, or what the problem is.")
    sent_as: str | None = strawberry.field(description="Its id there: Printful's number, or the ticket's.")
    fulfillment_order_id: strawberry.ID | None = strawberry.field(
        description="Its fulfillment order; null for Printful's part, which may have several."
    )
    warnings: list[str] = strawberry.field(description="Warnings for staff, which may appear while nothing is wrong.")


@strawberry.type(description="An attempt of the gateway to do something for an order.")
class ForwardingAttempt:
    at: DateTime
    system: journal.System
    action: str
    result: journal.AttemptResult
    detail: str
    by: str | None = strawberry.field(
        description="The staff member who started it; null for what the gateway did by itself."
    )


@strawberry.type(description="What the gateway did with an order.")
class OrderForwarding:
    is_pending: bool = strawberry.field(description="Whether the sweep continues with it automatically.")
    parts: list[ForwardingPart]
    attempts: list[ForwardingAttempt] = strawberry.field(description="The latest attempts, oldest first.")

    @classmethod
    def of(cls, found: Journal) -> OrderForwarding:
        parts = [
            ForwardingPart(
                system=journal.System.PRINTFUL,
                state=record.state,
                reason=record.reason,
                sent_as=None if record.order_id is None else str(record.order_id),
                fulfillment_order_id=None,
                warnings=[*record.unmade, *record.warnings],
            )
            for record in found.print_records
            if record.state is not PartState.NONE or record.order_id is not None or record.unmade or record.warnings
        ]
        parts += [
            ForwardingPart(
                system=journal.System.POS,
                state=ticket.state,
                reason=ticket.reason,
                sent_as=ticket.pos_order_id,
                fulfillment_order_id=strawberry.ID(f"gid://shopify/FulfillmentOrder/{key}"),
                warnings=list(ticket.warnings),
            )
            for key, ticket in found.tickets.items()
        ]
        return cls(
            is_pending=is_pending(found),
            parts=parts,
            attempts=[
                ForwardingAttempt(
                    at=DateTime(each.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
                    system=each.system,
                    action=each.action,
                    result=each.result,
                    detail=each.detail,
                    by=each.by or None,
                )
                for each in found.attempts
            ],
        )
