"""pyproject.toml names what the code imports, and the locks pin it with hashes."""

import ast
import re
import sys
import tomllib
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [Requirement(each) for each in PROJECT["project"]["dependencies"]]
EXTRAS = [Requirement(each) for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra]
GROUPS = {name: [Requirement(each) for each in group] for name, group in PROJECT["dependency-groups"].items()}
LOCKS = {
    "requirements.txt": [*RUNTIME, *EXTRAS],
    "requirements-dev.txt": GROUPS["dev"],
    "requirements-docs.txt": GROUPS["docs"],
}
OURS = {"app", "clients", "edge", "resolvers", "sandbox", "schema"}
LOADED_BY_NAME = {"httptools", "uvloop", "aiosqlite", "asyncpg"}  # by uvicorn and SQLAlchemy


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes by package."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + (ROOT / lock).read_text())
    found = (re.match(r"\n?([A-Za-z0-9._-]+)==(\S+)", entry) for entry in entries)
    return {
        canonicalize_name(match[1]): (match[2], entry.count("--hash=sha256:"))
        for match, entry in zip(found, entries, strict=True)
        if match is not None
    }


def imported(named: set[str]) -> set[str]:
    """The distributions that the product's code imports. Where several share a package's name, those in `named`."""
    distributions = packages_distributions()
    sources = [ROOT / "app.py", *(each for package in OURS - {"app"} for each in (ROOT / package).rglob("*.py"))]
    names: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    outside = names - OURS - sys.stdlib_module_names
    candidates = [{canonicalize_name(each) for each in distributions[name]} for name in outside]
    return set().union(*(found & named or found for found in candidates))


def test_the_project_depends_exactly_on_its_imports() -> None:
    named: set[str] = {canonicalize_name(each.name) for each in [*RUNTIME, *EXTRAS]}

    assert sorted(imported(named) - named) == []
    assert sorted(named - imported(named) - LOADED_BY_NAME) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_each_dependency_has_a_range_and_a_pin_within_it(lock: str) -> None:
    pinned = pins(lock)
    for each in LOCKS[lock]:
        assert {">=", "<"} <= {part.operator for part in each.specifier}, each
        assert each.specifier.contains(pinned[canonicalize_name(each.name)][0]), f"{each}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_lock_names_a_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert len(pins(lock)) > 10
    assert [name for name, (_, hashes) in pins(lock).items() if not hashes] == []
    assert not re.search(r"://|index-url|find-links|trusted-host", text)


def test_the_entry_point_is_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    module, _, name = PROJECT["project"]["scripts"]["kynda-gateway"].partition(":")

    assert getattr(import_module(module), name)(["--help"]) == 0
    assert "doctor" in capsys.readouterr().out
