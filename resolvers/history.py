"""The optional order history: written in the background, and never read for decisions."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog

from clients.budget import Priority
from clients.errors import UpstreamError
from clients.global_ids import GlobalId, bare_id
from clients.guard import CallOptions
from clients.history.rows import HistoryDown, HistoryStore, OrderRows
from clients.timing import Deadline, Timing

log = structlog.get_logger(__name__)

ReadRows = Callable[[GlobalId, CallOptions], Awaitable[OrderRows | None]]

BACKLOG = 10_000
_QUIET_S = 2.0  # an order often changes several times within moments
_READ_S = 60.0
_RETRY_S, _LONGEST_RETRY_S = 2.0, 60.0
_CLOSING_S = 2.0


async def write_order(store: HistoryStore, order_id: GlobalId, read: ReadRows, options: CallOptions) -> bool:
    """Reads an order and writes its rows; returns False if it does not exist. Raises UpstreamError and HistoryDown.

    The number is taken before the order is read. So rows of an earlier read never replace those of a later one, even
    when several processes write the same order.
    """
    number = await store.begin_read(int(bare_id(order_id)))
    found = await read(order_id, options)
    if found is None:
        return False
    await store.write(found, number)
    return True


class HistoryState(StrEnum):
    """The state of the database."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class HistoryProgress:
    """`waiting`: changed orders not yet written. `dropped`: orders dropped because the backlog was full."""

    state: HistoryState
    detail: str
    waiting: int
    dropped: int


class History:
    """Writes changed orders to `store` in the background, each once even after several changes.

    While the database or an upstream is unavailable, the orders wait; beyond `backlog` the oldest are dropped.
    """

    def __init__(self, store: HistoryStore, *, timing: Timing, backlog: int = BACKLOG) -> None:
        self.store = store
        self._timing = timing
        self._backlog = backlog
        self._waiting: dict[GlobalId, None] = {}
        self._listed: dict[GlobalId, str] = {}
        self._in_progress = 0
        self._has_work = asyncio.Event()
        self._failure = ""
        self._dropped = 0

    @property
    def status(self) -> HistoryProgress:
        """The state of the history, for monitoring."""
        state = HistoryState.DOWN if self._failure else HistoryState.UP
        return HistoryProgress(state, self._failure, len(self._waiting) + self._in_progress, self._dropped)

    def order_changed(self, order_id: GlobalId) -> None:
        """Queues an order to be written."""
        self._queue(order_id)
        self._has_work.set()

    def orders_listed(self, versions: Mapping[GlobalId, str]) -> None:
        """Queues those orders that the history does not have in these versions.

        A process that crashed may have left them out, or a lost webhook.
        """
        self._listed |= versions
        while len(self._listed) > self._backlog:
            del self._listed[next(iter(self._listed))]
        self._has_work.set()

    def _queue(self, order_id: GlobalId) -> None:
        self._waiting[order_id] = None
        if len(self._waiting) > self._backlog:
            del self._waiting[next(iter(self._waiting))]
            self._dropped += 1

    async def run(self, read: ReadRows) -> None:
        """Writes changed orders until cancelled; then writes the queue as far as time allows.

        Connects at once, so that a wrong address shows at the start and not with the first order.
        """
        try:
            await self._connect()
            await self._write_forever(read)
        finally:
            try:
                async with asyncio.timeout(_CLOSING_S):
                    while self._is_behind and not self._failure:
                        await self._do_next(read)
            except TimeoutError:
                pass
            if self._is_behind:
                log.warning("history_incomplete", orders=len(self._waiting), advice="run `history rebuild`")

    async def _connect(self) -> None:
        retry_s = _RETRY_S
        while True:
            try:
                await self.store.check()
            except HistoryDown as error:
                self._note_failure(error)
            except Exception:
                log.exception("history_check_failed")
                return
            else:
                self._note_success()
                return
            await self._timing.sleep(retry_s)
            retry_s = min(_LONGEST_RETRY_S, retry_s * 2)

    async def _write_forever(self, read: ReadRows) -> None:
        retry_s = _RETRY_S
        while True:
            await self._has_work.wait()
            await self._timing.sleep(_QUIET_S)
            self._has_work.clear()
            while self._is_behind:
                if await self._do_next(read):
                    retry_s = _RETRY_S
                else:
                    await self._timing.sleep(retry_s)
                    retry_s = min(_LONGEST_RETRY_S, retry_s * 2)

    @property
    def _is_behind(self) -> bool:
        return bool(self._waiting or self._listed)

    async def _do_next(self, read: ReadRows) -> bool:
        """Takes the next step; returns False when it failed and has to be repeated."""
        return await (self._compare() if self._listed else self._write_next(read))

    async def _compare(self) -> bool:
        """Queues the listed orders that the history has in another version."""
        listed, self._listed = self._listed, {}
        try:
            outdated = await self.store.outdated({int(bare_id(each)): version for each, version in listed.items()})
        except HistoryDown as error:
            self._listed = listed | self._listed
            self._note_failure(error)
            return False
        except asyncio.CancelledError:
            self._listed = listed | self._listed
            raise
        for order_id in listed:
            if int(bare_id(order_id)) in outdated:
                self._queue(order_id)
        self._note_success()
        return True

    async def _write_next(self, read: ReadRows) -> bool:
        """Writes the order that has waited longest; returns False and queues it again on failure."""
        order_id = next(iter(self._waiting))
        del self._waiting[order_id]
        self._in_progress = 1
        options = CallOptions(Priority.HISTORY, Deadline.after(_READ_S, self._timing.clock))
        try:
            await write_order(self.store, order_id, read, options)
        except (UpstreamError, HistoryDown) as error:
            self._waiting.setdefault(order_id)
            self._note_failure(error)
            return False
        except asyncio.CancelledError:
            self._waiting.setdefault(order_id)
            raise
        except Exception:
            log.exception("history_write_failed", order=order_id)
            return True
        finally:
            self._in_progress = 0
        self._note_success()
        return True

    def _note_success(self) -> None:
        if self._failure:
            log.info("history_regained", waiting=len(self._waiting))
            self._failure = ""

    def _note_failure(self, error: Exception) -> None:
        if isinstance(error, HistoryDown):
            if not self._failure:
                log.warning("history_lost", detail=str(error))
            self._failure = str(error)
        else:
            log.info("history_read_failed", detail=str(error))
