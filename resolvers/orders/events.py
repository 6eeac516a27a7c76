"""Handles webhooks about orders. A webhook only names the order, which is then read from Shopify and settled."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from cachetools import TTLCache

from clients.admin.order_client import AdminOrders
from clients.budget import Priority
from clients.errors import Rejected, UpstreamError
from clients.global_ids import GlobalId, bare_id, global_id, is_of
from clients.guard import CallOptions
from clients.pos.orders import PosConnector
from clients.printful_webhooks import PrintfulEvent
from clients.square_webhooks import SquareEvent
from clients.timing import Deadline, Timing
from clients.webhooks import ShopifyEvent, read_document
from resolvers.orders.refusals import Refusals
from resolvers.orders.settle_request import NoSuchOrder, SettleOutcome, SettleRequest
from resolvers.orders.settler import OrderSettler
from resolvers.orders.stock import PrintStock
from resolvers.orders.time_budget import IMMEDIATE

log = structlog.get_logger(__name__)

DELIVERY_S = 5 * 3600.0
MAX_SEEN = 20_000
_NUMBER = re.compile(r"[0-9]{1,20}")
_NOT_YET = timedelta(minutes=5)  # an order may become readable this long after its webhook
_WORK_S = IMMEDIATE.work_s + IMMEDIATE.write_s

_TOPICS = (
    "orders/create",
    "orders/paid",
    "orders/edited",
    "orders/cancelled",
    "refunds/create",
    "orders/risk_assessment_changed",
    "fulfillment_orders/order_routing_complete",
    "fulfillment_orders/hold_released",
    "fulfillment_orders/moved",
)
ORDER_TOPICS = tuple(topic.upper().replace("/", "_") for topic in _TOPICS)
"""The topics that orders need, as names of Admin's enum.

`ORDERS_UPDATED` is not one of them: it reports every tag and note, our own too, and adds nothing to the others and the
sweep.
"""
PRINTFUL_TYPES = (
    "package_shipped",
    "package_returned",
    "order_updated",
    "order_failed",
    "order_canceled",
    "order_put_hold",
    "order_put_hold_approval",
    "order_remove_hold",
    "order_refunded",
    "stock_updated",
)
_TROUBLES = {
    "order_failed": "Printful says the order failed",
    "order_canceled": "Printful cancelled the order",
    "order_put_hold": "Printful put the order on hold",
    "order_put_hold_approval": "Printful asks for the design to be approved in its dashboard",
}


class Received(StrEnum):
    """The result of a webhook, as it is logged."""

    SETTLED = "settled"
    NO_EFFECT = "no_effect"
    PENDING = "pending"
    DUPLICATE = "duplicate"
    ECHO = "echo"  # reports a change that the gateway made itself
    UNREADABLE = "unreadable"
    DEFERRED = "deferred"  # to this process's next sweep
    FAILED = "failed"  # the sender must repeat it


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of a webhook, and the bare id of its order at Shopify."""

    received: Received
    order: str | None = None


class OrderEvents:
    """Handles the webhooks of Shopify, Printful and Square. `answer_s`: the sender's timeout.

    `sweeps`: this process runs sweeps, so it may defer orders to the next one.
    """

    def __init__(
        self,
        settler: OrderSettler,
        admin: AdminOrders,
        connectors: Mapping[str, PosConnector],
        *,
        stock: PrintStock | None,
        timing: Timing,
        now: Callable[[], datetime],
        answer_s: float = 4.0,
        sweeps: bool = False,
    ) -> None:
        self._settler = settler
        self._admin = admin
        self._connectors = connectors
        self._stock = stock
        self._timing = timing
        self._now = now
        self._answer_s = answer_s
        self._seen: TTLCache[str, None] = TTLCache(MAX_SEEN, DELIVERY_S, timer=timing.clock)
        self._sweeps = sweeps
        self._refusals = Refusals(DELIVERY_S, timing.clock)
        self.has_deferred = False  # whether an order was deferred since the last sweep began

    @staticmethod
    def concerns(topic: str) -> bool:
        """Whether webhooks of this Shopify topic are about orders."""
        return topic in _TOPICS

    async def shopify(self, event: ShopifyEvent) -> Receipt:
        """Settles the order of a Shopify webhook. A repeated webhook changes nothing."""
        digest = hashlib.sha256(f"{event.topic}\n{event.triggered_at}\n".encode() + event.body).hexdigest()
        names = [name for name in (event.delivery_id, digest) if name]
        if any(name in self._seen for name in names):
            return Receipt(Received.DUPLICATE)
        try:
            subject_id = _subject_id(event.topic, read_document(event.body))
        except (KeyError, TypeError, ValueError):
            return Receipt(Received.UNREADABLE)
        receipt = await self._settle_subject(subject_id, event.triggered_at)
        if receipt.received is Received.FAILED and self._defers(event, digest, receipt):
            receipt = Receipt(Received.DEFERRED, receipt.order)
        if receipt.received is not Received.FAILED:
            self._refusals.over(event.topic)
            for name in names:
                self._seen[name] = None
        return receipt

    async def _settle_subject(self, subject_id: GlobalId, happened_at: datetime | None) -> Receipt:
        """`subject_id`: the global id of an order or of a fulfillment order."""
        deadline = Deadline.after(self._answer_s, self._timing.clock)
        if not is_of("Order", subject_id):
            try:
                options = CallOptions(Priority.ORDERS, Deadline.after(1.0, self._timing.clock))
                order_id = await self._admin.order_of_fulfillment_order(subject_id, options=options)
            except UpstreamError:
                return Receipt(Received.FAILED)
            if order_id is None:
                return Receipt(Received.NO_EFFECT)
            subject_id = order_id
        receipt = self._settled_since(subject_id, happened_at)
        return receipt or await self._settle(subject_id, SettleRequest(), deadline, happened_at)

    def _defers(self, event: ShopifyEvent, digest: str, receipt: Receipt) -> bool:
        """Defers the order of a webhook that may not be refused again; False when it may be, or cannot be deferred.

        If the process ends before its next sweep, the next process finds the order as open or recently changed.
        """
        age = timedelta() if event.triggered_at is None else self._now() - event.triggered_at
        if not self._sweeps or self._refusals.another(digest, event.topic, age):
            return False
        self.has_deferred = True
        if receipt.order is not None:
            self._settler.defer(global_id("Order", receipt.order))
        return True

    async def printful(self, event: PrintfulEvent) -> Receipt:
        """Settles the order of a Printful webhook. The content of the webhook is not trusted."""
        if event.digest in self._seen:
            return Receipt(Received.DUPLICATE)
        deadline = Deadline.after(self._answer_s, self._timing.clock)
        if event.type == "stock_updated":
            receipt = await self._update_stock(event, deadline)
        else:
            number = (event.external_id or "").split("-")[0]
            if not _NUMBER.fullmatch(number):
                return Receipt(Received.NO_EFFECT)
            request = SettleRequest(follow=True, print_orders=set() if event.order_id is None else {event.order_id})
            if event.type == "package_returned" and event.shipment_id is not None:
                request.returned[str(event.shipment_id)] = event.reason or "no reason was given"
            elif event.type in _TROUBLES:
                trouble = _TROUBLES[event.type]
                request.troubles.append(f"{trouble}: {event.reason}" if event.reason else f"{trouble}.")
            receipt = await self._settle(global_id("Order", number), request, deadline)
            # Printful's order does not show the return, so a sweep could not find it.
            if request.returned and receipt.received is Received.PENDING:
                return Receipt(Received.FAILED, number)
        if receipt.received is not Received.FAILED:
            self._seen[event.digest] = None
        return receipt

    async def square(self, event: SquareEvent) -> Receipt:
        """Settles the order of a ticket that the gateway created. Other tickets have no effect."""
        if event.event_id in self._seen:
            return Receipt(Received.DUPLICATE)
        if event.type == "order.created" or (event.type == "order.updated" and event.state == "OPEN"):
            return Receipt(Received.ECHO)
        connector = self._connectors.get("square")
        if event.order_id is None or connector is None:
            return Receipt(Received.NO_EFFECT)
        deadline = Deadline.after(self._answer_s, self._timing.clock)
        try:
            options = CallOptions(Priority.ORDERS, Deadline.after(1.5, self._timing.clock))
            ticket = await connector.status(f"square-{event.order_id}", options=options)
        except UpstreamError:
            return Receipt(Received.FAILED)
        if ticket is None or not _NUMBER.fullmatch(ticket.external_order_id or "") or ticket.key is None:
            return Receipt(Received.NO_EFFECT)
        order_id = global_id("Order", ticket.external_order_id or "")
        receipt = await self._settle(order_id, SettleRequest(follow=True), deadline)
        if receipt.received is not Received.FAILED:
            self._seen[event.event_id] = None
        return receipt

    def _settled_since(self, order_id: GlobalId, happened_at: datetime | None) -> Receipt | None:
        """The receipt for a late webhook whose order was settled since; None when it was not."""
        outcome = None if happened_at is None else self._settler.outcome_since(order_id, happened_at)
        if outcome is None:
            return None
        late = Received.PENDING if outcome is SettleOutcome.PENDING else Received.NO_EFFECT
        return Receipt(late, bare_id(order_id))

    async def _settle(
        self, order_id: GlobalId, request: SettleRequest, deadline: Deadline, placed_at: datetime | None = None
    ) -> Receipt:
        """`placed_at`: when the webhook was triggered; a new order may not be readable yet."""
        number = bare_id(order_id)
        try:
            async with asyncio.timeout(min(_WORK_S, max(0.1, deadline.remaining_s - 0.4))):
                settled = await self._settler.settle(order_id, request)
        except NoSuchOrder:
            if placed_at is not None and self._now() - placed_at < _NOT_YET:
                return Receipt(Received.FAILED, number)
            return Receipt(Received.NO_EFFECT, number)
        except (UpstreamError, TimeoutError):
            return await self._defer_to_sweep(order_id, deadline)
        except Exception:  # repeated failures for one order would end the subscription
            log.exception("settlement_failed", order=number)
            return await self._defer_to_sweep(order_id, deadline)
        match settled.outcome:
            case SettleOutcome.NOTHING_TO_DO:
                return Receipt(Received.NO_EFFECT, number)
            case SettleOutcome.PENDING:
                self.has_deferred = True
                return Receipt(Received.PENDING, number)
        return Receipt(Received.SETTLED, number)

    async def _defer_to_sweep(self, order_id: GlobalId, deadline: Deadline) -> Receipt:
        """Tags the order for the next sweep. If that fails too, the sender must repeat the webhook."""
        number = bare_id(order_id)
        self.has_deferred = True
        try:
            await self._settler.mark_pending(order_id, CallOptions(Priority.NOTES, deadline))
        except Rejected as error:  # the order has as many tags as Shopify allows: no retry helps
            log.warning("order_tagging_failed", order=number, detail=error.detail)
        except UpstreamError:
            return Receipt(Received.FAILED, number)
        return Receipt(Received.PENDING, number)

    async def _update_stock(self, event: PrintfulEvent, deadline: Deadline) -> Receipt:
        if self._stock is None or event.product_id is None:
            return Receipt(Received.NO_EFFECT)
        try:
            await self._stock.changed(event.product_id, options=CallOptions(Priority.PAGES, deadline))
        except UpstreamError:
            return Receipt(Received.FAILED)
        return Receipt(Received.SETTLED)


def _subject_id(topic: str, body: Mapping[str, Any]) -> GlobalId:
    """The global id of the order or the fulfillment order in a webhook's body."""
    match topic:
        case "orders/edited":
            return _order_id(body["order_edit"]["order_id"])
        case "refunds/create" | "orders/risk_assessment_changed":
            return _order_id(body["order_id"])
        case (
            "fulfillment_orders/order_routing_complete"
            | "fulfillment_orders/hold_released"
            | "fulfillment_orders/moved"
        ):
            named = body["moved_fulfillment_order" if topic == "fulfillment_orders/moved" else "fulfillment_order"]
            subject_id = named["id"]
            if not isinstance(subject_id, str) or not is_of("FulfillmentOrder", subject_id):
                raise ValueError("not the id of a fulfillment order")
            return GlobalId(subject_id)
        case _:
            return _order_id(body["id"])


def _order_id(number: Any) -> GlobalId:
    if not _NUMBER.fullmatch(str(number)):
        raise ValueError("not the number of an order")
    return global_id("Order", number)
