"""The countries, currencies, languages and cities of the sandbox's shop, from `data/countries.yaml`."""

from decimal import Decimal

import msgspec

from sandbox.data_files import read_data


class Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country, its form of postal code, and its provinces by code where an address needs one.

    `names` are its name by language; the first of its `languages` is the default one.
    """

    name: str
    names: dict[str, str]
    currency: str
    units: str
    languages: list[str]
    zip_form: str
    # Province code -> what its postal codes begin with; only where the sandbox checks it.
    zip_starts: dict[str, list[str]] = {}
    provinces: dict[str, str] = {}


class Currency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rate` is what one US dollar is worth in it."""

    name: str
    symbol: str
    rate: Decimal


class _World(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    countries: dict[str, Country]
    currencies: dict[str, Currency]
    languages: dict[str, dict[str, str]]
    cities: dict[str, dict[str, tuple[float, float]]]


_WORLD = read_data("countries", _World)
COUNTRIES = _WORLD.countries
CURRENCIES = _WORLD.currencies
LANGUAGES = _WORLD.languages
"""What a language is called in `itself` and in each of the shop's languages, by code."""
CITIES = _WORLD.cities
"""Latitude and longitude by country and by the city's name in small letters."""
