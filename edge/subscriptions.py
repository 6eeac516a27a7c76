"""The output of `python -m app webhooks`: a line for each subscription, and a sentence at the end."""

from collections.abc import Sequence

from resolvers.subscriptions import SubscriptionAction, SubscriptionStep

_DONE = {
    SubscriptionAction.KEEP: "arrives here",
    SubscriptionAction.CREATE: "subscribed",
    SubscriptionAction.REPAIR: "corrected",
    SubscriptionAction.REMOVE: "duplicate removed",
    SubscriptionAction.LEAVE: "unchanged: it points to another system",
}


def report(steps: Sequence[SubscriptionStep]) -> str:
    """The text to print."""
    width = max((len(each.topic) for each in steps), default=0)
    return "\n".join([*(_line(each, width) for each in steps), "", _sum(steps)])


def all_is_well(steps: Sequence[SubscriptionStep]) -> bool:
    """Whether all changes succeeded."""
    return all(each.failure is None for each in steps)


def _line(step: SubscriptionStep, width: int) -> str:
    word = "FAIL" if step.failure is not None else step.action.value
    said = step.failure or _DONE[step.action]
    address = "" if step.subscription is None else f" ({step.subscription.uri})"
    return f"{word:<6}  {step.topic:<{width}}  {said}{address}"


def _sum(steps: Sequence[SubscriptionStep]) -> str:
    failed = sum(each.failure is not None for each in steps)
    if failed:
        return f"{failed} could not be corrected."
    changed = sum(
        each.action in (SubscriptionAction.CREATE, SubscriptionAction.REPAIR, SubscriptionAction.REMOVE)
        for each in steps
    )
    return f"All is well: {changed} changed." if changed else "All is well: nothing had to be changed."
