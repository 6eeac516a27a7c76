"""Documents that clients register and webhooks that were applied are known to all processes."""

import hashlib
from typing import Any

import pytest

from tests.servers.redis_server import RedisServer
from tests.shared.eventually import LATTE, Pair, deliver, eventually, title_of

SHA256 = hashlib.sha256(LATTE.encode()).hexdigest()
BY_HASH: dict[str, Any] = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": SHA256}}}


async def code_of(pair: Pair, request: dict[str, Any]) -> str | None:
    """The code of the second gateway's refusal; None when it answers with data."""
    answer = (await pair.second.http.post("/graphql", json=request)).json()
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


@pytest.mark.parametrize("request_", [BY_HASH, {"documentId": f"sha256:{SHA256}"}])
async def test_a_document_registered_at_one_process_runs_at_the_other(pair: Pair, request_: dict[str, Any]) -> None:
    assert await code_of(pair, request_) == "PERSISTED_QUERY_NOT_FOUND"
    await pair.first.http.post("/graphql", json={"query": LATTE, **BY_HASH})

    assert await code_of(pair, request_) is None


async def test_another_text_under_the_hash_of_a_document_is_not_run(pair: Pair, redis_server: RedisServer) -> None:
    await pair.first.http.post("/graphql", json={"query": LATTE, **BY_HASH})
    with redis_server.client as client:
        (name,) = client.scan_iter("*:document:*")
        client.set(name, "{ shop { name } }")

    assert await code_of(pair, BY_HASH) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_webhook_that_one_process_applied_is_a_duplicate_at_the_other(
    pair: Pair, redis_server: RedisServer
) -> None:
    body = pair.rename_latte("Flat black")
    await deliver(pair.first, "products/update", body)

    async def is_noted() -> bool:
        with redis_server.client as client:
            return len(list(client.scan_iter("*:webhook:*"))) == 2

    await eventually(is_noted)
    await deliver(pair.second, "products/update", body)
    found = await pair.second.ask("{ status { webhooks { sender outcome count } } }", staff=True)

    counted = {each["outcome"]: each["count"] for each in found["data"]["status"]["webhooks"]}
    assert counted == {"duplicate": 1}
    assert await title_of(pair.second) == "Flat black"


async def test_a_webhook_whose_change_is_not_recorded_is_not_noted_as_seen(
    pair: Pair, redis_server: RedisServer
) -> None:
    with redis_server.client as client:
        client.config_set("maxmemory", "1")
    await deliver(pair.first, "products/update", pair.rename_latte("Flat black"))
    with redis_server.client as client:
        client.config_set("maxmemory", "0")
        assert list(client.scan_iter("*:webhook:*")) == []
