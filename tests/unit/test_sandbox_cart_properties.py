"""What holds for every cart of the sandbox, whatever is put on it."""

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.storefront.cart_prices import apportioned
from tests.goods import amount
from tests.unit.storefront_calls import Storefront

HANDLES = ("latte", "ceramic-mug", "kynda-house-blend", "kenya-nyeri", "paper-filters", "home-brewing-kit", "kynda-cap")
CODES = ("WELCOME10", "FIVEOFF", "BEANS20", "BUY2GET1", "BIG15", "CUPS6", "FREESHIP", "NOSUCH", "ALONE40")
CARDS = ("KYNDA25GIFT00001", "KYNDA100GIFT0002")
ATTRIBUTES = st.dictionaries(st.sampled_from(["milk", "own_cup", "name", "_art"]), st.sampled_from(["yes", "no", ""]))
ORDERS = st.lists(st.tuples(st.sampled_from(HANDLES), st.integers(1, 4), ATTRIBUTES), max_size=8)
PLACE = {"address": {"deliveryAddress": {"countryCode": "US", "city": "Austin", "zip": "78701"}}}
# The shop is only added to: every cart is a new one.
shared = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def total(entries: Any, *path: str) -> Decimal:
    """The sum of the amounts at the end of a path."""
    found = Decimal(0)
    for entry in entries:
        for step in path:
            entry = entry[step]
        found += amount(entry)
    return found


@shared
@given(
    orders=ORDERS,
    discounts=st.lists(st.sampled_from(CODES), max_size=3),
    cards=st.lists(st.sampled_from(CARDS), unique=True),
    country=st.sampled_from(["US", "CA", "JP", "DE", "BR"]),
    delivered=st.booleans(),
)
def test_a_cart_costs_its_lines_less_its_discounts_and_gift_cards(
    shop: Storefront, orders: Any, discounts: list[str], cards: list[str], country: str, delivered: bool
) -> None:
    cart = shop.cart(
        *(shop.line(handle, quantity, attributes=attributes) for handle, quantity, attributes in orders),
        discountCodes=discounts,
        giftCardCodes=cards,
        buyerIdentity={"countryCode": country},
        delivery={"addresses": [PLACE] if delivered else []},
    )
    lines, groups = cart["lines"]["nodes"], cart["deliveryGroups"]["nodes"]
    whole = total(lines, "cost", "subtotalAmount")
    shipping = total(groups, "selectedDeliveryOption", "estimatedCost")
    off = total(cart["discountApplications"], "totalAllocatedAmount")
    paid = total(cart["appliedGiftCards"], "presentmentAmountUsed")

    assert amount(cart["cost"]["totalAmount"]) == whole + shipping - off - paid
    assert amount(cart["cost"]["totalAmount"]) >= 0
    assert amount(cart["cost"]["subtotalAmount"]) == total(lines, "cost", "totalAmount")
    shares = [share for line in lines for share in line["all"]]
    shares += [share for group in groups for share in group["discountAllocations"]]
    assert total(shares, "discountedAmount") == off
    for line in lines:
        price, own = line["cost"], total(line["own"], "discountedAmount")
        assert amount(price["amountPerQuantity"]) * line["quantity"] == amount(price["subtotalAmount"])
        assert amount(price["subtotalAmount"]) - own == amount(price["totalAmount"]) >= 0


@shared
@given(attributes=ATTRIBUTES, seed=st.randoms(use_true_random=False))
def test_the_order_of_attributes_does_not_matter(shop: Storefront, attributes: dict[str, str], seed: Any) -> None:
    turned = list(attributes.items())
    seed.shuffle(turned)

    cart = shop.cart(shop.line("latte", 2, attributes=attributes), shop.line("latte", 3, attributes=dict(turned)))

    assert [line["quantity"] for line in cart["lines"]["nodes"]] == [5]


@shared
@given(orders=ORDERS, cut=st.integers(0, 8))
def test_no_unit_is_lost_however_the_goods_are_added(shop: Storefront, orders: Any, cut: int) -> None:
    lines = [shop.line(handle, quantity, attributes=attributes) for handle, quantity, attributes in orders]
    at_once = shop.cart(*lines)

    cart = shop.cart(*lines[:cut])
    cart = shop.mutation("cartLinesAdd", cartId=cart["id"], lines=lines[cut:])["cart"]

    def content(cart: Any) -> list[tuple[Any, ...]]:
        return sorted(
            (line["merchandise"]["id"], sorted((a["key"], a["value"]) for a in line["attributes"]), line["quantity"])
            for line in cart["lines"]["nodes"]
        )

    assert cart["totalQuantity"] == sum(quantity for _, quantity, _ in orders)
    assert content(cart) == content(at_once)
    assert cart["cost"] == at_once["cost"]


@shared
@given(orders=ORDERS, removed=st.sets(st.integers(0, 7)))
def test_removing_lines_takes_exactly_their_units(shop: Storefront, orders: Any, removed: set[int]) -> None:
    cart = shop.cart(*(shop.line(handle, quantity, attributes=attributes) for handle, quantity, attributes in orders))
    lines = cart["lines"]["nodes"]
    gone = [line for position, line in enumerate(lines) if position in removed]

    for line in gone:
        cart = shop.mutation("cartLinesRemove", cartId=cart["id"], lineIds=[line["id"]])["cart"]

    assert cart["lines"]["nodes"] == [
        line for line in cart["lines"]["nodes"] if line["id"] not in {g["id"] for g in gone}
    ]
    assert cart["totalQuantity"] == sum(line["quantity"] for line in lines) - sum(line["quantity"] for line in gone)


@given(
    cents=st.integers(0, 100_000),
    weights=st.lists(st.integers(0, 10_000).map(Decimal), min_size=1, max_size=20).filter(any),
    currency=st.sampled_from(["USD", "JPY"]),
)
@settings(deadline=None)
def test_shares_add_up_and_follow_the_weights(cents: int, weights: list[Decimal], currency: str) -> None:
    amount = Decimal(cents) if currency == "JPY" else Decimal(cents) / 100

    parts = apportioned(amount, weights, currency)

    assert sum(parts) == amount
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < unit
