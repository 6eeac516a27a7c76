"""Bodies of answers: compressed as the caller accepts, and with a validator where they are cached."""

import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Self

import brotli
import msgspec
import zstandard

LEAST_BYTES = 1_000
"""What is smaller fits into one packet anyway."""

_BEST = ("br", "zstd", "gzip")  # for what is compressed once and sent often
_FAST = ("zstd", "br", "gzip")
_SHARE = 2  # the compressed forms of a body take at most a half of its size

Compress = Callable[[bytes], bytes]
_THOROUGHLY: Mapping[str, Compress] = {
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "zstd": lambda body: zstandard.compress(body, level=9),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
_QUICKLY: Mapping[str, Compress] = {
    "br": lambda body: bytes(brotli.compress(body, quality=1)),
    "zstd": lambda body: zstandard.compress(body, level=1),
    "gzip": lambda body: gzip.compress(body, compresslevel=1, mtime=0),
}


class StoredBody:
    """The body of a cached answer and its compressed forms, each made when it is first accepted."""

    __slots__ = ("_forms", "_left", "cdn_keys", "etag", "plain")

    def __init__(self, plain: bytes, etag: str | None = None) -> None:
        self.plain = plain
        self.etag = etag or f'W/"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"'
        self._forms: dict[str, bytes] = {}
        self._left = len(plain) // _SHARE
        self.cdn_keys: tuple[bytes, bytes] | None = None
        """The header with its keys for the CDN, made when a CDN first asks. It is small beside the tags."""

    @property
    def size_bytes(self) -> int:
        """The memory it takes when it has all its forms."""
        return len(self.plain) + (len(self.plain) // _SHARE if len(self.plain) >= LEAST_BYTES else 0)

    @property
    def held_bytes(self) -> int:
        """The memory it takes now."""
        return len(self.plain) + sum(map(len, self._forms.values()))

    def accepted(self, accept_encoding: bytes | None) -> tuple[bytes, str]:
        """The body in the form that the caller prefers, and its encoding; an empty one for the plain body."""
        if accept_encoding is None or len(self.plain) < LEAST_BYTES:
            return self.plain, ""
        encoding = _chosen(accept_encoding, _BEST)
        if not encoding:
            return self.plain, ""
        form = self._forms.get(encoding)
        if form is None:
            form = _THOROUGHLY[encoding](self.plain)
            if len(form) > self._left:
                return (form, encoding) if len(form) < len(self.plain) else (self.plain, "")
            self._left -= len(form)
            self._forms[encoding] = form
        return form, encoding

    def packed(self) -> bytes:
        """The body with the compressed forms that it has now, for `unpacked`."""
        return msgspec.msgpack.encode((self.plain, self._forms, self.etag))

    @classmethod
    def unpacked(cls, stored: bytes | memoryview) -> Self:
        """The body that `packed` wrote. Raises ValueError."""
        plain, forms, etag = msgspec.msgpack.decode(stored, type=tuple[bytes, dict[str, bytes], str])
        body = cls(plain, etag)
        if not forms.keys() <= set(_BEST):
            raise ValueError("an unknown encoding")
        body._forms = forms
        body._left -= sum(map(len, forms.values()))
        return body

    def is_known_to(self, if_none_match: bytes | None) -> bool:
        """Whether the caller has it already (RFC 9110, 13.1.2)."""
        if if_none_match is None:
            return False
        etags = [each.strip() for each in if_none_match.decode("latin-1").split(",")]
        return "*" in etags or self.etag in etags or self.etag.removeprefix("W/") in etags


def compressed(body: bytes, accept_encoding: bytes | None) -> tuple[bytes, str]:
    """A body that is sent once, in the form that the caller prefers, and its encoding."""
    if accept_encoding is None or len(body) < LEAST_BYTES:
        return body, ""
    encoding = _chosen(accept_encoding, _FAST)
    return (_QUICKLY[encoding](body), encoding) if encoding else (body, "")


@lru_cache(1_024)
def _chosen(accept_encoding: bytes, ours: Sequence[str]) -> str:
    """The most wanted of our encodings, the first of those that are wanted alike; an empty one for none."""
    weights: dict[str, float] = {}
    for part in accept_encoding[:1_000].decode("latin-1").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights[name] = next((_weight(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
    client_weights = {name: weights.get(name, weights.get("*", 0.0)) for name in ours}
    plain = weights.get("identity", 0.0)
    best = max(ours, key=lambda name: client_weights[name])
    return best if client_weights[best] > 0 and client_weights[best] >= plain else ""


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
