"""uvicorn's HTTP protocol with bounds for what comes before the body, which uvicorn reads without any."""

import asyncio
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edge.answer_cycle import AnswerCycle
from edge.bodies import WHOLE_REQUEST
from edge.request_ids import request_id_of
from resolvers.public_errors import ErrorCode, PublicError


def bounded_protocol(head_bytes: int, head_s: float) -> type[HttpToolsProtocol]:
    """A protocol that refuses a request whose URL and headers are larger, or take longer, than this."""

    class BoundedProtocol(_BoundedProtocol):
        max_head_bytes = head_bytes
        max_head_s = head_s

    return BoundedProtocol


class _BoundedProtocol(HttpToolsProtocol):
    max_head_bytes: int
    max_head_s: float
    _in_head = True
    _in_body = False
    _has_progressed = False
    _head_bytes = 0
    _alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_alarm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_alarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_body = self._has_progressed = True
        self._head_bytes = 0
        self._stop_alarm()
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.__class__ = AnswerCycle  # uvicorn has no place to name another class

    def on_body(self, body: bytes) -> None:
        self._has_progressed = True
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()
        self.scope[WHOLE_REQUEST] = True  # type: ignore[literal-required]

    def data_received(self, data: bytes) -> None:
        self._has_progressed = False
        super().data_received(data)
        if self._has_progressed or self.transport.is_closing():
            return
        # A head that came in one piece is complete by now; the app checks how large its headers are.
        if self._in_head or self._in_body:
            self._head_bytes += len(data)
            if self._head_bytes <= self.max_head_bytes:
                if self._in_head and self._alarm is None:
                    self._set_alarm()
            elif self._in_body:
                self.transport.close()  # trailers or chunk extensions without end: nobody sends that by mistake
            else:
                self._refuse(b"431 Request Header Fields Too Large", "The URL and headers are too large: send less.")

    def _set_alarm(self) -> None:
        self._alarm = self.loop.call_later(self.max_head_s, self._time_is_over)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _time_is_over(self) -> None:
        self._alarm = None
        if self._head_bytes:
            self._refuse(b"408 Request Timeout", "The headers took too long: send the request again.")
        else:
            self.transport.close()  # nothing was asked for

    def _refuse(self, status: bytes, message: str) -> None:
        self._stop_alarm()
        request_id = request_id_of({})
        error: dict[str, Any] = PublicError(ErrorCode.BAD_REQUEST, message).formatted(request_id.decode())
        body = orjson.dumps({"errors": [error]})
        head = b"content-type: application/json\r\nconnection: close\r\nx-request-id: %b\r\ncontent-length: %d\r\n\r\n"
        self.transport.write(b"HTTP/1.1 " + status + b"\r\n" + head % (request_id, len(body)) + body)
        self.transport.close()
