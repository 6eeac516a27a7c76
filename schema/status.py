"""`status`: how this process and the systems behind it are doing, for staff and their monitoring."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import strawberry

from clients.breaker import BreakerState
from clients.guard import UNANSWERED, GuardState, RequestOutcome
from clients.shared.state import ShareState, ShareStatus
from resolvers.activity import Activity, SubscriptionCheck
from resolvers.alerts.health import AlertHealth
from resolvers.cdn_purges import CdnState
from resolvers.checks import end_of_support
from resolvers.context import Services
from resolvers.history import History, HistoryState
from resolvers.orders.sweep import Sweep
from resolvers.orders.sweep_report import SweepSummary
from resolvers.process_load import ProcessLoad
from resolvers.subscriptions import SubscriptionAction, SubscriptionStep
from resolvers.upstream_states import upstream_states
from schema.cache_control import CacheStats
from schema.info import Info
from schema.shop_order import date_time
from schema.storefront import DateTime

strawberry.enum(
    BreakerState,
    name="UpstreamBreaker",
    description="CLOSED: requests pass. OPEN: the system fails and gets no requests for a while. HALF_OPEN: the next "
    "request decides.",
)
strawberry.enum(
    SubscriptionAction,
    name="SubscriptionAction",
    description="What a check did about a webhook subscription. LEAVE: it belongs to another service.",
)


strawberry.enum(
    ShareState,
    name="SharedStoreState",
    description="OFF: not set up. UP: in use. DOWN: not in use until it answers. FAILING: it refuses some commands.",
)


strawberry.enum(
    HistoryState, name="HistoryState", description="UP: the history is written. DOWN: changed orders wait for it."
)


@strawberry.type(description="What a system still allows, in its own unit: requests, or Admin's cost points.")
class UpstreamCapacity:
    name: str = strawberry.field(description="What is counted: `all` requests, or a kind with a limit of its own.")
    limit: float
    available: float


@strawberry.type(description="A system behind the gateway, and the requests to it since the start of this process.")
class UpstreamStatus:
    name: str = strawberry.field(description="storefront, admin, printful or square.")
    breaker: BreakerState
    running: int = strawberry.field(description="Requests that wait for their answer.")
    waiting: int = strawberry.field(description="Requests that are not sent yet, because of the system's limits.")
    answered: int = strawberry.field(description="Requests with an answer, refusals included.")
    failed: int = strawberry.field(description="Requests that failed or timed out.")
    mean_seconds: float | None = strawberry.field(description="The mean time of all requests.")
    capacities: list[UpstreamCapacity]

    @classmethod
    def of(cls, name: str, state: GuardState) -> UpstreamStatus:
        failed = state.requests[RequestOutcome.UNAVAILABLE] + state.requests[RequestOutcome.TIMEOUT]
        return cls(
            name=name,
            breaker=state.breaker,
            running=state.running,
            waiting=state.waiting,
            answered=sum(count for outcome, count in state.requests.items() if outcome not in UNANSWERED),
            failed=failed,
            mean_seconds=state.latency.sum_s / state.latency.count if state.latency.count else None,
            capacities=[
                UpstreamCapacity(name=kind, limit=each.limit, available=each.available)
                for kind, each in state.capacities.items()
            ],
        )


@strawberry.type(description="An order that needs a person.")
class StuckOrder:
    name: str
    reason: str


@strawberry.type(description="The sweep, which finds orders that webhooks missed or that were deferred.")
class SweepStatus:
    began_at: DateTime | None = strawberry.field(description="When this process began its latest sweep.")
    ended_at: DateTime | None = strawberry.field(description="When the sweep ended that the next fields describe.")
    listed: int = strawberry.field(description="Orders that were open or had changed.")
    settled: int = strawberry.field(description="Orders that were brought up to date.")
    pending: int = strawberry.field(description="Orders with a pending part.")
    failed: int = strawberry.field(description="Orders that could not be settled.")
    failures: list[str] = strawberry.field(description="The lists that could not be read, and why.")
    stuck: list[StuckOrder] = strawberry.field(description="The orders that need a person.")
    old_drafts: list[str] = strawberry.field(description="Orders whose drafts at Printful nobody has confirmed.")
    oldest_waiting_at: DateTime | None = strawberry.field(
        description="When the oldest order was placed that the gateway still has to forward; null when none waits."
    )
    deferred: int = strawberry.field(description="Orders in this process's memory that its next sweep settles.")

    @classmethod
    def of(cls, sweep: Sweep, deferred: int) -> SweepStatus:
        last: SweepSummary | None = sweep.last
        return cls(
            began_at=_date_time(sweep.began_at),
            ended_at=None if last is None else date_time(last.ended_at),
            listed=0 if last is None else last.listed,
            settled=0 if last is None else last.settled,
            pending=0 if last is None else last.pending,
            failed=0 if last is None else last.failed,
            failures=[] if last is None else list(last.unread),
            stuck=[] if last is None else [StuckOrder(name=name, reason=why) for name, why in last.stuck.items()],
            old_drafts=[] if last is None else list(last.old_drafts),
            oldest_waiting_at=None if last is None else _date_time(last.oldest_waiting_at),
            deferred=deferred,
        )


@strawberry.type(description="A webhook subscription of the shop, as the last check left it.")
class SubscriptionStatus:
    topic: str
    action: SubscriptionAction
    failure: str | None = strawberry.field(description="Why it could not be corrected; null when it is right.")

    @classmethod
    def of(cls, step: SubscriptionStep) -> SubscriptionStatus:
        return cls(topic=step.topic, action=step.action, failure=step.failure)


@strawberry.type(description="The last check of Shopify's webhook subscriptions. Each sweep begins with one.")
class SubscriptionsStatus:
    checked_at: DateTime
    failure: str | None = strawberry.field(description="Why the subscriptions could not be read; null when they were.")
    subscriptions: list[SubscriptionStatus]

    @classmethod
    def of(cls, check: SubscriptionCheck) -> SubscriptionsStatus:
        return cls(
            checked_at=date_time(check.checked_at),
            failure=check.failure,
            subscriptions=[SubscriptionStatus.of(step) for step in check.steps],
        )


@strawberry.type(description="Webhooks of one sender that ended alike, since the start of this process.")
class WebhookCount:
    sender: str = strawberry.field(description="shopify, printful or square.")
    outcome: str = strawberry.field(description="Their outcome, as in the log; or `refused`.")
    count: int


@strawberry.type(description="When a sender's last webhook arrived.")
class WebhookSender:
    name: str
    last_at: DateTime


@strawberry.type(description="Attempts to forward orders that ended alike, since the start of this process.")
class ForwardCount:
    system: str
    action: str
    result: str
    count: int


@strawberry.type(description="Operations in this process. Cached answers and webhooks are not among them.")
class QueueStatus:
    running: int
    waiting: int = strawberry.field(description="Operations that wait for others to end.")
    refused: int = strawberry.field(description="Operations that were answered 503 since the start.")

    @classmethod
    def of(cls, load: ProcessLoad) -> QueueStatus:
        return cls(running=load.running, waiting=load.waiting, refused=load.refused)


@strawberry.type(description="The purges of the CDN in front of this gateway, of this process since its start.")
class CdnStatus:
    waiting: int = strawberry.field(description="Keys that the CDN is not purged of yet.")
    sent: int = strawberry.field(description="Purges that were sent.")
    failed: int = strawberry.field(description="Those of them that failed; they are sent again.")

    @classmethod
    def of(cls, state: CdnState) -> CdnStatus:
        return cls(waiting=state.waiting, sent=state.sent, failed=state.failed)


@strawberry.type(description="The Redis that this gateway's processes share, from this process's view.")
class SharedStoreStatus:
    state: ShareState
    detail: str | None = strawberry.field(description="The last failure; null while there is none.")
    failures: int = strawberry.field(description="Calls that failed since the start of this process.")

    @classmethod
    def of(cls, status: ShareStatus) -> SharedStoreStatus:
        return cls(state=status.state, detail=status.detail or None, failures=status.failures)


@strawberry.type(description="The alerts that this process sends.")
class AlertsStatus:
    addresses: int = strawberry.field(description="The number of addresses in ALERT_URLS; 0: alerts are off.")
    sent_at: DateTime | None = strawberry.field(description="When this process last sent a message that arrived.")
    failure: str | None = strawberry.field(description="Why the last message did not arrive everywhere.")

    @classmethod
    def of(cls, health: AlertHealth) -> AlertsStatus:
        return cls(addresses=health.addresses, sent_at=_date_time(health.sent_at), failure=health.failure)


@strawberry.type(description="The database with the history of orders, as this process sees it.")
class HistoryStatus:
    state: HistoryState
    detail: str | None = strawberry.field(description="What failed last; null while nothing does.")
    waiting: int = strawberry.field(description="Changed orders that are not written yet.")
    dropped: int = strawberry.field(
        description="Orders that were given up for lack of room: run `history rebuild` when the database is back."
    )

    @classmethod
    def of(cls, history: History) -> HistoryStatus:
        status = history.status
        return cls(state=status.state, detail=status.detail or None, waiting=status.waiting, dropped=status.dropped)


@strawberry.type(description="A version of Shopify's API.")
class ApiVersionStatus:
    name: str
    supported_until: DateTime | None = strawberry.field(
        description="Shopify supports it until then at least; null for a version without a date."
    )


@strawberry.type(description="How this process and the systems behind it are doing.")
class GatewayStatus:
    at: DateTime = strawberry.field(description="The gateway's time now.")
    started_at: DateTime = strawberry.field(description="When this process started.")
    api_version: ApiVersionStatus
    upstreams: list[UpstreamStatus] = strawberry.field(description="The systems that are set up.")
    queue: QueueStatus
    cache: CacheStats | None = strawberry.field(description="Null when the cache is off.")
    cdn: CdnStatus | None = strawberry.field(description="Null without `CDN`.")
    redis: SharedStoreStatus
    history: HistoryStatus | None = strawberry.field(description="Null without `DATABASE_URL`.")
    sweep: SweepStatus | None = strawberry.field(description="Null while Admin is off.")
    subscriptions: SubscriptionsStatus | None = strawberry.field(
        description="Null before the first check, and where this process does not sweep or `PUBLIC_URL` is not set."
    )
    alerts: AlertsStatus
    webhooks: list[WebhookCount]
    webhook_senders: list[WebhookSender]
    forwards: list[ForwardCount]


def gateway_status(info: Info) -> GatewayStatus:
    services = info.context.services
    orders, cache, activity = services.orders, services.cache, services.activity
    return GatewayStatus(
        at=date_time(services.now()),
        started_at=date_time(activity.started_at),
        api_version=_api_version(services),
        upstreams=[UpstreamStatus.of(name, state) for name, state in upstream_states(services).items()],
        queue=QueueStatus.of(info.context.load),
        cache=None if cache is None else CacheStats.of(cache.stats()),
        cdn=None if services.purges is None else CdnStatus.of(services.purges.state),
        redis=SharedStoreStatus.of(services.shared.status),
        history=None if services.history is None else HistoryStatus.of(services.history),
        sweep=None if orders is None else SweepStatus.of(orders.sweep, len(orders.settler.deferred)),
        subscriptions=None if activity.subscriptions is None else SubscriptionsStatus.of(activity.subscriptions),
        alerts=AlertsStatus.of(services.alerts),
        webhooks=_webhooks(activity),
        webhook_senders=[WebhookSender(name=name, last_at=date_time(at)) for name, at in _senders(activity)],
        forwards=_forwards(activity),
    )


def _api_version(services: Services) -> ApiVersionStatus:
    ends = end_of_support(services.api_version)
    return ApiVersionStatus(name=services.api_version, supported_until=None if ends is None else _start_of(ends))


def _webhooks(activity: Activity) -> list[WebhookCount]:
    counts = [
        WebhookCount(sender=key.sender, outcome=key.outcome, count=count) for key, count in activity.webhooks.items()
    ]
    return sorted(counts, key=lambda each: (each.sender, each.outcome))


def _forwards(activity: Activity) -> list[ForwardCount]:
    counts = [
        ForwardCount(system=key.system.value, action=key.action, result=key.result.value, count=count)
        for key, count in activity.forwards.items()
    ]
    return sorted(counts, key=lambda each: (each.system, each.action, each.result))


def _senders(activity: Activity) -> list[tuple[str, datetime]]:
    return sorted(activity.last_webhook_at.items())


def _date_time(at: datetime | None) -> DateTime | None:
    return None if at is None else date_time(at)


def _start_of(day: date) -> DateTime:
    return date_time(datetime.combine(day, time(), UTC))
