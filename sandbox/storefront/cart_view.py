"""A cart as one visitor sees it: Storefront's Cart and CartLine, from the stored cart and its prices."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from sandbox.cart_records import Attributes, CartLineRecord, CartRecord
from sandbox.records import ProductVariant
from sandbox.storefront.cart_cost import price_cart
from sandbox.storefront.cart_discount_view import allocation_view, application_view
from sandbox.storefront.cart_prices import Allocation, PricedCart, PricedLine, apportioned, rounded
from sandbox.storefront.execution import Visit
from sandbox.storefront.selling_plans import allocation
from sandbox.storefront.values import SHOP_CURRENCY, converted, gid, money_in, timestamp


class Cart:
    """One cart. `revealed`: the visitor sent its key; without the key all data of the buyer is hidden."""

    def __init__(self, record: CartRecord, visit: Visit, *, revealed: bool) -> None:
        self.record, self.visit, self.revealed = record, visit, revealed
        self.note, self.metafields = record.note, record.metafields
        self.created_at, self.updated_at = timestamp(record.created_at), timestamp(record.updated_at)
        self.attributes = attribute_list(record.attributes)

    @property
    def id(self) -> str:
        return gid("Cart", self.record.token + (f"?key={self.record.key}" if self.revealed else ""))

    @property
    def checkout_url(self) -> str:
        """The address of the checkout; its buyer data is filled in only for visitors with the cart's key."""
        address = f"{self.visit.store.public_url}/sandbox/checkout/{self.record.token}"
        return f"{address}?key={self.record.key}" if self.revealed else address

    @cached_property
    def priced(self) -> PricedCart:
        return price_cart(self.visit.store, self.record, self.visit.country)

    @cached_property
    def line_list(self) -> "list[CartLine | ComponentizableCartLine]":
        return [
            ComponentizableCartLine(self, line) if line.record.variant.components else CartLine(self, line)
            for line in self.priced.lines
        ]

    def line_of(self, record: CartLineRecord) -> "CartLine | ComponentizableCartLine":
        return next(line for line in self.line_list if line.record is record)

    @property
    def total_quantity(self) -> int:
        return sum(line.quantity for line in self.record.lines)

    @property
    def cost(self) -> dict[str, Any]:
        return {
            "subtotalAmount": self.money(self.priced.subtotal),
            "subtotalAmountEstimated": False,
            "totalAmount": self.money(self.priced.total),
            "totalAmountEstimated": True,  # taxes are known at checkout
            "checkoutChargeAmount": self.money(self.priced.total),
            "totalDutyAmount": None,
            "totalDutyAmountEstimated": True,
            "totalTaxAmount": None,
            "totalTaxAmountEstimated": True,
        }

    @property
    def estimated_cost(self) -> dict[str, Any]:
        return self.cost

    @property
    def discount_codes(self) -> list[dict[str, Any]]:
        return [{"code": outcome.code, "applicable": outcome.problem is None} for outcome in self.priced.codes]

    @property
    def discount_applications(self) -> list[dict[str, Any]]:
        return [application_view(application, self.priced.currency) for application in self.priced.applications]

    @property
    def discount_allocations(self) -> list[dict[str, Any]]:
        """The deprecated field: discounts on the whole order and on deliveries, without those on lines."""
        shares = [share for line in self.priced.lines for share in line.order_level]
        shares += [share for group in self.priced.groups for share in group.discounts]
        return self.allocations(shares)

    @property
    def applied_gift_cards(self) -> list[dict[str, Any]]:
        return [
            {
                "__typename": "AppliedGiftCard",
                "id": gid("AppliedGiftCard", use.applied.id),
                "lastCharacters": use.applied.card.code[-4:],
                "balance": money_in(use.applied.card.balance, SHOP_CURRENCY),
                "balanceV2": money_in(use.applied.card.balance, SHOP_CURRENCY),
                "amountUsed": money_in(use.used_shop, SHOP_CURRENCY),
                "amountUsedV2": money_in(use.used_shop, SHOP_CURRENCY),
                "presentmentAmountUsed": self.money(use.used),
            }
            for use in (self.priced.gift_cards if self.revealed else ())
        ]

    def money(self, amount: Decimal) -> dict[str, Any]:
        return money_in(amount, self.priced.currency)

    def allocations(self, shares: list[Allocation]) -> list[dict[str, Any]]:
        return [allocation_view(share, self.priced.currency) for share in shares]


class BaseLine:
    """The fields that both types of line have."""

    def __init__(self, cart: Cart, priced: PricedLine) -> None:
        self.cart, self.priced, self.record = cart, priced, priced.record
        self.merchandise, self.quantity = priced.record.variant, priced.record.quantity
        self.id = line_gid(cart.record, priced.record.id)
        self.view_key: str | None = priced.record.view_key
        self.attributes = attribute_list(priced.record.attributes)

    @property
    def cost(self) -> dict[str, Any]:
        compare_at = self.priced.compare_at
        return {
            "amountPerQuantity": self.cart.money(self.priced.unit),
            "compareAtAmountPerQuantity": None if compare_at is None else self.cart.money(compare_at),
            "subtotalAmount": self.cart.money(self.priced.subtotal),
            "totalAmount": self.cart.money(self.priced.total),
        }

    @property
    def estimated_cost(self) -> dict[str, Any]:
        cost = self.cost
        return {
            "amount": cost["amountPerQuantity"],
            "compareAtAmount": cost["compareAtAmountPerQuantity"],
            "subtotalAmount": cost["subtotalAmount"],
            "totalAmount": cost["totalAmount"],
        }

    @property
    def selling_plan_allocation(self) -> dict[str, Any] | None:
        """The unit price under the selling plan of the line."""
        plan = self.record.plan
        if plan is None:
            return None
        variant, currency = self.record.variant, self.cart.priced.currency
        return {
            **allocation(variant, plan),
            "price": self.cart.money(self.priced.unit),
            "compareAtPrice": self.cart.money(converted(variant.price, currency)),
        }

    def shares(self, *, line_level_only: bool) -> list[dict[str, Any]]:
        """The discount allocations of the line, with or without its share of order discounts."""
        order_level = [] if line_level_only else self.priced.order_level
        return self.cart.allocations([*self.priced.line_level, *order_level])


class CartLine(BaseLine):
    """A line with one kind of merchandise. `part_of` is set on parts of a bundle, which change only with it."""

    def __init__(self, cart: Cart, priced: PricedLine, part_of: "ComponentizableCartLine | None" = None) -> None:
        super().__init__(cart, priced)
        self.part_of = part_of

    @property
    def instructions(self) -> dict[str, bool]:
        free = self.part_of is None
        return {"canRemove": free, "canUpdateQuantity": free}

    @property
    def parent_relationship(self) -> dict[str, Any] | None:
        parent = self.record.parent
        return None if parent is None else {"parent": self.cart.line_of(parent)}


class ComponentizableCartLine(BaseLine):
    """A line with a bundle of parts."""

    @property
    def line_components(self) -> list[CartLine]:
        """The parts; price and discounts of the bundle are divided by the separate price of each part."""
        parts = self.record.variant.components
        currency = self.cart.priced.currency
        weights = [variant.price * count for variant, count in parts]
        prices = apportioned(self.priced.subtotal, weights, currency)
        return [
            self._part(position, variant, count * self.quantity, price, weights)
            for position, ((variant, count), price) in enumerate(zip(parts, prices, strict=True))
        ]

    def _part(
        self, position: int, variant: ProductVariant, quantity: int, price: Decimal, weights: list[Decimal]
    ) -> CartLine:
        currency = self.cart.priced.currency

        def share(allocations: list[Allocation]) -> list[Allocation]:
            return [
                Allocation(whole.application, apportioned(whole.amount, weights, currency)[position])
                for whole in allocations
            ]

        line_id, view_key = f"{self.record.id}-{position}", f"{self.record.view_key}-{position}"
        record = CartLineRecord(line_id, view_key, variant, quantity, plan=self.record.plan)
        unit = rounded(price / quantity, currency)
        line_level, order_level = share(self.priced.line_level), share(self.priced.order_level)
        return CartLine(self.cart, PricedLine(record, unit, None, price, line_level, order_level), part_of=self)


def line_gid(cart: CartRecord, line_id: str) -> str:
    return gid("CartLine", f"{line_id}?cart={cart.token}")


def attribute_list(attributes: Attributes) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in attributes]
