"""Phone numbers as people type them: the number itself, apart from its extension and from other words."""

import re
from dataclasses import dataclass

import phonenumbers

# Extensions are recognised the same way in every region; any region lets numbers without a country code be parsed.
_ANY_REGION = "US"
_BEHIND_THE_NUMBER = re.compile(r"[^0-9]+$")
_LETTERS = re.compile(r"[^\W\d_]")
_NOT_DIALLED = re.compile(r"[^0-9+]")


@dataclass(frozen=True, slots=True)
class Phone:
    """`number` is written as it was typed, without the extension."""

    number: str
    extension: str | None = None

    @property
    def digits(self) -> str | None:
        """The number with nothing but digits and a leading plus; None when it holds other words."""
        if _LETTERS.search(self.number):
            return None
        plus = "+" if self.number.lstrip("( ").startswith("+") else ""
        return plus + _NOT_DIALLED.sub("", self.number).replace("+", "")


def read_phone(typed: str | None) -> Phone | None:
    """The phone in a text; None when the text holds none, or more than one."""
    text = (typed or "").strip()
    try:
        parsed = phonenumbers.parse(text, _ANY_REGION)
    except phonenumbers.NumberParseException:
        return None
    if parsed.extension is None:
        return Phone(text)
    return Phone(_BEHIND_THE_NUMBER.sub("", text[: text.rindex(parsed.extension)]), parsed.extension)
