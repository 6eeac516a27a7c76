"""One log line for each executed operation, and no secrets in the log of a whole run."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from edge.logs import set_up_logs
from tests.gateway.planted import PLANTED, whole_run
from tests.serving import Served

STOCK = "query Stock { products(first: 1) { nodes { variants(first: 1) { nodes { inventory { tracked } } } } } }"


async def test_an_executed_operation_is_one_line_with_its_upstream_requests(gateway: Served) -> None:
    with capture_logs() as logs:
        response = await gateway.http.post("/graphql", json={"query": STOCK, "operationName": "Stock"})

    [line] = [each for each in logs if each["event"] == "operation_answered"]
    assert line["request_id"] == response.headers["x-request-id"]
    assert (line["operation"], line["is_staff"], line["cache"]) == ("Stock", False, "MISS")
    assert line["cost"] > 0
    assert line["duration_ms"] >= 0
    assert line["codes"] == []
    assert [call["upstream"] for call in line["upstream_calls"]] == ["storefront", "admin"]
    assert {call["outcome"] for call in line["upstream_calls"]} == {"ok"}
    assert line["upstream_call_count"] == 2


async def test_an_answer_from_memory_is_no_line(gateway: Served) -> None:
    await gateway.ask("{ shop { name } }")
    with capture_logs() as logs:
        await gateway.ask("{ shop { name } }")

    assert logs == []


async def test_errors_are_named_by_their_codes(gateway: Served) -> None:
    with capture_logs() as logs:
        await gateway.ask("{ cacheStats { maxBytes } }")

    [line] = [each for each in logs if each["event"] == "operation_answered"]
    assert (line["codes"], line["upstream_calls"]) == (["FORBIDDEN"], [])


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield io.StringIO()
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "terminal"])
async def test_a_whole_run_logs_none_of_the_planted_secrets(gateway: Served, out: io.StringIO, as_json: bool) -> None:
    set_up_logs("DEBUG", as_json=as_json, to=out)
    await whole_run(gateway)

    text = out.getvalue().casefold()
    assert "operation_answered" in text
    assert "upstream_request_failed" in text
    assert "webhook_refused" in text
    assert [secret for secret in PLANTED if secret.casefold() in text] == []
    if as_json:
        assert all(isinstance(json.loads(line), dict) for line in out.getvalue().splitlines())
