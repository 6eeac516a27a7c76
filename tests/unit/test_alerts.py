"""Alerts over apprise, their settings and texts."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from apprise.decorators import notify

from app import SettingsError, main, read_settings
from clients.alerts import AlertAddressUnusable, AppriseChannel
from resolvers.alerts import messages
from resolvers.alerts.ledger import BETWEEN, AlertLedger, next_step, read_ledger
from resolvers.alerts.troubles import Observation, Trouble

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEEN = Observation([], [], {})
LIVE = {"shopify_store_domain": "kynda.myshopify.com", "shopify_storefront_private_token": "t"}
arrived: list[tuple[str, str]] = []
_on: Any = notify  # apprise has no types


def _taken(body: str, title: str, *_: Any, **__: Any) -> bool:
    arrived.append((title, body))
    return True


def _refused(*_: Any, **__: Any) -> bool:
    return False


def _broken(*_: Any, **__: Any) -> bool:
    raise RuntimeError("a plugin's fault")


_on(on="kynda")(_taken)
_on(on="kyndadead")(_refused)
_on(on="kyndabroken")(_broken)


@pytest.fixture(autouse=True)
def _none_arrived() -> Iterator[None]:
    """No message yet; and the log, which a command sends to the test's own streams, is what it was afterwards."""
    arrived.clear()
    handlers, configured = logging.getLogger().handlers[:], structlog.get_config()
    yield
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()
    structlog.configure(**configured)


def troubles(count: int) -> dict[str, Trouble]:
    return {f"order:{number}": Trouble(f"order:{number}", f"#{number}: refused") for number in range(count)}


async def test_each_address_is_sent_to_on_its_own() -> None:
    delivery = await AppriseChannel(["kynda://one", "kyndadead://two", "kyndabroken://three"]).send("Title", "Text")

    assert (delivery.delivered, delivery.failed) == (1, 2)
    assert arrived == [("Title", "Text")]


def test_an_address_that_apprise_does_not_know_is_refused_without_showing_it() -> None:
    with pytest.raises(AlertAddressUnusable) as refused:
        AppriseChannel(["kynda://one", "hush-hush://user:hunter2@host"])

    assert "address 2" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_settings_with_an_unknown_address_are_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(**LIVE, alert_urls="kynda://one, hush-hush://user:hunter2@host")

    assert "ALERT_URLS cannot be used: address 2" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_addresses_are_not_in_what_is_printed() -> None:
    settings = read_settings(**LIVE, alert_urls="kynda://user:hunter2@host, kynda://two")

    assert len(settings.alert_urls) == 2
    assert "hunter2" not in repr(settings)


def test_the_command_sends_a_test_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ALERT_URLS", "kynda://one")
    assert main(["alert"]) == 2
    assert arrived == []
    assert main(["alert", "--test"]) == 0
    assert [title for title, _ in arrived] == ["Kynda: a test"]
    assert "1 of 1 addresses took the message." in capsys.readouterr().out

    monkeypatch.setenv("ALERT_URLS", "kynda://one,kyndadead://two")
    assert main(["alert", "--test"]) == 1


def test_the_command_without_addresses_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ALERT_URLS", raising=False)
    assert main(["alert", "--test"]) == 2
    assert "ALERT_URLS is missing" in capsys.readouterr().err


def test_a_problem_is_reported_once_and_its_end_once() -> None:
    first = next_step(AlertLedger(), troubles(1), SEEN, NOW, digest_day=None)
    again = next_step(first.ledger, troubles(1), SEEN, NOW + timedelta(hours=1), digest_day=None)
    over = next_step(first.ledger, {}, SEEN, NOW + timedelta(hours=1), digest_day=None)
    quiet = next_step(over.ledger, {}, SEEN, NOW + timedelta(hours=2), digest_day=None)

    assert [each.key for each in first.new] == ["order:0"]
    assert again.is_silent
    assert over.well == ("#0",)
    assert quiet.is_silent


@pytest.mark.parametrize(
    "blind",
    [Observation(None, [], {}), Observation([], None, {}), Observation([], [], None), Observation(None, None, None)],
)
def test_a_failed_check_does_not_end_a_problem(blind: Observation) -> None:
    reported = {"order:1": "#1", "finding:Admin": "Admin", "system:printful": "Printful"}
    step = next_step(AlertLedger(reported), {}, blind, NOW, digest_day=None)

    unseen = {key for key in reported if not blind.sees(key)}
    assert set(step.ledger.reported) == unseen


def test_a_wave_of_troubles_waits_for_the_next_message() -> None:
    first = next_step(AlertLedger(), troubles(1), SEEN, NOW, digest_day=None)
    soon = next_step(first.ledger, troubles(300), SEEN, NOW + BETWEEN - timedelta(seconds=1), digest_day=None)
    later = next_step(first.ledger, troubles(300), SEEN, NOW + BETWEEN, digest_day=None)

    assert soon.is_silent
    assert len(later.new) == 299


def test_a_ledger_is_read_as_it_is_written() -> None:
    ledger = AlertLedger({"order:1": "#1"}, NOW, "2026-11-22")

    assert read_ledger(ledger.text()) == ledger


@pytest.mark.parametrize("text", [None, "", "{", "[]", '"x"', '{"told": []}', '{"sent": 5}', "null"])
def test_a_ledger_that_cannot_be_read_is_empty(text: str | None) -> None:
    assert read_ledger(text) == AlertLedger()


def test_a_large_ledger_fits_into_a_metafield() -> None:
    step = next_step(AlertLedger(), troubles(1000), SEEN, NOW, digest_day=None)

    assert len(step.ledger.text()) < 65_535


def test_beyond_five_the_message_is_grouped() -> None:
    title, text = messages.alert(list(troubles(300).values()), "https://graph.example.com")

    assert title == "Kynda: 300 things need somebody"
    assert len(text.splitlines()) == 6
    assert text.endswith("- and 295 more: https://graph.example.com/staff")
