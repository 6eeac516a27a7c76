"""The sandbox's shop about itself, where it sells and stands, its sitemap, and everything by its id."""

from typing import Any

import pytest

from sandbox.storefront.node import LOADERS
from sandbox.storefront.resolvers import storefront_schema
from tests.conftest import Run
from tests.unit.storefront_calls import root


def test_the_shop_shows_its_brand(run: Run) -> None:
    shop = root(
        run,
        """{ shop { id name description moneyFormat shipsToCountries customerAccountUrl
             primaryDomain { host sslEnabled url } socialLoginProviders { handle }
             brand { slogan shortDescription colors { primary { background foreground } secondary { background } }
                     logo { image { url } } squareLogo { alt } coverImage { image { width } } } } }""",
    )

    assert shop["name"] == "Kynda Coffee"
    assert shop["brand"]["coverImage"]["image"]["width"] == 1600
    assert len(shop["brand"]["colors"]["primary"]) == 2
    assert shop["primaryDomain"]["host"] in shop["customerAccountUrl"]
    assert {"US", "DE", "JP"} <= set(shop["shipsToCountries"])


@pytest.mark.parametrize(
    "field",
    [
        "contactInformation",
        "legalNotice",
        "privacyPolicy",
        "refundPolicy",
        "shippingPolicy",
        "subscriptionPolicy",
        "termsOfSale",
        "termsOfService",
    ],
)
def test_the_shop_has_each_policy(run: Run, field: str) -> None:
    policy = root(run, f"{{ shop {{ {field} {{ id title handle body url }} }} }}")[field]

    assert policy["url"].endswith(f"/policies/{policy['handle']}")
    assert (
        root(run, f'{{ node(id: "{policy["id"]}") {{ ... on ShopPolicy {{ title }} }} }}')["title"] == policy["title"]
    )


def test_texts_and_prices_follow_the_language_and_country_of_the_request(run: Run) -> None:
    query = """query S @inContext(language: ES, country: ES) {
      shop { description moneyFormat customerAccountTranslations { key value }
             shopPayInstallmentsPricing { minPrice { amount currencyCode } } } }"""
    shop = root(run, query)

    assert shop["description"].startswith("Café tostado")
    assert shop["moneyFormat"].startswith("€")
    assert {"key": "account.orders", "value": "Pedidos"} in shop["customerAccountTranslations"]
    assert shop["shopPayInstallmentsPricing"]["minPrice"] == {"amount": "46.0", "currencyCode": "EUR"}


def test_instalments_have_plans_and_terms(run: Run) -> None:
    pricing = root(
        run,
        """{ shop { shopPayInstallmentsPricing { maxPrice { amount } minPrice { amount }
             financingPlans { id minPrice { amount } maxPrice { amount }
               terms { id apr frequency installmentsCount { count } loanType } } } } }""",
    )["shopPayInstallmentsPricing"]

    assert pricing["minPrice"] == pricing["financingPlans"][0]["minPrice"]
    assert pricing["maxPrice"] == pricing["financingPlans"][-1]["maxPrice"]
    assert {term["loanType"] for plan in pricing["financingPlans"] for term in plan["terms"]} == {
        "SPLIT_PAY",
        "ZERO_PERCENT",
        "INTEREST",
    }


def test_payment_settings_are_the_same_from_both_places(run: Run) -> None:
    fields = """{ acceptedCardBrands cardVaultUrl countryCode currencyCode enabledPresentmentCurrencies
                  shopifyPaymentsAccountId supportedDigitalWallets }"""
    settings = root(run, f"{{ paymentSettings {fields} }}")

    assert settings["currencyCode"] == "USD"
    assert set(settings["enabledPresentmentCurrencies"]) == {"USD", "CAD", "EUR", "GBP", "JPY"}
    assert root(run, f"{{ shop {{ paymentSettings {fields} }} }}") == {"paymentSettings": settings}


def test_the_newest_version_is_supported_and_the_candidate_is_not(run: Run) -> None:
    versions = {v["handle"]: v for v in root(run, "{ publicApiVersions { handle displayName supported } }")}

    assert versions["2026-10"] == {"handle": "2026-10", "displayName": "2026-10 (Latest)", "supported": True}
    assert not versions["2027-01"]["supported"]
    assert not versions["unstable"]["supported"]


LOCALIZATION = """query L($country: CountryCode, $language: LanguageCode)
@inContext(country: $country, language: $language) {
  localization { language { isoCode name endonymName } market { handle }
    availableLanguages { isoCode }
    availableCountries { isoCode }
    country { isoCode name unitSystem currency { isoCode name symbol } market { handle }
              defaultLanguage { isoCode } availableLanguages { isoCode name } } } }"""


@pytest.mark.parametrize(
    ("country", "currency", "market", "units"),
    [
        ("US", "USD", "united-states", "IMPERIAL_SYSTEM"),
        ("CA", "CAD", "canada", "METRIC_SYSTEM"),
        ("GB", "GBP", "united-kingdom", "METRIC_SYSTEM"),
        ("DE", "EUR", "europe", "METRIC_SYSTEM"),
        ("FR", "EUR", "europe", "METRIC_SYSTEM"),
        ("ES", "EUR", "europe", "METRIC_SYSTEM"),
        ("IE", "EUR", "europe", "METRIC_SYSTEM"),
        ("JP", "JPY", "japan", "METRIC_SYSTEM"),
    ],
)
def test_each_country_has_its_currency_and_market(
    run: Run, country: str, currency: str, market: str, units: str
) -> None:
    found = root(run, LOCALIZATION, country=country, language="EN")

    assert found["country"]["isoCode"] == country
    assert found["country"]["currency"]["isoCode"] == currency
    assert found["market"] == found["country"]["market"] == {"handle": market}
    assert found["country"]["unitSystem"] == units
    assert len(found["availableCountries"]) == 8


def test_names_are_in_the_language_of_the_request(run: Run) -> None:
    found = root(run, LOCALIZATION, country="DE", language="DE")

    assert found["country"]["name"] == "Deutschland"
    assert found["language"] == {"isoCode": "DE", "name": "Deutsch", "endonymName": "Deutsch"}
    assert found["availableLanguages"] == [{"isoCode": "DE"}, {"isoCode": "EN"}]


def test_an_unknown_country_is_served_as_the_shops_own(run: Run) -> None:
    assert root(run, LOCALIZATION, country="ZZ", language="IT")["country"]["isoCode"] == "US"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("first: 5", ["Main Street Cafe", "Riverside Cafe"]),
        ("first: 1", ["Main Street Cafe"]),
        ("last: 1", ["Riverside Cafe"]),
        ("first: 5, reverse: true", ["Riverside Cafe", "Main Street Cafe"]),
        ("first: 5, near: {latitude: 29.4, longitude: -98.5}", ["Riverside Cafe", "Main Street Cafe"]),
        ("first: 5, near: {latitude: 29.4, longitude: -98.5}, reverse: true", ["Main Street Cafe", "Riverside Cafe"]),
        (
            "first: 5, near: {latitude: 30.3, longitude: -97.7}, sortKey: DISTANCE",
            ["Main Street Cafe", "Riverside Cafe"],
        ),
        ("first: 5, near: {latitude: 29.4, longitude: -98.5}, sortKey: NAME", ["Main Street Cafe", "Riverside Cafe"]),
        ("first: 5, sortKey: CITY, reverse: true", ["Riverside Cafe", "Main Street Cafe"]),
    ],
)
def test_locations_with_pickup_are_listed_nearest_first(run: Run, arguments: str, expected: list[str]) -> None:
    found = root(run, f"{{ locations({arguments}) {{ nodes {{ name }} }} }}")

    assert [node["name"] for node in found["nodes"]] == expected


def test_the_preferred_location_is_nearest_when_no_point_is_given(run: Run) -> None:
    query = """query L @inContext(preferredLocationId: "gid://shopify/Location/65000000002") {
      locations(first: 1, sortKey: DISTANCE) { nodes { name } } }"""

    assert root(run, query)["nodes"] == [{"name": "Riverside Cafe"}]


def test_a_location_has_its_address(run: Run) -> None:
    address = root(
        run,
        """{ locations(first: 1, reverse: true) { nodes { address { address1 address2 city country countryCode formatted
             latitude longitude phone province provinceCode zip } } } }""",
    )["nodes"][0]["address"]

    assert address["formatted"] == ["480 Riverside Drive", "Unit 3", "San Antonio TX 78205", "United States"]
    assert all(value is not None for value in address.values())


@pytest.mark.parametrize(
    "field", ["articles(", "blogs(", "locations(", 'metaobjects(type: "design", ', "pages(", "urlRedirects("]
)
def test_lists_are_walked_page_by_page_in_both_directions(run: Run, field: str) -> None:
    def page(arguments: str) -> Any:
        info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        return root(run, f"{{ {field}{arguments}) {{ nodes {{ id }} {info} }} }}")

    whole = page("first: 50")["nodes"]
    forward, backward = page("first: 1"), page("last: 1")
    walked, walked_back = [*forward["nodes"]], [*backward["nodes"]]
    while forward["pageInfo"]["hasNextPage"]:
        forward = page(f'first: 1, after: "{forward["pageInfo"]["endCursor"]}"')
        walked += forward["nodes"]
    while backward["pageInfo"]["hasPreviousPage"]:
        backward = page(f'last: 1, before: "{backward["pageInfo"]["startCursor"]}"')
        walked_back += backward["nodes"]

    assert len(whole) > 1
    assert walked == whole
    assert walked_back == whole[::-1]


SITEMAP = """query S($type: SitemapType!, $page: Int!) { sitemap(type: $type) { pagesCount { count precision }
  resources(page: $page) { hasNextPage items { __typename handle updatedAt
    ... on SitemapResource { title image { alt filepath updatedAt } }
    ... on SitemapResourceMetaobject { type onlineStoreUrlHandle } } } } }"""


@pytest.mark.parametrize("kind", ["ARTICLE", "BLOG", "COLLECTION", "METAOBJECT", "PAGE", "PRODUCT"])
def test_the_sitemap_lists_every_kind(run: Run, kind: str) -> None:
    found = root(run, SITEMAP, type=kind, page=1)
    expected = "SitemapResourceMetaobject" if kind == "METAOBJECT" else "SitemapResource"

    assert found["pagesCount"]["count"] >= 1
    assert {item["__typename"] for item in found["resources"]["items"]} == {expected}


def test_the_sitemap_comes_in_pages(run: Run) -> None:
    first, second = (root(run, SITEMAP, type="PRODUCT", page=page) for page in (1, 2))

    assert first["pagesCount"] == {"count": 2, "precision": "EXACT"}
    assert first["resources"]["hasNextPage"]
    assert not second["resources"]["hasNextPage"]
    assert not {i["handle"] for i in first["resources"]["items"]} & {i["handle"] for i in second["resources"]["items"]}
    assert root(run, SITEMAP, type="PRODUCT", page=0)["resources"] is None


def test_only_metaobjects_with_a_page_are_in_the_sitemap(run: Run) -> None:
    items = root(run, SITEMAP, type="METAOBJECT", page=1)["resources"]["items"]

    assert {item["type"] for item in items} == {"design"}
    assert {item["onlineStoreUrlHandle"] for item in items} == {"designs"}


# Types that have ids but are nobody's to load alone, with the reason.
WITHOUT_LOADER: dict[str, str] = {}


def test_everything_with_an_id_can_be_loaded_by_it() -> None:
    schema = storefront_schema().schema
    nodes = {kind.name for kind in schema.get_implementations(schema.type_map["Node"]).objects}  # type: ignore[arg-type]

    assert nodes - LOADERS.keys() == WITHOUT_LOADER.keys()


@pytest.mark.parametrize(
    "global_id",
    [
        "Article/95000000001",
        "Blog/94000000001",
        "Collection/400000000003",
        "Comment/96000000001",
        "GenericFile/33000000001",
        "Location/65000000001",
        "Market/57000000001",
        "MediaImage/32000000001",
        "Menu/98000000001",
        "MenuItem/97000000001",
        "Metafield/61000000001",
        "Metaobject/92000000001",
        "Page/90000000001",
        "Product/8000000001",
        "ProductVariant/44000000001",
        "Shop/68000000001",
        "ShopPayInstallmentsFinancingPlan/1",
        "ShopPayInstallmentsFinancingPlanTerm/11",
        "ShopPolicy/93000000001",
        "UrlRedirect/99000000001",
    ],
)
def test_a_record_is_loaded_by_its_id(run: Run, global_id: str) -> None:
    query = "query N($id: ID!) { node(id: $id) { __typename id } }"

    assert root(run, query, id=f"gid://shopify/{global_id}") == {
        "__typename": global_id.split("/")[0],
        "id": f"gid://shopify/{global_id}",
    }


def test_unknown_ids_leave_holes(run: Run) -> None:
    ids = ["gid://shopify/Page/1", "gid://shopify/Page/90000000002", "gid://shopify/Nothing/1", "gid://shopify/Page/x"]

    found = root(run, "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on Page { handle } } }", ids=ids)

    assert found == [None, {"handle": "about"}, None, None]


def test_an_invalid_global_id_is_refused(run: Run) -> None:
    errors = run('{ node(id: "42") { id } }').errors

    assert errors is not None
    assert errors[0].message == "Invalid global id '42'"


def test_at_most_250_ids_are_taken(run: Run) -> None:
    query = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [f"gid://shopify/Page/{number}" for number in range(251)]
    errors = run(query, {"ids": ids}).errors

    assert errors is not None
    assert errors[0].extensions == {"code": "MAX_INPUT_SIZE_EXCEEDED"}
    assert run(query, {"ids": ids[:250]}).errors is None
