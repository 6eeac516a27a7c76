"""An amount of money with its currency, exact from the wire to the schema."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_NO_DECIMALS = frozenset(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    )
)
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in major units of `currency` (ISO 4217)."""

    amount: Decimal
    currency: str


def rounded(money: Money) -> Money:
    """The amount, rounded to the smallest unit of its currency."""
    return Money(money.amount.quantize(smallest_unit(money.currency), ROUND_HALF_UP), money.currency)


def smallest_unit(currency: str) -> Decimal:
    """The smallest amount of a currency, for example 0.01."""
    return Decimal(1).scaleb(-_decimals(currency))


def minor_units(amount: Decimal, currency: str) -> int:
    """The amount in the smallest unit (cents, yen, mils); halves are rounded up."""
    return int(amount.scaleb(_decimals(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def major_units(amount: int, currency: str) -> Decimal:
    """The amount in major units, with all its decimals: 5.50 for 550 cents."""
    return Decimal(amount).scaleb(-_decimals(currency))


def _decimals(currency: str) -> int:
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2
