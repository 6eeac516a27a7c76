"""Holds an order's lease and writes its journal, each time by comparing the digest of the last version."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clients.admin.order_client import ANY, AdminOrders, MetafieldValue
from clients.admin.orders import Metafield
from clients.guard import CallOptions
from resolvers.orders.journal import FORWARDING_KEY, Journal, Lease, read_journal
from resolvers.orders.order_marks import ids
from resolvers.orders.settlement import Settlement

_TEXT = "single_line_text_field"


@dataclass(slots=True)
class LeaseHolder:
    """Holds the lease and writes the journal."""

    admin: AdminOrders
    settlement: Settlement
    lease: Lease
    digest: str | None = field(init=False)

    def __post_init__(self) -> None:
        before = self._before
        self.digest = before.digest if before is not None else None

    @property
    def _before(self) -> Metafield | None:
        """The journal as it was read with the order."""
        return self.settlement.order.metafields.get(FORWARDING_KEY)

    async def take(self) -> None:
        """Writes the lease. Raises Conflict when another process wrote since the order was read, and UpstreamError."""
        await self._write(self.lease, self.settlement.options)

    async def put_back(self) -> None:
        """Restores the journal from before the lease. Raises UpstreamError."""
        before, number = self._before, self.settlement.order.number
        text = before.value if before is not None else Journal(order=number).text()
        await self._set({FORWARDING_KEY: ("json", text, self.digest)}, self.settlement.record_options)

    async def is_ours(self) -> bool:
        """Whether Shopify has this lease; read again when the answer to a write was lost. Raises UpstreamError."""
        order = await self.admin.order(self.settlement.order.id, options=self.settlement.record_options)
        found = order.metafields.get(FORWARDING_KEY) if order is not None else None
        if found is None:
            return False
        try:
            lease = read_journal(found.value, self.settlement.order.number).lease
        except ValueError:
            return False
        self.digest = found.digest
        return lease is not None and lease.by == self.lease.by

    async def save(self) -> None:
        """Writes the journal and keeps the lease. Raises UpstreamError."""
        await self._write(self.lease, self.settlement.options)

    async def release(self) -> None:
        """Writes the journal without a lease, and the ids in the other systems. Raises UpstreamError."""
        await self._write(None, self.settlement.record_options)

    async def _write(self, lease: Lease | None, options: CallOptions) -> None:
        journal = self.settlement.journal
        journal.lease = lease
        values: dict[str, MetafieldValue] = {FORWARDING_KEY: ("json", journal.text(), self.digest)}
        if lease is None:
            present = self.settlement.order.metafields
            for key, value in ids(journal).items():
                if key not in present or present[key].value != value:
                    values[key] = (_TEXT, value, ANY)
        await self._set(values, options)

    async def _set(self, values: Mapping[str, MetafieldValue], options: CallOptions) -> None:
        digests = await self.admin.set_metafields(self.settlement.order.id, values, options=options)
        self.digest = digests[FORWARDING_KEY]
