"""Admin's resolvers for the delivery profile: the checkout's rates by zone."""

from decimal import Decimal
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.store import Store
from sandbox.storefront.cart_delivery import ABROAD, EXPRESS_FACTOR, ZONES
from sandbox.storefront.connections import connection
from sandbox.storefront.values import gid


def delivery_profiles(_: Any, info: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
    """The only profile of the shop, for an app with the scope for it."""
    if not {"read_shipping", "write_shipping"} & set(info.context.admin_scopes):
        message = "Access denied for deliveryProfiles field. Required access: `read_shipping` access scope."
        raise GraphQLError(message, extensions={"code": "ACCESS_DENIED"})
    zones = [_zone(number, [country], *prices) for number, (country, prices) in enumerate(ZONES.items(), 1)]
    zones.append(_zone(len(zones) + 1, [], *ABROAD))
    profile = {"id": gid("DeliveryProfile", 1), "profileLocationGroups": [{"zones": zones}]}
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection([profile], key=lambda each: each["id"], **page)


def _zone(number: int, countries: list[str], parcel: Decimal, each_kg: Decimal) -> dict[str, Any]:
    """A zone with its rates for a parcel of one kilogram. A zone without countries is the rest of the world."""
    standard = parcel + each_kg
    codes: list[dict[str, Any]] = [{"countryCode": code, "restOfWorld": False} for code in countries]
    codes = codes or [{"countryCode": None, "restOfWorld": True}]
    named = [{"id": gid("DeliveryCountry", number * 100 + place), "code": code} for place, code in enumerate(codes)]
    services = [{"name": name, "active": True} for name in ("Economy parcel", "Priority parcel")]
    providers: list[tuple[str, dict[str, Any]]] = [
        ("Standard", _flat(number * 10 + 1, standard)),
        ("Express", _flat(number * 10 + 2, standard * EXPRESS_FACTOR)),
        ("Parcel service", {
            "__typename": "DeliveryParticipant",
            "id": gid("DeliveryParticipant", number * 10 + 3),
            "participantServices": services,
        }),
    ]  # fmt: skip
    methods = [
        {
            "id": gid("DeliveryMethodDefinition", number * 10 + place),
            "name": name,
            "active": True,
            "methodConditions": [],
            "rateProvider": provider,
        }
        for place, (name, provider) in enumerate(providers, 1)
    ]
    return {"zone": {"id": gid("DeliveryZone", number), "countries": named}, "methods": methods}


def _flat(number: int, price: Decimal) -> dict[str, Any]:
    return {
        "__typename": "DeliveryRateDefinition",
        "id": gid("DeliveryRateDefinition", number),
        "price": {"amount": f"{price:.2f}", "currencyCode": "USD"},
    }


def _page(name: str) -> Any:
    def resolve(source: dict[str, Any], _: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
        page = {each: arguments.get(each) for each in ("first", "last", "after", "before")}
        return connection(source[name], key=lambda each: str(each.get("id") or each["zone"]["id"]), **page)

    return resolve


RESOLVERS: Resolvers = {
    "QueryRoot": {"deliveryProfiles": delivery_profiles},
    "DeliveryProfileLocationGroup": {"locationGroupZones": _page("zones")},
    "DeliveryLocationGroupZone": {"methodDefinitions": _page("methods")},
}
