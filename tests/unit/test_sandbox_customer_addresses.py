"""The Storefront stand-in's address books of customers."""

import pytest

from tests.unit.customer_calls import HOME, alter, book, create, drop, log_in, prefer, problem, put
from tests.unit.storefront_calls import Storefront


def test_an_address_is_put_into_the_book(shop: Storefront) -> None:
    token = shop.log_in()

    made = put(shop, token)["customerAddress"]

    assert {name: made[name] for name in HOME} == HOME
    assert (made["provinceCode"], made["countryCodeV2"], made["name"]) == ("ON", "CA", "Ada Example")
    assert [entry["city"] for entry in book(shop, token)["addresses"]["nodes"]] == ["Austin", "Dallas", "Toronto"]


def test_the_first_address_is_the_default_one(shop: Storefront) -> None:
    create(shop)
    token = log_in(shop, "eve@example.com", "a-secret")["customerAccessToken"]["accessToken"]
    assert book(shop, token)["defaultAddress"] is None

    first = put(shop, token)["customerAddress"]["id"]
    put(shop, token, city="Ottawa")

    assert book(shop, token)["defaultAddress"]["id"] == first


def test_only_the_given_fields_of_an_address_change(shop: Storefront) -> None:
    token = shop.log_in()
    home = book(shop, token)["defaultAddress"]["id"]

    changed = alter(shop, token, home, city="Houston", zip="77002", address2=None)["customerAddress"]

    assert (changed["id"], changed["city"], changed["zip"]) == (home, "Houston", "77002")
    assert (changed["address1"], changed["latitude"]) == ("101 Example Street", 29.7604)


def test_another_address_becomes_the_default_one(shop: Storefront) -> None:
    token = shop.log_in()
    work = book(shop, token)["addresses"]["nodes"][1]["id"]

    assert prefer(shop, token, work)["customer"]["defaultAddress"]["id"] == work


def test_a_deleted_default_address_leaves_the_oldest_as_default(shop: Storefront) -> None:
    token = shop.log_in()
    home, work = [entry["id"] for entry in book(shop, token)["addresses"]["nodes"]]

    deleted = drop(shop, token, home)

    assert deleted["deletedCustomerAddressId"] == home
    assert book(shop, token) == {
        "defaultAddress": {"id": work},
        "addresses": {"nodes": [{"id": work, "city": "Dallas"}]},
    }
    drop(shop, token, work)
    assert book(shop, token)["defaultAddress"] is None


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"country": "Atlantis"}, "INVALID", ["address", "country"]),
        ({"province": "Texas"}, "INVALID", ["address", "province"]),
        ({"zip": "78701"}, "INVALID", ["address", "zip"]),
        ({"phone": "x"}, "INVALID", ["address", "phone"]),
        ({"address1": "x" * 256}, "TOO_LONG", ["address", "address1"]),
        ({"company": "<i>x</i>"}, "CONTAINS_HTML_TAGS", ["address", "company"]),
        ({"company": "https://example.com"}, "CONTAINS_URL", ["address", "company"]),
    ],
)
def test_an_invalid_address_is_refused(shop: Storefront, given: dict[str, str], code: str, field: list[str]) -> None:
    token = shop.log_in()

    assert problem(put(shop, token, **given)) == (code, field)
    assert len(book(shop, token)["addresses"]["nodes"]) == 2


def test_the_same_address_is_not_put_twice(shop: Storefront) -> None:
    token = shop.log_in()
    put(shop, token)

    assert problem(put(shop, token)) == ("TAKEN", ["address"])


def test_addresses_of_others_do_not_exist(shop: Storefront) -> None:
    token, other = shop.log_in(), "gid://shopify/MailingAddress/7200000003"

    assert problem(alter(shop, token, other, city="X")) == ("NOT_FOUND", ["id"])
    assert problem(drop(shop, token, other)) == ("NOT_FOUND", ["id"])
    assert problem(prefer(shop, token, other)) == ("NOT_FOUND", ["addressId"])
