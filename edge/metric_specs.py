"""The gateway's metrics: names, types, labels and meanings. docs/operate.md lists the same; a test compares them."""

from dataclasses import dataclass
from enum import StrEnum


class MetricType(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric. The name of a counter ends in `_total`."""

    name: str
    type: MetricType
    help: str
    labels: tuple[str, ...] = ()


def _counter(name: str, help_text: str, *labels: str) -> MetricSpec:
    return MetricSpec(f"{name}_total", MetricType.COUNTER, help_text, labels)


def _gauge(name: str, help_text: str, *labels: str) -> MetricSpec:
    return MetricSpec(name, MetricType.GAUGE, help_text, labels)


def _histogram(name: str, help_text: str, *labels: str) -> MetricSpec:
    return MetricSpec(name, MetricType.HISTOGRAM, help_text, labels)


INFO = _gauge("gateway_info", "Always 1.", "mode", "api_version")
API_VERSION_ENDS = _gauge(
    "gateway_api_version_supported_until_timestamp_seconds", "When Shopify's support of the API version may end."
)
HTTP_REQUESTS = _counter("gateway_http_requests", "Answered HTTP requests.", "route", "status")
OPERATION_SECONDS = _histogram(
    "gateway_operation_seconds",
    "Time of operations: `memory` and `redis` are cached answers by where they were, `graph` the executed ones.",
    "source",
)
RUNNING = _gauge("gateway_operations_running", "Operations that run.")
WAITING = _gauge("gateway_operations_waiting", "Operations that wait for others to end.")
REFUSED = _counter("gateway_operations_refused", "Operations answered 503 because of the load.")
LIMIT_REFUSALS = _counter("gateway_rate_limit_refusals", "What a limit of a client refused.", "limit")
LOOP_LAG = _gauge("gateway_event_loop_lag_seconds", "The longest delay of the event loop in the last minute.")

UPSTREAM_REQUESTS = _counter("gateway_upstream_requests", "Requests by how they ended.", "upstream", "outcome")
UPSTREAM_SECONDS = _histogram("gateway_upstream_request_seconds", "Time of requests to an upstream.", "upstream")
UPSTREAM_RUNNING = _gauge("gateway_upstream_requests_running", "Requests under way.", "upstream")
UPSTREAM_WAITING = _gauge("gateway_upstream_requests_waiting", "Requests that the budget holds back.", "upstream")
UPSTREAM_BREAKER = _gauge("gateway_upstream_breaker_state", "1 for the breaker's state.", "upstream", "state")
CAPACITY = _gauge("gateway_upstream_capacity", "What the upstream allows: requests, or points.", "upstream", "kind")
CAPACITY_LEFT = _gauge("gateway_upstream_capacity_available", "What is left of that.", "upstream", "kind")

CACHE_LOOKUPS = _counter("gateway_cache_lookups", "Reads through the cache by their result.", "policy", "result")
CACHE_FETCHES = _counter("gateway_cache_fetches", "Requests that reads through the cache caused.", "policy")
CACHE_FAILURES = _counter("gateway_cache_fetch_failures", "Those of them that failed.", "policy")
CACHE_NOT_STORED = _counter("gateway_cache_not_stored", "Answers that were not cached.", "policy", "reason")
CACHE_REMOVED = _counter("gateway_cache_removed", "Entries that left before they expired.", "policy", "reason")
CACHE_ENTRIES = _gauge("gateway_cache_entries", "Cached answers.", "policy")
CACHE_BYTES = _gauge("gateway_cache_bytes", "The memory of cached answers.", "policy")
CACHE_MAX_BYTES = _gauge("gateway_cache_max_bytes", "The memory that cached answers may take.")
CACHE_GUARDED = _gauge("gateway_cache_guarded_tags", "Changes that Shopify's replicas do not show yet.")
CACHE_INVALIDATIONS = _counter("gateway_cache_invalidations", "Changes that invalidated cached answers.")
CDN_PURGES = _counter("gateway_cdn_purges", "Purges sent to the CDN.")
CDN_PURGE_FAILURES = _counter("gateway_cdn_purge_failures", "Those of them that failed; they are sent again.")
CDN_KEYS_WAITING = _gauge("gateway_cdn_keys_waiting", "Keys that the CDN is not purged of yet.")

WEBHOOKS = _counter("gateway_webhooks", "Webhooks by what became of them.", "sender", "outcome")
LAST_WEBHOOK = _gauge("gateway_last_webhook_timestamp_seconds", "When a proven webhook arrived last.", "sender")
FORWARDS = _counter("gateway_forwards", "Attempts to forward orders.", "system", "action", "result")
OLDEST_WAITING = _gauge(
    "gateway_oldest_waiting_order_seconds",
    "The age of the oldest order that the last sweep could not forward; 0: none.",
)
STUCK = _gauge("gateway_stuck_orders", "Orders that a person has to look at.")
DEFERRED = _gauge("gateway_deferred_orders", "Orders in memory that the next sweep settles.")
SWEEP_ORDERS = _gauge("gateway_sweep_orders", "Orders of the last sweep by what became of them.", "state")
SWEEP_ENDED = _gauge("gateway_sweep_end_timestamp_seconds", "When the last sweep ended.")

SPECS: tuple[MetricSpec, ...] = tuple(each for each in globals().copy().values() if isinstance(each, MetricSpec))
"""All metrics, in the order of this file."""
