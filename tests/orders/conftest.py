"""The number of order schedules and their seed; both are printed at the end of a run."""

import os
from random import SystemRandom

import pytest

SCHEDULES = int(os.environ.get("SCHEDULES", "75"))
"""How many schedules are tried: the same in every run, unless SCHEDULES_SEED is a number, or `random`."""
_GIVEN_SEED = os.environ.get("SCHEDULES_SEED", "20261122")
SEED = SystemRandom().randrange(2**32) if _GIVEN_SEED == "random" else int(_GIVEN_SEED)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"{SCHEDULES} schedules of orders from SCHEDULES_SEED={SEED}")
