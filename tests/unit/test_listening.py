"""The address of the server."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from edge.server import listener
from edge.settings import SettingsError


def has_ipv6() -> bool:
    try:
        with closing(socket.socket(socket.AF_INET6)) as tried:
            tried.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.fixture
def reached() -> Iterator[list[socket.socket]]:
    opened: list[socket.socket] = []
    yield opened
    for each in opened:
        each.close()


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("localhost", "localhost"),
        pytest.param("::1", "::1", marks=needs_ipv6),
        pytest.param("::", "::1", marks=needs_ipv6),
        pytest.param("::", "127.0.0.1", marks=needs_ipv6),
    ],
)
def test_each_kind_of_host_can_be_called(host: str, caller: str, reached: list[socket.socket]) -> None:
    listening = listener(host, 0)
    reached.append(listening)
    reached.append(socket.create_connection((caller, listening.getsockname()[1]), timeout=5))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "no host"])
def test_an_address_of_another_machine_is_refused_with_a_sentence(host: str) -> None:
    with pytest.raises(SettingsError, match="cannot listen at") as refused:
        listener(host, 0)

    assert "set HOST to an address of this machine" in str(refused.value)


def test_a_port_that_is_taken_is_refused_with_a_sentence(reached: list[socket.socket]) -> None:
    reached.append(listener("127.0.0.1", 0))

    with pytest.raises(SettingsError, match="already in use"):
        listener("127.0.0.1", reached[0].getsockname()[1])


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with (
        listener("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
