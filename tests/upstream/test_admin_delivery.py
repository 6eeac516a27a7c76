"""The rates of a shop's checkout, read from Admin's delivery profiles."""

from decimal import Decimal
from typing import Any

import httpx

from clients.admin.client import Admin
from clients.admin.delivery import DeliveryRate
from clients.admin.token import StaticToken
from clients.money import Money
from sandbox.app import create_sandbox
from sandbox.store import Store
from tests.upstream.fake_admin import Shopify

URL = "https://kynda.example/admin/api/2026-10/graphql.json"


def zone(countries: list[str | None], *methods: dict[str, Any]) -> dict[str, Any]:
    codes = [{"code": {"countryCode": code, "restOfWorld": code is None}} for code in countries]
    return {"zone": {"countries": codes}, "methodDefinitions": {"nodes": list(methods)}}


def flat(name: str, amount: str, *, active: bool = True, conditions: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "active": active,
        "methodConditions": [{"field": "TOTAL_PRICE"}] * conditions,
        "rateProvider": {
            "__typename": "DeliveryRateDefinition",
            "price": {"amount": amount, "currencyCode": "USD"},
        },
    }


def carrier(*services: tuple[str, bool]) -> dict[str, Any]:
    named = [{"name": name, "active": active} for name, active in services]
    provider = {"__typename": "DeliveryParticipant", "participantServices": named}
    return {"name": "Carrier", "active": True, "methodConditions": [], "rateProvider": provider}


def profiles(*zones: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    groups = [{"locationGroupZones": {"nodes": list(zones)}}]
    page = {"hasNextPage": after is not None, "endCursor": after}
    return {"data": {"deliveryProfiles": {"nodes": [{"profileLocationGroups": groups}], "pageInfo": page}}}


async def test_rates_of_all_profiles_and_zones_are_read_without_those_that_are_off() -> None:
    shopify = Shopify(
        profiles(
            zone(
                ["US", "CA"],
                flat("Shipping", "5.0"),
                flat("Free", "0.0", conditions=1),
                flat("Old", "3.0", active=False),
            ),
            after="1",
        ),
        profiles(zone([None], carrier(("Priority", True), ("Ground", False)))),
    )
    async with Admin(URL, StaticToken("secret"), httpx.MockTransport(shopify)) as admin:
        found = await admin.delivery_rates()

    home = frozenset({"US", "CA"})
    assert found == [
        DeliveryRate("Shipping", Money(Decimal("5.0"), "USD"), home),
        DeliveryRate("Free", Money(Decimal("0.0"), "USD"), home, is_conditional=True),
        DeliveryRate("Priority", None, frozenset(), is_rest_of_world=True),
    ]
    assert shopify.asked == [{"after": None}, {"after": "1"}]


async def test_the_sandboxs_profile_has_the_rates_of_its_checkout(store: Store) -> None:
    transport = httpx.ASGITransport(create_sandbox(store))
    async with Admin("http://sandbox/admin/api/2026-10/graphql.json", StaticToken("sandbox-admin"), transport) as admin:
        found = await admin.delivery_rates()

    assert {each.name for each in found} == {"Standard", "Express", "Economy parcel", "Priority parcel"}
    assert {code for each in found for code in each.countries} == {"US", "CA"}
    assert any(each.is_rest_of_world for each in found)
