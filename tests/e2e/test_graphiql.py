"""A developer opens GET /graphql: GraphiQL, its examples, completion, documentation and explorer."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.graphiql_page import FOLDER, example_operations
from tests.e2e.conftest import RunClient, cannot_run

Visit = dict[str, Any]
EXAMPLES = example_operations()
in_browser = [pytest.mark.node, pytest.mark.browser]


@pytest.fixture(scope="module")
def visit(run_client: RunClient, gateway: str, chromium: str, screenshots: Path) -> Visit:
    if not (FOLDER / "dist" / "manifest.json").exists():
        cannot_run("GraphiQL was not built (`make install` does it where npm is there)")
    return run_client("graphiql.mjs", gateway, chromium, str(screenshots))


@pytest.fixture
def answers(gateway: str) -> dict[str, Any]:
    """The answer to each example by the name of its operation."""
    found = {}
    with httpx.Client(base_url=gateway, timeout=30) as http:
        for example in EXAMPLES:
            variables = json.loads(example.variables) if example.variables else {}
            answer = http.post("/graphql", json={"query": example.query, "variables": variables})
            found[_name(example.query)] = answer.json()
    return found


def _name(query: str) -> str:
    keyword = next(line for line in query.splitlines() if line.startswith(("query", "mutation")))
    return keyword.split()[1].partition("(")[0].strip("{")


def test_every_example_is_answered_without_errors(answers: dict[str, Any]) -> None:
    assert {name: answer["errors"] for name, answer in answers.items() if "errors" in answer} == {}


def test_the_home_example_features_products(answers: dict[str, Any]) -> None:
    assert len(answers["Home"]["data"]["featuredProducts"]["nodes"]) == 4


def test_the_menu_example_shows_all_drinks_and_food(answers: dict[str, Any]) -> None:
    products = answers["Menu"]["data"]["products"]
    assert {product["productType"] for product in products["nodes"]} >= {"Beverage", "Food"}
    assert products["pageInfo"]["hasNextPage"] is False


def test_the_merchandise_example_starts_where_page_one_ends(gateway: str) -> None:
    example = next(each for each in EXAMPLES if _name(each.query) == "MerchandiseByPrice")
    variables = json.loads(example.variables or "")
    first_page = {**variables, "after": None}
    answer = httpx.post(f"{gateway}/graphql", json={"query": example.query, "variables": first_page}, timeout=30)
    assert answer.json()["data"]["collection"]["products"]["pageInfo"]["endCursor"] == variables["after"]


def test_the_merchandise_example_is_a_second_page_sorted_by_price(answers: dict[str, Any]) -> None:
    products = answers["MerchandiseByPrice"]["data"]["collection"]["products"]
    prices = [float(product["priceRange"]["minVariantPrice"]["amount"]) for product in products["nodes"]]
    assert len(prices) > 1
    assert prices == sorted(prices)
    assert products["pageInfo"]["hasPreviousPage"] is True


def test_the_product_example_joins_stock_and_print_data(answers: dict[str, Any]) -> None:
    variant = answers["ProductWithStockAndPrint"]["data"]["product"]["selectedOrFirstAvailableVariant"]
    assert (variant["printful"]["color"], variant["printful"]["size"]) == ("Black", "L")
    assert variant["inventory"] is not None


def test_the_cart_example_leads_to_a_checkout(answers: dict[str, Any]) -> None:
    created = answers["CartToCheckout"]["data"]["cartCreate"]
    assert created["userErrors"] == []
    assert created["cart"]["checkoutUrl"].startswith(("http://", "https://"))


class TestInTheBrowser:
    pytestmark = in_browser

    def test_the_page_asks_nothing_of_any_other_origin(self, visit: Visit) -> None:
        assert visit["outside"] == []

    def test_the_browser_has_nothing_to_complain_of(self, visit: Visit) -> None:
        assert visit["complaints"] == []

    def test_the_page_says_which_mode_it_is_in(self, visit: Visit) -> None:
        assert "sandbox" in visit["heading"]

    def test_every_example_has_a_tab_that_runs_without_errors(self, visit: Visit) -> None:
        assert [tab["name"] for tab in visit["tabs"]] == [_name(example.query) for example in EXAMPLES]
        assert all(tab["answer"].get("data") and "errors" not in tab["answer"] for tab in visit["tabs"]), visit["tabs"]

    def test_a_field_name_is_completed_by_typing(self, visit: Visit) -> None:
        assert visit["completed"].replace(" ", "") == "{shop}"

    def test_a_misspelt_field_is_marked(self, visit: Visit) -> None:
        assert 'Cannot query field "shopp"' in visit["complaint"]

    def test_the_documentation_shows_storefronts_and_the_gateways_fields(self, visit: Visit) -> None:
        assert "productRecommendations" in visit["documentation"]
        assert "featuredProducts" in visit["documentation"]

    def test_ticking_a_field_writes_it_into_the_operation(self, visit: Visit) -> None:
        assert visit["ticked"].split() == ["query", "Ticked", "{", "shop", "{", "name", "description", "}", "}"]
        assert visit["tickedAnswer"]["data"]["shop"]["name"] == "Kynda Coffee"

    def test_the_staff_token_shows_the_staffs_fields(self, visit: Visit) -> None:
        assert "onHand" in visit["staffFields"]

    def test_the_staff_token_is_not_kept_beyond_the_session(self, visit: Visit) -> None:
        assert visit["storedToken"] is False
