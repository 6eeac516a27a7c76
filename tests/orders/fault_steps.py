"""Steps that disturb: upstream faults, slow responses, crashes and shutdowns of the gateway."""

from dataclasses import dataclass
from typing import Any, Literal

from tests.orders.world import World


@dataclass(frozen=True)
class Fault:
    """Some requests to an upstream fail."""

    upstream: str
    kind: str
    times: int = 1
    match: str | None = None
    latency_s: float = 0

    async def take(self, world: World) -> None:
        details: dict[str, Any] = {"times": self.times, "match": self.match, "latency_s": self.latency_s}
        if self.kind == "status":
            details["status"] = 500
        world.faults.add(self.upstream, self.kind, **details)


@dataclass(frozen=True)
class SlowSquare:
    """From now on Square is slow to create objects, and its search index lags."""

    commit_s: float
    search_lag_s: float = 0

    async def take(self, world: World) -> None:
        world.store.square_commit_s, world.store.square_search_lag_s = self.commit_s, self.search_lag_s


@dataclass(frozen=True)
class StoreFault:
    """Something happens to Redis or to the history's database, which the gateways share."""

    store: Literal["redis", "database"]
    kind: str
    lasts_s: float = 0

    async def take(self, world: World) -> None:
        assert world.shared is not None
        server = world.shared.redis if self.store == "redis" else world.shared.database
        server.fail(self.kind, self.lasts_s)


@dataclass(frozen=True)
class Crash:
    """A gateway crashes at its `after`-th await from now; another one starts later."""

    gateway: int = 0
    after: int = 1
    back_s: float = 0

    async def take(self, world: World) -> None:
        world.crash_gateway(self.gateway, after=self.after, back_s=self.back_s)


@dataclass(frozen=True)
class Stop:
    """A gateway shuts down cleanly, as after SIGTERM; another one starts later."""

    gateway: int = 0
    back_s: float = 0

    async def take(self, world: World) -> None:
        await world.end_gateway(self.gateway, back_s=self.back_s)
