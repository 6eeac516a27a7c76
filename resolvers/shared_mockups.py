"""The mockups that the processes of a gateway share, and which process makes one."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from clients.shared.state import SharedState, ShareState
from clients.timing import Timing
from resolvers.designs import DesignCatalogue, ShopDesign

MOCKUP_LIFE_S = 30 * 24 * 3600.0
LEASE_S = 30.0
RENEW_EVERY_S = 10.0
PICTURE_BYTES = 1_000_000
"""The largest picture that goes to the other processes."""

_FAILED_S = 60.0
_DIGEST_BYTES = 16


class MockupState(StrEnum):
    """The state of a mockup; the composed picture exists in every state."""

    COMPOSED = "composed"
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(slots=True, eq=False)
class MockupJob:
    """A design on a variant of Printful's catalogue."""

    id: str
    variant_id: int
    design: ShopDesign
    state: MockupState = MockupState.COMPOSED


def mockup_id_of(variant_id: int, design: ShopDesign) -> str:
    """The id of the mockup of a design on a variant: the same in every process."""
    key = f"{variant_id} {design.id} {design.full_image_url}"
    return hashlib.sha256(key.encode()).hexdigest()[:24]


class _Record(msgspec.Struct, frozen=True):
    variant_id: int
    design_id: str
    state: MockupState


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode


class SharedMockups:
    """The mockups of all processes. Without the shared store each process has only its own, and makes each itself."""

    def __init__(self, state: SharedState, designs: DesignCatalogue, timing: Timing) -> None:
        self._state = state
        self._designs = designs
        self._timing = timing
        self._owner = secrets.token_hex(8)

    @property
    def is_on(self) -> bool:
        """Whether other processes can be asked."""
        return self._state.status.state in (ShareState.UP, ShareState.FAILING)

    async def find(self, mockup_id: str) -> MockupJob | None:
        """A mockup that some process has; None for an unknown one, and for a record of something else."""
        stored = await self._state.get(f"mockup:{mockup_id}")
        if stored is None:
            return None
        try:
            record = _decode(stored)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        design = self._designs.design(record.design_id)
        if design is None or mockup_id_of(record.variant_id, design) != mockup_id:
            return None
        return MockupJob(mockup_id, record.variant_id, design, record.state)

    async def note(self, mockup: MockupJob) -> None:
        """Stores a mockup and its state for the other processes."""
        record = _Record(mockup.variant_id, mockup.design.id, mockup.state)
        lifetime_s = _LIFETIMES_S.get(mockup.state, MOCKUP_LIFE_S)
        await self._state.put(f"mockup:{mockup.id}", _encode(record), lifetime_s)

    async def picture(self, mockup_id: str) -> bytes | None:
        """Printful's picture, if another process has stored it. Bytes that are corrupt count as none."""
        stored = await self._state.get(f"mockup:{mockup_id}:picture")
        if stored is None:
            return None
        digest, file = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
        return file if digest == _digest(mockup_id, file) else None

    async def store_picture(self, mockup_id: str, file: bytes) -> None:
        """Stores Printful's picture for the other processes."""
        if len(file) <= PICTURE_BYTES:
            await self._state.put(f"mockup:{mockup_id}:picture", _digest(mockup_id, file) + file, MOCKUP_LIFE_S)

    async def claim(self, mockup_id: str) -> bool:
        """Whether this process is to make the mockup. Then make it within `made`, or `release` it."""
        return not self.is_on or await self._state.claim(self._lease(mockup_id), self._owner, LEASE_S)

    async def release(self, mockup_id: str) -> None:
        """Gives up a claim."""
        await self._state.release(self._lease(mockup_id), self._owner)

    @asynccontextmanager
    async def made(self, mockup: MockupJob) -> AsyncIterator[None]:
        """Keeps the claim during the block, and notes for the other processes how that ended."""
        if not self.is_on:
            yield
            return
        renewing = asyncio.create_task(self._renew(mockup))
        state = MockupState.FAILED
        try:
            yield
            state = MockupState.READY
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self.note(replace(mockup, state=state))
            await self.release(mockup.id)

    async def _renew(self, mockup: MockupJob) -> None:
        while True:
            await self.note(mockup)
            await self._timing.sleep(RENEW_EVERY_S)
            await self._state.claim(self._lease(mockup.id), self._owner, LEASE_S)

    def _lease(self, mockup_id: str) -> str:
        return f"mockup:{mockup_id}:lease"


_LIFETIMES_S = {MockupState.PENDING: LEASE_S, MockupState.FAILED: _FAILED_S}


def _digest(mockup_id: str, file: bytes) -> bytes:
    return hashlib.blake2b(file, digest_size=_DIGEST_BYTES, key=mockup_id.encode()).digest()
