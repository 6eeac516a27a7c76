"""Shop Pay sessions of the sandbox's Storefront."""

from typing import Any

import pytest

from tests.unit.storefront_calls import Storefront

MONEY = "{ amount currencyCode }"
DISCOUNTS = f"{{ label amount {MONEY} }}"
REQUEST = f"""{{ locale presentmentCurrency selectedDeliveryMethodType discountCodes subtotal {MONEY} total {MONEY}
  totalTax {MONEY} discounts {DISCOUNTS} shippingAddress {{ city }} shippingLines {{ code label amount {MONEY} }}
  totalShippingPrice {{ finalTotal {MONEY} originalTotal {MONEY} discounts {DISCOUNTS} }}
  deliveryMethods {{ code label detail deliveryExpectationLabel minDeliveryDate maxDeliveryDate amount {MONEY} }}
  lineItems {{ label quantity sku requiresShipping finalItemPrice {MONEY} finalLinePrice {MONEY}
    originalItemPrice {MONEY} originalLinePrice {MONEY} itemDiscounts {DISCOUNTS} lineDiscounts {DISCOUNTS}
    image {{ url alt }} }} }}"""


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "USD"}


LINE: dict[str, Any] = {
    "label": "Ceramic Mug",
    "quantity": 2,
    "sku": "CERMUG-WHITE",
    "requiresShipping": True,
    "finalItemPrice": usd("20.0"),
    "finalLinePrice": usd("40.0"),
    "originalItemPrice": usd("22.0"),
    "originalLinePrice": usd("44.0"),
    "itemDiscounts": [{"label": "Cups", "amount": usd("2.0")}],
    "lineDiscounts": [{"label": "Cups", "amount": usd("4.0")}],
    "image": {"url": "https://example.com/mug.svg", "alt": "A mug"},
}
WHOLE: dict[str, Any] = {
    "locale": "en",
    "presentmentCurrency": "USD",
    "selectedDeliveryMethodType": "PICKUP",
    "discountCodes": ["CUPS6"],
    "discounts": [{"label": "Cups", "amount": usd("4.0")}],
    "lineItems": [LINE],
    "shippingLines": [{"code": "standard", "label": "Standard", "amount": usd("5.75")}],
    "subtotal": usd("40.0"),
    "total": usd("49.05"),
    "totalTax": usd("3.3"),
    "totalShippingPrice": {
        "finalTotal": usd("5.75"),
        "originalTotal": usd("6.75"),
        "discounts": [{"label": "One off", "amount": usd("1.0")}],
    },
    "deliveryMethods": [
        {
            "code": "standard",
            "label": "Standard",
            "detail": "By post",
            "deliveryExpectationLabel": "Next week",
            "minDeliveryDate": "2026-11-24T00:00:00Z",
            "maxDeliveryDate": "2026-11-28T00:00:00Z",
            "amount": usd("5.75"),
        }
    ],
}


def create(shop: Storefront, source: str = "order-1", **more: Any) -> Any:
    return shop.mutation(
        "shopPayPaymentRequestSessionCreate",
        f"""{{ shopPayPaymentRequestSession {{ token sourceIdentifier checkoutUrl paymentRequest {REQUEST} }}
               userErrors {{ code field message }} }}""",
        sourceIdentifier=source,
        **more,
    )


def submit(shop: Storefront, token: str, key: str = "k1", request: dict[str, Any] | None = None, **more: Any) -> Any:
    return shop.mutation(
        "shopPayPaymentRequestSessionSubmit",
        f"""{{ paymentRequestReceipt {{ token processingStatusType paymentRequest {REQUEST} }}
               userErrors {{ code field }} }}""",
        token=token,
        idempotencyKey=key,
        paymentRequest=request or WHOLE,
        **more,
    )


def problem(payload: Any) -> tuple[str, list[str]]:
    (error,) = payload["userErrors"]
    return error["code"], error["field"]


def token_of(shop: Storefront) -> str:
    token: str = create(shop)["shopPayPaymentRequestSession"]["token"]
    return token


def test_a_session_has_a_token_a_source_and_a_checkout(shop: Storefront) -> None:
    session = create(shop, "order-7")["shopPayPaymentRequestSession"]

    assert session["sourceIdentifier"] == "order-7"
    assert session["checkoutUrl"].endswith(session["token"])
    assert session["paymentRequest"] is None


def test_a_payment_request_comes_back_whole(shop: Storefront) -> None:
    request = create(shop, paymentRequest=WHOLE)["shopPayPaymentRequestSession"]["paymentRequest"]

    assert request == {**WHOLE, "shippingAddress": None}


def test_omitted_fields_have_their_defaults(shop: Storefront) -> None:
    line = {"label": "Latte", "quantity": 1, "finalItemPrice": usd("4.5"), "finalLinePrice": usd("4.5")}
    lean = {"locale": "en", "presentmentCurrency": "USD", "subtotal": usd("4.5"), "total": usd("4.5")}

    request = create(shop, paymentRequest=lean | {"lineItems": [line]})["shopPayPaymentRequestSession"][
        "paymentRequest"
    ]

    assert request["selectedDeliveryMethodType"] == "SHIPPING"
    assert (request["shippingLines"], request["discounts"], request["totalShippingPrice"]) == ([], None, None)
    assert request["lineItems"][0]["image"] is None


def test_a_submitted_session_gives_a_receipt(shop: Storefront) -> None:
    token = token_of(shop)

    receipt = submit(shop, token)["paymentRequestReceipt"]

    assert (receipt["token"], receipt["processingStatusType"]) == (token, "COMPLETED")
    assert receipt["paymentRequest"]["total"] == usd("49.05")


def test_the_same_submission_twice_gives_the_same_receipt(shop: Storefront) -> None:
    token = token_of(shop)

    assert submit(shop, token, orderName="#1") == submit(shop, token, orderName="#1")


def test_a_key_is_good_for_one_submission(shop: Storefront) -> None:
    token, other = token_of(shop), token_of(shop)
    assert submit(shop, token, orderName="#1")["userErrors"] == []

    used = ("IDEMPOTENCY_KEY_ALREADY_USED", ["idempotencyKey"])
    assert problem(submit(shop, other, orderName="#1")) == used
    assert problem(submit(shop, token, orderName="#2")) == used
    assert problem(submit(shop, token, orderName="#1", request=WHOLE | {"paymentMethod": "card"})) == used
    assert submit(shop, other, key="k2")["userErrors"] == []


def test_an_unknown_session_cannot_be_submitted(shop: Storefront) -> None:
    assert problem(submit(shop, "none")) == ("PAYMENT_REQUEST_NOT_FOUND", ["token"])


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"lineItems": []}, ["lineItems"]),
        ({"lineItems": [LINE | {"label": ""}]}, ["lineItems", "0", "label"]),
        ({"lineItems": [LINE | {"quantity": 0}]}, ["lineItems", "0", "quantity"]),
        ({"lineItems": [LINE | {"finalLinePrice": None}]}, ["lineItems", "0", "finalLinePrice"]),
        ({"total": {"amount": "1", "currencyCode": "EUR"}}, ["total", "currencyCode"]),
        ({"total": usd("-1")}, ["total", "amount"]),
        ({"discounts": [{"label": "x"}]}, ["discounts", "0", "amount"]),
        ({"shippingLines": [{"label": "x"}]}, ["shippingLines", "0", "code"]),
        ({"deliveryMethods": [{"code": "x"}]}, ["deliveryMethods", "0", "label"]),
        ({"totalShippingPrice": {}}, ["totalShippingPrice", "finalTotal"]),
    ],
)
def test_a_request_that_cannot_be_paid_is_refused(shop: Storefront, changed: dict[str, Any], path: list[str]) -> None:
    expected = ("PAYMENT_REQUEST_INVALID_INPUT", ["paymentRequest", *path])

    assert problem(create(shop, paymentRequest=WHOLE | changed)) == expected
    assert problem(submit(shop, token_of(shop), request=WHOLE | changed)) == expected


def test_a_session_needs_a_source(shop: Storefront) -> None:
    assert problem(create(shop, " ")) == ("PAYMENT_REQUEST_INVALID_INPUT", ["sourceIdentifier"])
