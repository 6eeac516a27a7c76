"""Whose address it is, seen through proxies that can be trusted and some that cannot."""

import pytest

from edge.client_address import TrustedProxies

PROXIES = TrustedProxies(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("198.51.100.9", None, "198.51.100.9"),
        ("198.51.100.9", b"203.0.113.5", "198.51.100.9"),
        ("10.1.2.3", b"203.0.113.5", "203.0.113.5"),
        ("10.1.2.3", b"203.0.113.5, 192.0.2.1, 10.9.9.9", "203.0.113.5"),
        ("10.1.2.3", b"6.6.6.6, 203.0.113.5", "203.0.113.5"),
        ("10.1.2.3", b"10.4.4.4", "10.4.4.4"),
        ("10.1.2.3", b"garbage", "10.1.2.3"),
        ("10.1.2.3", b"203.0.113.5, garbage", "10.1.2.3"),
        ("2001:db8::1", b"2001:470::9", "2001:470::9"),
    ],
)
def test_the_last_hop_that_is_no_proxy_of_ours_counts(peer: str, forwarded_for: bytes | None, expected: str) -> None:
    assert PROXIES.client_address((peer, 4711), forwarded_for) == expected


def test_without_trusted_proxies_the_header_is_never_believed() -> None:
    assert TrustedProxies([]).client_address(("10.0.0.1", 1), b"203.0.113.5") == "10.0.0.1"


def test_a_request_without_a_peer_has_no_address() -> None:
    assert PROXIES.client_address(None, b"203.0.113.5") is None


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="proxy"):
        TrustedProxies(["proxy.example"])
