"""`gateway`: what this gateway is and what stands behind it."""

from __future__ import annotations

import strawberry

from clients.contracts import API_VERSION
from schema.info import Info


@strawberry.type(description="Facts about this gateway.")
class Gateway:
    mode: str = strawberry.field(description="`sandbox` (stand-ins of every system) or `live`.")
    storefront_api_version: str = strawberry.field(description="The Storefront API that the graph mirrors.")
    upstreams: list[str] = strawberry.field(description="The systems that are set up: storefront, admin, printful.")


def this_gateway(info: Info) -> Gateway:
    upstreams = info.context.upstreams
    on = {"storefront": True, "admin": upstreams.admin is not None, "printful": upstreams.print_catalogue is not None}
    return Gateway(
        mode=upstreams.mode,
        storefront_api_version=API_VERSION,
        upstreams=[name for name, is_on in on.items() if is_on],
    )
