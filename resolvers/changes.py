"""What a change in the shop means for what is kept, and waiting until Storefront's replicas show it."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from clients.cache.policies import Policies, Policy
from clients.cache.store import Cache
from clients.cache.tags import UNKNOWN_ORDER, ListKind, ObjectType, Tag, of_handle, of_id, of_list, of_type
from clients.errors import UpstreamError
from clients.storefront.client import Storefront
from clients.storefront.updates import updated_at
from clients.timing import Timing

PROBE_EVERY_S = 1.0
MAX_IDS = 250
_LISTS_OF_PRODUCTS = (
    ListKind.PRODUCTS,
    ListKind.PRODUCT_TAGS,
    ListKind.PRODUCT_TYPES,
    ListKind.RECOMMENDATIONS,
    ListKind.SEARCH,
    ListKind.SITEMAP,
)

log = structlog.get_logger(__name__)


def _product_tags(product_id: str, variant_ids: Iterable[str], *, all_variants_told: bool) -> list[Tag]:
    tags = [of_id(product_id), *map(of_id, variant_ids)]
    return tags if all_variants_told else [*tags, of_type(ObjectType.PRODUCT_VARIANT)]


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A change that Storefront has not been seen to show yet, and all the tags that were forgotten for it.

    `seen`: a probe has found it shown once.
    """

    changed_at: datetime
    tags: tuple[Tag, ...]
    is_gone: bool
    seen: bool = False


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
        is_gone: bool = False,
    ) -> int:
        """A product came, went, or changed in more than its stock; how many answers were forgotten.

        `all_variants_told`: False when the change may concern variants that are not named. Lists are forgotten too:
        with a new title, tag or price it may enter lists that did not hold it.
        """
        tags = _product_tags(product_id, variant_ids, all_variants_told=all_variants_told)
        if handle is not None:
            tags.append(of_handle(ObjectType.PRODUCT, handle))
        return self._forget(product_id, changed_at, [*tags, *map(of_list, _LISTS_OF_PRODUCTS)], is_gone=is_gone)

    def product_stock_changed(
        self, product_id: str, *, changed_at: datetime, variant_ids: Iterable[str] = (), all_variants_told: bool = True
    ) -> int:
        """A product was sold or counted, and nothing else about it changed: forgets what tells its stock."""
        tags = _product_tags(product_id, variant_ids, all_variants_told=all_variants_told)
        return self._forget(product_id, changed_at, tags, policies=(self._policies.stock,))

    def collection_changed(
        self,
        collection_id: str,
        *,
        changed_at: datetime,
        handle: str | None = None,
        is_new: bool = False,
        is_gone: bool = False,
    ) -> int:
        """A collection changed, came or went; how many answers were forgotten."""
        tags = [of_id(collection_id)]
        if handle is not None:
            tags.append(of_handle(ObjectType.COLLECTION, handle))
        if is_new or is_gone:
            tags += [of_list(ListKind.COLLECTIONS), of_list(ListKind.SEARCH), of_list(ListKind.SITEMAP)]
        return self._forget(collection_id, changed_at, tags, is_gone=is_gone)

    def stock_changed(self, ids: Iterable[str] = ()) -> int:
        """Something was sold or counted: forgets answers that tell stock, of these or of all goods."""
        tags = [of_id(each) for each in ids] or [of_type(ObjectType.PRODUCT), of_type(ObjectType.PRODUCT_VARIANT)]
        return self._cache.invalidate(tags, changed_at=None, policies=(self._policies.stock,))

    def order_changed(self, order_id: str) -> None:
        """An order came or changed: forgets what guests see of it, and that there was no such order."""
        tags = (of_id(order_id), UNKNOWN_ORDER)
        self._cache.invalidate(tags, changed_at=None, policies=(self._policies.order_status,), is_private=True)

    def _forget(
        self,
        about: str,
        changed_at: datetime,
        tags: Sequence[Tag],
        *,
        policies: Collection[Policy] = (),
        is_gone: bool = False,
    ) -> int:
        before = self._awaited.pop(about, None)
        if before is not None and before.changed_at > changed_at:
            changed_at, is_gone = before.changed_at, before.is_gone
        # What was awaited already stays awaited: a later change may name fewer of its parts.
        all_tags = tuple(dict.fromkeys((*(before.tags if before is not None else ()), *tags)))
        self._awaited[about] = _Awaited(changed_at, all_tags, is_gone)
        self._changed.set()
        return self._cache.invalidate(tags, changed_at=changed_at, policies=policies)

    async def watch(self) -> None:
        """Probes while there is something to wait for; ends only by being cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._awaited:
                await self.probe()
                await self._timing.sleep(PROBE_EVERY_S)

    async def probe(self) -> int:
        """Asks Storefront once about the oldest changes; how many it shows now. A failing Storefront shows none.

        A change counts as shown when two probes in a row found it: Storefront tells full seconds only, and a change
        later in the same second shows within another one.
        """
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
        shown: list[_Awaited] = []
        for about, moment in seen.items():
            awaited = self._awaited.get(about)
            if awaited is None:
                continue
            if awaited.seen and _is_shown(awaited, moment):
                shown.append(self._awaited.pop(about))
            else:
                self._awaited[about] = replace(awaited, seen=_is_shown(awaited, moment))
        self._confirm(shown)
        return len(shown)

    def _confirm(self, shown: Sequence[_Awaited]) -> None:
        """Ends the guards of what is shown, but for tags such as lists' that stand for other awaited changes too."""
        guarded = self._cache.guarded()
        awaited = {tag for each in self._awaited.values() for tag in each.tags}
        for tag in {tag for each in shown for tag in each.tags} - awaited:
            if tag in guarded:
                self._cache.confirm([tag], seen=guarded[tag])


def _is_shown(awaited: _Awaited, moment: datetime | None) -> bool:
    """Whether Storefront, which has the thing as of `moment` (None: it has none), shows a change.

    What is new may be missing for a while, so that its absence shows nothing unless it is gone.
    """
    return awaited.is_gone if moment is None else moment >= awaited.changed_at
