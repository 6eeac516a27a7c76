"""Shipping quotes for printed goods: Printful's current rates, its last known rates, or the shop's flat rate."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import structlog

from clients.cache.answers import CacheState, Fetched
from clients.cache.policies import Policy
from clients.cache.store import Cache
from clients.errors import Rejected, UpstreamError
from clients.guard import PAGE, CallOptions
from clients.money import Money
from clients.printful.client import Printful
from clients.printful.shipping import RateItem, Recipient, ShippingRate
from clients.printful.states import state_code
from clients.storefront.sold import CartAddress, SoldVariant
from clients.upstreams import UpstreamName
from resolvers.print_catalogue import PrintCatalogueReader
from resolvers.print_on_demand import PrintfulRef, SyncVariantRef, read_printful_sku

log = structlog.get_logger(__name__)

_BYTES_PER_RATE = 500


class QuoteSource(StrEnum):
    """The source of rates."""

    LIVE = "live"
    LAST_KNOWN = "last_known"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Quote:
    """Shipping methods, cheapest first; empty when nothing is printed. `age_s` since Printful stated them; None:
    flat.
    """

    source: QuoteSource
    rates: tuple[ShippingRate, ...]
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A quantity of something that Printful makes, sold at `price` each."""

    ref: PrintfulRef
    quantity: int
    price: Money


def printed_lines(lines: Sequence[tuple[SoldVariant, int]]) -> list[PrintedLine]:
    """The lines that Printful makes."""
    return [
        PrintedLine(ref, quantity, variant.price)
        for variant, quantity in lines
        if quantity > 0 and (ref := read_printful_sku(variant.sku, variant.vendor)) is not None
    ]


def recipient_of(address: CartAddress) -> Recipient:
    """An address as Printful's recipient."""
    country_code = address.country_code.strip().upper()
    return Recipient(
        country_code=country_code,
        state_code=state_code(country_code, address.province_code),
        city=address.city,
        zip=address.zip,
        address1=address.address1,
    )


class ShippingQuotes:
    """One request's quotes. The cache of the process has the last answers for when Printful does not answer."""

    def __init__(
        self,
        printful: Printful,
        reads: PrintCatalogueReader,
        *,
        cache: Cache | None,
        policy: Policy,
        options: CallOptions = PAGE,
    ) -> None:
        self._printful = printful
        self._reads = reads
        self._cache = cache
        self._policy = policy
        self._options = options

    async def quote(
        self, lines: Sequence[PrintedLine], recipient: Recipient, *, currency: str, flat_rate: Money | None
    ) -> Quote:
        """Printful's current rates, its last ones within the policy's lifetime, or the flat rate.

        Raises Rejected when Printful does not ship these there, and other UpstreamErrors only without a flat rate.
        """
        if not lines:
            return NOTHING_TO_SHIP
        try:
            return await self._from_printful(lines, recipient, currency)
        except Rejected:
            raise
        except UpstreamError as failure:
            if flat_rate is None:
                raise
            log.warning("flat_rate_used", upstream=failure.upstream, kind=type(failure).__name__, detail=failure.detail)
            return flat_quote(flat_rate)

    async def _from_printful(self, lines: Sequence[PrintedLine], recipient: Recipient, currency: str) -> Quote:
        async def fetch() -> Fetched[tuple[ShippingRate, ...]]:
            items = await self._items(lines, currency)
            rates = await self._printful.shipping_rates(recipient, items, currency=currency, options=self._options)
            return Fetched(rates, (), _BYTES_PER_RATE * (1 + len(rates)))

        if self._cache is None:
            return Quote(QuoteSource.LIVE, (await fetch()).value, 0.0)
        key = ("printful", "rates", _digest(lines, recipient, currency))
        cached = await self._cache.get(key, self._policy, fetch, self._options)
        source = QuoteSource.LAST_KNOWN if cached.state is CacheState.ERROR_STALE else QuoteSource.LIVE
        return Quote(source, cached.value, cached.age_s)

    async def _items(self, lines: Sequence[PrintedLine], currency: str) -> list[RateItem]:
        """The lines by catalogue variant."""
        counted: Counter[tuple[int, Decimal | None]] = Counter()
        for line in lines:
            value = line.price.amount if line.price.currency == currency else None
            counted[await self._variant_id(line.ref), value] += line.quantity
        return [RateItem(variant_id, quantity, value) for (variant_id, value), quantity in counted.items()]

    async def _variant_id(self, ref: PrintfulRef) -> int:
        if not isinstance(ref, SyncVariantRef):
            return ref.variant_id
        variant_id = await self._reads.catalog_variant_of(ref.sync_variant_id)
        if variant_id is None:
            raise Rejected(
                UpstreamName.PRINTFUL, "shipping_rates", f"sync variant {ref.sync_variant_id} has no catalogue variant"
            )
        return variant_id


NOTHING_TO_SHIP = Quote(QuoteSource.LIVE, (), 0.0)


def flat_quote(rate: Money) -> Quote:
    """The shop's flat rate as the only shipping method."""
    return Quote(QuoteSource.FLAT, (ShippingRate("FLAT", "Flat rate", rate, None, None),))


def _digest(lines: Sequence[PrintedLine], recipient: Recipient, currency: str) -> str:
    """The cache key of a quote: the same for equal carts, without revealing addresses."""
    asked = [recipient.as_json(), sorted(repr(line) for line in lines), currency]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
