"""Phone numbers as people type them: the number itself, apart from its extension and from other words."""

import re
from dataclasses import dataclass, field

import phonenumbers

# Extensions are recognised the same way in every region; any region lets numbers without a country code be parsed.
_ANY_REGION = "US"
_BEHIND_THE_NUMBER = re.compile(r"[^0-9]+$")
_LETTERS = re.compile(r"[^\W\d_]")
_BEHIND_A_SLASH = re.compile(r"(?:\D*\d){9}.*/")


@dataclass(frozen=True, slots=True)
class Phone:
    """`number` is written as it was typed, without the extension.

    `international` is the same in E.164 where a country code was typed.
    """

    number: str
    extension: str | None = None
    international: str | None = field(default=None, compare=False)

    @property
    def digits(self) -> str | None:
        """The number with nothing but digits and a leading plus; None when it holds more than a number."""
        if _LETTERS.search(self.number):
            return None
        if self.international is not None:
            return self.international
        if "+" in self.number or _BEHIND_A_SLASH.match(self.number):
            return None  # no number is that long: an extension or another number follows
        return str(phonenumbers.normalize_digits_only(self.number)) or None


def is_same_number(typed: str, known: str) -> bool:
    """Whether `typed` is the number `known`, which begins with its country code, in whichever way it is written.

    A number typed without a country code is taken for one of the known number's country. Extensions do not count.
    """
    try:
        there = phonenumbers.parse(known, None)
        here = phonenumbers.parse(typed, phonenumbers.region_code_for_country_code(there.country_code or 0))
    except phonenumbers.NumberParseException:
        return False
    return _dialled(here) == _dialled(there)


def _dialled(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_phone(typed: str | None) -> Phone | None:
    """The phone in a text; None when the text holds none, or more than one."""
    text = (typed or "").strip()
    try:
        parsed = phonenumbers.parse(text, _ANY_REGION)
    except phonenumbers.NumberParseException:
        return None
    international = None
    if "+" in text and phonenumbers.is_possible_number(parsed):  # without a country code the region would be a guess
        international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.extension is None:
        return Phone(text, None, international)
    number = _BEHIND_THE_NUMBER.sub("", text[: text.rindex(parsed.extension)])
    return Phone(number, parsed.extension, international)
