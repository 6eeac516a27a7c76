"""Adds up the metrics of all workers: each writes its own to a file, and whoever is scraped reads them all."""

import asyncio
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from clients.timing import Timing
from edge import metric_specs as specs

WRITE_EVERY_S = 1.0

_SUMMED = {
    *(each.name for each in (specs.RUNNING, specs.WAITING, specs.UPSTREAM_RUNNING, specs.UPSTREAM_WAITING)),
    *(each.name for each in (specs.CACHE_ENTRIES, specs.CACHE_BYTES, specs.CACHE_MAX_BYTES, specs.DEFERRED)),
    *("process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds"),
}
_LEAST = {specs.CAPACITY_LEFT.name, "process_start_time_seconds"}


class _Sample(msgspec.Struct, frozen=True, array_like=True):
    name: str
    labels: dict[str, str]
    value: float


class _Family(msgspec.Struct, frozen=True, array_like=True):
    name: str
    documentation: str
    type: str
    samples: list[_Sample]


_read = msgspec.json.Decoder(list[_Family]).decode


class WorkerMetrics:
    """The metrics of the workers of one machine, in a folder of their own.

    Counts of all workers are added, also of those that have ended: a counter never falls. Of gauges only those of
    running workers count. Sizes and numbers of operations are added; of others the largest value counts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"metrics-{os.getpid()}.json"

    async def keep_writing(self, metrics: Collector, timing: Timing) -> None:
        """Writes this worker's metrics every second, and once more at its end."""
        try:
            while True:
                await timing.sleep(WRITE_EVERY_S)
                self.write(metrics.collect())
        except asyncio.CancelledError:
            self.write(metrics.collect())
            raise

    def write(self, families: Iterable[Metric]) -> None:
        """Writes this worker's metrics at once."""
        unfinished = self._own.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.encode([_plain(each) for each in families]))
        unfinished.replace(self._own)

    def merged(self, own: Iterable[Metric]) -> Iterator[Metric]:
        """This worker's metrics together with what the others have written."""
        families = [_plain(each) for each in own]
        values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
        for family in families:
            _add(values, family)
        known = {each.name: each for each in families}
        for file in sorted(self._folder.glob("metrics-*.json")):
            if file != self._own:
                for family in self._written(file):
                    known.setdefault(family.name, family)
                    _add(values, family)
        for name, family in known.items():
            merged = Metric(name, family.documentation, family.type)
            for (sample, labels), value in values.get(name, {}).items():
                merged.add_sample(sample, dict(labels), value)
            yield merged

    @staticmethod
    def _written(file: Path) -> list[_Family]:
        try:
            families = _read(file.read_bytes())
        except (OSError, msgspec.DecodeError):
            return []
        is_running = _is_running(int(file.stem.removeprefix("metrics-")))
        return [each for each in families if is_running or each.type != "gauge"]


def _plain(metric: Metric) -> _Family:
    samples = [_Sample(each.name, dict(each.labels), each.value) for each in metric.samples]
    return _Family(metric.name, metric.documentation, metric.type, samples)


def _add(values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]], family: _Family) -> None:
    merged = values.setdefault(family.name, {})
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        if key not in merged:
            merged[key] = sample.value
        elif family.type != "gauge" or family.name in _SUMMED:
            merged[key] += sample.value
        else:
            merged[key] = (min if family.name in _LEAST else max)(merged[key], sample.value)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
