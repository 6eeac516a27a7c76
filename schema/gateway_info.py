"""`gateway`: facts about this gateway and its systems."""

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
    services = info.context.services
    on = {"storefront": True, "admin": services.admin is not None, "printful": services.print_catalogue is not None}
    return Gateway(
        mode=services.mode,
        storefront_api_version=API_VERSION,
        upstreams=[name for name, is_on in on.items() if is_on],
    )
