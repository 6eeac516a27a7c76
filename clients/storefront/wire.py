"""What a caller and Storefront exchange beside the GraphQL body: API version, headers, status."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from clients.http_messages import Response

VERSION = re.compile(r"unstable|2\d{3}-\d{2}")
"""The API versions that Shopify's address accepts."""

_VERSION_IN_PATH = re.compile(r"(?<=/api/)[^/]+(?=/graphql\.json$)")
_PASSED_DOWN = frozenset({"retry-after", "server-timing", "set-cookie"})
_SHOPIFYS = ("shopify-", "x-shopify-")

HeaderLines = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WireRequest:
    """The part of a caller's HTTP request that goes to Storefront.

    `version` is the requested API version; None: the configured one. `headers` change no answer, or are part of
    `cache_key`. `personal` headers identify a visitor (cookies, visitor tokens). `token` is the caller's public
    Storefront token, used when the gateway has no private one.
    """

    version: str | None = None
    headers: HeaderLines = ()
    personal: HeaderLines = field(default=(), repr=False)
    cache_key: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)

    def impersonal(self) -> Self:
        """The same without what identifies the visitor, for requests whose answers others get too."""
        return replace(self, personal=()) if self.personal else self

    def address(self, url: str) -> str:
        """Storefront's address for the version; unchanged where the configured address names no version."""
        if self.version is None:
            return url
        return _VERSION_IN_PATH.sub(self.version, url)


NO_CALLER = WireRequest()
"""A request of the gateway itself."""


@dataclass(frozen=True, slots=True)
class WireResponse:
    """Storefront's HTTP response as a caller may get it."""

    status: int
    body: bytes
    headers: HeaderLines = field(default=(), repr=False)
    media_type: str = "application/json"

    @classmethod
    def read(cls, response: Response) -> Self:
        media_type = response.headers.get("content-type", "application/json").split(";")[0].strip()
        return cls(response.status_code, response.content, _passed_down(response.lines), media_type)

    @property
    def is_shareable(self) -> bool:
        """Whether another caller may get it: it neither sets nor depends on cookies."""
        return not any(name == "set-cookie" for name, _ in self.headers)

    def without_headers(self) -> Self:
        return replace(self, headers=())


def _passed_down(headers: Iterable[tuple[str, str]]) -> HeaderLines:
    passed = []
    for name, value in headers:
        if name in _PASSED_DOWN or name.startswith(_SHOPIFYS):
            passed.append((name, value))
        elif name == "x-request-id":
            passed.append(("x-shopify-request-id", value))
    return tuple(passed)


def varies_by_visitor(headers: Mapping[str, str]) -> bool:
    """Whether a response says that it depends on the request's cookies."""
    varied = {each.strip().lower() for each in headers.get("vary", "").split(",")}
    return not varied.isdisjoint({"cookie", "*"})
