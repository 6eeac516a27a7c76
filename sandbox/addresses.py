"""What the sandbox knows of postal addresses: countries and provinces it delivers to, their rules and written form."""

import re
from dataclasses import dataclass, fields

from sandbox.cart_records import PlaceAddress


@dataclass(frozen=True, slots=True)
class PostalCountry:
    """A country's name, its form of postal code, and its provinces by code where an address needs one."""

    name: str
    zip_form: str
    provinces: dict[str, str]
    # Province code -> what its postal codes begin with; only where the sandbox checks it.
    zip_starts: dict[str, tuple[str, ...]]


_US = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "FM": "Federated States of Micronesia", "GU": "Guam", "MH": "Marshall Islands",
    "MP": "Northern Mariana Islands", "PW": "Palau", "PR": "Puerto Rico", "VI": "U.S. Virgin Islands",
    "AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific",
}  # fmt: skip
_CA = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NT": "Northwest Territories", "NS": "Nova Scotia", "NU": "Nunavut",
    "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip
_JP = {
    "JP-01": "Hokkaido", "JP-02": "Aomori", "JP-03": "Iwate", "JP-04": "Miyagi", "JP-05": "Akita",
    "JP-06": "Yamagata", "JP-07": "Fukushima", "JP-08": "Ibaraki", "JP-09": "Tochigi", "JP-10": "Gunma",
    "JP-11": "Saitama", "JP-12": "Chiba", "JP-13": "Tokyo", "JP-14": "Kanagawa", "JP-15": "Niigata",
    "JP-16": "Toyama", "JP-17": "Ishikawa", "JP-18": "Fukui", "JP-19": "Yamanashi", "JP-20": "Nagano",
    "JP-21": "Gifu", "JP-22": "Shizuoka", "JP-23": "Aichi", "JP-24": "Mie", "JP-25": "Shiga", "JP-26": "Kyoto",
    "JP-27": "Osaka", "JP-28": "Hyogo", "JP-29": "Nara", "JP-30": "Wakayama", "JP-31": "Tottori",
    "JP-32": "Shimane", "JP-33": "Okayama", "JP-34": "Hiroshima", "JP-35": "Yamaguchi", "JP-36": "Tokushima",
    "JP-37": "Kagawa", "JP-38": "Ehime", "JP-39": "Kochi", "JP-40": "Fukuoka", "JP-41": "Saga", "JP-42": "Nagasaki",
    "JP-43": "Kumamoto", "JP-44": "Oita", "JP-45": "Miyazaki", "JP-46": "Kagoshima", "JP-47": "Okinawa",
}  # fmt: skip

COUNTRIES = {
    "US": PostalCountry(
        "United States",
        r"\d{5}(-\d{4})?",
        _US,
        {
            "TX": ("75", "76", "77", "78", "79", "885"),
            "NY": ("0", "1"),
            "CA": ("90", "91", "92", "93", "94", "95", "96"),
            "WA": ("98", "99"),
            "IL": ("60", "61", "62"),
            "OR": ("97",),
            "CO": ("80", "81"),
        },
    ),
    "CA": PostalCountry(
        "Canada",
        r"[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d",
        _CA,
        {"ON": ("K", "L", "M", "N", "P"), "QC": ("G", "H", "J"), "BC": ("V",), "AB": ("T",)},
    ),
    "GB": PostalCountry("United Kingdom", r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}", {}, {}),
    "IE": PostalCountry("Ireland", r"[A-Za-z]\d[\dWw] ?[A-Za-z\d]{4}", {}, {}),
    "DE": PostalCountry("Germany", r"\d{5}", {}, {}),
    "FR": PostalCountry("France", r"\d{5}", {}, {}),
    "ES": PostalCountry("Spain", r"\d{5}", {}, {}),
    "JP": PostalCountry("Japan", r"\d{3}-?\d{4}", _JP, {}),
}

# Where the cities that the sandbox knows lie, by country and name in small letters: latitude and longitude.
_CITIES = {
    ("US", "austin"): (30.2672, -97.7431),
    ("US", "dallas"): (32.7767, -96.797),
    ("US", "houston"): (29.7604, -95.3698),
    ("US", "new york"): (40.7128, -74.006),
    ("US", "san antonio"): (29.4241, -98.4936),
    ("CA", "toronto"): (43.6532, -79.3832),
    ("GB", "london"): (51.5074, -0.1278),
    ("IE", "dublin"): (53.3498, -6.2603),
    ("DE", "berlin"): (52.52, 13.405),
    ("FR", "paris"): (48.8566, 2.3522),
    ("ES", "madrid"): (40.4168, -3.7038),
    ("JP", "tokyo"): (35.6762, 139.6503),
}
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
    """What is wrong with an address; unless `strict`, only whether its country is one the shop delivers to."""
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
    """What no text of an address may hold."""
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


def _zip_fits_province(address: PlaceAddress, country: PostalCountry) -> bool:
    starts = country.zip_starts.get(address.province_code or "")
    return starts is None or (address.zip or "").strip().upper().startswith(starts)


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
    return _CITIES.get((address.country_code or "", (address.city or "").strip().lower()))


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
