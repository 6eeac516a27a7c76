"""Fastly as the CDN in front of the gateway.

Source: docs.fastly.com, "Surrogate-Key", "Surrogate-Control" and the API's `POST /service/{id}/purge`.
"""

from collections.abc import Collection, Sequence

from clients.cdn.keys import EVERYTHING
from clients.cdn.provider import CdnLifetime, HeaderLine
from clients.cdn.purge_endpoint import PurgeEndpoint
from clients.http import HttpUpstream

API = "https://api.fastly.com"
_OPERATION = "PurgeKeys"


class Fastly:
    """A service of Fastly. The token needs the scope `purge_select`."""

    keys_per_purge = 256

    def __init__(self, http: HttpUpstream, *, service_id: str, token: str) -> None:
        self._endpoint = PurgeEndpoint(http, f"/service/{service_id}/purge", {"fastly-key": token}, _OPERATION)

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
        await self._endpoint.send({"surrogate_keys": sorted(keys)})

    async def purge_everything(self) -> None:
        """Removes all answers of the gateway; what else the service has stays. Raises UpstreamError."""
        await self._endpoint.send({"surrogate_keys": [EVERYTHING]})
