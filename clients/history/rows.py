"""What the history holds of an order: rows without personal data."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

TABLES = ("orders", "attempts", "parcels", "tickets", "money")


class MoneyKind(StrEnum):
    """What an amount is. All are positive; RETAIL is what came in, the others went out."""

    RETAIL = "retail"
    REFUNDS = "refunds"
    PRODUCTION = "production"
    SHIPPING = "shipping"
    FEES = "fees"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order. `order_id` is Shopify's number, `month` that of `placed_at` in UTC, such as 2026-11."""

    order_id: int
    name: str
    placed_at: datetime
    month: str
    currency: str
    financial_status: str
    fulfillment_status: str
    cancelled_at: datetime | None
    is_test: bool
    print_state: str
    print_order_id: str | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One action on an order: when, in which system, what and the result."""

    order_id: int
    at: datetime
    system: str
    action: str
    result: str
    detail: str


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel of Printful's. `units` is the number of goods in it."""

    order_id: int
    parcel_id: str
    units: int
    is_reshipment: bool
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """The ticket of a fulfillment order at the point of sale. `revision` counts its tickets."""

    order_id: int
    fulfillment_order_id: str
    connector: str | None
    ticket_id: str | None
    state: str
    revision: int


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """The sum of one kind of an order's money in one currency."""

    order_id: int
    kind: MoneyKind
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderRows:
    """All rows of one order. `attempts` are the latest, the oldest first; earlier ones stay in the history.

    `version` is that of the order in Shopify.
    """

    order: OrderRow
    attempts: tuple[AttemptRow, ...]
    parcels: tuple[ParcelRow, ...]
    tickets: tuple[TicketRow, ...]
    money: tuple[MoneyRow, ...]
    version: str = ""


@dataclass(frozen=True, slots=True)
class FoundAttempt:
    """An attempt as a search finds it, with the name of its order. `number` grows with each attempt of an order."""

    order_name: str
    number: int
    attempt: AttemptRow

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Where it stands in the history."""
        return self.attempt.at, self.attempt.order_id, self.number


@dataclass(frozen=True, slots=True)
class Search:
    """Which attempts to find. `after` is the `place` of the last one of the page before; `until` is exclusive."""

    first: int
    after: tuple[datetime, int, int] | None = None
    system: str | None = None
    result: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonthlyMoney:
    """The sum of one kind of money of all orders of a month in one currency, test orders left out."""

    month: str
    currency: str
    kind: MoneyKind
    amount: Decimal


class HistoryAddressUnusable(Exception):
    """DATABASE_URL is no address that the database's driver understands."""


class HistoryDown(Exception):
    """The history's database does not do what it was asked for; the text says why."""


class HistoryStore(Protocol):
    """Where the history is. All methods raise HistoryDown."""

    async def check(self) -> None:
        """Connects, and makes the tables that are missing."""
        ...

    async def begin_read(self, order_id: int) -> int:
        """The number of a read of this order that begins now. It is greater than those of earlier reads."""
        ...

    async def write(self, rows: OrderRows, read_number: int) -> None:
        """Replaces what is known of an order. Attempts that `rows` no longer has stay.

        Rows of an earlier read than the ones that are stored change nothing.
        """
        ...

    async def outdated(self, versions: Mapping[int, str]) -> set[int]:
        """The ids of those orders that are stored in another version, or not at all."""
        ...

    async def attempts(self, search: Search) -> Sequence[FoundAttempt]:
        """The attempts that match, the latest first."""
        ...

    async def money_by_month(self) -> Sequence[MonthlyMoney]:
        """The money of each month, the latest month first."""
        ...

    async def close(self) -> None:
        """Ends the connections."""
        ...

    def table(self, name: str) -> AsyncIterator[Sequence[object]]:
        """The names of a table's columns, then its rows in the order of their keys."""
        ...
