"""Sandboxes that stay open over the examples of a generated test, with their state as seen from outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.contract.generated_operations import Known, Operation
from tests.serving import Answer, Served, sandbox_at_noon, serving

THINGS = """{
  products(first: 100) { nodes { id handle variants(first: 3) { nodes { id } } } }
  collections(first: 20) { nodes { id handle } }
  pages(first: 20) { nodes { id handle } }
  blogs(first: 20) { nodes { id handle } }
  articles(first: 20) { nodes { id } }
  locations(first: 20) { nodes { id } }
  metaobjects(first: 20, type: "design") { nodes { id handle } }
}"""
BEGIN = """mutation Begin($email: String!, $password: String!, $lines: [CartLineInput!]) {
  customerCreate(input: { email: $email, password: $password }) { customer { id } }
  customerAccessTokenCreate(input: { email: $email, password: $password }) { customerAccessToken { accessToken } }
  cartCreate(input: {
    lines: $lines
    discountCodes: ["WELCOME10"]
    giftCardCodes: ["KYNDA25GIFT00001"]
    buyerIdentity: { countryCode: US }
    delivery: { addresses: [{
      address: {
        deliveryAddress: { address1: "1 Example Street", city: "Austin", countryCode: US, provinceCode: "TX" }
      }
      selected: true
    }] }
  }) {
    cart {
      id
      lines(first: 5) { nodes { id ... on CartLine { viewKey } } }
      appliedGiftCards { id }
      delivery { addresses { id } }
      deliveryGroups(first: 5) { nodes { id deliveryOptions { handle } } }
    }
  }
}"""
ADD_ADDRESS = """mutation Address($token: String!) {
  customerAddressCreate(customerAccessToken: $token, address: { city: "Austin", country: "United States" }) {
    customerAddress { id }
  }
}"""
LEFT = """query Left($cart: ID!, $token: String!) {
  cart(id: $cart) {
    id note totalQuantity
    attributes { key value }
    discountCodes { code applicable }
    appliedGiftCards { id lastCharacters amountUsed { amount } }
    buyerIdentity { email phone countryCode }
    cost { totalAmount { amount currencyCode } }
    delivery { addresses { id selected } }
    lines(first: 250) { nodes { id quantity attributes { key value } merchandise { ... on ProductVariant { id } } } }
  }
  customer(customerAccessToken: $token) {
    id email firstName lastName phone
    defaultAddress { id }
    addresses(first: 20) { nodes { id city zip } }
  }
}"""


@asynccontextmanager
async def _patient() -> AsyncIterator[Served]:
    """A gateway that no slow machine and no limit of an upstream hurries."""
    sandbox = sandbox_at_noon()
    sandbox.store.printful_per_minute = 10**9
    sandbox.store.admin_bucket_points = 1e12
    async with serving(
        sandbox,
        limit_document_tokens=100_000,
        limit_operation_cost=10**9,
        limit_client_cost=0,
        limit_client_cached_answers=0,
        limit_body_bytes=10_000_000,
        deadline_operation_s=600,
        deadline_storefront_s=600,
        deadline_admin_s=600,
        deadline_printful_s=600,
    ) as served:
        yield served


class Shops:
    """`count` equal shops, each behind a gateway of its own; for synchronous callers, on a loop of their own."""

    def __init__(self, count: int = 1) -> None:
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._served = [self._runner.run(self._open.enter_async_context(_patient())) for _ in range(count)]

    def close(self) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()

    def by_gateway(self, operation: Operation, shop: int = 0) -> Answer:
        return self._runner.run(self._served[shop].ask(operation.query, operation.variables))

    def straight(self, operation: Operation, shop: int = 0) -> Answer:
        return self._runner.run(self._served[shop].ask_storefront(operation.query, operation.variables))

    def things(self) -> Known:
        """What every shop has: its catalogue and content, with some words to search it by."""
        nodes = {name: found["nodes"] for name, found in self._done(Operation(THINGS)).items()}
        variants = [variant["id"] for each in nodes["products"] for variant in each["variants"]["nodes"]]
        ids = {name: [each["id"] for each in found] for name, found in nodes.items()}
        handles = {name: [each.get("handle", "") for each in found] for name, found in nodes.items()}
        some_ids = [each for found in ids.values() for each in found[:8]] + variants[::20]
        known = {
            "article.id": ids["articles"],
            "key": ["care", "roast", "origin", "design"],
            "menu.handle": ["main-menu", "footer", "nothing"],
            "merchandiseId": variants,
            "metaobject.id": ids["metaobjects"],
            "metaobjects.type": ["design", "nothing"],
            "namespace": ["custom", "shop"],
            "node.id": some_ids,
            "nodes.ids": some_ids,
            "predictiveSearch.query": ["lat", "mu", "co", "sto"],
            "productRecommendations.productHandle": handles["products"],
            "productRecommendations.productId": ids["products"],
            "products.query": ["tag:featured-item", "mug", "price:>10", "product_type:Beverage OR vendor:Printful_DS"],
            "search.query": ["latte", "mug", "coffee bean", "s"],
        }
        for one in ("product", "collection", "page", "blog"):
            known[f"{one}.id"] = ids[f"{one}s"]
            known[f"{one}.handle"] = known[f"{one}ByHandle.handle"] = handles[f"{one}s"]
        return known

    def begun(self, things: Known, number: int = 0, shop: int = 0) -> Known:
        """A new customer who has logged in and filled a cart, by the names under which their ids are sent."""
        email, password = f"guest{number}@example.com", "pour-over"
        lines = [{"merchandiseId": things["merchandiseId"][place], "quantity": 2} for place in (0, -1)]
        begin = Operation(BEGIN, {"email": email, "password": password, "lines": lines})
        made = self._done(begin, shop)
        cart, customer = made["cartCreate"]["cart"], made["customerCreate"]["customer"]["id"]
        token = made["customerAccessTokenCreate"]["customerAccessToken"]["accessToken"]
        added = self._done(Operation(ADD_ADDRESS, {"token": token}), shop)
        address = added["customerAddressCreate"]["customerAddress"]["id"]
        line_ids = [each["id"] for each in cart["lines"]["nodes"]]
        addresses = [each["id"] for each in cart["delivery"]["addresses"]]
        groups = cart["deliveryGroups"]["nodes"]
        return {
            "CartLineUpdateInput.id": line_ids,
            "CartSelectableAddressUpdateInput.id": addresses,
            "addressId": [address],
            "addressIds": addresses,
            "appliedGiftCardIds": [each["id"] for each in cart["appliedGiftCards"]],
            "cart.id": [cart["id"]],
            "cartId": [cart["id"]],
            "copyFromCustomerAddressId": [address],
            "customerAccessToken": [token],
            "customerActivate.id": [customer],
            "customerAddressDelete.id": [address],
            "customerAddressUpdate.id": [address],
            "customerReset.id": [customer],
            "deliveryGroupId": [each["id"] for each in groups],
            "deliveryOptionHandle": [option["handle"] for each in groups for option in each["deliveryOptions"]],
            "discountCodes": ["WELCOME10", "FREESHIP", "BEANS20", "SUMMER25", "NONE"],
            "email": [email, "new@example.com"],
            "giftCardCodes": ["KYNDA25GIFT00001", "KYNDA100GIFT0002", "KYNDAEXPIRED0003"],
            "lineId": line_ids,
            "lineIds": line_ids,
            "ownerId": [cart["id"]],
            "password": [password, "another-password"],
            "viewKeys": [each["viewKey"] for each in cart["lines"]["nodes"]],
        }

    def left(self, begun: Known, shop: int = 0) -> Answer:
        """The cart and the customer as they are now."""
        variables = {"cart": begun["cartId"][0], "token": begun["customerAccessToken"][0]}
        return self.straight(Operation(LEFT, variables), shop)

    def _done(self, operation: Operation, shop: int = 0) -> Answer:
        answer = self.straight(operation, shop)
        assert "errors" not in answer, answer
        data: Answer = answer["data"]
        return data
