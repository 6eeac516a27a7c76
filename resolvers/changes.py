"""Invalidates the cache after a change in the shop, and probes Storefront until its replicas show the change."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from clients.cache.policies import Policies, Policy
from clients.cache.store import Cache
from clients.cache.tags import UNKNOWN_ORDER, ListKind, ObjectType, Tag, of_handle, of_id, of_list, of_type
from clients.errors import UpstreamError
from clients.global_ids import GlobalId
from clients.storefront.client import Storefront
from clients.storefront.updates import updated_at
from clients.timing import Timing
from resolvers.cdn_purges import CdnPurges

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


def _product_tags(product_id: GlobalId, variant_ids: Iterable[GlobalId], *, all_variants_named: bool) -> list[Tag]:
    tags = [of_id(product_id), *map(of_id, variant_ids)]
    return tags if all_variants_named else [*tags, of_type(ObjectType.PRODUCT_VARIANT)]


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A change that Storefront does not show yet, and all the tags that were invalidated for it.

    `seen`: one probe has shown it.
    """

    changed_at: datetime
    tags: tuple[Tag, ...]
    is_gone: bool
    seen: bool = False


class Changes:
    """Invalidates changed objects. Storefront's replicas lag behind the notification of a change.

    Until a probe shows the change, or a minute has passed, answers about it are cached for two seconds at most.
    A CDN is purged of them at the change, and again when a probe shows it.
    `watch` probes; it runs as long as the gateway.
    """

    def __init__(
        self,
        cache: Cache,
        policies: Policies,
        storefront: Storefront,
        timing: Timing,
        purges: CdnPurges | None = None,
    ) -> None:
        self._purges = purges
        self._cache = cache
        self._policies = policies
        self._storefront = storefront
        self._timing = timing
        self._awaited: dict[GlobalId, _Awaited] = {}
        self._changed = asyncio.Event()

    def product_changed(
        self,
        product_id: GlobalId,
        *,
        changed_at: datetime,
        handle: str | None = None,
        variant_ids: Iterable[GlobalId] = (),
        all_variants_named: bool = True,
        is_gone: bool = False,
    ) -> int:
        """Invalidates a product that was created, deleted or changed in more than its stock; how many answers.

        `all_variants_named`: False when the change may concern variants that are not named. Lists are invalidated too:
        a new title, tag or price may put it into lists that did not contain it.
        """
        tags = _product_tags(product_id, variant_ids, all_variants_named=all_variants_named)
        if handle is not None:
            tags.append(of_handle(ObjectType.PRODUCT, handle))
        return self._forget(product_id, changed_at, [*tags, *map(of_list, _LISTS_OF_PRODUCTS)], is_gone=is_gone)

    def product_stock_changed(
        self,
        product_id: GlobalId,
        *,
        changed_at: datetime,
        variant_ids: Iterable[GlobalId] = (),
        all_variants_named: bool = True,
    ) -> int:
        """Invalidates the stock of a product of which only the stock changed."""
        tags = _product_tags(product_id, variant_ids, all_variants_named=all_variants_named)
        return self._forget(product_id, changed_at, tags, policies=(self._policies.stock,))

    def collection_changed(
        self,
        collection_id: GlobalId,
        *,
        changed_at: datetime,
        handle: str | None = None,
        is_new: bool = False,
        is_gone: bool = False,
    ) -> int:
        """Invalidates a collection that was created, changed or deleted; how many answers."""
        tags = [of_id(collection_id)]
        if handle is not None:
            tags.append(of_handle(ObjectType.COLLECTION, handle))
        if is_new or is_gone:
            tags += [of_list(ListKind.COLLECTIONS), of_list(ListKind.SEARCH), of_list(ListKind.SITEMAP)]
        return self._forget(collection_id, changed_at, tags, is_gone=is_gone)

    def stock_changed(self, ids: Iterable[GlobalId] = ()) -> int:
        """Invalidates answers with stock of these or of all products, after a sale or a count."""
        tags = [of_id(each) for each in ids] or [of_type(ObjectType.PRODUCT), of_type(ObjectType.PRODUCT_VARIANT)]
        return self._invalidate(tags, None, (self._policies.stock,))

    def counter_changed(self, changed_at: datetime) -> int:
        """Invalidates what the counter says about the menu. For a minute such answers are cached for two seconds:
        nobody promises that a read after the webhook shows the change.
        """
        return self._invalidate([of_list(ListKind.COUNTER)], changed_at, ())

    def order_changed(self, order_id: GlobalId) -> None:
        """Invalidates what guests see of an order, and answers that say that it does not exist."""
        tags = (of_id(order_id), UNKNOWN_ORDER)
        self._cache.invalidate(tags, changed_at=None, policies=(self._policies.order_status,), is_private=True)

    def _forget(
        self,
        about: GlobalId,
        changed_at: datetime,
        tags: Sequence[Tag],
        *,
        policies: Collection[Policy] = (),
        is_gone: bool = False,
    ) -> int:
        before = self._awaited.pop(about, None)
        if before is not None and before.changed_at > changed_at:
            changed_at, is_gone = before.changed_at, before.is_gone
        # Keep the tags that already wait: a later change may name fewer of its parts.
        all_tags = tuple(dict.fromkeys((*(before.tags if before is not None else ()), *tags)))
        self._awaited[about] = _Awaited(changed_at, all_tags, is_gone)
        self._changed.set()
        return self._invalidate(tags, changed_at, policies)

    def _invalidate(self, tags: Sequence[Tag], changed_at: datetime | None, policies: Collection[Policy]) -> int:
        if self._purges is not None:
            self._purges.changed(tags, policies)
        return self._cache.invalidate(tags, changed_at=changed_at, policies=policies)

    async def watch(self) -> None:
        """Probes while changes wait for confirmation; runs until it is cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._awaited:
                await self.probe()
                await self._timing.sleep(PROBE_EVERY_S)

    async def probe(self) -> int:
        """Asks Storefront once about the oldest changes; returns how many it shows now, none if it fails.

        A change counts as shown when two probes in a row show it. Storefront states whole seconds, so a later change
        in the same second may still be missing in the first.
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
        """Ends the guards of confirmed tags, except those, such as lists' tags, that wait for other changes too."""
        guarded = self._cache.guarded()
        awaited = {tag for each in self._awaited.values() for tag in each.tags}
        for tag in {tag for each in shown for tag in each.tags} - awaited:
            if tag in guarded:
                self._cache.confirm([tag], seen=guarded[tag])
                if self._purges is not None:
                    self._purges.changed([tag])


def _is_shown(awaited: _Awaited, moment: datetime | None) -> bool:
    """Whether Storefront shows a change; `moment` is the time of its version (None: it has none).

    A new object may be missing for a while, so absence confirms only a deletion.
    """
    return awaited.is_gone if moment is None else moment >= awaited.changed_at
