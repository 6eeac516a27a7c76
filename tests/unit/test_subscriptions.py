"""Which subscriptions are kept, made, mended and ended."""

from clients.admin.setup import WebhookSubscription
from edge.subscriptions import all_is_well, report
from resolvers.subscriptions import ALL_TOPICS, SHOPIFY_OLD_PATH, SHOPIFY_PATH, Action, Step, steps

BASE = "https://graph.kynda.example"
RIGHT = f"{BASE}{SHOPIFY_PATH}"


def found(*present: WebhookSubscription, base: str = BASE) -> dict[str, Action]:
    """What is to be done by subscription, or by topic where there is none; what is created by itself is left out."""
    return {step.subscription.id: step.action for step in steps(present, base) if step.subscription is not None}


def test_each_topic_that_does_not_come_here_is_subscribed_to() -> None:
    missing = [step.topic for step in steps([], BASE) if step.action is Action.CREATE]

    assert missing == list(ALL_TOPICS)


def test_what_comes_here_whole_is_kept() -> None:
    new, old = (
        WebhookSubscription("new", ALL_TOPICS[0], RIGHT),
        WebhookSubscription("old", ALL_TOPICS[1], BASE + SHOPIFY_OLD_PATH),
    )

    assert found(new, old, base=f"{BASE}/") == {"new": Action.KEEP, "old": Action.KEEP}


def test_what_comes_to_another_path_or_in_part_is_mended() -> None:
    assert found(
        WebhookSubscription("path", ALL_TOPICS[0], f"{BASE}/hooks"),
        WebhookSubscription("xml", ALL_TOPICS[1], RIGHT, format="XML"),
        WebhookSubscription("part", ALL_TOPICS[2], RIGHT, include_fields=("id",)),
        WebhookSubscription("some", ALL_TOPICS[3], RIGHT, filter="status:active"),
    ) == dict.fromkeys(("path", "xml", "part", "some"), Action.REPAIR)


def test_of_several_the_right_one_stays() -> None:
    wrong, right = (
        WebhookSubscription("wrong", ALL_TOPICS[0], f"{BASE}/hooks"),
        WebhookSubscription("right", ALL_TOPICS[0], RIGHT),
    )

    assert found(wrong, right) == {"wrong": Action.REMOVE, "right": Action.KEEP}


def test_what_leads_elsewhere_is_left_alone() -> None:
    evil = WebhookSubscription("evil", ALL_TOPICS[0], f"{BASE}.evil.example{SHOPIFY_PATH}")
    staging = WebhookSubscription("staging", ALL_TOPICS[0], f"https://staging.kynda.example{SHOPIFY_PATH}")

    assert found(evil, staging) == {"evil": Action.LEAVE, "staging": Action.LEAVE}
    assert sum(step.action is Action.CREATE for step in steps([evil, staging], BASE)) == len(ALL_TOPICS)


def test_other_topics_that_come_here_are_nobodys_business() -> None:
    assert found(WebhookSubscription("customers", "CUSTOMERS_CREATE", RIGHT)) == {}


def test_a_failure_is_printed_and_counts() -> None:
    done = [Step(Action.KEEP, ALL_TOPICS[0]), Step(Action.CREATE, ALL_TOPICS[1], failure="no scope")]

    assert "FAIL" in report(done)
    assert "no scope" in report(done)
    assert report(done).endswith("1 could not be mended.")
    assert not all_is_well(done)
    assert all_is_well(done[:1])
