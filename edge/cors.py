"""Which pages may call the gateway, and what of its answers they may read."""

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

_ANY_PORT = ":*"
_EXPOSED = (
    "Age",
    "Retry-After",
    "Server-Timing",
    "X-Gateway-Mode",
    "X-Request-ID",
    "X-Shopify-API-Version",
    "X-Shopify-Request-ID",
)


class PageAccess(CORSMiddleware):
    """CORS whose pages may read `Server-Timing` too: Shopify's libraries find their visitor's tokens there."""

    @staticmethod
    def allow_explicit_origin(headers: MutableHeaders, origin: str) -> None:
        CORSMiddleware.allow_explicit_origin(headers, origin)
        headers["Timing-Allow-Origin"] = origin


def readable_by_pages(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """The app, which pages of these origins may call and whose headers they may read."""
    of_any_port = [re.escape(each.removesuffix(_ANY_PORT)) for each in origins if each.endswith(_ANY_PORT)]
    access = PageAccess(
        app,
        allow_origins=[each for each in origins if not each.endswith(_ANY_PORT)],
        allow_origin_regex=rf"({'|'.join(of_any_port)})(:\d+)?" if of_any_port else None,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        allow_credentials="*" not in origins,  # browsers send cookies only where the origin is named
        expose_headers=_EXPOSED,
        max_age=86_400,
    )
    if "*" in origins:
        access.simple_headers["Timing-Allow-Origin"] = "*"
    return access
