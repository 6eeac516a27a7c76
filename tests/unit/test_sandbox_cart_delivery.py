"""Delivery of the sandbox's carts: addresses, groups and their options."""

from typing import Any

import pytest

from tests.unit.storefront_calls import Storefront, codes, refused

AUSTIN = {
    "firstName": "Ada",
    "lastName": "Example",
    "address1": "101 Example Street",
    "city": "Austin",
    "provinceCode": "TX",
    "zip": "78701",
    "countryCode": "US",
}
WEEKLY = "gid://shopify/SellingPlan/71000000001"
PICK_UP = {"preferences": {"delivery": {"deliveryMethod": ["PICK_UP"]}}}
MAIN_STREET, RIVERSIDE = "65000000001", "65000000002"


def entry(selected: bool | None = None, **changed: Any) -> dict[str, Any]:
    """A CartSelectableAddressInput near Main Street."""
    given: dict[str, Any] = {"address": {"deliveryAddress": AUSTIN | changed}}
    return given if selected is None else given | {"selected": selected}


def delivered(shop: Storefront, *lines: dict[str, Any], address: dict[str, Any] | None = None, **given: Any) -> Any:
    """A cart with an address."""
    return shop.cart(*lines, delivery={"addresses": [address or entry()]}, **given)


def addresses(shop: Storefront, name: str, cart: Any, *given: Any) -> Any:
    return shop.mutation(f"cartDeliveryAddresses{name}", cartId=cart["id"], addresses=list(given))


def addresses_of(payload: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = payload["cart"]["delivery"]["addresses"]
    return found


def groups(cart: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cart["deliveryGroups"]["nodes"]
    return found


def option_codes(group: Any) -> list[str]:
    return [option["code"] for option in group["deliveryOptions"]]


def choose(shop: Storefront, cart: Any, group: Any, code: str) -> Any:
    handle = next(option["handle"] for option in group["deliveryOptions"] if option["code"] == code)
    chosen = [{"deliveryGroupId": group["id"], "deliveryOptionHandle": handle}]
    return shop.mutation("cartSelectedDeliveryOptionsUpdate", cartId=cart["id"], selectedDeliveryOptions=chosen)


def test_the_first_address_is_selected_and_further_ones_are_not(shop: Storefront) -> None:
    cart = addresses(shop, "Add", shop.cart(), entry())["cart"]

    payload = addresses(shop, "Add", cart, entry(city="Dallas", zip="75201"))

    assert [address["selected"] for address in addresses_of(payload)] == [True, False]
    assert addresses_of(payload)[0]["address"]["formatted"][:2] == ["Ada Example", "101 Example Street"]


def test_an_address_can_be_left_unselected_and_selected_later(shop: Storefront) -> None:
    payload = addresses(shop, "Add", shop.cart(shop.line("ceramic-mug")), entry(selected=False))
    assert groups(payload["cart"]) == []

    payload = addresses(shop, "Update", payload["cart"], {"id": addresses_of(payload)[0]["id"], "selected": True})

    assert [group["deliveryAddress"]["city"] for group in groups(payload["cart"])] == ["Austin"]


def test_selected_addresses_can_be_read_alone(shop: Storefront) -> None:
    cart = addresses(shop, "Add", shop.cart(), entry(), entry(city="Waco"))["cart"]

    found = shop.query(
        "cart",
        """{ delivery { addresses(selected: true) { address { ... on CartDeliveryAddress {
             city name formattedArea plain: formatted(withCompany: false) } } } } }""",
        id=cart["id"],
    )

    assert found["delivery"]["addresses"] == [
        {
            "address": {
                "city": "Austin",
                "name": "Ada Example",
                "formattedArea": "Austin, TX, United States",
                "plain": ["101 Example Street", "Austin TX 78701", "United States"],
            }
        }
    ]


def test_an_address_comes_back_as_it_was_typed(shop: Storefront) -> None:
    typed = AUSTIN | {"address2": "Back door", "company": "Studio", "phone": "+15125550100"}
    cart = addresses(shop, "Add", shop.cart(), {"address": {"deliveryAddress": typed}})["cart"]
    found = shop.query(
        "cart",
        """{ delivery { addresses { address { ... on CartDeliveryAddress { firstName lastName company address1 address2
             city provinceCode zip countryCode phone latitude longitude
             label: formatted(withName: true) plain: formatted(withCompany: false) } } } } }""",
        id=cart["id"],
    )["delivery"]["addresses"][0]["address"]

    assert {name: found[name] for name in typed} == typed
    assert found["label"][:2] == ["Ada Example", "Studio"]
    assert found["plain"][0] == "101 Example Street"
    assert (found["latitude"], found["longitude"]) == (30.2672, -97.7431)


def test_an_update_changes_what_is_given(shop: Storefront) -> None:
    payload = addresses(shop, "Add", shop.cart(), entry())
    address_id = addresses_of(payload)[0]["id"]

    once = addresses(shop, "Update", payload["cart"], {"id": address_id, "oneTimeUse": True})
    moved = addresses(shop, "Update", payload["cart"], {"id": address_id, "address": entry(city="Waco")["address"]})
    off = addresses(shop, "Update", payload["cart"], {"id": address_id, "selected": False})

    assert (addresses_of(once)[0]["oneTimeUse"], addresses_of(once)[0]["address"]["city"]) == (True, "Austin")
    assert (addresses_of(moved)[0]["oneTimeUse"], addresses_of(moved)[0]["address"]["city"]) == (True, "Waco")
    assert addresses_of(off)[0]["selected"] is False


def test_addresses_are_replaced_and_removed(shop: Storefront) -> None:
    cart = addresses(shop, "Add", shop.cart(), entry(), entry(city="Waco"))["cart"]

    replaced = addresses(shop, "Replace", cart, entry(city="Dallas"))
    removed = shop.mutation(
        "cartDeliveryAddressesRemove", cartId=cart["id"], addressIds=[addresses_of(replaced)[0]["id"]]
    )

    assert [address["address"]["city"] for address in addresses_of(replaced)] == ["Dallas"]
    assert addresses_of(removed) == []


def test_addresses_that_are_not_there_are_refused(shop: Storefront) -> None:
    cart, missing = shop.cart(), "gid://shopify/CartSelectableAddress/none"

    updated = addresses(shop, "Update", cart, {"id": missing, "selected": True})
    removed = shop.mutation("cartDeliveryAddressesRemove", cartId=cart["id"], addressIds=[missing])

    assert refused(updated) == ("INVALID_DELIVERY_ADDRESS_ID", ["addresses", "0", "id"])
    assert refused(removed) == ("INVALID_DELIVERY_ADDRESS_ID", ["addressIds", "0"])


def test_the_same_address_is_stored_once(shop: Storefront) -> None:
    cart = addresses(shop, "Add", shop.cart(), entry())["cart"]

    payload = addresses(shop, "Add", cart, entry())

    assert codes(payload["warnings"]) == ["DUPLICATE_DELIVERY_ADDRESS"]
    assert len(addresses_of(payload)) == 1
    assert payload["warnings"][0]["target"] == addresses_of(payload)[0]["id"]


def test_two_addresses_cannot_both_be_selected(shop: Storefront) -> None:
    payload = addresses(shop, "Add", shop.cart(), entry(True), entry(True, city="Waco"))

    assert refused(payload) == ("ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED", ["addresses"])


def test_a_cart_has_at_most_20_addresses(shop: Storefront) -> None:
    cart = addresses(shop, "Add", shop.cart(), *(entry(address1=str(n)) for n in range(20)))["cart"]

    assert refused(addresses(shop, "Add", cart, entry())) == ("TOO_MANY_DELIVERY_ADDRESSES", ["addresses"])


@pytest.mark.parametrize(
    ("changed", "code", "name"),
    [
        ({"zip": "7870"}, "INVALID_ZIP_CODE_FOR_COUNTRY", "zip"),
        ({"zip": "10001"}, "INVALID_ZIP_CODE_FOR_PROVINCE", "zip"),
        ({"provinceCode": "ZZ"}, "PROVINCE_NOT_FOUND", "provinceCode"),
        ({"city": None}, "ADDRESS_FIELD_IS_REQUIRED", "city"),
        ({"lastName": None}, "ADDRESS_FIELD_IS_REQUIRED", "lastName"),
        ({"address2": "x" * 300}, "ADDRESS_FIELD_IS_TOO_LONG", "address2"),
        ({"address2": "<b>2</b>"}, "ADDRESS_FIELD_CONTAINS_HTML_TAGS", "address2"),
        ({"company": "www.example.com"}, "ADDRESS_FIELD_CONTAINS_URL", "company"),
        ({"firstName": "Ada \u2615"}, "ADDRESS_FIELD_CONTAINS_EMOJIS", "firstName"),
        ({"phone": "call me"}, "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN", "phone"),
    ],
)
def test_strict_validation_finds_what_the_usual_one_lets_pass(
    shop: Storefront, changed: dict[str, Any], code: str, name: str
) -> None:
    strict = addresses(shop, "Add", shop.cart(), entry(**changed) | {"validationStrategy": "STRICT"})
    usual = addresses(shop, "Add", shop.cart(), entry(**changed))

    assert refused(strict) == (code, ["addresses", "0", "address", "deliveryAddress", name])
    assert usual["userErrors"] == []


def test_a_country_is_always_required(shop: Storefront) -> None:
    payload = addresses(shop, "Add", shop.cart(), {"address": {"deliveryAddress": {"city": "Austin"}}})

    field = ["addresses", "0", "address", "deliveryAddress", "countryCode"]
    assert refused(payload) == ("ADDRESS_FIELD_IS_REQUIRED", field)


def test_errors_of_a_new_cart_s_addresses_lead_into_its_delivery(shop: Storefront) -> None:
    payload = shop.mutation("cartCreate", input={"delivery": {"addresses": [entry(countryCode=None)]}})

    assert refused(payload)[1][:4] == ["input", "delivery", "addresses", "0"]


def test_an_address_is_copied_from_the_customer_s_book(shop: Storefront) -> None:
    copied = {"address": {"copyFromCustomerAddressId": "gid://shopify/MailingAddress/7200000002"}}
    wrong = {"address": {"copyFromCustomerAddressId": "gid://shopify/MailingAddress/7200000003"}}
    cart = shop.cart(buyerIdentity={"customerAccessToken": shop.log_in()})

    assert addresses_of(addresses(shop, "Add", cart, copied))[0]["address"]["city"] == "Dallas"
    assert refused(addresses(shop, "Add", cart, wrong))[0] == "INVALID_DELIVERY_ADDRESS_ID"
    assert refused(addresses(shop, "Add", shop.cart(), copied))[0] == "MISSING_CUSTOMER_ACCESS_TOKEN"


def test_there_is_no_group_before_there_is_a_destination(shop: Storefront) -> None:
    assert groups(shop.cart(shop.line("ceramic-mug"))) == []


def test_a_customer_s_default_address_is_a_destination(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug"), buyerIdentity={"customerAccessToken": shop.log_in()})

    assert [group["deliveryAddress"]["city"] for group in groups(cart)] == ["Austin"]


def test_options_are_sent_local_and_picked_up_with_carriers_when_asked(shop: Storefront) -> None:
    cart = delivered(shop, shop.line("ceramic-mug"))

    with_carriers = groups(cart)[0]
    usual = shop.query("cart", "{ deliveryGroups(first: 1) { nodes { deliveryOptions { code } } } }", id=cart["id"])[
        "deliveryGroups"
    ]["nodes"][0]

    assert option_codes(usual) == ["standard", "express", "local_delivery", "Main Street Cafe", "Riverside Cafe"]
    assert set(option_codes(with_carriers)) - set(option_codes(usual)) == {"carrier_economy", "carrier_priority"}
    methods = {option["code"]: option["deliveryMethodType"] for option in with_carriers["deliveryOptions"]}
    assert methods["local_delivery"] == "LOCAL"
    assert methods["Main Street Cafe"] == "PICK_UP"


def test_far_from_a_cafe_there_is_no_local_delivery(shop: Storefront) -> None:
    cart = delivered(shop, shop.line("ceramic-mug"), address=entry(city="Waco"))

    assert "local_delivery" not in option_codes(groups(cart)[0])


def test_shipping_costs_more_abroad_and_for_heavier_parcels(shop: Storefront) -> None:
    def standard(quantity: int, **address: Any) -> float:
        cart = delivered(shop, shop.line("kynda-house-blend", quantity), address=entry(**address))
        return float(groups(cart)[0]["selectedDeliveryOption"]["estimatedCost"]["amount"])

    here = standard(1)

    assert standard(9) > here
    assert standard(1, countryCode="CA") > here
    assert standard(1, countryCode="DE") > standard(1, countryCode="CA")


def test_nothing_is_sent_where_the_shop_does_not_deliver(shop: Storefront) -> None:
    group = groups(delivered(shop, shop.line("ceramic-mug"), address=entry(countryCode="BR")))[0]

    assert {option["deliveryMethodType"] for option in group["deliveryOptions"]} == {"PICK_UP"}


def test_the_total_holds_the_delivery_as_it_is_selected(shop: Storefront) -> None:
    cart = delivered(shop, shop.line("ceramic-mug"))
    group = groups(cart)[0]
    assert group["selectedDeliveryOption"]["code"] == "standard"
    assert cart["cost"]["totalAmount"]["amount"] == "27.75"

    picked_up = choose(shop, cart, group, "Main Street Cafe")["cart"]
    carried = choose(shop, cart, group, "carrier_priority")["cart"]

    assert picked_up["cost"]["totalAmount"]["amount"] == "22.0"
    assert groups(carried)[0]["selectedDeliveryOption"]["code"] == "carrier_priority"
    assert shop.read(cart["id"])["cost"]["totalAmount"] == carried["cost"]["totalAmount"]


def test_a_group_or_option_that_is_not_there_is_refused(shop: Storefront) -> None:
    cart = delivered(shop, shop.line("ceramic-mug"))
    group = groups(cart)[0]["id"]

    def chosen(group_id: str, handle: str) -> tuple[str, list[str]]:
        given = [{"deliveryGroupId": group_id, "deliveryOptionHandle": handle}]
        return refused(
            shop.mutation("cartSelectedDeliveryOptionsUpdate", cartId=cart["id"], selectedDeliveryOptions=given)
        )

    path = ["selectedDeliveryOptions", "0"]
    assert chosen("gid://shopify/CartDeliveryGroup/none", "x") == ("INVALID_DELIVERY_GROUP", [*path, "deliveryGroupId"])
    assert chosen(group, "x") == ("INVALID_DELIVERY_OPTION", [*path, "deliveryOptionHandle"])


def test_drinks_parcels_and_subscriptions_are_groups_of_their_own(shop: Storefront) -> None:
    cart = delivered(
        shop,
        shop.line("latte"),
        shop.line("ceramic-mug"),
        shop.line("kynda-house-blend", sellingPlanId=WEEKLY),
        shop.line("kynda-gift-card"),
    )
    latte, mug, beans, _ = [line["id"] for line in cart["lines"]["nodes"]]

    found = {
        group["cartLines"]["nodes"][0]["id"]: (
            group["groupType"],
            {option["deliveryMethodType"] for option in group["deliveryOptions"]},
        )
        for group in groups(cart)
    }

    assert set(found) == {latte, mug, beans}
    assert found[latte] == ("ONE_TIME_PURCHASE", {"PICK_UP"})
    assert "SHIPPING" in found[mug][1]
    assert found[beans][0] == "SUBSCRIPTION"


def test_a_wish_to_pick_up_needs_no_address(shop: Storefront) -> None:
    group = groups(shop.cart(shop.line("latte"), buyerIdentity=PICK_UP))[0]

    assert option_codes(group) == ["Main Street Cafe", "Riverside Cafe"]
    assert group["deliveryAddress"] == {"city": None, "countryCodeV2": "US"}


def test_a_place_that_has_not_enough_offers_no_pick_up(shop: Storefront) -> None:
    here = groups(shop.cart(shop.line("ceramic-mug"), buyerIdentity=PICK_UP))[0]
    many = groups(shop.cart(shop.line("ceramic-mug", 40), buyerIdentity=PICK_UP))[0]

    assert "Main Street Cafe" in option_codes(here)
    assert not {"Main Street Cafe", "Riverside Cafe"} & set(option_codes(many))


def test_preferences_order_the_options_and_choose_the_place(shop: Storefront) -> None:
    wish = {"deliveryMethod": ["PICK_UP", "PICKUP_POINT"], "pickupHandle": [RIVERSIDE]}
    cart = delivered(shop, shop.line("ceramic-mug"), buyerIdentity={"preferences": {"delivery": wish}})

    group = groups(cart)[0]

    assert option_codes(group)[:2] == ["Riverside Cafe", "parcel_locker"]
    assert group["selectedDeliveryOption"]["code"] == "Riverside Cafe"
    assert "Main Street Cafe" not in option_codes(group)


def test_coordinates_put_the_nearest_place_first(shop: Storefront) -> None:
    place = {"countryCode": "US", "latitude": 29.42, "longitude": -98.49}
    delivery = {"deliveryMethod": ["PICK_UP"], "coordinates": place}
    cart = shop.cart(shop.line("ceramic-mug"), buyerIdentity={"preferences": {"delivery": delivery}})

    found = option_codes(groups(cart)[0])

    assert found[:2] == ["Riverside Cafe", "Main Street Cafe"]
    assert "local_delivery" in found


def test_free_shipping_takes_the_shipping_off(shop: Storefront) -> None:
    cart = delivered(shop, shop.line("ceramic-mug"), discountCodes=["FREESHIP"])

    discount = groups(cart)[0]["discountAllocations"][0]

    assert discount["discountedAmount"]["amount"] == "5.75"
    assert discount["targetType"] == "SHIPPING_LINE"
    assert cart["discountApplications"][0]["targetType"] == "SHIPPING_LINE"
    assert cart["cost"]["totalAmount"]["amount"] == "22.0"


def test_groups_are_paged_and_reversed(shop: Storefront) -> None:
    cart = delivered(shop, shop.line("latte"), shop.line("ceramic-mug"))
    found = shop.query(
        "cart",
        """{ one: deliveryGroups(first: 1) { nodes { id } pageInfo { hasNextPage } }
             turned: deliveryGroups(first: 2, reverse: true) {
               nodes { id cartLines(first: 5, reverse: true) { nodes { id } } } } }""",
        id=cart["id"],
    )

    assert found["one"]["pageInfo"]["hasNextPage"] is True
    assert [group["id"] for group in found["turned"]["nodes"]] == [group["id"] for group in groups(cart)][::-1]
