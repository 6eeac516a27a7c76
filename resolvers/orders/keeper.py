"""Holds an order's lease and writes its journal, each time by comparing the digest of what was there."""

from collections.abc import Mapping
from dataclasses import dataclass

from clients.admin.order_client import ANY, AdminOrders, MetafieldValue
from clients.guard import CallOptions
from resolvers.orders.journal import FORWARDING_KEY, Lease
from resolvers.orders.marks import ids
from resolvers.orders.work import Work

_TEXT = "single_line_text_field"


@dataclass(slots=True)
class Keeper:
    """Holds the lease and writes the journal."""

    admin: AdminOrders
    work: Work
    digest: str
    lease: Lease
    known: Mapping[str, str]

    @classmethod
    async def take(cls, admin: AdminOrders, work: Work, lease: Lease) -> "Keeper":
        """Raises Conflict when somebody else wrote since the order was read, and UpstreamError."""
        kept = work.order.metafields.get(FORWARDING_KEY)
        known = {key: field.value for key, field in work.order.metafields.items()}
        keeper = cls(admin, work, "", lease, known)
        await keeper._write(kept.digest if kept is not None else None, lease, work.options)
        return keeper

    async def save(self) -> None:
        """Writes the journal now, and holds on to the lease. Raises UpstreamError."""
        await self._write(self.digest, self.lease, self.work.options)

    async def release(self) -> None:
        """Writes the journal without a lease, and what the order is called elsewhere. Raises UpstreamError."""
        await self._write(self.digest, None, self.work.record_options)

    async def _write(self, digest: str | None, lease: Lease | None, options: CallOptions) -> None:
        journal = self.work.journal
        journal.lease = lease
        values: dict[str, MetafieldValue] = {FORWARDING_KEY: ("json", journal.text(), digest)}
        if lease is None:
            for key, value in ids(journal).items():
                if self.known.get(key) != value:
                    values[key] = (_TEXT, value, ANY)
        digests = await self.admin.set_metafields(self.work.order.id, values, options=options)
        self.digest = digests[FORWARDING_KEY]
