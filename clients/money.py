"""An amount of money with its currency, exact from the wire to the schema."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in major units of `currency` (ISO 4217)."""

    amount: Decimal
    currency: str


def rounded(money: Money) -> Money:
    """To the smallest coin of its currency."""
    coin = Decimal(1) if money.currency in _WITHOUT_CENTS else Decimal("0.01")
    return Money(money.amount.quantize(coin, ROUND_HALF_UP), money.currency)
