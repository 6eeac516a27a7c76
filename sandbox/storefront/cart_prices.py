"""The amounts of a priced cart in one currency: lines, discounts, deliveries and gift cards."""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from sandbox.cart_records import CartGiftCard, CartLineRecord, Discount, PlaceAddress
from sandbox.storefront.values import smallest_unit

NOTHING = Decimal(0)


@dataclass(slots=True, eq=False)
class Application:
    """A discount that took effect, with its total amount."""

    discount: Discount
    total: Decimal = NOTHING


@dataclass(slots=True, frozen=True)
class Allocation:
    """The part of a discount that applies to one line or one delivery."""

    application: Application
    amount: Decimal


@dataclass(slots=True, eq=False)
class PricedLine:
    """`line_level` are discounts on this line, `order_level` its share of discounts on the whole order."""

    record: CartLineRecord
    unit: Decimal
    compare_at: Decimal | None
    subtotal: Decimal
    line_level: list[Allocation] = field(default_factory=list)
    order_level: list[Allocation] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """The price of the line after its own discounts."""
        return self.subtotal - total_of(self.line_level)

    @property
    def remaining(self) -> Decimal:
        """The amount that no discount has reduced yet."""
        return self.total - total_of(self.order_level)


@dataclass(slots=True, frozen=True)
class DeliveryOption:
    """A delivery method; rates with `carrier` are computed from the weight of the parcel on request."""

    handle: str
    code: str
    title: str
    method: str
    cost: Decimal
    description: str | None = None
    carrier: bool = False


@dataclass(slots=True, eq=False)
class DeliveryGroup:
    """Lines that are delivered together. Without an option they cannot be delivered to that destination."""

    id: str
    kind: str
    address: PlaceAddress
    address_id: str
    lines: list[PricedLine]
    options: list[DeliveryOption]
    selected: DeliveryOption | None
    discounts: list[Allocation] = field(default_factory=list)

    @property
    def cost(self) -> Decimal:
        """The price of the selected delivery option after discounts."""
        return (self.selected.cost if self.selected else NOTHING) - total_of(self.discounts)


@dataclass(slots=True, frozen=True)
class GiftCardUse:
    """What a gift card pays: `used` in the cart's currency, `used_shop` in the shop's."""

    applied: CartGiftCard
    used: Decimal
    used_shop: Decimal


@dataclass(slots=True, frozen=True)
class CodeOutcome:
    """A discount code of the cart; `problem` is the CartWarningCode if it has no effect."""

    code: str
    problem: str | None


@dataclass(slots=True, eq=False)
class PricedCart:
    currency: str
    country: str
    lines: list[PricedLine]
    applications: list[Application]
    codes: list[CodeOutcome]
    groups: list[DeliveryGroup]
    gift_cards: list[GiftCardUse] = field(default_factory=list)

    @property
    def subtotal(self) -> Decimal:
        """All lines after their own discounts, before discounts on the whole order."""
        return sum((line.total for line in self.lines), NOTHING)

    @property
    def before_gift_cards(self) -> Decimal:
        goods = sum((line.remaining for line in self.lines), NOTHING)
        return goods + sum((group.cost for group in self.groups), NOTHING)

    @property
    def total(self) -> Decimal:
        """What is left to pay: goods and selected deliveries after every discount and gift card; taxes unknown."""
        return self.before_gift_cards - sum((use.used for use in self.gift_cards), NOTHING)


def total_of(allocations: list[Allocation]) -> Decimal:
    return sum((allocation.amount for allocation in allocations), NOTHING)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(smallest_unit(currency), ROUND_HALF_UP)


def apportioned(amount: Decimal, weights: list[Decimal], currency: str) -> list[Decimal]:
    """Divides `amount` by weight into whole smallest units, so that the parts add up to it exactly.

    The units that rounding down leaves over go to the largest remainders, earlier ones first.
    """
    whole = sum(weights, NOTHING)
    if whole == 0:
        return [NOTHING for _ in weights]
    unit = smallest_unit(currency)
    exact = [amount * weight / whole for weight in weights]
    parts = [share.quantize(unit, ROUND_DOWN) for share in exact]
    left_over = int((amount - sum(parts, NOTHING)) / unit)
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[:left_over]:
        parts[i] += unit
    return parts
