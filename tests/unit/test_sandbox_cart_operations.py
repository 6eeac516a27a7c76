"""Cart operations in the shape in which storefronts send them, from the first product to the checkout."""

from typing import Any

from sandbox.storefront.resolvers import RESOLVERS
from tests.conftest import Run
from tests.unit.storefront_calls import Storefront, official_schema

CART = """
fragment WholeCart on Cart {
  id checkoutUrl totalQuantity createdAt updatedAt note
  attributes { key value }
  discountCodes { code applicable }
  buyerIdentity { countryCode email phone }
  cost {
    subtotalAmount { ...Price } totalAmount { ...Price } checkoutChargeAmount { ...Price }
    subtotalAmountEstimated totalAmountEstimated
  }
  lines(first: $count) {
    nodes {
      __typename id quantity attributes { key value }
      cost {
        amountPerQuantity { ...Price } compareAtAmountPerQuantity { ...Price }
        subtotalAmount { ...Price } totalAmount { ...Price }
      }
      merchandise { ... on ProductVariant { id sku title product { id handle title } } }
      ... on CartLine { parentRelationship { parent { id } } }
      ... on ComponentizableCartLine { lineComponents { id quantity } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
fragment Price on MoneyV2 { amount currencyCode }
"""
PROBLEMS = "userErrors { code field message } warnings { code message target }"
GET = f"query Get($id: ID!, $count: Int = 100) {{ cart(id: $id) {{ ...WholeCart }} }} {CART}"
CREATE = f"""mutation Create($input: CartInput, $count: Int = 250) @inContext(country: ZZ) {{
  cartCreate(input: $input) {{ cart {{ ...WholeCart }} {PROBLEMS} }} }} {CART}"""
ADD = f"""mutation Add($cart: ID!, $lines: [CartLineInput!]!, $count: Int = 100) {{
  cartLinesAdd(cartId: $cart, lines: $lines) {{ cart {{ ...WholeCart }} {PROBLEMS} }} }} {CART}"""
REST = f"""mutation Rest(
  $cart: ID!, $update: [CartLineUpdateInput!]!, $remove: [ID!], $codes: [String!]!, $gifts: [String!]!,
  $buyer: CartBuyerIdentityInput!, $attributes: [AttributeInput!]!, $note: String!
) {{
  cartLinesUpdate(cartId: $cart, lines: $update) {{ cart {{ id totalQuantity }} {PROBLEMS} }}
  cartLinesRemove(cartId: $cart, lineIds: $remove) {{ cart {{ id totalQuantity }} {PROBLEMS} }}
  cartDiscountCodesUpdate(cartId: $cart, discountCodes: $codes) {{
    cart {{ discountCodes {{ code applicable }} }} {PROBLEMS} }}
  cartGiftCardCodesAdd(cartId: $cart, giftCardCodes: $gifts) {{
    cart {{ appliedGiftCards {{ lastCharacters amountUsed {{ amount currencyCode }} }} }} {PROBLEMS} }}
  cartAttributesUpdate(cartId: $cart, attributes: $attributes) {{ cart {{ attributes {{ key value }} }} {PROBLEMS} }}
  cartNoteUpdate(cartId: $cart, note: $note) {{ cart {{ note }} {PROBLEMS} }}
  cartBuyerIdentityUpdate(cartId: $cart, buyerIdentity: $buyer) {{ cart {{
    buyerIdentity {{ countryCode email preferences {{ delivery {{ deliveryMethod pickupHandle }} }} }}
    deliveryGroups(first: 10, withCarrierRates: true) {{ nodes {{
      id groupType deliveryOptions {{ handle code title deliveryMethodType estimatedCost {{ amount currencyCode }} }}
      selectedDeliveryOption {{ handle }} }} }} }} {PROBLEMS} }}
}}"""


def answer(run: Run, query: str, **variables: Any) -> Any:
    result = run(query, variables)
    assert result.errors is None, result.errors
    return result.data


def test_a_journey_from_the_first_product_to_the_checkout(run: Run, shop: Storefront) -> None:
    latte = shop.line("latte", 2, attributes={"milk": "oat"})
    made = answer(run, CREATE, input={"lines": [latte], "buyerIdentity": {"countryCode": "US"}})["cartCreate"]
    cart_id = made["cart"]["id"]
    lines = [shop.line("your-design-mug", attributes={"_customArtName": "Cosmic Flow"}), shop.line("home-brewing-kit")]
    kit, mug, drink = answer(run, ADD, cart=cart_id, lines=lines)["cartLinesAdd"]["cart"]["lines"]["nodes"]
    pick_up = {"delivery": {"deliveryMethod": ["PICK_UP"], "pickupHandle": ["65000000001"]}}

    rest = answer(
        run,
        REST,
        cart=cart_id,
        update=[{"id": drink["id"], "quantity": 3}],
        remove=[kit["id"]],
        codes=["WELCOME10"],
        gifts=["KYNDA25GIFT00001"],
        attributes=[{"key": "table", "value": "5"}],
        note="No sugar",
        buyer={"email": "eve@example.com", "preferences": pick_up},
    )
    cart = answer(run, GET, id=cart_id)["cart"]

    assert all(payload["userErrors"] == [] and payload["warnings"] == [] for payload in rest.values())
    assert [rest[name]["cart"]["totalQuantity"] for name in ("cartLinesUpdate", "cartLinesRemove")] == [5, 4]
    groups = rest["cartBuyerIdentityUpdate"]["cart"]["deliveryGroups"]["nodes"]
    assert [group["deliveryOptions"][0]["title"] for group in groups] == ["Main Street Cafe", "Main Street Cafe"]
    assert [line["id"] for line in cart["lines"]["nodes"]] == [mug["id"], drink["id"]]
    assert cart["lines"]["nodes"][0]["attributes"] == [{"key": "_customArtName", "value": "Cosmic Flow"}]
    assert cart["lines"]["nodes"][1]["merchandise"]["product"]["handle"] == "latte"
    # 3 lattes and a mug, a tenth off, 25 from the gift card.
    assert cart["cost"]["subtotalAmount"]["amount"] == "29.5"
    assert cart["cost"]["totalAmount"] == {"amount": "1.55", "currencyCode": "USD"}
    assert cart["note"] == "No sugar"
    assert cart["checkoutUrl"].endswith(cart_id.removeprefix("gid://shopify/Cart/"))


def test_cart_operations_pass_under_an_unknown_country_with_pages_of_250(run: Run, shop: Storefront) -> None:
    cart = answer(run, CREATE, input={"lines": [shop.line("latte")]})["cartCreate"]["cart"]

    assert cart["buyerIdentity"]["countryCode"] is None
    assert cart["cost"]["totalAmount"]["currencyCode"] == "USD"


def test_every_mutation_of_the_official_schema_is_served() -> None:
    root = official_schema().mutation_type
    assert root is not None
    served = {name for table in RESOLVERS for name in table.get("Mutation", {})}

    assert served == set(root.fields)
