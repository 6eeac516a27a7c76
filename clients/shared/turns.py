"""Work that one process does for all, under a lease."""

import fcntl
import os
import secrets
from pathlib import Path

from clients.shared.state import Alone, SharedState
from clients.timing import Timing

LEASE_S = 15.0
RENEW_EVERY_S = 5.0


class OneMachine(Alone):
    """Leases among processes of one machine, as file locks, which end with their process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, int] = {}

    async def claim(self, name: str, owner: str, lifetime_s: float) -> bool:
        if name in self._files:
            return True
        file = os.open(self._folder / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._files[name] = file
        return True

    async def release(self, name: str, owner: str) -> None:
        if (file := self._files.pop(name, None)) is not None:
            os.close(file)


class Turn:
    """Whether this process holds the lease for a kind of work. `keep` runs as long as the process.

    A process that ends releases its lease; one that crashes holds it for some seconds more. Two processes can
    believe that it is their turn for a moment, so the work must bear being done twice.
    """

    def __init__(self, state: SharedState, name: str, timing: Timing) -> None:
        self._state = state
        self._name = name
        self._timing = timing
        self._owner = secrets.token_hex(8)
        self.is_ours = False

    async def keep(self) -> None:
        """Acquires and renews the lease until cancelled."""
        try:
            while True:
                self.is_ours = await self._state.claim(self._name, self._owner, LEASE_S)
                await self._timing.sleep(RENEW_EVERY_S)
        finally:
            if self.is_ours:
                self.is_ours = False
                await self._state.release(self._name, self._owner)
