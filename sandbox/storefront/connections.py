"""Relay connections: pages of lists with cursors in both directions, as in Storefront."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

MAX_PAGE = 250


def cursor_of(node_key: str | int) -> str:
    """An opaque cursor that identifies the item itself, so that changes of the list do not shift pages."""
    return base64.b64encode(json.dumps({"last_id": node_key}).encode()).decode()


def connection(
    items: Sequence[Any],
    *,
    key: Callable[[Any], str | int],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """The requested page of `items`, as `{edges, nodes, pageInfo, **extra}`.

    Raises GraphQLError (code BAD_REQUEST) for a page over 250, a negative size, none at all, or an unknown cursor.
    """
    _check(first, last)
    cursors = [cursor_of(key(item)) for item in items]
    start = _position(cursors, after) + 1 if after is not None else 0
    end = _position(cursors, before) if before is not None else len(items)
    end = max(start, end)
    low, high = start, end
    if first is not None:
        high = min(high, low + first)
    if last is not None:
        low = max(low, high - last)
    edges = [{"cursor": cursors[i], "node": items[i]} for i in range(low, high)]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": high < len(items),
            "hasPreviousPage": low > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
        **extra,
    }


def _check(first: int | None, last: int | None) -> None:
    if first is None and last is None:
        raise bad_request("you must provide one of first or last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and size < 0:
            raise bad_request(f"{name} cannot be negative")
        if size is not None and size > MAX_PAGE:
            raise bad_request(f"{name} cannot exceed {MAX_PAGE}")


def _position(cursors: list[str], cursor: str) -> int:
    try:
        return cursors.index(cursor)
    except ValueError:
        raise bad_request(f"Invalid cursor for current pagination sort: {cursor}") from None


def bad_request(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
