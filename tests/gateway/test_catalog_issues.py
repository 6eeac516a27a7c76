"""Products with set-up problems, as staff see them."""

from typing import Any

import pytest

from app import Sandbox
from sandbox.catalogue import put_misset
from tests.serving import Served, serving

ISSUES = """
query ($first: Int! = 250, $after: String) {
  catalogIssues(first: $first, after: $after) {
    nodes { rule severity message productId productTitle variantId variantTitle sku }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
    variantsChecked
    variantsUnasked
  }
}
"""


async def issues(gateway: Served, **variables: Any) -> Any:
    answer = await gateway.ask(ISSUES, variables, staff=True)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["catalogIssues"]


def rules_of(found: Any, handle: str, sandbox: Sandbox) -> set[str]:
    product = sandbox.store.product_by_handle(f"missetting-{handle}")
    assert product is not None
    number = f"gid://shopify/Product/{product.id}"
    return {each["rule"] for each in found["nodes"] if each["productId"] == number} - {"SKU_DUPLICATE"}


async def test_the_only_flaw_of_the_sandboxs_shop_is_a_discontinued_garment(gateway: Served, sandbox: Sandbox) -> None:
    found = await issues(gateway)

    assert [(each["rule"], each["severity"], each["sku"]) for each in found["nodes"]] == [
        ("PRINT_VARIANT_DISCONTINUED", "ERROR", "PFUL-4030")
    ]
    assert (found["totalCount"], found["variantsUnasked"]) == (1, 0)
    assert found["variantsChecked"] == len(sandbox.store.variants)


@pytest.mark.parametrize(
    ("handle", "rule"),
    [
        ("vendor", "VENDOR_NEAR_MISS"),
        ("no-sku", "SKU_NOT_PRINTFULS"),
        ("sku", "SKU_OF_ANOTHER_VENDOR"),
        ("picker", "CUSTOMIZABLE_OF_ANOTHER_VENDOR"),
        ("blank", "ART_MISSING"),
        ("template", "DESIGN_NOT_PRINTED"),
        ("tracked", "STOCK_TRACKED"),
        ("digital", "SHIPPING_OFF"),
        ("unknown", "PRINT_VARIANT_UNKNOWN"),
    ],
)
async def test_each_way_to_set_a_product_up_wrongly_is_found(
    gateway: Served, sandbox: Sandbox, handle: str, rule: str
) -> None:
    put_misset(sandbox.store)

    assert rules_of(await issues(gateway), handle, sandbox) == {rule}


async def test_each_page_continues_after_the_previous_one(gateway: Served, sandbox: Sandbox) -> None:
    put_misset(sandbox.store)
    everything = await issues(gateway)

    nodes: list[Any] = []
    after = None
    while True:
        page = await issues(gateway, first=4, after=after)
        nodes += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert nodes == everything["nodes"]
    assert page["totalCount"] == everything["totalCount"] == len(nodes)


async def test_without_printful_the_other_rules_still_hold(sandbox: Sandbox) -> None:
    put_misset(sandbox.store)
    async with serving(sandbox) as gateway:
        sandbox.faults.add("printful", "status", status=500)
        found = await issues(gateway)

    assert rules_of(found, "tracked", sandbox) == {"STOCK_TRACKED"}
    assert rules_of(found, "unknown", sandbox) == set()
    assert found["variantsUnasked"] > 0


async def test_an_outage_of_admin_is_reported(gateway: Served, sandbox: Sandbox) -> None:
    sandbox.faults.add("admin", "status", status=503)

    answer = await gateway.ask(ISSUES, staff=True)

    assert answer["data"] == {"catalogIssues": None}
    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["upstream"]) == ("TRY_LATER", "admin")


@pytest.mark.parametrize(("variables", "told"), [({"first": 0}, "`first` is 0"), ({"after": "x"}, "`after` is not")])
async def test_an_invalid_page_is_refused(gateway: Served, variables: dict[str, Any], told: str) -> None:
    error = (await gateway.ask(ISSUES, variables, staff=True))["errors"][0]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith(told)


async def test_catalog_issues_require_the_staff_token(gateway: Served) -> None:
    response = await gateway.http.post("/graphql", json={"query": ISSUES})

    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert not any(gateway.requests.values())
