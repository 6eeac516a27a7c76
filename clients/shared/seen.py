"""Webhooks that any process has applied, so that no other process applies them again."""

from collections.abc import Mapping

from clients.shared.changes import SharedChanges
from clients.shared.state import Alone, SharedState


class SeenWebhooks:
    """Ids of webhooks, each stored as long as its sender may repeat it.

    A webhook counts as seen only once its changes have reached the other processes: if this process crashes before,
    its sender's repetition is applied elsewhere.
    """

    def __init__(self, state: SharedState | None = None, changes: SharedChanges | None = None) -> None:
        self._state = state or Alone()
        self._changes = changes

    async def has(self, names: Mapping[str, float]) -> bool:
        """Whether a process has applied a webhook with one of these ids."""
        for name in names:
            if await self._state.get(f"webhook:{name}") is not None:
                return True
        return False

    async def note(self, names: Mapping[str, float]) -> None:
        """Records a webhook under these ids, each with its lifetime in seconds."""
        if self._changes is not None and await self._changes.are_recorded():
            for name, lifetime_s in names.items():
                await self._state.put(f"webhook:{name}", b"1", lifetime_s)
