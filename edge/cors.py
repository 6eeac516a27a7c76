"""The pages that may call the gateway, and the headers that they may read."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ANY_PORT = ":*"
_FOR_NO_OTHER_PAGE = "/staff"  # a script of the shop's pages must not read the desk with a staff member's cookie
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
    """CORS that also exposes `Server-Timing`, where Shopify's libraries look for their visitor's tokens.

    Every answer of the app has `Vary: Origin` already. So requests without an Origin, such as those of servers, pass
    straight through.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for name, _ in scope["headers"]:
                if name == b"origin" and not scope["path"].startswith(_FOR_NO_OTHER_PAGE):
                    await super().__call__(scope, receive, send)
                    return
        await self.app(scope, receive, send)

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(self.simple_headers)
            origin = request_headers["origin"]
            if not self.allow_all_origins and self.is_allowed_origin(origin):
                headers["Access-Control-Allow-Origin"] = origin
                headers["Timing-Allow-Origin"] = origin
        await send(message)


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
