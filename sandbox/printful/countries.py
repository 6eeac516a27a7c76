"""The countries that Printful's stand-in ships to, and the states it knows, from `data/printful_countries.yaml`."""

import msgspec

from sandbox.data_files import read_data


class _Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    countries: dict[str, str]
    states: dict[str, dict[str, str]]


_PLACES = read_data("printful_countries", _Places)
COUNTRIES = _PLACES.countries
"""Names by code."""
STATES = _PLACES.states
"""Names by code, of each country whose states Printful lists."""
