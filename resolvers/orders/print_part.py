"""One Printful order of an order: its plan, its record, and the action that it needs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from clients.printful.orders import EDITABLE, GONE, OrderDraft, PrintOrder, PrintStatus, RetailCosts
from resolvers.orders.comparing import difference, draft_digest, lacking
from resolvers.orders.journal import AttemptResult, PartState, PrintRecord, System
from resolvers.orders.parts import ENDED, Action, Part
from resolvers.orders.plan import Confirm, ForwardingRules, PrintPlan, Readiness
from resolvers.orders.print_split import split
from resolvers.orders.settlement import Settlement

_TROUBLED = frozenset({PrintStatus.FAILED, PrintStatus.ON_HOLD})


def print_parts(settlement: Settlement) -> "list[PrintPart]":
    """All Printful orders of an order, oldest first."""
    return [PrintPart(settlement, position) for position in range(len(settlement.journal.print_records))]


@dataclass(frozen=True, slots=True)
class PrintPart(Part):
    """One Printful order of `settlement`: the first, or the one at `position` among the additions."""

    settlement: Settlement
    position: int = 0
    system: ClassVar[System] = System.PRINTFUL

    @property
    def record(self) -> PrintRecord:
        """Its record in the journal."""
        return self.settlement.journal.print_records[self.position]

    @property
    def plan(self) -> PrintPlan:
        """Its current plan."""
        return split(self.settlement.plan.print, self.settlement.journal.print_records)[self.position]

    @property
    def planned_digest(self) -> str | None:
        """The digest of the planned goods and their destination; None when nothing can be sent."""
        return None if self.plan.draft is None else goods_digest(self.plan.draft)

    @property
    def number(self) -> str:
        """Its external id at Printful, now or later."""
        return self.record.external_id or self.settlement.order.number

    @property
    def strays(self) -> list[int]:
        """Orders that Printful has under the order's number, but the journal has not."""
        if self.settlement.journal.is_new:
            return []
        known = {record.order_id for record in self.settlement.journal.print_records}
        return sorted(self.settlement.seen_print_orders - known)

    @property
    def other_numbers(self) -> set[str | None]:
        """The external ids of the order's other Printful orders."""
        return {record.external_id for record in self.settlement.journal.print_records if record is not self.record}

    @property
    def is_last(self) -> bool:
        """Whether it takes the goods that the others do not have."""
        return self.position == len(self.settlement.journal.additions)

    @property
    def is_known(self) -> bool:
        return self.record.order_id is not None

    @property
    def is_unconfirmed(self) -> bool:
        return not self.is_known and (self.record.may_exist or bool(self.strays))

    @property
    def is_withdrawable(self) -> bool:
        return self.record.state not in ENDED and not self.record.cancel_refused

    @property
    def names_reason(self) -> bool:
        return bool(self.plan.unmade) or self.plan.readiness is Readiness.REFUSED

    @property
    def is_over(self) -> bool:
        """Whether Printful's parcels contain all of it."""
        return self.plan.is_sent and self.is_known and self.record.state is not PartState.CANCELLED

    @property
    def is_cancelled_by_staff(self) -> bool:
        return self.position in self.settlement.prints_to_cancel

    @property
    def needs_follow_up(self) -> bool:
        record = self.record
        is_due = record.follow_wanted or record.creations > 1 or bool(self.strays)
        return self.settlement.follow or is_due or any(parcel.sending_since for parcel in record.parcels.values())

    def action_when_ready(self) -> Action:
        record, digest = self.record, self.planned_digest
        if record.order_id is None:
            return Action.REST if record.refused_digest == digest and not self.exists else Action.FORWARD
        if record.state is PartState.CANCELLED:
            return Action.FORWARD if record.resend_wanted else self.follow_up_action()
        if digest not in (record.digest, record.refused_digest):
            return Action.UPDATE
        if self._is_to_be_confirmed():
            return Action.CONFIRM
        return Action.FOLLOW if self._obstacle_is_fixed() else self.follow_up_action()

    def _obstacle_is_fixed(self) -> bool:
        """Whether the order failed for a fault in its plan that is fixed now."""
        record = self.record
        if record.state is not PartState.FAILED or self._is_in_trouble_of_its_own():
            return False
        return record.refused_digest is None and record.confirm_refused is None

    def _is_in_trouble_of_its_own(self) -> bool:
        """Whether it failed at Printful, and not for a fault in its plan."""
        record = self.record
        returned = any(parcel.returned for parcel in record.parcels.values())
        return record.status in _TROUBLED or returned or record.lacks_goods

    def _is_to_be_confirmed(self) -> bool:
        record = self.record
        if record.status not in EDITABLE or record.state not in (PartState.FORWARDED, PartState.FAILED):
            return False
        if record.confirm_wanted:
            return True
        if self.plan.unconfirmable is not None or record.status != PrintStatus.DRAFT or record.lacks_goods:
            return False
        return record.confirm_refused != (record.digest or "") and is_confirmed_by_rule(
            self.settlement.rules, record.forwarded_at, self.settlement.now()
        )

    def remember_refusal(self, action: Action) -> None:
        self.record.confirm_wanted = False
        if action is Action.CONFIRM:
            self.record.remember_refusal(confirmation=self.record.digest or "")
        else:
            super(PrintPart, self).remember_refusal(action)

    def end(self, action: Action) -> None:
        if action is Action.WITHDRAW:
            self.settlement.prints_to_cancel.discard(self.position)

    def rest(self) -> None:
        self.record.addition_wanted = False

    def record_sent(self, found: PrintOrder, draft: OrderDraft) -> None:
        """Records that it was sent to Printful."""
        record = self.record
        record.may_exist, record.may_appear_until = False, None
        record.forget_refusals()
        record.digest = goods_digest(draft)
        record.forwarded_at = record.forwarded_at or self.settlement.now()
        self.record_reading(found)

    def record_reading(self, found: PrintOrder) -> None:
        """Records its state at Printful."""
        record = self.record
        record.order_id, record.may_exist, record.may_appear_until = found.id, False, None
        record.external_id = found.external_id or record.external_id
        changed = record.status != found.status
        record.status = found.status
        if found.status not in EDITABLE:  # whether or not the gateway confirmed it
            record.confirm_wanted = False
            if record.confirm_refused is not None:
                record.forget_refusals()
        if found.status in GONE:
            self.record_gone(f"The order was {found.status} at Printful. Forward it again if it is still needed.")
        elif found.status in _TROUBLED:
            if changed or record.state is not PartState.FAILED:  # Printful's webhooks may have said more
                why = (found.error or "check the order there").rstrip(".")
                record.reason = self.settlement.clean(f"Printful says {found.status}: {why}.")
            record.state = PartState.FAILED
            if changed:
                self.settlement.record_attempt(System.PRINTFUL, "follow", AttemptResult.REFUSED, record.reason or "")
        elif record.state is not PartState.DONE and not record.was_refused:
            self._record_goods(found)

    def _record_goods(self, found: PrintOrder) -> None:
        """Records whether Printful's order lacks goods that were sent."""
        record, draft = self.record, self.plan.draft
        lacked_before = record.lacks_goods
        missing = lacking(draft, found) if draft is not None and record.digest == self.planned_digest else None
        record.lacks_goods = missing is not None
        if missing is None:
            record.state, record.reason = PartState.FORWARDED, None
            return
        mend = "Forward it again to add them." if found.status in EDITABLE else "Tell Printful's support."
        record.state = PartState.FAILED
        record.reason = self.settlement.clean(f"Printful's order lacks goods that were sent: {missing}. {mend}")
        if not lacked_before:
            self.settlement.record_attempt(System.PRINTFUL, "follow", AttemptResult.REFUSED, record.reason)

    def record_gone(self, why: str) -> None:
        """Records that it will not be made."""
        record = self.record
        record.confirm_wanted = False
        if record.state not in (PartState.CANCELLED, PartState.DONE):  # archiving does not undo a shipment
            record.state, record.reason = PartState.CANCELLED, why
            self.settlement.record_attempt(System.PRINTFUL, "follow", AttemptResult.REFUSED, why)

    def record_failure(self, why: str) -> None:
        """Records that it is at Printful but differs from its plan."""
        self.record.state, self.record.reason = PartState.FAILED, self.settlement.clean(why)


def is_confirmed_by_rule(rules: ForwardingRules, forwarded_at: datetime | None, now: datetime) -> bool:
    """Whether `PRINTFUL_CONFIRM` says to confirm the draft by now."""
    match rules.confirm:
        case Confirm.AUTO:
            return True
        case Confirm.HOLD:
            return forwarded_at is not None and now >= forwarded_at + timedelta(minutes=rules.hold_minutes)
        case Confirm.MANUAL:
            return False


def goods_digest(draft: OrderDraft) -> str:
    """The digest of the printed goods and their destination, without prices: a refund of money changes no parcel."""
    nothing = RetailCosts(draft.retail_costs.currency, Decimal(0), Decimal(0), Decimal(0), Decimal(0))
    return draft_digest(replace(draft, external_id="", retail_costs=nothing))


def mismatch(draft: OrderDraft, found: PrintOrder) -> str | None:
    """How an order at Printful differs from the draft, including the address; None when it does not."""
    return difference(draft, found) or _moved(draft, found)


def _moved(draft: OrderDraft, found: PrintOrder) -> str | None:
    ours = {"address1": draft.recipient.address1, "city": draft.recipient.city, "zip": draft.recipient.zip}
    other = [name for name, value in ours.items() if value and found.recipient.get(name) not in (None, value)]
    return f"the address ({', '.join(other)})" if other else None
