"""What the sandbox's carts cost: unit prices, currencies, discounts and gift cards."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.cart_records import Discount
from sandbox.store import Store
from tests.goods import amount
from tests.unit.storefront_calls import Storefront, codes, refused

WEEKLY = "gid://shopify/SellingPlan/71000000001"


def unit(cart: Any, position: int = 0) -> str:
    price: str = cart["lines"]["nodes"][position]["cost"]["amountPerQuantity"]["amount"]
    return price


def with_codes(shop: Storefront, cart: Any, *discount_codes: str) -> Any:
    return shop.mutation("cartDiscountCodesUpdate", cartId=cart["id"], discountCodes=list(discount_codes))


def totals(cart: Any) -> tuple[str, str]:
    return cart["cost"]["subtotalAmount"]["amount"], cart["cost"]["totalAmount"]["amount"]


def test_a_cart_costs_what_its_lines_cost(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug", 2), shop.line("latte", 3))

    assert [line["cost"]["totalAmount"]["amount"] for line in cart["lines"]["nodes"]] == ["44.0", "13.5"]
    assert totals(cart) == ("57.5", "57.5")
    assert cart["cost"]["checkoutChargeAmount"]["amount"] == "57.5"
    assert cart["cost"]["totalAmountEstimated"] is True


def test_an_empty_cart_costs_nothing(shop: Storefront) -> None:
    assert totals(shop.cart()) == ("0.0", "0.0")


def test_prices_are_in_the_currency_of_the_buyer_s_country(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug", 2), buyerIdentity={"countryCode": "JP"})

    assert cart["cost"]["totalAmount"] == {"amount": "6600.0", "currencyCode": "JPY"}
    assert cart["buyerIdentity"]["countryCode"] == "JP"


def test_a_new_cart_is_for_the_country_of_its_context(shop: Storefront) -> None:
    cart = shop.within("country: CA").cart(shop.line("ceramic-mug"))

    assert cart["buyerIdentity"]["countryCode"] == "CA"
    assert cart["cost"]["totalAmount"] == {"amount": "30.14", "currencyCode": "CAD"}
    assert shop.read(cart["id"])["cost"]["totalAmount"]["currencyCode"] == "CAD"


def test_a_cart_of_an_unknown_country_is_priced_for_who_looks(shop: Storefront) -> None:
    cart = shop.within("country: ZZ").cart(shop.line("ceramic-mug"))

    assert cart["buyerIdentity"]["countryCode"] is None
    assert cart["cost"]["totalAmount"]["currencyCode"] == "USD"
    assert shop.within("country: GB").read(cart["id"])["cost"]["totalAmount"]["currencyCode"] == "GBP"


def test_another_country_of_the_buyer_changes_every_price(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug"), giftCardCodes=["KYNDA25GIFT00001"])

    payload = shop.mutation("cartBuyerIdentityUpdate", cartId=cart["id"], buyerIdentity={"countryCode": "DE"})

    assert unit(payload["cart"]) == "20.24"
    assert payload["cart"]["appliedGiftCards"][0]["presentmentAmountUsed"] == {"amount": "20.24", "currencyCode": "EUR"}
    assert payload["cart"]["appliedGiftCards"][0]["amountUsed"] == {"amount": "22.0", "currencyCode": "USD"}


def test_a_price_break_counts_all_lines_of_the_variant(shop: Storefront) -> None:
    few = shop.cart(shop.line("paper-filters", 4))
    many = shop.cart(shop.line("paper-filters", 3), shop.line("paper-filters", 2, attributes={"gift": "yes"}))
    most = shop.cart(shop.line("paper-filters", 20))

    assert [unit(few), unit(many), unit(many, 1), unit(most)] == ["8.0", "7.0", "7.0", "6.0"]
    assert few["lines"]["nodes"][0]["cost"]["compareAtAmountPerQuantity"] is None
    assert most["lines"]["nodes"][0]["cost"]["compareAtAmountPerQuantity"]["amount"] == "8.0"


def test_a_plan_lowers_the_price_and_shows_the_usual_one(shop: Storefront) -> None:
    line = shop.cart(shop.line("kynda-house-blend", 2, sellingPlanId=WEEKLY))["lines"]["nodes"][0]

    assert line["cost"]["amountPerQuantity"]["amount"] == "13.6"
    assert line["cost"]["compareAtAmountPerQuantity"]["amount"] == "16.0"
    assert line["sellingPlanAllocation"]["checkoutChargeAmount"]["amount"] == "13.6"
    adjustment = line["sellingPlanAllocation"]["priceAdjustments"][0]
    assert (adjustment["price"]["amount"], adjustment["compareAtPrice"]["amount"]) == ("13.6", "16.0")


def test_a_plan_s_price_on_a_cart_is_in_the_cart_s_currency(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend", sellingPlanId=WEEKLY), buyerIdentity={"countryCode": "CA"})

    charge = cart["lines"]["nodes"][0]["sellingPlanAllocation"]["checkoutChargeAmount"]

    assert charge == cart["cost"]["totalAmount"]


def test_a_compare_at_price_is_shown(shop: Storefront) -> None:
    line = shop.cart(shop.line("camp-mug"))["lines"]["nodes"][0]

    assert line["cost"]["compareAtAmountPerQuantity"]["amount"] == "19.0"
    assert line["estimatedCost"]["compareAtAmount"]["amount"] == "19.0"


def test_deprecated_costs_say_the_same(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug", 2))
    found = shop.query(
        "cart",
        """{ estimatedCost { totalAmount { amount } subtotalAmount { amount } checkoutChargeAmount { amount }
               totalTaxAmount { amount } totalDutyAmount { amount } }
             cost { totalTaxAmount { amount } totalTaxAmountEstimated totalDutyAmount { amount }
               totalDutyAmountEstimated }
             discountAllocations { discountedAmount { amount } } }""",
        id=cart["id"],
    )

    assert found["estimatedCost"]["totalAmount"]["amount"] == "44.0"
    assert found["cost"]["totalTaxAmount"] is None
    assert found["cost"]["totalTaxAmountEstimated"] is True
    assert found["discountAllocations"] == []


def test_a_code_on_the_order_is_shared_out_over_its_lines(shop: Storefront) -> None:
    cart = with_codes(shop, shop.cart(shop.line("ceramic-mug"), shop.line("latte")), "welcome10")["cart"]

    mug, latte = cart["lines"]["nodes"]
    assert totals(cart) == ("26.5", "23.85")
    assert [share["discountedAmount"]["amount"] for line in (mug, latte) for share in line["all"]] == ["2.2", "0.45"]
    assert mug["own"] == []
    assert mug["all"][0]["code"] == "WELCOME10"
    assert mug["cost"]["totalAmount"]["amount"] == "22.0"
    application = cart["discountApplications"][0]
    assert application["__typename"] == "CartCodeDiscountApplication"
    assert application["value"] == {"percentage": 10.0}
    assert (application["allocationMethod"], application["targetSelection"]) == ("ACROSS", "ALL")
    assert application["totalAllocatedAmount"]["amount"] == "2.65"


def test_a_code_on_a_collection_lowers_its_lines_alone(shop: Storefront) -> None:
    cart = with_codes(shop, shop.cart(shop.line("kynda-house-blend"), shop.line("latte")), "BEANS20")["cart"]

    beans, latte = cart["lines"]["nodes"]
    assert beans["cost"]["totalAmount"]["amount"] == "12.8"
    assert beans["own"][0]["discountApplication"]["targetType"] == "LINE_ITEM"
    assert latte["all"] == []
    assert totals(cart) == ("17.3", "17.3")
    assert cart["discountApplications"][0]["targetSelection"] == "ENTITLED"


def test_a_fixed_amount_is_never_more_than_the_goods_cost(shop: Storefront) -> None:
    cart = with_codes(shop, shop.cart(shop.line("espresso")), "FIVEOFF")["cart"]

    assert totals(cart) == ("2.75", "0.0")
    assert cart["discountApplications"][0]["totalAllocatedAmount"]["amount"] == "2.75"


def test_the_third_bag_is_free_and_it_is_the_cheapest(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kenya-nyeri", 2), shop.line("kynda-house-blend", 2))

    cart = with_codes(shop, cart, "BUY2GET1")["cart"]

    kenya, blend = cart["lines"]["nodes"]
    assert (kenya["own"], blend["own"][0]["discountedAmount"]["amount"]) == ([], "16.0")
    assert cart["cost"]["totalAmount"]["amount"] == "58.0"


def test_an_own_cup_is_a_discount_of_the_shop_s_own(shop: Storefront) -> None:
    line = shop.cart(shop.line("latte", 2, attributes={"own_cup": "yes"}))["lines"]["nodes"][0]

    assert line["own"][0]["__typename"] == "CartCustomDiscountAllocation"
    assert line["own"][0]["title"] == "Bring your own cup"
    assert line["cost"]["totalAmount"]["amount"] == "8.0"


def test_a_large_order_is_lowered_without_a_code(shop: Storefront) -> None:
    cart = shop.cart(shop.line("hand-grinder", 2))

    assert totals(cart) == ("238.0", "228.0")
    assert cart["discountCodes"] == []
    assert cart["lines"]["nodes"][0]["all"][0]["__typename"] == "CartAutomaticDiscountAllocation"
    found = shop.query("cart", "{ discountAllocations { discountedAmount { amount } } }", id=cart["id"])
    assert found["discountAllocations"] == [{"discountedAmount": {"amount": "10.0"}}]


def test_codes_replace_those_before_and_count_once(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug"), discountCodes=["WELCOME10"])

    replaced = with_codes(shop, cart, "FIVEOFF", " fiveoff ")["cart"]
    cleared = with_codes(shop, cart)["cart"]

    assert cart["discountCodes"] == [{"code": "WELCOME10", "applicable": True}]
    assert [entry["applicable"] for entry in replaced["discountCodes"]] == [True]
    assert replaced["cost"]["totalAmount"]["amount"] == "17.0"
    assert (cleared["discountCodes"], cleared["cost"]["totalAmount"]["amount"]) == ([], "22.0")


def test_codes_can_be_combined_unless_one_stands_alone(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend", 2))

    together = with_codes(shop, cart, "BEANS20", "FIVEOFF")
    alone = with_codes(shop, cart, "ALONE40", "FIVEOFF")

    assert together["cart"]["cost"]["totalAmount"]["amount"] == "20.6"
    assert [entry["applicable"] for entry in alone["cart"]["discountCodes"]] == [True, False]
    assert codes(alone["warnings"]) == ["DISCOUNT_CODE_NOT_HONOURED"]
    assert alone["cart"]["cost"]["totalAmount"]["amount"] == "19.2"


@pytest.mark.parametrize(
    ("code", "warning"),
    [
        ("NOSUCH", "DISCOUNT_NOT_FOUND"),
        ("SUMMER25", "DISCOUNT_CURRENTLY_INACTIVE"),
        ("NEXTYEAR", "DISCOUNT_CURRENTLY_INACTIVE"),
        ("FIRST100", "DISCOUNT_USAGE_LIMIT_REACHED"),
        ("FRIENDS30", "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING"),
        ("BEANS20", "DISCOUNT_NO_ENTITLED_LINE_ITEMS"),
        ("FREESHIP", "DISCOUNT_NO_ENTITLED_SHIPPING_LINES"),
        ("BIG15", "DISCOUNT_PURCHASE_NOT_IN_RANGE"),
        ("SUBS12", "DISCOUNT_INCOMPATIBLE_PURCHASE_TYPE"),
    ],
)
def test_a_code_without_effect_stays_with_a_warning_that_says_why(shop: Storefront, code: str, warning: str) -> None:
    payload = with_codes(shop, shop.cart(shop.line("latte")), code)

    assert payload["userErrors"] == []
    assert codes(payload["warnings"]) == [warning]
    assert payload["cart"]["discountCodes"] == [{"code": code, "applicable": False}]
    assert payload["cart"]["cost"]["totalAmount"]["amount"] == "4.5"


def test_a_code_for_many_wants_as_many(shop: Storefront) -> None:
    one, two = shop.cart(shop.line("ceramic-mug")), shop.cart(shop.line("ceramic-mug", 2))

    assert codes(with_codes(shop, one, "CUPS6")["warnings"]) == ["DISCOUNT_QUANTITY_NOT_IN_RANGE"]
    assert with_codes(shop, two, "CUPS6")["cart"]["cost"]["totalAmount"]["amount"] == "38.0"


def test_a_code_for_customers_knows_them(shop: Storefront) -> None:
    ada = {"customerAccessToken": shop.log_in()}
    ben = {"customerAccessToken": shop.log_in("ben@example.com", "filter-first")}
    hers, his = (shop.cart(shop.line("kynda-gift-card"), buyerIdentity=buyer) for buyer in (ada, ben))

    assert with_codes(shop, hers, "FRIENDS30")["cart"]["cost"]["totalAmount"]["amount"] == "7.0"
    assert codes(with_codes(shop, his, "FRIENDS30")["warnings"]) == ["DISCOUNT_CUSTOMER_NOT_ELIGIBLE"]
    assert codes(with_codes(shop, hers, "ONCE3")["warnings"]) == ["DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED"]
    assert with_codes(shop, his, "ONCE3")["warnings"] == []


def test_a_code_for_subscribers_lowers_subscriptions(shop: Storefront) -> None:
    cart = shop.cart(shop.line("kynda-house-blend", sellingPlanId=WEEKLY), shop.line("latte"))

    cart = with_codes(shop, cart, "SUBS12")["cart"]

    subscribed, latte = cart["lines"]["nodes"]
    assert subscribed["all"][0]["discountedAmount"]["amount"] == "1.63"
    assert latte["all"] == []


def test_a_code_ends_with_its_time(shop: Storefront, store: Store) -> None:
    end = datetime.fromisoformat("2026-11-22T13:00:00+00:00")
    store.discounts[1] = Discount(1, "Now", "percentage", Decimal(50), "NOW50", ends_at=end)
    cart = shop.cart(shop.line("latte"), discountCodes=["NOW50"])

    store.clock.advance(3600)

    assert cart["cost"]["totalAmount"]["amount"] == "2.25"
    assert shop.read(cart["id"])["cost"]["totalAmount"]["amount"] == "4.5"


def test_a_bundle_s_discount_is_shared_out_over_its_parts(shop: Storefront) -> None:
    kit = with_codes(shop, shop.cart(shop.line("home-brewing-kit")), "WELCOME10")["cart"]["lines"]["nodes"][0]

    parts = kit["lineComponents"]
    assert sum(amount(part["cost"]["totalAmount"]) for part in parts) == amount(kit["cost"]["totalAmount"])
    assert sum(amount(part["all"][0]["discountedAmount"]) for part in parts) == Decimal("4.5")


def test_gift_cards_pay_one_after_the_other(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug", 2))

    payload = shop.mutation(
        "cartGiftCardCodesAdd", cartId=cart["id"], giftCardCodes=["KYNDA25GIFT00001", "kynda100 gift0002"]
    )

    first, second = payload["cart"]["appliedGiftCards"]
    assert [card["amountUsed"]["amount"] for card in (first, second)] == ["25.0", "19.0"]
    assert [card["balance"]["amount"] for card in (first, second)] == ["25.0", "100.0"]
    assert [card["lastCharacters"] for card in (first, second)] == ["0001", "0002"]
    assert totals(payload["cart"]) == ("44.0", "0.0")


def test_gift_cards_are_added_once_replaced_and_removed(shop: Storefront) -> None:
    cart = shop.cart(shop.line("ceramic-mug", 2), giftCardCodes=["KYNDA25GIFT00001"])
    card_id = cart["appliedGiftCards"][0]["id"]

    again = shop.mutation("cartGiftCardCodesAdd", cartId=cart["id"], giftCardCodes=["KYNDA25GIFT00001"])
    both = shop.mutation(
        "cartGiftCardCodesUpdate", cartId=cart["id"], giftCardCodes=["KYNDA100GIFT0002", "KYNDA25GIFT00001"]
    )
    one = shop.mutation("cartGiftCardCodesRemove", cartId=cart["id"], appliedGiftCardIds=[card_id])
    other = shop.mutation("cartGiftCardCodesUpdate", cartId=cart["id"], giftCardCodes=[])

    assert [card["id"] for card in again["cart"]["appliedGiftCards"]] == [card_id]
    assert [card["lastCharacters"] for card in both["cart"]["appliedGiftCards"]] == ["0002", "0001"]
    assert both["cart"]["appliedGiftCards"][1]["id"] == card_id
    assert [card["lastCharacters"] for card in one["cart"]["appliedGiftCards"]] == ["0002"]
    assert other["cart"]["appliedGiftCards"] == []


@pytest.mark.parametrize("code", ["NOSUCH", "KYNDAEXPIRED0003", "KYNDADISABLED004"])
def test_a_gift_card_that_pays_nothing_is_refused(shop: Storefront, code: str) -> None:
    payload = shop.mutation("cartGiftCardCodesAdd", cartId=shop.cart()["id"], giftCardCodes=[code])

    assert refused(payload) == ("INVALID", ["giftCardCodes", "0"])


def test_a_gift_card_that_is_not_there_cannot_be_removed(shop: Storefront) -> None:
    ids = ["gid://shopify/AppliedGiftCard/none"]

    payload = shop.mutation("cartGiftCardCodesRemove", cartId=shop.cart()["id"], appliedGiftCardIds=ids)

    assert refused(payload) == ("INVALID", ["appliedGiftCardIds", "0"])


def test_an_applied_gift_card_is_found_as_a_node(shop: Storefront) -> None:
    card = shop.cart(shop.line("latte"), giftCardCodes=["KYNDA25GIFT00001"])["appliedGiftCards"][0]

    selection = "{ ... on AppliedGiftCard { lastCharacters amountUsedV2 { amount } balanceV2 { amount } } }"
    found = shop.query("node", selection, id=card["id"])

    assert found == {"lastCharacters": "0001", "amountUsedV2": {"amount": "4.5"}, "balanceV2": {"amount": "25.0"}}
