"""A gateway that is killed while it works and then restarted sends every order exactly once.

The stand-ins run as a separate process and record what really happened. `RUNS` says how often the gateway is killed,
`KILL_SEED` repeats what is random about it; the seed is printed.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest

from tests.e2e.processes import Process, Shop, stand_ins
from tests.servers.ports import free_port

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("RUNS", "10"))
SEED = int(os.environ.get("KILL_SEED") or SystemRandom().randrange(10**9))
BETWEEN_SWEEPS_S = 130  # in shop time: leases expire, and webhooks are retried
SWEEPS = 8
MOMENT_WITHIN_S = 8.0
SEEN_WITHIN_S = 20.0
_HELD = "#{} still has a lease"
RECONCILED_WITHIN_S = 60.0

PRINTED = {"handle": "roastery-crest-shirt", "quantity": 2}
DESIGNED = {"sku": "PFUL-1320", "quantity": 1}
COFFEE = {"handle": "latte", "quantity": 2, "method": "PICK_UP"}

MOMENTS: dict[str, tuple[str, str] | None] = {
    "some time": None,
    "a Printful order is created": ("printful", '"recipient"'),
    "a parcel is told to Shopify": ("admin", "mutation FulfillmentCreate"),
    "a ticket is made": ("square", "/v2/orders"),
    "a lease is taken": ("admin", "mutation SetMetafields"),
    "a ticket is paid": ("square", "/v2/payments"),
    "what came of it is written down": ("admin", '"pos_order_id"'),
    "another time": None,
    "the order is marked": ("admin", "mutation MarkOrder"),
    "the order is read": ("admin", "query Order("),
}
"""When the gateway is killed: a request that a stand-in gets, by upstream and by what is in it; None: at random."""
ENDED_AT = ("a Printful order is created", "a ticket is made", "what came of it is written down", "some time")


@dataclass
class Placed:
    """An order with the expected units at Printful (by line), the art of its lines, and the units at the counter.

    `ships`: Printful has shipped it.
    """

    number: int
    id: str
    printed: Counter[str]
    art: dict[str, str]
    served: Counter[str]
    is_paid: bool
    ships: bool = False

    @classmethod
    def read(cls, order: dict[str, Any]) -> "Placed":
        prints = [line for line in order["lines"] if line["vendor"] == "Printful_DS"]
        others = [line for line in order["lines"] if line["vendor"] != "Printful_DS"]
        return cls(
            order["number"],
            str(order["id"]),
            Counter({str(line["id"]): line["quantity"] for line in prints}),
            {
                str(line["id"]): line["attributes"]["_customArtUrl"]
                for line in prints
                if "_customArtUrl" in line["attributes"]
            },
            Counter({line["title"]: line["quantity"] for line in others}),
            order["financialStatus"] == "PAID",
        )


class World:
    """The stand-ins, one gateway that is killed and restarted, and the orders so far."""

    def __init__(self, folder: Path, shop: Shop, settings: dict[str, str], random: Random) -> None:
        self.folder = folder
        self.shop = shop
        self.settings = {**settings, "SWEEP_MINUTES": "0.1"}
        self.random = random
        self.orders: list[Placed] = []
        self.moment_within_s, self.run_within_s = MOMENT_WITHIN_S, RECONCILED_WITHIN_S
        self.gateway: Process | None = None

    def run(self, *command: str) -> int:
        """The exit status of one of the gateway's commands."""
        process = Process([*command], self.settings, self.folder / f"{command[0]}.log", as_copy=True)
        return process.status(self.run_within_s)

    def start_gateway(self) -> None:
        # A copy has no standard input of its own, which uvicorn hands on to workers.
        has_workers = "WORKERS" in self.settings
        self.gateway = Process([], self.settings, self.folder / "gateway.log", as_copy=not has_workers)
        self.gateway.answers_at(f"{self.settings['PUBLIC_URL']}/health")

    def stop_gateway(self, *, in_order: bool) -> None:
        """Ends the gateway by SIGKILL, or `in_order` by SIGTERM."""
        assert self.gateway is not None
        if in_order:
            self.gateway.end()
        else:
            self.gateway.kill()

    def place(self) -> None:
        """Places some orders of several kinds."""
        art = {"_customArtUrl": f"{self.shop.url}/sandbox/designs/design-003.png", "_customArtName": "Cosmic Flow"}
        designed = {**DESIGNED, "attributes": art}
        kinds: list[dict[str, Any]] = [
            {"lines": [PRINTED]},
            {"lines": [designed, PRINTED]},
            {"lines": [COFFEE]},
            {"lines": [PRINTED, COFFEE]},
            {"lines": [COFFEE], "gateway": "Pay at the counter", "paid": False},
        ]
        self.random.shuffle(kinds)
        for kind in kinds:
            self.orders.append(Placed.read(self.shop.post("orders", **kind)))

    def ship(self) -> None:
        """Makes Printful ship its earlier orders."""
        for order in self.orders:
            if not order.printed or order.ships:
                continue
            [made] = self.print_orders()[order.id]
            for step in ("confirm", "start", "ship"):
                self.shop.post(f"printful/orders/{made['id']}/{step}")
            order.ships = True

    def print_orders(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for each in self.shop.get("printful/orders.json")["orders"]:
            found.setdefault(str(each["externalId"]), []).append(each)
        return found

    def kill_when(self, moment: tuple[str, str] | None, *, in_order: bool = False) -> None:
        """Ends the gateway when a stand-in gets that request, before or after the stand-in processes it.

        By SIGKILL, or `in_order` by SIGTERM.
        """
        with ThreadPoolExecutor(1) as buyers:
            if moment is None:
                buying = buyers.submit(self.place)
                time.sleep(self.random.uniform(0.0, 1.5))
            else:
                self._arm(*moment)
                buying = buyers.submit(self.ship if "Fulfillment" in moment[1] else self.place)
                self._until_met()
            self.stop_gateway(in_order=in_order)
            buying.result()
        self.shop.delete("faults")

    def _arm(self, upstream: str, match: str) -> None:
        """Leaves a matching request unanswered, or delays it briefly."""
        if self.random.random() < 0.5:
            self.shop.post("faults", upstream=upstream, kind="lost", match=match, times=1)
        else:
            self.shop.post("faults", upstream=upstream, kind="latency", latency_s=0.5, match=match, times=1)

    def _until_met(self) -> None:
        deadline = time.monotonic() + self.moment_within_s
        while self.shop.get("faults")["active"]:
            if time.monotonic() > deadline:
                raise RuntimeError("the moment to kill the gateway never came")
            time.sleep(0.005)

    def kill_a_sweep(self, *, in_order: bool = False) -> None:
        """Ends `reconcile` when it starts on an order: by SIGKILL, or `in_order` by SIGTERM."""
        self.shop.post("clock", advanceSeconds=BETWEEN_SWEEPS_S)
        self._arm("admin", "mutation SetMetafields")
        sweep = Process(["reconcile"], self.settings, self.folder / "reconcile.log", as_copy=True)
        while self.shop.get("faults")["active"] and sweep.is_alive:
            time.sleep(0.005)
        if in_order:
            sweep.end()
        else:
            sweep.kill()
        self.shop.delete("faults")

    def heal(self) -> None:
        """Restarts the gateway during a sweep, and sweeps until nothing is left."""
        with ThreadPoolExecutor(1) as starting:
            started = starting.submit(self.start_gateway)
            statuses = []
            for _ in range(SWEEPS):
                self.shop.post("clock", advanceSeconds=BETWEEN_SWEEPS_S)
                statuses.append(self.run("reconcile"))
                if statuses[-1] == 0:
                    break
            started.result()
        assert statuses[-1] == 0, f"swept {len(statuses)} times:\n{(self.folder / 'reconcile.log').read_text()[-4000:]}"

    def held(self) -> list[str]:
        """A sentence for each order whose lease is not released."""
        shown = {order.number: self.shop.get(f"orders/{order.number}.json") for order in self.orders}
        return [_HELD.format(number) for number, order in shown.items() if _is_held(order)]

    def wrong(self) -> list[str]:
        """A sentence for each violated expectation."""
        prints = self.print_orders()
        tickets: dict[str, list[dict[str, Any]]] = {}
        for each in self.shop.get("square/orders.json")["orders"]:
            tickets.setdefault(each["order"].get("reference_id", ""), []).append(each["order"])
        found = []
        for order in self.orders:
            found += self._wrong_prints(order, prints.get(order.id, []))
            found += _wrong_tickets(order, tickets.get(order.id, []))
            found += _wrong_marks(order, self.shop.get(f"orders/{order.number}.json"))
        return found

    def _wrong_prints(self, order: Placed, made: list[dict[str, Any]]) -> list[str]:
        if len(made) != (1 if order.printed else 0):
            return [f"#{order.number} has {len(made)} orders at Printful"]
        found = []
        for each in made:
            items = self.shop.get(f"printful/orders/{each['id']}")["order"]["items"]
            units = Counter({str(item["external_id"]): int(item["quantity"]) for item in items})
            if units != order.printed:
                found.append(f"#{order.number}: Printful makes {units}, not {order.printed}")
            for item in items:
                art = order.art.get(str(item["external_id"]))
                if art is not None and art not in [file["url"] for file in item["files"]]:
                    found.append(f"#{order.number}: the art is {item['files']}")
        return found


def _is_held(shown: dict[str, Any]) -> bool:
    return '"lease"' in shown["metafields"].get("kynda.forwarding", "")


def _wrong_tickets(order: Placed, made: list[dict[str, Any]]) -> list[str]:
    if len(made) != (1 if order.served else 0):
        return [f"#{order.number} has {len(made)} tickets"]
    found = []
    for each in made:
        units = Counter({line["name"]: int(line["quantity"]) for line in each["line_items"]})
        if units != order.served:
            found.append(f"#{order.number}: the ticket says {units}, not {order.served}")
        if len(each.get("tenders", [])) != (1 if order.is_paid else 0):
            found.append(f"#{order.number}: the ticket was paid {len(each.get('tenders', []))} times")
    return found


def _wrong_marks(order: Placed, shown: dict[str, Any]) -> list[str]:
    expected_tags = {"printful-forwarded"} if order.printed else set()
    if order.served:
        expected_tags.add("pos-forwarded")
    found = []
    if set(shown["tags"]) != expected_tags:
        found.append(f"#{order.number} has the tags {shown['tags']}")
    if _is_held(shown):
        found.append(_HELD.format(order.number))
    parcels = [each for each in shown["fulfillments"] if each["succeeded"]]
    if order.ships:
        units = Counter[str]()
        for parcel in parcels:
            units.update({str(line["line"]): line["quantity"] for line in parcel["lines"]})
        if units != order.printed or not all(parcel["tracking"] for parcel in parcels):
            found.append(f"#{order.number}: of {order.printed} Shopify has {parcels}")
    elif parcels:
        found.append(f"#{order.number}: nothing was sent, but Shopify has {parcels}")
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, port = tmp_path_factory.mktemp("killed"), free_port()
    with stand_ins(folder, f"http://127.0.0.1:{port}") as (shop, settings):
        made = World(folder, shop, {**settings, "PORT": str(port)}, Random(SEED))
        assert made.run("webhooks") == 0, (folder / "webhooks.log").read_text()
        try:
            made.start_gateway()
            yield made
        finally:
            if made.gateway is not None:
                made.gateway.end()


@pytest.mark.parametrize("run", range(RUNS))
def test_a_gateway_killed_at_work_leaves_every_order_forwarded_exactly_once(world: World, run: int) -> None:
    name = next(islice(cycle(MOMENTS), run, None))
    print(f"KILL_SEED={SEED}: killed when {name}")
    if run == 0:
        world.place()
    world.kill_when(MOMENTS[name])
    if name == "another time":
        world.kill_a_sweep()
    world.heal()
    deadline = time.monotonic() + SEEN_WITHIN_S
    while wrong := world.wrong():
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert wrong == []


@pytest.mark.parametrize("run", range(max(1, RUNS // 3)))
def test_a_gateway_ended_by_sigterm_at_work_leaves_no_lease(world: World, run: int) -> None:
    name = ENDED_AT[run % len(ENDED_AT)]
    print(f"KILL_SEED={SEED}: ended in order when {name}")
    if not world.orders:
        world.place()
    world.kill_when(MOMENTS[name], in_order=True)
    assert world.held() == []
    world.place()
    world.kill_a_sweep(in_order=True)
    assert world.held() == []
    world.heal()
    assert world.wrong() == []
