"""A worker has one server, whatever its two threads do first."""

import threading
from typing import Any

import uvicorn

from edge.workers import Worker


class Watched(Worker):
    """A worker that notes the threads which ask for its server, and serves nothing."""

    def __init__(self) -> None:
        super().__init__(uvicorn.Config("none:app", log_config=None), [])
        self.asked: list[threading.Thread] = []
        self.asked_before_pings = 0
        self.answers = threading.Event()

    @property
    def server(self) -> Any:
        self.asked.append(threading.current_thread())
        return self

    def run(self, _: object) -> None:
        """The server's own work."""

    def always_pong(self) -> None:
        self.asked_before_pings = len(self.asked)
        self.answers.set()


def test_the_server_is_made_before_pings_are_answered() -> None:
    worker = Watched()
    worker.target([])
    assert worker.answers.wait(10)
    assert worker.asked_before_pings >= 1
    assert set(worker.asked) == {threading.current_thread()}
