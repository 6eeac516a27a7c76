"""The connector to Square, over Square's own package."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import httpx

from clients.budget import Budget
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import PAGE, CallOptions, Guard, GuardState
from clients.http import LentTransport
from clients.money import major_units, minor_units
from clients.pos.counter import CounterCatalogue, OpeningHours, PosCapability
from clients.pos.orders import Cancelled, GenericOrder, Health, PaymentStatus, Sent, TicketState, TicketStatus
from clients.pos.square.answers import Pause, answer_to, take_answer
from clients.pos.square.bodies import external_payment, order_body, payment_key, rfc3339
from clients.pos.square.counter import CATALOGUE_TYPES, read_catalogue, read_hours
from clients.pos.square.errors import IDEMPOTENCY_KEY_REUSED, NOT_FOUND, OVERTAKEN, UPSTREAM, refusal
from clients.pos.square.tickets import CANCELED, PICKUP, PREFIX, SquareTicket, read_ticket
from clients.pos.square.values import fields, listed, text
from clients.timing import OPERATION_S, REAL, Deadline, Timing
from clients.webhooks import read_document

if TYPE_CHECKING:
    from square.client import AsyncSquare
    from square.core.request_options import RequestOptions
    from square.requests.order import OrderParams
    from square.requests.search_orders_date_time_filter import SearchOrdersDateTimeFilterParams
    from square.requests.search_orders_query import SearchOrdersQueryParams

T = TypeVar("T")

_AT_ONCE = 8
_ONCE: RequestOptions = {"max_retries": 0}  # our guard decides about retries
_CLOCKS_DIFFER = timedelta(hours=1)
_PAGE_SIZE = 500
_LOCATIONS_AT_ONCE = 10
_CANCEL_ROUNDS = 3
_ID = re.compile(r"[A-Za-z0-9_-]{1,192}")
_TOO_LATE = {
    TicketStatus.READY: "It is too late to cancel: the order is made and waits at the counter.",
    TicketStatus.COMPLETED: "It is too late to cancel: the guest has the order.",
}
_PAID = "The ticket is cancelled. Its payment, made outside of Square, stays recorded there: refund it by hand."


class SquareConnector:
    """One Square account. The creator of `transport` opens and closes it.

    `location_ids` are the locations of our tickets. `records_external_payment`: paid orders are recorded as paid;
    otherwise Square does not show them among the orders to make. Square may charge a fee for it.

    `deadline_s` bounds each request. Temporary failures are retried within the deadline of a call.
    """

    name = "square"
    upstream = UPSTREAM
    capabilities = frozenset(PosCapability)

    def __init__(
        self,
        *,
        token: str,
        base_url: str,
        transport: httpx.AsyncBaseTransport,
        location_ids: Sequence[str],
        records_external_payment: bool = True,
        deadline_s: float = 10.0,
        timing: Timing = REAL,
    ) -> None:
        self._token, self._base_url, self._transport = token, base_url, transport
        self._location_ids = tuple(dict.fromkeys(location_ids))
        self._records_external_payment = records_external_payment
        self._timing = timing
        self._pause = Pause(timing.clock)
        budget = Budget(UPSTREAM, at_once=_AT_ONCE, meter=self._pause, timing=timing)
        self._guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing)
        # Reads for the menu are given up early: their failures must not stop tickets by the breaker.
        self._menu_guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing)

    @cached_property
    def _square(self) -> AsyncSquare:
        """Square's package. It is imported with the first call: that takes a quarter of a second."""
        from square.client import AsyncSquare

        http = httpx.AsyncClient(
            transport=LentTransport(self._transport),
            timeout=None,  # noqa: S113 - our guard bounds every request
            event_hooks={"response": [take_answer]},
        )
        return AsyncSquare(token=self._token, base_url=self._base_url, httpx_client=http)

    @property
    def state(self) -> GuardState:
        """How Square answers, for monitoring."""
        return self._guard.state

    async def send(self, order: GenericOrder, *, may_exist: bool = False, options: CallOptions = PAGE) -> Sent:
        """The ticket at Square, created or found. A difference to the request becomes its warning.

        Raises when the ticket is created but its payment fails temporarily. The next call with `may_exist` finds the
        ticket and pays it.
        """
        options = self._until_its_end(options)
        body = order_body(order)
        ticket = await self._find(order, options) if may_exist else None
        adopted = ticket is not None
        if ticket is None:
            ticket, adopted = await self._make(order, body, options)
        warnings = _differences(order, body, ticket)
        is_paid = order.payment.status is PaymentStatus.PAID
        if is_paid and self._records_external_payment and ticket.status is not TicketStatus.CANCELLED:
            try:
                warnings += await self._pay(order, ticket, options)
            except UpstreamError as error:
                raise _of_made(ticket, error) from error
        return Sent(ticket.pos_order_id, ticket.status, adopted, " ".join(warnings) or None, ticket.location_id)

    async def pay(self, pos_order_id: str, order: GenericOrder, *, options: CallOptions = PAGE) -> str | None:
        """Records the payment of what is due on a ticket, unless the settings forbid it or nothing is due."""
        if not self._records_external_payment:
            return None
        options = self._until_its_end(options)
        ticket = await self._ticket(pos_order_id, options)
        if ticket is None:
            raise Rejected(UPSTREAM, "pay", "Square has no such ticket")
        if ticket.status is TicketStatus.CANCELLED:
            return None
        return " ".join(await self._pay(order, ticket, options)) or None

    async def status(self, pos_order_id: str, *, options: CallOptions = PAGE) -> TicketState | None:
        """The ticket as Square has it; None when there is none, or when the id is not one of Square's."""
        ticket = await self._ticket(pos_order_id, options)
        return None if ticket is None else ticket.as_state()

    async def cancel(self, pos_order_id: str, *, options: CallOptions = PAGE) -> Cancelled:
        """Cancels a ticket that is not prepared yet: first the fulfillment, for the kitchen, then the order."""
        options = self._until_its_end(options)
        for _ in range(_CANCEL_ROUNDS):
            ticket = await self._ticket(pos_order_id, options)
            if ticket is None:
                return Cancelled(False, "Square has no such ticket.")
            try:
                return await self._cancel(ticket, options)
            except Rejected as refused:
                if refused.code not in OVERTAKEN:
                    raise
        raise Unavailable(UPSTREAM, "cancel_order", "the ticket keeps changing")

    async def changed_since(self, since: datetime, *, options: CallOptions = PAGE) -> Mapping[str, TicketState]:
        """Our tickets in our locations that changed since then."""
        found: dict[str, TicketState] = {}
        for start in range(0, len(self._location_ids), _LOCATIONS_AT_ONCE):
            locations = self._location_ids[start : start + _LOCATIONS_AT_ONCE]
            cursor: str | None = None
            while True:
                tickets, following = await self._page("updated_at", since, locations, cursor, options)
                found |= {ticket.pos_order_id: ticket.as_state() for ticket in tickets if ticket.key is not None}
                if following is None:
                    break
                cursor = following
        return found

    async def health(self, *, options: CallOptions = PAGE) -> Health:
        """Whether every one of our locations exists and is active at Square."""
        if not self._location_ids:
            return Health(False, "No location of Square is configured.")
        troubles = [trouble for each in self._location_ids if (trouble := await self._trouble_at(each, options))]
        return Health(not troubles, " ".join(troubles) or f"Square answers for {', '.join(self._location_ids)}.")

    async def catalogue(self, *, options: CallOptions = PAGE) -> CounterCatalogue:
        """The items and modifiers of the account, of all its locations. One request for each hundred."""
        options = self._until_its_end(options)
        objects: list[Any] = []
        cursor: str | None = None
        while True:
            page, cursor = await self._catalogue_page(cursor, options)
            objects += page
            if cursor is None:
                return read_catalogue(objects)

    async def opening_hours(self, *, options: CallOptions = PAGE) -> Mapping[str, OpeningHours]:
        """The business hours of all locations of the account, in one request."""
        return await self._request(
            "list_locations",
            lambda: self._square.locations.list(request_options=_ONCE),
            lambda answer: dict(filter(None, map(read_hours, listed(answer.get("locations"))))),
            options,
            self._menu_guard,
        )

    async def _catalogue_page(self, cursor: str | None, options: CallOptions) -> tuple[list[Any], str | None]:
        def read(answer: Mapping[str, Any]) -> tuple[list[Any], str | None]:
            following = text(answer.get("cursor"))
            if following is not None and following == cursor:
                raise ValueError("a cursor that leads nowhere")
            page = listed(answer.get("objects"))
            read_catalogue(page)  # an unreadable page is a failure of this request
            return page, following

        return await self._request(
            "list_catalog",
            lambda: self._square.catalog.list(cursor=cursor, types=CATALOGUE_TYPES, request_options=_ONCE),
            read,
            options,
            self._menu_guard,
        )

    async def _make(self, order: GenericOrder, body: OrderParams, options: CallOptions) -> tuple[SquareTicket, bool]:
        """The new ticket and False, or the ticket created under the same key with another body and True."""
        try:
            ticket = await self._request(
                "create_order",
                lambda: self._square.orders.create(order=body, idempotency_key=order.key, request_options=_ONCE),
                lambda answer: read_ticket(answer.get("order")),
                options,
            )
        except Rejected as refused:
            if refused.code in OVERTAKEN:  # an earlier request with this key is still in progress
                raise Unavailable(UPSTREAM, "create_order", refused.detail, may_be_done=True) from refused
            if refused.code != IDEMPOTENCY_KEY_REUSED:
                raise
            found = await self._find(order, options)
            if found is None:
                why = "this ticket's key was used for another order, which is not to be found"
                code = IDEMPOTENCY_KEY_REUSED
                raise Rejected(UPSTREAM, "create_order", why, code, may_be_done=True) from refused
            return found, True
        return ticket, False

    async def _find(self, order: GenericOrder, options: CallOptions) -> SquareTicket | None:
        """The ticket of this order, if any. It may be at the location where the order was to be picked up before."""
        found = await self._find_at((order.location_id,), order, options)
        if found is not None:
            return found
        others = [each for each in self._location_ids if each != order.location_id]
        for start in range(0, len(others), _LOCATIONS_AT_ONCE):
            try:
                found = await self._find_at(others[start : start + _LOCATIONS_AT_ONCE], order, options)
            except Rejected:  # a location is not Square's; the key still prevents a second ticket
                continue
            if found is not None:
                return found
        return None

    async def _find_at(
        self, location_ids: Sequence[str], order: GenericOrder, options: CallOptions
    ) -> SquareTicket | None:
        cursor: str | None = None
        while True:
            since = order.created_at - _CLOCKS_DIFFER
            tickets, cursor = await self._page("created_at", since, location_ids, cursor, options)
            for ticket in tickets:
                if ticket.key == order.key and ticket.reference_id == order.external_order_id:
                    return ticket
            if cursor is None:
                return None

    async def _page(
        self,
        moment: Literal["created_at", "updated_at"],
        since: datetime,
        location_ids: Sequence[str],
        cursor: str | None,
        options: CallOptions,
    ) -> tuple[list[SquareTicket], str | None]:
        """A page of pickups, oldest first, and the cursor of the next.

        The search does not filter by source: Square sets it to its own application as soon as the counter changes an
        order.
        """
        within: SearchOrdersDateTimeFilterParams = (
            {"created_at": {"start_at": rfc3339(since)}}
            if moment == "created_at"
            else {"updated_at": {"start_at": rfc3339(since)}}
        )
        query: SearchOrdersQueryParams = {
            "filter": {"date_time_filter": within, "fulfillment_filter": {"fulfillment_types": [PICKUP]}},
            "sort": {"sort_field": "CREATED_AT" if moment == "created_at" else "UPDATED_AT", "sort_order": "ASC"},
        }
        more: dict[str, Any] = {} if cursor is None else {"cursor": cursor}

        def read(answer: Mapping[str, Any]) -> tuple[list[SquareTicket], str | None]:
            following = text(answer.get("cursor"))
            if following is not None and following == cursor:
                raise ValueError("a cursor that leads nowhere")
            return [read_ticket(order) for order in listed(answer.get("orders"))], following

        return await self._request(
            "search_orders",
            lambda: self._square.orders.search(
                location_ids=location_ids, query=query, limit=_PAGE_SIZE, request_options=_ONCE, **more
            ),
            read,
            options,
        )

    async def _pay(self, order: GenericOrder, ticket: SquareTicket, options: CallOptions) -> list[str]:
        """Records a paid order as paid, unless it is already; returns a sentence for a permanent failure."""
        if ticket.total is None or ticket.currency is None or (ticket.is_paid and ticket.total > 0):
            return []
        try:
            is_done = (
                await self._settle(ticket, order, options)
                if ticket.total == 0
                else await self._record(ticket, order, ticket.total, ticket.currency, options)
            )
        except Rejected as refused:
            now = await self._ticket(ticket.pos_order_id, options)
            is_done = now is not None and bool(now.is_paid)
            why = f" ({refused.code})"
        else:
            why = ""
        return [] if is_done else [f"The ticket could not be recorded as paid{why}: Square may not show it."]

    async def _record(
        self, ticket: SquareTicket, order: GenericOrder, total: int, currency: str, options: CallOptions
    ) -> bool:
        return await self._request(
            "create_payment",
            lambda: self._square.payments.create(
                source_id="EXTERNAL",
                idempotency_key=payment_key(order),
                amount_money={"amount": total, "currency": currency},
                order_id=ticket.id,
                location_id=ticket.location_id,
                reference_id=order.external_order_id,
                external_details=external_payment(order),
                request_options=_ONCE,
            ),
            lambda answer: fields(answer.get("payment")).get("status") in ("COMPLETED", "APPROVED"),
            options,
        )

    async def _settle(self, ticket: SquareTicket, order: GenericOrder, options: CallOptions) -> bool:
        """Pays an order of zero without a payment."""
        return await self._request(
            "pay_order",
            lambda: self._square.orders.pay(
                ticket.id, idempotency_key=payment_key(order), payment_ids=[], request_options=_ONCE
            ),
            lambda answer: read_ticket(answer.get("order")).id == ticket.id,
            options,
        )

    async def _cancel(self, ticket: SquareTicket, options: CallOptions) -> Cancelled:
        if ticket.state == CANCELED:
            return _cancelled(ticket)
        if ticket.status in _TOO_LATE:
            return Cancelled(False, _TOO_LATE[ticket.status])
        open_uids = [each.uid for each in ticket.fulfillments if each.state not in (CANCELED, "FAILED", "COMPLETED")]
        if open_uids:
            changes: OrderParams = {
                "location_id": ticket.location_id,
                "fulfillments": [{"uid": uid, "state": CANCELED} for uid in open_uids],
            }
            ticket = await self._update(ticket, changes, options)
            if ticket.status is not TicketStatus.CANCELLED:
                raise Broken(UPSTREAM, "update_order", "the fulfillment is not cancelled")
        if ticket.state == "COMPLETED":
            return _cancelled(ticket)
        try:
            ticket = await self._update(ticket, {"location_id": ticket.location_id, "state": CANCELED}, options)
        except Rejected as refused:
            # The kitchen is informed at this point. Square keeps a paid order open until its payment is refunded.
            if refused.code in OVERTAKEN or not ticket.has_tender:
                raise
            return _cancelled(ticket)
        if ticket.state != CANCELED:
            raise Broken(UPSTREAM, "update_order", "the order is not cancelled")
        return _cancelled(ticket)

    async def _update(self, ticket: SquareTicket, changes: OrderParams, options: CallOptions) -> SquareTicket:
        """The ticket after the changes; Rejected if somebody else changed it since we read it."""
        sparse: OrderParams = {**changes}
        if ticket.version is not None:
            sparse["version"] = ticket.version
        return await self._request(
            "update_order",
            lambda: self._square.orders.update(ticket.id, order=sparse, request_options=_ONCE),
            lambda answer: read_ticket(answer.get("order")),
            options,
        )

    async def _ticket(self, pos_order_id: str, options: CallOptions) -> SquareTicket | None:
        square_id = pos_order_id.removeprefix(PREFIX)
        if square_id == pos_order_id or not _ID.fullmatch(square_id):
            return None
        try:
            return await self._request(
                "get_order",
                lambda: self._square.orders.get(square_id, request_options=_ONCE),
                lambda answer: read_ticket(answer.get("order")),
                options,
            )
        except Rejected as refused:
            if refused.code == NOT_FOUND:
                return None
            raise

    async def _trouble_at(self, location_id: str, options: CallOptions) -> str | None:
        try:
            status = await self._request(
                "get_location",
                lambda: self._square.locations.get(location_id, request_options=_ONCE),
                lambda answer: fields(answer.get("location")).get("status"),
                options,
            )
        except Denied:
            return f"Square refuses our token for location {location_id}."
        except Rejected:
            return f"Square knows no location {location_id}."
        except UpstreamError as error:
            return f"Square does not answer for location {location_id} ({type(error).__name__})."
        return None if status == "ACTIVE" else f"Location {location_id} is not active at Square."

    async def _request(
        self,
        operation: str,
        request: Callable[[], Awaitable[object]],
        read: Callable[[Mapping[str, Any]], T],
        options: CallOptions,
        guard: Guard | None = None,
    ) -> T:
        """The result of `read` on the answer to a request. Retries are safe: every change has a key or a version."""

        async def attempt() -> T:
            response = await answer_to(operation, request)
            failure = refusal(operation, response)
            if failure is not None:
                self._pause.learn(failure)
                raise failure
            try:
                return read(read_document(response.content))
            except ValueError as error:
                raise Broken(UPSTREAM, operation, str(error)) from error

        try:
            return await (guard or self._guard).call(operation, attempt, idempotent=True, options=options)
        except UpstreamError as error:
            if isinstance(
                error.__cause__, UpstreamError
            ):  # the reason against a retry says nothing about what was sent
                raise error.__cause__ from None
            raise

    def _until_its_end(self, options: CallOptions) -> CallOptions:
        """The options with one deadline for all the requests of a call."""
        return replace(options, deadline=options.deadline or Deadline.after(OPERATION_S, self._timing.clock))


def _cancelled(ticket: SquareTicket) -> Cancelled:
    return Cancelled(True, _PAID, keeps_payment=True) if ticket.has_tender else Cancelled(True)


def _of_made(ticket: SquareTicket, error: UpstreamError) -> UpstreamError:
    """The failure of a ticket's payment. It says that the ticket exists, even if nothing else was sent."""
    detail = f"ticket {ticket.pos_order_id} is made, its payment is not recorded: {error.detail}"
    if isinstance(error, Throttled):
        return Throttled(UPSTREAM, error.operation, detail, error.retry_after_s, may_be_done=True)
    kind = (
        Unavailable if isinstance(error, Rejected) else type(error)
    )  # the ticket exists, so this failure must not count as a refusal
    return kind(UPSTREAM, error.operation, detail, may_be_done=True, timed_out=error.timed_out)


def _differences(order: GenericOrder, body: OrderParams, ticket: SquareTicket) -> list[str]:
    """Differences between the request and the ticket, in sentences: Square ignores what it does not understand."""
    totals = order.totals
    found = []
    if ticket.total != minor_units(totals.grand_total, totals.currency) or ticket.currency != totals.currency:
        known = ticket.total is not None and ticket.currency is not None
        shown = f"{major_units(ticket.total or 0, ticket.currency or '')} {ticket.currency}" if known else "no total"
        found.append(f"Square shows {shown} instead of {totals.grand_total} {totals.currency}.")
    if not any(each.kind == PICKUP for each in ticket.fulfillments):
        found.append("Square took the ticket without its pickup: the counter may not see it.")
    if ticket.lines != len(body.get("line_items") or ()):
        found.append("Square shows another number of lines than were sent.")
    if ticket.location_id != order.location_id:
        found.append(f"Square has the ticket at location {ticket.location_id} instead of {order.location_id}.")
    return found
