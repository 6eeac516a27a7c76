"""Each error has a public code and the id of its request; the log has the cause once under the same id."""

import re
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from structlog.testing import capture_logs

from resolvers.public_errors import CODES, ErrorCode
from tests.serving import Served, sandbox_at_noon, serving

ROOT = Path(__file__).parents[2]
STOCK = "{ products(first: 20) { nodes { variants(first: 5) { nodes { inventory { available } } } } } }"
SHOP = {"query": "{ shop { name } }"}

REQUESTS: dict[str, tuple[int, dict[str, Any]]] = {
    "not GraphQL": (200, {"json": {"query": "{"}}),
    "unknown field": (200, {"json": {"query": "{ shop { inventory } cacheStats { nope } }"}}),
    "several operations": (200, {"json": {"query": "query a { shop { name } } query b { shop { name } }"}}),
    "wrong variable": (200, {"json": {"query": "query ($i: ID!) { shopOrderById(id: $i) { id } }"}}),
    "staff field": (200, {"json": {"query": "{ cacheStats { maxBytes } }"}}),
    "unknown hash": (200, {"json": {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}}),
    "no JSON": (400, {"content": b"{", "headers": {"content-type": "application/json"}}),
    "not acceptable": (406, {"json": SHOP, "headers": {"accept": "text/csv"}}),
    "wrong type": (415, {"content": b"x", "headers": {"content-type": "text/plain"}}),
    "too large": (413, {"content": b" " * 1_000_000, "headers": {"content-type": "application/json"}}),
    "large headers": (431, {"json": SHOP, "headers": {"x-padding": "x" * 100_000}}),
    "failed upstream": (200, {"json": {"query": STOCK}}),
    "mutation by GET": (405, {"method": "GET", "params": {"query": "mutation { cartCreate { cart { id } } }"}}),
    "wrong method": (405, {"method": "DELETE"}),
    "unknown path": (404, {"method": "GET", "url": "/nothing"}),
    "metrics": (404, {"method": "GET", "url": "/metrics"}),
}


async def requested(gateway: Served, request: dict[str, Any]) -> Response:
    details = {"method": "POST", "url": "/graphql", **request}
    if details["method"] == "GET":
        details["headers"] = {"graphql-preflight": "1"}
    return await gateway.http.request(**details)


@pytest.mark.parametrize("case", REQUESTS)
async def test_each_error_has_the_id_of_the_answers_header(gateway: Served, case: str) -> None:
    status, request = REQUESTS[case]
    gateway.sandbox.faults.add("admin", "status", status=503)
    answer = await requested(gateway, request)

    assert answer.status_code == status
    errors = answer.json()["errors"]
    assert errors
    ids = {error["extensions"]["requestId"] for error in errors if "extensions" in error and _is_ours(error)}
    assert ids == {answer.headers["x-request-id"]}
    assert {error["extensions"]["code"] for error in errors} <= set(CODES)


def _is_ours(error: dict[str, Any]) -> bool:
    return error["extensions"].get("code") in set(CODES)


async def test_a_callers_own_id_is_in_the_error() -> None:
    async with serving(sandbox_at_noon()) as gateway:
        headers = {"x-request-id": "page-42-render"}
        answer = await gateway.http.post("/graphql", json={"query": "{"}, headers=headers)

    assert answer.headers["x-request-id"] == "page-42-render"
    assert answer.json()["errors"][0]["extensions"]["requestId"] == "page-42-render"


async def test_the_cause_is_logged_once_for_all_fields_that_it_costs(gateway: Served) -> None:
    gateway.sandbox.faults.add("admin", "status", status=503)
    with capture_logs() as logs:
        answer = await gateway.ask(STOCK)

    errors = answer["errors"]
    assert len(errors) > 10
    [ids] = {(error["extensions"]["requestId"],) for error in errors}
    causes = [each for each in logs if each["event"] == "upstream_request_failed"]
    assert [(each["upstream"], each["request_id"]) for each in causes] == [("admin", ids[0])]
    assert "503" in f"{causes[0]['detail']} {causes[0].get('cause')}"


async def test_errors_of_storefront_are_shopifys_byte_for_byte(gateway: Served) -> None:
    query = "{ products(first: 300) { nodes { id } } }"
    theirs = await gateway.ask_storefront(query)

    assert await gateway.ask(query) == theirs
    assert theirs["errors"]


def test_the_table_in_the_docs_has_each_code_and_no_other() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)`(?: \*)? \| (.+) \|$", page, re.MULTILINE))

    assert rows == {code.value: meaning for code, meaning in CODES.items()}
    assert set(rows) == {code.value for code in ErrorCode}


@pytest.mark.parametrize("code", ErrorCode)
def test_each_code_of_the_table_is_used(code: ErrorCode) -> None:
    sources = [path for folder in ("edge", "schema", "resolvers") for path in (ROOT / folder).rglob("*.py")]
    uses = sum(path.read_text().count(f"ErrorCode.{code.name}") for path in sources)

    assert uses >= 2, "beside the table itself"
