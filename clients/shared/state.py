"""What the processes of one gateway share: small values and leases. `Alone` stands for a process without Redis."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ShareState(StrEnum):
    """The state of the shared store."""

    OFF = "off"
    UP = "up"
    DOWN = "down"
    FAILING = "failing"  # it refuses some commands, for instance for lack of memory


@dataclass(frozen=True, slots=True)
class ShareStatus:
    """The state of the shared store, the reason, and the number of failed calls since the start."""

    state: ShareState
    detail: str = ""
    failures: int = 0


class SharedState(Protocol):
    """Values and leases of all processes of one shop.

    No method raises, and none takes longer than the deadline of the store. While the store is away, each method
    answers as if this process was the only one.
    """

    @property
    def status(self) -> ShareStatus:
        """How the store does, for those who watch."""
        ...

    async def ready(self) -> None:
        """Waits for the outcome of the first attempt to connect."""
        ...

    async def get(self, name: str) -> bytes | None:
        """The value of that name; None when there is none."""
        ...

    async def put(self, name: str, value: bytes, lifetime_s: float) -> None:
        """Stores a value for that long."""
        ...

    async def claim(self, name: str, owner: str, lifetime_s: float) -> bool:
        """Acquires or renews a lease. False if another owner holds it."""
        ...

    async def release(self, name: str, owner: str) -> None:
        """Releases a lease of this owner."""
        ...


class Alone:
    """The state of a process that shares nothing."""

    status = ShareStatus(ShareState.OFF)

    async def ready(self) -> None:
        return None

    async def get(self, name: str) -> bytes | None:
        return None

    async def put(self, name: str, value: bytes, lifetime_s: float) -> None:
        return None

    async def claim(self, name: str, owner: str, lifetime_s: float) -> bool:
        return True

    async def release(self, name: str, owner: str) -> None:
        return None
