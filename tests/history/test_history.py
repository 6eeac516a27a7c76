"""The optional history: what it holds, that it decides nothing, and that a lost database costs nothing."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import connected
from clients.history.database import HistoryDatabase
from clients.history.rows import AttemptRow, OrderRow, OrderRows
from edge.history import write_csv
from resolvers.history_rebuild import rebuild
from sandbox.order_life import cancel
from tests.gateway.order_rush import is_marked, missing_or_wrong
from tests.history.shop import QUICK, HistoryShop, dump, eventually, history_shop
from tests.servers.postgres_server import PostgresServer
from tests.serving import NOON, GivenSettings


async def some_orders(shop: HistoryShop) -> None:
    """A printed order that was shipped, one for the counter, and one that was cancelled."""
    await shop.placed()
    await shop.at_printful("confirm", "start", "ship")
    await shop.pickup()
    called_off = await shop.placed()
    cancel(shop.store, called_off)
    await shop.written()


async def test_a_rebuilt_history_equals_what_was_written_live(database_urls: tuple[str, str]) -> None:
    live, again = database_urls
    async with history_shop(live) as shop:
        await some_orders(shop)
        given: dict[str, Any] = {"graphiql": False, "sweep_minutes": 0, "database_url": again}
        settings = GivenSettings(**given)
        clock = shop.store.clock.now
        async with connected(settings, shop.sandbox.transport(), QUICK, clock) as services:
            assert services.orders is not None
            assert services.history is not None
            done = await rebuild(services.orders, services.history.store, QUICK)
            await rebuild(services.orders, services.history.store, QUICK)
            rebuilt = await dump(services.history.store)
        # What the sandbox has of its own accord was placed before this gateway ran.
        store = HistoryDatabase(live)
        written = await dump(store)
        await store.close()
    ids = {row[0] for row in written["orders"][1:]}

    assert done.listed == done.written >= 3
    assert len(ids) == 3
    assert {name: [rows[0], *(row for row in rows[1:] if row[0] in ids)] for name, rows in rebuilt.items()} == written
    assert all(len(rows) > 1 for rows in written.values())


async def test_a_rebuild_goes_on_after_an_upstream_was_busy(tmp_path: Path) -> None:
    async with history_shop("") as shop:
        order = await shop.placed()
        given: dict[str, Any] = {"sweep_minutes": 0, "database_url": f"sqlite:///{tmp_path}/rebuilt.db"}
        clock, transport = shop.store.clock.now, shop.sandbox.transport()
        async with connected(GivenSettings(**given), transport, QUICK, clock) as services:
            assert services.orders is not None
            assert services.history is not None
            shop.sandbox.faults.add("printful", "status", status=503, match="/orders", times=4)
            done = await rebuild(services.orders, services.history.store, QUICK)
            rebuilt = await dump(services.history.store)

    assert done.listed == done.written
    assert order.id in {row[0] for row in rebuilt["orders"][1:]}


async def test_the_history_holds_no_personal_data(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    async with history_shop(url) as shop:
        await some_orders(shop)
        private = {
            value
            for order in shop.store.orders.values()
            for address in (order.shipping_address, order.billing_address)
            if address is not None
            for value in (address.first_name, address.last_name, address.address1, address.phone)
            if value
        }
        private |= {value for order in shop.store.orders.values() for value in (order.email, order.phone) if value}
        tracking = {each.tracking_number for order in shop.print_orders for each in order.shipments}
    contents = (tmp_path / "history.db").read_bytes().decode(errors="replace")

    assert private
    assert tracking
    assert [value for value in private | tracking if value in contents] == []


async def test_staff_search_the_history_page_by_page(tmp_path: Path) -> None:
    query = """query ($after: String, $system: OrderSystem, $from: DateTime, $to: DateTime) {
      history(first: 2, after: $after, system: $system, from: $from, to: $to) {
        nodes { at orderId orderName system action result detail } pageInfo { hasNextPage endCursor } } }"""
    async with history_shop(f"sqlite:///{tmp_path}/history.db") as shop:
        await some_orders(shop)
        found, after = [], None
        while True:
            answer = await shop.served.ask(query, {"after": after}, staff=True)
            assert "errors" not in answer, answer
            page = answer["data"]["history"]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        of_counter = (await shop.served.ask(query, {"system": "POS"}, staff=True))["data"]["history"]["nodes"]
        none = (await shop.served.ask(query, {"to": "2026-01-01T00:00:00Z"}, staff=True))["data"]["history"]["nodes"]
        wrong = await shop.served.ask(query, {"after": "no cursor"}, staff=True)
        outsider = await shop.served.ask(query)

    assert len(found) > 4
    assert found == sorted(found, key=lambda each: each["at"], reverse=True)
    assert len({(each["orderId"], each["at"], each["system"], each["action"]) for each in found}) == len(found)
    assert {each["system"] for each in of_counter} == {"POS"}
    assert none == []
    assert wrong["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert outsider["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_money_is_summed_by_month_and_currency(tmp_path: Path) -> None:
    async with history_shop(f"sqlite:///{tmp_path}/history.db") as shop:
        await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        await shop.written()
        query = "{ moneyByMonth { month kind amount { amount currencyCode } } }"
        found = (await shop.served.ask(query, staff=True))["data"]["moneyByMonth"]
    amounts = {each["kind"]: each for each in found}

    assert {each["month"] for each in found} == {"2026-11"}
    assert Decimal(amounts["RETAIL"]["amount"]["amount"]) > 0
    assert {"RETAIL", "PRODUCTION", "SHIPPING"} <= set(amounts)


async def test_without_a_database_the_history_says_what_to_set(tmp_path: Path) -> None:
    async with history_shop("", sweep_minutes=0) as shop:
        answer = await shop.served.ask("{ moneyByMonth { month } }", staff=True)
        health = (await shop.served.http.get("/health")).json()

    assert answer["errors"][0]["message"] == "There is no history: set DATABASE_URL."
    assert "history" not in health


async def test_a_killed_database_costs_no_order_and_is_filled_when_it_is_back(postgres_server: PostgresServer) -> None:
    async with history_shop(postgres_server.url("killed")) as shop:
        await shop.placed()
        await shop.written()
        postgres_server.kill()
        try:
            meanwhile = [await shop.placed(), await shop.pickup()]

            async def is_down() -> bool:
                return bool((await shop.served.http.get("/health")).json()["history"] == "down")

            await eventually(is_down)
            waiting = (await shop.status())["waiting"]
            assert all(is_marked(order) for order in meanwhile)
            assert missing_or_wrong(shop.store, meanwhile) == []
        finally:
            postgres_server.start()
        await shop.written()
        health = (await shop.served.http.get("/health")).json()
        attempts = (await shop.served.ask("{ history(first: 250) { nodes { orderName } } }", staff=True))["data"]

    assert waiting >= 1
    assert health["history"] == "up"
    assert {order.name for order in meanwhile} <= {each["orderName"] for each in attempts["history"]["nodes"]}


def rows_with(*attempts: AttemptRow) -> OrderRows:
    order = OrderRow(7, "#7", NOON, "2026-11", "USD", "PAID", "UNFULFILLED", None, False, "", None)
    return OrderRows(order, attempts, (), (), ())


def attempt(minute: int, action: str = "create") -> AttemptRow:
    return AttemptRow(7, NOON + timedelta(minutes=minute), "printful", action, "done", "")


async def test_attempts_that_the_journal_dropped_stay_and_repeated_ones_are_replaced(
    database_urls: tuple[str, str],
) -> None:
    store = HistoryDatabase(database_urls[0])
    await store.write(rows_with(attempt(1), attempt(2)), 1)
    await store.write(rows_with(attempt(2), attempt(3, "retry")), 2)
    await store.write(rows_with(attempt(2), attempt(4, "retry")), 3)  # in the journal it took the place of the other
    found = await dump(store)
    await store.close()

    assert [row[2] for row in found["attempts"][1:]] == [NOON + timedelta(minutes=each) for each in (1, 2, 4)]


async def test_a_repeated_attempt_that_was_the_only_one_is_replaced(database_urls: tuple[str, str]) -> None:
    store = HistoryDatabase(database_urls[0])
    await store.write(rows_with(attempt(1)), 1)
    await store.write(rows_with(attempt(2), attempt(3, "retry")), 2)
    found = await dump(store)
    await store.close()

    assert [row[2] for row in found["attempts"][1:]] == [NOON + timedelta(minutes=each) for each in (2, 3)]


async def test_attempts_by_a_clock_that_is_behind_stay(database_urls: tuple[str, str]) -> None:
    store = HistoryDatabase(database_urls[0])
    await store.write(rows_with(attempt(5), attempt(4, "retry")), 1)
    await store.write(rows_with(attempt(4, "retry"), attempt(6)), 2)
    found = await dump(store)
    await store.close()

    assert [row[2] for row in found["attempts"][1:]] == [NOON + timedelta(minutes=each) for each in (5, 4, 6)]


async def test_rows_of_an_earlier_read_do_not_replace_those_of_a_later_one(database_urls: tuple[str, str]) -> None:
    one, other = HistoryDatabase(database_urls[0]), HistoryDatabase(database_urls[0])
    slow, quick = await one.begin_read(7), await other.begin_read(7)
    await other.write(rows_with(attempt(1), attempt(2)), quick)
    await one.write(rows_with(attempt(1)), slow)
    found = await dump(one)
    await one.close()
    await other.close()

    assert slow < quick
    assert len(found["attempts"][1:]) == 2


async def test_a_database_that_was_replaced_meanwhile_is_written_and_goes_on_counting(tmp_path: Path) -> None:
    store = HistoryDatabase(f"sqlite:///{tmp_path}/history.db")
    await store.write(rows_with(attempt(1)), 9)
    later = await store.begin_read(7)
    await store.write(rows_with(attempt(1), attempt(2)), later)
    found = await dump(store)
    await store.close()

    assert len(found["attempts"][1:]) == 2


async def test_the_history_finds_orders_of_another_version(database_urls: tuple[str, str]) -> None:
    store = HistoryDatabase(database_urls[0])
    await store.write(replace(rows_with(), version="one"), 1)
    found = [await store.outdated({7: "one", 8: "one"}), await store.outdated({7: "two"}), await store.outdated({})]
    await store.close()

    assert found == [{8}, {7}, set()]


async def test_a_sweep_writes_an_order_that_a_crashed_process_left_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    async with history_shop("") as shop:
        order = await shop.placed((shop.variant("kynda-house-blend"), 1))  # with nothing to forward
        await shop.sweep(database_url=url)
    store = HistoryDatabase(url)
    written = await dump(store)
    await store.close()

    assert order.id in {row[0] for row in written["orders"][1:]}


async def test_an_export_is_csv_that_a_spreadsheet_takes_for_text(tmp_path: Path) -> None:
    store = HistoryDatabase(f"sqlite:///{tmp_path}/history.db")
    await store.write(rows_with(AttemptRow(7, datetime(2026, 11, 1, 9, tzinfo=UTC), "pos", "send", "done", "=1+1")), 1)
    printed = io.StringIO()

    await write_csv(store, "attempts", printed)
    await store.close()

    header, row = printed.getvalue().splitlines()
    assert header == "order_id,number,at,system,action,result,detail"
    assert row == "7,0,2026-11-01T09:00:00+00:00,pos,send,done,'=1+1"


@pytest.mark.parametrize("url", ["mysql://host/name", "history.db"])
def test_an_address_of_another_database_is_refused(url: str) -> None:
    given: dict[str, Any] = {"database_url": url}

    with pytest.raises(ValueError, match="sqlite:///"):
        GivenSettings(**given)
