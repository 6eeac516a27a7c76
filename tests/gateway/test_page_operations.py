"""Each page of the shop as one operation: its contents, and its upstream requests."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import Sandbox
from edge.graphiql_page import ExampleOperation, example_operations
from tests.serving import STAFF, Answer, Served, serving


def _name(example: ExampleOperation) -> str:
    found = re.search(r"^(?:query|mutation) (\w+)", example.query, re.MULTILINE)
    assert found is not None
    return found[1]


OPERATIONS = {_name(example): example for example in example_operations()}

# What each operation asks of each upstream: the first time, and again at once. Carts, accounts and what staff see
# are never kept; of a cart's shipping rates what Printful and Storefront's catalogue said is.
REQUESTS: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "Home": ({"storefront": 1}, {}),
    "CafeMenu": ({"storefront": 1, "admin": 1, "square": 2}, {}),
    "Merchandise": ({"storefront": 1}, {}),
    "ProductPage": ({"storefront": 1, "admin": 1, "printful": 2}, {}),
    "Preview": ({"storefront": 1}, {"storefront": 1}),
    "AddDesign": ({"storefront": 1}, {"storefront": 1}),
    "NewCart": ({"storefront": 1}, {"storefront": 1}),
    "Cart": ({"storefront": 3, "printful": 2}, {"storefront": 2}),
    "ChangeCart": ({"storefront": 1}, {"storefront": 1}),
    "CheckOut": ({"storefront": 1}, {"storefront": 1}),
    "Account": ({"storefront": 1}, {"storefront": 1}),
    "Visit": ({"storefront": 2}, {"storefront": 2}),
    "PrintCatalogue": ({"printful": 4}, {}),
    "TrackOrder": ({"admin": 2, "storefront": 1}, {"admin": 2, "storefront": 1}),
    "StaffOrder": ({"admin": 4}, {"admin": 4}),
    "FailedForwards": ({"admin": 1}, {"admin": 1}),
    "Status": ({}, {}),
    "Staff": ({"storefront": 4, "admin": 4, "printful": 19}, {"storefront": 3, "admin": 4, "printful": 15}),
}
CART = "gid://shopify/Cart/example?key=example"


async def ask(gateway: Served, name: str, **variables: Any) -> Answer:
    """The whole answer to an operation, with its example variables but for those given."""
    operation = OPERATIONS[name]
    sent = json.loads(operation.variables or "{}") | variables
    return await gateway.ask(operation.query, sent, staff=operation.is_for_staff)


async def page(gateway: Served, name: str, **variables: Any) -> Any:
    """The data of an answer that has no errors."""
    answer = await ask(gateway, name, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def attributes(node: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["value"] for each in node["attributes"]}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_each_page_operation_costs_a_known_number_of_requests_cold_and_warm(name: str, gateway: Served) -> None:
    await page(gateway, name)
    cold = requests_of(gateway, name)
    gateway.sandbox.faults.forget_requests()
    await page(gateway, name)

    assert (cold, requests_of(gateway, name)) == REQUESTS[name]


def requests_of(gateway: Served, name: str) -> dict[str, int]:
    """What an operation has asked until its answer; Printful's mockups are made after it."""
    return {upstream: n for upstream, n in gateway.requests.items() if (name, upstream) != ("Preview", "printful")}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_docs_state_the_requests_of_each_operation(name: str) -> None:
    cells = [", ".join(f"{n} {upstream.title()}" for upstream, n in each.items()) or "none" for each in REQUESTS[name]]

    assert (
        f" | `{name}` | {cells[0]} | {cells[1]} |" in (Path(__file__).parents[2] / "docs" / "frontends.md").read_text()
    )


@pytest.mark.parametrize("name", OPERATIONS)
async def test_each_page_operation_has_a_known_cache_lifetime(name: str, gateway: Served) -> None:
    operation = OPERATIONS[name]
    sent = {"query": operation.query, "variables": json.loads(operation.variables or "{}")}
    response = await gateway.http.post("/graphql", json=sent, headers=STAFF if operation.is_for_staff else {})

    fresh_s = {"Home": 60, "CafeMenu": 10, "Merchandise": 60, "ProductPage": 10, "PrintCatalogue": 3600}.get(name)
    assert response.headers["cache-control"] == ("no-store" if fresh_s is None else f"public, max-age={fresh_s}")


class TestHome:
    async def test_the_home_page_shows_exactly_the_featured_products(self, gateway: Served, sandbox: Sandbox) -> None:
        nodes = (await page(gateway, "Home"))["featuredProducts"]["nodes"]

        featured = {product.handle for product in sandbox.store.products.values() if "featured-item" in product.tags}
        assert {node["handle"] for node in nodes} == featured
        assert all(node["isFeatured"] for node in nodes)

    async def test_a_product_with_one_variant_can_be_added_without_a_choice(self, gateway: Served) -> None:
        nodes = (await page(gateway, "Home"))["featuredProducts"]["nodes"]
        simple = {node["handle"]: node for node in nodes if node["variantsCount"]["count"] == 1}
        croissant = simple.pop("butter-croissant")["variants"]["nodes"][0]["id"]
        made = (await page(gateway, "NewCart", cart={"lines": [{"merchandiseId": croissant}]}))["cartCreate"]

        assert simple == {}
        assert made["cart"]["totalQuantity"] == 1

    async def test_a_product_that_is_no_longer_featured_is_gone(self, sandbox: Sandbox) -> None:
        product = sandbox.store.product_by_handle("latte")
        assert product is not None
        product.tags.remove("featured-item")
        async with serving(sandbox) as gateway:
            nodes = (await page(gateway, "Home"))["featuredProducts"]["nodes"]

        assert nodes
        assert "latte" not in {node["handle"] for node in nodes}


class TestCafeMenu:
    async def items(self, gateway: Served) -> dict[str, Any]:
        menu = (await page(gateway, "CafeMenu"))["cafeMenu"]
        return {item["product"]["handle"]: item for section in menu["sections"] for item in section["items"]}

    async def test_menu_all(self, gateway: Served, sandbox: Sandbox) -> None:
        items = await self.items(gateway)

        on_the_menu = {each.handle for each in sandbox.store.products.values() if "menu-item" in each.tags}
        assert items.keys() == on_the_menu
        assert {item["product"]["kind"] for item in items.values()} == {"MENU_ITEM"}

    async def test_menu_empty(self, sandbox: Sandbox) -> None:
        async with serving(sandbox, cafe_menu_handle="footer") as gateway:
            assert (await page(gateway, "CafeMenu"))["cafeMenu"]["sections"] == []

    async def test_menu_error(self, gateway: Served, sandbox: Sandbox) -> None:
        sandbox.faults.add("storefront", "status", status=503)
        answer = await ask(gateway, "CafeMenu")

        assert answer["data"] is None
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"TRY_LATER"}

    async def test_a_latte_has_sizes_milks_and_extras_with_prices(self, gateway: Served) -> None:
        latte = (await self.items(gateway))["latte"]

        assert [modifier["kind"] for modifier in latte["modifiers"]] == ["SIZE", "MILK", "EXTRA"]
        large = latte["modifiers"][0]["choices"][2]
        assert (large["name"], Decimal(large["surcharge"]["amount"])) == ("Large", Decimal("1.20"))
        assert len(latte["product"]["variants"]["nodes"]) == 12

    async def test_a_collections_contents_are_shown(self, gateway: Served) -> None:
        latte = (await self.items(gateway))["latte"]
        dietary = {each["key"]: each["value"] for each in latte["product"]["dietary"]}

        assert (dietary["allergens"], dietary["vegan"], dietary["caffeine_mg"]) == ('["milk"]', "false", "150")

    async def test_a_sold_out_product_says_so(self, sandbox: Sandbox) -> None:
        roll = sandbox.store.product_by_handle("cinnamon-roll")
        assert roll is not None
        for variant in roll.variants:
            for level in variant.stock.values():
                level.available = 0
        async with serving(sandbox) as gateway:
            items = await self.items(gateway)

        assert [handle for handle, item in items.items() if item["isSoldOut"]] == ["cinnamon-roll"]


class TestMerchandise:
    async def test_category_with_products(self, gateway: Served) -> None:
        nodes = (await page(gateway, "Merchandise"))["merchandise"]["nodes"]

        assert {node["productType"] for node in nodes} == {"Coffee Beans"}
        assert all(node["roast"]["value"] and node["origin"]["value"] for node in nodes)
        prices = [Decimal(node["priceRange"]["minVariantPrice"]["amount"]) for node in nodes]
        assert prices == sorted(prices)

    async def test_category_without_products(self, gateway: Served) -> None:
        shown = (await page(gateway, "Merchandise", category="seasonal"))["merchandise"]

        assert shown["nodes"] == []
        assert shown["pageInfo"]["hasNextPage"] is False

    async def test_an_unknown_category_is_no_error(self, gateway: Served) -> None:
        assert (await page(gateway, "Merchandise", category="nothing"))["merchandise"] is None

    @pytest.mark.parametrize("sort", ["DEFAULT", "PRICE_ASC", "PRICE_DESC", "NAME_ASC", "NAME_DESC"])
    async def test_paging_through_the_shop_shows_each_product_once(
        self, sort: str, gateway: Served, sandbox: Sandbox
    ) -> None:
        seen: list[str] = []
        after, more = None, True
        while more:
            shown = (await page(gateway, "Merchandise", category=None, sort=sort, first=25, after=after))["merchandise"]
            seen += [node["handle"] for node in shown["nodes"]]
            after, more = shown["pageInfo"]["endCursor"], shown["pageInfo"]["hasNextPage"]

        now = sandbox.store.clock.now()
        sold = [
            p.handle for p in sandbox.store.products.values() if "menu-item" not in p.tags and p.published_at <= now
        ]
        assert len(seen) > 25
        assert sorted(seen) == sorted(sold)

    async def test_tags_are_lists_and_prices_are_decimals_with_a_currency(self, gateway: Served) -> None:
        for node in (await page(gateway, "Merchandise", category=None, first=50))["merchandise"]["nodes"]:
            price = node["priceRange"]["minVariantPrice"]
            assert isinstance(node["tags"], list)
            assert isinstance(price["amount"], str)
            assert Decimal(price["amount"]) >= 0
            assert price["currencyCode"] == "USD"


class TestProductPage:
    async def test_the_page_by_id_equals_the_page_by_handle(self, gateway: Served) -> None:
        by_handle = await page(gateway, "ProductPage")
        by_id = await page(gateway, "ProductPage", handle=None, id=by_handle["product"]["id"])

        assert by_id == by_handle

    async def test_an_unknown_product_is_no_error(self, gateway: Served) -> None:
        assert (await page(gateway, "ProductPage", handle="nothing"))["product"] is None

    async def test_a_customizable_shirt_shows_its_designs_and_print_data(self, gateway: Served) -> None:
        product = (await page(gateway, "ProductPage"))["product"]

        assert product["isCustomizable"]
        assert [design["name"] for design in product["designs"]][:2] == ["Abstract Swirls", "Geometric Harmony"]
        printed = product["chosen"]["printful"]
        assert (printed["color"], printed["size"], printed["isAvailable"]) == ("Black", "L", True)
        assert printed["product"]["sizeGuide"]["tables"][0]["measurements"]
        assert {area["placement"] for area in printed["product"]["printAreas"]} >= {"front"}
        assert {fact["key"] for fact in product["facts"] if fact} == {"care", "size_guide"}

    async def test_coffee_shows_its_origin_and_brewing_notes(self, gateway: Served) -> None:
        product = (await page(gateway, "ProductPage", handle="ethiopia-yirgacheffe", options=[]))["product"]
        facts = {fact["key"]: fact for fact in product["facts"] if fact}

        assert (facts["origin"]["value"], facts["roast_level"]["value"]) == ("Ethiopia", "Light")
        assert json.loads(facts["tasting_notes"]["value"]) == ["jasmine", "bergamot", "apricot"]
        assert facts["brew_guide"]["reference"]["handle"] == "brew-guide"
        assert product["chosen"]["printful"] is None
        assert product["designs"] == []

    async def test_related_products_are_others(self, gateway: Served) -> None:
        shown = await page(gateway, "ProductPage")

        assert shown["related"]
        assert shown["product"]["handle"] not in {each["handle"] for each in shown["related"]}

    async def test_a_description_cannot_run_anything(self, sandbox: Sandbox) -> None:
        product = sandbox.store.product_by_handle("your-design-shirt")
        assert product is not None
        product.description_html = '<p onclick="steal()">Soft <b>cotton</b></p><script>steal()</script>'
        async with serving(sandbox) as gateway:
            shown = (await page(gateway, "ProductPage"))["product"]

        assert shown["safeDescriptionHtml"] == "<p>Soft <b>cotton</b></p>"

    async def test_without_printful_the_page_lacks_only_print_data(self, gateway: Served, sandbox: Sandbox) -> None:
        whole = await page(gateway, "ProductPage")
        sandbox.faults.add("printful", "status", status=503)
        async with serving(sandbox) as cold:
            answer = await ask(cold, "ProductPage")

        assert answer["data"]["product"]["chosen"].pop("printful") is None
        del whole["product"]["chosen"]["printful"]
        assert answer["data"] == whole
        assert [error["path"][-1] for error in answer["errors"]] == ["printful"]


class TestCart:
    async def test_a_new_cart_leads_to_its_checkout_with_its_attributes(self, gateway: Served) -> None:
        made = (await page(gateway, "NewCart"))["cartCreate"]
        shown = (await page(gateway, "Cart", id=made["cart"]["id"]))["cart"]

        assert shown["checkoutUrl"] == made["cart"]["checkoutUrl"]
        assert [attributes(line) for line in shown["lines"]["nodes"]] == [{"table": "7"}]
        assert shown["totalQuantity"] == 2

    async def test_an_empty_cart_is_a_cart(self, gateway: Served) -> None:
        made = (await page(gateway, "NewCart", cart={}))["cartCreate"]
        shown = await page(gateway, "Cart", id=made["cart"]["id"])

        assert shown["cart"]["lines"]["nodes"] == []
        assert shown["shippingRates"]["rates"] == []

    async def test_an_unknown_cart_is_no_error(self, gateway: Served) -> None:
        shown = await page(gateway, "Cart", id="gid://shopify/Cart/nothing?key=0")

        assert shown == {"cart": None, "shippingRates": None}

    async def test_a_product_with_one_variant_has_the_option_default_title(self, gateway: Served) -> None:
        roll = await gateway.data('{ product(handle: "cinnamon-roll") { variants(first: 1) { nodes { id } } } }')
        line = {"merchandiseId": roll["product"]["variants"]["nodes"][0]["id"]}
        made = (await page(gateway, "NewCart", cart={"lines": [line]}))["cartCreate"]
        shown = (await page(gateway, "Cart", id=made["cart"]["id"]))["cart"]

        merchandise = shown["lines"]["nodes"][0]["merchandise"]
        assert merchandise["selectedOptions"] == [{"name": "Title", "value": "Default Title"}]
        assert merchandise["product"]["title"] == "Cinnamon Roll"

    async def test_the_parts_add_up_to_the_total(self, gateway: Served) -> None:
        cart = (await page(gateway, "Cart"))["cart"]
        lines = cart["lines"]["nodes"]

        for line in lines:
            each = Decimal(line["cost"]["amountPerQuantity"]["amount"])
            assert each * line["quantity"] == Decimal(line["cost"]["totalAmount"]["amount"])
        assert cart["totalQuantity"] == sum(line["quantity"] for line in lines) == 3
        total = sum(Decimal(line["cost"]["totalAmount"]["amount"]) for line in lines)
        assert Decimal(cart["cost"]["subtotalAmount"]["amount"]) == total

    async def test_shipping_of_the_printed_goods_is_estimated(self, gateway: Served) -> None:
        quote = (await page(gateway, "Cart"))["shippingRates"]

        assert (quote["source"], quote["printedQuantity"], quote["otherQuantity"]) == ("LIVE", 1, 2)
        assert all(Decimal(rate["price"]["amount"]) > 0 for rate in quote["rates"])

    async def test_without_printful_the_cart_still_names_a_price_for_shipping(
        self, gateway: Served, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add("printful", "status", status=503)
        shown = await page(gateway, "Cart")

        assert shown["shippingRates"]["source"] == "FLAT"
        assert shown["cart"]["totalQuantity"] == 3

    async def test_update_of_a_quantity_a_discount_and_a_gift_card(self, gateway: Served) -> None:
        before = (await page(gateway, "Cart"))["cart"]
        changed = await page(gateway, "ChangeCart")
        cart = changed["cartGiftCardCodesUpdate"]["cart"]

        assert [payload["userErrors"] for payload in changed.values()] == [[], [], []]
        assert cart["totalQuantity"] == before["totalQuantity"] + 2
        assert cart["discountCodes"] == [{"code": "WELCOME10", "applicable": True}]
        assert cart["appliedGiftCards"][0]["lastCharacters"] == "0001"
        assert (await page(gateway, "Cart"))["cart"]["cost"] == cart["cost"]

    async def test_updating_a_quantity_to_0_removes_the_line(self, gateway: Served) -> None:
        line = (await page(gateway, "Cart"))["cart"]["lines"]["nodes"][0]
        nothing: dict[str, list[str]] = {"discounts": [], "giftCards": []}
        changed = await page(gateway, "ChangeCart", lines=[{"id": line["id"], "quantity": 0}], **nothing)

        left = [each["id"] for each in changed["cartGiftCardCodesUpdate"]["cart"]["lines"]["nodes"]]
        assert len(left) == 2
        assert line["id"] not in left

    async def test_update_of_an_unknown_line_is_refused_as_data(self, gateway: Served) -> None:
        unknown = "gid://shopify/CartLine/00000000-0000-4000-8000-000000000099?cart=example"
        changed = await page(gateway, "ChangeCart", lines=[{"id": unknown, "quantity": 1}])

        assert [error["code"] for error in changed["cartLinesUpdate"]["userErrors"]] == ["INVALID_MERCHANDISE_LINE"]

    async def test_an_unknown_code_is_a_warning(self, gateway: Served) -> None:
        changed = await page(gateway, "ChangeCart", discounts=["NOT-A-CODE"])

        assert [each["code"] for each in changed["cartDiscountCodesUpdate"]["warnings"]] == ["DISCOUNT_NOT_FOUND"]


class TestDesign:
    async def test_a_customised_product_shows_its_art_in_the_cart_and_at_the_checkout(self, gateway: Served) -> None:
        await page(gateway, "AddDesign")
        line = next(each for each in (await page(gateway, "Cart"))["cart"]["lines"]["nodes"] if each["artName"])
        at_checkout = (await page(gateway, "CheckOut"))["cartDeliveryAddressesReplace"]["cart"]["lines"]["nodes"]

        art = {"_customArtName": "Cosmic Flow", "_customArtUrl": line["artUrl"]["value"]}
        assert line["artName"]["value"] == "Cosmic Flow"
        assert line["artUrl"]["value"].endswith("/designs/design-003.png")
        assert art in [attributes(each) for each in at_checkout]

    async def test_adding_goods_merges_equal_designs_only(self, gateway: Served) -> None:
        for design in ("design-001", "design-002", "design-001"):
            added = await page(gateway, "AddDesign", design=design)

        designed = [each for each in added["cartAddDesignedLine"]["cart"]["lines"]["nodes"] if attributes(each)]
        assert sorted(each["quantity"] for each in designed) == [1, 2]


class TestCheckout:
    async def test_buyer_address_and_ways_of_delivery_are_on_the_cart(self, gateway: Served) -> None:
        done = await page(gateway, "CheckOut")
        cart = done["cartDeliveryAddressesReplace"]["cart"]

        assert [payload["userErrors"] for payload in done.values()] == [[], []]
        buyer = done["cartBuyerIdentityUpdate"]["cart"]["buyerIdentity"]
        assert (buyer["email"], buyer["preferences"]["delivery"]) == (
            "guest@example.com",
            {"deliveryMethod": ["SHIPPING"]},
        )
        assert any(group["deliveryOptions"] for group in cart["deliveryGroups"]["nodes"])

    async def test_the_checkouts_address_leads_to_the_cart(self, gateway: Served) -> None:
        url = (await page(gateway, "CheckOut"))["cartDeliveryAddressesReplace"]["cart"]["checkoutUrl"]
        shown = await gateway.http.get(url)

        assert shown.status_code == 200
        assert "Latte" in shown.text


class TestAccount:
    async def test_customers_see_the_state_of_their_orders(self, gateway: Served) -> None:
        customer = (await page(gateway, "Account"))["customer"]

        assert customer["email"] == "ada@example.com"
        assert [order["name"] for order in customer["orders"]["nodes"]] == ["#1003", "#1002", "#1001"]
        tracked = customer["orders"]["nodes"][2]["successfulFulfillments"]
        assert tracked[0]["trackingInfo"][0]["number"] == "EX0001"

    async def test_an_unknown_customer_token_shows_no_customer(self, gateway: Served) -> None:
        assert await page(gateway, "Account", token="unknown") == {"customer": None}


class TestVisit:
    async def test_qr_code_of_a_table(self, gateway: Served) -> None:
        await page(gateway, "Visit")
        cart = (await page(gateway, "Cart"))["cart"]

        assert attributes(cart) == {"table": "5", "location": "main_street", "fulfillment_mode": "table"}

    async def test_pickup_order(self, gateway: Served) -> None:
        visit = {"location": "riverside", "fulfillmentMode": "PICKUP", "pickupAt": "2026-11-22T15:30:00Z"}
        await page(gateway, "Visit", visit=visit)
        at_checkout = (await page(gateway, "CheckOut"))["cartDeliveryAddressesReplace"]["cart"]

        assert attributes(at_checkout) == {
            "location": "riverside",
            "fulfillment_mode": "pickup",
            "pickup_at": "2026-11-22T15:30:00Z",
        }


async def test_staff_see_margins_and_catalog_problems(gateway: Served) -> None:
    shown = await page(gateway, "Staff")

    assert shown["cart"]["margin"]["withheld"] is None
    assert Decimal(shown["costEstimate"]["total"]["amount"]) > 0
    assert shown["catalogIssues"]["totalCount"] == len(shown["catalogIssues"]["nodes"])


async def test_staff_fields_are_refused_without_the_token(gateway: Served) -> None:
    operation = OPERATIONS["Staff"]
    answer = await gateway.ask(operation.query, json.loads(operation.variables or ""))

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"] * len(answer["errors"])
    assert gateway.requests == {}
