"""The exit statuses of `python -m app reconcile`: 0 healed, 1 needs a person, 3 try again."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from edge.commands import reconcile
from edge.reconciling import report_text
from edge.reports import printed_sweep
from resolvers.orders.sweep_report import Report, SweepVerdict, SweptOrder
from sandbox.order_life import changed
from tests.gateway.order_shop import OrderShop, order_shop
from tests.gateway.test_doctor import IN_SANDBOX
from tests.gateway.test_sweep import lost
from tests.serving import GivenSettings
from tests.virtual_time import in_no_time


async def settled_shop(shop: OrderShop) -> None:
    """The orders that the sandbox begins with are brought to rest, and what is refused of them is put right."""
    for order in list(shop.store.orders.values()):
        if any(line.sku == "PFUL-4011" for line in order.lines):
            del shop.store.orders[order.id]
    await shop.sweep()
    assert (await shop.sweep()).verdict is SweepVerdict.HEALED


async def verdict(shop: OrderShop) -> tuple[SweepVerdict, str]:
    report = await shop.sweep()
    return report.verdict, report_text(report, dry_run=False)


@in_no_time
async def test_reconcile_exits_0_when_everything_is_right_or_healed() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        await lost(shop)

        assert (await verdict(shop))[0] == 0
        assert len(shop.print_orders) == 1
        assert (await verdict(shop))[0] == 0


@in_no_time
async def test_reconcile_exits_0_after_a_temporary_failure() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        await lost(shop)
        shop.sandbox.faults.add("printful", "status", status=503, times=1)

        assert (await verdict(shop))[0] == 0
        assert len(shop.print_orders) == 1


@pytest.mark.parametrize("kind", ["status", "timeout", "html", "throttle"])
def test_reconcile_exits_3_during_an_outage(kind: str) -> None:
    @in_no_time
    async def down() -> None:
        async with order_shop() as shop:
            await settled_shop(shop)
            await lost(shop)
            shop.sandbox.faults.add("printful", kind)

            found, text = await verdict(shop)

            assert found == 3
            assert "status 3" in text
            shop.sandbox.faults.clear()
            await shop.later(600)
            assert (await verdict(shop))[0] == 0

    down()


@in_no_time
async def test_reconcile_exits_3_when_orders_cannot_be_listed() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        shop.sandbox.faults.add("admin", "status", status=503)

        assert (await verdict(shop))[0] == 3


@in_no_time
async def test_reconcile_exits_1_for_a_refused_order_and_names_it() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        order = await lost(shop)
        for line in order.lines:
            line.sku = "PFUL-SYNC-"

        first, text = await verdict(shop)
        again, text_again = await verdict(shop)

        assert (first, again) == (1, 0)
        assert text.startswith("1 order is open or changed recently.")
        assert f"STUCK {order.name}: " in text
        assert f"STUCK {order.name}: " in text_again
        assert "status 1" in text


@in_no_time
async def test_strict_reconcile_exits_1_as_long_as_an_order_is_stuck(capsys: pytest.CaptureFixture[str]) -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        order = await lost(shop)
        right = [line.sku for line in order.lines]
        for line in order.lines:
            line.sku = "PFUL-SYNC-"

        statuses = [printed_sweep(await shop.sweep(), dry_run=False, as_json=False, strict=True) for _ in range(3)]
        assert statuses == [1, 1, 1]
        assert capsys.readouterr().out.count("status 1") == 3

        for line, sku in zip(order.lines, right, strict=True):
            line.sku = sku
        changed(shop.store, order)
        assert printed_sweep(await shop.sweep(), dry_run=False, as_json=False, strict=True) == 0


@pytest.mark.parametrize(("dry_run", "present", "absent"), [(True, "would_do", "done"), (False, "done", "would_do")])
def test_the_json_of_a_dry_run_lists_what_would_be_done(
    capsys: pytest.CaptureFixture[str], dry_run: bool, present: str, absent: str
) -> None:
    printed_sweep(
        Report(swept=[SweptOrder("#1", "not forwarded", ("printful: forward",))]), dry_run=dry_run, as_json=True
    )

    document = json.loads(capsys.readouterr().out)
    assert document["dry_run"] is dry_run
    assert document["swept"][0][present] == ["printful: forward"]
    assert absent not in document["swept"][0]


@in_no_time
async def test_a_dry_run_exits_1_when_a_sweep_would_refuse_an_order(capsys: pytest.CaptureFixture[str]) -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        order = await lost(shop)
        for line in order.lines:
            line.sku = "PFUL-SYNC-"
        report = await shop.sweep(dry_run=True)
        capsys.readouterr()

        assert printed_sweep(report, dry_run=True, as_json=True) == 1
        document = json.loads(capsys.readouterr().out)
        assert document["verdict"] == "NEEDS_A_PERSON"
        assert document["swept"][0]["would_do"] == ["printful: refuse"]
        assert f"STUCK {order.name} " in report_text(report, dry_run=True)


@in_no_time
async def test_a_dry_run_exits_0_when_a_sweep_would_heal_everything() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        await lost(shop)

        assert (await shop.sweep(dry_run=True)).verdict is SweepVerdict.HEALED


@in_no_time
async def test_reconcile_exits_1_for_refused_credentials() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        await lost(shop)
        shop.sandbox.faults.add("admin", "status", status=403)

        assert (await verdict(shop))[0] == 1


@in_no_time
async def test_an_order_that_needs_a_person_outweighs_one_that_needs_a_retry() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        refused = await lost(shop)
        for line in refused.lines:
            line.sku = "PFUL-SYNC-"
        await lost(shop)
        shop.sandbox.faults.add("printful", "status", status=503)

        found, text = await verdict(shop)

        assert found == 1
        assert f"STUCK {refused.name}: " in text
        assert "LATER" in text


@in_no_time
async def test_an_order_that_waits_for_the_shop_is_not_a_failure() -> None:
    async with order_shop() as shop:
        await settled_shop(shop)
        order = await shop.placed(routed=False)

        assert (await verdict(shop))[0] == 0
        assert "forwarding-pending" in order.tags


def test_an_empty_report_is_0() -> None:
    assert Report().verdict == 0


def test_sigterm_ends_reconcile_cleanly_with_status_3(capsys: pytest.CaptureFixture[str]) -> None:
    ended: list[str] = []

    async def sweeping(*_: Any, **__: Any) -> Report:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("in order")
        raise AssertionError("it was not ended")

    assert reconcile(sweeping, GivenSettings(**IN_SANDBOX)) == 3
    assert ended == ["in order"]
    assert "run it again" in capsys.readouterr().err
