"""The promises of every point of sale, and the choice of one by name.

Square's connector does it towards a small fake and towards the sandbox's stand-in.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clients.errors import Rejected, Unavailable
from clients.pos.connectors import CONNECTORS, PosAccess
from clients.pos.none import NoPos
from clients.pos.orders import GenericOrder, GenericPayment, PaymentStatus, PosConnector, TicketStatus
from sandbox.app import build_store
from sandbox.faults import Faults
from sandbox.square.app import routes
from sandbox.square.locations import SQMAIN
from sandbox.square.states import act
from tests.upstream.fake_square import TOKEN, FakeSquare, instead, refused
from tests.upstream.paper_pos import PaperPos
from tests.upstream.pos_orders import AT_COUNTER, LATTES, lattes
from tests.virtual_time import PassingTime

FULFILLMENT_STATES = {TicketStatus.ACCEPTED: "RESERVED", TicketStatus.READY: "PREPARED"}


@dataclass
class Counter:
    """A connector, and what happens at the counter behind it."""

    connector: PosConnector
    tickets: Callable[[], int]
    move: Callable[[str, TicketStatus], None]
    fail: Callable[[], None]
    location_id: str = "LOC1"

    def order(self, **changes: Any) -> GenericOrder:
        return lattes(location_id=self.location_id, **changes)


def square_counter() -> Counter:
    square = FakeSquare()
    access = PosAccess(
        square.transport,
        "https://square.example",
        token=TOKEN,
        location_ids=["LOC1"],
        timing=PassingTime().timing,
    )

    def fail() -> None:
        square.faults = [instead(refused(503, "SERVICE_UNAVAILABLE", "API_ERROR"))] * 9

    return Counter(
        CONNECTORS["square"](access),
        tickets=lambda: len(square.orders),
        move=lambda ticket, status: square.move(ticket.removeprefix("square-"), FULFILLMENT_STATES[status]),
        fail=fail,
    )


def sandbox_counter() -> Counter:
    store = build_store()
    stand_in = Starlette(routes=routes(store, Faults()))
    is_down = False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answers = Response(status_code=503) if is_down else stand_in
        await answers(scope, receive, send)

    def fail() -> None:
        nonlocal is_down
        is_down = True

    def move(ticket: str, status: TicketStatus) -> None:
        act(
            store,
            ticket.removeprefix("square-"),
            {TicketStatus.ACCEPTED: "accept", TicketStatus.READY: "ready"}[status],
        )

    access = PosAccess(
        httpx.ASGITransport(app),
        "http://square.example/square",
        token="sandbox-token",
        location_ids=[SQMAIN],
        timing=PassingTime().timing,
    )
    before = len(store.square_orders)
    return Counter(
        CONNECTORS["square"](access),
        tickets=lambda: len(store.square_orders) - before,
        move=move,
        fail=fail,
        location_id=SQMAIN,
    )


def paper_counter() -> Counter:
    paper = PaperPos()

    def fail() -> None:
        paper.has_paper = False

    return Counter(paper, tickets=lambda: len(paper.slips), move=paper.move, fail=fail)


@pytest.fixture(params=[square_counter, sandbox_counter, paper_counter], ids=["square", "sandbox", "paper"])
def counter(request: pytest.FixtureRequest) -> Counter:
    made: Counter = request.param()
    return made


async def test_one_key_makes_one_ticket(counter: Counter) -> None:
    first = await counter.connector.send(counter.order())
    second = await counter.connector.send(counter.order())
    third = await counter.connector.send(counter.order(), may_exist=True)
    assert first.pos_order_id == second.pos_order_id == third.pos_order_id
    assert third.adopted
    assert counter.tickets() == 1


async def test_two_keys_make_two_tickets(counter: Counter) -> None:
    await counter.connector.send(counter.order())
    await counter.connector.send(counter.order(key="another"), may_exist=True)
    assert counter.tickets() == 2


async def test_a_ticket_that_went_out_unpaid_can_be_paid_and_is_paid_once(counter: Counter) -> None:
    unpaid = GenericPayment("cash_on_pickup", PaymentStatus.UNPAID_AT_POS)
    made = await counter.connector.send(counter.order(payment=unpaid))
    for _ in range(2):
        assert await counter.connector.pay(made.pos_order_id, counter.order()) is None
    state = await counter.connector.status(made.pos_order_id)
    assert state is not None
    assert state.is_paid


async def test_a_tickets_id_begins_with_the_connectors_name(counter: Counter) -> None:
    assert (await counter.connector.send(counter.order())).pos_order_id.startswith(f"{counter.connector.name}-")


async def test_a_ticket_names_its_order(counter: Counter) -> None:
    made = await counter.connector.send(counter.order())
    state = await counter.connector.status(made.pos_order_id)
    assert state is not None
    assert (state.pos_order_id, state.status) == (made.pos_order_id, TicketStatus.SENT)
    assert (state.key, state.external_order_id) == (LATTES.key, LATTES.external_order_id)
    assert (state.is_paid, state.total, state.currency) == (True, Decimal("11.96"), "USD")


async def test_an_order_to_be_paid_at_the_counter_is_not_paid(counter: Counter) -> None:
    made = await counter.connector.send(counter.order(payment=AT_COUNTER))
    state = await counter.connector.status(made.pos_order_id)
    assert state is not None
    assert state.is_paid is False


@pytest.mark.parametrize("status", [TicketStatus.ACCEPTED, TicketStatus.READY])
async def test_the_counters_changes_are_the_tickets_status(counter: Counter, status: TicketStatus) -> None:
    made = await counter.connector.send(counter.order())
    before = await counter.connector.status(made.pos_order_id)
    counter.move(made.pos_order_id, status)
    after = await counter.connector.status(made.pos_order_id)
    assert before is not None
    assert after is not None
    assert after.status is status
    assert (after.version or 0) > (before.version or 0)


async def test_an_unknown_ticket_is_absent(counter: Counter) -> None:
    assert await counter.connector.status(f"{counter.connector.name}-unknown") is None


@pytest.mark.parametrize("status", [None, TicketStatus.ACCEPTED])
async def test_a_ticket_can_be_cancelled_until_it_is_made(counter: Counter, status: TicketStatus | None) -> None:
    made = await counter.connector.send(counter.order())
    if status is not None:
        counter.move(made.pos_order_id, status)
    assert (await counter.connector.cancel(made.pos_order_id)).done
    state = await counter.connector.status(made.pos_order_id)
    assert state is not None
    assert state.status is TicketStatus.CANCELLED


async def test_cancelling_a_cancelled_ticket_is_done(counter: Counter) -> None:
    made = await counter.connector.send(counter.order())
    await counter.connector.cancel(made.pos_order_id)
    assert (await counter.connector.cancel(made.pos_order_id)).done


async def test_a_finished_ticket_is_not_cancelled_and_the_reason_is_stated(counter: Counter) -> None:
    made = await counter.connector.send(counter.order())
    counter.move(made.pos_order_id, TicketStatus.READY)
    cancelled = await counter.connector.cancel(made.pos_order_id)
    assert not cancelled.done
    assert cancelled.reason
    state = await counter.connector.status(made.pos_order_id)
    assert state is not None
    assert state.status is TicketStatus.READY


async def test_an_unknown_ticket_is_not_cancelled(counter: Counter) -> None:
    assert not (await counter.connector.cancel(f"{counter.connector.name}-unknown")).done


async def test_health_reports_working_and_failing_points_of_sale(counter: Counter) -> None:
    assert (await counter.connector.health()).ok
    counter.fail()
    failing = await counter.connector.health()
    assert not failing.ok
    assert failing.detail


async def test_a_temporary_failure_can_be_sent_later(counter: Counter) -> None:
    counter.fail()
    with pytest.raises(Unavailable):
        await counter.connector.send(counter.order())
    assert counter.tickets() == 0


async def test_changes_are_tickets_by_their_ids(counter: Counter) -> None:
    made = await counter.connector.send(counter.order())
    changed = await counter.connector.changed_since(LATTES.created_at)
    assert set(changed) <= {made.pos_order_id}


def test_squares_package_is_imported_with_the_first_request_to_square() -> None:
    program = """
import sys, httpx
from clients.pos.connectors import CONNECTORS, PosAccess
CONNECTORS["square"](PosAccess(httpx.MockTransport(print), "https://pos.example", token="secret"))
sys.exit("square" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def access() -> PosAccess:
    return PosAccess(httpx.MockTransport(lambda request: httpx.Response(500)), "https://pos.example", token="secret")


@pytest.mark.parametrize("name", CONNECTORS)
def test_connectors_are_chosen_by_their_names(name: str) -> None:
    assert CONNECTORS[name](access()).name == name


def test_a_point_of_sale_s_token_is_not_shown() -> None:
    assert "secret" not in repr(access())


async def test_without_a_point_of_sale_a_ticket_is_rejected_with_a_reason() -> None:
    with pytest.raises(Rejected, match="no point of sale is connected"):
        await NoPos().send(LATTES)


async def test_a_shop_without_a_point_of_sale_is_well() -> None:
    none = NoPos()
    assert (await none.health()).ok
    assert await none.status("none-1") is None
    assert await none.changed_since(LATTES.created_at) == {}
    assert not (await none.cancel("none-1")).done
