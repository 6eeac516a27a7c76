"""How urgent a settlement is, and how long it may take."""

from dataclasses import dataclass
from datetime import timedelta

from clients.budget import Priority
from clients.guard import CallOptions
from clients.timing import Deadline, Timing

CLOCKS_APART = timedelta(seconds=10)
"""How far the clocks of processes on several machines may be apart."""


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """`work_s` is for the settlement itself, `write_s` for recording its result.

    `attempt_s` limits single requests, where the upstream's usual limit is too short for a slow upstream.
    """

    priority: Priority = Priority.ORDERS
    work_s: float = 2.6
    write_s: float = 0.9
    attempt_s: float | None = None

    @property
    def lease(self) -> timedelta:
        """How long the lease lasts: longer than the settlement may take, or two processes could overlap."""
        return timedelta(seconds=self.work_s + self.write_s) + CLOCKS_APART

    def more_urgent(self, other: "TimeBudget") -> "TimeBudget":
        """The more urgent one of the two."""
        return other if other.priority < self.priority else self

    def options(self, timing: Timing) -> tuple[CallOptions, CallOptions]:
        """The options of the settlement's requests, and of those that record its result."""
        work = Deadline.after(self.work_s, timing.clock)
        writing = Deadline.after(self.work_s + self.write_s, timing.clock)
        return CallOptions(self.priority, work, self.attempt_s), CallOptions(Priority.NOTES, writing, self.attempt_s)


IMMEDIATE = TimeBudget()
SWEEPING = TimeBudget(Priority.SWEEPS, work_s=180.0, write_s=60.0, attempt_s=30.0)
BY_HAND = TimeBudget(work_s=20.0, write_s=2.0, attempt_s=12.0)
"""For staff, who wait for the answer and can wait for some seconds."""
