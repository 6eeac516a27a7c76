"""Validates postal addresses by the rules of their countries, and formats them."""

import re
from dataclasses import fields

from sandbox.cart_records import PlaceAddress
from sandbox.countries import CITIES, COUNTRIES, Country

MAX_LENGTH = 255
_WEB_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
PHONE = re.compile(r"\+?[\d\s().-]{6,20}")

Problem = tuple[str, str, str]
"""GraphQL field, CartErrorCode, sentence."""


def graphql_name(field: str) -> str:
    head, *rest = field.split("_")
    return head + "".join(part.title() for part in rest)


def address_problems(address: PlaceAddress, strict: bool) -> list[Problem]:
    """The problems of an address; unless `strict`, only whether the shop delivers to its country."""
    country = COUNTRIES.get(address.country_code or "")
    if address.country_code is None:
        return [("countryCode", "ADDRESS_FIELD_IS_REQUIRED", "A country is required.")]
    if not strict:
        return []
    problems = [*text_problems(address), *_missing(address)]
    if country is None:
        return problems
    if country.provinces and address.province_code and address.province_code not in country.provinces:
        problems.append(("provinceCode", "PROVINCE_NOT_FOUND", f"{country.name} has no such province."))
    if address.zip and not re.fullmatch(country.zip_form, address.zip.strip()):
        problems.append(("zip", "INVALID_ZIP_CODE_FOR_COUNTRY", f"The postal code is not one of {country.name}."))
    elif address.zip and not _zip_fits_province(address, country):
        problems.append(("zip", "INVALID_ZIP_CODE_FOR_PROVINCE", "The postal code belongs to another province."))
    return problems


def _missing(address: PlaceAddress) -> list[Problem]:
    required = ["last_name", "address1", "city", "zip"]
    country = COUNTRIES.get(address.country_code or "")
    if country is not None and country.provinces:
        required.append("province_code")
    return [
        (graphql_name(name), "ADDRESS_FIELD_IS_REQUIRED", f"{graphql_name(name)} is required.")
        for name in required
        if not getattr(address, name)
    ]


def text_problems(address: PlaceAddress) -> list[Problem]:
    """Problems of the characters in an address."""
    problems: list[Problem] = []
    for entry in fields(address):
        text, name = getattr(address, entry.name), graphql_name(entry.name)
        if not text:
            continue
        if len(text) > MAX_LENGTH:
            problems.append((name, "ADDRESS_FIELD_IS_TOO_LONG", f"{name} is longer than {MAX_LENGTH} characters."))
        if _TAG.search(text):
            problems.append((name, "ADDRESS_FIELD_CONTAINS_HTML_TAGS", f"{name} must not contain HTML."))
        if _WEB_ADDRESS.search(text):
            problems.append((name, "ADDRESS_FIELD_CONTAINS_URL", f"{name} must not contain a web address."))
        if _EMOJI.search(text):
            problems.append((name, "ADDRESS_FIELD_CONTAINS_EMOJIS", f"{name} must not contain emojis."))
    if address.phone and not PHONE.fullmatch(address.phone):
        problems.append(("phone", "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN", "The phone number is not valid."))
    return problems


def _zip_fits_province(address: PlaceAddress, country: Country) -> bool:
    starts = country.zip_starts.get(address.province_code or "")
    return starts is None or (address.zip or "").strip().upper().startswith(tuple(starts))


def country_name(code: str | None) -> str | None:
    known = COUNTRIES.get(code or "")
    return known.name if known else code


def province_name(address: PlaceAddress) -> str | None:
    known = COUNTRIES.get(address.country_code or "")
    return known.provinces.get(address.province_code or "", address.province_code) if known else address.province_code


def full_name(address: PlaceAddress) -> str | None:
    return " ".join(part for part in (address.first_name, address.last_name) if part) or None


def formatted(address: PlaceAddress, *, with_name: bool, with_company: bool) -> list[str]:
    """The address as the lines of a label."""
    town = " ".join(part for part in (address.city, address.province_code, address.zip) if part)
    lines = [
        full_name(address) if with_name else None,
        address.company if with_company else None,
        address.address1,
        address.address2,
        town,
        country_name(address.country_code),
    ]
    return [line for line in lines if line]


def formatted_area(address: PlaceAddress) -> str | None:
    """City, province and country on one line."""
    parts = (address.city, address.province_code, country_name(address.country_code))
    return ", ".join(part for part in parts if part) or None


def coordinates(address: PlaceAddress) -> tuple[float, float] | None:
    """Latitude and longitude of the address's city; None where the sandbox does not know it."""
    return CITIES.get(address.country_code or "", {}).get((address.city or "").strip().lower())


def country_code_of(text: str) -> str | None:
    """The code of a country given by code or name; None for an unknown one."""
    if text.upper() in COUNTRIES:
        return text.upper()
    return next((code for code, country in COUNTRIES.items() if country.name.lower() == text.lower()), None)


def province_code_of(text: str, country_code: str | None) -> str | None:
    """The code of a province given by code or name; None for an unknown one."""
    known = COUNTRIES.get(country_code or "")
    if known is None or not known.provinces:
        return text or None
    if text.upper() in known.provinces:
        return text.upper()
    return next((code for code, name in known.provinces.items() if name.lower() == text.lower()), None)
