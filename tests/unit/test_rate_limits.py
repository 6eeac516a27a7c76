"""Moving windows of clients."""

from resolvers.moving_windows import MAX_CLIENTS, Windows
from tests.virtual_time import PassingTime


def test_a_window_stays_small_however_much_a_client_does() -> None:
    time = PassingTime()
    windows = Windows(time.timing.clock)
    for _ in range(10_000):
        windows.acquire_entry("a", 1_000_000, 60, amount=50)
        time.now += 0.01

    assert windows.largest <= 61


def test_clients_are_bounded() -> None:
    windows = Windows(PassingTime().timing.clock)
    for number in range(MAX_CLIENTS + 10):
        windows.acquire_entry(f"{number}", 1, 60)

    assert windows.clients == MAX_CLIENTS


def test_a_refused_request_consumes_nothing() -> None:
    windows = Windows(PassingTime().timing.clock)

    assert [windows.acquire_entry("a", 10, 60, amount=each) for each in (6, 6, 4, 1)] == [True, False, True, False]
