"""A run of the gateway with secrets and personal data in all places, for tests of what must not show them."""

import json
from typing import Any
from urllib.parse import quote

from tests.gateway.staff_desk import Browser, form_token
from tests.serving import STAFF, Served

CART = "gid://shopify/Cart/c1?key=planted-cart-key"
PLANTED = (
    "planted-cart-key",
    "planted-cookie",
    "planted-token",
    "shpat_planted0123456789",
    "zerlina",
    "quibblefort",
    "marmalade",
    "5125550199",
    "512-555-0199",
    "sandbox-staff",
    "planted-password",
)
BUYER = {
    "email": "zerlina@quibblefort.example",
    "phone": "+15125550199",
    "customerAccessToken": "planted-token",
}


async def whole_run(gateway: Served) -> None:
    """Operations, refusals, outages and webhooks, each with something that must not be logged."""
    await staff_pages(gateway)  # before so many wrong tokens that no token opens anything
    headers = {"cookie": "_y=planted-cookie", "authorization": "Bearer planted-token"}
    operations: list[dict[str, Any]] = [
        {"query": "query ($id: ID!) { cart(id: $id) { id } }", "variables": {"id": CART}},
        {"query": f'{{ cart(id: "{CART}") {{ id }} }}', "operationName": "zerlina quibblefort"},
        {"query": "mutation ($b: CartBuyerIdentityInput!) { cartCreate(input: {buyerIdentity: $b}) { cart { id } } }"},
        {
            "query": 'mutation { customerAccessTokenCreate(input: {email: "zerlina@quibblefort.example", '
            'password: "planted-password"}) { customerAccessToken { accessToken } } }'
        },
        {"query": 'query { shopOrder(name: "#1", email: "zerlina@quibblefort.example") { name } }'},
        {"query": 'query { shopOrder(name: "#1", phone: "512-555-0199") { name } }'},
    ]
    operations[2]["variables"] = {"b": BUYER}
    for kind in (None, "status", "html", "truncated"):
        if kind is not None:
            for upstream in ("storefront", "admin"):
                gateway.sandbox.faults.add(upstream, kind, times=3)
        for operation in operations:
            await gateway.http.post("/graphql", json=operation, headers=headers)
            await gateway.http.post("/graphql", json=operation, headers=STAFF)
        gateway.sandbox.faults.clear()
    body = json.dumps({"id": 1, "email": BUYER["email"], "address1": "77 Marmalade Crescent"}).encode()
    for path in ("/webhooks/shopify", "/webhooks/square", "/webhooks/printful/planted-token"):
        await gateway.http.post(path, content=body, headers={"x-shopify-access-token": "shpat_planted0123456789"})


async def staff_pages(gateway: Served) -> None:
    """Sign-ins that fail and that succeed, and pages that show and search for personal data."""
    for token in ("planted-token", "sandbox-staff"):
        browser = Browser(gateway.http)
        await browser.sign_in(token)
    start = await browser.get("/staff/search")
    for text in (BUYER["email"], BUYER["phone"], "zerlina quibblefort"):
        await browser.post("/staff/search", {"form_token": form_token(start), "text": text})
        await browser.get(f"/staff/search?text={quote(text)}")
    gateway.sandbox.faults.add("admin", "status", times=3)
    await browser.get("/staff")
    gateway.sandbox.faults.clear()
