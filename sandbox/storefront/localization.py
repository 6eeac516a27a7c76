"""Countries, languages, currencies and markets of the shop."""

from typing import Any

from sandbox.content_records import Market
from sandbox.countries import COUNTRIES, CURRENCIES, LANGUAGES
from sandbox.execution import Resolvers
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS

DEFAULT_COUNTRY = "US"


def country_of(visit: Visit) -> str:
    """The country of a visitor: the requested one if the shop sells to it, else the shop's own."""
    return visit.country if visit.country in COUNTRIES else DEFAULT_COUNTRY


def language_of(visit: Visit) -> str:
    """The language of a visitor: the requested one if the shop has it, else that of the country."""
    return visit.language if visit.language in LANGUAGES else COUNTRIES[country_of(visit)].languages[0]


def translated(record: Any, name: str, visit: Visit) -> str:
    """The text of that field in the visitor's language; the original if it is not translated."""
    original: str = getattr(record, name)
    translations: dict[str, dict[str, str]] = record.translations
    return translations.get(language_of(visit), {}).get(name, original)


def market_of(visit: Visit, country: str) -> Market | None:
    """The market a country belongs to."""
    return next((market for market in visit.store.content.markets if country in market.countries), None)


def _country(code: str, visit: Visit) -> dict[str, Any]:
    country = COUNTRIES[code]
    currency = CURRENCIES[country.currency]
    return {
        "availableLanguages": [_language(each, visit) for each in country.languages],
        "currency": {"isoCode": country.currency, "name": currency.name, "symbol": currency.symbol},
        "defaultLanguage": _language(country.languages[0], visit),
        "isoCode": code,
        "market": market_of(visit, code),
        "name": country.names.get(language_of(visit), country.name),
        "unitSystem": country.units,
    }


def _language(code: str, visit: Visit) -> dict[str, Any]:
    names = LANGUAGES[code]
    return {"isoCode": code, "name": names[language_of(visit)], "endonymName": names["itself"]}


def _localization(_: Any, info: Any) -> dict[str, Any]:
    visit: Visit = info.context
    country = country_of(visit)
    return {
        "availableCountries": [_country(code, visit) for code in COUNTRIES],
        "availableLanguages": [_language(code, visit) for code in COUNTRIES[country].languages],
        "country": _country(country, visit),
        "language": _language(language_of(visit), visit),
        "market": market_of(visit, country),
    }


def _market(visit: Visit, tail: str) -> Market | None:
    return next((market for market in visit.store.content.markets if str(market.id) == tail), None)


RESOLVERS: Resolvers = {
    "QueryRoot": {"localization": _localization},
    "Market": HAS_METAFIELDS,
}
NODES = {"Market": _market}
