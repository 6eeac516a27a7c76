"""Durations in buckets."""

from clients.latency import Latency


def test_an_observation_is_in_the_bucket_of_its_time() -> None:
    latency = Latency()
    for seconds in (0.0004, 0.0005, 0.3, 60.0):
        latency.observe(seconds)

    assert dict(latency.cumulated()) | {"0.0005": 2, "0.5": 3, "30.0": 3, "+Inf": 4} == dict(latency.cumulated())


def test_each_bucket_includes_the_smaller_ones() -> None:
    latency = Latency()
    for seconds in (0.002, 0.02, 0.2):
        latency.observe(seconds)

    counts = [count for _, count in latency.cumulated()]
    assert counts == sorted(counts)
    assert (counts[-1], latency.count) == (3, 3)
    assert latency.sum_s == 0.222
