"""Carries out the actions on an order's Printful orders, each exactly once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from clients.guard import CallOptions
from clients.printful.client import Printful
from clients.printful.order_client import PrintfulOrders, TooLate
from clients.printful.orders import CANCELABLE, EDITABLE, GONE, OrderDraft, PrintOrder
from clients.timing import Deadline
from resolvers.orders.actions import next_action
from resolvers.orders.comparing import difference, with_printed_art
from resolvers.orders.journal import AttemptResult, PartState, PrintRecord, System
from resolvers.orders.parts import ENDED, Action
from resolvers.orders.plan import ForwardingRules, Readiness
from resolvers.orders.print_checks import PrintChecks
from resolvers.orders.print_creation import PrintCreation
from resolvers.orders.print_part import PrintPart, goods_digest
from resolvers.orders.print_search import PrintSearch
from resolvers.orders.print_split import added_units, units_at
from resolvers.orders.settlement import Settlement

FRESH = timedelta(seconds=5)  # the oldest read of the order on which money may be spent
_CONFIRMATION_S = 10.0  # the longest wait for the answer to a confirmation


class PrintOrderActions:
    """`app_allowed`: forward also while Printful's own Shopify app is connected."""

    def __init__(
        self,
        printful: Printful,
        orders: PrintfulOrders,
        rules: ForwardingRules,
        *,
        clock: Callable[[], float],
        app_allowed: bool = False,
    ) -> None:
        self._orders = orders
        self._rules = rules
        self._clock = clock
        self._search = PrintSearch(orders)
        self._creation = PrintCreation(
            orders, self._search, PrintChecks(printful, clock=clock, app_allowed=app_allowed)
        )

    async def carry_out(self, action: Action, part: PrintPart, reading: PrintOrder | None) -> PrintOrder | None:
        """The state of the order at Printful afterwards, if it was read. `reading`: its state as read just before.

        Raises UpstreamError.
        """
        match action:
            case Action.FIND:
                return await self._find(part)
            case Action.FORWARD:
                return await self._creation.forward(part, _draft(part))
            case Action.UPDATE:
                return await self._update(part, _draft(part))
            case Action.CONFIRM:
                return await self._confirm(part, reading)
            case Action.FOLLOW:
                return await self._follow(part)
            case Action.WITHDRAW:
                return await self._withdraw(part)
        raise ValueError(f"not an action for a Printful order: {action}")

    async def _find(self, part: PrintPart) -> PrintOrder | None:
        """Looks for an order that may exist, while nothing can be sent. Raises UpstreamError."""
        found = await self._creation.find_unconfirmed(part)
        if found is None:
            part.record.may_exist, part.record.creations, part.record.may_appear_until = False, 0, None
            return None
        part.record_reading(found)
        return found

    async def _update(self, part: PrintPart, draft: OrderDraft) -> PrintOrder | None:
        record = part.record
        found = await self._follow(part)
        if found is None or found.status in GONE:
            return found
        draft = replace(draft, external_id=found.external_id or draft.external_id)
        if found.status in EDITABLE:
            found = await self._orders.update_order(found.id, draft, options=part.settlement.options)
            part.settlement.record_attempt(System.PRINTFUL, "update", AttemptResult.DONE, "the order was changed")
            part.record_sent(found, draft)
            return found
        if record.digest == goods_digest(with_printed_art(draft, found)):
            record.digest = goods_digest(draft)  # only the design's URL is new; Printful already has the picture
            return found
        added = part.is_last and bool(added_units(draft, found))
        if added and (record.addition_wanted or self._rules.sends_additions):
            return self._add(part, found)
        record.remember_refusal(goods_digest(draft))
        record.state = PartState.FAILED
        hint = " Forward the order again to have the added goods printed as another order." if added else ""
        record.reason = (
            f"The order changed after Printful began ({found.status}): "
            f"{difference(draft, found) or 'the address or the shipping'}. Contact Printful's support.{hint}"
        )
        part.settlement.record_attempt(System.PRINTFUL, "update", AttemptResult.TOO_LATE, record.reason)
        return found

    def _add(self, part: PrintPart, found: PrintOrder) -> PrintOrder:
        """Leaves the order at Printful unchanged, and plans the added goods for another one, which is sent next."""
        record = part.record
        record.units, record.addition_wanted = units_at(found), False
        record.forget_refusals()
        part.settlement.journal.additions.append(PrintRecord(PartState.PENDING, resend_wanted=True))
        part.settlement.record_attempt(
            System.PRINTFUL, "add", AttemptResult.DONE, f"goods that Printful order {found.id} can no longer take"
        )
        part.record_reading(found)
        return found

    async def _confirm(self, part: PrintPart, reading: PrintOrder | None) -> PrintOrder | None:
        record = part.record
        found = reading or await self._follow(part)  # an earlier confirmation may have succeeded without an answer
        if found is None:
            return None
        if found.status not in EDITABLE:
            record.confirm_wanted = False
            return found
        await part.settlement.refresh(FRESH)
        if next_action(part) is not Action.CONFIRM:
            return found
        found = await self._orders.confirm_order(found.id, options=self._while_fresh(part.settlement))
        record.confirm_wanted = False
        part.settlement.record_attempt(
            System.PRINTFUL, "confirm", AttemptResult.DONE, f"Printful order {found.id} is {found.status}"
        )
        part.record_reading(found)
        return found

    def _while_fresh(self, settlement: Settlement) -> CallOptions:
        """The options of a request that is sent only while the last read of the order is fresh."""
        read_at = settlement.read_at or settlement.now()
        left_s = max(0.0, (read_at + FRESH - settlement.now()).total_seconds())
        deadline = Deadline.after(left_s + _CONFIRMATION_S, self._clock)
        given = settlement.options.deadline
        if given is None or deadline.at <= given.at:
            return replace(settlement.options, deadline=deadline, least_s=_CONFIRMATION_S)
        return replace(settlement.options, least_s=max(0.0, given.remaining_s - left_s))

    async def _follow(self, part: PrintPart) -> PrintOrder | None:
        """The current order at Printful; None when Printful has none any more."""
        record, settlement = part.record, part.settlement
        assert record.order_id is not None
        found = await self._orders.order(record.order_id, options=settlement.options)
        record.follow_wanted = False
        if found is None:
            part.record_gone(f"Printful no longer has order {record.order_id}. Forward it again if it is needed.")
            return None
        if record.cancel_refused and part.plan.readiness is Readiness.READY:
            record.forget_refusals()  # it is needed again, so the refused cancellation does not matter
        part.record_reading(found)
        if record.creations > 1:
            found = await self._creation.resolve_twins(part, found)
        elif part.strays:
            found = await self._without_strays(part, found)
        return found

    async def _without_strays(self, part: PrintPart, found: PrintOrder) -> PrintOrder:
        """The order that is kept, once its duplicates are cancelled. Raises UpstreamError."""
        strays = [each for each in await self._search.strays(part) if each.status not in GONE]
        if found.status not in GONE:
            return await self._creation.keep_one_order(part, found, strays)
        for each in strays:
            await self._creation.cancel_stray(part, each)
        return found

    async def _withdraw(self, part: PrintPart) -> PrintOrder | None:
        record, settlement = part.record, part.settlement
        if record.order_id is not None:
            found = await self._orders.order(record.order_id, options=settlement.options)
        else:
            found = await self._creation.find_unconfirmed(part)
        record.may_exist = record.follow_wanted = False
        record.may_appear_until = None
        if found is None:
            record.state, record.reason, record.order_id, record.confirm_wanted = PartState.NONE, None, None, False
            return None
        part.record_reading(found)
        if record.creations > 1:
            found = await self._creation.resolve_twins(part, found)
        if record.state in ENDED:
            return found
        if found.status not in CANCELABLE:
            self._too_late(part, found)
            return found
        try:
            found = await self._orders.cancel_order(found.id, options=settlement.options)
        except TooLate:
            self._too_late(part, found)
            return found
        why = _why_withdrawn(part)
        record.status, record.state, record.reason = found.status, PartState.CANCELLED, why
        record.confirm_wanted = False
        settlement.record_attempt(System.PRINTFUL, "cancel", AttemptResult.DONE, f"Printful order {found.id}: {why}")
        return found

    def _too_late(self, part: PrintPart, found: PrintOrder) -> None:
        record = part.record
        record.remember_refusal(cancelling=True)
        record.state = PartState.FAILED
        record.reason = f"Too late to cancel: Printful already makes it ({found.status}). Contact Printful's support."
        part.settlement.record_attempt(System.PRINTFUL, "cancel", AttemptResult.TOO_LATE, record.reason)


def _draft(part: PrintPart) -> OrderDraft:
    """The planned draft, which exists while the plan is READY."""
    assert part.plan.draft is not None
    return part.plan.draft


def _why_withdrawn(part: PrintPart) -> str:
    if part.is_cancelled_by_staff:
        return "staff cancelled it"
    return part.plan.reason or "the order was cancelled or refunded"
