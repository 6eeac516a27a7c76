"""Countries, languages, currencies and markets: where the shop sells, and in which words."""

from typing import Any

from sandbox.content_records import Market
from sandbox.execution import Resolvers
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.values import currency_of

DEFAULT_COUNTRY = "US"
# Name, unit system and languages, the first one the default.
COUNTRIES = {
    "CA": ("Canada", "METRIC_SYSTEM", ("EN", "FR")),
    "DE": ("Germany", "METRIC_SYSTEM", ("DE", "EN")),
    "ES": ("Spain", "METRIC_SYSTEM", ("ES", "EN")),
    "FR": ("France", "METRIC_SYSTEM", ("FR", "EN")),
    "GB": ("United Kingdom", "METRIC_SYSTEM", ("EN",)),
    "IE": ("Ireland", "METRIC_SYSTEM", ("EN",)),
    "JP": ("Japan", "METRIC_SYSTEM", ("EN",)),
    "US": ("United States", "IMPERIAL_SYSTEM", ("EN", "ES")),
}
TRANSLATED_COUNTRIES = {
    "DE": ("Kanada", "Deutschland", "Spanien", "Frankreich", "Vereinigtes Königreich", "Irland", "Japan", "USA"),
    "ES": ("Canadá", "Alemania", "España", "Francia", "Reino Unido", "Irlanda", "Japón", "Estados Unidos"),
    "FR": ("Canada", "Allemagne", "Espagne", "France", "Royaume-Uni", "Irlande", "Japon", "États-Unis"),
}
# What a language is called in itself and in each of the shop's languages.
LANGUAGES = {
    "EN": {"itself": "English", "EN": "English", "DE": "Englisch", "ES": "inglés", "FR": "anglais"},
    "DE": {"itself": "Deutsch", "EN": "German", "DE": "Deutsch", "ES": "alemán", "FR": "allemand"},
    "ES": {"itself": "español", "EN": "Spanish", "DE": "Spanisch", "ES": "español", "FR": "espagnol"},
    "FR": {"itself": "français", "EN": "French", "DE": "Französisch", "ES": "francés", "FR": "français"},
}
CURRENCIES = {
    "USD": ("United States Dollar", "$"),
    "CAD": ("Canadian Dollar", "$"),
    "EUR": ("Euro", "€"),
    "GBP": ("British Pound", "£"),
    "JPY": ("Japanese Yen", "¥"),
}


def country_of(visit: Visit) -> str:
    """The country a visitor is served as: the one asked for where the shop sells to it, else its own."""
    return visit.country if visit.country in COUNTRIES else DEFAULT_COUNTRY


def language_of(visit: Visit) -> str:
    """The language a visitor reads: the one asked for where the shop speaks it, else the country's."""
    return visit.language if visit.language in LANGUAGES else COUNTRIES[country_of(visit)][2][0]


def translated(record: Any, name: str, visit: Visit) -> str:
    """The record's text of that name in the visitor's language, as written where it is not translated."""
    original: str = getattr(record, name)
    translations: dict[str, dict[str, str]] = record.translations
    return translations.get(language_of(visit), {}).get(name, original)


def market_of(visit: Visit, country: str) -> Market | None:
    """The market a country belongs to."""
    return next((market for market in visit.store.content.markets if country in market.countries), None)


def _country(code: str, visit: Visit) -> dict[str, Any]:
    name, units, languages = COUNTRIES[code]
    own_names = TRANSLATED_COUNTRIES.get(language_of(visit))
    currency = currency_of(code)
    currency_name, symbol = CURRENCIES[currency]
    return {
        "availableLanguages": [_language(each, visit) for each in languages],
        "currency": {"isoCode": currency, "name": currency_name, "symbol": symbol},
        "defaultLanguage": _language(languages[0], visit),
        "isoCode": code,
        "market": market_of(visit, code),
        "name": own_names[list(COUNTRIES).index(code)] if own_names else name,
        "unitSystem": units,
    }


def _language(code: str, visit: Visit) -> dict[str, Any]:
    names = LANGUAGES[code]
    return {"isoCode": code, "name": names[language_of(visit)], "endonymName": names["itself"]}


def _localization(_: Any, info: Any) -> dict[str, Any]:
    visit: Visit = info.context
    country = country_of(visit)
    return {
        "availableCountries": [_country(code, visit) for code in COUNTRIES],
        "availableLanguages": [_language(code, visit) for code in COUNTRIES[country][2]],
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
