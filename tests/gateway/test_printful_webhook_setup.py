"""`python -m app webhooks` subscribes this gateway at Printful, and replaces nobody else's webhook."""

from typing import Any

import pytest

from app import Sandbox, mended_webhooks
from edge.subscriptions import all_is_well
from resolvers.orders.events import PRINTFUL_TYPES
from resolvers.subscriptions import SubscriptionAction, SubscriptionStep
from sandbox.printful_ids import PRINT_VARIANTS, SYNC_VARIANTS
from sandbox.webhook_records import PrintfulWebhook
from tests.gateway.test_doctor import LIVE
from tests.serving import GivenSettings
from tests.virtual_time import in_no_time, virtual_timing

ADDRESS, TOKEN = "https://graph.kynda.example", "a-token-that-is-long-enough"
OURS = f"{ADDRESS}/webhooks/printful/{TOKEN}"


async def mended(sandbox: Sandbox) -> SubscriptionStep:
    """What was done about Printful's webhook."""
    live: dict[str, Any] = {**LIVE, "printful_webhook_token": TOKEN}
    found = await mended_webhooks(
        GivenSettings(**live), ADDRESS, transport=sandbox.transport(), timing=virtual_timing()
    )
    return found[-1]


@in_no_time
async def test_printfuls_webhooks_are_configured_with_the_address_and_the_products() -> None:
    sandbox = Sandbox.filled(public_url="http://localhost:8000")

    assert (await mended(sandbox)).action is SubscriptionAction.CREATE
    assert (await mended(sandbox)).action is SubscriptionAction.KEEP

    webhook = sandbox.store.printful_webhook
    assert webhook is not None
    assert (webhook.url, set(webhook.types)) == (OURS, set(PRINTFUL_TYPES))
    watched = webhook.params["stock_updated"]["product_ids"]
    sold = [each.sku or "" for each in sandbox.store.variants.values()]
    synced = [SYNC_VARIANTS[int(sku.removeprefix("PFUL-SYNC-"))] for sku in sold if sku.startswith("PFUL-SYNC-")]
    assert synced
    assert {PRINT_VARIANTS[each.variant_id].product_id for each in synced} <= set(watched)


@pytest.mark.parametrize(
    ("url", "types"),
    [(f"{ADDRESS}/webhooks/printful/an-older-token", PRINTFUL_TYPES), (OURS, ("package_shipped",))],
)
def test_an_outdated_token_or_missing_event_types_are_corrected(url: str, types: tuple[str, ...]) -> None:
    @in_no_time
    async def scenario() -> None:
        sandbox = Sandbox.filled(public_url="http://localhost:8000")
        sandbox.store.printful_webhook = PrintfulWebhook(url, types)

        assert (await mended(sandbox)).action is SubscriptionAction.REPAIR

        assert sandbox.store.printful_webhook is not None
        assert sandbox.store.printful_webhook.url == OURS
        assert set(PRINTFUL_TYPES) <= set(sandbox.store.printful_webhook.types)

    scenario()


@in_no_time
async def test_existing_webhook_types_at_printful_are_preserved() -> None:
    sandbox = Sandbox.filled(public_url="http://localhost:8000")
    watched = {"stock_updated": {"product_ids": [586]}}
    sandbox.store.printful_webhook = PrintfulWebhook(OURS, ("product_synced", "stock_updated"), watched)

    await mended(sandbox)

    webhook = sandbox.store.printful_webhook
    assert webhook is not None
    assert "product_synced" in webhook.types
    assert 586 in webhook.params["stock_updated"]["product_ids"]


@in_no_time
async def test_an_address_of_somebody_elses_is_left_alone() -> None:
    sandbox = Sandbox.filled(public_url="http://localhost:8000")
    theirs = PrintfulWebhook("https://other.example/hook/their-secret", ("package_shipped",))
    sandbox.store.printful_webhook = theirs

    step = await mended(sandbox)

    assert sandbox.store.printful_webhook is theirs
    assert not all_is_well([step])
    assert "other.example" in (step.failure or "")
    assert "their-secret" not in (step.failure or "")
