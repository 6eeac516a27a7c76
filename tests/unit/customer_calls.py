"""Calls of a customer to the Storefront stand-in, for tests."""

from typing import Any

from tests.unit.storefront_calls import Storefront

TOKEN = "customerAccessToken { accessToken expiresAt }"
ERRORS = "customerUserErrors { code field message }"
BOTH_ERRORS = f"{ERRORS} userErrors {{ field message }}"
PERSON = "id email firstName lastName phone displayName acceptsMarketing updatedAt"
ADDRESS = """id firstName lastName company address1 address2 city province provinceCode country countryCodeV2 zip phone
  name formattedArea latitude longitude"""


def create(shop: Storefront, **given: Any) -> Any:
    person = {"email": "eve@example.com", "password": "a-secret"} | given
    return shop.mutation("customerCreate", f"{{ customer {{ {PERSON} }} {BOTH_ERRORS} }}", input=person)


def log_in(shop: Storefront, email: str, password: str) -> Any:
    given = {"email": email, "password": password}
    return shop.mutation("customerAccessTokenCreate", f"{{ {TOKEN} {BOTH_ERRORS} }}", input=given)


def seen(shop: Storefront, token: str, selection: str = PERSON) -> Any:
    return shop.query("customer", f"{{ {selection} }}", customerAccessToken=token)


def problem(payload: Any) -> tuple[str, list[str] | None]:
    """Code and field of the only error, which the deprecated list tells too where there is one."""
    found = payload["customerUserErrors"]
    assert len(found) == 1, found
    if "userErrors" in payload:
        assert payload["userErrors"] == [{"field": found[0]["field"], "message": found[0]["message"]}]
    return found[0]["code"], found[0]["field"]


HOME = {
    "firstName": "Ada",
    "lastName": "Example",
    "company": "Studio",
    "address1": "5 New Street",
    "address2": "2nd floor",
    "city": "Toronto",
    "province": "Ontario",
    "country": "Canada",
    "zip": "M5V 2T6",
    "phone": "+14165550199",
}


def put(shop: Storefront, token: str, **given: Any) -> Any:
    selection = f"{{ customerAddress {{ {ADDRESS} }} {BOTH_ERRORS} }}"
    return shop.mutation("customerAddressCreate", selection, customerAccessToken=token, address=HOME | given)


def alter(shop: Storefront, token: str, address_id: str, **given: Any) -> Any:
    selection = f"{{ customerAddress {{ {ADDRESS} }} {BOTH_ERRORS} }}"
    return shop.mutation("customerAddressUpdate", selection, customerAccessToken=token, id=address_id, address=given)


def drop(shop: Storefront, token: str, address_id: str) -> Any:
    selection = f"{{ deletedCustomerAddressId {BOTH_ERRORS} }}"
    return shop.mutation("customerAddressDelete", selection, customerAccessToken=token, id=address_id)


def prefer(shop: Storefront, token: str, address_id: str) -> Any:
    selection = f"{{ customer {{ defaultAddress {{ id }} }} {BOTH_ERRORS} }}"
    return shop.mutation("customerDefaultAddressUpdate", selection, customerAccessToken=token, addressId=address_id)


def book(shop: Storefront, token: str) -> Any:
    return seen(shop, token, "defaultAddress { id } addresses(first: 10) { nodes { id city } }")
