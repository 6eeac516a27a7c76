"""Compressed bodies and validators."""

import gzip

import brotli
import pytest
import zstandard

from edge.compression import LEAST_BYTES, StoredBody, compressed

BODY = b'{"data": {"title": "A mug for coffee"}}' * 100
PLAIN = {"br": brotli.decompress, "zstd": zstandard.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize(
    ("accept", "stored", "sent_once"),
    [
        (None, "", ""),
        (b"", "", ""),
        (b"gzip, deflate, br, zstd", "br", "zstd"),
        (b"gzip, deflate", "gzip", "gzip"),
        (b"gzip;q=0.5, br;q=0.4", "gzip", "gzip"),
        (b"br;q=0, gzip", "gzip", "gzip"),
        (b"*", "br", "zstd"),
        (b"*;q=0", "", ""),
        (b"identity", "", ""),
        (b"identity;q=0.5, gzip;q=0.1", "", ""),
        (b"gzip;q=nonsense", "", ""),
        (b"GZIP", "gzip", "gzip"),
        (b"deflate, compress", "", ""),
    ],
)
def test_the_caller_chooses_the_encoding(accept: bytes | None, stored: str, sent_once: str) -> None:
    for (body, encoding), expected in (
        (StoredBody(BODY).accepted(accept), stored),
        (compressed(BODY, accept), sent_once),
    ):
        assert encoding == expected
        assert PLAIN[encoding](body) == BODY
        assert not encoding or len(body) < len(BODY) / 10


def test_a_form_is_made_once() -> None:
    stored = StoredBody(BODY)

    assert stored.accepted(b"br")[0] is stored.accepted(b"br, gzip")[0]


def test_forms_take_no_more_memory_than_is_counted() -> None:
    noise = bytes(range(256)) * 8 + bytes(reversed(range(256)))
    for body in (BODY, noise):
        stored = StoredBody(body)
        for each in (b"br", b"zstd", b"gzip"):
            stored.accepted(each)

        assert stored.held_bytes <= stored.size_bytes


def test_small_bodies_stay_as_they_are() -> None:
    small = b"x" * (LEAST_BYTES - 1)

    assert StoredBody(small).accepted(b"br") == compressed(small, b"br") == (small, "")
    assert StoredBody(small).size_bytes == len(small)


def test_a_validator_is_the_bodys() -> None:
    stored = StoredBody(BODY)
    etag = stored.etag.encode()

    assert StoredBody(BODY).etag == stored.etag != StoredBody(BODY + b" ").etag
    assert all(stored.is_known_to(each) for each in (etag, b'"x", ' + etag, b"*", etag.removeprefix(b"W/")))
    assert not any(stored.is_known_to(each) for each in (None, b"", b'"x"'))
