"""The pages that may call the gateway, and the headers that they may read."""

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

_ANY_PORT = ":*"
_EXPOSED = (
    "Age",
    "ETag",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "Server-Timing",
    "X-Gateway-Mode",
    "X-Request-ID",
    "X-Shopify-API-Version",
    "X-Shopify-Request-ID",
)


class PageAccess(CORSMiddleware):
    """CORS that also exposes `Server-Timing`, where Shopify's libraries look for their visitor's tokens."""

    @staticmethod
    def allow_explicit_origin(headers: MutableHeaders, origin: str) -> None:
        CORSMiddleware.allow_explicit_origin(headers, origin)
        headers["Timing-Allow-Origin"] = origin


def readable_by_pages(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """The app, with calls and readable headers for pages of these origins."""
    of_any_port = [re.escape(each.removesuffix(_ANY_PORT)) for each in origins if each.endswith(_ANY_PORT)]
    access = PageAccess(
        app,
        allow_origins=[each for each in origins if not each.endswith(_ANY_PORT)],
        allow_origin_regex=rf"({'|'.join(of_any_port)})(:\d+)?" if of_any_port else None,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        allow_credentials="*" not in origins,  # browsers send cookies only if the origin is named
        expose_headers=_EXPOSED,
        max_age=86_400,
    )
    if "*" in origins:
        access.simple_headers["Timing-Allow-Origin"] = "*"
    return access
