"""What Square's refusals mean.

Source: Square API 2026-09-16, Error, ErrorCategory and ErrorCode.
"""

from typing import Any

import httpx
import orjson

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.http import retry_after_s

UPSTREAM = "square"
IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
NOT_FOUND = "NOT_FOUND"
OVERTAKEN = frozenset({"VERSION_MISMATCH", "CONFLICT"})


def refusal(operation: str, response: httpx.Response) -> UpstreamError:
    """The error that an answer means which is not a success with a JSON object.

    Its detail holds Square's code and the field's name, never its sentences: those repeat what was sent, such as a
    guest's telephone number.
    """
    status = response.status_code
    if response.is_success:
        return Broken(UPSTREAM, operation, "the answer is no JSON object")
    category, code, field = _first_error(response.content)
    detail = " ".join(part for part in (f"HTTP {status}", code, field) if part)
    if status == 429 or category == "RATE_LIMIT_ERROR":
        return Throttled(UPSTREAM, operation, detail, retry_after_s(response.headers))
    if status in (401, 403) or category == "AUTHENTICATION_ERROR":
        return Denied(UPSTREAM, operation, detail)
    if status >= 500 or status == 408 or code in ("TEMPORARY_ERROR", "GATEWAY_TIMEOUT"):
        return Unavailable(UPSTREAM, operation, detail)
    if status < 400 or code is None:  # not Square's way to refuse: another server answers in its place
        return Broken(UPSTREAM, operation, detail)
    return Rejected(UPSTREAM, operation, detail, code)


def _first_error(content: bytes) -> tuple[str | None, str | None, str | None]:
    """Category, code and field of the first of an answer's errors."""
    try:
        body: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None, None, None
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return None, None, None
    category, code, field = (first.get(name) for name in ("category", "code", "field"))
    return (
        category if isinstance(category, str) else None,
        code if isinstance(code, str) and code else None,
        field if isinstance(field, str) else None,
    )
