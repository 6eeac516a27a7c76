"""The parts of an HTTP exchange: addresses and responses, as small as the hot path needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, Self

import httpx

Origin = tuple[str, str, int]
"""Scheme, host and port."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Url:
    """An address in the parts that a request needs. `host`: with the port, unless it is the scheme's own."""

    text: str
    origin: Origin
    host: str
    target: str


@lru_cache(1_024)
def url_of(text: str) -> Url:
    """The parts of an address, whose characters are escaped where HTTP wants it.

    Raises httpx.InvalidURL, and httpx.UnsupportedProtocol for anything but HTTP and HTTPS.
    """
    url = httpx.URL(text)
    if url.scheme not in _PORTS or not url.host:
        raise httpx.UnsupportedProtocol(f"{text!r} is not an address of HTTP or HTTPS.")
    origin = url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
    return Url(text, origin, url.netloc.decode("ascii"), url.raw_path.decode("ascii"))


class AnyResponse(Protocol):
    """What the gateway reads of a response: of ours and of httpx's."""

    @property
    def status_code(self) -> int: ...
    @property
    def is_success(self) -> bool: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...


class Response:
    """A complete response. `lines`: the headers in their order, with names in small letters.

    headers: by name in small letters; values of one name are joined with commas.
    """

    __slots__ = ("_headers", "content", "lines", "status_code")

    def __init__(self, status_code: int, lines: Sequence[tuple[str, str]], content: bytes) -> None:
        self.status_code = status_code
        self.lines = lines
        self.content = content
        self._headers: dict[str, str] | None = None

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        """The same response, which httpx has read to its end."""
        lines = [(name.lower(), value) for name, value in response.headers.multi_items()]
        return cls(response.status_code, lines, response.content)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def headers(self) -> Mapping[str, str]:
        if self._headers is None:
            found: dict[str, str] = {}
            for name, value in self.lines:
                found[name] = f"{found[name]}, {value}" if name in found else value
            self._headers = found
        return self._headers

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.content.decode("utf-8", "replace")
