"""Type generators for operations, run on the schema of the running gateway, and the code they generate."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.persisted import read_manifest
from tests.e2e.conftest import RunClient
from tests.serving import sandbox_at_noon, serving

pytestmark = pytest.mark.node
Report = dict[str, Any]
HANDLE = "ceramic-mug"
VARIABLES = {"handle": HANDLE, "input": {"note": "a"}, "lines": [], "id": "gid://shopify/Collection/1"}


@pytest.fixture(scope="module")
def variant_id(gateway: str) -> str:
    query = "query ($handle: String!) { product(handle: $handle) { variants(first: 1) { nodes { id } } } }"
    request = {"query": query, "variables": {"handle": HANDLE}}
    answer = httpx.post(f"{gateway}/graphql", json=request, timeout=20).json()
    found: str = answer["data"]["product"]["variants"]["nodes"][0]["id"]
    return found


@pytest.fixture(scope="module")
def codegen(run_client: RunClient, gateway: str, variant_id: str) -> Report:
    return run_client("codegen.mjs", gateway, HANDLE, variant_id)


@pytest.fixture(scope="module")
def relay(run_client: RunClient, gateway: str) -> Report:
    return run_client("relay.mjs", gateway)


def test_graphql_codegen_types_operations_that_strict_typescript_accepts(codegen: Report) -> None:
    assert codegen["complaints"] == ""


def test_deferred_fields_may_be_missing_in_the_generated_types(codegen: Report) -> None:
    assert "({ vendor: string } | { vendor?: never })" in codegen["types"]


def test_the_generated_types_know_the_sales_channel_and_the_gateways_fields(codegen: Report) -> None:
    assert "isCustomizable: boolean | null" in codegen["types"]
    assert any("@inContext(channelId: $channel, country: US)" in text for text in codegen["manifest"].values())


def test_graphql_request_sends_what_graphql_codegen_compiled(codegen: Report) -> None:
    assert codegen["seen"] == {
        "title": "Ceramic Mug",
        "isCustomizable": False,
        "tracked": True,
        "vendor": "Riverside Ceramics",
        "quantity": 2,
    }


def test_relay_compiles_connections_and_deferred_fragments(relay: Report) -> None:
    texts = list(relay["manifest"].values())

    assert "products(first: $count, after: $cursor)" in next(text for text in texts if "PaginationQuery" in text)
    assert '@defer(label: "pageProductQuery$defer$later")' in next(text for text in texts if "ProductQuery" in text)
    assert "readonly isFeatured: boolean | null | undefined" in relay["listing"]


@pytest.mark.parametrize("compiler", ["codegen", "relay"])
async def test_the_persisted_documents_of_a_compiler_are_a_manifest_of_trusted_documents(
    compiler: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps(request.getfixturevalue(compiler)["manifest"]))
    trusted = read_manifest(manifest)

    assert trusted
    async with serving(sandbox_at_noon(), trusted_documents=manifest) as served:
        for document_id in trusted:
            answer = await served.http.post("/graphql", json={"documentId": document_id, "variables": VARIABLES})
            assert answer.status_code == 200
            assert "errors" not in answer.json(), answer.text
        other = await served.http.post("/graphql", json={"query": "{ shop { name } }"})
        assert other.status_code == 403
