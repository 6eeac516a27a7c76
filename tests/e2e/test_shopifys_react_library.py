"""A storefront on another origin, with Shopify's unchanged React library, in a browser."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import RunClient

pytestmark = [pytest.mark.node, pytest.mark.browser]
Visit = dict[str, Any]


@pytest.fixture(scope="module")
def visit(run_client: RunClient, gateway: str, chromium: str, screenshots: Path) -> Visit:
    return run_client("hydrogen.mjs", gateway, chromium, str(screenshots))


def _values(product: dict[str, Any], option: str) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = next(each["values"] for each in product["options"] if each["name"] == option)
    return values


def _amount(money: str) -> Decimal:
    return Decimal(money.strip("$"))


def test_the_page_loads_nothing_from_other_origins(visit: Visit) -> None:
    assert visit["outside"] == []


def test_the_browser_console_has_no_errors(visit: Visit) -> None:
    assert visit["complaints"] == []


def test_shopifys_api_client_works_from_another_origin(visit: Visit) -> None:
    assert visit["shopName"] == "Kynda Coffee"


def test_every_option_value_of_the_product_exists(visit: Visit) -> None:
    assert [value["name"] for value in _values(visit["product"], "Size")] == ["12 oz", "16 oz"]
    assert all(value["exists"] for option in visit["product"]["options"] for value in option["values"])


def test_choosing_an_option_changes_variant_and_price(visit: Visit) -> None:
    assert [value["name"] for value in _values(visit["chosen"], "Size") if value["selected"]] == ["16 oz"]
    assert _amount(visit["chosen"]["price"]) > _amount(visit["product"]["price"])


def test_the_cart_grows_line_by_line(visit: Visit) -> None:
    steps = visit["steps"]
    assert steps["add"]["quantities"] == ["1"]
    assert steps["more"]["quantities"] == ["2"]
    assert sorted(steps["addOther"]["quantities"]) == ["1", "2"]


def test_the_cart_never_shows_an_error(visit: Visit) -> None:
    assert {name: step["error"] for name, step in visit["steps"].items() if step.get("error")} == {}


def test_a_discount_code_lowers_the_total(visit: Visit) -> None:
    assert visit["steps"]["discount"]["codes"] == "WELCOME10:true"
    assert _amount(visit["steps"]["discount"]["total"]) < _amount(visit["steps"]["addOther"]["total"])


def test_the_cart_outlives_a_reload(visit: Visit) -> None:
    assert visit["kept"] == {"quantity": "1", "note": "Ring twice"}


def test_an_expired_cart_is_replaced_by_a_new_one(visit: Visit) -> None:
    assert visit["steps"]["afterLoss"]["quantities"] == ["1"]


def test_the_checkout_shows_the_contents_of_the_cart(visit: Visit) -> None:
    assert visit["checkoutUrl"].startswith(("http://", "https://"))
    assert "Travel Tumbler" in visit["checkout"]


def test_only_shopifys_own_path_is_called(visit: Visit) -> None:
    paths = {call["path"] for call in visit["calls"]}
    assert paths == {"/api/2026-04/graphql.json", "/api/2026-10/graphql.json"}
