"""Rebuilds the history from Shopify: `python -m app history rebuild`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from clients.budget import Priority
from clients.guard import CallOptions
from clients.history.rows import HistoryStore
from clients.timing import Deadline, Timing
from resolvers.history import write_order
from resolvers.history_rows import read_rows
from resolvers.orders.service import OrderService

_ALL_ORDERS = ""
_MOST = 1_000_000
_LISTING_S, _READ_S = 600.0, 60.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The number of listed orders and of written ones; the others no longer exist in Shopify."""

    listed: int
    written: int


async def rebuild(
    service: OrderService,
    store: HistoryStore,
    timing: Timing,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Rebuilt:
    """Writes all orders that Shopify shows. Repeating it is safe. Raises UpstreamError and HistoryDown.

    Shopify shows orders of the last 60 days, or all with the scope `read_all_orders`. What the history already has of
    older orders stays.
    """
    listed = await service.admin.search(_ALL_ORDERS, limit=_MOST, options=_options(timing, _LISTING_S))
    written = 0
    for number, each in enumerate(listed, 1):
        read = partial(read_rows, service)
        written += await write_order(store, each.id, read, _options(timing, _READ_S))
        progress(number, len(listed))
    return Rebuilt(len(listed), written)


def _options(timing: Timing, seconds: float) -> CallOptions:
    return CallOptions(Priority.HISTORY, Deadline.after(seconds, timing.clock))
