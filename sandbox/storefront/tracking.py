"""Tracking parameters, which show that records were found by a search."""

import hashlib
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.storefront.execution import Visit


def track(info: GraphQLResolveInfo[Visit], records: Iterable[Any], source: str, query: str) -> None:
    """Records that the current root field found `records` in that order; `source` names the kind of search."""
    search_id = hashlib.sha256(f"{source}|{query}".encode()).hexdigest()[:9]
    info.context.tracked[str(info.path.key)] = {
        id(record): f"_pos={position}&_sid={search_id}&_ss={source}" for position, record in enumerate(records, start=1)
    }


def tracking_parameters(source: Any, info: GraphQLResolveInfo[Visit]) -> str | None:
    """The parameters for the record's link if a search found it; None otherwise."""
    return info.context.tracked.get(str(info.path.as_list()[0]), {}).get(id(source))
