"""Operations that requests name by hash or by id."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app import SettingsError, read_settings
from edge.persisted import Documents
from tests.serving import Served, sandbox_at_noon, serving

QUERY = "query Shop { shop { name } }"
ANSWER = {"data": {"shop": {"name": "Kynda Coffee"}}}
GRAPHQL = {"accept": "application/graphql-response+json"}
PREFLIGHT = {"graphql-preflight": "1"}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text: str = QUERY, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}, **more}


def url(request: dict[str, Any]) -> str:
    parts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in request.items()}
    return f"/graphql?{urlencode(parts)}"


def code(answer: Any) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("accept", [{}, GRAPHQL])
async def test_an_unknown_hash_is_refused_with_apollos_code(gateway: Served, accept: dict[str, str]) -> None:
    answer = await gateway.http.post("/graphql", json=by_hash(), headers=accept)

    assert answer.status_code == 200
    assert code(answer) == "PERSISTED_QUERY_NOT_FOUND"
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert answer.headers["cache-control"] == "no-store"
    assert gateway.requests == {}


async def test_an_operation_sent_once_runs_by_its_hash(gateway: Served) -> None:
    sent = await gateway.http.post("/graphql", json=by_hash(query=QUERY))
    named = await gateway.http.post("/graphql", json=by_hash())
    fetched = await gateway.http.get(url(by_hash()), headers=PREFLIGHT)

    assert [each.json() for each in (sent, named, fetched)] == [ANSWER] * 3
    assert fetched.headers["cache-control"].startswith("public")


async def test_variables_and_names_come_with_the_hash(gateway: Served) -> None:
    text = "query A($h: String!) { product(handle: $h) { handle } } query B { shop { name } }"
    await gateway.http.post("/graphql", json=by_hash(text, query=text, operationName="B"))
    answer = await gateway.http.post("/graphql", json=by_hash(text, operationName="A", variables={"h": "latte"}))

    assert answer.json() == {"data": {"product": {"handle": "latte"}}}


async def test_the_users_own_navigation_runs_an_operation_by_hash_and_no_text(gateway: Served) -> None:
    await gateway.http.post("/graphql", json=by_hash(query=QUERY))
    typed = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}

    assert (await gateway.http.get(url(by_hash()), headers=typed)).json() == ANSWER
    assert (await gateway.http.get(url(by_hash()), headers=link)).status_code == 403
    assert (await gateway.http.get(url({"query": QUERY}), headers=typed)).status_code == 403


async def test_a_mutation_by_hash_is_refused_in_a_url(gateway: Served) -> None:
    text = "mutation { cartCreate { cart { id } } }"
    await gateway.http.post("/graphql", json=by_hash(text, query=text))
    answer = await gateway.http.get(url(by_hash(text)), headers={**PREFLIGHT, **GRAPHQL})

    assert answer.status_code == 405


@pytest.mark.parametrize("accept", [{}, GRAPHQL])
@pytest.mark.parametrize(
    "persisted",
    [
        {"version": 1, "sha256Hash": sha256("another")},
        {"version": 2, "sha256Hash": sha256(QUERY)},
        {"version": True, "sha256Hash": sha256(QUERY)},
        {"sha256Hash": sha256(QUERY)},
        {"version": 1, "sha256Hash": "short"},
        {"version": 1, "sha256Hash": 1},
        {"version": 1},
        "hash",
        [],
    ],
)
async def test_a_hash_that_does_not_fit_is_refused(gateway: Served, persisted: Any, accept: dict[str, str]) -> None:
    asked = {"query": QUERY, "extensions": {"persistedQuery": persisted}}
    answer = await gateway.http.post("/graphql", json=asked, headers=accept)

    assert answer.status_code == 400
    assert gateway.requests == {}


async def test_clients_learn_that_hashes_are_switched_off() -> None:
    async with serving(sandbox_at_noon(), persisted_queries=False) as gateway:
        answer = await gateway.http.post("/graphql", json=by_hash())
        whole = await gateway.http.post("/graphql", json=by_hash(query=QUERY))
        again = await gateway.http.post("/graphql", json=by_hash())

    assert code(answer) == code(again) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
    assert whole.json() == ANSWER


def test_registered_operations_are_bounded() -> None:
    documents = Documents(max_bytes=10_000)
    texts = [f"{{ a{i}: shop {{ name }} }}" for i in range(1_000)]
    for text in texts:
        documents.text_of({"query": text}, by_hash(text)["extensions"])

    assert documents.registered_bytes <= 10_000
    assert documents.text_of({}, by_hash(texts[-1])["extensions"]) == texts[-1]


MANIFESTS: dict[str, Any] = {
    "graphql-codegen": {sha256(QUERY): QUERY},
    "relay": {"0123456789abcdef0123456789abcdef": QUERY},
    "apollo": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": "abc", "name": "Shop", "type": "query", "body": QUERY}],
    },
}
IDS = {"graphql-codegen": sha256(QUERY), "relay": "0123456789abcdef0123456789abcdef", "apollo": "abc"}


@pytest.mark.parametrize("kind", MANIFESTS)
async def test_only_trusted_documents_run_and_by_their_ids(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps(MANIFESTS[kind]))
    async with serving(sandbox_at_noon(), trusted_documents=path) as gateway:
        by_id = await gateway.http.post("/graphql", json={"documentId": IDS[kind]})
        by_url = await gateway.http.get(url({"documentId": IDS[kind]}), headers=PREFLIGHT)
        by_sha256 = await gateway.http.post("/graphql", json=by_hash())
        unknown = await gateway.http.post("/graphql", json={"documentId": "unknown"})
        text = await gateway.http.post("/graphql", json={"query": "{ shop { id } }"})
        registered = await gateway.http.post("/graphql", json=by_hash("{ shop { id } }", query="{ shop { id } }"))
        shopifys = await gateway.http.post("/api/2026-10/graphql.json", json={"query": "{ shop { id } }"})

    assert by_id.json() == by_url.json() == by_sha256.json() == ANSWER
    assert code(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert [each.status_code for each in (text, registered, shopifys)] == [403] * 3


async def test_other_documents_run_beside_trusted_ones_where_that_is_set(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({"sha256:1": QUERY}))
    async with serving(sandbox_at_noon(), trusted_documents=path, trusted_documents_only=False) as gateway:
        assert (await gateway.http.post("/graphql", json={"documentId": "sha256:1"})).json() == ANSWER
        assert (await gateway.ask("{ shop { id } }"))["data"]


@pytest.mark.parametrize("document_id", [1, ["a"], True])
async def test_an_id_that_is_no_text_is_refused(gateway: Served, document_id: Any) -> None:
    assert (await gateway.http.post("/graphql", json={"documentId": document_id})).status_code == 400


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": 1}', '{"format": "apollo-persisted-query-manifest", "operations": [1]}']
)
def test_a_file_that_is_no_manifest_ends_the_start_with_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_text(text)

    with pytest.raises(SettingsError, match="TRUSTED_DOCUMENTS"):
        read_settings(_env_file=None, trusted_documents=str(path))


def test_a_manifest_that_is_missing_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"TRUSTED_DOCUMENTS.*cannot be read"):
        read_settings(_env_file=None, trusted_documents=str(tmp_path / "missing.json"))
