"""Checks for troubles periodically, and reports each once, across processes and restarts.

A process claims a report before sending it, by a write that only one process can make. If no address accepts the
message, the process takes the claim back. If it crashes in between, the trouble stays unreported, but the daily
digest and the staff desk still show it. While Admin is down, reports are noted where the processes share values.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TypeVar

import structlog

from clients.admin.client import Admin
from clients.alerts import AlertChannel
from clients.breaker import BreakerState
from clients.budget import Priority
from clients.errors import Conflict, Unavailable, UpstreamError
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.printful.client import Printful
from clients.timing import Deadline
from resolvers import checks
from resolvers.alerts import messages
from resolvers.alerts.ledger import AlertLedger, AlertStep, next_step, read_ledger
from resolvers.alerts.troubles import FINDING, SYSTEM, Observation, troubles
from resolvers.context import RequestContext, Services
from resolvers.findings import Finding, SetUp, Verdict
from resolvers.order_checks import check_pos
from resolvers.order_desk import OrderDeskLists, needs_somebody, order_desk
from resolvers.public_errors import NotConfigured
from resolvers.upstream_states import upstream_states

KEY = "alerts"
LOOK_EVERY_S = 60.0
CHECK_EVERY_S = 900.0
DIGEST_WITHIN = timedelta(hours=2)  # of its time: a process that starts later has missed it
_CHECK_S = 15.0
_WRITE_S = 10.0
_UNSHARED_LASTS_S = 7 * 24 * 3600.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SharedLedger:
    """The ledger metafield in Shopify: its text and digest, both None before the first alert."""

    owner_id: GlobalId
    text: str | None
    digest: str | None


class AlertWatch:
    """The alert task of one process. `address` is the gateway's, for links; `digest_at` is in UTC."""

    def __init__(
        self, services: Services, channel: AlertChannel, *, set_up: SetUp, address: str, digest_at: time | None
    ) -> None:
        self._services = services
        self._channel = channel
        self._set_up = set_up
        self._address = address
        self._digest_at = digest_at
        self._down_since: dict[str, datetime] = {}
        self._checked_at = -CHECK_EVERY_S
        self._known = AlertLedger()
        self._unshared_reports: dict[str, str] = {}
        self.health = services.alerts

    async def forever(self, is_our_turn: Callable[[], bool] = lambda: True) -> None:
        """Checks once a minute until cancelled, when it is this process's turn."""
        while True:
            await self._services.timing.sleep(LOOK_EVERY_S * (0.9 + 0.2 * self._services.timing.jitter()))
            if not is_our_turn():
                continue
            try:
                await self.look()
            except UpstreamError as error:
                log.warning("alert_look_failed", detail=str(error))
            except Exception:
                log.exception("alert_look_crashed")

    async def look(self) -> None:
        """Checks once, and sends new troubles, ended troubles and the daily digest."""
        shared = await self._shared_ledger()
        ledger = await self._ledger(shared)
        entries = await self._unless_it_fails(needs_somebody)
        findings, down = await self._checks(ledger)
        seen = Observation(entries, findings, down)
        now = self._services.now()
        found = troubles(seen, ledger.reported, now)
        step = next_step(ledger, found, seen, now, digest_day=self._digest_day(now))
        self._known = ledger
        if step.is_silent:
            return
        lists = await self._unless_it_fails(order_desk) if step.is_digest_due else None
        if shared is None:
            await self._note_unshared(step)
            await self._send_messages(step, lists)
            return
        digest = await self._claimed(shared, step.ledger)
        if digest is None:
            return
        if await self._send_messages(step, lists):
            self._known, self._unshared_reports = step.ledger, {}
            await self._services.shared.put(KEY, b"", _UNSHARED_LASTS_S)
        else:
            await self._claimed(replace(shared, digest=digest), replace(ledger, sent_at=now))

    async def _ledger(self, shared: "SharedLedger | None") -> AlertLedger:
        """What was reported: by the ledger in Admin, and by what was noted while it could not be read."""
        noted = await self._services.shared.get(KEY)
        if shared is None:
            return read_ledger(noted.decode(errors="replace")) if noted else self._known
        ledger = read_ledger(shared.text)
        unshared = {**self._unshared_reports}
        if noted:
            unshared |= read_ledger(noted.decode(errors="replace")).reported
        return replace(ledger, reported={**unshared, **ledger.reported})

    async def _note_unshared(self, step: AlertStep) -> None:
        """Notes reported troubles for all processes while the shared ledger in Admin cannot be read."""
        await self._services.shared.put(KEY, step.ledger.text().encode(), _UNSHARED_LASTS_S)
        self._known = step.ledger
        new = {each.key for each in step.new}
        self._unshared_reports = {
            key: name for key, name in step.ledger.reported.items() if key in new or key in self._unshared_reports
        }

    async def _send_messages(self, step: AlertStep, lists: OrderDeskLists | None) -> bool:
        """Sends the messages of a step; returns whether at least one address accepted one."""
        texts = []
        if step.new:
            texts.append(messages.alert(step.new, self._address))
        if step.well:
            texts.append(messages.all_clear(step.well))
        if step.is_digest_due:
            texts.append(messages.digest(step, lists, self._address))
        arrived = False
        for title, text in texts:
            delivery = await self._channel.send(title, text)
            if delivery.delivered:
                arrived, self.health.sent_at = True, self._services.now()
            self.health.failure = _failure(delivery.failed)
            say = log.info if delivery.delivered else log.warning
            say("alert_sent", title=title, delivered=delivery.delivered, failed=delivery.failed)
        return arrived

    async def _unless_it_fails(self, read: Callable[[RequestContext], Awaitable[T]]) -> T | None:
        """The result of `read`; None when Admin is off or does not answer."""
        try:
            return await read(RequestContext(self._services, staff=True, anonymous=False))
        except (UpstreamError, NotConfigured):
            return None

    async def _checks(self, ledger: AlertLedger) -> tuple[list[Finding] | None, dict[str, datetime] | None]:
        """The findings and the unreachable systems; None for both if no check is due."""
        clock = self._services.timing.clock()
        states = upstream_states(self._services).values()
        is_suspicious = any(state.breaker is not BreakerState.CLOSED for state in states)
        is_open = any(key.startswith((SYSTEM, FINDING)) for key in ledger.reported)
        if not (is_suspicious or is_open or self._down_since or clock - self._checked_at >= CHECK_EVERY_S):
            return None, None
        self._checked_at = clock
        findings: list[Finding] = []
        down: set[str] = set()
        for name, check in self._probes().items():
            try:
                findings += await check()
            except Unavailable:
                down.add(name)
            except UpstreamError as error:
                findings.append(checks.failed(name.capitalize(), error))
        now = self._services.now()
        self._down_since = {name: self._down_since.get(name, now) for name in down}
        return findings, dict(self._down_since)

    def _probes(self) -> dict[str, Callable[[], Awaitable[list[Finding]]]]:
        """A cheap check of each connected system."""
        services, set_up = self._services, self._set_up
        options = CallOptions(Priority.SWEEPS, Deadline.after(_CHECK_S * 4, services.timing.clock))
        today = services.now().date()
        found: dict[str, Callable[[], Awaitable[list[Finding]]]] = {
            "storefront": lambda: checks.check_storefront(services.storefront, set_up, today, options)
        }
        if services.admin is not None:
            found["admin"] = lambda: _of_admin(services.admin, set_up, options)
        if services.print_catalogue is not None:
            printful = services.print_catalogue.printful
            found["printful"] = lambda: _of_printful(printful, set_up, options)
        if services.orders is not None and services.orders.connectors:
            connectors = services.orders.connectors
            found["square"] = lambda: check_pos(connectors, set_up, options)
        return found

    def _digest_day(self, now: datetime) -> str | None:
        if self._digest_at is None:
            return None
        due = datetime.combine(now.date(), self._digest_at, now.tzinfo)
        return str(now.date()) if due <= now < due + DIGEST_WITHIN else None

    async def _shared_ledger(self) -> "SharedLedger | None":
        orders = self._services.orders
        if orders is None:
            return None
        options = CallOptions(Priority.SWEEPS, Deadline.after(_WRITE_S, self._services.timing.clock))
        try:
            found = await orders.admin.app_metafield(KEY, options=options)
        except UpstreamError:
            return None
        return SharedLedger(found.owner_id, found.value, found.digest)

    async def _claimed(self, shared: "SharedLedger", ledger: AlertLedger) -> str | None:
        """Writes the ledger and returns its digest; None if another process was faster, or the write failed."""
        orders = self._services.orders
        assert orders is not None
        options = CallOptions(Priority.SWEEPS, Deadline.after(_WRITE_S, self._services.timing.clock))
        try:
            digests = await orders.admin.set_metafields(
                shared.owner_id, {KEY: ("json", ledger.text(), shared.digest)}, options=options
            )
        except Conflict:
            return None
        except UpstreamError as error:
            log.warning("alert_claim_failed", detail=str(error))
            return None
        return digests[KEY]


async def _of_admin(admin: Admin | None, set_up: SetUp, options: CallOptions) -> list[Finding]:
    findings = await checks.check_admin(admin, set_up, options)
    return [*findings, *await checks.check_webhooks(admin, set_up, options)]


async def _of_printful(printful: Printful, set_up: SetUp, options: CallOptions) -> list[Finding]:
    """Printful's findings, without the warning about its own app if the shop allows the app."""
    findings = await checks.check_printful(printful, set_up, options)
    return [each for each in findings if not (set_up.printful_app_allowed and each.verdict is Verdict.WARN)]


def _failure(failed: int) -> str | None:
    if not failed:
        return None
    return f"{failed} of the addresses in ALERT_URLS did not take the last message: run `python -m app alert --test`."
