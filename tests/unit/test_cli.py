"""The command line: help everywhere, exit statuses, reports as JSON."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import structlog

from app import Settings, main, read_settings
from edge.cli import Root, run
from edge.settings import GatewaySettings

COMMANDS = ["serve", "sandbox", "doctor", "webhooks", "reconcile", "forecast", "history", "alert"]


def _fail(*_: object, **__: object) -> int:
    raise RuntimeError("dana@example.com")


ROOT = Root(read_settings, _fail, _fail, _fail, _fail, _fail, _fail, _fail)
REPORTS = ["doctor", "webhooks", "reconcile", "forecast"]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    """No settings; and the log, which a command sends to the test's own streams, is what it was afterwards."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_the_commands(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([flag]) == 0

    printed = capsys.readouterr()
    assert printed.err == ""
    assert all(f"    {command}" in printed.out for command in COMMANDS)
    assert "exit status is 2" in printed.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_its_exit_statuses(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0

    printed = capsys.readouterr().out
    assert f"python -m app {command}" in printed
    assert "Exit status: 0 when" in printed
    assert ("--json" in printed) == (command in REPORTS)


@pytest.mark.parametrize(
    ("command", "said"),
    [("serve", "The gateway cannot start."), ("doctor", "The command doctor cannot run.")],
)
def test_wrong_settings_are_reported_under_what_they_prevent(
    command: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_MODE", "live")

    assert main([command]) == 2
    assert capsys.readouterr().err.startswith(f"{said}\nSHOPIFY_STORE_DOMAIN is missing")


def test_help_needs_no_valid_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GATEWAY_MODE", "live")

    assert main(["doctor", "--help"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dance"], "use one of serve, sandbox, doctor, webhooks, reconcile, forecast, history, alert"),
        (["doctor", "--dry-run"], "Unknown option --dry-run"),
        (["serve", "now"], "Unknown argument now"),
        (["reconcile", "--dry"], "Unknown option --dry"),
        (["--verbose"], "Unknown option --verbose"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2

    printed = capsys.readouterr()
    assert said in printed.err
    assert len(printed.err.strip().splitlines()) == 1
    assert printed.out == ""


def test_the_doctors_report_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["doctor", "--json"])

    findings = json.loads(capsys.readouterr().out)
    assert status == 0
    assert {"subject", "verdict", "message"} == set(findings[0])
    assert {each["verdict"] for each in findings} <= {"ok", "warn", "off"}


def test_a_sweep_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile", "--dry-run", "--json"]) == 1

    report = json.loads(capsys.readouterr().out)
    assert (report["failures"], report["verdict"]) == ([], "NEEDS_A_PERSON")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2031-01"], "use one of 2025-10"),
        (["nothing.graphql"], "nothing.graphql cannot be read"),
        (["unstable", "app.py"], "a .graphql file"),
    ],
)
def test_a_forecast_of_what_is_not_there_is_one_sentence_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forecast", *arguments]) == 2

    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("command", REPORTS)
def test_every_json_report_is_only_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--json"]) in (0, 1)  # the sandbox has an order that somebody has to look at

    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", REPORTS)
def test_wrong_settings_end_each_command_with_a_sentence(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOPIFY_SHOP_NAME", "kynda")
    monkeypatch.setenv("SHOPIFY_STOREFRONT_PRIVATE_TOKEN", "shpat geheim")

    assert main([command]) == 2
    printed = capsys.readouterr()
    assert "SHOPIFY_STOREFRONT_PRIVATE_TOKEN cannot be used" in printed.err
    assert "geheim" not in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    "arguments", [["export", "--csv", "money"], ["export", "money", "--csv"], ["--csv", "export", "money"]]
)
def test_options_may_stand_anywhere_after_the_command(arguments: list[str]) -> None:
    received: list[object] = []

    def export(settings: GatewaySettings, given: Sequence[str], *, as_csv: bool) -> int:
        received.extend([given, as_csv])
        return 0

    root = replace(ROOT, history=export)

    assert run(["history", *arguments], root) == 0
    assert received == [["export", "money"], True]


@pytest.mark.parametrize("arguments", [["rebuild"], ["export", "--csv"], ["export", "--csv", "money"]])
def test_a_history_command_without_a_database_names_the_setting(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", *arguments]) == 2

    assert capsys.readouterr().err.splitlines()[1:] == ["There is no history: set DATABASE_URL."]


def test_a_fault_of_ours_is_logged_without_personal_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor"], ROOT) == 1
    printed = capsys.readouterr()
    assert "command_failed" in printed.err
    assert "dana@example.com" not in printed.err
