"""A shopper's journey with Python's gql: the same steps as `clients/journey.mjs`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXTransport
from graphql import parse, print_ast, separate_operations

FOLDER = Path(__file__).parent / "operations"
OPERATIONS = {
    name: print_ast(document)
    for file in FOLDER.glob("*.graphql")
    for name, document in separate_operations(parse(file.read_text("utf-8"))).items()
}

Send = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def visit_with_gql(gateway: str) -> dict[str, Any]:
    """The product page, the cart's answers and the joined fields, as gql received them."""
    client = Client(transport=HTTPXTransport(url=f"{gateway}/graphql", timeout=30))
    with client as session:

        def send(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
            return dict(session.execute(GraphQLRequest(OPERATIONS[name], variable_values=dict(variables))))

        selected = [{"name": "Color", "value": "Slate"}]
        page = send("ProductPage", {"handle": "ceramic-mug", "selected": selected, "country": "US", "language": "EN"})
        cart = _go_through_cart(send, page["product"]["selectedOrFirstAvailableVariant"]["id"])
        return {"page": page, "cart": cart, "joined": send("GatewayFields", {"handle": "your-design-shirt"})}


def _go_through_cart(send: Send, variant_id: str) -> dict[str, Any]:
    steps: dict[str, Any] = {}

    def change(step: str, operation: str, **variables: Any) -> dict[str, Any]:
        steps[step] = send(operation, variables)["answer"]
        cart: dict[str, Any] = steps[step]["cart"]
        return cart

    one = {"merchandiseId": variant_id, "quantity": 1}
    gift = {**one, "attributes": [{"key": "gift", "value": "yes"}]}
    cart_id = change("create", "CartCreate", input={"lines": [one], "buyerIdentity": {"countryCode": "US"}})["id"]
    change("addSame", "CartLinesAdd", cartId=cart_id, lines=[one])
    added = change("addGift", "CartLinesAdd", cartId=cart_id, lines=[gift])
    gift_line = next(line["id"] for line in added["lines"]["nodes"] if line["attributes"])
    change("update", "CartLinesUpdate", cartId=cart_id, lines=[{"id": gift_line, "quantity": 3}])
    change("unknownCode", "CartDiscountCodesUpdate", cartId=cart_id, codes=["NO-SUCH-CODE"])
    change("discount", "CartDiscountCodesUpdate", cartId=cart_id, codes=["WELCOME10"])
    buyer = {"email": "guest@example.com", "countryCode": "US"}
    change("buyer", "CartBuyerIdentityUpdate", cartId=cart_id, buyer=buyer)
    change("note", "CartNoteUpdate", cartId=cart_id, note="Ring twice")
    change("remove", "CartLinesRemove", cartId=cart_id, lineIds=[gift_line])
    return {"steps": steps, "final": send("Cart", {"cartId": cart_id})["cart"]}
