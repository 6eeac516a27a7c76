"""Failures that schedules found, each reduced to its shortest schedule."""

from collections.abc import Sequence

import pytest

from tests.orders.fault_steps import Fault
from tests.orders.steps import Counter, Line, Place, Printful, Shop, Step, Sweep, Wait
from tests.orders.test_schedules import Schedule, played
from tests.virtual_time import in_virtual_time

COFFEE = Place((Line("drink east"),))
SHIRT = Place((Line("sync", 2),))

STORIES: dict[str, Sequence[Step]] = {
    "a ticket is called off when the order turns out to be a fraud": [COFFEE, Wait(4), Shop("risk HIGH")],
    "who pays at the counter gets the coffee, whatever the risk": [
        Place((Line("drink main"),), pay="counter", risk="HIGH"),
        Wait(4),
        Shop("pay"),
    ],
    "what was handed over makes no other ticket": [
        Place((Line("drink main", 3),)),
        Wait(4),
        Shop("hand over a unit"),
        Wait(4),
        Sweep(),
        Counter("complete"),
    ],
    "a ticket that changed too late is still told to be ready and done": [
        COFFEE,
        Wait(4),
        Counter("ready"),
        Shop("one more"),
        Wait(4),
        Counter("complete"),
    ],
    "a ticket that was ready before its making was known": [
        Fault("square", "list", times=2, match="/payments"),
        COFFEE,
        Wait(0.5),
        Counter("ready"),
    ],
    "a ticket that arrived unseen and is then of what the order was": [
        Fault("square", "lost", match="/orders"),
        Fault("square", "status", times=8, match="/orders"),
        COFFEE,
        Wait(4),
        Shop("one more"),
        Shop("pay"),
    ],
    "a ticket that arrives after it was looked for": [
        Fault("square", "truncated", times=2, match="/orders", latency_s=5),
        COFFEE,
        Wait(0.3),
        Shop("risk HIGH"),
    ],
    "a parcel that leaves while the order is on hold": [
        SHIRT,
        Wait(4),
        Printful("confirm"),
        Printful("start"),
        Shop("hold"),
        Printful("ship"),
        Wait(70),
    ],
    "a parcel sent again takes nothing of what is yet to come": [
        SHIRT,
        Wait(4),
        Printful("confirm"),
        Printful("start"),
        Printful("ship a unit"),
        Wait(4),
        Printful("ship again"),
        Wait(4),
        Printful("ship"),
    ],
}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("gateways", [1, 2])
def test_once_a_story_went_wrong(story: str, gateways: int) -> None:
    assert in_virtual_time(played(Schedule(1, gateways, "manual", tuple(STORIES[story])))) == []
