"""Decides whether an order may be sent, and splits it between Printful and the counters. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clients.admin.order_statuses import HELD, PAID, FinancialStatus, FulfillmentOrderStatus, RiskRecommendation
from clients.admin.orders import FulfillmentOrder, Order
from clients.global_ids import GlobalId, bare_id
from clients.pos.orders import PosRoutes
from resolvers.designs import DesignCatalogue
from resolvers.orders.delivery import DeliveryRoute, delivery_route, is_for_the_counter, is_mailed, route_description
from resolvers.orders.lines import is_charge, is_printful_line, named
from resolvers.orders.missing_prints import ACCEPTED, EMPTY, MissingPrints, missing_prints
from resolvers.orders.plan import ForwardingRules, OrderPlan, PrintPlan, Readiness, TicketPlan
from resolvers.orders.print_draft import print_draft
from resolvers.orders.shipping_choice import NO_RATES, STANDARD, ShopRates
from resolvers.orders.tickets import ticket, units_left, was_handed_over

_OVER = frozenset({FinancialStatus.REFUNDED, FinancialStatus.VOIDED, FinancialStatus.EXPIRED})
_MOST_FAULTS = 12
_NOT_ROUTED = "Shopify has not routed the order yet."
_ROUTED_WITHIN = timedelta(hours=1)
_AUTHORIZED = (
    "The order is not paid yet: its payment is authorized and waits for the capture. Capture it in Shopify, or set "
    "FORWARD_AUTHORIZED=true to forward such orders before their capture."
)


@dataclass(frozen=True, slots=True)
class _Gate:
    """The result of the checks on the whole order. `caution`: it may be sent, but a person should check it.

    `is_about_money`: the shop may not get its money. That does not hold back tickets of guests who pay at the counter.
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
    sent: Mapping[str, int] | None = None,
    shop_rates: ShopRates = NO_RATES,
    now: datetime,
) -> OrderPlan:
    """The plan for the order's current state: a pure function.

    `shipped`: units by bare line id in parcels of the current Printful order; `sent`: including earlier Printful
    orders. `shop_rates`: the rates of the shop's checkout. Completely fulfilled fulfillment orders get no ticket plan,
    so their tickets stay unchanged.
    """
    gate = _gate(order, rules)
    goods = _goods(order, rules, shipped or {}, sent or shipped or {}, now, waits_for_tickets=_has_routes(routes))
    return OrderPlan(
        print=_print_plan(order, gate, goods, designs, rules, shop_rates),
        tickets=_ticket_plans(order, gate, routes, rules, now) if _has_routes(routes) else (),
    )


def _gate(order: Order, rules: ForwardingRules) -> _Gate:
    if (over := _over(order)) is not None:
        return _Gate(Readiness.NOTHING, over)
    if order.is_test and not rules.forwards_test_orders:
        return _Gate(Readiness.REFUSED, "This is a Shopify test order. Test orders are not forwarded.")
    if order.financial_status == FinancialStatus.AUTHORIZED and not rules.forwards_authorized:
        return _Gate(Readiness.WAITING, _AUTHORIZED, is_about_money=True)
    if not _is_paid(order, rules):
        unpaid = f"The order is not paid: its payment status is {order.financial_status or 'nothing'}."
        return _Gate(Readiness.WAITING, unpaid, is_about_money=True)
    if order.risk_is_pending:
        return _Gate(Readiness.WAITING, "Shopify is still assessing the risk of fraud.", is_about_money=True)
    if order.risk == RiskRecommendation.CANCEL or order.risk_is_high:
        fraud = "Shopify warns of fraud and recommends cancelling the order: review it in Shopify."
        return _Gate(Readiness.REFUSED, fraud, is_about_money=True)
    if order.is_test:
        return _Gate(Readiness.READY, caution="This is a Shopify test order.")
    if order.risk == RiskRecommendation.INVESTIGATE:
        return _Gate(Readiness.READY, caution="Shopify recommends investigating the risk of fraud first.")
    return _Gate(Readiness.READY)


_REFUNDED = (
    "The order was refunded in full, but still has items: cancel the order in Shopify, or remove the items. To "
    f"send them anyway, place a new order. When the case is closed, tag the order {ACCEPTED}."
)


def _is_paid(order: Order, rules: ForwardingRules) -> bool:
    return order.financial_status in PAID or (
        order.financial_status == FinancialStatus.AUTHORIZED and rules.forwards_authorized
    )


def _over(order: Order) -> str | None:
    if order.cancelled_at is not None:
        return "The order is cancelled."
    if order.financial_status in _OVER:
        return f"The order's payment is {(order.financial_status or '').lower()}."
    return None


@dataclass(frozen=True, slots=True)
class _Goods:
    """The goods that Printful must make: `units` by line id, and `shipped` units of them by bare line id."""

    units: Mapping[GlobalId, int]
    shipped: Mapping[str, int]
    unrouted: str | None
    unmade: MissingPrints
    unknown_routes: tuple[str, ...]

    @property
    def owed(self) -> bool:
        """Whether goods are still to be made."""
        return any(units > self.shipped.get(bare_id(line), 0) for line, units in self.units.items())


def _goods(
    order: Order,
    rules: ForwardingRules,
    shipped: Mapping[str, int],
    sent: Mapping[str, int],
    now: datetime,
    *,
    waits_for_tickets: bool,
) -> _Goods:
    units = _units_to_print(order, shipped)
    unrouted = _unrouted(order, rules, now, waits_for_tickets=waits_for_tickets)
    unknown = () if waits_for_tickets else _unknown_routes(order)  # otherwise their tickets report it
    return _Goods(units, shipped, unrouted, missing_prints(order, units, sent, shipped), unknown)


def _print_plan(
    order: Order,
    gate: _Gate,
    goods: _Goods,
    designs: DesignCatalogue,
    rules: ForwardingRules,
    shop_rates: ShopRates,
) -> PrintPlan:
    unmade = goods.unmade
    warnings = (*unmade.faults, *unmade.left, *goods.unknown_routes)
    if gate.readiness is Readiness.NOTHING:
        return _plan_when_over(order, gate, goods)
    if not goods.units and goods.unrouted is None and (not unmade.faults or gate.readiness is Readiness.READY):
        reason = _fault_text(unmade.faults) or "The order has no goods for Printful."
        elsewhere = unmade.sent_elsewhere
        return PrintPlan(Readiness.NOTHING, reason, warnings=warnings, unmade=unmade.faults, sent_elsewhere=elsewhere)
    if gate.readiness is not Readiness.READY:
        return PrintPlan(gate.readiness, gate.reason, warnings=warnings)
    if goods.unrouted is not None:
        return PrintPlan(Readiness.WAITING, goods.unrouted, warnings=warnings, unmade=unmade.faults)
    if (held := _held(order, goods.units)) is not None:
        return PrintPlan(Readiness.WAITING, held, warnings=warnings, unmade=unmade.faults)
    return _drafted_plan(order, gate, goods, designs, rules, warnings, shop_rates)


def _plan_when_over(order: Order, gate: _Gate, goods: _Goods) -> PrintPlan:
    """The plan of an order that is over: nothing is printed. A refund without a cancellation is reported."""
    if not _is_refunded_alone(order) or not goods.owed:
        return PrintPlan(Readiness.NOTHING, gate.reason)
    return PrintPlan(Readiness.NOTHING, _REFUNDED, warnings=(_REFUNDED,), unmade=(_REFUNDED,))


def _is_refunded_alone(order: Order) -> bool:
    """Whether the order was refunded in full, but neither cancelled nor emptied."""
    return (
        order.financial_status == FinancialStatus.REFUNDED and order.cancelled_at is None and ACCEPTED not in order.tags
    )


def _drafted_plan(
    order: Order,
    gate: _Gate,
    goods: _Goods,
    designs: DesignCatalogue,
    rules: ForwardingRules,
    warnings: tuple[str, ...],
    shop_rates: ShopRates,
) -> PrintPlan:
    units, faults = goods.units, goods.unmade.faults
    in_shipping = _units_in_shipping(order, units)
    drafted = print_draft(order, units, in_shipping, designs=designs, rules=rules, shop_rates=shop_rates)
    warnings += drafted.warnings
    if drafted.draft is None:
        return PrintPlan(
            Readiness.REFUSED, _fault_text((*drafted.faults, *faults)), warnings=warnings, is_sent=not goods.owed
        )
    return PrintPlan(
        Readiness.READY,
        draft=drafted.draft,
        checks_shipping=drafted.draft.shipping != STANDARD,
        unconfirmable=gate.caution,
        warnings=warnings,
        unmade=faults,
        is_sent=not goods.owed,
    )


def _fault_text(faults: tuple[str, ...]) -> str:
    """The first faults as one text, short enough to store on the order."""
    more = len(faults) - _MOST_FAULTS
    return " ".join(faults[:_MOST_FAULTS]) + (f" And {more} more of its lines cannot be printed." if more > 0 else "")


def _units_to_print(order: Order, shipped: Mapping[str, int]) -> dict[GlobalId, int]:
    """Units by line id that Printful must make or has made, of what the buyer still wants."""
    remaining: dict[GlobalId, int] = {}
    for each in order.fulfillment_orders:
        if is_mailed(order, each) and each.status not in EMPTY:
            for part in each.lines:
                remaining[part.line_id] = remaining.get(part.line_id, 0) + part.remaining
    units = {}
    for line in order.lines:
        gone = shipped.get(bare_id(line.id), 0)
        wanted = min(line.current_quantity, remaining.get(line.id, 0) + gone)
        if is_printful_line(line) and (wanted := max(wanted, gone)) > 0:  # a returned shirt was made too
            units[line.id] = wanted
    return units


def _units_in_shipping(order: Order, to_print: Mapping[GlobalId, int]) -> dict[GlobalId, int]:
    """Units by line id of all shipped goods, sent already or not: they share the cost of shipping."""
    units: dict[GlobalId, int] = dict.fromkeys(to_print, 0)
    for each in order.fulfillment_orders:
        if is_mailed(order, each) and each.status != FulfillmentOrderStatus.CANCELLED:
            for part in each.lines:
                units[part.line_id] = units.get(part.line_id, 0) + part.total
    wanted = {line.id: line.current_quantity for line in order.lines}
    return {line: max(min(number, wanted.get(line, 0)), to_print.get(line, 0)) for line, number in units.items()}


def _unrouted(order: Order, rules: ForwardingRules, now: datetime, *, waits_for_tickets: bool) -> str | None:
    """Which goods have no fulfillment order yet; None when all have one."""
    routed = {part.line_id for each in order.fulfillment_orders for part in each.lines}
    wanted = [line for line in order.lines if line.current_quantity > 0 and not is_charge(order, line, rules.charges)]
    awaited = [line for line in wanted if is_printful_line(line) and line.id not in routed]
    if waits_for_tickets and not order.fulfillment_orders:
        awaited = wanted
    if not awaited:
        return None
    if now < order.created_at + _ROUTED_WITHIN:
        return _NOT_ROUTED
    return (
        f"Shopify shows no fulfillment order for {', '.join(map(named, awaited[:_MOST_FAULTS]))}. A fulfillment "
        "service may have it: grant the app the scope read_third_party_fulfillment_orders to see it."
    )


def _held(order: Order, units: Mapping[GlobalId, int]) -> str | None:
    """Why a fulfillment order with Printful's goods is on hold; None when none is."""
    for each in order.fulfillment_orders:
        is_ours = is_mailed(order, each) and any(part.line_id in units and part.remaining for part in each.lines)
        if is_ours and (held := _hold(each)) is not None:
            return held
    return None


def _hold(fulfillment_order: FulfillmentOrder) -> str | None:
    if fulfillment_order.status not in HELD:
        return None
    if fulfillment_order.status == FulfillmentOrderStatus.SCHEDULED:
        return "Its fulfillment is scheduled for later in Shopify."
    reasons = ", ".join(reason.replace("_", " ").lower() for reason in fulfillment_order.holds)
    return f"Its fulfillment is on hold in Shopify{f' ({reasons})' if reasons else ''}."


def _unknown_routes(order: Order) -> tuple[str, ...]:
    """Warnings for fulfillment orders with an unsupported delivery method."""
    return tuple(
        f"The goods at {each.location_name or 'a location without a name'} are to be {route_description(order, each)}: "
        "nothing is forwarded for them."
        for each in order.fulfillment_orders
        if delivery_route(order, each) is DeliveryRoute.UNKNOWN
        and each.status not in EMPTY
        and any(p.remaining for p in each.lines)
    )


def _ticket_plans(
    order: Order, gate: _Gate, routes: PosRoutes, rules: ForwardingRules, now: datetime
) -> tuple[TicketPlan, ...]:
    return tuple(
        plan
        for each in order.fulfillment_orders
        if is_for_the_counter(order, each) or delivery_route(order, each) is DeliveryRoute.UNKNOWN
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

    if not units_left(order, fulfillment_order, rules.charges):
        if was_handed_over(order, fulfillment_order):
            return None
        return without_ticket(Readiness.NOTHING, gate.reason or "All of its items were handed over.")
    if gate.readiness is Readiness.NOTHING and _is_refunded_alone(order):
        return TicketPlan(fulfillment_order.id, Readiness.NOTHING, _REFUNDED, is_owed=True)
    pays_at_the_counter = any(gateway.casefold() in rules.counter_gateways for gateway in order.gateways)
    if gate.readiness is not Readiness.READY and not (pays_at_the_counter and gate.is_about_money):
        return without_ticket(gate.readiness, gate.reason)
    if (held := _hold(fulfillment_order)) is not None:
        return without_ticket(Readiness.WAITING, held)
    if delivery_route(order, fulfillment_order) is DeliveryRoute.UNKNOWN:
        how = route_description(order, fulfillment_order)
        return without_ticket(
            Readiness.REFUSED, f"The goods are to be {how}: deliver them yourselves, then fulfill them in Shopify."
        )
    route = routes.of(fulfillment_order.location_id)
    if route is None:
        name = fulfillment_order.location_name or fulfillment_order.location_id or "without a name"
        return without_ticket(
            Readiness.REFUSED, f'No point of sale is set for the location "{name}": add it to POS_LOCATIONS.'
        )
    made = ticket(order, fulfillment_order, location_id=route[1], is_paid=_is_paid(order, rules), now=now, rules=rules)
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
