"""The shop's own data at Storefront: its name, and the API versions."""

from dataclasses import dataclass

import msgspec
import orjson

from clients.errors import Broken
from clients.guard import PAGE, CallOptions
from clients.storefront.client import UPSTREAM, Storefront, failure

SHOP_SETUP = """
query ShopSetup {
  shop { name }
  publicApiVersions { handle supported }
}
"""


@dataclass(frozen=True, slots=True)
class ShopSetup:
    """The shop's name, and the supported API versions."""

    name: str
    supported_versions: frozenset[str]


class _ShopSetup(msgspec.Struct):
    name: str


class _Version(msgspec.Struct):
    handle: str
    supported: bool


class _SetupAnswer(msgspec.Struct, rename="camel"):
    shop: _ShopSetup
    public_api_versions: list[_Version]


async def shop_setup(storefront: Storefront, *, options: CallOptions = PAGE) -> ShopSetup:
    """The shop of our credentials. Raises UpstreamError.

    Source: Storefront API 2026-10, QueryRoot.shop and publicApiVersions
    """
    operation = "ShopSetup"
    body = orjson.dumps({"query": SHOP_SETUP})
    answer = await storefront.forward(operation, body, buyer_ip=None, idempotent=True, options=options)
    if answer.faults:
        raise failure(operation, answer.faults[0])
    try:
        read = msgspec.json.decode(answer.data, type=_SetupAnswer)
    except msgspec.DecodeError as error:
        raise Broken(UPSTREAM, operation, str(error)) from error
    supported = frozenset(each.handle for each in read.public_api_versions if each.supported)
    return ShopSetup(read.shop.name, supported)
