"""Cloudflare as the CDN in front of the gateway.

Source: developers.cloudflare.com, "Purge cache by cache-tags" (16 kB and 1,000 tags an answer, capitals count as small
letters) and "Purge cache" (100 tags a request, on all plans). Requests are limited: 5 a minute on the free plan.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from clients.cdn.keys import EVERYTHING
from clients.cdn.provider import CdnLifetime, HeaderLine
from clients.cdn.purge_endpoint import PurgeEndpoint
from clients.errors import Rejected
from clients.http import HttpUpstream
from clients.http_messages import Response
from clients.upstreams import UpstreamName

API = "https://api.cloudflare.com/client/v4"
_OPERATION = "PurgeCache"


class Cloudflare:
    """A zone of Cloudflare. The token needs the permission "Cache Purge"."""

    keys_per_purge = 100

    def __init__(self, http: HttpUpstream, *, zone_id: str, token: str) -> None:
        path, headers = f"/zones/{zone_id}/purge_cache", {"authorization": f"Bearer {token}"}
        self._endpoint = PurgeEndpoint(http, path, headers, _OPERATION)

    def tagged(self, keys: Sequence[str]) -> HeaderLine:
        """The header that tells the CDN the keys of an answer."""
        return b"cache-tag", ",".join(keys).encode()

    def lifetime(self, lifetime: CdnLifetime) -> HeaderLine:
        """The header that tells the CDN how long it may serve an answer (RFC 9213)."""
        return b"cdn-cache-control", f"public, {lifetime.directives}".encode()

    async def purge(self, keys: Collection[str]) -> None:
        """Removes the answers with any of these keys. Raises UpstreamError."""
        await self._send({"tags": sorted(keys)})

    async def purge_everything(self) -> None:
        """Removes all answers of the gateway; what else is in the zone stays. Raises UpstreamError."""
        await self._send({"tags": [EVERYTHING]})

    async def _send(self, body: Mapping[str, Any]) -> None:
        response = await self._endpoint.send(body)
        if not _succeeded(response):
            raise Rejected(UpstreamName.CDN, _OPERATION, "Cloudflare answered without success")


def _succeeded(response: Response) -> bool:
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return False
    return isinstance(answer, dict) and answer.get("success") is True
