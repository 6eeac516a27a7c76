"""Metrics for Prometheus."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.serving import STAFF, Served, sandbox_at_noon, serving

SHOP = {"query": "{ shop { name } }"}


async def scraped(gateway: Served) -> dict[tuple[str, ...], float]:
    """The samples by name and the sorted values of their labels."""
    text = (await gateway.http.get("/metrics", headers=STAFF)).text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer guessed"}, {"authorization": "sandbox-staff"}])
async def test_metrics_are_for_staff(gateway: Served, headers: dict[str, str]) -> None:
    answer = await gateway.http.get("/metrics", headers=headers)

    assert answer.status_code == 404
    assert "gateway" not in answer.text


async def test_without_a_staff_token_nobody_sees_metrics() -> None:
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

    assert seen[("gateway_answers_total", "/graphql", "200")] == 3
    assert seen[("gateway_answers_total", "/graphql", "415")] == 1
    assert seen[("gateway_answers_total", "/webhooks/printful", "404")] == 1
    assert seen[("gateway_answers_total", "/health", "200")] == 1
    assert seen[("gateway_operation_seconds_count",)] == before[("gateway_operation_seconds_count",)] + 1
    assert seen[("cache_hits_total", "CONTENT")] == 2
    assert not any("a-secret-token" in label for sample in seen for label in sample)


async def test_upstreams_are_watched(gateway: Served) -> None:
    gateway.sandbox.faults.add("admin", "status", status=400)
    await gateway.ask("{ products(first: 1) { nodes { variants(first: 1) { nodes { inventory { tracked } } } } } }")
    seen = await scraped(gateway)

    assert seen[("upstream_requests_total", "answered", "storefront")] == 1
    assert seen[("upstream_requests_total", "admin", "answered")] == 1
    assert seen[("upstream_breaker", "closed", "storefront")] == 1
    assert seen[("upstream_breaker", "open", "storefront")] == 0
    assert seen[("upstream_running", "admin")] == seen[("upstream_waiting", "admin")] == 0


async def test_an_open_breaker_shows(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status", status=500)
    async with serving(gateway.sandbox, cache_max_bytes=0) as served:
        for number in range(12):
            await served.ask(f"mutation {{ a{number}: cartCreate {{ cart {{ id }} }} }}")
        seen = await scraped(served)

    assert seen[("upstream_breaker", "open", "storefront")] == 1
    assert seen[("upstream_requests_total", "failed", "storefront")] >= 5


async def test_the_state_of_the_process_shows(gateway: Served) -> None:
    seen = await scraped(gateway)

    for name in ("gateway_operations_running", "gateway_operations_waiting", "gateway_operations_refused_total"):
        assert seen[(name,)] == 0
    assert 0 <= seen[("gateway_event_loop_lag_seconds",)] < 1
