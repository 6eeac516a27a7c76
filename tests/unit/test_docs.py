"""README.md, the pages in docs/ and .env.example agree with the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from strawberry.types.base import WithStrawberryObjectDefinition
from strawberry.utils.str_converters import to_camel_case

from app import Settings
from clients.cache.policies import Policies
from edge.documentation import PAGES, env_example, fields_page
from schema.extensions import ADDED

ROOT = Path(__file__).parents[2]
DOCS = "\n".join(page.read_text() for page in sorted((ROOT / "docs").glob("*.md")))
SETTINGS = {name.upper() for name in Settings.model_fields}


def rows(first_cell: str) -> list[list[str]]:
    """The cells of the table rows in docs/ whose first cell matches."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOCS.splitlines() if line[:1] == "|"]
    return [cells for cells in found if re.fullmatch(first_cell, cells[0])]


def test_every_setting_is_documented() -> None:
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", " ".join(cells[0] for cells in rows(".*`[A-Z][A-Z0-9_]+`.*"))))

    assert sorted(SETTINGS - named) == []


def test_the_example_file_names_only_existing_settings() -> None:
    named = set(re.findall(r"^#([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert len(named) > 10
    assert sorted(named - SETTINGS) == []


def test_the_documented_cache_lifetimes_are_those_of_the_code() -> None:
    for field in fields(Policies):
        policy = getattr(Policies(), field.name)
        documented = next(cells[2:] for cells in rows(f"`{field.name}`"))
        lifetimes = (policy.fresh_s, policy.stale_while_revalidate_s, policy.stale_if_error_s)

        assert documented == [f"{seconds:g}" if seconds < 1e6 else str(int(seconds)) for seconds in lifetimes]


@pytest.mark.parametrize("owner", ADDED.values())
def test_every_field_of_the_gateway_is_documented_by_its_description(
    owner: type[WithStrawberryObjectDefinition],
) -> None:
    names = [to_camel_case(field.python_name) for field in owner.__strawberry_definition__.fields]
    described = set(re.findall(r"^\| `(\w+)[^|]*\| [^|]+ \| \S[^|]* \|$", fields_page(), re.MULTILINE))

    assert names
    assert [name for name in names if name not in described] == []


def test_the_readme_is_a_front_page() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 7_000


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == PAGES[name](), "run `python -m edge.documentation`"


def test_the_example_file_is_up_to_date() -> None:
    assert (ROOT / ".env.example").read_text() == env_example(), "run `python -m edge.documentation`"


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
