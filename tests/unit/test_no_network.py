"""The tests' own guard: requests to other machines are refused before they are sent."""

import socket

import pytest


@pytest.mark.parametrize("host", ["shop.example", "192.0.2.1"])
def test_a_test_cannot_reach_another_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="tried to reach"):
        socket.create_connection((host, 443), timeout=0.1)
