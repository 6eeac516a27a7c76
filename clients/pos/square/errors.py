"""The meaning of Square's refusals.

Source: Square API 2026-09-16, Error, ErrorCategory and ErrorCode.
"""

import httpx
import orjson

from clients.errors import AccountSuspended, Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.http import retry_after_s
from clients.pos.square.values import fields, listed, text
from clients.upstreams import UpstreamName

UPSTREAM = UpstreamName.SQUARE
IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
NOT_FOUND = "NOT_FOUND"
OVERTAKEN = frozenset({"VERSION_MISMATCH", "CONFLICT"})


def refusal(operation: str, response: httpx.Response) -> UpstreamError | None:
    """The failure that an answer means; None for a success.

    Its detail has Square's code and the field's name, never its sentences. They repeat what was sent, such as a
    guest's telephone number.
    """
    status = response.status_code
    if response.is_success:
        return None
    category, code, field = _first_error(response.content)
    detail = " ".join(part for part in (f"HTTP {status}", code, field) if part)
    if status == 429 or category == "RATE_LIMIT_ERROR":
        return Throttled(UPSTREAM, operation, detail, retry_after_s(response.headers))
    if status in (402, 423):
        return AccountSuspended(UPSTREAM, operation, detail)
    if status in (401, 403) or category == "AUTHENTICATION_ERROR":
        return Denied(UPSTREAM, operation, detail)
    if status >= 500 or status == 408 or code in ("TEMPORARY_ERROR", "GATEWAY_TIMEOUT"):
        return Unavailable(UPSTREAM, operation, detail)
    if status < 400 or code is None:  # Square refuses in JSON, so this is the answer of another server
        return Broken(UPSTREAM, operation, detail)
    return Rejected(UPSTREAM, operation, detail, code)


def _first_error(content: bytes) -> tuple[str | None, str | None, str | None]:
    """Category, code and field of the first of an answer's errors."""
    try:
        errors = listed(fields(orjson.loads(content)).get("errors"))
    except ValueError:
        return None, None, None
    first = fields(errors[0]) if errors else {}
    return text(first.get("category")), text(first.get("code")), text(first.get("field"))
