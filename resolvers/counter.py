"""What the counter says about the menu: sold out, open, taking orders. Read with few requests, and cached."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import structlog

from clients.admin.order_client import AdminOrders
from clients.cache.answers import Fetched
from clients.cache.policies import Policy
from clients.cache.tags import ListKind, of_list
from clients.errors import Conflict, UpstreamError
from clients.guard import CallOptions
from clients.pos.counter import OpeningHours, PosCapability
from clients.pos.orders import PosConnector, PosRoutes
from clients.square_webhooks import SquareEvent
from clients.timing import Deadline, Timing
from clients.upstreams import UpstreamName
from resolvers.changes import Changes
from resolvers.counter_menu import CounterMenu
from resolvers.request_cache import RequestCache

SWITCH_KEY = "cafe_orders"
EVERYWHERE = "all"
READ_S = 2.0  # a menu waits no longer for a point of sale
RETRY_S = 10.0  # after a failure; no request is sent for that long
_SWITCH_ROUNDS = 3
_VALUE_BYTES = 500
_TAGS = (of_list(ListKind.COUNTER),)
_CATALOGUE_EVENTS = ("catalog.version.updated", "location.updated", "location.created")

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class _LastKnown(Generic[T]):
    """The last successful read of one thing, for outages."""

    value: T
    read_at_s: float


class Counter:
    """The points of sale as the menu sees them. `admin` holds the staff's switch.

    No method raises because a system is down: it answers with the last known state for as long as `policy` allows
    stale answers after errors, and then with None, "unknown".
    """

    def __init__(
        self,
        connectors: Mapping[str, PosConnector],
        routes: PosRoutes,
        admin: AdminOrders,
        *,
        policy: Policy,
        changes: Changes | None,
        timing: Timing,
        now: Callable[[], datetime],
    ) -> None:
        self._connectors = connectors
        self.routes = routes
        self._admin = admin
        self._policy = policy
        self._changes = changes
        self._timing = timing
        self.now = now
        self._known: dict[tuple[str, str], _LastKnown[object]] = {}

    async def menu(self, name: str, cache: RequestCache) -> CounterMenu | None:
        """The menu of a point of sale; None when it cannot report what is sold out, or when that is unknown."""
        connector = self._connectors.get(name)
        if connector is None or PosCapability.SOLD_OUT not in connector.capabilities:
            return None

        async def read() -> CounterMenu:
            return CounterMenu(await connector.catalogue(options=self._soon()))

        return await self._read(connector.upstream, f"menu {name}", cache, read)

    async def opening_hours(self, name: str, cache: RequestCache) -> Mapping[str, OpeningHours] | None:
        """The hours of a point of sale's locations; None when it cannot report them, or when they are unknown."""
        connector = self._connectors.get(name)
        if connector is None or PosCapability.OPENING_HOURS not in connector.capabilities:
            return None
        return await self._read(
            connector.upstream, f"hours {name}", cache, lambda: connector.opening_hours(options=self._soon())
        )

    async def paused(self, cache: RequestCache) -> frozenset[str]:
        """The bare ids of the Shopify locations whose staff take no orders from the web, or EVERYWHERE."""

        async def read() -> frozenset[str]:
            return _read_switch((await self._admin.app_metafield(SWITCH_KEY, options=self._soon())).value)

        return await self._read(UpstreamName.ADMIN, SWITCH_KEY, cache, read) or frozenset()

    async def set_accepts(self, location_id: str | None, accepts: bool, options: CallOptions) -> frozenset[str]:
        """Turns the switch of a location (a bare id) or of all; the locations that are paused now.

        Turning it on for all also turns on each location. Raises UpstreamError.
        """
        place = location_id or EVERYWHERE
        for left in reversed(range(_SWITCH_ROUNDS)):
            there = await self._admin.app_metafield(SWITCH_KEY, options=options)
            before = _read_switch(there.value)
            after = _switched(before, place, accepts)
            try:
                if after != before:
                    value = ("json", json.dumps({"paused": sorted(after)}), there.digest)
                    await self._admin.set_metafields(there.owner_id, {SWITCH_KEY: value}, options=options)
            except Conflict:
                if not left:
                    raise
                continue
            break
        self._known[UpstreamName.ADMIN, SWITCH_KEY] = _LastKnown(after, self._timing.clock())
        self.changed(self.now())
        return after

    def received(self, event: SquareEvent) -> int | None:
        """Applies a webhook about the menu: how many cached answers it outdated; None for other events.

        A sale of counted stock is an event too: it counts only when something runs out or comes back.
        """
        if event.type in _CATALOGUE_EVENTS or (
            event.type == "inventory.count.updated"
            and any(
                each.quantity <= 0 or self._may_be_sold_out(each.object_id, each.location_id) for each in event.counts
            )
        ):
            return self.changed(event.created_at or self.now())
        return None

    def changed(self, changed_at: datetime) -> int:
        """Invalidates what is cached of the counter; how many answers."""
        return 0 if self._changes is None else self._changes.counter_changed(changed_at)

    def _may_be_sold_out(self, variation_id: str, location_id: str) -> bool:
        """Whether a variation was sold out when this process last looked. True when it never did."""
        known = self._known.get((UpstreamName.SQUARE, "menu square"))
        if known is None or not isinstance(known.value, CounterMenu):
            return True
        variation = known.value.variation(variation_id)
        return variation is None or variation.sold_out.at(location_id, self.now())

    def _soon(self) -> CallOptions:
        return CallOptions(deadline=Deadline.after(READ_S, self._timing.clock))

    async def _read(
        self, upstream: UpstreamName, key: str, cache: RequestCache, read: Callable[[], Awaitable[T]]
    ) -> T | None:
        async def fetch() -> Fetched[T | None]:
            began_s = self._timing.clock()
            try:
                found: T | None = await read()
            except UpstreamError as error:
                log.warning("counter_read_failed", subject=key, kind=type(error).__name__, detail=error.detail)
                return Fetched(self._fallback(upstream, key), _TAGS, _VALUE_BYTES, self._policy.at_most(RETRY_S))
            self._known[upstream, key] = _LastKnown(found, began_s)
            return Fetched(found, _TAGS, found.size_bytes if isinstance(found, CounterMenu) else _VALUE_BYTES)

        return await cache.read_impersonal(upstream, (key,), self._policy, fetch)

    def _fallback(self, upstream: UpstreamName, key: str) -> T | None:
        known = self._known.get((upstream, key))
        if known is None:
            return None
        is_too_old = self._timing.clock() - known.read_at_s > self._policy.fresh_s + self._policy.stale_if_error_s
        return None if is_too_old else known.value  # type: ignore[return-value]


def _switched(paused: frozenset[str], place: str, accepts: bool) -> frozenset[str]:
    if not accepts:
        return paused | {place}
    return frozenset() if place == EVERYWHERE else paused - {place}


def _read_switch(value: str | None) -> frozenset[str]:
    """The paused places in the metafield. An unreadable value pauses nothing: the shop goes on selling."""
    try:
        paused = json.loads(value or "{}").get("paused", [])
        return frozenset(each for each in paused if isinstance(each, str))
    except (AttributeError, TypeError, ValueError):
        log.warning("cafe_switch_unreadable", metafield=SWITCH_KEY)
        return frozenset()
