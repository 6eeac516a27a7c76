"""Settings of the cache: its memory, and how long answers are kept."""

import asyncio
from collections.abc import Iterator

from pydantic import BaseModel, Field

from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.errors import UpstreamError, is_out_of_time
from clients.timing import Timing
from edge.settings.types import JsonNumbers


class CacheSettings(BaseModel):
    """The cache."""

    cache_max_bytes: int = Field(64_000_000, ge=0, description="The memory for cached answers. 0: nothing is cached.")
    cache_seconds: JsonNumbers = Field(
        default_factory=dict,
        description="Other lifetimes of cached answers than the usual ones, as JSON.",
        examples=['{"stock_fresh_s": 5}'],
    )

    def cache(self, timing: Timing) -> Cache | None:
        """A new cache. None: caching is off."""
        if not self.cache_max_bytes:
            return None
        return Cache(
            self.cache_max_bytes,
            clock=timing.clock,
            spawn=asyncio.create_task,
            stale_on=(UpstreamError,),
            out_of_time=is_out_of_time,
        )

    def policies(self) -> Policies:
        """How long answers are kept. Raises ValueError for a lifetime that does not exist."""
        return Policies().with_numbers(self.cache_seconds)

    def cache_problems(self) -> Iterator[str]:
        """What is wrong, a sentence each."""
        try:
            self.policies()
        except ValueError as error:
            yield f"CACHE_SECONDS cannot be used: {error}."
