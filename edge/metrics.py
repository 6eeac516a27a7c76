"""Metrics for Prometheus: counted as the edge answers, or read from the process's state when they are scraped."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from datetime import time as time_of_day

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.responses import Response

from clients.breaker import BreakerState
from clients.cache.stats import Stats, Tally
from clients.guard import GuardState
from clients.latency import Latency
from edge import metric_specs as specs
from edge.loop_lag import LoopLag
from edge.metric_specs import SPECS, MetricSpec, MetricType
from edge.worker_metrics import WorkerMetrics
from resolvers.activity import Activity
from resolvers.cdn_purges import CdnState
from resolvers.checks import end_of_support
from resolvers.context import Services
from resolvers.orders.service import OrderService
from resolvers.process_load import NO_LOAD, ProcessLoad
from resolvers.upstream_states import upstream_states

_ROUTES = ("/graphql", "/health", "/ready", "/metrics", "/webhooks/shopify", "/webhooks/printful", "/webhooks/square")
_LOOKUPS = {"hit": "hits", "stale": "stale", "miss": "misses", "error_stale": "error_stale", "bypassed": "bypassed"}


class RequestMetrics:
    """What the edge counts as it answers.

    `memory` and `graph` are the times of operations by their source. `load` is how busy the process is.
    """

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.memory = Latency()
        self.redis = Latency()
        self.graph = Latency()
        self.load: ProcessLoad = NO_LOAD

    def answered(self, path: str, status: int) -> None:
        """Counts an answer. The label is a route, never a path, which may hold a token."""
        self.answers[(route_of(path), status)] += 1


def route_of(path: str) -> str:
    return next((route for route in _ROUTES if path == route or path.startswith(f"{route}/")), "other")


class _Families:
    """All metrics of one scrape."""

    def __init__(self) -> None:
        self._families = {spec.name: _family(spec) for spec in SPECS}

    def add(self, spec: MetricSpec, value: float, *labels: str) -> None:
        """Adds a sample of a counter or a gauge."""
        family = self._families[spec.name]
        assert isinstance(family, (CounterMetricFamily, GaugeMetricFamily))
        family.add_metric(labels, value)

    def add_latency(self, spec: MetricSpec, latency: Latency, *labels: str) -> None:
        """Adds the samples of a histogram."""
        family = self._families[spec.name]
        assert isinstance(family, HistogramMetricFamily)
        family.add_metric(labels, buckets=list(latency.cumulated()), sum_value=latency.sum_s)

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._families.values())


def _family(spec: MetricSpec) -> Metric:
    match spec.type:
        case MetricType.COUNTER:
            return CounterMetricFamily(spec.name, spec.help, labels=spec.labels)
        case MetricType.GAUGE:
            return GaugeMetricFamily(spec.name, spec.help, labels=spec.labels)
        case MetricType.HISTOGRAM:
            return HistogramMetricFamily(spec.name, spec.help, labels=spec.labels)


class GatewayCollector(Collector):
    """Reads the state of the process for a scrape. It calls no upstream."""

    def __init__(self, services: Callable[[], Services], requests: RequestMetrics, lag: LoopLag) -> None:
        self._services = services
        self._requests = requests
        self._lag = lag

    def collect(self) -> Iterator[Metric]:
        services, families = self._services(), _Families()
        _add_process(families, services)
        self._add_requests(families)
        for limit, count in services.activity.limit_refusals.items():
            families.add(specs.LIMIT_REFUSALS, count, limit)
        for name, state in upstream_states(services).items():
            _add_upstream(families, name, state)
        if services.cache is not None:
            _add_cache(families, services.cache.stats())
        if services.purges is not None:
            _add_purges(families, services.purges.state)
        _add_activity(families, services.activity)
        if services.orders is not None:
            _add_orders(families, services.orders, services.now())
        return iter(families)

    def _add_requests(self, families: _Families) -> None:
        for (route, status), count in self._requests.answers.items():
            families.add(specs.HTTP_REQUESTS, count, route, str(status))
        families.add_latency(specs.OPERATION_SECONDS, self._requests.memory, "memory")
        families.add_latency(specs.OPERATION_SECONDS, self._requests.redis, "redis")
        families.add_latency(specs.OPERATION_SECONDS, self._requests.graph, "graph")
        families.add(specs.RUNNING, self._requests.load.running)
        families.add(specs.WAITING, self._requests.load.waiting)
        families.add(specs.REFUSED, self._requests.load.refused)
        families.add(specs.LOOP_LAG, self._lag.longest_s)


def _add_process(families: _Families, services: Services) -> None:
    families.add(specs.INFO, 1, services.mode, services.api_version)
    if (ends := end_of_support(services.api_version)) is not None:
        families.add(specs.API_VERSION_ENDS, datetime.combine(ends, time_of_day(), UTC).timestamp())


def _add_upstream(families: _Families, name: str, state: GuardState) -> None:
    for outcome, count in state.requests.items():
        families.add(specs.UPSTREAM_REQUESTS, count, name, outcome.value)
    families.add_latency(specs.UPSTREAM_SECONDS, state.latency, name)
    families.add(specs.UPSTREAM_RUNNING, state.running, name)
    families.add(specs.UPSTREAM_WAITING, state.waiting, name)
    for breaker in BreakerState:
        families.add(specs.UPSTREAM_BREAKER, breaker is state.breaker, name, breaker.name.lower())
    for kind, capacity in state.capacities.items():
        families.add(specs.CAPACITY, capacity.limit, name, kind)
        families.add(specs.CAPACITY_LEFT, capacity.available, name, kind)


def _add_cache(families: _Families, stats: Stats) -> None:
    for policy, tally in stats.policies.items():
        _add_tally(families, policy, tally)
    families.add(specs.CACHE_MAX_BYTES, stats.max_bytes)
    families.add(specs.CACHE_GUARDED, stats.guarded)
    families.add(specs.CACHE_INVALIDATIONS, stats.invalidations)


def _add_purges(families: _Families, state: CdnState) -> None:
    families.add(specs.CDN_PURGES, state.sent)
    families.add(specs.CDN_PURGE_FAILURES, state.failed)
    families.add(specs.CDN_KEYS_WAITING, state.waiting)


def _add_tally(families: _Families, policy: str, tally: Tally) -> None:
    for result, name in _LOOKUPS.items():
        families.add(specs.CACHE_LOOKUPS, getattr(tally, name), policy, result)
    families.add(specs.CACHE_FETCHES, tally.fetches, policy)
    families.add(specs.CACHE_FAILURES, tally.failures, policy)
    families.add(specs.CACHE_NOT_STORED, tally.overtaken, policy, "overtaken")
    families.add(specs.CACHE_NOT_STORED, tally.too_large, policy, "too_large")
    families.add(specs.CACHE_REMOVED, tally.evictions, policy, "evicted")
    families.add(specs.CACHE_REMOVED, tally.invalidated, policy, "invalidated")
    families.add(specs.CACHE_ENTRIES, tally.entries, policy)
    families.add(specs.CACHE_BYTES, tally.bytes, policy)


def _add_activity(families: _Families, activity: Activity) -> None:
    for webhook, count in activity.webhooks.items():
        families.add(specs.WEBHOOKS, count, webhook.sender, webhook.outcome)
    for sender, at in activity.last_webhook_at.items():
        families.add(specs.LAST_WEBHOOK, at.timestamp(), sender)
    for forward, count in activity.forwards.items():
        families.add(specs.FORWARDS, count, forward.system.value, forward.action, forward.result.value)


def _add_orders(families: _Families, orders: OrderService, now: datetime) -> None:
    families.add(specs.DEFERRED, len(orders.settler.deferred))
    last = orders.sweep.last
    if last is None:
        return
    oldest = last.oldest_waiting_at
    families.add(specs.OLDEST_WAITING, 0 if oldest is None else max(0.0, (now - oldest).total_seconds()))
    families.add(specs.STUCK, len(last.stuck))
    families.add(specs.SWEEP_ENDED, last.ended_at.timestamp())
    for state in ("listed", "settled", "pending", "failed"):
        families.add(specs.SWEEP_ORDERS, getattr(last, state), state)


class MetricsPage:
    """The text that Prometheus reads. `workers`: those of all processes are added up."""

    def __init__(
        self,
        services: Callable[[], Services],
        requests: RequestMetrics,
        more: Sequence[Collector] = (),
    ) -> None:
        self.workers: WorkerMetrics | None = None
        self.lag = LoopLag()
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(GatewayCollector(services, requests, self.lag))
        ProcessCollector(registry=self.registry)
        for each in more:
            self.registry.register(each)

    async def response(self) -> Response:
        """The metrics as they are now."""
        began_s = time.perf_counter()
        await asyncio.sleep(0)
        self.lag.note(time.perf_counter() - began_s)
        registry = self.registry
        if self.workers is not None:
            registry = CollectorRegistry(auto_describe=False)
            registry.register(_Collected(list(self.workers.merged(self.registry.collect()))))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Collected(Collector):
    """Metrics that are there already."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families
