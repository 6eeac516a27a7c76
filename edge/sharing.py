"""What this process shares with the others of the gateway, by the settings."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

import schema
from clients.admin.models import VariantStock
from clients.printful.models import CatalogListing, CatalogProduct, CatalogVariant, Category, SizeGuide, SyncVariant
from clients.printful.shipping import ShippingRate
from clients.shared.answers import SharedAnswers
from clients.shared.budgets import SharedPoints, SharedWindows
from clients.shared.changes import SharedChanges
from clients.shared.codecs import Codec, Codecs, NotShareable, codec_of
from clients.shared.counts import SharedCounts
from clients.shared.redis_link import RedisLink
from clients.shared.state import Alone, SharedState
from clients.shared.turns import OneMachine
from clients.storefront.answers import StorefrontAnswer
from clients.storefront.wire import WireResponse
from clients.timing import Timing
from edge.compression import StoredBody
from edge.settings import GatewaySettings
from edge.settings.sharing import answer_digest
from edge.settings.types import secret_text


@dataclass(frozen=True, slots=True)
class Sharing:
    """The shared parts; without Redis each process is alone."""

    state: SharedState
    changes: SharedChanges | None = None
    answers: SharedAnswers | None = None
    points: SharedPoints | None = None
    windows: SharedWindows | None = None
    counts: SharedCounts | None = None


@dataclass(frozen=True, slots=True)
class Stores:
    """What stands in for the connections to Redis and to the history's database; by default nothing does."""

    redis_connection: type[Any] | None = None
    connect_database: Callable[[], Awaitable[Any]] | None = None


NETWORK = Stores()


@asynccontextmanager
async def sharing(
    settings: GatewaySettings, timing: Timing, folder: Path | None = None, stores: Stores = NETWORK
) -> AsyncIterator[Sharing]:
    """Connects to Redis where REDIS_URL is set. It starts without Redis when that does not answer.

    Without Redis the workers of one machine still share leases, in `folder`.
    """
    machine = Alone() if folder is None else OneMachine(folder)
    url = secret_text(settings.redis_url)
    if url is None:
        yield Sharing(machine)
        return
    link = RedisLink(
        url,
        f"kynda:{settings.shop}",
        timing=timing,
        call_s=settings.deadline_redis_s,
        otherwise=machine,
        connection_class=stores.redis_connection,
    )
    changes = SharedChanges(link, clock=timing.clock)
    answers = SharedAnswers(link, changes, CODECS, digest=_digest(settings), timing=timing)
    async with link.opened():
        yield Sharing(link, changes, answers, SharedPoints(link), SharedWindows(link), SharedCounts(link, timing))


def _digest(settings: GatewaySettings) -> str:
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return answer_digest(values, (Path(str(schema.__file__)).parent / "schema.graphql").read_bytes())


class _PlainAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What may be shared of Storefront's answer: no header and no error of anybody's request."""

    data: bytes
    extensions: bytes
    body: bytes | None


def _write_storefront(answer: Any) -> bytes:
    """Raises NotShareable for an answer that is for one visitor, or that is incomplete."""
    if not isinstance(answer, StorefrontAnswer) or not answer.is_shareable or answer.faults:
        raise NotShareable
    response = answer.response
    if response is not None and (response.headers or response.status != 200):
        raise NotShareable
    return msgspec.msgpack.encode(
        _PlainAnswer(answer.data, answer.extensions, None if response is None else response.body)
    )


def _read_storefront(stored: bytes | memoryview) -> StorefrontAnswer:
    plain = msgspec.msgpack.decode(stored, type=_PlainAnswer)
    response = None if plain.body is None else WireResponse(200, plain.body)
    return StorefrontAnswer(plain.data, (), plain.extensions, response)


class _PlainListing(msgspec.Struct, frozen=True, array_like=True):
    product: CatalogProduct
    variants: dict[int, bytes]


def _write_listing(listing: CatalogListing | None) -> bytes:
    plain = None
    if listing is not None:
        plain = _PlainListing(listing.product, {number: bytes(text) for number, text in listing.texts.items()})
    return msgspec.msgpack.encode(plain)


def _read_listing(stored: bytes | memoryview) -> CatalogListing | None:
    plain = msgspec.msgpack.decode(stored, type=_PlainListing | None)
    return None if plain is None else CatalogListing(plain.product, plain.variants)


CODECS: Codecs = {
    ("response",): Codec(StoredBody.packed, StoredBody.unpacked),
    ("storefront",): Codec(_write_storefront, _read_storefront),
    ("storefront", "currency"): codec_of(str),
    ("admin", "inventory"): codec_of(VariantStock | None),
    ("printful", "variant"): codec_of(CatalogVariant | None),
    ("printful", "product"): Codec(_write_listing, _read_listing),
    ("printful", "sync_variant"): codec_of(SyncVariant | None),
    ("printful", "size_guide"): codec_of(SizeGuide | None),
    ("printful", "categories"): codec_of(tuple[Category, ...]),
    ("printful", "products"): codec_of(tuple[CatalogProduct, ...]),
    ("printful", "rates"): codec_of(tuple[ShippingRate, ...]),
}
"""What is shared. What guests see of their orders is not: it would be personal data in a third place."""
