"""Python's gql against the gateway.

Install: pip install "gql[httpx]"
Run: python python_gql.py http://localhost:8000
"""

import json
import sys

from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

PRODUCT = gql("""
    query Product($handle: String!) {
      product(handle: $handle) {
        id
        title
        variants(first: 1) { nodes { id inventory { availability } } }
      }
    }
""")
NEW_CART = gql("""
    mutation NewCart($lines: [CartLineInput!]!) {
      cartCreate(input: { lines: $lines }) {
        cart { id totalQuantity checkoutUrl }
        userErrors { message }
      }
    }
""")

gateway = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
with Client(transport=HTTPXTransport(url=f"{gateway}/graphql", timeout=10)) as session:
    PRODUCT.variable_values = {"handle": "ceramic-mug"}
    product = session.execute(PRODUCT)["product"]
    variant = product["variants"]["nodes"][0]

    NEW_CART.variable_values = {"lines": [{"merchandiseId": variant["id"], "quantity": 2}]}
    cart = session.execute(NEW_CART)["cartCreate"]["cart"]

print(
    json.dumps(
        {
            "title": product["title"],
            "availability": variant["inventory"]["availability"],
            "quantity": cart["totalQuantity"],
        }
    )
)
