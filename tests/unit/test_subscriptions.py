"""Which subscriptions stay, are created, corrected and deleted."""

from dataclasses import replace
from typing import Any, cast

import pytest

from clients.admin.client import Admin
from clients.admin.setup import WebhookSubscription
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from edge.subscriptions import all_is_well, report
from resolvers.checks import check_webhooks
from resolvers.findings import SetUp, Verdict
from resolvers.subscriptions import (
    ALL_TOPICS,
    SHOPIFY_OLD_PATH,
    SHOPIFY_PATH,
    SubscriptionAction,
    SubscriptionStep,
    steps,
)

BASE = "https://graph.kynda.example"
RIGHT = f"{BASE}{SHOPIFY_PATH}"


def found(*present: WebhookSubscription, base: str = BASE) -> dict[str, SubscriptionAction]:
    """What is to be done by subscription, or by topic where there is none; what is created by itself is left out."""
    return {step.subscription.id: step.action for step in steps(present, base) if step.subscription is not None}


def test_each_missing_topic_is_subscribed() -> None:
    missing = [step.topic for step in steps([], BASE) if step.action is SubscriptionAction.CREATE]

    assert missing == list(ALL_TOPICS)


def test_a_complete_subscription_to_us_stays() -> None:
    new, old = (
        WebhookSubscription(GlobalId("new"), ALL_TOPICS[0], RIGHT),
        WebhookSubscription(GlobalId("old"), ALL_TOPICS[1], BASE + SHOPIFY_OLD_PATH),
    )

    assert found(new, old, base=f"{BASE}/") == {"new": SubscriptionAction.KEEP, "old": SubscriptionAction.KEEP}


def test_a_wrong_path_or_incomplete_message_is_corrected() -> None:
    assert found(
        WebhookSubscription(GlobalId("path"), ALL_TOPICS[0], f"{BASE}/hooks"),
        WebhookSubscription(GlobalId("xml"), ALL_TOPICS[1], RIGHT, format="XML"),
        WebhookSubscription(GlobalId("part"), ALL_TOPICS[2], RIGHT, include_fields=("id",)),
        WebhookSubscription(GlobalId("some"), ALL_TOPICS[3], RIGHT, filter="status:active"),
    ) == dict.fromkeys(("path", "xml", "part", "some"), SubscriptionAction.REPAIR)


class ListedSubscriptions:
    """An Admin that lists subscriptions."""

    def __init__(self, present: list[WebhookSubscription]) -> None:
        self.present = present

    async def webhook_subscriptions(self, *, options: CallOptions) -> list[WebhookSubscription]:
        return self.present


def all_right(**changed: Any) -> list[WebhookSubscription]:
    """A subscription to each topic; the first one has some fields changed."""
    whole = [WebhookSubscription(GlobalId(str(number)), topic, RIGHT) for number, topic in enumerate(ALL_TOPICS)]
    return [replace(whole[0], **changed), *whole[1:]]


@pytest.mark.parametrize(
    "present",
    [
        [],
        all_right(),
        all_right(uri=BASE + SHOPIFY_OLD_PATH),
        all_right(uri=f"{BASE}/hooks"),
        all_right(uri=BASE),
        all_right(uri=f"{BASE}{SHOPIFY_PATH}/"),
        all_right(uri=f"{BASE}{SHOPIFY_PATH}?a=1"),
        all_right(uri="https://elsewhere.example/webhooks/shopify"),
        all_right(uri=f"{BASE}.evil.example{SHOPIFY_PATH}"),
        all_right(format="XML"),
        all_right(include_fields=("id",)),
        all_right(filter="status:active"),
        [*all_right(), WebhookSubscription(GlobalId("twice"), ALL_TOPICS[0], f"{BASE}/hooks")],
        [*all_right(), WebhookSubscription(GlobalId("elsewhere"), ALL_TOPICS[0], "https://elsewhere.example/hook")],
    ],
)
async def test_the_doctor_agrees_with_the_command(
    present: list[WebhookSubscription],
) -> None:
    set_up = SetUp(mode="live", api_version="2026-10", public_url=BASE)
    admin = cast("Admin", ListedSubscriptions(present))
    [finding] = await check_webhooks(admin, set_up, CallOptions())

    changes = [
        step for step in steps(present, BASE) if step.action not in (SubscriptionAction.KEEP, SubscriptionAction.LEAVE)
    ]
    assert (finding.verdict is Verdict.OK) == (not changes)
    assert all(step.topic in finding.message for step in changes)


def test_of_duplicates_the_correct_one_stays() -> None:
    wrong, right = (
        WebhookSubscription(GlobalId("wrong"), ALL_TOPICS[0], f"{BASE}/hooks"),
        WebhookSubscription(GlobalId("right"), ALL_TOPICS[0], RIGHT),
    )

    assert found(wrong, right) == {"wrong": SubscriptionAction.REMOVE, "right": SubscriptionAction.KEEP}


def test_subscriptions_of_other_systems_are_not_changed() -> None:
    evil = WebhookSubscription(GlobalId("evil"), ALL_TOPICS[0], f"{BASE}.evil.example{SHOPIFY_PATH}")
    staging = WebhookSubscription(GlobalId("staging"), ALL_TOPICS[0], f"https://staging.kynda.example{SHOPIFY_PATH}")

    assert found(evil, staging) == {"evil": SubscriptionAction.LEAVE, "staging": SubscriptionAction.LEAVE}
    assert sum(step.action is SubscriptionAction.CREATE for step in steps([evil, staging], BASE)) == len(ALL_TOPICS)


def test_other_topics_to_us_are_ignored() -> None:
    assert found(WebhookSubscription(GlobalId("customers"), "CUSTOMERS_CREATE", RIGHT)) == {}


def test_a_failure_is_printed_and_counts() -> None:
    done = [
        SubscriptionStep(SubscriptionAction.KEEP, ALL_TOPICS[0]),
        SubscriptionStep(SubscriptionAction.CREATE, ALL_TOPICS[1], failure="no scope"),
    ]

    assert "FAIL" in report(done)
    assert "no scope" in report(done)
    assert report(done).endswith("1 could not be corrected.")
    assert not all_is_well(done)
    assert all_is_well(done[:1])
