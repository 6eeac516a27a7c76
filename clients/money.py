"""An amount of money with its currency, exact from the wire to the schema."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in major units of `currency` (ISO 4217)."""

    amount: Decimal
    currency: str
