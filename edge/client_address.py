"""The client's address of a request. `X-Forwarded-For` is trusted only from our own proxies."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_MAPPED = IPv6Network("::ffff:0:0/96")
_USUAL_BYTES = 200
_WITH_PORT = re.compile(r"(?:\[([^\]]+)\]|([^:]+))(?::\d*)?")


class TrustedProxies:
    """The addresses and networks whose `X-Forwarded-For` is trusted. Raises ValueError for anything else."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [_network(each) for each in networks]
        self._address_behind = lru_cache(8_192)(self._client_address)

    def client_address(self, peer: tuple[str, int] | None, forwarded_for: bytes | None) -> str | None:
        """The client's address: the last hop that is not a trusted proxy.

        Anybody can write the first entries of `X-Forwarded-For`, so it is read from its end.
        """
        if peer is None:
            return None
        is_usual = forwarded_for is None or len(forwarded_for) <= _USUAL_BYTES  # only such are kept in memory
        return (self._address_behind if is_usual else self._client_address)(peer[0], forwarded_for)

    def _client_address(self, peer: str, forwarded_for: bytes | None) -> str:
        address = _address(peer)
        if address is None:
            return peer
        for hop in _hops_from_the_end(forwarded_for or b""):
            if not self._trusts(address):
                break
            found = _address(hop)
            if found is None:
                break
            address = found
        return str(address)

    def trusts(self, peer: tuple[str, int] | None) -> bool:
        """Whether a request comes straight from a trusted proxy."""
        address = None if peer is None else _address(peer[0])
        return address is not None and self._trusts(address)

    @staticmethod
    def address(text: str) -> str | None:
        """An address in its usual form; None for other text."""
        found = _address(text.strip())
        return None if found is None else str(found)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def header_lines(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The values of a header whose lines form one list (RFC 9110, 5.3), joined with commas. None: absent."""
    values = [value for each, value in headers if each == name]
    return b",".join(values) if values else None


def _hops_from_the_end(forwarded_for: bytes) -> Iterator[str]:
    for hop in reversed(forwarded_for.decode("latin-1").split(",")):
        if text := hop.strip().strip('"'):
            yield text


def _address(text: str) -> Address | None:
    """An address with or without a port, a zone or brackets; an IPv4-mapped IPv6 address becomes IPv4."""
    with_port = None if text.count(":") > 1 and not text.startswith("[") else _WITH_PORT.fullmatch(text)
    if with_port is not None:
        text = with_port[1] or with_port[2]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _network(text: str) -> Network:
    address, slash, prefix = text.partition("/")
    network = ip_network(f"{address.removeprefix('[').removesuffix(']')}{slash}{prefix}", strict=False)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((str(mapped), network.prefixlen - 96))
    return network
