"""Fastly as the CDN in front of the gateway.

Source: docs.fastly.com, "Surrogate-Key", "Surrogate-Control" and the API's `POST /service/{id}/purge`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from clients.cdn.keys import EVERYTHING
from clients.cdn.provider import CdnLifetime, HeaderLine
from clients.http import HttpUpstream, refusal
from clients.tracing import upstream_span
from clients.upstreams import UpstreamName

API = "https://api.fastly.com"
_OPERATION = "PurgeKeys"


class Fastly:
    """A service of Fastly. The token needs the scope `purge_select`."""

    keys_per_purge = 256

    def __init__(self, http: HttpUpstream, *, service_id: str, token: str) -> None:
        self._http = http
        self._path = f"/service/{service_id}/purge"
        self._headers = {"fastly-key": token}

    def tagged(self, keys: Sequence[str]) -> HeaderLine:
        """The header that tells the CDN the keys of an answer."""
        return b"surrogate-key", " ".join(keys).encode()

    def lifetime(self, lifetime: CdnLifetime) -> HeaderLine:
        """The header that tells the CDN how long it may serve an answer.

        Whether Fastly subtracts `Age` from it is not documented: so it has only what remains.
        """
        remaining = CdnLifetime(0, lifetime.fresh_for_s, lifetime.stale_while_revalidate_s, lifetime.stale_if_error_s)
        return b"surrogate-control", remaining.directives.encode()

    async def purge(self, keys: Collection[str]) -> None:
        """Removes the answers with any of these keys. Raises UpstreamError."""
        await self._send({"surrogate_keys": sorted(keys)})

    async def purge_everything(self) -> None:
        """Removes all answers of the gateway; what else the service has stays. Raises UpstreamError."""
        await self._send({"surrogate_keys": [EVERYTHING]})

    async def _send(self, body: Mapping[str, Any]) -> None:
        with upstream_span(UpstreamName.CDN, _OPERATION):
            response = await self._http.send(
                "POST", self._path, headers=self._headers, body=body, upstream=UpstreamName.CDN, operation=_OPERATION
            )
        if (error := refusal(UpstreamName.CDN, _OPERATION, response)) is not None:
            raise error
