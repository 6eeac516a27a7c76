"""Whether an order may go out, and how it is split between Printful and the counters. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clients.admin.orders import FulfillmentOrder, Order, bare_id
from clients.pos.orders import PosRoutes
from resolvers.designs import DesignCatalogue
from resolvers.orders.plan import ForwardingRules, OrderPlan, PrintPlan, Readiness, TicketPlan
from resolvers.orders.print_draft import is_printfuls, named, print_draft, vendor_warnings
from resolvers.orders.shipping_choice import NO_RATES, STANDARD, ShopRates
from resolvers.orders.tickets import is_for_the_counter, ticket, units_left, was_handed_over

_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})
_OVER = frozenset({"REFUNDED", "VOIDED", "EXPIRED"})
_EMPTY = frozenset({"CANCELLED", "CLOSED"})
_HELD = frozenset({"ON_HOLD", "SCHEDULED"})
_FAULTS_TOLD = 12
_NOT_ROUTED = "Shopify has not routed the order yet."


@dataclass(frozen=True, slots=True)
class _Gate:
    """What holds for the whole order. `caution`: it may go, but somebody should look.

    `is_about_money`: it does not concern guests who pay at the counter.
    """

    readiness: Readiness
    reason: str | None = None
    caution: str | None = None
    is_about_money: bool = False


def plan_order(
    order: Order,
    *,
    designs: DesignCatalogue,
    routes: PosRoutes,
    rules: ForwardingRules,
    shipped: Mapping[str, int] | None = None,
    shop_rates: ShopRates = NO_RATES,
    now: datetime,
) -> OrderPlan:
    """What has to be where for the order as it is now; the same for the same order.

    `shipped`: units by bare line id that Printful's parcels took already. `shop_rates`: what the shop's checkout
    offers. Fulfillment orders that were handed over whole have no ticket plan: what was sent for them stays as it is.
    """
    gate = _gate(order, rules)
    return OrderPlan(
        print=_print_plan(
            order, gate, designs, rules, shipped or {}, shop_rates, waits_for_tickets=_has_routes(routes)
        ),
        tickets=_ticket_plans(order, gate, routes, rules, now) if _has_routes(routes) else (),
    )


def _gate(order: Order, rules: ForwardingRules) -> _Gate:
    if (over := _over(order)) is not None:
        return _Gate(Readiness.NOTHING, over)
    if order.is_test and not rules.forwards_test_orders:
        return _Gate(Readiness.REFUSED, "This is a test order of Shopify's: test orders are not forwarded.")
    if order.financial_status not in _PAID:
        unpaid = f"The order is not paid: Shopify says {order.financial_status or 'nothing'}."
        return _Gate(Readiness.WAITING, unpaid, is_about_money=True)
    if order.risk_is_pending:
        return _Gate(Readiness.WAITING, "Shopify is still assessing the risk of fraud.", is_about_money=True)
    if order.risk == "CANCEL" or order.risk_is_high:
        fraud = "Shopify warns of fraud and recommends to cancel the order: look at it in Shopify."
        return _Gate(Readiness.REFUSED, fraud, is_about_money=True)
    if order.is_test:
        return _Gate(Readiness.READY, caution="This is a test order of Shopify's.")
    if order.risk == "INVESTIGATE":
        return _Gate(Readiness.READY, caution="Shopify recommends to look into the risk of fraud first.")
    return _Gate(Readiness.READY)


def _over(order: Order) -> str | None:
    if order.cancelled_at is not None:
        return "The order is cancelled."
    if order.financial_status in _OVER:
        return f"The order's payment is {(order.financial_status or '').lower()}."
    return None


def _print_plan(
    order: Order,
    gate: _Gate,
    designs: DesignCatalogue,
    rules: ForwardingRules,
    shipped: Mapping[str, int],
    shop_rates: ShopRates,
    *,
    waits_for_tickets: bool,
) -> PrintPlan:
    warnings = (*vendor_warnings(order), *_elsewhere(order))
    if gate.readiness is Readiness.NOTHING:
        return PrintPlan(Readiness.NOTHING, gate.reason)
    units = _units_to_print(order, shipped)
    unrouted = _is_unrouted(order, waits_for_tickets=waits_for_tickets)
    if not units and not unrouted:
        return PrintPlan(Readiness.NOTHING, "Nothing of the order is for Printful.", warnings=warnings)
    if gate.readiness is not Readiness.READY:
        return PrintPlan(gate.readiness, gate.reason, warnings=warnings)
    if unrouted:
        return PrintPlan(Readiness.WAITING, _NOT_ROUTED, warnings=warnings)
    if (held := _held(order, units)) is not None:
        return PrintPlan(Readiness.WAITING, held, warnings=warnings)
    is_sent = all(units[line] <= shipped.get(bare_id(line), 0) for line in units)
    in_shipping = _units_in_shipping(order, units)
    drafted = print_draft(order, units, in_shipping, designs=designs, rules=rules, shop_rates=shop_rates)
    warnings += drafted.warnings
    if drafted.draft is None:
        return PrintPlan(Readiness.REFUSED, _told(drafted.faults), warnings=warnings, is_sent=is_sent)
    return PrintPlan(
        Readiness.READY,
        draft=drafted.draft,
        checks_shipping=drafted.draft.shipping != STANDARD,
        unconfirmable=gate.caution,
        warnings=warnings,
        is_sent=is_sent,
    )


def _told(faults: tuple[str, ...]) -> str:
    """The faults as one text, the first of very many: it is kept on the order."""
    more = len(faults) - _FAULTS_TOLD
    return " ".join(faults[:_FAULTS_TOLD]) + (f" And {more} more of its lines cannot be printed." if more > 0 else "")


def _units_to_print(order: Order, shipped: Mapping[str, int]) -> dict[str, int]:
    """Units by line id that Printful has to make or has made: what the buyer still wants of what is shipped."""
    remaining: dict[str, int] = {}
    for each in order.fulfillment_orders:
        if each.method == "SHIPPING" and each.status not in _EMPTY:
            for part in each.lines:
                remaining[part.line_id] = remaining.get(part.line_id, 0) + part.remaining
    units = {}
    for line in order.lines:
        gone = shipped.get(bare_id(line.id), 0)
        wanted = min(line.current_quantity, remaining.get(line.id, 0) + gone)
        if is_printfuls(line) and (wanted := max(wanted, gone)) > 0:  # a shirt that comes back was made all the same
            units[line.id] = wanted
    return units


def _units_in_shipping(order: Order, to_print: Mapping[str, int]) -> dict[str, int]:
    """Units by line id of all that is shipped, sent already or not: they share the cost of shipping."""
    units: dict[str, int] = dict.fromkeys(to_print, 0)
    for each in order.fulfillment_orders:
        if each.method == "SHIPPING" and each.status != "CANCELLED":
            for part in each.lines:
                units[part.line_id] = units.get(part.line_id, 0) + part.total
    wanted = {line.id: line.current_quantity for line in order.lines}
    return {line: max(min(number, wanted.get(line, 0)), to_print.get(line, 0)) for line, number in units.items()}


def _is_unrouted(order: Order, *, waits_for_tickets: bool) -> bool:
    """Whether fulfillment orders are yet to come for goods that may be ours to forward."""
    routed = {part.line_id for each in order.fulfillment_orders for part in each.lines}
    wanted = [line for line in order.lines if line.current_quantity > 0]
    if waits_for_tickets and not order.fulfillment_orders:
        return bool(wanted)
    return any(is_printfuls(line) and line.id not in routed for line in wanted)


def _held(order: Order, units: Mapping[str, int]) -> str | None:
    """What holds back a fulfillment order with goods of Printful's."""
    for each in order.fulfillment_orders:
        is_ours = each.method == "SHIPPING" and any(part.line_id in units and part.remaining for part in each.lines)
        if is_ours and (held := _hold(each)) is not None:
            return held
    return None


def _hold(fulfillment_order: FulfillmentOrder) -> str | None:
    if fulfillment_order.status not in _HELD:
        return None
    if fulfillment_order.status == "SCHEDULED":
        return "Its fulfillment is scheduled for later in Shopify."
    reasons = ", ".join(reason.replace("_", " ").lower() for reason in fulfillment_order.holds)
    return f"Its fulfillment is on hold in Shopify{f' ({reasons})' if reasons else ''}."


def _elsewhere(order: Order) -> tuple[str, ...]:
    """Goods of Printful's that the buyer does not get by mail."""
    warnings = []
    for each in order.fulfillment_orders:
        if each.method in ("LOCAL", "PICK_UP") and each.status not in _EMPTY:
            for part in each.lines:
                line = order.line(part.line_id)
                if line is not None and is_printfuls(line) and part.remaining and line.current_quantity:
                    way = "delivered locally" if each.method == "LOCAL" else "picked up"
                    warnings.append(f"{named(line)} is to be {way}, so Printful does not get it.")
    return tuple(warnings)


def _ticket_plans(
    order: Order, gate: _Gate, routes: PosRoutes, rules: ForwardingRules, now: datetime
) -> tuple[TicketPlan, ...]:
    return tuple(
        plan
        for each in order.fulfillment_orders
        if is_for_the_counter(each)
        if (plan := _ticket_plan(order, each, gate, routes, rules, now)) is not None
    )


def _ticket_plan(
    order: Order,
    fulfillment_order: FulfillmentOrder,
    gate: _Gate,
    routes: PosRoutes,
    rules: ForwardingRules,
    now: datetime,
) -> TicketPlan | None:
    def without_ticket(readiness: Readiness, reason: str | None) -> TicketPlan:
        return TicketPlan(fulfillment_order.id, readiness, reason)

    if not units_left(order, fulfillment_order):
        if was_handed_over(order, fulfillment_order):
            return None
        return without_ticket(Readiness.NOTHING, gate.reason or "Nothing is left of it to hand over.")
    is_paid = order.financial_status in _PAID
    at_the_counter = not is_paid and any(gateway.casefold() in rules.counter_gateways for gateway in order.gateways)
    if gate.readiness is not Readiness.READY and not (at_the_counter and gate.readiness is Readiness.WAITING):
        return without_ticket(gate.readiness, gate.reason)
    if (held := _hold(fulfillment_order)) is not None:
        return without_ticket(Readiness.WAITING, held)
    route = routes.of(fulfillment_order.location_id)
    if route is None:
        name = fulfillment_order.location_name or fulfillment_order.location_id or "without a name"
        return without_ticket(
            Readiness.REFUSED, f'No point of sale is set for the location "{name}": add it to POS_LOCATIONS.'
        )
    made = ticket(order, fulfillment_order, location_id=route[1], is_paid=is_paid, now=now)
    caution = (gate.caution,) if gate.caution else ()
    return TicketPlan(
        fulfillment_order.id,
        Readiness.READY,
        connector=route[0],
        order=made.order,
        digest=made.digest,
        warnings=(*caution, *made.warnings),
    )


def _has_routes(routes: PosRoutes) -> bool:
    return bool(routes.by_location) or routes.default is not None
