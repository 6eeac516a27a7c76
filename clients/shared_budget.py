"""What a guard needs of a budget that all processes share."""

from dataclasses import dataclass
from typing import Protocol

from clients.budget import Priority


@dataclass(frozen=True, slots=True)
class SharedReservation:
    """A place in a shared budget. `wait_s`: 0 when it is reserved, else when to try again.

    `charged_before`: what all requests had cost until then.
    """

    wait_s: float = 0.0
    token: str = ""
    cost: float = 0.0
    charged_before: float = 0.0


class SharedBudget(Protocol):
    """A budget of all processes. Without its store it reserves everything: then each process's own budget counts."""

    async def reserve(self, cost: float, priority: Priority, group: str | None) -> SharedReservation:
        """A reservation, or how long to wait for one. Less urgent requests leave a share to others."""
        ...

    def settle(self, reservation: SharedReservation) -> None:
        """Ends a reservation: the request is over."""
        ...
