"""Facts about the shop: brand, policies, payment settings, and API versions."""

from decimal import Decimal
from typing import Any

from sandbox.content_records import Shop, ShopPolicy
from sandbox.countries import COUNTRIES, CURRENCIES
from sandbox.execution import Resolvers
from sandbox.store import SHOP_DOMAIN
from sandbox.storefront.execution import Visit
from sandbox.storefront.localization import country_of, language_of
from sandbox.storefront.media import media_image
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.values import SHOP_CURRENCY, currency_of, gid, money, shop_url

COLOURS = {
    "primary": [{"background": "#3b2a20", "foreground": "#f4e6d0"}, {"background": "#b8643f", "foreground": "#ffffff"}],
    "secondary": [{"background": "#f4e6d0", "foreground": "#3b2a20"}],
}
ACCOUNT_WORDS = {
    "EN": {"account.sign_in": "Sign in", "account.orders": "Orders"},
    "DE": {"account.sign_in": "Anmelden", "account.orders": "Bestellungen"},
    "ES": {"account.sign_in": "Iniciar sesión", "account.orders": "Pedidos"},
    "FR": {"account.sign_in": "Se connecter", "account.orders": "Commandes"},
}
DESCRIPTIONS = {
    "EN": "Coffee roasted twice a week, and things to drink it from.",
    "DE": "Kaffee, zweimal in der Woche geröstet, und woraus man ihn trinkt.",
    "ES": "Café tostado dos veces por semana, y en qué beberlo.",
    "FR": "Du café torréfié deux fois par semaine, et de quoi le boire.",
}
# A name, the smallest and the largest amount (shop currency) of a financing plan, and its terms:
# (number, yearly rate in hundredths of a percent, frequency, instalments, kind of loan).
FINANCING = (
    (1, 50, 149, ((11, 0, "WEEKLY", 4, "SPLIT_PAY"),)),
    (2, 150, 3000, ((21, 0, "MONTHLY", 3, "ZERO_PERCENT"), (22, 1500, "MONTHLY", 12, "INTEREST"))),
)
PAYMENT_SETTINGS = {
    "acceptedCardBrands": ["VISA", "MASTERCARD", "AMERICAN_EXPRESS", "DISCOVER", "DINERS_CLUB", "JCB"],
    "cardVaultUrl": f"https://{SHOP_DOMAIN}/vault/sessions",
    "countryCode": "US",
    "currencyCode": SHOP_CURRENCY,
    "enabledPresentmentCurrencies": sorted(CURRENCIES),
    "shopifyPaymentsAccountId": gid("ShopifyPaymentsAccount", 1_000_000_001),
    "supportedDigitalWallets": ["APPLE_PAY", "GOOGLE_PAY", "SHOPIFY_PAY"],
}
API_VERSIONS = (
    ("2026-01", "2026-01", True),
    ("2026-04", "2026-04", True),
    ("2026-07", "2026-07", True),
    ("2026-10", "2026-10 (Latest)", True),
    ("2027-01", "2027-01 (Release candidate)", False),
    ("unstable", "unstable", False),
)


def _policy(name: str) -> Any:
    def of_shop(_: Shop, info: Any) -> ShopPolicy | None:
        policies = info.context.store.content.policies
        return next((policy for policy in policies if policy.shop_field == name), None)

    return of_shop


def _brand(shop: Shop, _: Any) -> dict[str, Any]:
    return {
        **{name: media_image(picture) for name, picture in shop.brand.items()},
        "colors": COLOURS,
        "shortDescription": "A neighbourhood roastery with two cafés.",
        "slogan": "Twice a week, fresh.",
    }


def _translations(_: Shop, info: Any) -> list[dict[str, str]]:
    words = ACCOUNT_WORDS[language_of(info.context)]
    return [{"key": key, "value": value} for key, value in words.items()]


def _installments(_: Shop, info: Any) -> dict[str, Any]:
    plans = [_financing_plan(info.context, plan) for plan in FINANCING]
    return {"financingPlans": plans, "minPrice": plans[0]["minPrice"], "maxPrice": plans[-1]["maxPrice"]}


def _financing_plan(visit: Visit, plan: Any) -> dict[str, Any]:
    number, smallest, largest, terms = plan
    return {
        "__typename": "ShopPayInstallmentsFinancingPlan",
        "id": gid("ShopPayInstallmentsFinancingPlan", number),
        "minPrice": money(Decimal(smallest), visit.country),
        "maxPrice": money(Decimal(largest), visit.country),
        "terms": [_term(*term) for term in terms],
    }


def _term(number: int, rate: int, frequency: str, count: int, loan: str) -> dict[str, Any]:
    return {
        "__typename": "ShopPayInstallmentsFinancingPlanTerm",
        "id": gid("ShopPayInstallmentsFinancingPlanTerm", number),
        "apr": rate,
        "frequency": frequency,
        "installmentsCount": {"count": count, "precision": "EXACT"},
        "loanType": loan,
    }


def _money_format(_: Shop, info: Any) -> str:
    return {"EUR": "€{{amount_with_comma_separator}}", "GBP": "£{{amount}}", "JPY": "¥{{amount_no_decimals}}"}.get(
        currency_of(country_of(info.context)), "${{amount}}"
    )


def _domain(*_: Any) -> dict[str, Any]:
    return {"host": SHOP_DOMAIN, "sslEnabled": True, "url": shop_url("")}


def _shop_node(visit: Visit, tail: str) -> Shop | None:
    shop = visit.store.content.shop
    return shop if tail == str(shop.id) else None


def _policy_node(visit: Visit, tail: str) -> ShopPolicy | None:
    return next((policy for policy in visit.store.content.policies if str(policy.id) == tail), None)


def _plan_node(visit: Visit, tail: str) -> dict[str, Any] | None:
    return next((_financing_plan(visit, plan) for plan in FINANCING if str(plan[0]) == tail), None)


def _term_node(_: Visit, tail: str) -> dict[str, Any] | None:
    return next((_term(*term) for plan in FINANCING for term in plan[3] if str(term[0]) == tail), None)


POLICY_FIELDS = (
    "contactInformation",
    "legalNotice",
    "privacyPolicy",
    "refundPolicy",
    "shippingPolicy",
    "subscriptionPolicy",
    "termsOfSale",
    "termsOfService",
)
RESOLVERS: Resolvers = {
    "QueryRoot": {
        "shop": lambda _, info: info.context.store.content.shop,
        "paymentSettings": lambda *_: PAYMENT_SETTINGS,
        "publicApiVersions": lambda *_: API_VERSIONS,
    },
    "ApiVersion": {
        "handle": lambda version, _: version[0],
        "displayName": lambda version, _: version[1],
        "supported": lambda version, _: version[2],
    },
    "Shop": {
        **HAS_METAFIELDS,
        **{name: _policy(name) for name in POLICY_FIELDS},
        "brand": _brand,
        "customerAccountTranslations": _translations,
        "customerAccountUrl": lambda *_: shop_url("/account"),
        "description": lambda _, info: DESCRIPTIONS[language_of(info.context)],
        "moneyFormat": _money_format,
        "paymentSettings": lambda *_: PAYMENT_SETTINGS,
        "primaryDomain": _domain,
        "shipsToCountries": lambda *_: list(COUNTRIES),
        "shopPayInstallmentsPricing": _installments,
        "socialLoginProviders": lambda *_: [{"handle": "google"}],
    },
    "ShopPolicy": {
        "url": lambda policy, _: shop_url(f"/policies/{policy.handle}"),
    },
    "ShopPolicyWithDefault": {
        "id": lambda policy, _: gid("ShopPolicy", policy.id),
        "url": lambda policy, _: shop_url(f"/policies/{policy.handle}"),
    },
}
NODES = {
    "Shop": _shop_node,
    "ShopPolicy": _policy_node,
    "ShopPayInstallmentsFinancingPlan": _plan_node,
    "ShopPayInstallmentsFinancingPlanTerm": _term_node,
}
