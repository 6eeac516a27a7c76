"""Storefront's two address types."""

from typing import Any

from sandbox import addresses
from sandbox.cart_records import PlaceAddress
from sandbox.countries import COUNTRIES
from sandbox.customer_records import CustomerAddress
from sandbox.execution import Resolvers
from sandbox.storefront.values import gid


class CartDeliveryAddress:
    """An address of a cart."""

    def __init__(self, typed: PlaceAddress) -> None:
        self.typed = typed
        place = addresses.coordinates(typed)
        self.latitude = place[0] if place else None
        self.longitude = place[1] if place else None
        self.address1, self.address2 = typed.address1, typed.address2
        self.city, self.zip, self.phone = typed.city, typed.zip, typed.phone
        self.company, self.country_code, self.province_code = typed.company, typed.country_code, typed.province_code
        self.first_name, self.last_name = typed.first_name, typed.last_name
        self.name = addresses.full_name(typed)
        self.formatted_area = addresses.formatted_area(typed)


class MailingAddress(CartDeliveryAddress):
    """An address with an id: of a customer, an order or a delivery group."""

    def __init__(self, address_id: str, typed: PlaceAddress) -> None:
        super().__init__(typed)
        self.id = gid("MailingAddress", address_id)
        self.country = addresses.country_name(typed.country_code)
        self.country_code_v2 = typed.country_code if typed.country_code in COUNTRIES else None
        self.province = addresses.province_name(typed)


def customer_address(entry: CustomerAddress) -> MailingAddress:
    return MailingAddress(f"{entry.id}?model_name=CustomerAddress", entry.address)


def _formatted(source: CartDeliveryAddress, info: Any, *, withCompany: bool, withName: bool) -> list[str]:  # noqa: N803 GraphQL's names
    return addresses.formatted(source.typed, with_name=withName, with_company=withCompany)


RESOLVERS: Resolvers = {
    "CartDeliveryAddress": {"formatted": _formatted},
    "MailingAddress": {"formatted": _formatted},
}
