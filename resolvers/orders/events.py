"""Receives messages about orders. A message only names the order, which is then read and settled."""

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
from clients.admin.orders import bare_id
from clients.budget import Priority
from clients.errors import Rejected, UpstreamError
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
_NOT_YET = timedelta(minutes=5)  # how long an order may take to be readable after its message
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
"""The topics that orders need, in Admin's words.

`ORDERS_UPDATED` is none of them: it comes for every tag and note, our own too, and brings nothing that the others and
the sweep do not.
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
    """What became of a message; the words stand in the logs."""

    SETTLED = "settled"
    NO_EFFECT = "no_effect"
    PENDING = "pending"
    DUPLICATE = "duplicate"
    ECHO = "echo"  # of what we did ourselves
    UNREADABLE = "unreadable"
    KEPT = "kept"  # in this process's memory, for its next sweep
    FAILED = "failed"  # the sender has to send it again


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message, and the order (Shopify's bare id) that it was about."""

    received: Received
    order: str | None = None


class OrderEvents:
    """Receives the messages of the three systems. `answer_s` is how long a sender waits for an answer.

    `sweeps`: this process sweeps, so that orders it defers are settled.
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
        self.left_behind = False  # whether something was left for later; who sees to it takes it back

    @staticmethod
    def concerns(topic: str) -> bool:
        """Whether messages of a topic of Shopify's are about orders."""
        return topic in _TOPICS

    async def shopify(self, event: ShopifyEvent) -> Receipt:
        """Settles the order that a message of Shopify's is about. A repeated message changes nothing."""
        digest = hashlib.sha256(f"{event.topic}\n{event.triggered_at}\n".encode() + event.body).hexdigest()
        names = [name for name in (event.delivery_id, digest) if name]
        if any(name in self._seen for name in names):
            return Receipt(Received.DUPLICATE)
        try:
            found = _order_of(event.topic, read_document(event.body))
        except (KeyError, TypeError, ValueError):
            return Receipt(Received.UNREADABLE)
        receipt = await self._acted_on(found, event.triggered_at)
        if receipt.received is Received.FAILED and self._is_kept_here(event, digest, receipt):
            receipt = Receipt(Received.KEPT, receipt.order)
        if receipt.received is not Received.FAILED:
            self._refusals.over(event.topic)
            for name in names:
                self._seen[name] = None
        return receipt

    async def _acted_on(self, found: str, happened_at: datetime | None) -> Receipt:
        """`found` is the global id of an order, or of a fulfillment order."""
        deadline = Deadline.after(self._answer_s, self._timing.clock)
        if not found.startswith("gid://shopify/Order/"):
            try:
                options = CallOptions(Priority.ORDERS, Deadline.after(1.0, self._timing.clock))
                order_id = await self._admin.order_of_fulfillment_order(found, options=options)
            except UpstreamError:
                return Receipt(Received.FAILED)
            if order_id is None:
                return Receipt(Received.NO_EFFECT)
            found = order_id
        receipt = self._known(found, happened_at)
        return receipt or await self._settled(found, SettleRequest(), deadline, happened_at)

    def _is_kept_here(self, event: ShopifyEvent, digest: str, receipt: Receipt) -> bool:
        """Whether this process takes over a message that Shopify has repeated often enough, until its next sweep.

        If the process ends before that, the next one's sweep finds the order as open or changed lately.
        """
        age = timedelta() if event.triggered_at is None else self._now() - event.triggered_at
        if not self._sweeps or self._refusals.another(digest, event.topic, age):
            return False
        self.left_behind = True
        if receipt.order is not None:
            self._settler.defer(f"gid://shopify/Order/{receipt.order}")
        return True

    async def printful(self, event: PrintfulEvent) -> Receipt:
        """Settles the order that a message of Printful's is about. The message itself is not trusted."""
        if event.digest in self._seen:
            return Receipt(Received.DUPLICATE)
        deadline = Deadline.after(self._answer_s, self._timing.clock)
        if event.type == "stock_updated":
            receipt = await self._stocked(event, deadline)
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
            receipt = await self._settled(f"gid://shopify/Order/{number}", request, deadline)
            if (
                request.returned and receipt.received is Received.PENDING
            ):  # Printful's order does not say it: it may be lost
                return Receipt(Received.FAILED, number)
        if receipt.received is not Received.FAILED:
            self._seen[event.digest] = None
        return receipt

    async def square(self, event: SquareEvent) -> Receipt:
        """Follows a ticket of ours. Other tickets and the creation of our own have no effect."""
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
        order_id = f"gid://shopify/Order/{ticket.external_order_id}"
        receipt = await self._settled(order_id, SettleRequest(follow=True), deadline)
        if receipt.received is not Received.FAILED:
            self._seen[event.event_id] = None
        return receipt

    def _known(self, order_id: str, happened_at: datetime | None) -> Receipt | None:
        """The receipt for a message that arrives late: the order was settled since, by the sweep or another message."""
        outcome = None if happened_at is None else self._settler.outcome_since(order_id, happened_at)
        if outcome is None:
            return None
        late = Received.PENDING if outcome is SettleOutcome.PENDING else Received.NO_EFFECT
        return Receipt(late, bare_id(order_id))

    async def _settled(
        self, order_id: str, request: SettleRequest, deadline: Deadline, placed_at: datetime | None = None
    ) -> Receipt:
        """`placed_at`: a new order may not be readable yet."""
        number = bare_id(order_id)
        try:
            async with asyncio.timeout(min(_WORK_S, max(0.1, deadline.remaining_s - 0.4))):
                settled = await self._settler.settle(order_id, request)
        except NoSuchOrder:
            if placed_at is not None and self._now() - placed_at < _NOT_YET:
                return Receipt(Received.FAILED, number)
            return Receipt(Received.NO_EFFECT, number)
        except (UpstreamError, TimeoutError):
            return await self._pending(order_id, deadline)
        except Exception:  # one strange order must not cost the subscription that the others need
            log.exception("settlement_failed", order=number)
            return await self._pending(order_id, deadline)
        match settled.outcome:
            case SettleOutcome.RESTS:
                return Receipt(Received.NO_EFFECT, number)
            case SettleOutcome.PENDING:
                self.left_behind = True
                return Receipt(Received.PENDING, number)
        return Receipt(Received.SETTLED, number)

    async def _pending(self, order_id: str, deadline: Deadline) -> Receipt:
        """Leaves the order to the sweep by a tag. If that fails too, the sender has to repeat the message."""
        number = bare_id(order_id)
        self.left_behind = True
        try:
            await self._settler.mark_pending(order_id, CallOptions(Priority.NOTES, deadline))
        except Rejected as error:  # it has as many tags as it can have; sending it again would change nothing
            log.warning("order_tagging_failed", order=number, detail=error.detail)
        except UpstreamError:
            return Receipt(Received.FAILED, number)
        return Receipt(Received.PENDING, number)

    async def _stocked(self, event: PrintfulEvent, deadline: Deadline) -> Receipt:
        if self._stock is None or event.product_id is None:
            return Receipt(Received.NO_EFFECT)
        try:
            await self._stock.changed(event.product_id, options=CallOptions(Priority.PAGES, deadline))
        except UpstreamError:
            return Receipt(Received.FAILED)
        return Receipt(Received.SETTLED)


def _order_of(topic: str, body: Mapping[str, Any]) -> str:
    """The global id of the order, or of the fulfillment order, that a message names."""
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
            found = named["id"]
            if not isinstance(found, str) or not found.startswith("gid://shopify/FulfillmentOrder/"):
                raise ValueError("no fulfillment order")
            return found
        case _:
            return _order_id(body["id"])


def _order_id(number: Any) -> str:
    if not _NUMBER.fullmatch(str(number)):
        raise ValueError("no order's number")
    return f"gid://shopify/Order/{number}"
