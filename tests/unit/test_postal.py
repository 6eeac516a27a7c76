"""The fields that an address must have, country by country."""

import pytest

from resolvers.orders.postal import is_city_required, is_postal_code_required
from sandbox.printful.countries import COUNTRIES

NONE = (
    "AE AG AO AW BQ BS BW BZ CD CG CI CM CW DJ DM FJ GD GH GM GY HK JM KI KM KN LC ML MO MR MS MW NR NU "
    "QA RW SB SC SL SR ST SX SY TD TG TL TO TT TV UG VU YE ZW "
)
OPTIONAL = (
    "AD AL AM AR AZ BA BB BD BG BH CL CO CR CY DO EC EG GE GT HN HR ID IE IL IS JO KE KH KW KZ LB LK MA "
    "MC MD ME MG MK MM MT MU NG NI NP OM PA PE PH PK PY RS SA SI SN SV TH TN TR TW TZ UY UZ VE VN ZM "
)
REQUIRED = (
    "AT AU BE BR CA CH CN CZ DE DK EE ES FI FR GB GR HU IN IT JP KR LI LT LU LV MX MY NL NO NZ PL PR PT "
    "RO SE SG SK SM UA US ZA "
)


@pytest.mark.parametrize("country", [*NONE.split(), *OPTIONAL.split()])
def test_no_postal_code_is_required_where_there_is_none_or_it_is_optional(country: str) -> None:
    assert not is_postal_code_required(country)


@pytest.mark.parametrize("country", REQUIRED.split())
def test_a_postal_code_is_required_where_mail_does_not_arrive_without_one(country: str) -> None:
    assert is_postal_code_required(country)


@pytest.mark.parametrize("country", ["SG", "HK", "MO", "VA", "GI", "AE", "JP"])
def test_no_city_is_required_where_addresses_have_none(country: str) -> None:
    assert not is_city_required(country)


@pytest.mark.parametrize("country", ["US", "DE", "IE", "PA", "SX", "KR"])
def test_a_city_is_required_elsewhere(country: str) -> None:
    assert is_city_required(country)


@pytest.mark.parametrize("country", ["XX", "", "../US", "USA"])
def test_an_unknown_country_requires_a_city_and_no_postal_code(country: str) -> None:
    assert not is_postal_code_required(country)
    assert is_city_required(country)


def test_each_country_that_printful_ships_to_has_an_answer() -> None:
    required = {country for country in COUNTRIES if is_postal_code_required(country)}
    assert 55 < len(required) < 80
