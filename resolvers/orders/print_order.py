"""Brings an order's part at Printful to where its plan wants it, exactly once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from clients.errors import Rejected, UpstreamError
from clients.guard import CallOptions
from clients.printful.client import Printful
from clients.printful.order_client import PrintfulOrders, TooLate
from clients.printful.orders import CANCELABLE, EDITABLE, GONE, OrderDraft, PrintOrder
from clients.timing import Deadline
from resolvers.orders.comparing import difference, with_art_as_made
from resolvers.orders.journal import AttemptResult, PartState, PrintRecord, System
from resolvers.orders.plan import Confirm, ForwardingRules, Readiness
from resolvers.orders.print_checks import PrintChecks
from resolvers.orders.print_creation import PrintCreation
from resolvers.orders.print_part import PrintPart, goods_digest, print_parts
from resolvers.orders.print_search import PrintSearch
from resolvers.orders.print_split import added_units, units_at
from resolvers.orders.settlement import Settlement

FRESH = timedelta(seconds=5)  # money is spent only on a reading of the order that is no older
_CONFIRMATION_S = 10.0  # the longest that the answer to a confirmation is waited for
_ENDED = (PartState.CANCELLED, PartState.DONE)


class PrintAction(StrEnum):
    """What is to be done next about the Printful order."""

    REST = "rest"
    CLEAR = "clear"
    WAIT = "wait"
    REFUSE = "refuse"
    FIND = "find"
    FORWARD = "forward"
    UPDATE = "update"
    CONFIRM = "confirm"
    FOLLOW = "follow"
    WITHDRAW = "withdraw"


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

    def next_step(self, settlement: Settlement) -> PrintAction:
        """Decides by the plan and by what is remembered; asks nobody."""
        steps = (self._next_step(part) for part in print_parts(settlement))
        return next((step for step in steps if step is not PrintAction.REST), PrintAction.REST)

    def _next_step(self, part: PrintPart) -> PrintAction:
        plan, record = part.plan, part.record
        if plan.readiness is Readiness.NOTHING or (plan.readiness is Readiness.REFUSED and part.settlement.is_flagged):
            return self._unwanted(part)
        if plan.is_sent and record.order_id is not None and record.state is not PartState.CANCELLED:
            return self._followed(part)  # what becomes of the order now comes too late by its nature
        if plan.readiness is not Readiness.READY and part.is_unseen:
            return PrintAction.FIND
        if plan.readiness is Readiness.WAITING and record.order_id is None:
            return (
                PrintAction.WAIT
                if (record.state, record.reason) != (PartState.WAITING, plan.reason)
                else PrintAction.REST
            )
        if plan.readiness is Readiness.REFUSED:
            return PrintAction.REFUSE if record.reason != plan.reason else self._followed(part)
        if plan.readiness is Readiness.READY:
            return self._ready(part)
        return self._followed(part)

    def _unwanted(self, part: PrintPart) -> PrintAction:
        plan, record = part.plan, part.record
        if part.exists and record.state not in _ENDED and not record.cancel_refused:
            return PrintAction.WITHDRAW
        if (plan.unmade or plan.readiness is Readiness.REFUSED) and not part.exists:
            return PrintAction.REFUSE if record.reason != plan.reason else PrintAction.REST
        if not part.exists and record.state is not PartState.NONE:
            return PrintAction.CLEAR
        return self._followed(part)

    def _ready(self, part: PrintPart) -> PrintAction:
        record, digest = part.record, part.digest
        if record.order_id is None:
            return PrintAction.REST if record.refused_digest == digest and not part.exists else PrintAction.FORWARD
        if record.state is PartState.CANCELLED:
            return PrintAction.FORWARD if record.resend_wanted else self._followed(part)
        if digest not in (record.digest, record.refused_digest):
            return PrintAction.UPDATE
        if self._is_to_be_confirmed(part):
            return PrintAction.CONFIRM
        if self._was_in_the_way(part):
            return PrintAction.FOLLOW
        return self._followed(part)

    def _was_in_the_way(self, part: PrintPart) -> bool:
        """Whether the order failed for something of the plan's, which is mended now."""
        record = part.record
        if record.state is not PartState.FAILED or part.is_in_trouble_of_its_own():
            return False
        return record.refused_digest is None and record.confirm_refused is None

    def _followed(self, part: PrintPart) -> PrintAction:
        record = part.record
        if record.order_id is None:
            return PrintAction.REST
        is_due = record.follow_wanted or record.creations > 1 or bool(part.strays)
        is_told = any(parcel.sending_since for parcel in record.parcels.values())
        return PrintAction.FOLLOW if part.settlement.follow or is_due or is_told else PrintAction.REST

    def _is_to_be_confirmed(self, part: PrintPart) -> bool:
        plan, record = part.plan, part.record
        if record.status not in EDITABLE or record.state not in (PartState.FORWARDED, PartState.FAILED):
            return False
        if record.confirm_wanted:
            return True
        if plan.unconfirmable is not None or record.status != "draft" or record.lacks_goods:
            return False
        if record.confirm_refused == (record.digest or ""):
            return False
        match self._rules.confirm:
            case Confirm.AUTO:
                return True
            case Confirm.HOLD:
                since = record.forwarded_at
                return since is not None and part.settlement.now() >= since + timedelta(
                    minutes=self._rules.hold_minutes
                )
        return False

    async def run(self, settlement: Settlement) -> list[tuple[PrintRecord, PrintOrder]]:
        """Does what is to be done; what fails is kept in the journal. The orders at Printful that were read."""
        read, position = [], 0
        while position < len(settlement.journal.print_records):  # an addition may come while the others are done
            part = PrintPart(settlement, position)
            found = await self._run(part)
            if found is not None:
                read.append((part.record, found))
            position += 1
        return read

    async def _run(self, part: PrintPart) -> PrintOrder | None:
        found: PrintOrder | None = None
        for _ in range(4):  # forwarded, then confirmed
            step = self._next_step(part)
            if step is PrintAction.REST or (step is PrintAction.FOLLOW and found is not None):
                break
            try:
                found = await self._do(step, part, found) or found
            except UpstreamError as error:
                self._delay_or_refuse(step, part, error)
                return found
        part.record.addition_wanted = False
        return found

    async def _do(self, step: PrintAction, part: PrintPart, fresh: PrintOrder | None) -> PrintOrder | None:
        plan, record = part.plan, part.record
        match step:
            case PrintAction.CLEAR:
                record.state, record.reason = PartState.NONE, None
                record.forget_refusals()
            case PrintAction.WAIT:
                record.state, record.reason = PartState.WAITING, plan.reason
            case PrintAction.REFUSE:
                record.state = PartState.REFUSED if record.order_id is None else PartState.FAILED
                record.reason = plan.reason
                part.settlement.record_attempt(System.PRINTFUL, "plan", AttemptResult.REFUSED, plan.reason or "")
            case PrintAction.FIND:
                return await self._find(part)
            case PrintAction.FORWARD:
                assert plan.draft is not None
                return await self._creation.forward(part, plan.draft)
            case PrintAction.UPDATE:
                assert plan.draft is not None
                return await self._update(part, plan.draft)
            case PrintAction.CONFIRM:
                return await self._confirm(part, fresh)
            case PrintAction.FOLLOW:
                return await self._read(part)
            case PrintAction.WITHDRAW:
                return await self._withdraw(part, plan.reason or "the order was cancelled or refunded")
        return None

    def _delay_or_refuse(self, step: PrintAction, part: PrintPart, error: UpstreamError) -> None:
        record = part.record
        words = part.settlement.failed(System.PRINTFUL, step.value, error)
        if not isinstance(error, Rejected):
            if record.order_id is None:
                record.state, record.reason = PartState.PENDING, words
            else:
                record.follow_wanted = True
            return
        record.reason = words
        record.state = PartState.REFUSED if record.order_id is None else PartState.FAILED
        record.confirm_wanted = record.follow_wanted = False
        if step is PrintAction.CONFIRM:
            record.remember_refusal(confirmation=record.digest or "")
        elif step is PrintAction.WITHDRAW:
            record.remember_refusal(cancelling=True)
        elif part.digest is not None:
            record.remember_refusal(part.digest)

    async def _find(self, part: PrintPart) -> PrintOrder | None:
        """Looks for an order that may be there, while nothing can be sent. Raises UpstreamError."""
        found = await self._creation.find_unseen(part)
        if found is None:
            part.record.may_exist, part.record.creations, part.record.may_appear_until = False, 0, None
            return None
        part.record_reading(found)
        return found

    async def _update(self, part: PrintPart, draft: OrderDraft) -> PrintOrder | None:
        record = part.record
        found = await self._read(part)
        if found is None or found.status in GONE:
            return found
        draft = replace(draft, external_id=found.external_id or draft.external_id)
        if found.status in EDITABLE:
            found = await self._orders.update_order(found.id, draft, options=part.settlement.options)
            part.settlement.record_attempt(System.PRINTFUL, "update", AttemptResult.DONE, "the order had changed")
            part.record_sent(found, draft)
            return found
        if record.digest == goods_digest(with_art_as_made(draft, found)):
            record.digest = goods_digest(draft)  # only the design's address is new, and Printful has the picture
            return found
        added = part.is_last and bool(added_units(draft, found))
        if added and (record.addition_wanted or self._rules.sends_additions):
            return self._add(part, found)
        record.remember_refusal(goods_digest(draft))
        record.state = PartState.FAILED
        hint = " Forward the order again to have the added goods printed as another order." if added else ""
        record.reason = (
            f"The order changed after Printful had begun ({found.status}): "
            f"{difference(draft, found) or 'the address or the shipping'}. Tell Printful's support.{hint}"
        )
        part.settlement.record_attempt(System.PRINTFUL, "update", AttemptResult.TOO_LATE, record.reason)
        return found

    def _add(self, part: PrintPart, found: PrintOrder) -> PrintOrder:
        """Leaves the order at Printful as it is, and what was added to one more, which is sent next."""
        record = part.record
        record.units, record.addition_wanted = units_at(found), False
        record.forget_refusals()
        part.settlement.journal.additions.append(PrintRecord(PartState.PENDING, resend_wanted=True))
        part.settlement.record_attempt(
            System.PRINTFUL, "add", AttemptResult.DONE, f"what Printful order {found.id} cannot take any more"
        )
        part.record_reading(found)
        return found

    async def _confirm(self, part: PrintPart, fresh: PrintOrder | None) -> PrintOrder | None:
        record = part.record
        found = fresh or await self._read(part)  # a confirmation may have arrived without its answer
        if found is None:
            return None
        if found.status not in EDITABLE:
            record.confirm_wanted = False
            return found
        await part.settlement.refresh(FRESH)
        if self._next_step(part) is not PrintAction.CONFIRM:
            return found
        found = await self._orders.confirm_order(found.id, options=self._while_fresh(part.settlement))
        record.confirm_wanted = False
        part.settlement.record_attempt(
            System.PRINTFUL, "confirm", AttemptResult.DONE, f"Printful order {found.id} is {found.status}"
        )
        part.record_reading(found)
        return found

    def _while_fresh(self, settlement: Settlement) -> CallOptions:
        """The options of a request that is sent while the reading of the order is fresh, or not at all."""
        read_at = settlement.read_at or settlement.now()
        left_s = max(0.0, (read_at + FRESH - settlement.now()).total_seconds())
        deadline = Deadline.after(left_s + _CONFIRMATION_S, self._clock)
        given = settlement.options.deadline
        if given is None or deadline.at <= given.at:
            return replace(settlement.options, deadline=deadline, least_s=_CONFIRMATION_S)
        return replace(settlement.options, least_s=max(0.0, given.remaining_s - left_s))

    async def _read(self, part: PrintPart) -> PrintOrder | None:
        """The order as it is at Printful; None when Printful has none any more."""
        record, settlement = part.record, part.settlement
        assert record.order_id is not None
        found = await self._orders.order(record.order_id, options=settlement.options)
        record.follow_wanted = False
        if found is None:
            part.record_gone(f"Printful has no order {record.order_id} any more. Forward it again if it is wanted.")
            return None
        if record.cancel_refused and part.plan.readiness is Readiness.READY:
            record.forget_refusals()  # that it could not be cancelled is as well: it is wanted again
        part.record_reading(found)
        if record.creations > 1:
            found = await self._creation.resolve_twins(part, found)
        elif part.strays:
            found = await self._without_strays(part, found)
        return found

    async def _without_strays(self, part: PrintPart, found: PrintOrder) -> PrintOrder:
        """The order that stays, once those that appeared beside it are cancelled. Raises UpstreamError."""
        strays = [each for each in await self._search.strays(part) if each.status not in GONE]
        if found.status not in GONE:
            return await self._creation.keep_one(part, found, strays)
        for each in strays:
            await self._creation.cancel_stray(part, each)
        return found

    async def withdraw(self, settlement: Settlement) -> list[tuple[PrintRecord, PrintOrder]]:
        """Cancels at Printful because staff wish it; what fails is kept in the journal. The orders that were read."""
        read = []
        for part in print_parts(settlement):
            try:
                found = await self._withdraw(part, "staff cancelled it")
            except UpstreamError as error:
                self._delay_or_refuse(PrintAction.WITHDRAW, part, error)
            else:
                if found is not None:
                    read.append((part.record, found))
        return read

    async def _withdraw(self, part: PrintPart, why: str) -> PrintOrder | None:
        record, settlement = part.record, part.settlement
        if record.order_id is not None:
            found = await self._orders.order(record.order_id, options=settlement.options)
        else:
            found = await self._creation.find_unseen(part)
        record.may_exist = record.follow_wanted = False
        record.may_appear_until = None
        if found is None:
            record.state, record.reason, record.order_id, record.confirm_wanted = PartState.NONE, None, None, False
            return None
        part.record_reading(found)
        if record.creations > 1:
            found = await self._creation.resolve_twins(part, found)
        if record.state in _ENDED:
            return found
        if found.status not in CANCELABLE:
            self._too_late(part, found)
            return found
        try:
            found = await self._orders.cancel_order(found.id, options=settlement.options)
        except TooLate:
            self._too_late(part, found)
            return found
        record.status, record.state, record.reason = found.status, PartState.CANCELLED, why
        record.confirm_wanted = False
        settlement.record_attempt(System.PRINTFUL, "cancel", AttemptResult.DONE, f"Printful order {found.id}: {why}")
        return found

    def _too_late(self, part: PrintPart, found: PrintOrder) -> None:
        record = part.record
        record.remember_refusal(cancelling=True)
        record.state = PartState.FAILED
        record.reason = f"Too late to cancel: Printful is already making it ({found.status}). Tell Printful's support."
        part.settlement.record_attempt(System.PRINTFUL, "cancel", AttemptResult.TOO_LATE, record.reason)
