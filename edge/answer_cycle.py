"""uvicorn's handling of one response, with a short way for answers whose header lines are made already."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


class AnswerCycle(RequestResponseCycle):
    """uvicorn checks every header of every response with two patterns, which takes as long as all that the gateway
    does for a cached answer. Here the caller answers for the lines.
    """

    def send_whole(self, status: int, lines: bytes, body: bytes) -> bool:
        """Sends a complete response. False, and nothing is sent, where uvicorn has to decide how.

        `lines`: header lines, each with its line break, among them the length of the body.
        """
        if self.flow.write_paused or self.disconnected or self.response_started or self.access_log:
            return False
        if not self.keep_alive or self.scope["method"] == "HEAD":
            return False
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        dated = b"".join([b"%b: %b\r\n" % line for line in self.default_headers])
        self.transport.write(b"%b%b%b\r\n" % (STATUS_LINE[status], dated, lines))
        self.transport.write(body)
        self.message_event.set()
        self.on_response()
        return True
