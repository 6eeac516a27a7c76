"""Square's error responses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INVALID = "INVALID_REQUEST_ERROR"
AUTHENTICATION = "AUTHENTICATION_ERROR"
API = "API_ERROR"


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of `errors` in Square's response."""

    code: str
    detail: str
    field: str | None = None
    category: str = INVALID

    def as_json(self) -> dict[str, Any]:
        named = {"field": self.field} if self.field else {}
        return {"category": self.category, "code": self.code, "detail": self.detail, **named}


class Refusal(Exception):
    """A request that Square refuses, with all errors that it found."""

    def __init__(self, problems: Sequence[Problem], status: int = 400) -> None:
        super().__init__("; ".join(f"{each.code}: {each.detail}" for each in problems))
        self.status = status
        self.problems = tuple(problems)

    def as_json(self) -> dict[str, Any]:
        return {"errors": [each.as_json() for each in self.problems]}


def refused(code: str, detail: str, field: str | None = None, status: int = 400) -> Refusal:
    """A refusal for one reason."""
    return Refusal([Problem(code, detail, field)], status)


def not_found(what: str, field: str | None = None) -> Refusal:
    return refused("NOT_FOUND", f"{what} was not found.", field, 404)


def not_played(what: str, field: str | None = None) -> Refusal:
    """A refusal of a feature that Square has and the sandbox does not."""
    return Refusal([Problem("NOT_IMPLEMENTED", f"The sandbox does not play {what}.", field, API)], 501)
