"""`GET /metrics` for Prometheus, for whoever shows the staff token. Most of it is read when it is asked for."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clients.cache.stats import Stats, Tally
from clients.guard import GuardState
from edge.admission import RequestAdmission
from edge.staff import StaffAccess
from resolvers.context import Services
from resolvers.upstream_states import upstream_states

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ROUTES = ("/graphql", "/health", "/ready", "/metrics", "/webhooks/shopify", "/webhooks/printful", "/webhooks/square")
_BREAKERS = ("closed", "open", "half_open")
_NOW = {"entries", "bytes"}  # of a tally; the others count up


class RequestMetrics:
    """What the edge counts as it answers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.seconds = Histogram(
            "gateway_operation_seconds",
            "Time of operations that were not answered out of the cache of responses.",
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def answered(self, path: str, status: int) -> None:
        """Counts an answer. The label is a route, never a path, which may hold a token."""
        self.answers[(_route(path), status)] += 1


def _route(path: str) -> str:
    return next((route for route in _ROUTES if path == route or path.startswith(f"{route}/")), "other")


class StateCollector(Collector):
    """The state of the process, read when it is asked for."""

    def __init__(self, services: Callable[[], Services], requests: RequestMetrics, admission: RequestAdmission) -> None:
        self._services = services
        self._requests = requests
        self._admission = admission
        self.loop_lag_s = 0.0

    def collect(self) -> Iterator[Metric]:
        answers = CounterMetricFamily("gateway_answers", "Answers by route and status.", labels=("route", "status"))
        for (route, status), count in self._requests.answers.items():
            answers.add_metric((route, str(status)), count)
        yield answers
        yield GaugeMetricFamily("gateway_operations_running", "Operations that run.", self._admission.running)
        yield GaugeMetricFamily("gateway_operations_waiting", "Operations that wait.", self._admission.waiting)
        yield CounterMetricFamily("gateway_operations_refused", "Operations answered 503.", self._admission.refused)
        yield GaugeMetricFamily("gateway_event_loop_lag_seconds", "Delay of the event loop.", self.loop_lag_s)
        services = self._services()
        yield from _upstreams(upstream_states(services))
        if services.cache is not None:
            yield from _cache(services.cache.stats())


def _upstreams(states: Mapping[str, GuardState]) -> Iterator[Metric]:
    requests = CounterMetricFamily("upstream_requests", "Requests by outcome.", labels=("upstream", "outcome"))
    seconds = CounterMetricFamily("upstream_seconds", "Time of requests by outcome.", labels=("upstream", "outcome"))
    running = GaugeMetricFamily("upstream_running", "Requests under way.", labels=("upstream",))
    waiting = GaugeMetricFamily("upstream_waiting", "Requests that wait for the budget.", labels=("upstream",))
    breaker = GaugeMetricFamily("upstream_breaker", "1 for the breaker's state.", labels=("upstream", "state"))
    for name, state in states.items():
        for outcome, count in state.requests.items():
            requests.add_metric((name, outcome), count)
            seconds.add_metric((name, outcome), state.seconds[outcome])
        running.add_metric((name,), state.running)
        waiting.add_metric((name,), state.waiting)
        for each in _BREAKERS:
            breaker.add_metric((name, each), each == state.breaker.name.lower())
    yield from (requests, seconds, running, waiting, breaker)


def _cache(stats: Stats) -> Iterator[Metric]:
    for each in fields(Tally):
        kind = GaugeMetricFamily if each.name in _NOW else CounterMetricFamily
        family = kind(f"cache_{each.name}", f"Of the cache, by policy: {each.name}.", labels=("policy",))
        for policy, tally in stats.policies.items():
            family.add_metric((policy,), getattr(tally, each.name))
        yield family
    yield GaugeMetricFamily("cache_max_bytes", "The memory for cached answers.", stats.max_bytes)
    yield GaugeMetricFamily("cache_guarded_tags", "Changes that Shopify does not show yet.", stats.guarded)
    yield CounterMetricFamily("cache_invalidations", "Changes that the cache was told of.", stats.invalidations)


def metrics_route(
    services: Callable[[], Services], requests: RequestMetrics, admission: RequestAdmission, staff: StaffAccess
) -> Route:
    """The route `/metrics`. 404 for whoever does not show the staff token."""
    state = StateCollector(services, requests, admission)
    requests.registry.register(state)

    async def metrics(request: Request) -> Response:
        if not staff.allows(dict(request.scope["headers"]).get(b"authorization")):
            raise HTTPException(404)
        began_s = time.perf_counter()
        await asyncio.sleep(0)
        state.loop_lag_s = time.perf_counter() - began_s
        return Response(generate_latest(requests.registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics)
