"""The sandbox's pages: Jinja templates from `templates`, escaped by default."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

# Pictures of products and designs have the address that the sandbox has in the shop's data, which need not be the
# one that the browser uses.
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data: http: https:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(template: str, title: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A whole page: `templates/<template>.html` filled with `values`. It runs no script but its own."""
    nonce = secrets.token_urlsafe(12)
    html = _TEMPLATES.get_template(f"{template}.html").render(values, title=title, nonce=nonce)
    return HTMLResponse(html, status, {"content-security-policy": _CONTENT_SECURITY_POLICY.format(nonce=nonce)})


def message(
    title: str, text: str, *, is_refusal: bool = False, link: tuple[str, str] | None = None, status: int = 200
) -> HTMLResponse:
    """A page of one sentence, and a link's text and address below it."""
    target = {"text": link[0], "href": link[1]} if link else None
    return page("message", title, {"text": text, "is_refusal": is_refusal, "link": target}, status)


def _prose(text: str) -> Markup:
    """Text whose words in backticks are code."""
    return Markup(re.sub(r"`(.+?)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 escaped before


def _words(name: str) -> str:
    """A name of Shopify's enums as words."""
    return name.replace("_", " ").lower()


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


_TEMPLATES = Environment(
    loader=PackageLoader("sandbox"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.filters |= {"prose": _prose, "words": _words, "moment": _moment}
# A mapping's order is that of the buttons that a script makes from it.
_TEMPLATES.policies["json.dumps_kwargs"] = {"sort_keys": False}
