"""Invariants of a settled world, checked against the stand-ins' records, not the gateway's."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.order_records import Fulfillment, FulfillmentOrder, Order, OrderLineItem
from sandbox.print_order_records import PrintOrder
from sandbox.printful.order_states import CANCELABLE
from sandbox.square.locations import LOCATION_OF
from sandbox.square.records import SquareOrder
from sandbox.square.views import due
from tests.orders.order_facts import (
    COUNTER_METHODS,
    is_mailed,
    is_over,
    is_printful_line,
    is_served,
    is_wanted,
    part_units,
    print_units,
    ticket_state,
)
from tests.orders.steps import ART, GONE, TICKET_OVER
from tests.orders.world import World

_SKU = re.compile(r"PFUL-(SYNC-)?([1-9]\d*)")
_TROUBLED = ("failed", "onhold")


def faults_found(world: World) -> list[str]:
    """A sentence for each violated invariant; empty when all hold."""
    found = list(world.problems)
    if len(world.store.webhook_subscriptions) < world.subscriptions:
        found.append("a subscription was lost")
    for order in world.orders:
        found += [f"{order.name}: {each}" for each in _of_order(world, order)]
    return found


def journal_of(order: Order) -> dict[str, Any]:
    """The gateway's journal of an order, read only to check its reasons."""
    metafield = next(
        (each for each in order.private_metafields if (each.namespace, each.key) == ("kynda", "forwarding")), None
    )
    read: dict[str, Any] = {} if metafield is None else json.loads(metafield.value)
    return read


def needs_somebody(order: Order) -> bool:
    """Whether a tag asks staff to look at the order."""
    return any(tag.endswith(("-failed", "-pending", "-warning")) for tag in order.tags)


def is_paid(order: Order) -> bool:
    return order.financial_status in ("PAID", "PARTIALLY_REFUNDED")


def is_printable(line: OrderLineItem) -> bool:
    """Whether a line states without ambiguity what to print."""
    sku = _SKU.fullmatch(line.sku or "")
    art = dict(line.attributes).get("_customArtUrl")
    if sku is None:
        return False
    return art is None if sku[1] else art in ART


def _of_order(world: World, order: Order) -> Iterator[str]:
    yield from _at_printful(world, order)
    for part in order.fulfillment_orders:
        if part.method in COUNTER_METHODS:
            yield from _at_the_counter(world, order, part)
    yield from _on_one_board(world, order)
    yield from _marks(world, order)
    yield from _unseen(world, order)
    yield from _handed_over(world, order)


# Printful


def _live(world: World, order: Order) -> list[PrintOrder]:
    return [each for each in world.print_orders(order) if each.status not in GONE]


def _is_printable(world: World, order: Order) -> bool:
    return all(is_printable(line) for line in print_units(world, order))


def should_print(world: World, order: Order) -> bool:
    units = print_units(world, order)
    return is_wanted(order) and is_paid(order) and bool(units) and _is_printable(world, order)


def _at_printful(world: World, order: Order) -> Iterator[str]:
    live, history = _live(world, order), world.history(order)
    if len(world.print_orders(order)) > 1:
        yield f"was sent to Printful {len(world.print_orders(order))} times"
    if not live:
        gone = world.print_orders(order)
        if should_print(world, order) and not (gone and (history.gone or history.print_unwanted)):
            yield "is not at Printful"
        elif should_print(world, order) and "printful-failed" not in order.tags:
            yield "is cancelled at Printful, still owed, and nobody sees it"
        return
    [found] = live[:1]
    was_made = found.id in history.made or found.status not in CANCELABLE
    is_told = "printful-failed" in order.tags and bool(journal_of(order).get("print", {}).get("reason"))
    if not should_print(world, order):
        is_over = found.status == "fulfilled"
        was_forwardable = is_wanted(order) and print_units(world, order)  # it was paid, or an edit made it invalid
        if not was_made and not was_forwardable:
            yield f"is {found.status} at Printful, which it should not"
        if not is_over and not is_told and is_paid(order):
            yield f"is {found.status} at Printful, which it should not, and nobody sees it"
        return
    differences = list(_print_differences(world, order, found))
    if differences and not was_made:
        yield f"is {found.status} at Printful and not as it should be: {'; '.join(differences)}"
    if differences and not is_told:
        yield f"is not at Printful as it should be, and nobody sees it: {'; '.join(differences)}"
    if found.status in _TROUBLED and not is_told:
        yield f"is {found.status} at Printful, and nobody sees it"
    confirmed = world.confirm != "manual" and {each.level for each in order.risk} <= {"LOW", "NONE"}
    if confirmed and found.status == "draft" and "printful-failed" not in order.tags:
        yield "is left a draft"


def _print_differences(world: World, order: Order, found: PrintOrder) -> Iterator[str]:
    units = print_units(world, order)
    lines_by_id = {str(line.id): line for line in units}
    there = Counter(item.external_id for item in found.items)
    if set(there) != set(lines_by_id) or any(count > 1 for count in there.values()):
        yield f"lines {dict(there)} instead of {list(lines_by_id)}"
        return
    for item in found.items:
        line = lines_by_id[str(item.external_id)]
        if item.quantity != units[line]:
            yield f"{item.quantity} of {line.title} instead of {units[line]}"
        sku = _SKU.fullmatch(line.sku or "")
        assert sku is not None
        named = item.sync_variant_id if sku[1] else item.variant_id
        if named != int(sku[2]) or (not sku[1] and item.sync_variant_id is not None):
            yield f"another variant than {line.sku}"
        art = dict(line.attributes).get("_customArtUrl")
        shown = {file.url for file in item.files.values() if file.url is not None}
        if art is not None and shown != {art}:
            yield f"the art {shown} instead of {art}"
    address = order.shipping_address
    assert address is not None
    for name in ("address1", "city", "zip"):
        if found.recipient[name] != getattr(address, name):
            yield f"{name} {found.recipient[name]}"


# The counter


def tickets_of(world: World, order: Order, part: FulfillmentOrder) -> list[SquareOrder]:
    """All tickets ever created for a fulfillment order."""
    key = f"kynda-order-{order.id}-{part.id}"
    return [
        each
        for each in world.store.square_orders.values()
        if re.fullmatch(rf"{key}(-r\d+)?", each.content.get("metadata", {}).get("kynda_key", ""))
    ]


def _should_be_made(order: Order, part: FulfillmentOrder) -> bool:
    if is_over(order) or not part_units(part) or part.status == "CANCELLED":
        return False
    return "Pay at the counter" in order.gateways or (is_paid(order) and is_wanted(order))


def _at_the_counter(world: World, order: Order, part: FulfillmentOrder) -> Iterator[str]:
    history = world.history(order)
    every = tickets_of(world, order, part)
    live = [each for each in every if ticket_state(each) not in TICKET_OVER]
    if len(live) > 1:
        yield f"has {len(live)} tickets for one fulfillment order"
    if len(every) > 1 and not history.edited and not history.moved:
        yield f"got {len(every)} tickets for one fulfillment order that never changed"
    is_told = "pos-failed" in order.tags and any(
        each.get("reason") for each in journal_of(order).get("tickets", {}).values()
    )
    was_given = any(entry.remaining < entry.total for entry in part.lines)
    if not live:
        called_off = [each for each in every if each.id in history.called_off]
        if _should_be_made(order, part) and not was_given:
            is_made_elsewhere = history.moved and bool(history.ready)
            if not called_off and not (every and history.was_unwanted) and not is_made_elsewhere:
                yield "has no ticket"
            elif not is_told:
                yield "has no ticket, and nobody sees it"
        return
    [found] = live[:1]
    was_ready = found.id in history.ready
    if not _should_be_made(order, part):
        is_half_paid = order.financial_status == "PARTIALLY_PAID" and is_wanted(order)
        if not was_ready and not was_given and not is_half_paid:
            yield f"has a ticket that it should not ({ticket_state(found)})"
        if ticket_state(found) != "COMPLETED" and not was_given and not is_half_paid and not is_told:
            yield f"has a ticket that it should not ({ticket_state(found)}), and nobody sees it"
        return
    differences = list(_ticket_differences(found, part))
    if differences and not was_ready:
        yield f"has another ticket than it should: {'; '.join(differences)}"
    if differences and not is_told and ticket_state(found) != "COMPLETED":
        yield f"has another ticket than it should, and nobody sees it: {'; '.join(differences)}"
    external = [each for each in found.payments if each.source_type == "EXTERNAL"]
    if len(external) > 1:
        yield "is paid twice"
    is_waiting = ticket_state(found) in ("PROPOSED", "RESERVED", "PREPARED") and not is_told
    owes_nothing = "Pay at the counter" not in order.gateways or (is_paid(order) and is_waiting)
    if owes_nothing and due(found) != 0:
        yield "has a ticket that is not paid"
    if due(found) < 0:
        yield "has a ticket that is paid too much"
    if ticket_state(found) == "COMPLETED" and any(entry.remaining for entry in part.lines if is_served(entry.line)):
        yield "was handed over, and Shopify does not know"
    if ticket_state(found) == "PREPARED" and part.method == "PICK_UP" and not part.prepared and part.remaining:
        yield "is ready, and the guest does not know"


def _on_one_board(world: World, order: Order) -> Iterator[str]:
    """The goods of a moved order are never on two tickets that would both be made."""
    if not world.history(order).moved:
        return
    made: Counter[tuple[str, str | None]] = Counter()
    for part in order.fulfillment_orders:
        for ticket in tickets_of(world, order, part):
            if ticket_state(ticket) not in TICKET_OVER:
                for each in ticket.content["line_items"]:
                    made[each["name"], each.get("variation_name")] += int(each["quantity"])
    bought: Counter[tuple[str, str | None]] = Counter()
    for line in order.lines:
        bought[line.title, line.variant_title] += line.quantity
    for name, units in made.items():
        if units > bought[name]:
            yield f"{units} of {name} are made at the counters, of {bought[name]}"


def _ticket_differences(found: SquareOrder, part: FulfillmentOrder) -> Iterator[str]:
    expected: Counter[tuple[str, str | None]] = Counter()
    for line, units in part_units(part).items():
        expected[line.title, line.variant_title] += units
    there: Counter[tuple[str, str | None]] = Counter()
    for each in found.content["line_items"]:
        there[each["name"], each.get("variation_name")] += int(each["quantity"])
    given: Counter[tuple[str, str | None]] = Counter()
    for entry in (each for each in part.lines if is_served(each.line)):
        given[entry.line.title, entry.line.variant_title] += entry.total - entry.remaining
    if not expected - given <= there <= expected:  # goods handed over before the ticket was created may be missing
        yield f"{dict(there)} instead of {dict(expected)}"
    if found.location_id != LOCATION_OF[part.location_id]:
        yield f"at {found.location_id}"


# What staff see


def _marks(world: World, order: Order) -> Iterator[str]:
    tags, live, journal = set(order.tags), _live(world, order), journal_of(order)
    if journal.get("lease"):
        yield "is left in work"
    waits = not is_over(order) and not is_paid(order)
    if "forwarding-pending" in tags and not waits:
        yield "is pending"
    if ("printful-forwarded" in tags) != bool(live):
        yield f"{'is' if live else 'is not'} at Printful, and its tags are {order.tags}"
    if "printful-failed" in tags and not _has_print_trouble(world, order):
        yield f"is tagged printful-failed for nothing: {journal.get('print')}"
    if "printful-failed" not in tags and is_wanted(order) and is_paid(order) and not _is_printable(world, order):
        yield "cannot be printed, and nobody sees it"
    is_flagged = "HIGH" in {each.level for each in order.risk} and order.canceled_at is None and is_paid(order)
    if is_flagged and print_units(world, order) and "printful-failed" not in tags:
        yield "is held back for fraud, and nobody sees it"
    if "printful-failed" in tags and not journal.get("print", {}).get("reason"):
        yield "is tagged printful-failed without a reason"
    live_tickets = [
        each
        for part in order.fulfillment_orders
        for each in tickets_of(world, order, part)
        if ticket_state(each) not in TICKET_OVER
    ]
    if live_tickets and "pos-forwarded" not in tags:
        yield f"has a ticket, and its tags are {order.tags}"
    if "pos-failed" in tags and not _has_ticket_trouble(world, order):
        yield f"is tagged pos-failed for nothing: {journal.get('tickets')}"
    note = (order.note or "").splitlines()
    ids = {each.key: each.value for each in order.private_metafields if each.namespace == "kynda"}
    expected = {"printful_order_id": {str(each.id) for each in live}}
    expected["pos_order_id"] = {f"square-{each.id}" for each in live_tickets}
    for key, numbers in expected.items():
        lines = [line for line in note if line.startswith(f"{key}: ")]
        if len(lines) > 1:
            yield f"has {len(lines)} lines of {key} in its note"
        if not numbers:
            continue
        named = set(ids.get(key, "").split(", "))
        if not numbers <= named or (key == "printful_order_id" and numbers != named):
            yield f"has {key} {ids.get(key)} instead of {numbers}"
        if lines != [f"{key}: {ids.get(key)}"]:
            yield f"has the note {order.note!r}"


def _unmade(world: World, order: Order) -> Iterator[str]:
    """Paid goods for Printful that neither Printful nor anybody else makes."""
    if order.canceled_at is not None:
        return
    if _is_refunded_alone(order):
        if any(not _is_shipped(world, order, line) for line in print_units(world, order)):
            yield "all of its money went back, and its goods are still wanted"
        return
    if not is_paid(order) or is_over(order) or not is_wanted(order) or not order.fulfillment_orders:
        return
    for line in order.lines:
        by_hand = world.history(order).by_hand.get(line.id, 0)
        if line.current_quantity == 0 or _is_shipped(world, order, line):
            continue
        if is_printful_line(line) and not is_mailed(line):
            yield f"{line.title} is not mailed"
        if is_printful_line(line) and by_hand > 0:
            yield f"{line.title} was fulfilled, and nobody sent it"
        if line.vendor == "Printful DS" and line.current_quantity > by_hand:
            yield f"{line.title} has a vendor that is nearly Printful's"


def _is_shipped(world: World, order: Order, line: OrderLineItem) -> bool:
    """Whether Printful's parcels contained all units of a line."""
    gone = 0
    for found in world.print_orders(order):
        items = {item.id for item in found.items if item.external_id == str(line.id)}
        parcels = [each for each in found.shipments if not each.is_reshipment]
        gone += sum(count for parcel in parcels for item, count in parcel.items.items() if item in items)
    return gone >= line.current_quantity


def _is_refunded_alone(order: Order) -> bool:
    """Whether the money was refunded without the goods."""
    still_wanted = any(line.current_quantity for line in order.lines)
    return order.financial_status == "REFUNDED" and order.canceled_at is None and still_wanted


def _unknown_to_the_shop(order: Order) -> Iterator[OrderLineItem]:
    """The shop's own goods with an unknown delivery method."""
    for part in order.fulfillment_orders:
        if part.method == "DRONE" and part.status not in ("CLOSED", "CANCELLED"):
            yield from (each.line for each in part.lines if each.remaining and is_served(each.line))


def _unseen(world: World, order: Order) -> Iterator[str]:
    """Missing goods that no mark on the order explains."""
    tags, journal = set(order.tags), journal_of(order)
    printed = journal.get("print", {})
    for trouble in _unmade(world, order):
        if "printful-failed" not in tags or not printed.get("reason"):
            yield f"{trouble}, and nobody sees it"
    is_to_be_done = is_paid(order) and is_wanted(order)
    reasons = [each.get("reason") for each in journal.get("tickets", {}).values()]
    if is_to_be_done and any(_unknown_to_the_shop(order)) and not ("pos-failed" in tags and any(reasons)):
        yield "is delivered by a method that nobody knows, and nobody sees it"
    waits = order.financial_status == "AUTHORIZED" and is_wanted(order)
    if waits and print_units(world, order) and not ("forwarding-pending" in tags and printed.get("reason")):
        yield "waits for its capture, and nobody sees it"
    live = [each for each in _live(world, order) if each.status == "draft"]
    doubtful = "MEDIUM" in {each.level for each in order.risk}
    if doubtful and live and should_print(world, order) and not ({"forwarding-warning", "printful-failed"} & tags):
        yield "is a draft that nobody may confirm, and nobody sees it"


def _has_print_trouble(world: World, order: Order) -> bool:
    history, every = world.history(order), world.print_orders(order)
    if any(_unmade(world, order)):
        return True
    if is_paid(order) and order.canceled_at is None and "HIGH" in {each.level for each in order.risk}:
        return True
    if is_wanted(order) and not _is_printable(world, order):
        return True
    live = _live(world, order)
    if not live:
        return bool(every) and should_print(world, order)
    [found] = live[:1]
    if found.status in _TROUBLED or any(each.returned for each in found.shipments):
        return True
    if not should_print(world, order):
        return True
    if history.reduced and found.shipments:
        return True
    return bool(list(_print_differences(world, order, found)))


def _has_ticket_trouble(world: World, order: Order) -> bool:
    history = world.history(order)
    if "HIGH" in {each.level for each in order.risk} or history.called_off or _is_refunded_alone(order):
        return True
    if any(_unknown_to_the_shop(order)):
        return True
    for part in order.fulfillment_orders:
        for each in tickets_of(world, order, part):
            if each.id in history.ready or (ticket_state(each) in TICKET_OVER and history.was_unwanted):
                return True
    return False


# The way back


def _alive(order: Order) -> list[Fulfillment]:
    return [each for each in order.fulfillments if each.succeeded]


def _handed_over(world: World, order: Order) -> Iterator[str]:
    history = world.history(order)
    for line in order.lines:
        units = sum(count for each in _alive(order) for there, count in each.items if there is line)
        if units > line.quantity:
            yield f"{units} of {line.title} were handed over, of {line.quantity}"
    for found in world.print_orders(order):
        lines = {item.id: item.external_id for item in found.items}
        for parcel in found.shipments:
            inside: dict[str | None, int] = {}
            for item, count in parcel.items.items():
                inside[lines[item]] = inside.get(lines[item], 0) + count
            told = _told(order, parcel.tracking_number)
            if parcel.is_reshipment:
                if not any(parcel.tracking_number in _numbers(each) for each in _alive(order)):
                    yield f"the parcel {parcel.id} sent again is not in Shopify"
                continue
            if any(told.get(line, 0) > inside.get(line, 0) for line in told):
                yield f"the parcel {parcel.id} is in Shopify with {told} instead of {inside}"
            if told != inside and not history.reduced:
                yield f"the parcel {parcel.id} is in Shopify with {told} instead of {inside}"
            places = {part.location_id for part in order.fulfillment_orders if part.method == "SHIPPING"}
            count = sum(parcel.tracking_number in _numbers(each) for each in _alive(order))
            if count > len(places):
                yield f"the parcel {parcel.id} is in Shopify {count} times"


def _numbers(fulfillment: Fulfillment) -> list[str]:
    return [number for number, _ in fulfillment.tracking]


def _told(order: Order, number: str) -> Mapping[str | None, int]:
    """The contents of a parcel according to Shopify, without the number of a reshipment."""
    told: dict[str | None, int] = {}
    for each in _alive(order):
        if number in _numbers(each)[:1]:
            for line, count in each.items:
                told[str(line.id)] = told.get(str(line.id), 0) + count
    return told
