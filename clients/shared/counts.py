"""Counts of what clients did, settled between processes every second."""

import hashlib
from collections.abc import Mapping
from typing import Protocol

from clients.shared.redis_link import RedisLink
from clients.timing import Timing

SETTLE_EVERY_S = 1.0
MAX_CLIENTS = 1_000
"""The most clients of one settlement; others follow in the next."""

_PARTS = 12  # of a window

# Adds to the current part of the window, and returns each client's sum over the window.
_SETTLE = f"""
local part_s = tonumber(ARGV[1]) / {_PARTS}
local now = math.floor(redis.call('TIME')[1] / part_s)
local current = KEYS[1] .. ':' .. now
local totals = {{}}
for index = 2, #ARGV, 2 do
  redis.call('HINCRBY', current, ARGV[index], ARGV[index + 1])
  local total = 0
  for part = now - {_PARTS - 1}, now do
    total = total + tonumber(redis.call('HGET', KEYS[1] .. ':' .. part, ARGV[index]) or 0)
  end
  totals[#totals + 1] = total
end
redis.call('EXPIRE', current, math.ceil(tonumber(ARGV[1]) + part_s))
return totals
"""


class CountedWindows(Protocol):
    """The windows of one process, each under its key."""

    def take_unsettled(self, most: int) -> Mapping[str, int]:
        """What was counted since it was settled last."""
        ...

    def note_total(self, key: str, total: int, window_s: float) -> None:
        """Notes what all processes counted within the window."""
        ...


class SharedCounts:
    """Settles the counts of all windows that join. Keys, which can be addresses, leave the process only as digests."""

    def __init__(self, link: RedisLink, timing: Timing) -> None:
        self._link = link
        self._timing = timing
        self._joined: list[tuple[str, float, CountedWindows]] = []

    def join(self, name: str, window_s: float, windows: CountedWindows) -> None:
        """Settles these windows from now on; those of one name count together."""
        self._joined.append((name, window_s, windows))

    async def keep_settling(self) -> None:
        """Settles every second until it is cancelled."""
        while True:
            await self._timing.sleep(SETTLE_EVERY_S)
            await self.settle()

    async def settle(self) -> None:
        """Settles once. While Redis is away, each process counts for itself."""
        if not self._link.is_up:
            return
        for name, window_s, windows in self._joined:
            counted = windows.take_unsettled(MAX_CLIENTS)
            if not counted:
                continue
            arguments: list[str | float] = [window_s]
            for key, amount in counted.items():
                arguments += [_digest(key), amount]
            totals = await self._link.run(_SETTLE, [self._link.name("count", name)], arguments)
            if isinstance(totals, list) and len(totals) == len(counted):
                for key, total in zip(counted, totals, strict=True):
                    if isinstance(total, int):
                        windows.note_total(key, total, window_s)


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=10).hexdigest()
