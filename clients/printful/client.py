"""Printful's v1 API, read: its catalogue, size guides and the store's synced variants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import httpx

from clients.budget import Budget
from clients.errors import Broken
from clients.guard import PAGE, Guard, Terms
from clients.http import no_answer
from clients.printful.errors import UPSTREAM, read_body, refusal, status_of
from clients.printful.limits import Limits
from clients.printful.models import (
    CatalogListing,
    CatalogVariant,
    SizeGuide,
    SyncVariant,
    read_listing,
    read_size_guide,
    read_sync_variant,
    read_variant_answer,
)
from clients.timing import REAL, Timing

T = TypeVar("T")


class SizeUnit(StrEnum):
    INCHES = "inches"
    CM = "cm"


@dataclass(frozen=True, slots=True)
class PrintfulAccess:
    """Who we are to Printful. `store_id` always goes along: without it a token of several stores is refused.

    `is_platform_store`: the store was made by connecting a shop platform, whose sync variants Printful
    serves under other paths than those of a store for its API ("Manual order platform / API"). The two exclude
    each other, and the gateway forwards orders itself, so the latter is the default.
    """

    token: str = field(repr=False)
    store_id: str
    is_platform_store: bool = False

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-PF-Store-Id": self.store_id}


class Printful:
    """Reads of one store. `http` has Printful's base URL; whoever made it closes it.

    At most `max_concurrent` requests are out at a time, and as many a minute as Printful allows. `deadline_s` bounds
    each; what fails for the moment is repeated within the deadline of a call. Every method raises UpstreamError.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        access: PrintfulAccess,
        *,
        deadline_s: float = 10.0,
        max_concurrent: int = 8,
        timing: Timing = REAL,
    ) -> None:
        self._http = http
        self._access = access
        self._limits = Limits(timing.clock)
        budget = Budget(
            UPSTREAM, at_once=max_concurrent, meter=self._limits.all, groups=self._limits.groups, timing=timing
        )
        self._guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing)

    async def catalog_variant(self, variant_id: int, *, terms: Terms = PAGE) -> CatalogVariant | None:
        """A catalogue variant with its product, None when Printful has no such variant."""
        return await self._read("catalog_variant", f"/products/variant/{variant_id}", read_variant_answer, terms)

    async def catalog_product(self, product_id: int, *, terms: Terms = PAGE) -> CatalogListing | None:
        """A catalogue product with all its variants, None when Printful has no such product."""
        return await self._read("catalog_product", f"/products/{product_id}", read_listing, terms)

    async def sync_variant(self, sync_variant_id: int, *, terms: Terms = PAGE) -> SyncVariant | None:
        """The store's variant, None when the store has no such variant."""
        folder = "/sync/variant" if self._access.is_platform_store else "/store/variants"
        return await self._read("sync_variant", f"{folder}/{sync_variant_id}", read_sync_variant, terms)

    async def size_guide(
        self, product_id: int, unit: SizeUnit = SizeUnit.INCHES, *, terms: Terms = PAGE
    ) -> SizeGuide | None:
        """A product's size tables in that unit, None when Printful has none for it."""
        params = {"unit": unit.value}
        return await self._read("size_guide", f"/products/{product_id}/sizes", read_size_guide, terms, params)

    async def _read(
        self,
        operation: str,
        path: str,
        read: Callable[[Mapping[str, Any]], T],
        terms: Terms,
        params: Mapping[str, str] | None = None,
    ) -> T | None:
        async def attempt() -> T | None:
            try:
                response = await self._http.get(path, params=params, headers=self._access.headers(), timeout=None)
            except httpx.HTTPError as error:
                raise no_answer(UPSTREAM, operation, error) from error
            body = read_body(response)
            failure = refusal(operation, response, body)
            self._limits.learn(None, response.headers, failure)
            if isinstance(body, dict) and status_of(response, body) == 404:
                return None
            if failure is not None:
                raise failure
            return _read_result(operation, body, read)

        return await self._guard.call(operation, attempt, idempotent=True, terms=terms)


def _read_result(operation: str, body: Any, read: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What `read` makes of the result in a body, None for Printful's ways to say that there is none."""
    if not isinstance(body, dict) or "result" not in body:
        raise Broken(UPSTREAM, operation, "no result")
    result = body["result"]
    if result is None or result == []:
        return None
    if not isinstance(result, dict):
        raise Broken(UPSTREAM, operation, "the result is no object")
    try:
        return read(result)
    except ValueError as error:
        raise Broken(UPSTREAM, operation, str(error)) from error
