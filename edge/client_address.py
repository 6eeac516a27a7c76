"""Whose request it is: the client's address, believed from proxies only when they are ours."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


class TrustedProxies:
    """The addresses and networks whose `X-Forwarded-For` is believed. Raises ValueError for one that is neither."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [ip_network(each, strict=False) for each in networks]

    def client_address(self, peer: tuple[str, int] | None, forwarded_for: bytes | None) -> str | None:
        """The address of whoever asked: the last one on the way that is not a trusted proxy.

        Anybody can write the header's first entries, so it is read from its end.
        """
        if peer is None:
            return None
        address = peer[0]
        if forwarded_for is None or not self._trusts(address):
            return address
        for hop in reversed(forwarded_for.decode("latin-1").split(",")):
            found = _read(hop.strip())
            if found is None:
                break
            address = str(found)
            if not self._trusts(address):
                break
        return address

    def _trusts(self, text: str) -> bool:
        address = _read(text)
        return address is not None and any(address in network for network in self._networks)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
