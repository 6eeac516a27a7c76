"""Settings of the CDN in front of the gateway: who it is, and how it is purged."""

from collections.abc import Iterator
from typing import Annotated, Literal

import httpx
from pydantic import BaseModel, BeforeValidator, Field

from clients.cdn.cloudflare import API as CLOUDFLARE_API
from clients.cdn.cloudflare import Cloudflare
from clients.cdn.fastly import API as FASTLY_API
from clients.cdn.fastly import Fastly
from clients.cdn.provider import Cdn
from clients.http import HttpUpstream
from edge.settings.types import BaseAddress, Secret, Token, in_small_letters, secret_text


class CdnSettings(BaseModel):
    """The CDN in front of the gateway."""

    cdn: Annotated[Literal["cloudflare", "fastly"] | None, BeforeValidator(in_small_letters)] = Field(
        None,
        description=(
            "The CDN that caches GET answers: `cloudflare` or `fastly`. Answers then have its tags, and each change in "
            "the shop purges it. Its cache key needs the headers in `Vary`. Unset: none."
        ),
        examples=["cloudflare"],
    )
    cloudflare_zone_id: Token | None = Field(None, description="The zone at Cloudflare.")
    cloudflare_api_token: Secret | None = Field(
        None, description="A token of Cloudflare with the permission to purge the zone's cache."
    )
    cloudflare_api_url: BaseAddress = Field(CLOUDFLARE_API, description="Another address of Cloudflare's API.")
    fastly_service_id: Token | None = Field(None, description="The service at Fastly.")
    fastly_api_token: Secret | None = Field(None, description="A token of Fastly with the scope `purge_select`.")
    fastly_api_url: BaseAddress = Field(FASTLY_API, description="Another address of Fastly's API.")

    def cdn_problems(self) -> Iterator[str]:
        """What the CDN lacks, a sentence each."""
        needed = {
            "cloudflare": ("cloudflare_zone_id", "cloudflare_api_token"),
            "fastly": ("fastly_service_id", "fastly_api_token"),
        }
        missing = [name.upper() for name in needed.get(self.cdn or "", ()) if getattr(self, name) is None]
        if missing:
            yield f"CDN is {self.cdn}, and {' and '.join(missing)} is missing: set it, or leave CDN out."

    def cdn_provider(self, transport: httpx.AsyncBaseTransport) -> Cdn | None:
        """The CDN over this transport; None without one."""
        if self.cdn == "cloudflare":
            http = HttpUpstream(transport, self.cloudflare_api_url)
            return Cloudflare(
                http, zone_id=self.cloudflare_zone_id or "", token=secret_text(self.cloudflare_api_token) or ""
            )
        if self.cdn == "fastly":
            http = HttpUpstream(transport, self.fastly_api_url)
            token = secret_text(self.fastly_api_token) or ""
            return Fastly(http, service_id=self.fastly_service_id or "", token=token)
        return None
