"""An answer of Storefront, whose data stays undecoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import msgspec

from clients.storefront.wire import WireResponse


@dataclass(frozen=True, slots=True)
class StorefrontFault:
    """One of an answer's errors, with its path and Shopify's code. `error`: as Shopify wrote it."""

    path: Sequence[str | int] | None
    code: str | None
    message: str = ""
    error: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def read(cls, error: Any) -> Self:
        """The fault that an entry of `errors` describes."""
        if not isinstance(error, dict):
            return cls(None, None, str(error))
        extensions, path = error.get("extensions"), error.get("path")
        code = extensions.get("code") if isinstance(extensions, dict) else None
        code = code if isinstance(code, str) else None
        return cls(path if isinstance(path, list) else None, code, str(error.get("message", "")), error)


_START, _END = b'{"data":', b"}"


@dataclass(frozen=True, slots=True)
class StorefrontAnswer:
    """`text` is the JSON text of an object or of null; `faults` are the errors beside it. A verbatim answer has
    no `text`, only its body.

    A Raw `text` shares the memory of the response: most answers are forwarded without a copy of it. extensions:
    Shopify's, as JSON text; empty when there are none. response: the complete response. is_shareable: other callers
    may get it too.
    """

    text: bytes | msgspec.Raw
    faults: Sequence[StorefrontFault] = ()
    extensions: bytes = b""
    response: WireResponse | None = field(default=None, compare=False)
    is_shareable: bool = field(default=True, compare=False)

    @property
    def data(self) -> bytes:
        """The data as JSON text."""
        return self.text if isinstance(self.text, bytes) else bytes(self.text)

    @property
    def body(self) -> bytes:
        """The answer as Shopify wrote it."""
        return _START + self.data + _END if self.response is None else self.response.body

    def for_others(self) -> Self:
        """The answer without the headers that came with it, as it may be cached."""
        data = self.data
        if self.response is None:
            return replace(self, text=data)
        body = self.response.body
        plain = len(body) == len(_START) + len(data) + len(_END) and body.startswith(_START)
        return replace(self, text=data, response=None if plain else self.response.without_headers())
