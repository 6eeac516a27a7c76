"""The command line: the only reader of argv. `python -m app COMMAND`, or `kynda-gateway COMMAND`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

import structlog

from clients.history.rows import TABLES
from clients.storefront.wire import VERSION
from edge import commands
from edge.logs import set_up_logs
from edge.settings import GatewaySettings, SettingsError

_UNUSABLE = "The exit status is 2 when the settings or the command line are wrong."


log = structlog.get_logger(__name__)


class Reporting(Protocol):
    """A command that prints a report. Returns the exit status."""

    def __call__(self, settings: GatewaySettings, *, as_json: bool) -> int: ...


class Reconciling(Protocol):
    """The command that sweeps once. Returns the exit status."""

    def __call__(self, settings: GatewaySettings, *, dry_run: bool, as_json: bool, strict: bool) -> int: ...


class Forecasting(Protocol):
    """The command that looks at another version of Storefront. Returns the exit status."""

    def __call__(
        self, settings: GatewaySettings, *, version: str | None, files: Sequence[Path], as_json: bool
    ) -> int: ...


class HistoryCommand(Protocol):
    """The command that fills the history again, or prints it. Returns the exit status."""

    def __call__(self, settings: GatewaySettings, given: Sequence[str], *, as_csv: bool) -> int: ...


@dataclass(frozen=True, slots=True)
class Root:
    """The functions of the composition root that the commands call."""

    read_settings: Callable[[], GatewaySettings]
    serve: Callable[[GatewaySettings], int]
    sandbox: Callable[[GatewaySettings], int]
    doctor: Reporting
    webhooks: Reporting
    reconcile: Reconciling
    forecast: Forecasting
    history: HistoryCommand


@dataclass(frozen=True, slots=True)
class Options:
    """The options on the command line."""

    as_json: bool = False
    dry_run: bool = False
    strict: bool = False
    test: bool = False
    as_csv: bool = False
    given: Sequence[str] = ()

    @property
    def version(self) -> str | None:
        """The API version among the arguments."""
        return next((each for each in self.given if VERSION.fullmatch(each)), None)

    @property
    def files(self) -> list[Path]:
        """The arguments that are not a version."""
        return [Path(each) for each in self.given if each != self.version]


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its purpose, its options, and the meaning of its exit statuses."""

    name: str
    summary: str
    run: Callable[[GatewaySettings, Options], int]
    statuses: str
    flags: Sequence[str] = ()
    arguments: str = ""
    argument_names: str = ""

    @property
    def prints_a_report(self) -> bool:
        """Whether it prints a report and ends; its log goes to standard error."""
        return not {"--json", "--csv"}.isdisjoint(self.flags)


def _commands(root: Root) -> list[Command]:
    """All commands; the first is the one that runs when none is named."""
    return [
        Command("serve", "Serve the graph", lambda settings, _: root.serve(settings), "0 when a signal ended it."),
        Command(
            "sandbox",
            "Serve the stand-ins of Shopify, Printful and Square as a separate process",
            lambda settings, _: root.sandbox(settings),
            "0 when a signal ended it.",
        ),
        Command(
            "doctor",
            "Check the settings, the credentials and the shop, and report what to do",
            lambda settings, options: root.doctor(settings, as_json=options.as_json),
            "0 when nothing fails, 1 when something does not work.",
            ("--json",),
        ),
        Command(
            "webhooks",
            "Subscribe the gateway at PUBLIC_URL to the webhooks of Shopify and Printful",
            lambda settings, options: root.webhooks(settings, as_json=options.as_json),
            "0 when all webhooks come to this gateway, 1 when some do not.",
            ("--json",),
        ),
        Command(
            "reconcile",
            "Find orders whose webhooks were lost, and settle them",
            lambda settings, options: root.reconcile(
                settings, dry_run=options.dry_run, as_json=options.as_json, strict=options.strict
            ),
            "0 when all orders are up to date, 1 when a person must check something, 3 when it must run again.",
            ("--dry-run", "--json", "--strict"),
        ),
        Command(
            "forecast",
            "Report the operations that would break in another version of Storefront",
            lambda settings, options: root.forecast(
                settings, version=options.version, files=options.files, as_json=options.as_json
            ),
            "0 when nothing breaks, 1 when an operation breaks, 3 when the version's schema could not be read.",
            ("--json",),
            "a version of Storefront (by default the next stable one, else `unstable`), and GraphQL files, "
            "folders or manifests of documents",
            "VERSION|FILE",
        ),
        Command(
            "history",
            "Fill the history of orders from Shopify again, or print a table of it as CSV",
            lambda settings, options: root.history(settings, options.given, as_csv=options.as_csv),
            "0 when it is done, 1 when the database or Shopify failed: run it again.",
            ("--csv",),
            f"`rebuild`; or `export`, and one of {', '.join(TABLES)} (by default attempts)",
            "rebuild|export",
        ),
        Command(
            "alert",
            "Send a test message to each address in ALERT_URLS",
            lambda settings, options: commands.alert(settings, is_test=options.test),
            "0 when all addresses took the message, 1 when some did not.",
            ("--test",),
        ),
    ]


_FLAGS = {
    "--json": ("as_json", "print the report as JSON"),
    "--dry-run": ("dry_run", "report what would be done, without doing it"),
    "--test": ("test", "send the message; without it nothing is sent"),
    "--csv": ("as_csv", "print CSV"),
    "--strict": ("strict", "exit with 1 as long as an order is STUCK, not only on the first report"),
}


class _Parser(argparse.ArgumentParser):
    """Prints errors as one sentence, and ends with status 2."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ")
        if unknown != message:
            kind = "option" if unknown.startswith("-") else "argument"
            message = f"unknown {kind} {unknown.split()[0]}"
        self.exit(2, f"{message[:1].upper()}{message[1:]}: see `{self.prog} --help`.\n")


def run(arguments: Sequence[str] | None, root: Root) -> int:
    """Runs a command from `arguments` or argv. Returns the exit status."""
    program = "python -m app"
    if arguments is None:
        program, arguments = _named(sys.argv[0]), sys.argv[1:]
    known = _commands(root)
    names = [each.name for each in known]
    named = next((each for each in arguments if not each.startswith("-")), names[0])
    if named not in names:
        print(f"Unknown command {named!r}: use one of {', '.join(names)}.", file=sys.stderr)  # noqa: T201
        return 2
    try:
        asks_for_help = {"-h", "--help"} & set(arguments)
        given = arguments if named in arguments or asks_for_help else [named, *arguments]
        chosen = _parser(program, known).parse_args(_options_first(given, named))
    except SystemExit as end:  # --help, or an error that has been printed
        return end.code if isinstance(end.code, int) else 2
    command: Command = chosen.command
    flags = {name: getattr(chosen, name, False) for name, _ in _FLAGS.values()}
    options = Options(**flags, given=getattr(chosen, "given", ()))
    try:
        settings = root.read_settings()
        set_up_logs(
            settings.log_level,
            as_json=settings.mode == "live",
            to=sys.stderr if command.prints_a_report else sys.stdout,
        )
        return command.run(settings, options)
    except SettingsError as error:
        subject = "The gateway cannot start." if command.name == names[0] else f"The command {command.name} cannot run."
        print(f"{subject}\n{error}", file=sys.stderr)  # noqa: T201
        return 2
    except Exception:  # unlike Python's own traceback, the log leaves out personal data
        log.exception("command_failed", command=command.name)
        return 1


def _options_first(arguments: Sequence[str], command: str) -> list[str]:
    """A command's options before its other arguments: argparse refuses options between these. No option has a value."""
    place = arguments.index(command) + 1 if command in arguments else 0
    return [*arguments[:place], *sorted(arguments[place:], key=lambda each: not each.startswith("-"))]


def _named(script: str) -> str:
    """The name of the program: its entry point or the module."""
    return "python -m app" if script.endswith(".py") else Path(script).name


def _parser(program: str, commands: Sequence[Command]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="The Kynda gateway. Settings come from the environment or a file .env: see docs/settings.md.",
        epilog=f"Without a command it serves. {_UNUSABLE} `{program} COMMAND --help` explains a command.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", title="commands", required=True, parser_class=_Parser)
    for command in commands:
        described = subparsers.add_parser(
            command.name,
            prog=f"{program} {command.name}",
            allow_abbrev=False,
            help=command.summary,
            description=f"{command.summary}.",
            epilog=f"Exit status: {command.statuses} {_UNUSABLE}",
        )
        described.set_defaults(command=command)
        for flag in command.flags:
            name, meaning = _FLAGS[flag]
            described.add_argument(flag, dest=name, action="store_true", help=meaning)
        if command.arguments:
            described.add_argument("given", nargs="*", metavar=command.argument_names, help=command.arguments)
    return parser
