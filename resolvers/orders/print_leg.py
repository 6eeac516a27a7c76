"""Brings an order's part at Printful to where its plan wants it, exactly once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from cachetools import TTLCache

from clients.errors import Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import Terms
from clients.printful.client import Printful
from clients.printful.order_client import ExternalIdTaken, PrintfulOrders, TooLate
from clients.printful.orders import CANCELABLE, EDITABLE, GONE, OrderDraft, PrintOrder, RetailCosts
from clients.printful.shipping import RateItem, Recipient
from resolvers.orders.comparing import difference, draft_digest, with_art_as_made
from resolvers.orders.journal import IN_FLIGHT, PrintRecord, Result, State, System
from resolvers.orders.plan import Confirm, ForwardingRules, PrintPlan, Readiness
from resolvers.orders.work import Work

_APP_CHECK_S = 600.0
_CREATION_S = 1.0  # what a creation usually takes
_TROUBLED = {"failed", "onhold"}
_APP_IS_CONNECTED = (
    "Printful's own Shopify app is connected to this account and would print the order too. Disconnect the store in "
    "Printful, or set PRINTFUL_APP_ALLOWED=true if that store prints nothing of this shop."
)


class Step(StrEnum):
    """What is to be done next about the Printful order."""

    REST = "rest"
    CLEAR = "clear"
    WAIT = "wait"
    REFUSE = "refuse"
    FORWARD = "forward"
    UPDATE = "update"
    CONFIRM = "confirm"
    FOLLOW = "follow"
    WITHDRAW = "withdraw"


class PrintLeg:
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
        self._printful = printful
        self._orders = orders
        self._rules = rules
        self._app_allowed = app_allowed
        self._asking: asyncio.Future[None] | None = None
        self._app_connected: TTLCache[str, bool] = TTLCache(1, _APP_CHECK_S, timer=clock)

    def next_step(self, work: Work) -> Step:
        """Decides by the plan and by what is remembered; asks nobody."""
        plan, record = work.plan.print, work.journal.print
        exists = record.order_id is not None or record.may_exist
        if plan.readiness is Readiness.NOTHING or (plan.readiness is Readiness.REFUSED and work.is_flagged):
            if exists and record.state not in (State.CANCELLED, State.DONE) and not record.cancel_refused:
                return Step.WITHDRAW
            if plan.readiness is Readiness.REFUSED and not exists:
                return Step.REFUSE if record.reason != plan.reason else Step.REST
            if not exists and record.state is not State.NONE:
                return Step.CLEAR
            return self._followed(work)
        if plan.is_sent and record.order_id is not None and record.state is not State.CANCELLED:
            return self._followed(work)  # what becomes of the order now comes too late by its nature
        if plan.readiness is Readiness.WAITING and not exists:
            return Step.WAIT if (record.state, record.reason) != (State.WAITING, plan.reason) else Step.REST
        if plan.readiness is Readiness.REFUSED:
            return Step.REFUSE if record.reason != plan.reason else self._followed(work)
        if plan.readiness is Readiness.READY and plan.draft is not None:
            digest = goods_digest(plan.draft)
            if record.order_id is None:
                return Step.REST if record.refused_digest == digest else Step.FORWARD
            if record.state is State.CANCELLED:
                return Step.FORWARD if record.resend_wanted else self._followed(work)
            if digest not in (record.digest, record.refused_digest):
                return Step.UPDATE
            if self._is_to_be_confirmed(work, plan, record):
                return Step.CONFIRM
            if self._was_in_the_way(record):
                return Step.FOLLOW
        return self._followed(work)

    def _was_in_the_way(self, record: PrintRecord) -> bool:
        """Whether the order failed for something of the plan's, which is mended now."""
        if record.state is not State.FAILED or record.status in _TROUBLED:
            return False
        if record.refused_digest is not None or record.confirm_refused is not None:
            return False
        return not any(parcel.returned for parcel in record.parcels.values())

    def _followed(self, work: Work) -> Step:
        record = work.journal.print
        if record.order_id is None:
            return Step.REST
        wanted = work.look or record.follow_wanted or any(p.sending_since for p in record.parcels.values())
        return Step.FOLLOW if wanted else Step.REST

    def _is_to_be_confirmed(self, work: Work, plan: PrintPlan, record: PrintRecord) -> bool:
        if record.status not in EDITABLE or record.state not in (State.FORWARDED, State.FAILED):
            return False
        if record.confirm_wanted:
            return True
        if plan.unconfirmable is not None or record.status != "draft":
            return False
        if record.confirm_refused == (record.digest or ""):
            return False
        match self._rules.confirm:
            case Confirm.AUTO:
                return True
            case Confirm.HOLD:
                since = record.forwarded_at
                return since is not None and work.now() >= since + timedelta(minutes=self._rules.hold_minutes)
        return False

    async def run(self, work: Work) -> PrintOrder | None:
        """Does what is to be done; what fails is kept in the journal. The order at Printful, where it was read."""
        found: PrintOrder | None = None
        for _ in range(4):  # forwarded, then confirmed
            step = self.next_step(work)
            if step is Step.REST or (step is Step.FOLLOW and found is not None):
                break
            try:
                found = await self._do(step, work, found) or found
            except UpstreamError as error:
                self._delay_or_refuse(step, work, error)
                break
        return found

    async def _do(self, step: Step, work: Work, fresh: PrintOrder | None) -> PrintOrder | None:
        plan, record = work.plan.print, work.journal.print
        match step:
            case Step.CLEAR:
                record.state, record.reason = State.NONE, None
                record.refuse()
            case Step.WAIT:
                record.state, record.reason = State.WAITING, plan.reason
            case Step.REFUSE:
                record.state = State.REFUSED if record.order_id is None else State.FAILED
                record.reason = plan.reason
                work.note(System.PRINTFUL, "plan", Result.REFUSED, plan.reason or "")
            case Step.FORWARD:
                assert plan.draft is not None
                return await self._forward(work, plan.draft)
            case Step.UPDATE:
                assert plan.draft is not None
                return await self._update(work, plan.draft)
            case Step.CONFIRM:
                return await self._confirm(work, fresh)
            case Step.FOLLOW:
                return await self._read(work)
            case Step.WITHDRAW:
                return await self._withdraw(work, plan.reason or "the order was cancelled or refunded")
        return None

    def _delay_or_refuse(self, step: Step, work: Work, error: UpstreamError) -> None:
        record, plan = work.journal.print, work.plan.print
        words = work.failed(System.PRINTFUL, step.value, error)
        if not isinstance(error, Rejected):
            if record.order_id is None:
                record.state, record.reason = State.PENDING, words
            else:
                record.follow_wanted = True
            return
        record.reason = words
        record.state = State.REFUSED if record.order_id is None else State.FAILED
        record.confirm_wanted = record.follow_wanted = False
        if step is Step.CONFIRM:
            record.refuse(confirmation=record.digest or "")
        elif step is Step.WITHDRAW:
            record.refuse(cancelling=True)
        elif plan.draft is not None:
            record.refuse(goods_digest(plan.draft))

    async def _forward(self, work: Work, draft: OrderDraft) -> PrintOrder | None:
        record = work.journal.print
        if not self._app_allowed and await self._app_is_connected(work.terms):
            raise Rejected("printful", "forward", _APP_IS_CONNECTED)
        if record.resend_wanted:
            record.external_id = await self._free_id(work, draft.external_id)
            record.order_id, record.may_exist, record.digest, record.status = None, True, None, None
            record.resend_wanted, record.state, record.forwarded_at = False, State.PENDING, None
            await work.save()
        draft = replace(draft, external_id=record.external_id or draft.external_id)
        record.external_id = draft.external_id
        if work.plan.print.checks_shipping:
            await self._check_shipping(work, draft)
        found = None
        if record.may_exist:
            found = await self._orders.order_by_external_id(draft.external_id, terms=work.terms)
        if found is None:
            record.may_exist, record.may_appear_until = True, work.now() + IN_FLIGHT
            try:
                found = await self._orders.create_order(draft, terms=replace(work.terms, least_s=_CREATION_S))
                work.note(System.PRINTFUL, "create", Result.DONE, f"Printful order {found.id}")
                self._absorb_new(work, found, draft)
                return found
            except ExternalIdTaken:
                found = await self._orders.order_by_external_id(draft.external_id, terms=work.terms)
                if found is None:
                    taken = "the order's number is taken, and nothing is found under it"
                    raise Rejected("printful", "create", taken) from None
            except Throttled:
                record.may_exist = False  # it was not let in
                raise
            except Rejected:
                record.may_exist = False
                raise
            except UpstreamError as error:
                if not error.may_be_done:
                    record.may_exist = False
                    raise
                looking = "no clear answer came; looking whether it arrived"
                work.note(System.PRINTFUL, "create", Result.UNCERTAIN, looking)
                found = await self._orders.order_by_external_id(draft.external_id, terms=work.terms)
                if found is None:
                    raise
        return await self._adopt(work, found, draft)

    async def _adopt(self, work: Work, found: PrintOrder, draft: OrderDraft) -> PrintOrder:
        """Takes an order that an earlier attempt made for ours, once it is as it should be."""
        record = work.journal.print
        if found.status in GONE:
            self._absorb(work, found)
            record.may_exist = False
            return found
        is_locked = found.status not in EDITABLE
        different = difference(with_art_as_made(draft, found) if is_locked else draft, found) or _moved(draft, found)
        if different is not None and is_locked:
            record.order_id, record.status = found.id, found.status
            words = f"Printful order {found.id} exists for this order and differs: {different}"
            raise Rejected("printful", "adopt", words)
        if different is not None:
            found = await self._orders.update_order(found.id, draft, terms=work.terms)
        work.note(System.PRINTFUL, "adopt", Result.DONE, f"Printful order {found.id}")
        self._absorb_new(work, found, draft)
        return found

    async def _free_id(self, work: Work, number: str) -> str:
        """The first of `<number>-2`, `-3`, ... behind which no cancelled order stands."""
        for attempt in range(2, 100):
            candidate = f"{number}-{attempt}"
            there = await self._orders.order_by_external_id(candidate, terms=work.terms)
            if there is None or there.status not in GONE:
                return candidate
        raise Rejected("printful", "resend", "it was sent a hundred times")

    async def _update(self, work: Work, draft: OrderDraft) -> PrintOrder | None:
        record = work.journal.print
        found = await self._read(work)
        if found is None or found.status in GONE:
            return found
        draft = replace(draft, external_id=found.external_id or draft.external_id)
        if found.status in EDITABLE:
            found = await self._orders.update_order(found.id, draft, terms=work.terms)
            work.note(System.PRINTFUL, "update", Result.DONE, "the order had changed")
            self._absorb_new(work, found, draft)
            return found
        if record.digest == goods_digest(with_art_as_made(draft, found)):
            record.digest = goods_digest(draft)  # only the design's address is new, and Printful has the picture
            return found
        record.refuse(goods_digest(draft))
        record.state = State.FAILED
        record.reason = (
            f"The order changed after Printful had begun ({found.status}): "
            f"{difference(draft, found) or 'the address or the shipping'}. Tell Printful's support."
        )
        work.note(System.PRINTFUL, "update", Result.TOO_LATE, record.reason)
        return found

    async def _confirm(self, work: Work, fresh: PrintOrder | None) -> PrintOrder | None:
        record = work.journal.print
        found = fresh or await self._read(work)  # a confirmation may have arrived without its answer
        if found is None:
            return None
        if found.status not in EDITABLE:
            record.confirm_wanted = False
            return found
        found = await self._orders.confirm_order(found.id, terms=work.terms)
        record.confirm_wanted = False
        work.note(System.PRINTFUL, "confirm", Result.DONE, f"Printful order {found.id} is {found.status}")
        self._absorb(work, found)
        return found

    async def _read(self, work: Work) -> PrintOrder | None:
        """The order as it is at Printful; None when Printful has none any more."""
        record = work.journal.print
        assert record.order_id is not None
        found = await self._orders.order(record.order_id, terms=work.terms)
        record.follow_wanted = False
        if found is None:
            self._is_gone(work, f"Printful has no order {record.order_id} any more. Forward it again if it is wanted.")
            return None
        if record.cancel_refused and work.plan.print.readiness is Readiness.READY:
            record.refuse()  # that it could not be cancelled is as well: it is wanted again
        self._absorb(work, found)
        return found

    async def withdraw(self, work: Work) -> PrintOrder | None:
        """Cancels at Printful because staff wish it; what fails is kept in the journal."""
        try:
            return await self._withdraw(work, "staff cancelled it")
        except UpstreamError as error:
            self._delay_or_refuse(Step.WITHDRAW, work, error)
            return None

    async def _withdraw(self, work: Work, why: str) -> PrintOrder | None:
        record = work.journal.print
        if record.order_id is not None:
            found = await self._orders.order(record.order_id, terms=work.terms)
        else:
            number = record.external_id or work.order.number
            found = await self._orders.order_by_external_id(number, terms=work.terms)
        if found is None and record.may_have_unseen_creation(work.now()):
            raise Unavailable("printful", "cancel", "the order may still be on its way there")
        record.may_exist = record.follow_wanted = False
        if found is None:
            record.state, record.reason, record.order_id, record.confirm_wanted = State.NONE, None, None, False
            return None
        self._absorb(work, found)
        if record.state in (State.CANCELLED, State.DONE):
            return found
        if found.status not in CANCELABLE:
            self._too_late(work, found)
            return found
        try:
            found = await self._orders.cancel_order(found.id, terms=work.terms)
        except TooLate:
            self._too_late(work, found)
            return found
        record.status, record.state, record.reason = found.status, State.CANCELLED, why
        record.confirm_wanted = False
        work.note(System.PRINTFUL, "cancel", Result.DONE, f"Printful order {found.id}: {why}")
        return found

    def _too_late(self, work: Work, found: PrintOrder) -> None:
        record = work.journal.print
        record.refuse(cancelling=True)
        record.state = State.FAILED
        record.reason = f"Too late to cancel: Printful is already making it ({found.status}). Tell Printful's support."
        work.note(System.PRINTFUL, "cancel", Result.TOO_LATE, record.reason)

    def _absorb_new(self, work: Work, found: PrintOrder, draft: OrderDraft) -> None:
        """Remembers that what was sent is there."""
        record = work.journal.print
        record.may_exist = False
        record.refuse()
        record.digest = goods_digest(draft)
        record.forwarded_at = record.forwarded_at or work.now()
        self._absorb(work, found)

    def _absorb(self, work: Work, found: PrintOrder) -> None:
        """Remembers how it stands at Printful."""
        record = work.journal.print
        record.order_id = found.id
        record.external_id = found.external_id or record.external_id
        changed = record.status != found.status
        record.status = found.status
        if found.status not in EDITABLE:  # whoever confirmed it
            record.confirm_wanted = False
            if record.confirm_refused is not None:
                record.refuse()
        if found.status in GONE:
            self._is_gone(work, f"The order was {found.status} at Printful. Forward it again if it is still wanted.")
        elif found.status in _TROUBLED:
            if changed or record.state is not State.FAILED:  # Printful's messages may have told more of it
                why = (found.error or "look at the order there").rstrip(".")
                record.reason = work.clean(f"Printful says {found.status}: {why}.")
            record.state = State.FAILED
            if changed:
                work.note(System.PRINTFUL, "follow", Result.REFUSED, record.reason or "")
        elif record.state is not State.DONE and not record.was_refused:
            record.state, record.reason = State.FORWARDED, None

    def _is_gone(self, work: Work, why: str) -> None:
        record = work.journal.print
        record.confirm_wanted = False
        if record.state not in (State.CANCELLED, State.DONE):  # what was sent may be put away
            record.state, record.reason = State.CANCELLED, why
            work.note(System.PRINTFUL, "follow", Result.REFUSED, why)

    async def _app_is_connected(self, terms: Terms) -> bool:
        known = self._app_connected.get("stores")
        if known is None and self._asking is not None:  # in a rush one asks for all
            await asyncio.wait([self._asking], timeout=None if terms.deadline is None else terms.deadline.remaining_s)
            known = self._app_connected.get("stores")
        if known is None:
            known = await self._asked_of_app(terms)
        return known

    async def _asked_of_app(self, terms: Terms) -> bool:
        asking = self._asking = asyncio.get_running_loop().create_future()
        try:
            stores = await self._printful.stores(terms=terms)
            connected = self._app_connected["stores"] = any(store.type == "shopify" for store in stores)
        finally:
            self._asking = None if self._asking is asking else self._asking
            asking.set_result(None)
        return connected

    async def _check_shipping(self, work: Work, draft: OrderDraft) -> None:
        """Raises Rejected when Printful does not offer what the buyer paid for at the address."""
        items = []
        for item in draft.items:
            variant_id = item.variant_id
            if variant_id is None and item.sync_variant_id is not None:
                synced = await self._printful.sync_variant(item.sync_variant_id, terms=work.terms)
                variant_id = None if synced is None else synced.variant_id
            if variant_id is not None:
                items.append(RateItem(variant_id, item.quantity))
        to = draft.recipient
        recipient = Recipient(country_code=to.country_code, state_code=to.state_code, city=to.city, zip=to.zip)
        rates = await self._printful.shipping_rates(
            recipient, items, currency=draft.retail_costs.currency, terms=work.terms
        )
        offered = [rate.id for rate in rates]
        if draft.shipping not in offered:
            raise Rejected(
                "printful",
                "shipping",
                f"the buyer paid for {draft.shipping}, which Printful does not offer there, but {', '.join(offered)}",
            )


def goods_digest(draft: OrderDraft) -> str:
    """Of what is printed and where it goes. What it cost does not count: a refund of money changes no parcel."""
    nothing = RetailCosts(draft.retail_costs.currency, Decimal(0), Decimal(0), Decimal(0), Decimal(0))
    return draft_digest(replace(draft, external_id="", retail_costs=nothing))


def _moved(draft: OrderDraft, found: PrintOrder) -> str | None:
    """Whether an order that was found goes elsewhere."""
    there: Mapping[str, object] = found.recipient
    ours = {"address1": draft.recipient.address1, "city": draft.recipient.city, "zip": draft.recipient.zip}
    other = [name for name, value in ours.items() if value and there.get(name) not in (None, value)]
    return f"the address ({', '.join(other)})" if other else None
