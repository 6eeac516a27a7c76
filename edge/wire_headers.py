"""The headers and cookies that pass between callers and Storefront, and the buyer's address."""

import hmac
import re
from collections.abc import Mapping, Sequence

from clients.storefront.client import StorefrontAccess
from clients.storefront.wire import HeaderLines, WireRequest
from edge.client_address import TrustedProxies, header_lines

# Passed on unchanged. Source: Hydrogen's Storefront API proxy; other headers may be answered with 403.
_PASSED_UP = (
    b"accept-language",
    b"origin",
    b"referer",
    b"user-agent",
    b"shopify-storefront-id",
    b"custom-storefront-request-group-id",
)
_PERSONAL = (b"x-shopify-uniquetoken", b"x-shopify-visittoken")
_SHOPIFYS_COOKIE = re.compile(r"_shopify_\w+|_cmp\w*|_tracking_consent|_landing_page|_orig_referrer")
_TOKEN = b"x-shopify-storefront-access-token"
_PRIVATE_TOKEN = b"shopify-storefront-private-token"
_BUYER_IP = b"shopify-storefront-buyer-ip"

Headers = Mapping[bytes, bytes]
Lines = Sequence[tuple[bytes, bytes]]


class WireHeaders:
    """Reads the part of a caller's request that goes to Storefront."""

    def __init__(self, access: StorefrontAccess, proxies: TrustedProxies) -> None:
        self._private_token = (access.private_token or "").encode()
        self._public_token = access.public_token
        self._proxies = proxies

    def version_and_locale(self, version: str | None, headers: Headers) -> tuple[str, ...]:
        """What distinguishes answers to one operation, beside its variables."""
        language, storefront = headers.get(b"accept-language", b""), headers.get(b"shopify-storefront-id", b"")
        return version or "", language.decode("latin-1"), storefront.decode("latin-1")

    def foreign_token(self, headers: Headers) -> str | None:
        """The caller's public Storefront token, if it counts and is not the gateway's own."""
        token = headers.get(_TOKEN, b"").decode("latin-1")
        return token if token and not self._private_token and token != self._public_token else None

    def request(self, version: str | None, headers: Headers, lines: Lines) -> WireRequest:
        """The part of the request that goes to Storefront."""
        personal = tuple(_line(name, headers[name]) for name in _PERSONAL if name in headers)
        cookies = shopify_cookies([value.decode("latin-1") for name, value in lines if name == b"cookie"])
        if cookies:
            personal = (*personal, ("cookie", cookies))
        return WireRequest(
            version=version,
            headers=tuple(_line(name, headers[name]) for name in _PASSED_UP if name in headers),
            personal=personal,
            cache_key=self.version_and_locale(version, headers),
            token=self.foreign_token(headers),
        )

    def buyer_ip(self, peer: tuple[str, int] | None, headers: Headers, lines: Lines) -> str | None:
        """The buyer's address.

        A server with the private token, or a trusted proxy, names its buyer. The header of other callers is ignored.
        """
        named = headers.get(_BUYER_IP)
        if named is not None and (self._shows_private_token(headers) or self._proxies.trusts(peer)):
            address = self._proxies.address(named.decode("latin-1"))
            if address is not None:
                return address
        forwarded_for = header_lines(lines, b"x-forwarded-for") if b"x-forwarded-for" in headers else None
        return self._proxies.client_address(peer, forwarded_for)

    def _shows_private_token(self, headers: Headers) -> bool:
        secret_text = headers.get(_PRIVATE_TOKEN, b"")
        return bool(self._private_token) and hmac.compare_digest(secret_text, self._private_token)


def shopify_cookies(lines: Sequence[str]) -> str:
    """Shopify's cookies in a request, as one header; the shop's own are not passed on."""
    pairs = (pair.strip() for line in lines for pair in line.split(";"))
    return "; ".join(pair for pair in pairs if _SHOPIFYS_COOKIE.fullmatch(pair.partition("=")[0].strip()))


def sent_down(headers: HeaderLines) -> list[tuple[bytes, bytes]]:
    """Storefront's response headers in ASGI form."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _line(name: bytes, value: bytes) -> tuple[str, str]:
    return name.decode("latin-1"), value.decode("latin-1")
