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


@pytest.fixture(scope="module")
def answers(gateway: str) -> dict[str, Any]:
    """The answer to each example, by operation name."""
    found = {}
    with httpx.Client(base_url=gateway, timeout=30) as http:
        for example in EXAMPLES:
            variables = json.loads(example.variables) if example.variables else {}
            headers = {"authorization": "Bearer sandbox-staff"} if example.is_for_staff else {}
            answer = http.post("/graphql", json={"query": example.query, "variables": variables}, headers=headers)
            found[_name(example.query)] = answer.json()
    return found


def _name(query: str) -> str:
    keyword = next(line for line in query.splitlines() if line.startswith(("query", "mutation")))
    return keyword.split()[1].partition("(")[0].strip("{")


def test_every_example_is_answered_without_errors(answers: dict[str, Any]) -> None:
    assert {name: answer["errors"] for name, answer in answers.items() if "errors" in answer} == {}


def test_every_example_has_something_to_show(answers: dict[str, Any]) -> None:
    roots = {f"{name}.{key}": value for name, answer in answers.items() for key, value in answer["data"].items()}
    assert roots.pop("FailedForwards.failedForwards") == []  # the orders of a new shop have no failures
    assert [name for name, value in roots.items() if not value] == []


def test_no_example_is_refused_by_the_shop(answers: dict[str, Any]) -> None:
    payloads = [value for answer in answers.values() for value in answer["data"].values() if isinstance(value, dict)]
    assert [error for payload in payloads for error in payload.get("userErrors", ())] == []


class TestInTheBrowser:
    pytestmark = in_browser

    def test_the_page_loads_nothing_from_other_origins(self, visit: Visit) -> None:
        assert visit["outside"] == []

    def test_the_browser_console_has_no_errors(self, visit: Visit) -> None:
        assert visit["complaints"] == []

    def test_the_page_shows_its_mode(self, visit: Visit) -> None:
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

    def test_the_staff_token_is_not_stored_beyond_the_session(self, visit: Visit) -> None:
        assert visit["storedToken"] is False
