"""The meaning of Printful's refusals: several shapes, in v1 and v2, and HTML when its front end fails."""

import re
from typing import Any

import orjson

from clients.errors import AccountSuspended, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.http import retry_after_s
from clients.http_messages import Response
from clients.printful.values import fields, text
from clients.upstreams import UpstreamName

UPSTREAM = UpstreamName.PRINTFUL
_WAIT = re.compile(r"after (\d+(?:\.\d+)?) second", re.IGNORECASE)


def read_body(response: Response) -> Any:
    """The answer's JSON; None when it is not JSON."""
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None


def status_of(response: Response, body: Any) -> int:
    """The answer's status: the body's `code` where an HTTP success contains a failure."""
    stated = fields(body).get("code")
    return stated if response.is_success and isinstance(stated, int) and stated >= 400 else response.status_code


def refusal(operation: str, response: Response, body: Any) -> UpstreamError | None:
    """The failure that an answer means; None for a success."""
    status = status_of(response, body)
    if 200 <= status < 300:
        return None
    said = message(body)
    detail = f"HTTP {status} {said}".strip()
    code = text(fields(fields(body).get("error")).get("api_error_code")) or text(fields(body).get("api_error_code"))
    if status in (419, 429):  # 419 is the warning before 429
        return Throttled(UPSTREAM, operation, detail, _wait_s(response, said))
    if status in (402, 423):
        return AccountSuspended(UPSTREAM, operation, detail)
    if status in (401, 403) or "store_id" in said:  # an account's token does not work without a store id
        return Denied(UPSTREAM, operation, detail)
    if status >= 500 or status == 408:
        return Unavailable(UPSTREAM, operation, detail)
    return Rejected(UPSTREAM, operation, detail, code)


def message(body: Any) -> str:
    """Printful's message about a failure, in any of its shapes; empty when there is none."""
    raw = fields(body)
    error = raw.get("error")
    for candidate in (
        fields(error).get("message"),
        error,
        raw.get("detail"),
        raw.get("details"),
        raw.get("title"),
        raw.get("data"),
        raw.get("result"),
    ):
        if isinstance(candidate, str) and candidate.strip():
            return candidate.strip()
    return ""


def _wait_s(response: Response, said: str) -> float | None:
    header = retry_after_s(response.headers)
    if header is not None:
        return header
    found = _WAIT.search(said)
    return float(found.group(1)) if found else None
