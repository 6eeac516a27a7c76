"""Creates an order at Printful exactly once, or finds the one that an earlier attempt created."""

from collections.abc import Iterable
from dataclasses import replace

from clients.errors import Rejected, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.printful.order_client import ExternalIdTaken, PrintfulOrders, TooLate
from clients.printful.orders import CANCELABLE, EDITABLE, GONE, OrderDraft, PrintOrder
from clients.upstreams import UpstreamName
from resolvers.orders.comparing import with_printed_art
from resolvers.orders.journal import APPEARS_WITHIN, AttemptResult, PartState, PrintRecord, System
from resolvers.orders.print_checks import PrintChecks
from resolvers.orders.print_part import PrintPart, mismatch
from resolvers.orders.print_search import PrintSearch
from resolvers.orders.print_split import added_units, units_at

_CREATION_S = 1.0  # the usual time of a creation
_ATTEMPT_S = 30.0  # the longest wait for one


class PrintCreation:
    """Creates Printful orders. A second request is sent only when the first can no longer be carried out."""

    def __init__(self, orders: PrintfulOrders, search: PrintSearch, checks: PrintChecks) -> None:
        self._orders = orders
        self._search = search
        self._checks = checks

    async def forward(self, part: PrintPart, draft: OrderDraft) -> PrintOrder:
        """The order at Printful, as the draft describes it. Raises UpstreamError."""
        record = part.record
        if record.resend_wanted:
            await self._checks.no_other_printer(part.settlement.options)
            await self._begin_again(part)
        record.external_id = part.number
        draft = replace(draft, external_id=part.number)
        found = await self.find_unconfirmed(part) if part.is_unconfirmed else None
        if found is None:
            record.may_exist = False
            found = await self._create(part, draft)
        else:
            found = await self._adopt(part, found, draft)
        return await self.resolve_twins(part, found) if record.creations > 1 else found

    async def find_unconfirmed(self, part: PrintPart) -> PrintOrder | None:
        """The order that an earlier request may have created; None when it can no longer appear.

        Raises Unavailable while it still may, and UpstreamError.
        """
        found = await self._search.find(part)
        if found is not None and found.status in GONE:
            found = await self._search.latest_alive(part) or found
        if found is None and part.record.may_have_unconfirmed_creation(part.settlement.now()):
            what = "an earlier request may still be carried out; the gateway checks again"
            raise Unavailable(UpstreamName.PRINTFUL, "create", what, was_sent=False)
        return found

    async def resolve_twins(self, part: PrintPart, found: PrintOrder) -> PrintOrder:
        """Keeps one of several orders that were created under one number, and cancels the others.

        Raises UpstreamError: then it must be called again.
        """
        others = [*await self._search.listed(part), *await self._search.strays(part)]
        found = await self.keep_one_order(part, found, others)
        part.record.creations = 0
        return found

    async def keep_one_order(self, part: PrintPart, found: PrintOrder, others: Iterable[PrintOrder]) -> PrintOrder:
        """The order that is kept: one that Printful already makes, else `found`. The others are cancelled."""
        twins = {each.id: each for each in others if each.id != found.id and each.status not in GONE}
        if not twins or found.status in GONE:
            return found
        remaining = next((each for each in (found, *twins.values()) if each.status not in CANCELABLE), found)
        for each in (found, *twins.values()):
            if each is not remaining:
                await self._cancel_twin(part, each, remaining)
        if remaining is not found:
            part.record.order_id = remaining.id
            if (
                part.plan.draft is not None
                and mismatch(with_printed_art(part.plan.draft, remaining), remaining) is not None
            ):
                part.record.digest = None
            part.record_reading(remaining)
        return remaining

    async def cancel_stray(self, part: PrintPart, stray: PrintOrder) -> None:
        """Cancels an order that is not needed, or warns that it is too late. Raises UpstreamError."""
        try:
            if stray.status not in CANCELABLE:
                raise TooLate(UpstreamName.PRINTFUL, "cancel_order", stray.status, was_sent=False)
            await self._orders.cancel_order(stray.id, options=part.settlement.options)
        except TooLate:
            why = f"Printful makes order {stray.id}, which is not needed: contact Printful's support."
            part.record_failure(why)
            part.settlement.record_attempt(System.PRINTFUL, "cancel_stray", AttemptResult.TOO_LATE, why)
        else:
            what = f"Printful order {stray.id} appeared late and is not needed"
            part.settlement.record_attempt(System.PRINTFUL, "cancel_stray", AttemptResult.DONE, what)

    async def _cancel_twin(self, part: PrintPart, twin: PrintOrder, remaining: PrintOrder) -> None:
        try:
            if twin.status not in CANCELABLE:
                raise TooLate(UpstreamName.PRINTFUL, "cancel_order", twin.status, was_sent=False)
            await self._orders.cancel_order(twin.id, options=part.settlement.options)
        except TooLate:
            why = f"Printful makes the goods twice, as orders {remaining.id} and {twin.id}: contact Printful's support."
            part.record.remember_refusal(part.planned_digest)
            part.record_failure(why)
            part.settlement.record_attempt(System.PRINTFUL, "cancel_twin", AttemptResult.TOO_LATE, why)
        else:
            what = f"Printful order {twin.id}, a duplicate of {remaining.id}"
            part.settlement.record_attempt(System.PRINTFUL, "cancel_twin", AttemptResult.DONE, what)

    async def _begin_again(self, part: PrintPart) -> None:
        """Takes another number, and saves it before anything is sent under it."""
        record = part.record
        record.external_id = await self._search.free_number(part)
        record.order_id, record.may_exist, record.digest, record.status = None, True, None, None
        record.creations, record.may_appear_until = 0, None
        record.resend_wanted, record.state, record.forwarded_at = False, PartState.PENDING, None
        await part.settlement.save()

    async def _create(self, part: PrintPart, draft: OrderDraft) -> PrintOrder:
        settlement, record = part.settlement, part.record
        await self._checks.no_other_printer(settlement.options)
        if part.plan.checks_shipping:
            await self._checks.shipping_is_offered(draft, settlement.options)
        record.note_creation(settlement.now(), _longest_attempt_s(settlement.options))
        try:
            found = await self._orders.create_order(draft, options=replace(settlement.options, least_s=_CREATION_S))
        except ExternalIdTaken:
            return await self._adopt(part, await self._taken(part), draft)
        except UpstreamError as error:
            if not error.may_be_done:
                record.forget_creation()
                raise
            record.may_appear_until = settlement.now() + APPEARS_WITHIN
            settlement.record_attempt(
                System.PRINTFUL,
                "create",
                AttemptResult.UNCERTAIN,
                "no clear answer; checking whether the order was created",
            )
            found_late = await self._search.find(part)
            if found_late is None:
                raise
            return await self._adopt(part, found_late, draft)
        settlement.record_attempt(System.PRINTFUL, "create", AttemptResult.DONE, f"Printful order {found.id}")
        part.record_sent(found, draft)
        return found

    async def _taken(self, part: PrintPart) -> PrintOrder:
        """The order that uses the number. Raises Unavailable while Printful does not show it."""
        record = part.record
        record.creations = max(0, record.creations - 1)
        record.may_appear_until = part.settlement.now() + APPEARS_WITHIN
        found = await self._search.find_by_taken_number(part)
        if found is not None and found.status in GONE:
            found = await self._search.latest_alive(part) or found
        if found is None:
            what = "the order's number is taken, but Printful does not show that order yet; the gateway checks again"
            raise Unavailable(UpstreamName.PRINTFUL, "create", what)
        return found

    async def _adopt(self, part: PrintPart, found: PrintOrder, draft: OrderDraft) -> PrintOrder:
        """Adopts an order that an earlier attempt created, once its contents are right."""
        settlement, record = part.settlement, part.record
        if found.status in GONE:
            part.record_reading(found)
            return found
        draft = replace(draft, external_id=found.external_id or draft.external_id)
        is_locked = found.status not in EDITABLE
        different = mismatch(with_printed_art(draft, found) if is_locked else draft, found)
        if different is not None and is_locked and await self._find_additions(part, found):
            assert part.plan.draft is not None
            draft = replace(part.plan.draft, external_id=draft.external_id)
            different = mismatch(with_printed_art(draft, found), found)
        if different is not None and is_locked:
            record.order_id, record.status = found.id, found.status
            record.external_id = found.external_id or record.external_id
            words = f"Printful order {found.id} exists for this order but differs: {different}"
            raise Rejected(UpstreamName.PRINTFUL, "adopt", words)
        if different is not None:
            found = await self._orders.update_order(found.id, draft, options=settlement.options)
        settlement.record_attempt(System.PRINTFUL, "adopt", AttemptResult.DONE, f"Printful order {found.id}")
        part.record_sent(found, draft)
        return found

    async def _find_additions(self, part: PrintPart, found: PrintOrder) -> bool:
        """Looks for orders of the same number that have the missing goods; a lost journal does not list them."""
        journal, draft = part.settlement.journal, part.plan.draft
        if part.position or journal.additions or draft is None or not added_units(draft, found):
            return False
        family = [
            each async for each in self._search.all_of_order(part) if each.id != found.id and each.status not in GONE
        ]
        if family:
            part.record.units = units_at(found)
            journal.additions += [_unknown(each) for each in family]
        return bool(family)


def _unknown(found: PrintOrder) -> PrintRecord:
    """The record of an addition that the journal lost: it is adopted like one whose answer was lost."""
    return PrintRecord(PartState.PENDING, external_id=found.external_id, may_exist=True, units=units_at(found))


def _longest_attempt_s(options: CallOptions) -> float:
    """The longest wait for the answer to one request."""
    allowed_s = _ATTEMPT_S if options.attempt_s is None else options.attempt_s
    return allowed_s if options.deadline is None else min(allowed_s, options.deadline.remaining_s)
