"""Shop Pay on the shop's own pages: sessions for payment requests, and their submission."""

from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_nullable_type,
    is_leaf_type,
)

from sandbox.execution import Resolvers
from sandbox.shop_pay_records import ShopPayReceipt, ShopPaySession
from sandbox.storefront.cart_payloads import refuse_long
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import money_in


class InvalidRequest(Exception):
    """An invalid payment request; `path` leads to the invalid value."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.message, self.path = message, path


def _read(schema: GraphQLSchema, given: dict[str, Any]) -> dict[str, Any]:
    """The ShopPayPaymentRequest of an input. Raises InvalidRequest."""
    refuse_long(given.get("lineItems"))
    usual = {"selectedDeliveryMethodType": "SHIPPING"}
    sent = usual | {name: value for name, value in given.items() if value is not None}
    request: dict[str, Any] = _echo(schema.type_map["ShopPayPaymentRequest"], sent, (), given["presentmentCurrency"])
    if not request["lineItems"]:
        raise InvalidRequest("At least one line item is required.", "lineItems")
    for place, line in enumerate(request["lineItems"]):
        if line["quantity"] < 1:
            raise InvalidRequest("The quantity must be at least 1.", "lineItems", str(place), "quantity")
    return request


def _echo(kind: GraphQLNamedType | GraphQLOutputType, given: Any, path: tuple[str, ...], currency: str) -> Any:
    """What was sent, in the shape of an output type of the schema, which says what is required.

    A missing required list is empty. Raises InvalidRequest.
    """
    if isinstance(kind, GraphQLNonNull):
        inner = kind.of_type
        if isinstance(inner, GraphQLList):
            given = given or []
        elif given is None or given == "":
            raise InvalidRequest(f"{path[-1]} is required.", *path)
        return _echo(inner, given, path, currency)
    if given is None:
        return None
    if isinstance(kind, GraphQLList):
        return [_echo(kind.of_type, each, (*path, str(place)), currency) for place, each in enumerate(given)]
    if not isinstance(kind, GraphQLObjectType):
        return given
    if kind.name == "MoneyV2":
        return _money(given, path, currency)
    # Texts come before amounts: code and label of a line identify its amount.
    fields = sorted(kind.fields.items(), key=lambda entry: not is_leaf_type(get_nullable_type(entry[1].type)))
    return {name: _echo(field.type, given.get(name), (*path, name), currency) for name, field in fields}


def _money(given: dict[str, Any], path: tuple[str, ...], currency: str) -> dict[str, Any]:
    amount = Decimal(str(given["amount"]))
    if given["currencyCode"] != currency:
        raise InvalidRequest(f"The currency is not {currency}.", *path, "currencyCode")
    if amount < 0:
        raise InvalidRequest("The amount must not be negative.", *path, "amount")
    return money_in(amount, currency)


def _refused(name: str, code: str, message: str, path: list[str]) -> dict[str, Any]:
    return {name: None, "userErrors": [{"code": code, "field": path, "message": message}]}


def _session_create(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """A session of the deprecated mutation contains its payment request; otherwise the submission does."""
    visit: Visit = info.context
    source, given = arguments["sourceIdentifier"], arguments.get("paymentRequest")
    name = "shopPayPaymentRequestSession"
    if not source.strip():
        return _refused(name, "PAYMENT_REQUEST_INVALID_INPUT", "It must not be blank.", ["sourceIdentifier"])
    try:
        request = None if given is None else _read(info.schema, given)
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
    """The receipt; the same submission with the same key gives the first receipt again."""
    visit: Visit = info.context
    name = "paymentRequestReceipt"
    token, key = arguments["token"], arguments["idempotencyKey"]
    if token not in visit.store.shop_pay_sessions:
        return _refused(name, "PAYMENT_REQUEST_NOT_FOUND", "There is no such session.", ["token"])
    try:
        request = _read(info.schema, arguments["paymentRequest"])
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
