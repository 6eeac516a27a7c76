"""The hand-written operations in `operations/`, with their variables and expected data."""

import json
from pathlib import Path
from typing import Any

OPERATIONS, ANSWERS = Path(__file__).parent / "operations", Path(__file__).parent / "answers"
NAMES = sorted(path.stem for path in ANSWERS.glob("*.json"))


def document(name: str) -> str:
    """An operation's text."""
    return (OPERATIONS / f"{name}.graphql").read_text()


def expectation(name: str) -> dict[str, Any]:
    """An operation's `variables`, and the `data` it is to get."""
    expected: dict[str, Any] = json.loads((ANSWERS / f"{name}.json").read_text())
    return expected


def accept(name: str, expected: dict[str, Any]) -> None:
    """Makes that the expectation from now on."""
    (ANSWERS / f"{name}.json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n")
