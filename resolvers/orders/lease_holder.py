"""Holds an order's lease and writes its journal, each time by comparing the digest of what was there."""

from collections.abc import Mapping
from dataclasses import dataclass

from clients.admin.order_client import ANY, AdminOrders, MetafieldValue
from clients.guard import CallOptions
from resolvers.orders.journal import FORWARDING_KEY, Lease
from resolvers.orders.order_marks import ids
from resolvers.orders.settlement import Settlement

_TEXT = "single_line_text_field"


@dataclass(slots=True)
class LeaseHolder:
    """Holds the lease and writes the journal."""

    admin: AdminOrders
    settlement: Settlement
    digest: str
    lease: Lease
    known: Mapping[str, str]

    @classmethod
    async def take(cls, admin: AdminOrders, settlement: Settlement, lease: Lease) -> "LeaseHolder":
        """Raises Conflict when somebody else wrote since the order was read, and UpstreamError."""
        kept = settlement.order.metafields.get(FORWARDING_KEY)
        known = {key: field.value for key, field in settlement.order.metafields.items()}
        lease_holder = cls(admin, settlement, "", lease, known)
        await lease_holder._write(kept.digest if kept is not None else None, lease, settlement.options)
        return lease_holder

    async def save(self) -> None:
        """Writes the journal now and keeps the lease. Raises UpstreamError."""
        await self._write(self.digest, self.lease, self.settlement.options)

    async def release(self) -> None:
        """Writes the journal without a lease, and the ids in the other systems. Raises UpstreamError."""
        await self._write(self.digest, None, self.settlement.record_options)

    async def _write(self, digest: str | None, lease: Lease | None, options: CallOptions) -> None:
        journal = self.settlement.journal
        journal.lease = lease
        values: dict[str, MetafieldValue] = {FORWARDING_KEY: ("json", journal.text(), digest)}
        if lease is None:
            for key, value in ids(journal).items():
                if self.known.get(key) != value:
                    values[key] = (_TEXT, value, ANY)
        digests = await self.admin.set_metafields(self.settlement.order.id, values, options=options)
        self.digest = digests[FORWARDING_KEY]
