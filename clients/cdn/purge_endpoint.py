"""Sends purges to a CDN's API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clients.http import HttpUpstream, refusal
from clients.http_messages import Response
from clients.tracing import upstream_span
from clients.upstreams import UpstreamName


@dataclass(frozen=True, slots=True)
class PurgeEndpoint:
    """The path of a provider's API that purges. `headers` carry the credentials."""

    http: HttpUpstream
    path: str
    headers: Mapping[str, str]
    operation: str

    async def send(self, body: Mapping[str, Any]) -> Response:
        """The answer to a purge. Raises UpstreamError."""
        with upstream_span(UpstreamName.CDN, self.operation):
            response = await self.http.send(
                "POST", self.path, headers=self.headers, body=body, upstream=UpstreamName.CDN, operation=self.operation
            )
        if (error := refusal(UpstreamName.CDN, self.operation, response)) is not None:
            raise error
        return response
