"""The transport to real upstreams, over connections of this machine: bodies, headers, and what its failures say."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import uvloop

from clients.connections import MAX_BODY_BYTES, Connections
from clients.errors import Unavailable
from clients.http import sent
from clients.http_messages import Response, url_of
from clients.transport import DirectTransport
from clients.upstreams import UpstreamName
from tests.servers.ports import free_port

LARGE = bytes(range(256)) * 4_000
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answering: Answering) -> AsyncIterator[tuple[str, list[bytes]]]:
    """The address of a server that calls `answering` after each request, and the heads of those requests."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                heads.append(head)
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                await answering(reader, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1")
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/", heads


async def answer_of(address: str, transport: DirectTransport, value: str = "value") -> Response:
    return await sent(
        transport,
        "POST",
        url_of(address),
        {"x-name": value},
        b"{}",
        upstream=UpstreamName.PRINTFUL,
        operation="Create",
    )


async def failure_of(address: str, value: str = "value") -> Unavailable:
    async with DirectTransport() as transport:
        with pytest.raises(Unavailable) as raised:
            await answer_of(address, transport, value)
    return raised.value


async def large_in_pieces(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\n")
    for start in range(0, len(LARGE), 100_000):
        piece = LARGE[start : start + 100_000]
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def compressed(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    body = gzip.compress(b'{"data":{}}')
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


async def redirected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")


async def closed(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def cut_short(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    writer.close()


async def nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    writer.close()


async def test_a_body_that_arrives_in_pieces_is_complete() -> None:
    async with server(large_in_pieces) as (address, _), DirectTransport() as transport:
        response = await answer_of(address, transport)
    assert response.content == LARGE
    assert [value for name, value in response.lines if name == "set-cookie"] == ["a=1", "b=2"]


def encoded(body: bytes, encoding: str) -> Answering:
    """A server that answers with this body."""

    async def answering(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)

    return answering


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(LARGE), "gzip"),
        (gzip.compress(LARGE), "GZIP"),
        (zlib.compress(LARGE), "deflate"),
        (raw_deflate(LARGE), "deflate"),
        (gzip.compress(zlib.compress(LARGE)), "deflate, gzip"),
        (LARGE, "identity"),
    ],
)
async def test_a_body_is_decompressed(body: bytes, encoding: str) -> None:
    async with server(encoded(body, encoding)) as (address, _), DirectTransport() as transport:
        assert (await answer_of(address, transport)).content == LARGE


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(LARGE)[:-9], "gzip"),
        (b"{}", "gzip"),
        (b"{}", "br"),
        (gzip.compress(bytes(MAX_BODY_BYTES + 1)), "gzip"),
    ],
    ids=["cut short", "not compressed", "not asked for", "too large"],
)
async def test_a_body_that_cannot_be_decompressed_may_follow_a_request_that_was_done(
    body: bytes, encoding: str
) -> None:
    async with server(encoded(body, encoding)) as (address, _):
        assert (await failure_of(address)).may_be_done


async def test_cookies_and_redirects_of_an_upstream_lead_to_nothing() -> None:
    async with server(large_in_pieces) as (address, heads), DirectTransport() as transport:
        await answer_of(address, transport)
        await answer_of(address, transport)
    assert b"cookie" not in heads[1].lower()
    async with server(redirected) as (address, heads), DirectTransport() as transport:
        assert (await answer_of(address, transport)).status_code == 302
    assert len(heads) == 1


def test_it_runs_on_the_event_loop_of_the_server() -> None:
    async def exchange() -> bytes:
        async with server(large_in_pieces) as (address, _), DirectTransport() as transport:
            await answer_of(address, transport)
            return (await answer_of(address, transport)).content

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(exchange()) == LARGE


async def test_a_connection_is_used_again() -> None:
    connections = []

    async def counted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await compressed(_, writer)

    async with server(counted) as (address, heads), DirectTransport() as transport:
        for _ in range(3):
            await answer_of(address, transport)
    assert (len(heads), len(set(connections))) == (3, 1)


async def test_a_body_without_a_length_ends_with_its_connection() -> None:
    async def answering(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + LARGE)
        writer.close()

    async with server(answering) as (address, heads), DirectTransport() as transport:
        for _ in range(2):
            assert (await answer_of(address, transport)).content == LARGE
    assert len(heads) == 2


async def test_interim_responses_are_passed_over() -> None:
    async def answering(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
        await compressed(_, writer)

    async with server(answering) as (address, _), DirectTransport() as transport:
        response = await answer_of(address, transport)
    assert (response.status_code, response.content, response.headers.get("link")) == (200, b'{"data":{}}', None)


@pytest.mark.parametrize("ending", ["unasked", "closing", "closed"])
async def test_a_connection_that_its_server_ends_is_not_used_again(ending: str) -> None:
    connections = set()
    ended = asyncio.Event()

    async def answering(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        closing = b"connection: close\r\n" if ending == "closing" else b""
        writer.write(b"HTTP/1.1 200 OK\r\n" + closing + b"content-length: 2\r\n\r\n{}")
        if ending == "unasked":
            writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")
        if ending == "closed":
            writer.close()
        ended.set()

    async with server(answering) as (address, _), DirectTransport() as transport:
        for _ in range(2):
            assert (await answer_of(address, transport)).content == b"{}"
            await ended.wait()
            for _ in range(5):  # the end of the connection arrives
                await asyncio.sleep(0)
    assert len(connections) == 2


async def test_a_connection_that_was_unused_for_too_long_is_not_used_again() -> None:
    connections = set()

    async def answering(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        await compressed(_, writer)

    async with server(answering) as (address, _):
        own = Connections(kept_open_s=0.0)
        for _ in range(2):
            assert (await own.exchange("GET", url_of(address), {}, b"")).status_code == 200
        own.close()
    assert len(connections) == 2


@pytest.mark.parametrize("value", ["a\r\nx-other: b", "a\nb", "a\rb", "a\0b", "\u0416"])
async def test_a_header_that_would_end_its_line_is_not_sent(value: str) -> None:
    async with server(compressed) as (address, heads):
        error = await failure_of(address, value)
    assert (error.was_sent, heads) == (False, [])


async def test_an_address_is_escaped() -> None:
    async with server(compressed) as (address, heads), DirectTransport() as transport:
        await answer_of(f"{address}a b/\u00e9?q=1 2", transport)
    assert heads[0].splitlines()[0] == b"POST /a%20b/%C3%A9?q=1%202 HTTP/1.1"


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "https://", "127.0.0.1"])
def test_other_addresses_than_those_of_http_are_refused(address: str) -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        url_of(address)


@pytest.mark.parametrize("address", ["http://shop.example/a\r\nb", "http://shop.example/\0", "http://[::1/"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(httpx.InvalidURL):
        url_of(address)


async def test_a_failed_handshake_sent_nothing() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1") as listening:
        port = listening.sockets[0].getsockname()[1]
        error = await failure_of(f"https://127.0.0.1:{port}/")
    assert (error.was_sent, error.may_be_done) == (False, False)


async def test_a_refused_connection_sent_nothing() -> None:
    port = free_port()
    error = await failure_of(f"http://127.0.0.1:{port}/")
    assert (error.was_sent, error.may_be_done, error.timed_out) == (False, False, False)


@pytest.mark.parametrize("answering", [closed, cut_short, nonsense])
async def test_a_connection_that_is_lost_after_the_request_may_have_done_it(answering: Answering) -> None:
    async with server(answering) as (address, heads):
        error = await failure_of(address)
    assert (error.was_sent, error.may_be_done) == (True, True)
    assert len(heads) == 1  # a request that creates something is not repeated by the transport


async def test_an_abandoned_request_closes_its_connection() -> None:
    arrived, ended = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        arrived.set()
        assert await reader.read() == b""
        ended.set()

    async with server(silent) as (address, _), DirectTransport() as transport:
        request = asyncio.create_task(answer_of(address, transport))
        await arrived.wait()
        request.cancel()
        await ended.wait()


async def test_a_body_that_nobody_reads_to_its_end_closes_its_connection() -> None:
    ended = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        assert await reader.read() == b""
        ended.set()

    async with server(endless) as (address, _), DirectTransport() as transport:
        async with httpx.AsyncClient(transport=transport) as http, http.stream("POST", address, content=b"{}"):
            pass
        await ended.wait()
