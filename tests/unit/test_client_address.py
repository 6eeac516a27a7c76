"""The client's address, through trusted and untrusted proxies."""

import pytest

from edge.client_address import TrustedProxies, header_lines

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
def test_the_last_hop_that_is_not_a_trusted_proxy_is_the_client(
    peer: str, forwarded_for: bytes | None, expected: str
) -> None:
    assert PROXIES.client_address((peer, 4711), forwarded_for) == expected


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("10.1.2.3", b"203.0.113.5:40000", "203.0.113.5"),
        ("10.1.2.3", b"203.0.113.5:40000, 192.0.2.1:443", "203.0.113.5"),
        ("10.1.2.3", b"[2001:470::9]:40000", "2001:470::9"),
        ("10.1.2.3", b"[2001:470::9]", "2001:470::9"),
        ("10.1.2.3", b'"[2001:470::9]:40000"', "2001:470::9"),
        ("10.1.2.3", b"2001:470:0:0::9", "2001:470::9"),
        ("10.1.2.3", b"::ffff:203.0.113.5", "203.0.113.5"),
        ("10.1.2.3", b"[::ffff:203.0.113.5]:40000", "203.0.113.5"),
        ("10.1.2.3", b"203.0.113.5, ::ffff:10.9.9.9", "203.0.113.5"),
        ("::ffff:10.1.2.3", b"203.0.113.5", "203.0.113.5"),
        ("::ffff:198.51.100.9", None, "198.51.100.9"),
        ("::ffff:198.51.100.9", b"203.0.113.5", "198.51.100.9"),
        ("2001:db8::1%eth0", b"203.0.113.5", "203.0.113.5"),
        ("10.1.2.3", b"203.0.113.5,, 10.9.9.9,", "203.0.113.5"),
        ("10.1.2.3", b"203.0.113.5, unknown", "10.1.2.3"),
        ("10.1.2.3", b"203.0.113.5, 203.0.113.6:http", "10.1.2.3"),
        ("10.1.2.3", b"", "10.1.2.3"),
    ],
)
def test_a_hop_is_read_in_each_form_that_proxies_write(peer: str, forwarded_for: bytes | None, expected: str) -> None:
    assert PROXIES.client_address((peer, 4711), forwarded_for) == expected


def test_the_lines_of_a_header_form_one_list() -> None:
    lines = [(b"x-forwarded-for", b"203.0.113.5"), (b"accept", b"*/*"), (b"x-forwarded-for", b"192.0.2.1")]

    assert PROXIES.client_address(("10.1.2.3", 1), header_lines(lines, b"x-forwarded-for")) == "203.0.113.5"
    assert header_lines(lines, b"x-request-id") is None


@pytest.mark.parametrize("network", ["::ffff:10.0.0.0/104", "[::ffff:10.1.2.3]", "10.1.2.3"])
def test_a_network_of_mapped_addresses_is_the_ipv4_network(network: str) -> None:
    assert TrustedProxies([network]).client_address(("10.1.2.3", 1), b"203.0.113.5") == "203.0.113.5"


def test_without_trusted_proxies_the_header_is_never_believed() -> None:
    assert TrustedProxies([]).client_address(("10.0.0.1", 1), b"203.0.113.5") == "10.0.0.1"


def test_a_request_without_a_peer_has_no_address() -> None:
    assert PROXIES.client_address(None, b"203.0.113.5") is None


def test_an_invalid_network_is_refused() -> None:
    with pytest.raises(ValueError, match="proxy"):
        TrustedProxies(["proxy.example"])
