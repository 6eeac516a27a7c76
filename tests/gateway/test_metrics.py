"""Metrics for Prometheus."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.metric_specs import SPECS, MetricType
from sandbox.order_life import place_order
from tests.gateway.order_shop import order_shop
from tests.serving import STAFF, Served, sandbox_at_noon, serving
from tests.virtual_time import in_no_time

ROOT = Path(__file__).parents[2]
NOT_DRAWN = {"gateway_info"}

SHOP = {"query": "{ shop { name } }"}


async def scraped(gateway: Served) -> dict[tuple[str, ...], float]:
    """The samples by name and the sorted values of their labels."""
    text = (await gateway.http.get("/metrics", headers=STAFF)).text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


async def test_refusals_by_the_limits_of_clients_and_of_the_process_are_counted_by_status() -> None:
    limits: dict[str, Any] = {
        "limit_client_failed_tokens": 1,
        "limit_operations_at_once": 1,
        "trusted_proxies": "127.0.0.1",
    }
    async with serving(sandbox_at_noon(), **limits) as gateway:
        guess = {"authorization": "Bearer guess", "x-forwarded-for": "203.0.113.7"}
        for _ in range(2):
            await gateway.http.post("/graphql", json=SHOP, headers=guess)
        seen = await scraped(gateway)

    assert seen[("gateway_http_requests_total", "/graphql", "429")] == 1


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer guessed"}, {"authorization": "sandbox-staff"}])
async def test_metrics_are_for_staff(gateway: Served, headers: dict[str, str]) -> None:
    answer = await gateway.http.get("/metrics", headers=headers)

    assert answer.status_code == 404
    assert "gateway" not in answer.text


async def test_metrics_require_a_staff_token() -> None:
    async with serving(sandbox_at_noon(), staff_token="") as gateway:
        assert (await gateway.http.get("/metrics", headers={"authorization": "Bearer "})).status_code == 404


async def test_answers_and_the_cache_are_counted(gateway: Served) -> None:
    before = await scraped(gateway)
    for _ in range(3):
        await gateway.http.post("/graphql", json=SHOP)
    await gateway.http.post("/graphql", content=b"{")
    await gateway.http.post("/webhooks/printful/a-secret-token", content=b"{}")
    await gateway.http.get("/health")
    seen = await scraped(gateway)

    assert seen[("gateway_http_requests_total", "/graphql", "200")] == 3
    assert seen[("gateway_http_requests_total", "/graphql", "415")] == 1
    assert seen[("gateway_http_requests_total", "/webhooks/printful", "404")] == 1
    assert seen[("gateway_http_requests_total", "/health", "200")] == 1
    executed, from_memory = ("gateway_operation_seconds_count", "graph"), ("gateway_operation_seconds_count", "memory")
    assert seen[executed] == before[executed] + 1
    assert seen[from_memory] == 2
    assert seen[("gateway_cache_lookups_total", "CONTENT", "hit")] == 2
    assert seen[("gateway_webhooks_total", "printful", "refused")] == 1
    assert not any("a-secret-token" in label for sample in seen for label in sample)


async def test_upstreams_are_watched(gateway: Served) -> None:
    gateway.sandbox.faults.add("admin", "status", status=400)
    await gateway.ask("{ products(first: 1) { nodes { variants(first: 1) { nodes { inventory { tracked } } } } } }")
    seen = await scraped(gateway)

    assert seen[("gateway_upstream_requests_total", "ok", "storefront")] == 1
    assert seen[("gateway_upstream_requests_total", "admin", "rejected")] == 1
    assert seen[("gateway_upstream_request_seconds_count", "admin")] == 1
    assert seen[("gateway_upstream_requests_total", "ok", "square")] == 0
    assert seen[("gateway_upstream_breaker_state", "closed", "storefront")] == 1
    assert seen[("gateway_upstream_breaker_state", "open", "storefront")] == 0
    assert seen[("gateway_upstream_requests_running", "admin")] == 0
    assert seen[("gateway_upstream_requests_waiting", "admin")] == 0
    assert seen[("gateway_upstream_capacity", "all", "printful")] == 120


@pytest.mark.parametrize(
    ("kind", "status", "outcome"),
    [
        ("status", 503, "unavailable"),
        ("status", 401, "denied"),
        ("status", 429, "throttled"),
        ("html", None, "broken"),
    ],
)
async def test_failed_requests_are_counted_by_their_kind(
    gateway: Served, kind: str, status: int | None, outcome: str
) -> None:
    gateway.sandbox.faults.add("storefront", kind, **({} if status is None else {"status": status}))
    await gateway.http.post("/graphql", json={"query": "mutation { cartCreate { cart { id } } }"})

    assert (await scraped(gateway))[("gateway_upstream_requests_total", *sorted((outcome, "storefront")))] >= 1


async def test_an_open_breaker_shows(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status", status=500)
    async with serving(gateway.sandbox, cache_max_bytes=0) as served:
        for number in range(12):
            await served.ask(f"mutation {{ a{number}: cartCreate {{ cart {{ id }} }} }}")
        seen = await scraped(served)

    assert seen[("gateway_upstream_breaker_state", "open", "storefront")] == 1
    assert seen[("gateway_upstream_requests_total", "storefront", "unavailable")] >= 5


async def test_the_state_of_the_process_shows(gateway: Served) -> None:
    seen = await scraped(gateway)

    for name in ("gateway_operations_running", "gateway_operations_waiting", "gateway_operations_refused_total"):
        assert seen[(name,)] == 0
    assert seen[("gateway_info", "2026-10", "sandbox")] == 1
    assert seen[("process_resident_memory_bytes",)] > 1_000_000
    assert ("gateway_event_loop_lag_seconds",) in seen


async def test_refusals_by_a_clients_limit_are_counted() -> None:
    async with serving(sandbox_at_noon(), limit_client_cost=1, limit_order_lookups=1) as gateway:
        for number in range(3):
            await gateway.http.post("/graphql", json={"query": f"{{ a{number}: shop {{ name }} }}"})
        seen = await scraped(gateway)

    assert seen[("gateway_rate_limit_refusals_total", "cost")] == 2


@in_no_time
async def test_forwards_webhooks_and_the_oldest_waiting_order_are_shown() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        shop.sandbox.faults.add("printful", "status", status=503)
        place_order(shop.store, shop.prints())
        await shop.later(11 * 60)
        seen = await scraped(shop.served)
        shop.sandbox.faults.clear()
        await shop.later(15 * 60)
        healed = await scraped(shop.served)

    assert seen[("gateway_forwards_total", "delayed", "forward", "printful")] >= 1
    assert seen[("gateway_webhooks_total", "pending", "shopify")] >= 1
    assert 60 <= seen[("gateway_oldest_waiting_order_seconds",)] <= 11 * 60
    assert seen[("gateway_sweep_orders", "pending")] == 1
    assert healed[("gateway_oldest_waiting_order_seconds",)] == 0
    assert healed[("gateway_forwards_total", "create", "done", "printful")] == 1


async def families(gateway: Served) -> dict[str, tuple[str, str]]:
    """The type and the help of each metric of a scrape, by name; counters with `_total`."""
    text = (await gateway.http.get("/metrics", headers=STAFF)).text
    found = {}
    for family in text_string_to_metric_families(text):
        suffix = "_total" if family.type == "counter" else ""
        found[family.name + suffix] = (family.type, family.documentation)
    return found


async def test_a_scrape_has_each_metric_of_the_list_and_no_other(gateway: Served) -> None:
    shown = await families(gateway)

    ours = {name: kind for name, kind in shown.items() if not name.startswith("process_")}
    assert ours == {spec.name: (spec.type.value, spec.help) for spec in SPECS}


@in_no_time
async def test_all_samples_have_the_labels_of_the_list() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        await shop.placed()
        await shop.later(6 * 60)
        text = (await shop.served.http.get("/metrics", headers=STAFF)).text

    labels = {spec.name.removesuffix("_total"): set(spec.labels) for spec in SPECS}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if family.name in labels:
                assert set(sample.labels) - {"le"} == labels[family.name], sample.name


def test_names_follow_the_conventions_of_prometheus() -> None:
    for spec in SPECS:
        assert re.fullmatch(r"gateway(_[a-z]+)+", spec.name)
        assert spec.name.endswith("_total") == (spec.type is MetricType.COUNTER)
        assert not re.search(r"_(ms|minutes|hours|kb|mb)(_|$)", spec.name)
        assert spec.type is not MetricType.HISTOGRAM or spec.name.endswith("_seconds")
        assert spec.help.endswith((".", ": none."))
        assert set(spec.labels).isdisjoint({"le", "job", "instance", "client", "path"})


def test_the_page_for_operators_lists_the_same_metrics() -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    rows = re.findall(r"^\| `(gateway_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|$", page, re.MULTILINE)

    assert rows == [
        (spec.name, spec.type.value, ", ".join(f"`{label}`" for label in spec.labels), spec.help) for spec in SPECS
    ]


def test_the_dashboard_uses_metrics_and_labels_that_exist() -> None:
    specs = {spec.name: spec for spec in SPECS}
    queries = expressions(json.loads((ROOT / "docs" / "grafana-dashboard.json").read_text()))
    assert len(queries) > 20

    used = set()
    for query in queries:
        for name, matchers in re.findall(r"\b((?:gateway|process)_\w+)(?:\{([^}]*)\})?", query):
            metric = re.sub(r"_(bucket|sum|count)$", "", name) if name not in specs else name
            assert metric in specs or metric.startswith("process_"), query
            used.add(metric)
            for label in re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", matchers):
                assert metric.startswith("process_") or label in (*specs[metric].labels, "instance"), query
        for by in re.findall(r"\bby \(([^)]*)\)", query):
            known = {"le", "instance", *(label for spec in SPECS for label in spec.labels)}
            assert {each.strip() for each in by.split(",")} <= known, query
    assert {spec.name for spec in SPECS} - used <= NOT_DRAWN


def expressions(part: Any) -> list[str]:
    """All queries in a dashboard."""
    if isinstance(part, dict):
        own = [part["expr"]] if isinstance(part.get("expr"), str) else []
        return own + [each for value in part.values() for each in expressions(value)]
    return [each for value in part for each in expressions(value)] if isinstance(part, list) else []
