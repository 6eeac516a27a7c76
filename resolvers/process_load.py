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

    async def turn(self) -> None:
        """Returns when the operation may do its next long piece of work."""
        ...


@dataclass(frozen=True, slots=True)
class _NoLoad:
    running: int = 0
    waiting: int = 0
    refused: int = 0

    async def turn(self) -> None:
        """Nobody else is there."""


NO_LOAD: ProcessLoad = _NoLoad()
