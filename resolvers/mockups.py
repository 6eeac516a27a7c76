"""Pictures of designs on products: composed by us at once, and made by Printful later."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from cachetools import LRUCache, TTLCache

from clients.budget import Priority
from clients.errors import Broken, Denied, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.pictures import UPSTREAM as PICTURES
from clients.pictures import Pictures
from clients.printful.client import Printful
from clients.printful.mockups import MockupArea, TaskStatus
from clients.printful.models import CatalogVariant
from clients.shared.counts import SharedCounts
from clients.shared.state import Alone, SharedState
from clients.timing import REAL, Deadline, Timing
from clients.upstreams import UpstreamName
from resolvers.client_limit import HourlyLimit
from resolvers.designs import DesignCatalogue, ShopDesign, host_of
from resolvers.mockup_picture import NotAPicture, composed
from resolvers.shared_mockups import MOCKUP_LIFE_S, MockupJob, MockupState, SharedMockups, mockup_id_of

log = structlog.get_logger(__name__)
T = TypeVar("T")

FIRST_LOOK_S = 10.0
FOLLOW_EVERY_S = 2.0
PATIENCE_S = 600.0
HOPELESS_S = 600.0  # how long missing art is not fetched again
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_BLANK_S = 3600.0
_HURRY_S = 2.0  # a composed picture waits no longer for Printful's data


@dataclass(frozen=True, slots=True)
class MockupLimits:
    """The limits: known mockups, bytes of their pictures, tasks at once, and new mockups for one client."""

    known: int = 2_000
    picture_bytes: int = 64_000_000
    at_once: int = 20
    per_client: int = 20


class Mockups:
    """The mockups of one process. Each pair of variant and design is made once, however many clients request it.

    `state` is shared with the other processes, and so are the mockups.

    `on_refusal` is called with the name of the limit when a client has started too many.
    """

    def __init__(
        self,
        designs: DesignCatalogue,
        pictures: Pictures,
        printful: Printful | None,
        *,
        limits: MockupLimits = MockupLimits(),
        timing: Timing = REAL,
        on_refusal: Callable[[str], None] = lambda _: None,
        state: SharedState | None = None,
        counts: SharedCounts | None = None,
    ) -> None:
        self._designs = designs
        self._fetch = pictures
        self._printful = printful
        self._limits = limits
        self._timing = timing
        self._largest_bytes = limits.picture_bytes // 8
        self._known: TTLCache[str, MockupJob] = TTLCache(limits.known, MOCKUP_LIFE_S, timer=timing.clock)
        self._files: LRUCache[tuple[str, str], bytes] = LRUCache(limits.picture_bytes, getsizeof=len)
        self._begun = HourlyLimit(
            limits.per_client, clock=timing.clock, name="mockups", on_refusal=on_refusal, counts=counts
        )
        self._shared = SharedMockups(state or Alone(), designs, timing)
        self._blanks: TTLCache[int, tuple[CatalogVariant, MockupArea | None]] = TTLCache(
            1_000, _BLANK_S, timer=timing.clock
        )
        self._hopeless: TTLCache[str, UpstreamError] = TTLCache(limits.known, HOPELESS_S, timer=timing.clock)
        self._composing: dict[str, asyncio.Task[bytes]] = {}
        self._made: set[str] = set()  # the ids of those that this process makes, or waits for
        self.running: set[asyncio.Task[None]] = set()

    async def mockup(self, mockup_id: str) -> MockupJob | None:
        """A mockup of the last 30 days, made by this process or another one."""
        found = self._local(mockup_id)
        if found is not None and (found.state is MockupState.READY or found.id in self._made):
            return found
        shared = await self._shared.find(mockup_id)
        if shared is None:
            if found is not None and found.state is MockupState.PENDING and found.id not in self._made:
                found.state = MockupState.COMPOSED  # the process that made it is gone
            return found
        found = self._known.setdefault(mockup_id, shared)
        if found.id in self._made:
            return found
        found.state = shared.state
        if found.state is MockupState.READY and await self.printful_picture(mockup_id) is None:
            found.state = MockupState.COMPOSED
        return found

    async def create(self, variant_id: int, design: ShopDesign, *, client: str | None) -> MockupJob:
        """The mockup of that pair, which is started unless it is running or done. Raises TooOften."""
        mockup_id = mockup_id_of(variant_id, design)
        await self.mockup(mockup_id)
        found = self._local(mockup_id)
        if found is not None and found.state in (MockupState.PENDING, MockupState.READY):
            return found
        self._begun.take(client)
        if found is None:
            found = self._known[mockup_id] = MockupJob(mockup_id, variant_id, design)
        if self._printful is not None and len(self.running) < self._limits.at_once:
            found.state = MockupState.PENDING
            self._made.add(found.id)
            task = asyncio.create_task(self._make(found, self._printful))
            self.running.add(task)
            task.add_done_callback(self.running.discard)
        else:
            await self._shared.note(found)
        return found

    def _local(self, mockup_id: str) -> MockupJob | None:
        found = self._known.get(mockup_id)
        if found is not None and found.state is MockupState.READY and (found.id, "printful") not in self._files:
            found.state = MockupState.COMPOSED  # its picture was evicted
        return found

    async def composed_picture(self, mockup_id: str) -> bytes | None:
        """Our own picture, composed on first use; None for an unknown mockup. Raises UpstreamError."""
        mockup = await self.mockup(mockup_id)
        if mockup is None:
            return None
        composed = self._files.get((mockup_id, "composed"))
        if composed is not None:
            return composed
        if (failure := self._hopeless.get(mockup_id)) is not None:
            raise failure
        task = self._composing.get(mockup_id)
        if task is None:
            task = self._composing[mockup_id] = asyncio.create_task(self._compose(mockup))
        try:
            return await asyncio.shield(task)
        finally:
            if task.done():
                self._composing.pop(mockup_id, None)

    async def printful_picture(self, mockup_id: str) -> bytes | None:
        """Printful's picture; None while there is none."""
        known = self._files.get((mockup_id, "printful"))
        if known is not None:
            return known
        file = await self._shared.picture(mockup_id)
        if file is None or not file.startswith(_PICTURES) or len(file) > self._largest_bytes:
            return None
        self._files[mockup_id, "printful"] = file
        return file

    async def close(self) -> None:
        """Cancels running tasks."""
        tasks = [*self.running, *self._composing.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, mockup: MockupJob, printful: Printful) -> None:
        deadline = Deadline.after(PATIENCE_S, self._timing.clock)
        try:
            await self._make_or_follow(mockup, printful, CallOptions(Priority.SWEEPS, deadline))
            mockup.state = MockupState.READY
        except UpstreamError as failure:
            log.warning("mockup_failed", upstream=failure.upstream, operation=failure.operation, detail=failure.detail)
        finally:
            self._made.discard(mockup.id)
            if mockup.state is MockupState.PENDING:
                mockup.state = MockupState.FAILED

    async def _make_or_follow(self, mockup: MockupJob, printful: Printful, options: CallOptions) -> None:
        """Makes a mockup, or waits until another process has made it. Raises UpstreamError."""
        has_followed = False
        while not await self._shared.claim(mockup.id):
            has_followed = True
            if await self.printful_picture(mockup.id) is not None:
                return
            if options.deadline is not None and options.deadline.remaining_s <= FOLLOW_EVERY_S:
                raise Unavailable(UpstreamName.PRINTFUL, "mockup_task", "another process is still making it")
            await self._timing.sleep(FOLLOW_EVERY_S)
        if has_followed and await self._has_just_failed(mockup.id):
            await self._shared.release(mockup.id)
            raise Unavailable(UpstreamName.PRINTFUL, "mockup_task", "another process could not make it")
        async with self._shared.made(mockup):
            if await self.printful_picture(mockup.id) is None:
                file = await self._printfuls(mockup, printful, options)
                self._keep(mockup, "printful", file)
                await self._shared.store_picture(mockup.id, file)

    async def _has_just_failed(self, mockup_id: str) -> bool:
        shared = await self._shared.find(mockup_id)
        return shared is not None and shared.state is MockupState.FAILED

    async def _printfuls(self, mockup: MockupJob, printful: Printful, options: CallOptions) -> bytes:
        """Printful's picture, fetched at once, since its address is valid for a day. Raises UpstreamError."""
        variant, area = await self._blank(printful, mockup.variant_id, options)
        if variant is None or area is None:
            raise Broken(UpstreamName.PRINTFUL, "print_files", f"variant {mockup.variant_id} has no place to print")
        art_url = mockup.design.full_image_url
        task = await printful.start_mockup(variant.product_id, variant.id, area, art_url, options=options)
        while task.status is TaskStatus.PENDING:
            if options.deadline is not None and options.deadline.remaining_s <= FIRST_LOOK_S:
                raise Unavailable(UpstreamName.PRINTFUL, "mockup_task", "still pending")
            await self._timing.sleep(FIRST_LOOK_S)
            seen = await printful.mockup_task(task.key, options=options)
            if seen is None:
                raise Broken(UpstreamName.PRINTFUL, "mockup_task", "the task is gone")
            task = seen
        if task.picture_url is None or host_of(task.picture_url) is None:
            raise Broken(UpstreamName.PRINTFUL, "mockup_task", task.error or "no picture")
        file = await self._fetch.picture(task.picture_url)
        if not file.startswith(_PICTURES):  # we serve it from our own address
            raise Broken(PICTURES, "mockup", "neither PNG nor JPEG")
        return file

    async def _compose(self, mockup: MockupJob) -> bytes:
        try:
            return await self._composed(mockup)
        except (Unavailable, Throttled):
            raise
        except UpstreamError as failure:  # a retry would not help
            self._hopeless[mockup.id] = failure
            if mockup.state is MockupState.COMPOSED:
                mockup.state = MockupState.FAILED
            raise

    async def _composed(self, mockup: MockupJob) -> bytes:
        art_url = mockup.design.full_image_url
        if not self._designs.allows(art_url):
            raise Denied(PICTURES, "art", "its host is none of ART_HOSTS")
        art, (blank, colour, area) = await asyncio.gather(self._fetch.picture(art_url), self._ground(mockup.variant_id))
        try:
            # This uses the processor: run it outside the event loop, so that no other request waits.
            file = await asyncio.to_thread(composed, blank, art, colour=colour, area=area)
        except NotAPicture as error:
            raise Broken(PICTURES, "art", str(error)) from error
        self._keep(mockup, "composed", file)
        return file

    async def _ground(self, variant_id: int) -> tuple[bytes | None, str | None, tuple[int, int] | None]:
        """The picture of a blank, its colour, and the shape of its print area, as far as Printful states them now."""
        if self._printful is None:
            return None, None, None
        options = CallOptions(deadline=Deadline.after(_HURRY_S, self._timing.clock))
        found = await _or_none(self._blank(self._printful, variant_id, options))
        variant, area = found or (None, None)
        if variant is None:
            return None, None, None
        shape = None if area is None else (area.width, area.height)
        is_fetchable = variant.image is not None and host_of(variant.image) is not None
        blank = await _or_none(self._fetch.picture(variant.image)) if is_fetchable and variant.image else None
        return blank, variant.color_code, shape

    async def _blank(
        self, printful: Printful, variant_id: int, options: CallOptions
    ) -> tuple[CatalogVariant | None, MockupArea | None]:
        known = self._blanks.get(variant_id)
        if known is not None:
            return known
        variant = await printful.catalog_variant(variant_id, options=options)
        if variant is None:
            return None, None
        files = await printful.print_files(variant.product_id, options=options)
        found = self._blanks[variant_id] = (variant, None if files is None else files.area(variant_id))
        return found

    def _keep(self, mockup: MockupJob, kind: str, file: bytes) -> None:
        if len(file) > self._largest_bytes:
            raise Broken(PICTURES, kind, f"{len(file)} bytes are too many")
        self._files[mockup.id, kind] = file


async def _or_none(answer: Awaitable[T]) -> T | None:
    """The answer, or None after a failure: the work continues without it."""
    try:
        return await answer
    except UpstreamError as failure:
        log.info(
            "mockup_picture_skipped", upstream=failure.upstream, operation=failure.operation, detail=failure.detail
        )
        return None
