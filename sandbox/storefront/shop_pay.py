"""Shop Pay on a page of the shop's own: sessions for a payment request, and their submission."""

from decimal import Decimal
from typing import Any

from sandbox.execution import Resolvers
from sandbox.shop_pay_records import ShopPayReceipt, ShopPaySession
from sandbox.storefront.cart_payloads import refuse_long
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import decimal_text


class InvalidRequest(Exception):
    """A payment request that cannot be paid; `path` leads to what is wrong with it."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.message, self.path = message, path


class _Reader:
    """Makes a ShopPayPaymentRequest out of its input."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._currency = given["presentmentCurrency"]

    def request(self) -> dict[str, Any]:
        given = self._given
        subtotal = self._required(given, "subtotal")
        lines = [self._line(line, ("lineItems", str(i))) for i, line in enumerate(given.get("lineItems") or ())]
        if not lines:
            raise InvalidRequest("At least one line item is required.", "lineItems")
        return {
            "deliveryMethods": [self._method(m, i) for i, m in enumerate(given.get("deliveryMethods") or ())],
            "discountCodes": given.get("discountCodes") or [],
            "discounts": self._discounts(given.get("discounts"), ("discounts",)),
            "lineItems": lines,
            "locale": given["locale"],
            "presentmentCurrency": self._currency,
            "selectedDeliveryMethodType": given.get("selectedDeliveryMethodType") or "SHIPPING",
            "shippingAddress": None,
            "shippingLines": [self._shipping(s, i) for i, s in enumerate(given.get("shippingLines") or ())],
            "subtotal": subtotal,
            "total": self._required(given, "total"),
            "totalShippingPrice": self._total_shipping(given.get("totalShippingPrice")),
            "totalTax": self._money(given.get("totalTax"), ("totalTax",)),
        }

    def _money(self, given: dict[str, Any] | None, path: tuple[str, ...]) -> dict[str, Any] | None:
        if given is None:
            return None
        amount = Decimal(str(given["amount"]))
        if given["currencyCode"] != self._currency:
            raise InvalidRequest(f"The currency is not {self._currency}.", *path, "currencyCode")
        if amount < 0:
            raise InvalidRequest("The amount must not be negative.", *path, "amount")
        return {"__typename": "MoneyV2", "amount": decimal_text(amount), "currencyCode": self._currency}

    def _required(self, given: dict[str, Any], name: str, path: tuple[str, ...] = ()) -> dict[str, Any]:
        money = self._money(given.get(name), (*path, name))
        if money is None:
            raise InvalidRequest(f"{name} is required.", *path, name)
        return money

    def _text(self, given: dict[str, Any], name: str, path: tuple[str, ...]) -> str:
        text = given.get(name)
        if not text:
            raise InvalidRequest(f"{name} is required.", *path, name)
        return str(text)

    def _line(self, given: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        if given["quantity"] < 1:
            raise InvalidRequest("The quantity must be at least 1.", *path, "quantity")
        image = given.get("image")
        return {
            "label": self._text(given, "label", path),
            "quantity": given["quantity"],
            "finalItemPrice": self._required(given, "finalItemPrice", path),
            "finalLinePrice": self._required(given, "finalLinePrice", path),
            "originalItemPrice": self._money(given.get("originalItemPrice"), (*path, "originalItemPrice")),
            "originalLinePrice": self._money(given.get("originalLinePrice"), (*path, "originalLinePrice")),
            "itemDiscounts": self._discounts(given.get("itemDiscounts"), (*path, "itemDiscounts")),
            "lineDiscounts": self._discounts(given.get("lineDiscounts"), (*path, "lineDiscounts")),
            "image": image and {"url": image["url"], "alt": image.get("alt")},
            "requiresShipping": given.get("requiresShipping"),
            "sku": given.get("sku"),
        }

    def _discounts(self, given: list[dict[str, Any]] | None, path: tuple[str, ...]) -> list[dict[str, Any]] | None:
        if given is None:
            return None
        return [
            {
                "label": self._text(discount, "label", (*path, str(i))),
                "amount": self._required(discount, "amount", (*path, str(i))),
            }
            for i, discount in enumerate(given)
        ]

    def _shipping(self, given: dict[str, Any], i: int) -> dict[str, Any]:
        path = ("shippingLines", str(i))
        return {
            "code": self._text(given, "code", path),
            "label": self._text(given, "label", path),
            "amount": self._required(given, "amount", path),
        }

    def _method(self, given: dict[str, Any], i: int) -> dict[str, Any]:
        path = ("deliveryMethods", str(i))
        said = ("deliveryExpectationLabel", "detail", "maxDeliveryDate", "minDeliveryDate")
        return {
            "code": self._text(given, "code", path),
            "label": self._text(given, "label", path),
            "amount": self._required(given, "amount", path),
            **{name: given.get(name) for name in said},
        }

    def _total_shipping(self, given: dict[str, Any] | None) -> dict[str, Any] | None:
        if given is None:
            return None
        path = ("totalShippingPrice",)
        return {
            "discounts": self._discounts(given.get("discounts"), (*path, "discounts")) or [],
            "finalTotal": self._required(given, "finalTotal", path),
            "originalTotal": self._money(given.get("originalTotal"), (*path, "originalTotal")),
        }


def _read(given: dict[str, Any]) -> dict[str, Any]:
    refuse_long(given.get("lineItems"))
    return _Reader(given).request()


def _refused(name: str, code: str, message: str, path: list[str]) -> dict[str, Any]:
    return {name: None, "userErrors": [{"code": code, "field": path, "message": message}]}


def _session_create(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """A session on the deprecated way carries its payment request; otherwise the request comes with its submission."""
    visit: Visit = info.context
    source, given = arguments["sourceIdentifier"], arguments.get("paymentRequest")
    name = "shopPayPaymentRequestSession"
    if not source.strip():
        return _refused(name, "PAYMENT_REQUEST_INVALID_INPUT", "It must not be blank.", ["sourceIdentifier"])
    try:
        request = None if given is None else _read(given)
    except InvalidRequest as error:
        return _refused(name, "PAYMENT_REQUEST_INVALID_INPUT", error.message, ["paymentRequest", *error.path])
    session = ShopPaySession(visit.store.new_token(), source, request)
    visit.store.shop_pay_sessions[session.token] = session
    shown = {
        "token": session.token,
        "sourceIdentifier": source,
        "checkoutUrl": f"{visit.store.public_url}/sandbox/shop-pay/{session.token}",
        "paymentRequest": request,
    }
    return {name: shown, "userErrors": []}


def _session_submit(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """The receipt; the same submission under the same key gives the first receipt again."""
    visit: Visit = info.context
    name = "paymentRequestReceipt"
    token, key = arguments["token"], arguments["idempotencyKey"]
    if token not in visit.store.shop_pay_sessions:
        return _refused(name, "PAYMENT_REQUEST_NOT_FOUND", "There is no such session.", ["token"])
    try:
        request = _read(arguments["paymentRequest"])
    except InvalidRequest as error:
        return _refused(name, "PAYMENT_REQUEST_INVALID_INPUT", error.message, ["paymentRequest", *error.path])
    method = arguments["paymentRequest"].get("paymentMethod")
    receipt = ShopPayReceipt(token, request, arguments.get("orderName"), method)
    earlier = visit.store.shop_pay_receipts.setdefault(key, receipt)
    if earlier != receipt:
        sentence = "The key was used for something else."
        return _refused(name, "IDEMPOTENCY_KEY_ALREADY_USED", sentence, ["idempotencyKey"])
    shown = {"token": token, "paymentRequest": request, "processingStatusType": "COMPLETED"}
    return {name: shown, "userErrors": []}


RESOLVERS: Resolvers = {
    "Mutation": {
        "shopPayPaymentRequestSessionCreate": _session_create,
        "shopPayPaymentRequestSessionSubmit": _session_submit,
    }
}
