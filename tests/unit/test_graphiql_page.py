"""GraphiQL's page and its files: their origins, permissions and caching."""

import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from edge.graphiql_page import GraphiQLPage, example_operations


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the build leaves it."""
    (tmp_path / "main-ABC.js").write_text("start()")
    (tmp_path / "main-DEF.css").write_text("body {}")
    (tmp_path / "manifest.json").write_text(json.dumps({"script": "main-ABC.js", "stylesheet": "main-DEF.css"}))
    return tmp_path


def _text(page: GraphiQLPage) -> str:
    return bytes(page.response().body).decode()


def _settings(page: GraphiQLPage) -> str:
    return _text(page).partition('id="settings">')[2].partition("</script>")[0]


def test_the_page_loads_the_files_that_were_built(built: Path) -> None:
    text = _text(GraphiQLPage(mode="sandbox", built_files=built))
    assert 'src="/graphiql/main-ABC.js"' in text
    assert 'href="/graphiql/main-DEF.css"' in text


def test_the_page_names_no_other_origin(built: Path) -> None:
    text = _text(GraphiQLPage(mode="sandbox", built_files=built))
    assert "//" not in text.replace(_settings(GraphiQLPage(mode="sandbox", built_files=built)), "")


def test_the_page_may_reach_its_own_origin_alone(built: Path) -> None:
    policy = GraphiQLPage(mode="sandbox", built_files=built).response().headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self'" in policy


def test_the_page_hands_every_example_to_graphiql(built: Path) -> None:
    settings = json.loads(_settings(GraphiQLPage(mode="live", endpoint="/graph", built_files=built)))
    assert (settings["mode"], settings["endpoint"]) == ("live", "/graph")
    assert [tab["query"] for tab in settings["operations"]] == [example.query for example in example_operations()]


def test_no_setting_can_close_the_script_element(built: Path) -> None:
    assert "<" not in _settings(GraphiQLPage(mode="</script><script>", built_files=built))


def test_the_page_itself_is_never_cached(built: Path) -> None:
    assert GraphiQLPage(mode="sandbox", built_files=built).response().headers["cache-control"] == "no-cache"


async def test_a_built_file_is_cached_permanently(built: Path) -> None:
    app = Starlette(routes=GraphiQLPage(mode="sandbox", built_files=built).routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gateway") as http:
        answer = await http.get("/graphiql/main-ABC.js")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


async def test_a_missing_file_is_not_cached(built: Path) -> None:
    app = Starlette(routes=GraphiQLPage(mode="sandbox", built_files=built).routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gateway") as http:
        answer = await http.get("/graphiql/none.js")
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


def test_without_a_build_strawberrys_page_is_used_and_the_log_says_so(tmp_path: Path) -> None:
    with capture_logs() as log:
        page = GraphiQLPage(mode="sandbox", built_files=tmp_path)
    assert "Strawberry" in _text(page)
    assert page.routes == []
    assert [entry["log_level"] for entry in log] == ["warning"]


def test_each_example_is_named_once() -> None:
    queries = [example.query for example in example_operations()]
    assert len(queries) == len(set(queries)) > 4
