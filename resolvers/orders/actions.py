"""Decides which actions an order needs: a pure function of its plan, its journal and the upstreams' states. No I/O."""

from collections.abc import Mapping
from typing import NamedTuple

from resolvers.orders.journal import PartState
from resolvers.orders.parts import Action, Part
from resolvers.orders.plan import Readiness
from resolvers.orders.print_part import print_parts
from resolvers.orders.settlement import Settlement
from resolvers.orders.ticket_part import ticket_parts

IN_JOURNAL_ALONE = frozenset({Action.CLEAR, Action.WAIT, Action.REFUSE, Action.BLOCK})
_CHANGING_NOTHING = IN_JOURNAL_ALONE | {Action.FOLLOW}
_AFTER: Mapping[Action, frozenset[Action]] = {
    Action.FIND: _CHANGING_NOTHING,
    Action.WITHDRAW: IN_JOURNAL_ALONE,
    Action.SEND: frozenset(),
    Action.RENEW: frozenset(),
    Action.PAY: frozenset(),
    Action.BLOCK: frozenset(),
}
"""What may be done right after an action; after those that are not named here, anything may."""


class PlannedAction(NamedTuple):
    """An action and its part of the order."""

    part: Part
    action: Action

    @property
    def words(self) -> str:
        """The action in two words, for previews."""
        return f"{self.part.system.value}: {self.action.value}"


def actions(settlement: Settlement) -> list[PlannedAction]:
    """The next action for each Printful order and each ticket; parts without one are absent."""
    planned = (PlannedAction(part, next_action(part)) for part in parts(settlement))
    return [each for each in planned if each.action is not Action.REST]


def parts(settlement: Settlement) -> list[Part]:
    """All parts of the order, existing or planned: Printful's, while Printful is on, then the tickets."""
    return [*(print_parts(settlement) if settlement.prints else ()), *ticket_parts(settlement)]


def next_action(part: Part) -> Action:
    """The next action for one part."""
    if part.is_cancelled_by_staff:
        return Action.WITHDRAW
    if part.is_not_needed:
        return _withdrawal_action(part)
    if part.is_over:
        return part.follow_up_action()
    plan, record = part.plan, part.record
    if plan.readiness is Readiness.READY:
        return part.action_when_ready()
    if part.is_unconfirmed:
        return Action.FIND
    if plan.readiness is Readiness.WAITING and not part.is_known:
        return Action.WAIT if (record.state, record.reason) != (PartState.WAITING, plan.reason) else Action.REST
    if plan.readiness is Readiness.REFUSED and record.reason != plan.reason:
        return Action.REFUSE
    return part.follow_up_action()


def _withdrawal_action(part: Part) -> Action:
    record = part.record
    if part.exists and part.is_withdrawable:
        return Action.WITHDRAW
    if part.is_unconfirmed:
        return Action.FIND
    if part.is_known:
        return part.follow_up_action()
    if part.names_reason:
        return Action.REFUSE if record.reason != part.plan.reason else Action.REST
    return Action.REST if record.state is PartState.NONE else Action.CLEAR


def may_follow(before: Action | None, action: Action, *, was_read: bool) -> bool:
    """Whether an action may follow another one at once, or must wait for the next settlement."""
    if action is Action.REST or (action is Action.FOLLOW and was_read):
        return False
    return before is None or action in _AFTER.get(before, frozenset(Action))
