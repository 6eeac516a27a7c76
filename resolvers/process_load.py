"""How busy this process is with operations."""

from dataclasses import dataclass
from typing import Protocol


class ProcessLoad(Protocol):
    """Operations that run, that wait for a place, and that were refused since the start."""

    @property
    def running(self) -> int: ...

    @property
    def waiting(self) -> int: ...

    @property
    def refused(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _NoLoad:
    running: int = 0
    waiting: int = 0
    refused: int = 0


NO_LOAD: ProcessLoad = _NoLoad()
