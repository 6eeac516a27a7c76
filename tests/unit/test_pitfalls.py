"""docs/pitfalls.md names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [line for line in (ROOT / "docs" / "pitfalls.md").read_text().splitlines() if re.match(r"\| [PSFU]\d", line)]


def test_every_test_that_is_named_exists() -> None:
    defined = {
        name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    named = {name for row in ROWS for name in re.findall(r"`(test_\w+)`", row)}

    assert sorted(named - defined) == []


def test_every_pitfall_has_a_test() -> None:
    numbers = {number for row in ROWS for number in re.findall(r"[PSFU]\d+", row.split("|")[1])}

    assert numbers >= {
        *(f"P{number}" for number in range(1, 26)),
        *(f"S{number}" for number in range(1, 17)),
        *(f"U{number}" for number in range(1, 40)),
    }
