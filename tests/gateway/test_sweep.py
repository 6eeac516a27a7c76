"""`python -m app reconcile` and its sweep: lost messages are found, their effects made up for, and reported."""

import asyncio
from typing import Any

import pytest

from app import SettingsError, create_app, reconcile, reconciled
from edge.reconciling import report_text
from resolvers.subscriptions import ALL_TOPICS
from sandbox.order_life import cancel, place_order
from sandbox.printful.order_states import CANCELABLE
from tests.gateway.order_shop import OrderShop, attempts, field, journal, order_shop
from tests.gateway.test_doctor import IN_SANDBOX, LIVE
from tests.serving import GivenSettings
from tests.virtual_time import in_no_time, virtual_timing

ADDRESS = "https://graph.kynda.example"


async def lost(shop: OrderShop, **how: Any) -> Any:
    """An order of which no message arrived."""
    shop.sandbox.faults.add("webhooks", "lost")
    order = await shop.placed(**how)
    shop.sandbox.faults.clear()
    return order


@in_no_time
async def test_an_order_of_which_no_message_came_is_forwarded() -> None:
    async with order_shop() as shop:
        order = await lost(shop)

        report = await shop.sweep()

        assert shop.print_order.external_id == str(order.id)
        assert [(each.name, each.why) for each in report.swept if each.name == order.name] == [
            (order.name, "not forwarded")
        ]


@in_no_time
async def test_a_pickup_of_which_no_message_came_becomes_a_ticket() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        order = await shop.pickup()
        shop.sandbox.faults.clear()

        await shop.sweep()

        assert field(order, "pos_order_id") == f"square-{shop.ticket.id}"


@in_no_time
async def test_an_order_at_printful_without_a_marker_is_adopted() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        order.private_metafields.clear()
        order.metafields.clear()

        await shop.sweep()

        assert field(order, "printful_order_id") == str(shop.print_order.id)


@in_no_time
async def test_a_sweep_fulfills_parcels_without_a_message() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.sandbox.faults.add("webhooks", "lost", match="printful")
        await shop.at_printful("confirm", "start", "ship")
        assert order.fulfillments == []

        await shop.sweep()

        [made] = order.fulfillments
        assert made.tracking[0][0] == shop.print_order.shipments[0].tracking_number


@in_no_time
async def test_a_sweep_fulfills_pickups_without_a_message() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "lost", match="square")
        await shop.at_the_counter("accept", "ready", "complete")
        assert order.fulfillments == []

        await shop.sweep()

        assert len(order.fulfillments) == 1


@in_no_time
async def test_a_draft_that_could_not_be_confirmed_is_confirmed() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        shop.sandbox.faults.add("printful", "status", status=503, match="/confirm")
        await shop.placed()
        assert shop.print_order.status == "draft"
        shop.sandbox.faults.clear()

        await shop.later(120)
        await shop.sweep()

        assert shop.print_order.status == "pending"


@in_no_time
async def test_a_cancellation_of_which_no_message_came_reaches_printful() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.sandbox.faults.add("webhooks", "lost")
        cancel(shop.store, order)
        await shop.settled()
        assert shop.print_order.status in CANCELABLE
        shop.sandbox.faults.clear()

        await shop.sweep()

        assert shop.print_order.status == "canceled"


@in_no_time
async def test_an_order_with_a_broken_journal_is_read_from_printful_again() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        for each in [*order.private_metafields, *order.metafields]:
            if each.key == "forwarding":
                each.value = '{"v": 99}'

        await shop.sweep()

        assert journal(order)["print"]["order_id"] == shop.print_order.id
        assert len(shop.print_orders) == 1


@in_no_time
async def test_a_second_sweep_finds_nothing_to_do() -> None:
    async with order_shop() as shop:
        await lost(shop)
        await shop.sweep()
        shop.counted()

        report = await shop.sweep()

        assert (report.swept, report.is_clean, shop.writes) == ([], True, [])


@in_no_time
async def test_a_dry_run_reports_actions_and_changes_nothing() -> None:
    async with order_shop() as shop:
        order = await lost(shop)

        report = await shop.sweep(dry_run=True)

        assert (shop.writes, order.tags, order.note, shop.print_orders) == ([], [], None, [])
        assert ("printful: forward",) in [each.actions for each in report.swept if each.name == order.name]


@in_no_time
async def test_sweeps_of_several_processes_at_once_forward_once() -> None:
    async with order_shop() as shop:
        for _ in range(3):
            await lost(shop)

        await asyncio.gather(*(shop.sweep() for _ in range(4)))

        assert len(shop.print_orders) == 3
        assert sum("POST /printful/orders" in each for each in shop.writes) == 3


@in_no_time
async def test_an_outage_is_reported_and_the_sweep_continues() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        printed, fetched = await shop.placed(), await shop.pickup()
        shop.sandbox.faults.clear()
        shop.sandbox.faults.add("printful", "status", status=503)

        report = await shop.sweep()

        assert fetched.tags == ["pos-forwarded"]
        assert "forwarding-pending" in printed.tags
        assert not report.is_clean
        assert printed.name in [each.name for each in report.swept if each.is_pending]


@in_no_time
async def test_a_sweep_fails_while_admin_is_down() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("admin", "status", status=503)

        report = await shop.sweep()

        assert report.failures
        assert "FAIL" in report_text(report, dry_run=False)


@in_no_time
async def test_drafts_unconfirmed_for_two_days_are_reported() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.later(2 * 86_400 + 60)

        report = await shop.sweep()

        assert report.old_drafts == [order.name]
        assert order.name in report_text(report, dry_run=False)


@in_no_time
async def test_the_gateway_sweeps_by_itself() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        order = await lost(shop)

        await shop.later(6 * 60)

        assert attempts(order) == ["printful create done"]


@in_no_time
async def test_a_subscription_that_shopify_ended_is_made_again() -> None:
    async with order_shop() as shop:
        live: dict[str, Any] = {**LIVE, "public_url": ADDRESS, "sweep_minutes": 1, "graphiql": False}
        gateway = create_app(GivenSettings(**live), transport=shop.sandbox.transport(), timing=virtual_timing())
        shop.store.webhook_subscriptions.clear()

        async with gateway.router.lifespan_context(gateway):
            await asyncio.sleep(90)

        ours = {each.topic for each in shop.store.webhook_subscriptions.values() if each.uri.startswith(ADDRESS)}
        assert ours == set(ALL_TOPICS)


@in_no_time
async def test_reconciling_makes_ended_subscriptions_again_and_a_dry_run_does_not() -> None:
    async with order_shop() as shop:
        live: dict[str, Any] = {**LIVE, "public_url": ADDRESS}
        given = GivenSettings(**live)

        async def left_by(*, dry_run: bool) -> set[str]:
            shop.store.webhook_subscriptions.clear()
            await reconciled(given, dry_run=dry_run, transport=shop.sandbox.transport(), timing=virtual_timing())
            return {each.topic for each in shop.store.webhook_subscriptions.values()}

        assert await left_by(dry_run=True) == set()
        assert await left_by(dry_run=False) == set(ALL_TOPICS)


@in_no_time
async def test_a_gateway_without_permission_to_subscribe_still_sweeps() -> None:
    async with order_shop() as shop:
        order = await lost(shop)
        live: dict[str, Any] = {**LIVE, "public_url": ADDRESS, "sweep_minutes": 1, "graphiql": False}
        gateway = create_app(GivenSettings(**live), transport=shop.sandbox.transport(), timing=virtual_timing())
        shop.sandbox.faults.add("admin", "status", match="webhookSubscriptions", status=403)

        async with gateway.router.lifespan_context(gateway):
            await asyncio.sleep(90)

        assert order.tags == ["printful-failed"]  # this gateway knows no designs, and says so on the order


def test_the_command_prints_its_findings_and_that_a_person_would_have_to_act(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = reconcile(GivenSettings(**IN_SANDBOX), dry_run=True)
    printed = capsys.readouterr().out

    assert first == 1  # the sandbox begins with an order that names an unknown print
    assert "nothing was done" in printed
    assert "printful: refuse" in printed


@in_no_time
async def test_a_sweep_without_admin_names_the_missing_setting() -> None:
    async with order_shop() as shop:
        alone: dict[str, Any] = {name: value for name, value in LIVE.items() if not name.startswith("shopify_admin")}

        with pytest.raises(SettingsError, match="SHOPIFY_CLIENT_ID"):
            await reconciled(GivenSettings(**alone), dry_run=True, transport=shop.sandbox.transport())


@in_no_time
async def test_progress_is_reported_order_by_order() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        for _ in range(3):
            place_order(shop.store, shop.prints())
        seen: list[tuple[int, int]] = []
        given = GivenSettings(**IN_SANDBOX)

        await reconciled(
            given,
            dry_run=True,
            sandbox=shop.sandbox,
            timing=virtual_timing(),
            progress=lambda done, of: seen.append((done, of)),
        )

        whole = seen[-1][1]
        assert seen == [(number, whole) for number in range(1, whole + 1)]
        assert whole >= 3
