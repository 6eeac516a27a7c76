"""Lines of the sandbox's carts: merging, changing, removing, and what is refused or lowered."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.store import Store
from tests.unit.storefront_calls import CART_PAYLOAD, Storefront, codes, refused

WEEKLY, MONTHLY = "gid://shopify/SellingPlan/71000000001", "gid://shopify/SellingPlan/71000000003"


def add(shop: Storefront, cart: Any, *lines: dict[str, Any]) -> Any:
    return shop.mutation("cartLinesAdd", cartId=cart["id"], lines=list(lines))


def update(shop: Storefront, cart: Any, *lines: dict[str, Any]) -> Any:
    return shop.mutation("cartLinesUpdate", cartId=cart["id"], lines=list(lines))


def remove(shop: Storefront, cart: Any, **which: Any) -> Any:
    return shop.mutation("cartLinesRemove", cartId=cart["id"], **which)


def quantities(cart: Any) -> list[int]:
    return [line["quantity"] for line in cart["lines"]["nodes"]]


def test_a_new_cart_holds_its_lines(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug", 2), shop.line("latte", attributes={"milk": "oat"}))

    assert quantities(cart) == [2, 1]
    assert cart["totalQuantity"] == 3
    assert cart["lines"]["nodes"][1]["attributes"] == [{"key": "milk", "value": "oat"}]


def test_a_quantity_not_given_is_one(shop: Storefront) -> None:
    cart = shop.cart({"merchandiseId": shop.variant("ceramic-mug")}, {**shop.line("latte"), "quantity": None})

    assert quantities(cart) == [1, 1]


def test_the_same_merchandise_merges_whatever_the_order_of_its_attributes(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte", 1, attributes={"milk": "oat", "name": "Kim"}))

    cart = add(shop, cart, shop.line("latte", 2, attributes={"name": "Kim", "milk": "oat"}))["cart"]

    assert quantities(cart) == [3]


def test_other_attributes_or_another_plan_make_another_line(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend"))

    cart = add(
        shop,
        cart,
        shop.line("kynda-house-blend", attributes={"gift": "yes"}),
        shop.line("kynda-house-blend", sellingPlanId=WEEKLY),
        shop.line("kynda-house-blend", sellingPlanId=MONTHLY),
    )["cart"]

    assert quantities(cart) == [1, 1, 1, 1]


def test_equal_lines_of_one_request_merge(shop: Storefront) -> None:
    assert quantities(shop.cart(shop.line("latte"), shop.line("latte", 4))) == [5]


def test_an_updated_line_keeps_what_is_not_given(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend", attributes={"gift": "yes"}, sellingPlanId=WEEKLY))
    line_id = cart["lines"]["nodes"][0]["id"]

    line = update(shop, cart, {"id": line_id, "quantity": 3})["cart"]["lines"]["nodes"][0]

    assert line["quantity"] == 3
    assert line["attributes"] == [{"key": "gift", "value": "yes"}]
    assert line["sellingPlanAllocation"]["sellingPlan"]["id"] == WEEKLY


def test_attributes_given_empty_are_cleared_and_given_null_are_kept(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte", attributes={"milk": "oat"}))
    line_id = cart["lines"]["nodes"][0]["id"]

    updated = update(shop, cart, {"id": line_id, "attributes": None})["cart"]
    cleared = update(shop, cart, {"id": line_id, "attributes": []})["cart"]

    assert updated["lines"]["nodes"][0]["attributes"] == [{"key": "milk", "value": "oat"}]
    assert cleared["lines"]["nodes"][0]["attributes"] == []


def test_merchandise_plan_and_attributes_of_a_line_can_be_changed(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend"))
    change = {
        "id": cart["lines"]["nodes"][0]["id"],
        "merchandiseId": shop.variant("colombia-huila"),
        "sellingPlanId": MONTHLY,
        "attributes": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
    }

    line = update(shop, cart, change)["cart"]["lines"]["nodes"][0]

    assert line["merchandise"]["id"] == shop.variant("colombia-huila")
    assert line["sellingPlanAllocation"]["sellingPlan"]["id"] == MONTHLY
    assert line["attributes"] == [{"key": "a", "value": "2"}]


def test_a_plan_given_null_is_taken_off(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend", sellingPlanId=WEEKLY))
    line = update(shop, cart, {"id": cart["lines"]["nodes"][0]["id"], "sellingPlanId": None})["cart"]["lines"]["nodes"][
        0
    ]

    assert line["sellingPlanAllocation"] is None


def test_a_line_is_found_by_its_view_key_which_stays(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte"))
    view_key = cart["lines"]["nodes"][0]["viewKey"]

    line = update(shop, cart, {"viewKey": view_key, "quantity": 4})["cart"]["lines"]["nodes"][0]

    assert (line["quantity"], line["viewKey"]) == (4, view_key)


def test_a_line_updated_to_equal_another_merges_into_it(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte", 2), shop.line("latte", 3, attributes={"milk": "oat"}))

    cart = update(shop, cart, {"id": cart["lines"]["nodes"][1]["id"], "attributes": []})["cart"]

    assert quantities(cart) == [5]


def test_quantity_zero_removes_a_line(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte", 2), shop.line("espresso"))

    cart = update(shop, cart, {"id": cart["lines"]["nodes"][0]["id"], "quantity": 0})["cart"]

    assert quantities(cart) == [1]


def test_lines_are_removed_by_id_and_by_view_key(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte"), shop.line("espresso", 2), shop.line("mocha", 3))
    first, second, _ = cart["lines"]["nodes"]

    cart = remove(shop, cart, lineIds=[first["id"]], viewKeys=[second["viewKey"]])["cart"]

    assert quantities(cart) == [3]


def test_removing_what_is_not_there_is_refused_and_changes_nothing(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte"))

    unknown = remove(shop, cart, lineIds=[cart["lines"]["nodes"][0]["id"], "gid://shopify/CartLine/none"])
    nothing = remove(shop, cart)

    assert refused(unknown) == ("INVALID_MERCHANDISE_LINE", ["lineIds", "1"])
    assert quantities(unknown["cart"]) == [1]
    assert refused(nothing)[0] == "INVALID"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": 0}, ("INVALID", ["lines", "0", "quantity"])),
        ({"quantity": -1}, ("INVALID", ["lines", "0", "quantity"])),
        ({"quantity": 2_000_000}, ("LESS_THAN", ["lines", "0", "quantity"])),
        ({"merchandiseId": "gid://shopify/ProductVariant/1"}, ("INVALID", ["lines", "0", "merchandiseId"])),
        ({"merchandiseId": "latte"}, ("INVALID", ["lines", "0", "merchandiseId"])),
        ({"sellingPlanId": WEEKLY}, ("SELLING_PLAN_NOT_APPLICABLE", ["lines", "0", "sellingPlanId"])),
    ],
)
def test_an_invalid_line_is_refused_with_the_path_of_the_fault(
    shop: Storefront, change: dict[str, Any], expected: tuple[str, list[str]]
) -> None:
    cart = shop.cart(shop.line("espresso"))

    payload = add(shop, cart, shop.line("latte") | change)

    assert refused(payload) == expected
    assert quantities(payload["cart"]) == [1]


def test_cart_create_leads_its_fields_with_input_and_makes_no_cart(shop: Storefront, store: Store) -> None:
    payload = shop.mutation("cartCreate", input={"lines": [shop.line("latte") | {"quantity": -3}]})

    assert refused(payload) == ("INVALID", ["input", "lines", "0", "quantity"])
    assert payload["cart"] is None
    assert store.carts.keys() == {"example"}


def test_errors_of_all_lines_are_reported_together(shop: Storefront) -> None:
    payload = add(shop, shop.cart(), shop.line("latte", -1), shop.line("mocha"), shop.line("espresso", -1))

    assert [error["field"][1] for error in payload["userErrors"]] == ["0", "2"]
    assert payload["cart"]["totalQuantity"] == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": -1}, ("INVALID", ["lines", "0", "quantity"])),
        ({"id": "gid://shopify/CartLine/none"}, ("INVALID_MERCHANDISE_LINE", ["lines", "0", "id"])),
        ({"id": None, "viewKey": "none"}, ("INVALID_MERCHANDISE_LINE", ["lines", "0", "viewKey"])),
        ({"id": None}, ("INVALID_MERCHANDISE_LINE", ["lines", "0"])),
        ({"merchandiseId": "gid://shopify/ProductVariant/1"}, ("INVALID", ["lines", "0", "merchandiseId"])),
        ({"sellingPlanId": WEEKLY}, ("SELLING_PLAN_NOT_APPLICABLE", ["lines", "0", "sellingPlanId"])),
    ],
)
def test_an_invalid_update_is_refused(
    shop: Storefront, change: dict[str, Any], expected: tuple[str, list[str]]
) -> None:
    cart = shop.cart(shop.line("latte"))

    assert refused(update(shop, cart, {"id": cart["lines"]["nodes"][0]["id"]} | change)) == expected


def test_goods_sold_only_by_subscription_need_a_plan(shop: Storefront) -> None:
    payload = add(shop, shop.cart(), shop.line("roasters-choice-club"))

    assert refused(payload) == ("VARIANT_REQUIRES_SELLING_PLAN", ["lines", "0", "sellingPlanId"])


def test_a_gift_card_s_recipient_needs_an_e_mail_that_is_one(shop: Storefront) -> None:
    wrong = add(shop, shop.cart(), shop.line("kynda-gift-card", attributes={"Recipient email": "nobody"}))
    right = add(shop, shop.cart(), shop.line("kynda-gift-card", attributes={"Recipient email": "eve@example.com"}))

    assert refused(wrong) == ("GIFT_CARD_RECIPIENT_INVALID", ["lines", "0", "attributes"])
    assert quantities(right["cart"]) == [1]


def test_more_than_the_stock_is_lowered_to_it_with_a_warning(shop: Storefront) -> None:
    payload = add(shop, shop.cart(), shop.line("brewing-scale", 50))

    line = payload["cart"]["lines"]["nodes"][0]
    assert line["quantity"] == 12
    assert codes(payload["warnings"]) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    assert payload["warnings"][0]["target"] == line["id"]
    assert payload["userErrors"] == []


def test_the_stock_is_shared_by_all_lines_of_a_variant(shop: Storefront) -> None:
    cart = shop.cart(shop.line("brewing-scale", 10))

    payload = add(shop, cart, shop.line("brewing-scale", 10, attributes={"gift": "yes"}))

    assert quantities(payload["cart"]) == [10, 2]


def test_an_update_beyond_the_stock_is_lowered_too(shop: Storefront) -> None:
    cart = shop.cart(shop.line("brewing-scale", 2))

    payload = update(shop, cart, {"id": cart["lines"]["nodes"][0]["id"], "quantity": 40})

    assert quantities(payload["cart"]) == [12]
    assert codes(payload["warnings"]) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]


def test_sold_out_goods_are_not_added(shop: Storefront) -> None:
    payload = add(shop, shop.cart(), shop.line("panama-geisha-reserve"))

    assert quantities(payload["cart"]) == []
    assert codes(payload["warnings"]) == ["MERCHANDISE_OUT_OF_STOCK"]
    assert payload["warnings"][0]["target"] == shop.variant("panama-geisha-reserve")


def test_goods_that_may_be_oversold_are_added_without_stock(shop: Storefront) -> None:
    payload = add(shop, shop.cart(), shop.line("french-press", 3))

    assert quantities(payload["cart"]) == [3]
    assert payload["warnings"] == []


@pytest.mark.parametrize(
    ("quantity", "code"), [(1, "MINIMUM_NOT_MET"), (14, "MAXIMUM_EXCEEDED"), (3, "INVALID_INCREMENT")]
)
def test_quantity_rules_refuse(shop: Storefront, quantity: int, code: str) -> None:
    payload = add(shop, shop.cart(), shop.line("bean-socks", quantity))

    assert refused(payload) == (code, ["lines", "0", "quantity"])


def test_quantity_rules_count_all_lines_of_a_variant(shop: Storefront) -> None:
    cart = shop.cart(shop.line("bean-socks", 8))

    payload = add(shop, cart, shop.line("bean-socks", 6, attributes={"gift": "yes"}))

    assert refused(payload)[0] == "MAXIMUM_EXCEEDED"


def test_a_bundle_is_a_line_of_parts(shop: Storefront) -> None:
    line = shop.cart(shop.line("home-brewing-kit", 2))["lines"]["nodes"][0]

    assert line["__typename"] == "ComponentizableCartLine"
    assert [part["quantity"] for part in line["lineComponents"]] == [2, 4, 2]
    assert {part["instructions"]["canRemove"] for part in line["lineComponents"]} == {False}
    assert line["cost"]["totalAmount"]["amount"] == "90.0"


def test_a_bundle_is_as_scarce_as_its_scarcest_part(shop: Storefront) -> None:
    payload = add(shop, shop.cart(), shop.line("home-brewing-kit", 500))

    assert codes(payload["warnings"]) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    assert payload["cart"]["totalQuantity"] == 43


def test_a_line_can_belong_to_another(shop: Storefront) -> None:
    cart = shop.cart(shop.line("hand-grinder"))
    grinder = cart["lines"]["nodes"][0]

    cart = add(shop, cart, shop.line("sticker-pack", parent={"lineId": grinder["id"]}))["cart"]

    sticker = cart["lines"]["nodes"][1]
    assert sticker["parentRelationship"] == {"parent": {"id": grinder["id"]}}
    assert sticker["instructions"] == {"canRemove": True, "canUpdateQuantity": True}


def test_a_parent_may_come_with_the_same_request(shop: Storefront) -> None:
    parent = {"merchandiseId": shop.variant("hand-grinder")}

    nodes = shop.cart(shop.line("sticker-pack", parent=parent), shop.line("hand-grinder"))["lines"]["nodes"]

    grinder, sticker = nodes
    assert sticker["parentRelationship"]["parent"]["id"] == grinder["id"]


def test_the_same_goods_with_and_without_a_parent_are_two_lines(shop: Storefront) -> None:
    parent = {"merchandiseId": shop.variant("hand-grinder")}

    cart = shop.cart(shop.line("hand-grinder"), shop.line("sticker-pack"), shop.line("sticker-pack", parent=parent))

    assert quantities(cart) == [1, 1, 1]


def test_removing_a_line_removes_its_nested_lines(shop: Storefront) -> None:
    parent = {"merchandiseId": shop.variant("hand-grinder")}
    cart = shop.cart(shop.line("hand-grinder"), shop.line("sticker-pack", parent=parent), shop.line("latte"))

    cart = remove(shop, cart, lineIds=[cart["lines"]["nodes"][0]["id"]])["cart"]

    assert [line["merchandise"]["id"] for line in cart["lines"]["nodes"]] == [shop.variant("latte")]


def test_invalid_parents_are_refused(shop: Storefront) -> None:
    by_grinder = {"merchandiseId": shop.variant("hand-grinder")}
    cart = shop.cart(
        shop.line("hand-grinder"),
        shop.line("sticker-pack", parent=by_grinder),
        shop.line("home-brewing-kit"),
        shop.line("latte"),
        shop.line("latte", attributes={"milk": "oat"}),
    )
    field = ["lines", "0", "parent"]

    def parent(**given: str) -> tuple[str, list[str]]:
        return refused(add(shop, cart, shop.line("espresso", parent=given)))

    assert parent(merchandiseId=shop.variant("mocha")) == ("PARENT_LINE_NOT_FOUND", field)
    assert parent(lineId="gid://shopify/CartLine/none") == ("PARENT_LINE_NOT_FOUND", field)
    assert parent(merchandiseId=shop.variant("latte")) == ("PARENT_LINE_INVALID_REFERENCE", field)
    assert parent(merchandiseId=shop.variant("sticker-pack")) == ("PARENT_LINE_NESTING_TOO_DEEP", field)
    assert parent(merchandiseId=shop.variant("home-brewing-kit")) == ("BUNDLES_AND_ADDONS_CANNOT_BE_MIXED", field)


def test_a_line_with_relatives_cannot_become_a_bundle(shop: Storefront) -> None:
    parent = {"merchandiseId": shop.variant("hand-grinder")}
    cart = shop.cart(shop.line("hand-grinder"), shop.line("sticker-pack", parent=parent))
    field, kit = ["lines", "0", "merchandiseId"], shop.variant("home-brewing-kit")
    grinder, sticker = (line["id"] for line in cart["lines"]["nodes"])

    assert refused(update(shop, cart, {"id": grinder, "merchandiseId": kit})) == (
        "PARENT_LINE_OPERATION_BLOCKED",
        field,
    )
    assert refused(update(shop, cart, {"id": sticker, "merchandiseId": kit})) == (
        "BUNDLES_AND_ADDONS_CANNOT_BE_MIXED",
        field,
    )


def test_parents_that_become_equal_share_what_belongs_to_them(shop: Storefront) -> None:
    cart = shop.cart(shop.line("hand-grinder"), shop.line("hand-grinder", attributes={"gift": "yes"}))
    first, second = (line["id"] for line in cart["lines"]["nodes"])
    cart = add(
        shop,
        cart,
        shop.line("sticker-pack", 1, parent={"lineId": first}),
        shop.line("sticker-pack", 2, parent={"lineId": second}),
    )["cart"]

    cart = update(shop, cart, {"id": second, "attributes": []})["cart"]

    assert quantities(cart) == [2, 3]


def test_unpublished_content_does_not_exist(shop: Storefront, store: Store) -> None:
    mug = store.product_by_handle("ceramic-mug")
    assert mug is not None
    mug.published_at = store.clock.now() + timedelta(hours=1)

    assert refused(add(shop, shop.cart(), shop.line("ceramic-mug"))) == ("INVALID", ["lines", "0", "merchandiseId"])
    store.clock.advance(3600)
    assert quantities(add(shop, shop.cart(), shop.line("ceramic-mug"))["cart"]) == [1]


def test_the_newest_line_comes_first(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte"))
    added = [shop.line("espresso"), shop.line("mocha")]

    payload = "{ cart { lines(first: 5) { nodes { merchandise { ... on ProductVariant { id } } } } } }"
    found = shop.mutation("cartLinesAdd", payload, cartId=cart["id"], lines=added)["cart"]["lines"]["nodes"]

    handles = ("mocha", "espresso", "latte")
    assert [line["merchandise"]["id"] for line in found] == [shop.variant(handle) for handle in handles]


def test_a_request_of_more_than_250_lines_is_an_error(shop: Storefront) -> None:
    cart = shop.cart()

    errors = shop.errors("cartLinesAdd", cartId=cart["id"], lines=[shop.line("latte")] * 251)

    assert errors[0]["extensions"] == {"code": "MAX_INPUT_SIZE_EXCEEDED"}


def test_a_cart_of_more_than_500_lines_is_refused(shop: Storefront) -> None:
    def lines(start: int, count: int) -> list[dict[str, Any]]:
        return [shop.line("latte", attributes={"n": str(n)}) for n in range(start, start + count)]

    cart = shop.cart(*lines(0, 250))
    payload = CART_PAYLOAD.replace("first: 250, reverse", "first: 1, reverse")
    full = shop.mutation("cartLinesAdd", payload, cartId=cart["id"], lines=lines(250, 250))
    over = shop.mutation("cartLinesAdd", payload, cartId=cart["id"], lines=lines(500, 1))

    assert full["userErrors"] == []
    assert refused(over) == ("CART_TOO_LARGE", ["lines"])
    assert over["cart"]["totalQuantity"] == 500


def test_lines_are_paged_in_both_directions_and_reversed(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte"), shop.line("espresso"), shop.line("mocha"))
    pages = """{ lines(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } }
                 back: lines(last: 1) { nodes { id } }
                 turned: lines(first: 3, reverse: true) { nodes { id } } }"""

    found = shop.query("cart", pages, id=cart["id"])
    ids = [line["id"] for line in reversed(cart["lines"]["nodes"])]
    rest = shop.query(
        "cart",
        f'{{ lines(first: 9, after: "{found["lines"]["pageInfo"]["endCursor"]}") {{ nodes {{ id }} }} }}',
        id=cart["id"],
    )

    assert [line["id"] for line in found["lines"]["nodes"]] == ids[:2]
    assert found["lines"]["pageInfo"]["hasNextPage"] is True
    assert [line["id"] for line in found["back"]["nodes"]] == ids[2:]
    assert [line["id"] for line in found["turned"]["nodes"]] == ids[::-1]
    assert [line["id"] for line in rest["lines"]["nodes"]] == ids[2:]


def test_one_attribute_of_a_line_is_read_by_its_key(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte", attributes={"milk": "oat"}), attributes=[{"key": "table", "value": "5"}])

    found = shop.query(
        "cart",
        """{ attribute(key: "table") { value } none: attribute(key: "x") { value }
             lines(first: 1) { nodes { attribute(key: "milk") { key value } } } }""",
        id=cart["id"],
    )

    assert found["attribute"] == {"value": "5"}
    assert found["none"] is None
    assert found["lines"]["nodes"][0]["attribute"] == {"key": "milk", "value": "oat"}


def test_lines_and_bundles_are_found_as_nodes(shop: Storefront) -> None:
    cart = shop.cart(shop.line("latte"), shop.line("home-brewing-kit"))
    latte, kit = cart["lines"]["nodes"]
    line_ids = [latte["id"], kit["id"], kit["lineComponents"][0]["id"], "gid://shopify/CartLine/none?cart=x"]

    found = shop.query("nodes", "{ __typename id }", ids=line_ids)

    assert [entry and entry["__typename"] for entry in found] == [
        "CartLine",
        "ComponentizableCartLine",
        "CartLine",
        None,
    ]
    assert [entry["id"] for entry in found[:3]] == line_ids[:3]
