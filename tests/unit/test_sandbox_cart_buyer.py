"""Who may see and change the sandbox's carts, who they are for, and what is written on them."""

from typing import Any

import pytest

from sandbox.store import Store
from tests.unit.storefront_calls import CART, CART_PAYLOAD, Storefront, codes, refused

BERLIN, PARIS = "gid://shopify/CompanyLocation/7300000002", "gid://shopify/CompanyLocation/7300000003"
TEN_DAYS = 10 * 24 * 3600


def buyer(shop: Storefront, cart: Any, **given: Any) -> Any:
    return shop.mutation("cartBuyerIdentityUpdate", cartId=cart["id"], buyerIdentity=given)


def without_key(cart: Any) -> str:
    whole: str = cart["id"]
    return whole.split("?")[0]


def test_a_cart_s_id_carries_its_key(shop: Storefront) -> None:
    cart = shop.cart()

    token, key = cart["id"].removeprefix("gid://shopify/Cart/").split("?key=")
    assert cart["checkoutUrl"] == f"http://localhost:8000/sandbox/checkout/{token}?key={key}"
    assert shop.read(cart["id"])["id"] == cart["id"]


def test_carts_have_tokens_and_keys_of_their_own(shop: Storefront) -> None:
    assert len({shop.cart()["id"] for _ in range(5)}) == 5


@pytest.mark.parametrize("ending", ["", "?key=wrong", "?x=1"])
def test_without_its_key_a_cart_hides_its_buyer(shop: Storefront, ending: str) -> None:
    address = {"address": {"deliveryAddress": {"countryCode": "US", "city": "Austin"}}}
    cart = shop.cart(
        shop.line("ceramic-mug"),
        buyerIdentity={"email": "eve@example.com", "phone": "+15125550100", "countryCode": "US"},
        delivery={"addresses": [address]},
        giftCardCodes=["KYNDA25GIFT00001"],
    )

    seen = shop.read(without_key(cart) + ending)

    assert seen["totalQuantity"] == 1
    assert seen["buyerIdentity"] == dict.fromkeys(seen["buyerIdentity"])
    assert seen["delivery"] == {"addresses": []}
    assert seen["deliveryGroups"] == {"nodes": []}
    assert seen["appliedGiftCards"] == []
    assert "key" not in seen["id"] + seen["checkoutUrl"]


CHANGES: dict[str, dict[str, Any]] = {
    "cartAttributesUpdate": {"attributes": []},
    "cartBuyerIdentityUpdate": {"buyerIdentity": {}},
    "cartDeliveryAddressesAdd": {"addresses": []},
    "cartDeliveryAddressesRemove": {"addressIds": []},
    "cartDeliveryAddressesReplace": {"addresses": []},
    "cartDeliveryAddressesUpdate": {"addresses": []},
    "cartDiscountCodesUpdate": {"discountCodes": []},
    "cartGiftCardCodesAdd": {"giftCardCodes": []},
    "cartGiftCardCodesRemove": {"appliedGiftCardIds": []},
    "cartGiftCardCodesUpdate": {"giftCardCodes": []},
    "cartLinesAdd": {"lines": []},
    "cartLinesRemove": {"lineIds": []},
    "cartLinesUpdate": {"lines": []},
    "cartNoteUpdate": {"note": "x"},
    "cartSelectedDeliveryOptionsUpdate": {"selectedDeliveryOptions": []},
}


@pytest.mark.parametrize("name", CHANGES)
def test_without_its_key_a_cart_is_unknown(shop: Storefront, name: str) -> None:
    cart = shop.cart()

    wrong = shop.mutation(name, cartId=without_key(cart) + "?key=wrong", **CHANGES[name])
    unknown = shop.mutation(name, cartId="gid://shopify/Cart/none?key=x", **CHANGES[name])

    assert wrong == unknown
    assert wrong["cart"] is None
    assert refused(wrong) == ("INVALID", ["cartId"])


@pytest.mark.parametrize("name", sorted(CHANGES.keys() - {"cartLinesRemove"}))
def test_every_change_gives_the_cart_back(shop: Storefront, name: str) -> None:
    cart = shop.cart()

    assert shop.mutation(name, cartId=cart["id"], **CHANGES[name])["cart"]["id"] == cart["id"]


@pytest.mark.parametrize("cart_id", ["gid://shopify/Cart/none", "none", "gid://shopify/Product/1"])
def test_an_unknown_cart_is_null(shop: Storefront, cart_id: str) -> None:
    assert shop.read(cart_id) is None


def test_a_cart_left_alone_for_ten_days_is_gone(shop: Storefront, store: Store) -> None:
    cart = shop.cart()

    store.clock.advance(TEN_DAYS - 1)
    assert shop.read(cart["id"]) is not None
    store.clock.advance(1)

    assert shop.read(cart["id"]) is None
    assert refused(buyer(shop, cart, email="eve@example.com"))[0] == "INVALID"


def test_a_change_keeps_a_cart_alive_and_shows_its_time(shop: Storefront, store: Store) -> None:
    cart = shop.cart()
    store.clock.advance(TEN_DAYS - 1)

    changed = buyer(shop, cart, email="eve@example.com")["cart"]
    store.clock.advance(TEN_DAYS - 1)

    assert (changed["createdAt"], changed["updatedAt"]) == ("2026-11-22T12:00:00Z", "2026-12-02T11:59:59Z")
    assert shop.read(cart["id"]) is not None


def test_a_refused_change_leaves_the_cart_as_it_was(shop: Storefront, store: Store) -> None:
    cart = shop.cart(shop.line("latte"))
    store.clock.advance(60)

    payload = shop.mutation("cartLinesAdd", cartId=cart["id"], lines=[shop.line("mocha"), shop.line("latte", -1)])

    assert payload["cart"] == cart


def test_contact_and_country_change_alone_and_null_clears(shop: Storefront) -> None:
    cart = buyer(shop, shop.cart(), email="eve@example.com", phone="+15125550100", countryCode="CA")["cart"]

    changed = buyer(shop, cart, email=None)["cart"]["buyerIdentity"]

    assert (changed["email"], changed["phone"], changed["countryCode"]) == (None, "+15125550100", "CA")


@pytest.mark.parametrize(
    ("name", "value"), [("email", "nobody"), ("phone", "nothing"), ("customerAccessToken", "none")]
)
def test_an_invalid_buyer_is_refused(shop: Storefront, name: str, value: str) -> None:
    assert refused(buyer(shop, shop.cart(), **{name: value})) == ("INVALID", ["buyerIdentity", name])


def test_a_customer_brings_their_contact(shop: Storefront) -> None:
    cart = buyer(shop, shop.cart(), customerAccessToken=shop.log_in())["cart"]

    known = cart["buyerIdentity"]
    left = buyer(shop, cart, customerAccessToken=None)["cart"]["buyerIdentity"]

    assert (known["customer"], known["email"], known["phone"]) == (
        {"email": "ada@example.com"},
        "ada@example.com",
        "+15125550101",
    )
    assert (left["customer"], left["email"]) == (None, None)


def test_a_new_cart_belongs_to_the_buyer_of_its_context(shop: Storefront) -> None:
    token = shop.log_in("ben@example.com", "filter-first")
    context = f'buyer: {{customerAccessToken: "{token}", companyLocationId: "{BERLIN}"}}'

    known = shop.within(context).cart()["buyerIdentity"]

    assert known["customer"] == {"email": "ben@example.com"}
    assert known["purchasingCompany"]["location"]["name"] == "Berlin office"


def test_a_contact_buys_for_their_company(shop: Storefront) -> None:
    token = shop.log_in("ben@example.com", "filter-first")
    cart = shop.cart(shop.line("kynda-house-blend", sellingPlanId="gid://shopify/SellingPlan/71000000001"))

    payload = buyer(shop, cart, customerAccessToken=token, companyLocationId=BERLIN)

    assert payload["cart"]["buyerIdentity"]["purchasingCompany"] == {
        "company": {"name": "Example Offices"},
        "location": {"id": BERLIN, "name": "Berlin office"},
        "contact": {"title": "Office manager"},
    }
    assert codes(payload["warnings"]) == ["MERCHANDISE_SELLING_PLAN_NOT_APPLICABLE_ON_COMPANY_LOCATION"]
    assert buyer(shop, cart, companyLocationId=None)["cart"]["buyerIdentity"]["purchasingCompany"] is None


def test_invalid_companies_are_refused(shop: Storefront) -> None:
    ben = {"customerAccessToken": shop.log_in("ben@example.com", "filter-first")}
    field = ["buyerIdentity", "companyLocationId"]

    assert refused(buyer(shop, shop.cart(), companyLocationId=BERLIN)) == ("MISSING_CUSTOMER_ACCESS_TOKEN", field)
    assert refused(buyer(shop, shop.cart(), **ben, companyLocationId="gid://shopify/CompanyLocation/1")) == (
        "INVALID_COMPANY_LOCATION",
        field,
    )
    assert refused(buyer(shop, shop.cart(), **ben, companyLocationId=PARIS)) == (
        "BUYER_CANNOT_PURCHASE_FOR_COMPANY_LOCATION",
        field,
    )


def test_preferences_come_back(shop: Storefront) -> None:
    place = {"countryCode": "US", "latitude": 30.0, "longitude": -97.0}
    delivery = {"deliveryMethod": ["PICK_UP"], "pickupHandle": ["65000000001"], "coordinates": place}
    cart = buyer(shop, shop.cart(), preferences={"delivery": delivery, "wallet": ["SHOP_PAY"]})["cart"]

    assert cart["buyerIdentity"]["preferences"] == {"delivery": delivery, "wallet": ["SHOP_PAY"]}
    assert buyer(shop, cart, preferences=None)["cart"]["buyerIdentity"]["preferences"] is None


def test_goods_not_sold_in_the_buyer_s_country_are_warned_of(shop: Storefront) -> None:
    cart = shop.cart(shop.line("cold-brew-growler"))

    payload = buyer(shop, cart, countryCode="DE")

    assert codes(payload["warnings"]) == ["PRODUCT_UNAVAILABLE_IN_BUYER_LOCATION"]
    assert payload["warnings"][0]["target"] == cart["lines"]["nodes"][0]["id"]
    assert payload["cart"]["totalQuantity"] == 1


def test_deprecated_address_preferences_become_delivery_addresses(shop: Storefront) -> None:
    typed = {
        "address1": "1 Old Road",
        "city": "Austin",
        "province": "Texas",
        "country": "United States",
        "zip": "78701",
    }
    given = [
        {"deliveryAddress": typed, "oneTimeUse": True, "deliveryAddressValidationStrategy": "COUNTRY_CODE_ONLY"},
        {"customerAddressId": "gid://shopify/MailingAddress/7200000002"},
    ]
    token = shop.log_in()
    cart = buyer(shop, shop.cart(), customerAccessToken=token, deliveryAddressPreferences=given)["cart"]
    shown = shop.query(
        "cart",
        """{ buyerIdentity { deliveryAddressPreferences { ... on MailingAddress {
             city countryCodeV2 countryCode country province provinceCode } } } }""",
        id=cart["id"],
    )

    first, second = cart["delivery"]["addresses"]
    assert (first["address"]["provinceCode"], first["selected"], first["oneTimeUse"]) == ("TX", True, True)
    assert (second["address"]["city"], second["selected"]) == ("Dallas", False)
    assert shown["buyerIdentity"]["deliveryAddressPreferences"][0] == {
        "city": "Austin",
        "countryCodeV2": "US",
        "countryCode": "US",
        "country": "United States",
        "province": "Texas",
        "provinceCode": "TX",
    }


def test_invalid_deprecated_address_preferences_are_refused(shop: Storefront) -> None:
    strict = {"deliveryAddress": {"country": "US", "lastName": "E", "address1": "1", "city": "X", "province": "TX"}}
    strict["deliveryAddressValidationStrategy"] = "STRICT"  # type: ignore[assignment]

    def preference(given: dict[str, Any]) -> tuple[str, list[str]]:
        return refused(buyer(shop, shop.cart(), deliveryAddressPreferences=[given]))

    path = ["buyerIdentity", "deliveryAddressPreferences", "0"]
    assert preference({}) == ("UNSPECIFIED_ADDRESS_ERROR", path)
    assert preference(strict) == ("ADDRESS_FIELD_IS_REQUIRED", [*path, "deliveryAddress", "zip"])


def test_attributes_are_replaced_and_the_last_of_a_key_counts(shop: Storefront) -> None:
    cart = shop.cart(attributes=[{"key": "table", "value": "5"}])
    given = [{"key": "location", "value": "main"}, {"key": "location", "value": "river"}]

    changed = shop.mutation("cartAttributesUpdate", cartId=cart["id"], attributes=given)["cart"]

    assert changed["attributes"] == [{"key": "location", "value": "river"}]


def test_a_note_is_kept_up_to_5000_characters(shop: Storefront) -> None:
    cart = shop.cart(note="No sugar")

    long = shop.mutation("cartNoteUpdate", cartId=cart["id"], note="x" * 5000)
    too_long = shop.mutation("cartNoteUpdate", cartId=cart["id"], note="x" * 5001)
    none = shop.mutation("cartNoteUpdate", cartId=cart["id"], note="")

    assert cart["note"] == "No sugar"
    assert len(long["cart"]["note"]) == 5000
    assert refused(too_long) == ("NOTE_TOO_LONG", ["note"])
    assert none["cart"]["note"] == ""
    created = shop.mutation("cartCreate", input={"note": "x" * 5001})
    assert refused(created) == ("NOTE_TOO_LONG", ["input", "note"])


def test_the_source_of_a_cart_is_stored_for_its_order(shop: Storefront, store: Store) -> None:
    shop.cart(sourceName="kiosk")

    assert [record.source_name for record in store.carts.values()] == [None, "kiosk"]


def test_a_cart_is_found_as_a_node_with_its_key(shop: Storefront) -> None:
    cart = shop.cart(buyerIdentity={"email": "eve@example.com"})

    found = shop.query("nodes", f"{{ ... on Cart {CART} }}", ids=[cart["id"], without_key(cart)])

    assert found[0] == cart
    assert found[1]["buyerIdentity"]["email"] is None


def test_a_cart_made_without_input_is_empty(shop: Storefront) -> None:
    payload = shop.mutation("cartCreate", CART_PAYLOAD)

    assert payload["userErrors"] == payload["warnings"] == []
    assert payload["cart"]["totalQuantity"] == 0


def metafields_set(shop: Storefront, *given: dict[str, Any]) -> Any:
    return shop.mutation(
        "cartMetafieldsSet",
        """{ metafields { id namespace key type value createdAt updatedAt parentResource { ... on Cart { id } } }
             userErrors { code field elementIndex } }""",
        metafields=list(given),
    )


def value(cart: Any, key: str = "custom.gift", type: str = "boolean", value: str = "true") -> dict[str, str]:  # noqa: A002
    return {"ownerId": cart["id"], "key": key, "type": type, "value": value}


def test_metafields_are_set_changed_read_and_deleted(shop: Storefront, store: Store) -> None:
    cart = shop.cart()
    made = metafields_set(shop, value(cart))["metafields"][0]
    store.clock.advance(5)
    changed = metafields_set(shop, value(cart, value="false"))["metafields"][0]
    read = shop.query("cart", '{ metafield(namespace: "custom", key: "gift") { value } }', id=cart["id"])

    deleted = [
        shop.mutation(
            "cartMetafieldDelete",
            "{ deletedId userErrors { code field } }",
            input={"ownerId": cart["id"], "key": "custom.gift"},
        )
        for _ in range(2)
    ]

    assert made["parentResource"] == {"id": cart["id"]}
    assert (changed["id"], changed["createdAt"]) == (made["id"], made["createdAt"])
    assert changed["updatedAt"] > made["updatedAt"]
    assert read == {"metafield": {"value": "false"}}
    assert deleted[0] == {"deletedId": made["id"], "userErrors": []}
    assert deleted[1]["userErrors"] == [{"code": "METAFIELD_DOES_NOT_EXIST", "field": ["input", "key"]}]


def test_a_new_cart_comes_with_its_metafields(shop: Storefront) -> None:
    given = {"key": "custom.table", "type": "number_integer", "value": "5"}
    cart = shop.cart(metafields=[given])
    found = shop.query(
        "cart",
        '{ metafields(identifiers: [{namespace: "custom", key: "table"}, {namespace: "custom", key: "x"}]) { value } }',
        id=cart["id"],
    )

    assert found["metafields"] == [{"value": "5"}, None]
    payload = shop.mutation("cartCreate", input={"metafields": [given | {"value": "five"}]})
    assert refused(payload) == ("INVALID_METAFIELDS", ["input", "metafields", "0", "value"])


@pytest.mark.parametrize(
    ("changed", "code", "name"),
    [
        ({"type": "opinion"}, "INVALID_TYPE", "type"),
        ({"value": "maybe"}, "INVALID_VALUE", "value"),
        ({"value": ""}, "BLANK", "value"),
        ({"key": "custom.x"}, "TOO_SHORT", "key"),
        ({"key": "custom." + "x" * 65}, "TOO_LONG", "key"),
        ({"key": "custom.a b"}, "INVALID_VALUE", "key"),
        ({"ownerId": "gid://shopify/Cart/none"}, "INVALID_OWNER", "ownerId"),
    ],
)
def test_invalid_metafields_are_refused_and_none_is_set(
    shop: Storefront, changed: dict[str, str], code: str, name: str
) -> None:
    cart = shop.cart()

    payload = metafields_set(shop, value(cart, key="custom.first"), value(cart) | changed)

    assert payload["metafields"] is None
    assert payload["userErrors"] == [{"code": code, "field": ["metafields", "1", name], "elementIndex": 1}]
    assert shop.query("cart", '{ metafield(namespace: "custom", key: "first") { id } }', id=cart["id"]) == {
        "metafield": None
    }


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number_decimal", "1.5", "NaN"),
        ("date", "2026-11-22", "today"),
        ("date_time", "2026-11-22T10:00:00Z", "noon"),
        ("json", '{"a": 1}', "{"),
        ("color", "#aabbcc", "red"),
        ("money", '{"amount": "1.00", "currency_code": "USD"}', "1"),
        ("weight", '{"value": 2, "unit": "kg"}', '{"value": 2}'),
        ("rating", '{"value": "4", "scale_min": "1", "scale_max": "5"}', '{"value": "9"}'),
        ("url", "https://example.com", "example"),
        ("product_reference", "gid://shopify/Product/8000000001", "latte"),
        ("single_line_text_field", "one", "one\ntwo"),
        ("list.number_integer", "[1, 2]", "[1, true]"),
        ("list.single_line_text_field", '["a", "b"]', '"a"'),
    ],
)
def test_a_metafield_s_value_fits_its_type(shop: Storefront, kind: str, good: str, bad: str) -> None:
    cart = shop.cart()

    assert metafields_set(shop, value(cart, type=kind, value=good))["userErrors"] == []
    assert codes(metafields_set(shop, value(cart, type=kind, value=bad))["userErrors"]) == ["INVALID_VALUE"]


def test_at_most_25_metafields_are_set_at_once(shop: Storefront) -> None:
    cart = shop.cart()

    payload = metafields_set(shop, *(value(cart, key=f"custom.key{n}") for n in range(26)))

    assert codes(payload["userErrors"]) == ["LESS_THAN_OR_EQUAL_TO"]


def test_metafields_require_the_key_of_the_cart(shop: Storefront) -> None:
    cart = shop.cart()
    owner = {"ownerId": without_key(cart), "key": "custom.gift"}

    deleted = shop.mutation("cartMetafieldDelete", "{ deletedId userErrors { code } }", input=owner)

    assert codes(metafields_set(shop, value(cart) | owner)["userErrors"]) == ["INVALID_OWNER"]
    assert deleted == {"deletedId": None, "userErrors": [{"code": "INVALID_OWNER"}]}
