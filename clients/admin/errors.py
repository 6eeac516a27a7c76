"""Shopify Admin's refusals: by status, by code of GraphQL errors, and in three shapes of `errors`."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.upstreams import UpstreamName

UPSTREAM = UpstreamName.ADMIN
_DENIED = frozenset({"ACCESS_DENIED", "UNAUTHORIZED", "SHOP_INACTIVE"})


def read_body(content: bytes) -> dict[str, Any]:
    """A GraphQL answer whose `errors`, if any, is a list of objects: Shopify also sends a text or an object there.

    Raises ValueError when it is not a GraphQL answer.
    """
    answer = orjson.loads(content)
    if not isinstance(answer, dict) or not (isinstance(answer.get("data"), dict) or answer.get("errors")):
        raise ValueError("neither data nor errors")
    errors = answer.get("errors")
    if errors:
        listed = errors if isinstance(errors, list) else [str(errors)]
        answer["errors"] = [each if isinstance(each, dict) else {"message": str(each)} for each in listed]
    return answer


def refusal(operation: str, errors: Sequence[Mapping[str, Any]], extensions: Mapping[str, Any] | None) -> UpstreamError:
    """The failure that GraphQL errors mean, by the first one's code."""
    first = errors[0]
    code = code_of(first)
    detail = f"{code or 'no code'} {first.get('message', '')}".strip()
    if code == "THROTTLED":
        return Throttled(UPSTREAM, operation, detail, _wait_s(extensions or {}))
    if code in _DENIED:
        return Denied(UPSTREAM, operation, detail)
    if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT"):
        return Unavailable(UPSTREAM, operation, detail)
    if not isinstance(first.get("message"), str):
        return Broken(UPSTREAM, operation, "errors without a message")
    return Rejected(UPSTREAM, operation, detail, code)


def code_of(error: Mapping[str, Any]) -> str | None:
    """The error's `extensions.code`."""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return code if isinstance(code, str) else None


def _wait_s(extensions: Mapping[str, Any]) -> float | None:
    # A throttled answer states no wait, but the missing points and the restore rate of the bucket.
    try:
        cost = extensions["cost"]
        bucket = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(bucket["currentlyAvailable"])
        return max(0.0, missing / float(bucket["restoreRate"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
