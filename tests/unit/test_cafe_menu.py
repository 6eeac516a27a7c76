"""The menu's modifiers: made from options and metafields, priced, and marked when sold out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.money import Money
from resolvers.cafe_menu import ModifierKind, Offer, extras_modifier, kind_of, option_modifiers


def offer(price: str, *, available: bool = True, **selected: str) -> Offer:
    return Offer(Money(Decimal(price), "USD"), available, selected)


LATTE = [
    offer("4.50", Size="Small", Milk="Whole"),
    offer("5.30", Size="Small", Milk="Oat", available=False),
    offer("5.70", Size="Large", Milk="Whole"),
    offer("6.50", Size="Large", Milk="Oat", available=False),
]
OPTIONS = [("Size", ["Small", "Large"]), ("Milk", ["Whole", "Oat"])]


def test_each_option_is_a_modifier_with_surcharges() -> None:
    size, milk = option_modifiers(OPTIONS, LATTE)

    assert (size.kind, milk.kind) == (ModifierKind.SIZE, ModifierKind.MILK)
    assert [(c.name, c.surcharge.amount) for c in size.choices] == [("Small", Decimal(0)), ("Large", Decimal("1.20"))]
    assert [(c.name, c.surcharge.amount) for c in milk.choices] == [("Whole", Decimal(0)), ("Oat", Decimal("0.80"))]
    assert (size.minimum, size.maximum) == (1, 1)


def test_a_choice_that_no_variant_has_in_stock_is_not_available() -> None:
    _, milk = option_modifiers(OPTIONS, LATTE)

    assert [choice.is_available for choice in milk.choices] == [True, False]


def test_an_option_with_one_value_is_no_modifier() -> None:
    assert option_modifiers([("Title", ["Default Title"])], [offer("3.00", Title="Default Title")]) == []


def test_a_value_without_a_variant_is_not_offered() -> None:
    (size,) = option_modifiers([("Size", ["Small", "Huge", "Large"])], LATTE)

    assert [choice.name for choice in size.choices] == ["Small", "Large"]


def test_a_product_without_variants_has_no_modifiers() -> None:
    assert option_modifiers(OPTIONS, []) == []


@pytest.mark.parametrize(("name", "kind"), [(" size ", ModifierKind.SIZE), ("Grind", ModifierKind.OTHER)])
def test_an_options_name_says_what_it_changes(name: str, kind: ModifierKind) -> None:
    assert kind_of(name) is kind


def test_extras_come_from_the_metafield_and_are_optional() -> None:
    extras = extras_modifier(
        '[{"name": "Shot", "price": "1.00"}, {"name": "Cream", "price": 0.75, "available": false}]', "USD"
    )

    assert extras is not None
    assert (extras.minimum, extras.maximum) == (0, 2)
    assert [(c.name, c.surcharge, c.is_available) for c in extras.choices] == [
        ("Shot", Money(Decimal("1.00"), "USD"), True),
        ("Cream", Money(Decimal("0.75"), "USD"), False),
    ]


@given(
    st.one_of(st.none(), st.text(), st.builds(str, st.lists(st.integers())), st.just('[{"name": "a", "price": "x"}]'))
)
def test_a_metafield_that_is_no_list_of_extras_costs_only_the_extras(metafield: str | None) -> None:
    assert extras_modifier(metafield, "USD") is None


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=8))
def test_no_surcharge_is_negative_and_the_cheapest_choice_is_free(prices: list[Decimal]) -> None:
    offers = [Offer(Money(price, "USD"), True, {"Size": str(n)}) for n, price in enumerate(prices)]
    for modifier in option_modifiers([("Size", [str(n) for n in range(len(prices))])], offers):
        surcharges = [choice.surcharge.amount for choice in modifier.choices]
        assert min(surcharges) == 0
