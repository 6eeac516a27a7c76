"""One of the Printful orders that an order has: what is wanted of it, what is remembered, and how it was last seen."""

from dataclasses import dataclass, replace
from decimal import Decimal

from clients.printful.orders import EDITABLE, GONE, OrderDraft, PrintOrder, RetailCosts
from resolvers.orders.comparing import difference, draft_digest, lacking
from resolvers.orders.journal import AttemptResult, PartState, PrintRecord, System
from resolvers.orders.plan import PrintPlan
from resolvers.orders.print_split import split
from resolvers.orders.settlement import Settlement

_TROUBLED = frozenset({"failed", "onhold"})


def print_parts(settlement: Settlement) -> "list[PrintPart]":
    """All Printful orders of an order, the first first."""
    return [PrintPart(settlement, position) for position in range(len(settlement.journal.print_records))]


@dataclass(frozen=True, slots=True)
class PrintPart:
    """One Printful order of `settlement`: the first, or the one at `position` among those made for additions."""

    settlement: Settlement
    position: int = 0

    @property
    def record(self) -> PrintRecord:
        """What is remembered of it."""
        return self.settlement.journal.print_records[self.position]

    @property
    def plan(self) -> PrintPlan:
        """What is wanted of it now."""
        return split(self.settlement.plan.print, self.settlement.journal.print_records)[self.position]

    @property
    def digest(self) -> str | None:
        """Of the goods that are wanted and where they go; None when nothing can be sent."""
        return None if self.plan.draft is None else goods_digest(self.plan.draft)

    @property
    def number(self) -> str:
        """The number that it has at Printful, or will have."""
        return self.record.external_id or self.settlement.order.number

    @property
    def strays(self) -> list[int]:
        """Orders at Printful that were seen under the order's number and that its journal, if any, does not know."""
        if self.settlement.journal.is_new:
            return []
        known = {record.order_id for record in self.settlement.journal.print_records}
        return sorted(self.settlement.seen_print_orders - known)

    @property
    def other_numbers(self) -> set[str | None]:
        """The numbers of the order's other Printful orders."""
        return {record.external_id for record in self.settlement.journal.print_records if record is not self.record}

    @property
    def is_last(self) -> bool:
        """Whether it takes what the others do not hold."""
        return self.position == len(self.settlement.journal.additions)

    @property
    def exists(self) -> bool:
        """Whether it is at Printful, or may be."""
        return self.record.order_id is not None or self.record.may_exist or bool(self.strays)

    @property
    def is_unseen(self) -> bool:
        """Whether it may be at Printful, and nobody has seen it there."""
        return self.record.order_id is None and self.exists

    def record_sent(self, found: PrintOrder, draft: OrderDraft) -> None:
        """Remembers that what was sent is at Printful."""
        record = self.record
        record.may_exist, record.may_appear_until = False, None
        record.forget_refusals()
        record.digest = goods_digest(draft)
        record.forwarded_at = record.forwarded_at or self.settlement.now()
        self.record_reading(found)

    def record_reading(self, found: PrintOrder) -> None:
        """Remembers how it stands at Printful."""
        record = self.record
        record.order_id, record.may_exist, record.may_appear_until = found.id, False, None
        record.external_id = found.external_id or record.external_id
        changed = record.status != found.status
        record.status = found.status
        if found.status not in EDITABLE:  # whoever confirmed it
            record.confirm_wanted = False
            if record.confirm_refused is not None:
                record.forget_refusals()
        if found.status in GONE:
            self.record_gone(f"The order was {found.status} at Printful. Forward it again if it is still wanted.")
        elif found.status in _TROUBLED:
            if changed or record.state is not PartState.FAILED:  # Printful's messages may have told more of it
                why = (found.error or "look at the order there").rstrip(".")
                record.reason = self.settlement.clean(f"Printful says {found.status}: {why}.")
            record.state = PartState.FAILED
            if changed:
                self.settlement.record_attempt(System.PRINTFUL, "follow", AttemptResult.REFUSED, record.reason or "")
        elif record.state is not PartState.DONE and not record.was_refused:
            self._record_goods(found)

    def _record_goods(self, found: PrintOrder) -> None:
        """It is well but for goods that were sent and that Printful does not have any more."""
        record, draft = self.record, self.plan.draft
        lacked_before = record.lacks_goods
        missing = lacking(draft, found) if draft is not None and record.digest == self.digest else None
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
        """Remembers that it will not be made."""
        record = self.record
        record.confirm_wanted = False
        if record.state not in (PartState.CANCELLED, PartState.DONE):  # what was sent may be put away
            record.state, record.reason = PartState.CANCELLED, why
            self.settlement.record_attempt(System.PRINTFUL, "follow", AttemptResult.REFUSED, why)

    def record_failure(self, why: str) -> None:
        """Remembers that it is at Printful and not as it should be."""
        self.record.state, self.record.reason = PartState.FAILED, self.settlement.clean(why)

    def is_in_trouble_of_its_own(self) -> bool:
        """Whether Printful's order itself is why it failed, and not the plan."""
        record = self.record
        returned = any(parcel.returned for parcel in record.parcels.values())
        return record.status in _TROUBLED or returned or record.lacks_goods


def goods_digest(draft: OrderDraft) -> str:
    """Of what is printed and where it goes. What it cost does not count: a refund of money changes no parcel."""
    nothing = RetailCosts(draft.retail_costs.currency, Decimal(0), Decimal(0), Decimal(0), Decimal(0))
    return draft_digest(replace(draft, external_id="", retail_costs=nothing))


def mismatch(draft: OrderDraft, found: PrintOrder) -> str | None:
    """In words, what of an order at Printful is not as in the draft, the address included; None when all is."""
    return difference(draft, found) or _moved(draft, found)


def _moved(draft: OrderDraft, found: PrintOrder) -> str | None:
    ours = {"address1": draft.recipient.address1, "city": draft.recipient.city, "zip": draft.recipient.zip}
    other = [name for name, value in ours.items() if value and found.recipient.get(name) not in (None, value)]
    return f"the address ({', '.join(other)})" if other else None
