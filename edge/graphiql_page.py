"""The page at GET /graphql for browsers: GraphiQL from our own origin, with tabs of example operations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

import structlog
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from strawberry.http.ides import get_graphql_ide_html

FOLDER = Path(__file__).parent / "graphiql"

# The editor writes its colours into <style> elements and style attributes: hence 'unsafe-inline' for styles only.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src data:",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ExampleOperation:
    """An example operation in a tab of the page, and its variables as text.

    `is_for_staff`: it needs the staff token.
    """

    query: str
    variables: str | None
    is_for_staff: bool


def example_operations() -> list[ExampleOperation]:
    """The operations in `graphiql/operations/`, in the order of their file names."""
    found = []
    for document in sorted((FOLDER / "operations").glob("*.graphql")):
        variables = document.with_suffix(".json")
        found.append(
            ExampleOperation(
                query=document.read_text("utf-8"),
                variables=variables.read_text("utf-8").strip() if variables.exists() else None,
                is_for_staff=document.stem.endswith("-staff"),
            )
        )
    return found


class GraphiQLPage:
    """GraphiQL for one endpoint: its HTML page, and the routes of its scripts.

    Without built scripts (no npm at installation) it is Strawberry's own page, which loads scripts from a public
    network; `routes` is empty then.
    """

    def __init__(
        self,
        *,
        mode: str,
        endpoint: str = "/graphql",
        assets_path: str = "/graphiql",
        built_files: Path = FOLDER / "dist",
    ) -> None:
        built = _read_manifest(built_files)
        if built is None:
            _log.warning(
                "GraphiQL was not built: run `make install` with npm on the PATH. "
                "Until then Strawberry's own page is shown, which needs the internet and has no examples"
            )
            self.routes: list[BaseRoute] = []
            self._html = get_graphql_ide_html("graphiql")
            self._headers = {}
        else:
            self.routes = [Mount(assets_path, app=_HashedFiles(directory=built_files), name="graphiql")]
            self._html = _html(built, mode=mode, endpoint=endpoint, assets_path=assets_path)
            self._headers = {"content-security-policy": _CONTENT_SECURITY_POLICY}
        self._headers |= {
            "cache-control": "no-cache",
            "referrer-policy": "no-referrer",
            "vary": "Accept, Origin",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
        }

    def response(self) -> HTMLResponse:
        """The page as a response."""
        return HTMLResponse(self._html, headers=self._headers)


class _HashedFiles(StaticFiles):
    """Files whose names contain a hash of their content, so that browsers cache them permanently."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _read_manifest(built_files: Path) -> Mapping[str, str] | None:
    """Names of the built script and stylesheet; None when nothing was built."""
    try:
        manifest: dict[str, str] = json.loads((built_files / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return manifest


def _html(built: Mapping[str, str], *, mode: str, endpoint: str, assets_path: str) -> str:
    operations = [{"query": example.query, "variables": example.variables} for example in example_operations()]
    settings = json.dumps({"endpoint": endpoint, "mode": mode, "operations": operations})
    return f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Kynda gateway</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="{escape(assets_path)}/{escape(built["stylesheet"])}">
    <script type="application/json" id="settings">{settings.replace("<", chr(92) + "u003c")}</script>
    <script type="module" src="{escape(assets_path)}/{escape(built["script"])}"></script>
  </head>
  <body>
    <div id="graphiql"><noscript>GraphiQL needs JavaScript.</noscript></div>
  </body>
</html>
"""
