"""One request's reads of variants and carts that the gateway calculates with, and of the shop's currency."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from clients.cache.answers import Fetched
from clients.cache.policies import Policy
from clients.cache.store import Cache
from clients.guard import PAGE, CallOptions
from clients.storefront.client import Storefront
from clients.storefront.goods import cart_contents, shop_currency, sold_variants
from clients.storefront.sold import CartContents, SoldVariant

K = TypeVar("K")
V = TypeVar("V")

_LARGEST_BATCH = 250


class Sales:
    """One request's reads: variants batched, each cart once, the currency through the cache of the process."""

    def __init__(
        self,
        storefront: Storefront,
        *,
        cache: Cache | None,
        policy: Policy,
        buyer_ip: str | None,
        options: CallOptions = PAGE,
    ) -> None:
        async def variants(ids: list[str]) -> Sequence[SoldVariant | None]:
            found = await sold_variants(storefront, ids, buyer_ip=buyer_ip, options=options)
            return [found.get(each) for each in ids]

        async def contents(cart_id: str) -> CartContents | None:
            return await cart_contents(storefront, cart_id, buyer_ip=buyer_ip, options=options)

        async def currency(_: str) -> str:
            async def fetch() -> Fetched[str]:
                return Fetched(await shop_currency(storefront, buyer_ip=buyer_ip, options=options), (), 50)

            if cache is None:
                return (await fetch()).value
            return (await cache.get(("storefront", "currency"), policy, fetch, options)).value

        self._variants: DataLoader[str, SoldVariant | None] = DataLoader(variants, max_batch_size=_LARGEST_BATCH)
        self._carts: DataLoader[str, CartContents | None] = DataLoader(_each(contents))
        self._currency: DataLoader[str, str] = DataLoader(_each(currency))

    async def variant(self, variant_id: str) -> SoldVariant | None:
        """The variant of a global id; None when the shop has none. Raises UpstreamError."""
        return await self._variants.load(variant_id)

    async def cart(self, cart_id: str) -> CartContents | None:
        """The contents of a cart; None when there is no such cart. Raises UpstreamError."""
        return await self._carts.load(cart_id)

    async def currency(self) -> str:
        """The shop's currency. Raises UpstreamError."""
        return await self._currency.load("")


def _each(read: Callable[[K], Awaitable[V]]) -> Callable[[list[K]], Awaitable[Sequence[V | BaseException]]]:
    async def load(keys: list[K]) -> Sequence[V | BaseException]:
        return await asyncio.gather(*(read(key) for key in keys), return_exceptions=True)

    return load
