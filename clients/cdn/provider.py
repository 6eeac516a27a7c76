"""What the gateway needs of a CDN: headers that tag an answer, and a purge by tags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

HeaderLine = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class CdnLifetime:
    """How long a CDN may serve an answer: fresh, stale while it fetches it anew, and stale when that fails."""

    age_s: int
    fresh_for_s: int
    stale_while_revalidate_s: int
    stale_if_error_s: int

    @property
    def directives(self) -> str:
        """The lifetimes as directives of a header that respects `Age`."""
        return (
            f"max-age={self.age_s + self.fresh_for_s}, stale-while-revalidate={self.stale_while_revalidate_s}, "
            f"stale-if-error={self.stale_if_error_s}"
        )


class Cdn(Protocol):
    """A provider. A purge raises UpstreamError; it is done when it returns."""

    @property
    def keys_per_purge(self) -> int:
        """How many keys one request may purge."""
        ...

    def tagged(self, keys: Sequence[str]) -> HeaderLine:
        """The header that tells the CDN the keys of an answer."""
        ...

    def lifetime(self, lifetime: CdnLifetime) -> HeaderLine:
        """The header that tells the CDN how long it may serve an answer."""
        ...

    async def purge(self, keys: Collection[str]) -> None:
        """Removes the answers with any of these keys, at most `keys_per_purge`."""
        ...

    async def purge_everything(self) -> None:
        """Removes all answers of the gateway."""
        ...
