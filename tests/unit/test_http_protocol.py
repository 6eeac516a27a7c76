"""What comes before a body is bounded in size and in time, whatever the app does."""

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from edge.bodies import WHOLE_REQUEST
from edge.http_protocol import bounded_protocol
from tests.virtual_time import in_no_time

HEAD = b"GET /graphql HTTP/1.1\r\nhost: gateway\r\n"


class Wire(asyncio.Transport):
    """The other end of a connection: what was written, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


seen: list[bool] = []


async def app(scope: Any, __: Any, send: Any) -> None:
    seen.append(WHOLE_REQUEST in scope)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def connected(serving: Any = app) -> tuple[Any, Wire]:
    kind = bounded_protocol(1_000, 5.0)
    config = uvicorn.Config(serving, http=kind, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    protocol, wire = kind(config, ServerState(), {}, asyncio.get_running_loop()), Wire()
    protocol.connection_made(wire)
    return protocol, wire


@pytest.mark.parametrize("part", [b"x-padding: " + b"x" * 90 + b"\r\n", b"x" * 100])
def test_an_endless_request_head_is_refused(part: bytes) -> None:
    @in_no_time
    async def check() -> None:
        protocol, wire = connected()
        protocol.data_received(HEAD + b"x-a: b")
        sent = 0
        while not wire.closed:
            protocol.data_received(part)
            sent += len(part)

        assert sent <= 1_200
        assert wire.written.startswith(b"HTTP/1.1 431 ")
        assert b'{"errors":[{"message"' in wire.written

    check()


@in_no_time
async def test_slow_headers_are_refused() -> None:
    protocol, wire = connected()
    for each in HEAD[:12]:
        protocol.data_received(bytes([each]))
        await asyncio.sleep(0.5)

    assert wire.closed
    assert wire.written.startswith(b"HTTP/1.1 408 ")


@in_no_time
async def test_a_connection_that_asks_for_nothing_is_closed() -> None:
    _, wire = connected()
    await asyncio.sleep(6)

    assert wire.closed
    assert not wire.written


@in_no_time
async def test_requests_one_after_the_other_are_answered_and_none_is_cut_short() -> None:
    protocol, wire = connected()
    for count in range(1, 30):
        protocol.data_received(HEAD[:20])
        await asyncio.sleep(0.1)
        protocol.data_received(HEAD[20:] + b"\r\n")
        await asyncio.sleep(0.4)
        assert wire.written.count(b"200 OK") == count

    assert not wire.closed


@in_no_time
async def test_the_second_head_of_a_connection_is_bounded_too() -> None:
    protocol, wire = connected()
    protocol.data_received(HEAD + b"\r\n")
    await asyncio.sleep(0.1)
    protocol.data_received(HEAD)
    await asyncio.sleep(5.5)

    assert wire.closed
    assert b"408 " in wire.written


@in_no_time
async def test_a_body_may_take_longer_than_headers() -> None:
    protocol, wire = connected()
    protocol.data_received(b"POST / HTTP/1.1\r\nhost: gateway\r\ncontent-length: 5000\r\n\r\n")
    for _ in range(20):
        protocol.data_received(b"x" * 100)
        await asyncio.sleep(0.5)

    assert b"408 " not in wire.written
    assert b"431 " not in wire.written


@in_no_time
async def test_the_app_learns_which_bodies_arrived_with_their_heads() -> None:
    head = b"POST / HTTP/1.1\r\nhost: gateway\r\ncontent-length: 4\r\n\r\n"
    seen.clear()
    together, _ = connected()
    together.data_received(head + b"body")
    apart, _ = connected()
    apart.data_received(head)
    await asyncio.sleep(0.1)
    apart.data_received(b"body")
    await asyncio.sleep(0.1)

    assert seen == [True, False]


@pytest.mark.parametrize(
    "part", [b"x-trailer: " + b"x" * 90 + b"\r\n", b"x" * 100], ids=["many trailers", "a trailer without end"]
)
@pytest.mark.parametrize("before", [b"0\r\n", b"0\r\nx-a: "], ids=["after the body", "within a trailer"])
def test_trailers_without_end_close_the_connection(before: bytes, part: bytes) -> None:
    @in_no_time
    async def check() -> None:
        protocol, wire = connected()
        protocol.data_received(b"POST / HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n")
        protocol.data_received(before)
        sent = 0
        while not wire.closed:
            protocol.data_received(part)
            sent += len(part)

        assert sent <= 1_200

    check()


@in_no_time
async def test_an_extension_of_a_chunk_without_end_closes_the_connection() -> None:
    protocol, wire = connected()
    protocol.data_received(b"POST / HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: chunked\r\n\r\n4;a=")
    for _ in range(11):
        protocol.data_received(b"x" * 100)

    assert wire.closed


@in_no_time
async def test_a_body_may_be_larger_than_headers() -> None:
    protocol, wire = connected()
    protocol.data_received(b"POST / HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(50):
        protocol.data_received(b"64\r\n" + b"x" * 100 + b"\r\n")
    protocol.data_received(b"0\r\nx-trailer: yes\r\n\r\n")
    await asyncio.sleep(0.1)

    assert not wire.closed
    assert wire.written.count(b"200 OK") == 1


@in_no_time
async def test_a_body_that_comes_with_its_head_may_be_larger_than_a_head() -> None:
    protocol, wire = connected()
    protocol.data_received(b"POST / HTTP/1.1\r\nhost: gateway\r\ncontent-length: 90000\r\n\r\n" + b"x" * 50_000)
    protocol.data_received(b"x" * 40_000)
    await asyncio.sleep(0.1)

    assert b"200 OK" in wire.written
    assert not wire.closed


LINES = b"content-type: application/json\r\ncontent-length: 2\r\n"
ASKED = b" /graphql HTTP/1.1\r\nhost: gateway\r\n"


@pytest.mark.parametrize(
    ("request_head", "is_short"),
    [
        (b"GET" + ASKED + b"\r\n", True),
        (b"POST" + ASKED + b"content-length: 2\r\n\r\n{}", True),
        (b"HEAD" + ASKED + b"\r\n", False),
        (b"GET" + ASKED + b"connection: close\r\n\r\n", False),
        (b"GET /graphql HTTP/1.0\r\nhost: gateway\r\n\r\n", False),
    ],
)
def test_whole_answers_are_sent_the_short_way_where_nothing_speaks_against_it(
    request_head: bytes, is_short: bool
) -> None:
    went: list[bool] = []

    async def whole(_: Any, __: Any, send: Any) -> None:
        went.append(send.__self__.send_whole(200, LINES, b"ok"))
        if not went[-1]:
            await app({}, None, send)

    @in_no_time
    async def check() -> None:
        protocol, wire = connected(whole)
        for number in (1, 2) if is_short else (1,):
            protocol.data_received(request_head)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert went == [is_short] * number
        if is_short:
            assert wire.written == (b"HTTP/1.1 200 OK\r\n" + LINES + b"\r\nok") * 2
            assert not wire.closed

    check()
