"""The metrics of several workers are added up, whoever is scraped."""

import os
from pathlib import Path

import pytest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from edge import metric_specs as specs
from edge.worker_metrics import WorkerMetrics

GONE = 2**22 + 1  # no process has this id


def metrics(requests: float, running: float, lag_s: float, left: float = 100) -> list[Metric]:
    answered = CounterMetricFamily(specs.HTTP_REQUESTS.name.removesuffix("_total"), "", labels=("route", "status"))
    answered.add_metric(("/graphql", "200"), requests)
    capacity = GaugeMetricFamily(specs.CAPACITY_LEFT.name, "", labels=("upstream", "kind"))
    capacity.add_metric(("admin", "all"), left)
    return [
        answered,
        capacity,
        GaugeMetricFamily(specs.RUNNING.name, "", running),
        GaugeMetricFamily(specs.LOOP_LAG.name, "", lag_s),
    ]


def written_by(folder: Path, process_id: int, own: list[Metric]) -> None:
    worker = WorkerMetrics(folder)
    worker.write(own)
    (folder / f"metrics-{os.getpid()}.json").rename(folder / f"metrics-{process_id}.json")


def merged(folder: Path, own: list[Metric]) -> dict[str, float]:
    return {each.name: each.value for family in WorkerMetrics(folder).merged(own) for each in family.samples}


def test_counts_and_sizes_of_running_workers_are_added_and_delays_are_not(tmp_path: Path) -> None:
    written_by(tmp_path, os.getppid(), metrics(5, 2, 0.5, left=40))

    found = merged(tmp_path, metrics(3, 1, 0.1))
    assert found[specs.HTTP_REQUESTS.name] == 8
    assert found[specs.RUNNING.name] == 3
    assert found[specs.LOOP_LAG.name] == 0.5
    assert found[specs.CAPACITY_LEFT.name] == 40


def test_counts_of_a_worker_that_is_gone_stay_and_its_gauges_do_not(tmp_path: Path) -> None:
    written_by(tmp_path, GONE, metrics(5, 2, 0.5))

    found = merged(tmp_path, metrics(3, 1, 0.1))
    assert found[specs.HTTP_REQUESTS.name] == 8
    assert found[specs.RUNNING.name] == 1
    assert found[specs.LOOP_LAG.name] == 0.1


@pytest.mark.parametrize("content", [b"", b"{", b'[["name"]]'])
def test_a_damaged_file_counts_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"metrics-{os.getppid()}.json").write_bytes(content)

    assert merged(tmp_path, metrics(3, 1, 0.1))[specs.HTTP_REQUESTS.name] == 3
