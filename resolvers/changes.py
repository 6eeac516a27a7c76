"""What a change in the shop means for what is kept, and waiting until Storefront's replicas show it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.cache.tags import ListKind, ObjectType, Tag, of_handle, of_id, of_list, of_type
from clients.errors import UpstreamError
from clients.storefront.client import Storefront
from clients.storefront.updates import updated_at
from clients.timing import Timing

PROBE_EVERY_S = 1.0
MAX_IDS = 250

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A change that Storefront has not been seen to show yet, and all the tags that were forgotten for it."""

    changed_at: datetime
    tags: tuple[Tag, ...]


class Changes:
    """Forgets what changed. Storefront's replicas lag behind the word of a change: until a probe shows it there, or a
    minute has passed, what is about it is kept for no longer than two seconds.

    `watch` probes; it runs as long as the gateway does.
    """

    def __init__(self, cache: Cache, policies: Policies, storefront: Storefront, timing: Timing) -> None:
        self._cache = cache
        self._policies = policies
        self._storefront = storefront
        self._timing = timing
        self._awaited: dict[str, _Awaited] = {}
        self._changed = asyncio.Event()

    def product_changed(
        self,
        product_id: str,
        *,
        changed_at: datetime,
        handle: str | None = None,
        variant_ids: Iterable[str] = (),
        all_variants_told: bool = True,
        is_new_or_gone: bool = False,
    ) -> int:
        """A product changed, came or went; how many answers were forgotten.

        `all_variants_told`: False when the change may concern variants that are not named. Lists are forgotten when
        it is new or gone: a list that holds it carries its id anyhow.
        """
        tags = [of_id(product_id), *map(of_id, variant_ids)]
        if handle is not None:
            tags.append(of_handle(ObjectType.PRODUCT, handle))
        if not all_variants_told:
            tags.append(of_type(ObjectType.PRODUCT_VARIANT))
        if is_new_or_gone:
            tags += [of_list(ListKind.PRODUCTS), of_list(ListKind.SEARCH), of_list(ListKind.RECOMMENDATIONS)]
        return self._forget(product_id, changed_at, tags)

    def collection_changed(
        self, collection_id: str, *, changed_at: datetime, handle: str | None = None, is_new_or_gone: bool = False
    ) -> int:
        """A collection changed, came or went; how many answers were forgotten."""
        tags = [of_id(collection_id)]
        if handle is not None:
            tags.append(of_handle(ObjectType.COLLECTION, handle))
        if is_new_or_gone:
            tags.append(of_list(ListKind.COLLECTIONS))
        return self._forget(collection_id, changed_at, tags)

    def stock_changed(self, ids: Iterable[str] = ()) -> int:
        """Something was sold or counted: forgets answers that tell stock, of these or of all goods."""
        tags = [of_id(each) for each in ids] or [of_type(ObjectType.PRODUCT), of_type(ObjectType.PRODUCT_VARIANT)]
        return self._cache.invalidate(tags, changed_at=None, policies=(self._policies.stock,))

    def _forget(self, about: str, changed_at: datetime, tags: Sequence[Tag]) -> int:
        before = self._awaited.pop(about, None)
        if before is not None and before.changed_at > changed_at:
            changed_at = before.changed_at
        # What was awaited already stays awaited: a later change may name fewer of its parts.
        all_tags = tuple(dict.fromkeys((*(before.tags if before is not None else ()), *tags)))
        self._awaited[about] = _Awaited(changed_at, all_tags)
        self._changed.set()
        return self._cache.invalidate(tags, changed_at=changed_at)

    async def watch(self) -> None:
        """Probes while there is something to wait for; ends only by being cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._awaited:
                await self.probe()
                await self._timing.sleep(PROBE_EVERY_S)

    async def probe(self) -> int:
        """Asks Storefront once about the oldest changes; how many it shows now. A failing Storefront shows none."""
        guarded = self._cache.guarded()
        for about in [each for each, awaited in self._awaited.items() if not any(t in guarded for t in awaited.tags)]:
            del self._awaited[about]  # the minute is over
        ids = list(self._awaited)[:MAX_IDS]
        if not ids:
            return 0
        try:
            seen = await updated_at(self._storefront, ids)
        except UpstreamError as error:
            log.warning("probe_failed", upstream=error.upstream, kind=type(error).__name__, detail=error.detail)
            return 0
        shown = 0
        for about, moment in seen.items():
            awaited = self._awaited.get(about)
            if awaited is None or (moment is not None and moment < awaited.changed_at):
                continue
            self._cache.confirm(awaited.tags, seen=awaited.changed_at)
            del self._awaited[about]
            shown += 1
        return shown
