"""The texts of alerts. They contain no personal data: only order names, reasons and systems. No I/O."""

from collections.abc import Sequence

from resolvers.alerts.ledger import AlertStep
from resolvers.alerts.troubles import Trouble
from resolvers.order_desk import OrderDeskLists

LISTED = 5


def alert(new: Sequence[Trouble], address: str) -> tuple[str, str]:
    """Title and text of one message about all new troubles."""
    lines = [f"- {each.words} {address}{each.path}" for each in new[:LISTED]]
    if len(new) > LISTED:
        lines.append(f"- and {len(new) - LISTED} more: {address}/staff")
    return f"Kynda: {_count(len(new), 'needs', 'need')} somebody", "\n".join(lines)


def all_clear(well: Sequence[str]) -> tuple[str, str]:
    """Title and text of one message about all troubles that have ended."""
    lines = [f"- {each}" for each in well[:LISTED]]
    if len(well) > LISTED:
        lines.append(f"- and {len(well) - LISTED} more")
    return f"Kynda: {_count(len(well), 'is', 'are')} well again", "\n".join(lines)


def digest(step: AlertStep, lists: OrderDeskLists | None, address: str) -> tuple[str, str]:
    """Title and text of the daily digest."""
    reported = list(step.ledger.reported.values())
    lines = [f"Open troubles: {len(reported)}." if reported else "No open troubles."]
    lines += [f"- {each}" for each in reported[:LISTED]]
    if lists is None:
        lines.append("Shopify does not answer, so the orders could not be counted.")
    else:
        lines += [
            f"Orders that need somebody: {len(lists.needs_somebody)}.",
            f"Drafts to confirm: {len(lists.to_confirm)}.",
            f"Left for later: {len(lists.left_for_later)}.",
            f"Sent in the last 24 hours: {len(lists.sent)}.",
        ]
    return "Kynda: this morning", "\n".join([*lines, f"{address}/staff"])


def trial_message(address: str) -> tuple[str, str]:
    """Title and text of the test message."""
    return "Kynda: a test", f"Alerts of the gateway at {address} arrive here. Nothing is wrong."


def _count(count: int, one: str, several: str) -> str:
    return f"{count} {'thing' if count == 1 else 'things'} {one if count == 1 else several}"
