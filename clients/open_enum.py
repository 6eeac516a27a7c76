"""Enums of upstreams that may gain values at any time."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """A StrEnum that accepts unknown values: such a value becomes a member without a name of its own.

    So a status is typed, and an upstream that adds one breaks nothing. Compare members with `==`, not `is`.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
