"""Rebuilds the history from Shopify: `python -m app history rebuild`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from clients.budget import Priority
from clients.errors import Throttled, Unavailable
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.history.rows import HistoryStore
from clients.timing import Deadline, Timing
from resolvers.history import write_order
from resolvers.history_rows import read_rows
from resolvers.orders.service import OrderService

_ALL_ORDERS = ""
_MOST = 1_000_000
_LISTING_S, _READ_S = 600.0, 300.0
_WAITS_S = (5.0, 30.0, 60.0)


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
        written += await _written(service, store, each.id, timing)
        progress(number, len(listed))
    return Rebuilt(len(listed), written)


async def _written(service: OrderService, store: HistoryStore, order_id: GlobalId, timing: Timing) -> bool:
    """Writes an order, and tries again when an upstream is busy or slow: a rebuild has time."""
    for wait_s in (*_WAITS_S, None):
        try:
            return await write_order(store, order_id, partial(read_rows, service), _options(timing, _READ_S))
        except (Throttled, Unavailable):
            if wait_s is None:
                raise
            await timing.sleep(wait_s)
    raise AssertionError


def _options(timing: Timing, seconds: float) -> CallOptions:
    return CallOptions(Priority.HISTORY, Deadline.after(seconds, timing.clock))
