"""How Shopify identifies visitors: tokens, cookies and consent."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_YEAR_S, _HALF_HOUR_S = 31_536_000, 1_800
_NOBODY = "00000000"
_TOKEN = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True, slots=True)
class VisitorTokens:
    """The tokens of a visitor, from cookies or from the headers of Shopify's libraries."""

    unique: str | None = None
    visit: str | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Self:
        return cls(
            _token(headers.get("x-shopify-uniquetoken")) or _token(cookies.get("_shopify_y")),
            _token(headers.get("x-shopify-visittoken")) or _token(cookies.get("_shopify_s")),
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """What a visitor allows, and the visitor's tokens: placeholders if analytics are refused."""

    analytics: bool
    marketing: bool
    unique: str
    visit: str

    @classmethod
    def of(cls, visitor: VisitorTokens, given: Mapping[str, Any], *, required: bool) -> Self:
        """`given`: the visitor's choices. `required`: whether a missing choice is a refusal."""
        analytics = bool(given.get("analytics", not required))
        unique, visit = (_known(each) or str(uuid.uuid4()) for each in (visitor.unique, visitor.visit))
        if not analytics:
            unique, visit = (f"{_NOBODY}{each[8:]}" for each in (unique, visit))
        return cls(analytics, bool(given.get("marketing", not required)), unique, visit)

    def headers(self) -> list[tuple[str, str]]:
        """The response headers that set the tokens in the browser."""
        lines = [_cookie("_shopify_essential", f":{uuid.uuid4().hex}:", _YEAR_S)]
        if self.analytics:
            lines.append(_cookie("_shopify_analytics", f":{self.unique}:", _YEAR_S))
        if self.marketing:
            lines.append(_cookie("_shopify_marketing", f":{self.unique}:", _YEAR_S))
        # For libraries that read cookies: hydrogen-react 2026.4 does if no Customer Privacy API is loaded.
        lines.append(_cookie("_shopify_y", self.unique, _YEAR_S, readable=True))
        lines.append(_cookie("_shopify_s", self.visit, _HALF_HOUR_S, readable=True))
        return [*lines, ("server-timing", self.timing())]

    def timing(self) -> str:
        allowed = "".join(("a" if self.analytics else "", "m" if self.marketing else ""))
        return f'_y;desc="{self.unique}", _s;desc="{self.visit}", _cmp;desc="3.{allowed or "0"}"'


def server_timing(visitor: VisitorTokens) -> list[tuple[str, str]]:
    """The Server-Timing header of other responses to a known visitor."""
    if visitor.unique is None or visitor.visit is None:
        return []
    return [("server-timing", f'_y;desc="{visitor.unique}", _s;desc="{visitor.visit}"')]


def _token(text: str | None) -> str | None:
    return text if text and _TOKEN.fullmatch(text) else None


def _known(token: str | None) -> str | None:
    """A visitor's token; None for a placeholder."""
    return None if token is None or token.startswith(_NOBODY) else token


def _cookie(name: str, value: str, max_age_s: int, *, readable: bool = False) -> tuple[str, str]:
    attributes = "" if readable else "; HttpOnly"
    return "set-cookie", f"{name}={value}; Path=/; Max-Age={max_age_s}; SameSite=Lax{attributes}"
