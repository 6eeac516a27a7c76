"""Requests that another site causes in a visitor's browser run no operation."""

from urllib.parse import urlencode

import pytest

from tests.serving import Served

QUERY = urlencode({"query": "{ shop { name } }"})
JSON = {"content-type": "application/json"}
CROSS = {"sec-fetch-site": "cross-site"}
OTHER_SITES = {
    "nothing": {},
    "an image": {**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "an image with crossorigin": {**CROSS, "sec-fetch-mode": "cors", "sec-fetch-dest": "image"},
    "a script": {**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
    "a module": {**CROSS, "sec-fetch-mode": "cors", "sec-fetch-dest": "script"},
    "a link": {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-user": "?1"},
    "a frame": {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    "a neighbouring host": {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "an address that was typed": {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "text": {"content-type": "text/plain"},
    "text that names JSON": {"content-type": "text/plain; application/json"},
}
ALLOWED = {
    "apollo": {"apollo-require-preflight": "true"},
    "apollo's operation name": {"x-apollo-operation-name": "Shop"},
    "graphql": {"graphql-preflight": "1"},
    "json": JSON,
    "json with a charset": {"content-type": "Application/JSON; charset=utf-8"},
    "a script of an allowed origin": {**CROSS, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    "a script of a server": {"sec-fetch-mode": "cors"},
    "our own page": {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
}


@pytest.mark.parametrize("path", ["/graphql", "/api/2026-10/graphql.json"])
@pytest.mark.parametrize("kind", OTHER_SITES)
async def test_a_get_from_another_site_runs_no_operation(gateway: Served, kind: str, path: str) -> None:
    answer = await gateway.http.get(f"{path}?{QUERY}", headers=OTHER_SITES[kind])

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert gateway.requests == {}


@pytest.mark.parametrize("kind", ALLOWED)
async def test_a_get_that_needs_a_preflight_or_is_of_a_script_runs(gateway: Served, kind: str) -> None:
    answer = await gateway.http.get(f"/graphql?{QUERY}", headers=ALLOWED[kind])

    assert answer.json() == {"data": {"shop": {"name": "Kynda Coffee"}}}


@pytest.mark.parametrize("path", ["/graphql", "/api/2026-10/graphql.json"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_post_from_a_form_runs_no_operation(gateway: Served, content_type: str, path: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    answer = await gateway.http.post(path, content=b'{"query": "{ shop { name } }"}', headers=headers)

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["message"]
    assert gateway.requests == {}
