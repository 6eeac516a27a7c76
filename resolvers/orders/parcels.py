"""Reports to Shopify what Printful shipped and what the counter handed over, each exactly once."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from clients.admin.order_client import AdminOrders
from clients.admin.order_statuses import FAILED_FULFILLMENTS, HELD, DeliveryMethod, FulfillmentOrderStatus
from clients.admin.orders import Fulfillment, FulfillmentOrder, Order, Tracking
from clients.errors import Rejected, Unavailable, UpstreamError
from clients.global_ids import GlobalId, bare_id
from clients.pos.orders import TicketState, TicketStatus
from clients.printful.orders import PrintOrder, PrintStatus, Shipment
from clients.upstreams import UpstreamName
from resolvers.orders.delivery import is_mailed
from resolvers.orders.journal import IN_FLIGHT, AttemptResult, Parcel, PartState, PrintRecord, System
from resolvers.orders.lines import is_printful_line
from resolvers.orders.settlement import Settlement

_OPEN = frozenset({FulfillmentOrderStatus.OPEN, FulfillmentOrderStatus.IN_PROGRESS})

Lines = dict[str, int]
"""Units by the bare id of an order's line."""


class Parcels:
    """Creates fulfillments for parcels and tickets. The order's lease prevents other processes from doing the same."""

    def __init__(self, admin: AdminOrders) -> None:
        self._admin = admin

    async def report_shipments(self, settlement: Settlement, read: Iterable[tuple[PrintRecord, PrintOrder]]) -> None:
        """Creates a fulfillment with tracking for each parcel that Shopify does not have. Failures are retried."""
        reported: dict[str, Lines] = {}  # units that this settlement fulfilled, which `settlement.order` does not show
        for record, found in read:
            await self._report_shipments_of(settlement, record, found, reported)

    async def _report_shipments_of(
        self, settlement: Settlement, record: PrintRecord, found: PrintOrder, reported: dict[str, Lines]
    ) -> None:
        try:
            for shipment in sorted(found.shipments, key=lambda each: each.id):
                await self._report_shipment(settlement, record, found, shipment, reported)
        except UpstreamError as error:
            record.reason = settlement.failed(System.SHOPIFY, "fulfill", error)
            record.follow_wanted = not isinstance(error, Rejected)
            if isinstance(error, Rejected):
                record.state = PartState.FAILED
            return
        returned = [parcel.returned for parcel in record.parcels.values() if parcel.returned]
        if returned:
            record.state, record.reason = PartState.FAILED, f"A parcel came back: {returned[-1]}"
        elif found.status == PrintStatus.FULFILLED and found.shipments and record.state is PartState.FORWARDED:
            record.state, record.reason = PartState.DONE, None

    async def _report_shipment(
        self,
        settlement: Settlement,
        record: PrintRecord,
        found: PrintOrder,
        shipment: Shipment,
        reported: dict[str, Lines],
    ) -> None:
        parcels, key = record.parcels, str(shipment.id)
        parcel = parcels.setdefault(key, Parcel())
        tracking = Tracking(shipment.carrier, shipment.tracking_number, shipment.tracking_url)
        parcel.lines = _lines_of(found, shipment)
        parcel.is_reshipment = shipment.is_reshipment
        if parcel.fulfillments and parcel.sending_since is None:
            if shipment.tracking_number not in (None, parcel.tracking_number):
                await self._retrack(settlement, parcel, parcel.fulfillments, tracking)
            return
        if parcel.note is not None and parcel.tracking_number == shipment.tracking_number:
            return
        missing = _less(parcel.lines, self._adopted(settlement, parcel, shipment))
        # Goods that are sent again were already fulfilled, and must not use up the units of goods still to come.
        placed, rest = ([], missing) if shipment.is_reshipment else _places(settlement.order, missing, reported)
        if _is_held(settlement.order, rest) and not shipment.is_reshipment:
            raise Unavailable(UpstreamName.SHOPIFY, "fulfill", "its fulfillment is on hold: release it")
        if placed:
            if parcel.sending_since is not None and settlement.now() - parcel.sending_since < IN_FLIGHT:
                raise Unavailable(UpstreamName.SHOPIFY, "fulfill", "a fulfillment may still be in progress")
            parcel.sending_since = settlement.now()
            await settlement.save()
            for by_order in placed:
                fulfillment_id = await self._admin.fulfill(
                    by_order, [tracking], notify=True, options=settlement.options
                )
                parcel.fulfillments.append(fulfillment_id)
                _add(reported, by_order)
        parcel.sending_since = None
        if rest and not parcel.fulfillments:
            await self._add_to_fulfilled(settlement, parcel, rest, tracking)
        parcel.tracking_number = shipment.tracking_number
        what = f"parcel {shipment.id}" + (f": {parcel.note}" if parcel.note else "")
        settlement.record_attempt(System.SHOPIFY, "fulfill", AttemptResult.DONE, what)

    def _adopted(self, settlement: Settlement, parcel: Parcel, shipment: Shipment) -> Lines:
        """The units in fulfillments that an earlier attempt created for the parcel."""
        others = (
            each
            for record in settlement.journal.print_records
            for each in record.parcels.values()
            if each is not parcel
        )
        claimed = {each for other in others for each in other.fulfillments}
        covered: Lines = {}
        parcel.fulfillments = []
        for fulfillment in _alive(settlement.order):
            if fulfillment.id in claimed:
                continue
            numbers = {each.number for each in fulfillment.tracking}
            by_number = shipment.tracking_number is not None and shipment.tracking_number in numbers
            by_time = (
                shipment.tracking_number is None
                and parcel.sending_since is not None
                and fulfillment.created_at >= parcel.sending_since - timedelta(seconds=5)
                and _bare(fulfillment.lines) == parcel.lines
            )
            if by_number or by_time:
                parcel.fulfillments.append(fulfillment.id)
                for line, quantity in _bare(fulfillment.lines).items():
                    covered[line] = covered.get(line, 0) + quantity
        return covered

    async def _add_to_fulfilled(self, settlement: Settlement, parcel: Parcel, lines: Lines, tracking: Tracking) -> None:
        """Adds the parcel to existing fulfillments: it is a second parcel for the same goods, or staff were faster."""
        holding = [each for each in _alive(settlement.order) if set(_bare(each.lines)) & set(lines)]
        if not parcel.is_reshipment:
            holding = [each for each in holding if not any(known.number for known in each.tracking)]
        if not holding or tracking.number is None:
            parcel.note = "its lines were already fulfilled in Shopify, by hand"
            parcel.tracking_number = tracking.number
            return
        parcel.fulfillments = [holding[-1].id]
        parcel.note = "added to an existing fulfillment"
        await self._retrack(settlement, parcel, parcel.fulfillments, tracking, beside=holding[-1].tracking)

    async def _retrack(
        self,
        settlement: Settlement,
        parcel: Parcel,
        fulfillments: list[str],
        tracking: Tracking,
        beside: tuple[Tracking, ...] = (),
    ) -> None:
        known = [each for each in beside if each.number not in (None, tracking.number)]
        for each in fulfillments:
            await self._admin.retrack(GlobalId(each), [*known, tracking], notify=True, options=settlement.options)
        parcel.tracking_number = tracking.number
        settlement.record_attempt(System.SHOPIFY, "track", AttemptResult.DONE, "new tracking of a parcel")

    async def report_ticket(self, settlement: Settlement, key: str, ticket: TicketState) -> None:
        """A ready ticket becomes prepared for pickup, a completed one fulfilled."""
        record = settlement.journal.tickets[key]
        there = next((each for each in settlement.order.fulfillment_orders if each.id.endswith(f"/{key}")), None)
        if there is None or record.state not in (PartState.FORWARDED, PartState.PENDING, PartState.FAILED):
            return
        is_new = ticket.status is TicketStatus.COMPLETED or not record.told_ready
        if there.status in HELD and ticket.status in (TicketStatus.READY, TicketStatus.COMPLETED) and is_new:
            record.follow_wanted = True  # Shopify accepts it once the hold is released
            return
        try:
            if ticket.status is TicketStatus.READY and not record.told_ready:
                if there.method == DeliveryMethod.PICK_UP and there.status in _OPEN:
                    await self._admin.prepared_for_pickup([there.id], options=settlement.options)
                    settlement.record_attempt(
                        System.SHOPIFY, "prepared", AttemptResult.DONE, f"ticket {ticket.pos_order_id} is ready"
                    )
                record.told_ready = True
            if ticket.status is TicketStatus.COMPLETED:
                left = _handed_over(settlement.order, there)
                if left and there.status in _OPEN:
                    await self._admin.fulfill({there.id: left}, (), notify=False, options=settlement.options)
                    settlement.record_attempt(
                        System.SHOPIFY, "fulfill", AttemptResult.DONE, f"ticket {ticket.pos_order_id} was handed over"
                    )
                if record.state is not PartState.FAILED:  # an earlier failure stays visible
                    record.state = PartState.DONE
        except UpstreamError as error:
            record.reason = settlement.failed(System.SHOPIFY, "fulfill", error)
            record.follow_wanted = not isinstance(error, Rejected)


def _handed_over(order: Order, there: FulfillmentOrder) -> Lines:
    """The remaining lines of a fulfillment order that its ticket covered, without Printful's goods."""
    return {
        part.id: part.remaining
        for part in there.lines
        if part.remaining > 0 and (line := order.line(part.line_id)) is not None and not is_printful_line(line)
    }


def _alive(order: Order) -> Iterator[Fulfillment]:
    return (each for each in order.fulfillments if each.status not in FAILED_FULFILLMENTS)


def _bare(lines: Mapping[GlobalId, int]) -> Lines:
    return {bare_id(line): quantity for line, quantity in lines.items()}


def _lines_of(found: PrintOrder, shipment: Shipment) -> Lines:
    """The units in a parcel by our lines. Items that staff added at Printful are not part of the order."""
    line_of = {item.id: item.external_id for item in found.items}
    lines: Lines = {}
    for item_id, quantity in shipment.items.items():
        line = line_of.get(item_id)
        if line is not None:
            lines[line] = lines.get(line, 0) + quantity
    return lines


def _less(lines: Lines, covered: Lines) -> Lines:
    left = {line: quantity - covered.get(line, 0) for line, quantity in lines.items()}
    return {line: quantity for line, quantity in left.items() if quantity > 0}


def _places(order: Order, requested: Lines, reported: Mapping[str, Lines]) -> tuple[list[dict[str, Lines]], Lines]:
    """The fulfillment orders with remaining units, one entry per location, and the units without one.

    `reported`: units fulfilled since the order was read, by fulfillment order and its line.
    """
    by_location: dict[str | None, dict[str, Lines]] = {}
    rest = dict(requested)
    for there in order.fulfillment_orders:
        if not is_mailed(order, there) or there.status not in _OPEN:
            continue
        for line_id, quantity in _taken(there, rest, reported.get(there.id, {})):
            by_location.setdefault(there.location_id, {}).setdefault(there.id, {})[line_id] = quantity
    return list(by_location.values()), {line: quantity for line, quantity in rest.items() if quantity > 0}


def _taken(there: FulfillmentOrder, rest: Lines, gone: Lines) -> Iterator[tuple[str, int]]:
    """The units of `rest` in a fulfillment order, which are subtracted from `rest`."""
    for part in there.lines:
        line = bare_id(part.line_id)
        quantity = min(rest.get(line, 0), part.remaining - gone.get(part.id, 0))
        if quantity > 0:
            rest[line] -= quantity
            yield part.id, quantity


def _is_held(order: Order, lines: Lines) -> bool:
    """Whether a hold prevents these units from being fulfilled."""
    held = [each for each in order.fulfillment_orders if is_mailed(order, each) and each.status in HELD]
    return any(bare_id(part.line_id) in lines and part.remaining > 0 for each in held for part in each.lines)


def _add(reported: dict[str, Lines], added: Mapping[str, Lines]) -> None:
    for there, lines in added.items():
        there_reported = reported.setdefault(there, {})
        for line, quantity in lines.items():
            there_reported[line] = there_reported.get(line, 0) + quantity
