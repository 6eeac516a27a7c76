"""Malicious connections against the running gateway."""

import contextlib
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

HEAD = b"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"


def answer_to(gateway: str, *parts: bytes) -> bytes:
    """The beginning of the gateway's response to these bytes."""
    address = urlsplit(gateway)
    with socket.create_connection((address.hostname, address.port or 80), timeout=10) as connection:
        with contextlib.suppress(ConnectionError):  # the gateway closes the connection early
            for part in parts:
                connection.sendall(part)
        try:
            return connection.recv(4_096)
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([HEAD + b"x-a: " + b"x" * 100_000 + b"\r\n\r\n"], b"431"),
        ([HEAD] + [b"x-a: " + b"x" * 1_000 + b"\r\n"] * 100 + [b"content-length: 2\r\n\r\n{}"], b"431"),
        ([b"GET /" + b"x" * 100 + b" HTTP/9.9\r\n\r\n"], b"400"),
        ([b"\x16\x03\x01\x02\x00\x01\x00"], b"400"),
        ([HEAD + b"content-length: -1\r\n\r\n"], b"400"),
        ([HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"], b"400"),
        ([HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n"], b"400"),
        ([HEAD + b"content-length: 999999999\r\n\r\n{"], b"413"),
        ([HEAD + b"transfer-encoding: chunked\r\n\r\n"] + [b"10000\r\n" + b" " * 65_536 + b"\r\n"] * 10, b"413"),
    ],
)
def test_a_hostile_connection_is_refused(gateway: str, parts: list[bytes], status: bytes) -> None:
    answer = answer_to(gateway, *parts)

    assert answer[:12] == b"HTTP/1.1 " + status
    began = time.monotonic()
    assert httpx.get(f"{gateway}/health").status_code == 200
    assert time.monotonic() - began < 5


def test_megabytes_of_headers_end_the_connection(gateway: str) -> None:
    answer = answer_to(gateway, HEAD, *[b"x-padding: " + b"x" * 60_000 + b"\r\n"] * 100)

    assert answer[:12] in (b"HTTP/1.1 431", b"")  # the response can be lost when the connection is reset
    assert httpx.get(f"{gateway}/health").status_code == 200
