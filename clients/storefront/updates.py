"""When Storefront's replicas show that products and collections last changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from clients.errors import Broken
from clients.global_ids import GlobalId
from clients.guard import PAGE, CallOptions
from clients.storefront.client import UPSTREAM, Storefront

UPDATED_AT = """
query UpdatedAt($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Product { id updatedAt }
    ... on Collection { id updatedAt }
  }
}
"""


async def updated_at(
    storefront: Storefront, ids: Sequence[GlobalId], options: CallOptions = PAGE
) -> Mapping[GlobalId, datetime | None]:
    """When each of these objects last changed, by id; None for what Storefront does not show (any more).

    At most 250 ids. Raises UpstreamError. Source: Storefront API 2026-10, `nodes` and Product.updatedAt
    """
    body = orjson.dumps({"query": UPDATED_AT, "variables": {"ids": list(ids)}})
    answer = await storefront.forward("UpdatedAt", body, buyer_ip=None, idempotent=True, options=options)
    try:
        nodes: list[dict[str, Any] | None] = orjson.loads(answer.data)["nodes"]
        return {
            each: datetime.fromisoformat(node["updatedAt"]) if node else None
            for each, node in zip(ids, nodes, strict=True)
        }
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Broken(UPSTREAM, "UpdatedAt", str(error)) from error
