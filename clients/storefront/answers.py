"""An answer of Storefront, whose data stays undecoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from clients.storefront.wire import WireResponse


@dataclass(frozen=True, slots=True)
class StorefrontFault:
    """One of an answer's errors, with its path and Shopify's code. `error`: as Shopify wrote it."""

    path: Sequence[str | int] | None
    code: str | None
    message: str = ""
    error: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StorefrontAnswer:
    """`data` is the JSON text of an object or of null; `faults` are the errors beside it.

    extensions: Shopify's, as JSON text; empty when there are none. response: the complete response. is_shareable:
    other callers may get it too.
    """

    data: bytes
    faults: Sequence[StorefrontFault] = ()
    extensions: bytes = b""
    response: WireResponse | None = field(default=None, compare=False)
    is_shareable: bool = field(default=True, compare=False)

    @property
    def body(self) -> bytes:
        """The answer as Shopify wrote it."""
        return b'{"data":' + self.data + b"}" if self.response is None else self.response.body

    def for_others(self) -> Self:
        """The answer without the headers that came with it, as it may be cached."""
        if self.response is None:
            return self
        plain = len(self.response.body) == len(self.data) + len(b'{"data":}') and self.response.body[:8] == b'{"data":'
        return replace(self, response=None if plain else self.response.without_headers())
