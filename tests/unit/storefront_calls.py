"""Sends one mutation or query to the sandbox's Storefront, with variables of the official types."""

from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLSchema, build_schema

from sandbox.store import Store
from tests.conftest import Run

MONEY = "{ amount currencyCode }"
ALLOCATION = """
  { __typename targetType discountedAmount { amount } discountApplication { targetType value { __typename } }
    sourceDiscountApplication { allocationMethod targetSelection totalAllocatedAmount { amount } }
    ... on CartCodeDiscountAllocation { code } ... on CartAutomaticDiscountAllocation { title }
    ... on CartCustomDiscountAllocation { title } }"""
# A cart's lines are asked for in the order in which they were added.
LINE = f"""
  __typename id viewKey quantity attributes {{ key value }}
  merchandise {{ ... on ProductVariant {{ id sku }} }}
  cost {{ amountPerQuantity {MONEY} compareAtAmountPerQuantity {MONEY} subtotalAmount {MONEY} totalAmount {MONEY} }}
  estimatedCost {{ amount {MONEY} compareAtAmount {MONEY} subtotalAmount {MONEY} totalAmount {MONEY} }}
  sellingPlanAllocation {{ sellingPlan {{ id name }} checkoutChargeAmount {MONEY}
    priceAdjustments {{ price {MONEY} compareAtPrice {MONEY} }} }}
  own: discountAllocations {ALLOCATION}
  all: discountAllocations(lineLevelOnly: false) {ALLOCATION}"""
CART = f"""{{
  id checkoutUrl totalQuantity createdAt updatedAt note attributes {{ key value }}
  cost {{ subtotalAmount {MONEY} subtotalAmountEstimated totalAmount {MONEY} totalAmountEstimated
    checkoutChargeAmount {MONEY} }}
  discountCodes {{ code applicable }}
  discountApplications {{ __typename targetType targetSelection allocationMethod totalAllocatedAmount {MONEY}
    value {{ ... on MoneyV2 {MONEY} ... on PricingPercentageValue {{ percentage }} }} }}
  appliedGiftCards {{ id lastCharacters balance {MONEY} amountUsed {MONEY} presentmentAmountUsed {MONEY} }}
  lines(first: 250, reverse: true) {{ nodes {{ {LINE}
    ... on CartLine {{ instructions {{ canRemove canUpdateQuantity }} parentRelationship {{ parent {{ id }} }} }}
    ... on ComponentizableCartLine {{
      lineComponents {{ {LINE} instructions {{ canRemove canUpdateQuantity }} }} }} }} }}
  buyerIdentity {{ countryCode email phone customer {{ email }}
    preferences {{ wallet delivery {{ deliveryMethod pickupHandle coordinates {{ countryCode latitude longitude }} }} }}
    purchasingCompany {{ company {{ name }} location {{ id name }} contact {{ title }} }} }}
  delivery {{ addresses {{ id selected oneTimeUse address {{ ... on CartDeliveryAddress {{ address1 city zip countryCode
    provinceCode firstName formatted(withName: true) }} }} }} }}
  deliveryGroups(first: 20, withCarrierRates: true) {{ nodes {{ id groupType deliveryAddress {{ city countryCodeV2 }}
    cartLines(first: 250) {{ nodes {{ id }} }} discountAllocations {ALLOCATION}
    deliveryOptions {{ handle code title description deliveryMethodType estimatedCost {MONEY} }}
    selectedDeliveryOption {{ handle code deliveryMethodType estimatedCost {MONEY} }} }} }}
}}"""
CART_PAYLOAD = f"{{ cart {CART} userErrors {{ code field message }} warnings {{ code message target }} }}"


@cache
def official_schema() -> GraphQLSchema:
    text = files("clients").joinpath("storefront/schema.graphql").read_text()
    return build_schema(text, assume_valid=True)


class Storefront:
    """One shopper's calls; `context` is what stands in the brackets of `@inContext`."""

    def __init__(self, run: Run, store: Store, context: str = "") -> None:
        self._run, self.store, self._context = run, store, context

    def within(self, context: str) -> "Storefront":
        return Storefront(self._run, self.store, context)

    def mutation(self, field: str, selection: str = CART_PAYLOAD, **arguments: Any) -> Any:
        """The payload of a mutation that must not raise errors."""
        return self._called("mutation", field, selection, arguments)

    def query(self, field: str, selection: str, **arguments: Any) -> Any:
        return self._called("query", field, selection, arguments)

    def errors(self, field: str, **arguments: Any) -> list[dict[str, Any]]:
        """Top-level errors of a cart mutation."""
        result = self._run(self._document("mutation", field, CART_PAYLOAD, arguments), arguments)
        return [dict(error.formatted) for error in result.errors or ()]

    def _called(self, kind: str, field: str, selection: str, arguments: dict[str, Any]) -> Any:
        result = self._run(self._document(kind, field, selection, arguments), arguments)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data[field]

    def _document(self, kind: str, field: str, selection: str, arguments: dict[str, Any]) -> str:
        root = official_schema().mutation_type if kind == "mutation" else official_schema().query_type
        assert root is not None
        types = root.fields[field].args
        declared = ", ".join(f"${name}: {types[name].type}" for name in arguments)
        passed = ", ".join(f"{name}: ${name}" for name in arguments)
        context = f" @inContext({self._context})" if self._context else ""
        if not arguments:
            return f"{kind} Call{context} {{ {field} {selection} }}"
        return f"{kind} Call({declared}){context} {{ {field}({passed}) {selection} }}"

    def variant(self, handle: str, position: int = 0) -> str:
        """The id of a product's variant."""
        product = self.store.product_by_handle(handle)
        assert product is not None, handle
        return f"gid://shopify/ProductVariant/{product.variants[position].id}"

    def line(self, handle: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """A CartLineInput for a product's first variant; `attributes` may be a dict."""
        if isinstance(more.get("attributes"), dict):
            more["attributes"] = [{"key": key, "value": value} for key, value in more["attributes"].items()]
        return {"merchandiseId": self.variant(handle, more.pop("position", 0)), "quantity": quantity, **more}

    def cart(self, *lines: dict[str, Any], **given: Any) -> Any:
        """A new cart with lines; refuses one with errors."""
        payload = self.mutation("cartCreate", input={"lines": list(lines), **given})
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload["cart"]

    def read(self, cart_id: str) -> Any:
        return self.query("cart", CART, id=cart_id)

    def log_in(self, email: str = "ada@example.com", password: str = "espresso-time") -> str:
        """A customer's access token."""
        payload = self.mutation(
            "customerAccessTokenCreate",
            "{ customerAccessToken { accessToken } }",
            input={"email": email, "password": password},
        )
        token: str = payload["customerAccessToken"]["accessToken"]
        return token


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [entry["code"] for entry in found]


def refused(payload: Any) -> tuple[str, list[str]]:
    """Code and field of the only user error."""
    assert len(payload["userErrors"]) == 1, payload["userErrors"]
    return payload["userErrors"][0]["code"], payload["userErrors"][0]["field"]


def root(run: Run, query: str, **variables: Any) -> Any:
    """The value of an operation's only root field; there must be no error."""
    result = run(query, variables)
    assert result.errors is None, result.errors
    assert result.data is not None
    return next(iter(result.data.values()))
