"""The desk's pages: Jinja templates from `pages`, escaped by default, with headers that allow only our own files."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edge.staff.links import bare

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = Path(__file__).parent / "assets"
PATH = "/staff"
_KINDS = {".css": "text/css", ".js": "text/javascript"}
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# `same-origin`: with no referrer at all browsers send `Origin: null` with our own forms.
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": _CONTENT_SECURITY_POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}
_ASSET_HEADERS = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}


def page(template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A whole page: `pages/<template>.html` filled with `values`."""
    text = _templates().get_template(f"{template}.html").render(values)
    return HTMLResponse(text, status, headers=HEADERS)


def asset_address(name: str) -> str:
    """Where a stylesheet or script is served; the address changes with its content."""
    return f"{PATH}/assets/{_digest(name)}/{name}"


def asset_routes() -> list[Route]:
    """The routes of the stylesheet and the script, which browsers cache permanently."""

    def route(path: Path) -> Route:
        content, kind = path.read_bytes(), _KINDS[path.suffix]

        async def file(_: Request) -> Response:
            return Response(content, media_type=kind, headers=_ASSET_HEADERS)

        return Route(asset_address(path.name), file)

    return [route(path) for path in sorted(ASSETS.iterdir()) if path.suffix in _KINDS]


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # with the first page

    templates = Environment(
        loader=PackageLoader("edge.staff", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals |= {"asset": asset_address}
    templates.filters |= {
        "money": _money,
        "words": _words,
        "moment": _moment,
        "day": _day,
        "bare": bare,
        "web": _web,
        "pretty": _pretty,
    }
    return templates


def _money(amount: Mapping[str, str] | None) -> str:
    """An amount for people; a dash if it is unknown."""
    if amount is None:
        return "–"
    return f"{float(amount['amount']):,.2f} {amount['currencyCode']}"


def _words(name: str | None) -> str:
    """A name of an enum as words: `IN_PROGRESS` becomes `in progress`."""
    return (name or "–").replace("_", " ").lower()


def _moment(text: str | None) -> str:
    """A time for people."""
    if not text:
        return "–"
    return f"{datetime.fromisoformat(text).astimezone(UTC):%d %b %H:%M} UTC"


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%d %b %Y}"


def _pretty(document: Any) -> str:
    """An indented JSON document."""
    return json.dumps(document, indent=1, ensure_ascii=False)


def _web(address: str | None) -> str | None:
    """An http(s) address; None for any other, such as `javascript:`."""
    return address if address and address.startswith(("https://", "http://", "/")) else None
