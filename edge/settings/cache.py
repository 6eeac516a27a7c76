"""Settings of the cache: its memory, and how long answers are cached."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from clients.cache.policies import Policies
from clients.cache.second_level import SecondLevel
from clients.cache.store import Cache
from clients.errors import UpstreamError, is_out_of_time
from clients.timing import Timing
from edge.settings.types import JsonNumbers


def _known_lifetimes(seconds: Mapping[str, float]) -> Mapping[str, float]:
    Policies().with_numbers(seconds)  # raises ValueError for an unknown one
    return seconds


class CacheSettings(BaseModel):
    """The cache."""

    cache_max_bytes: int = Field(64_000_000, ge=0, description="The memory for cached answers. 0: nothing is cached.")
    cache_seconds: Annotated[JsonNumbers, AfterValidator(_known_lifetimes)] = Field(
        default_factory=dict,
        description="Other lifetimes of cached answers than the usual ones, as JSON.",
        examples=['{"stock_fresh_s": 5}'],
    )

    def cache(self, timing: Timing, second: SecondLevel | None = None) -> Cache | None:
        """A new cache, in front of the `second` level if there is one. None: caching is off."""
        if not self.cache_max_bytes:
            return None
        return Cache(
            self.cache_max_bytes,
            clock=timing.clock,
            spawn=asyncio.create_task,
            stale_on=(UpstreamError,),
            out_of_time=is_out_of_time,
            second=second,
        )

    def policies(self) -> Policies:
        """How long answers are cached."""
        return Policies().with_numbers(self.cache_seconds)
