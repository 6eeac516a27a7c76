"""The transport to real upstreams, over connections of this machine: bodies, headers, and what its failures say."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from clients.errors import Unavailable
from clients.http import sent
from clients.transport import AiohttpTransport
from clients.upstreams import UpstreamName

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


async def answer_of(address: str, transport: AiohttpTransport) -> httpx.Response:
    request = httpx.Request("POST", address, content=b"{}", headers={"x-name": "value"})
    return await sent(transport, request, UpstreamName.PRINTFUL, "Create")


async def failure_of(address: str) -> Unavailable:
    async with AiohttpTransport() as transport:
        with pytest.raises(Unavailable) as raised:
            await answer_of(address, transport)
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
    async with server(large_in_pieces) as (address, _), AiohttpTransport() as transport:
        response = await answer_of(address, transport)
    assert response.content == LARGE
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_a_body_is_decompressed() -> None:
    async with server(compressed) as (address, _), AiohttpTransport() as transport:
        assert (await answer_of(address, transport)).json() == {"data": {}}


async def test_cookies_and_redirects_of_an_upstream_lead_to_nothing() -> None:
    async with server(large_in_pieces) as (address, heads), AiohttpTransport() as transport:
        await answer_of(address, transport)
        await answer_of(address, transport)
    assert b"cookie" not in heads[1].lower()
    async with server(redirected) as (address, heads), AiohttpTransport() as transport:
        assert (await answer_of(address, transport)).status_code == 302
    assert len(heads) == 1


async def test_a_connection_is_used_again() -> None:
    connections = []

    async def counted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await compressed(_, writer)

    async with server(counted) as (address, heads), AiohttpTransport() as transport:
        for _ in range(3):
            await answer_of(address, transport)
    assert (len(heads), len(set(connections))) == (3, 1)


async def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
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

    async with server(silent) as (address, _), AiohttpTransport() as transport:
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

    async with server(endless) as (address, _), AiohttpTransport() as transport:
        async with httpx.AsyncClient(transport=transport) as http, http.stream("POST", address, content=b"{}"):
            pass
        await ended.wait()
