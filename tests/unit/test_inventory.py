"""The shop's view of an amount of stock."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.admin.models import InventoryItemLevel, VariantStock
from clients.global_ids import GlobalId
from clients.money import Money
from resolvers.inventory import StockLevel, read_inventory, stock_level


def stock(*available: int, tracked: bool = True) -> VariantStock:
    levels = tuple(
        InventoryItemLevel(GlobalId(f"loc-{n}"), f"Shop {n}", units, 0, 0, 0) for n, units in enumerate(available)
    )
    return VariantStock(GlobalId("variant"), GlobalId("item"), tracked, Money(Decimal("2.50"), "USD"), levels)


@pytest.mark.parametrize(
    ("units", "level"),
    [
        (-3, StockLevel.NONE),
        (0, StockLevel.NONE),
        (1, StockLevel.LOW),
        (5, StockLevel.LOW),
        (6, StockLevel.IN_STOCK),
    ],
)
def test_the_stock_level_follows_from_the_units(units: int, level: StockLevel) -> None:
    assert stock_level(True, units, low_stock_units=5) is level


@given(st.integers(), st.integers(min_value=0))
def test_goods_that_are_not_counted_have_no_level(units: int, low: int) -> None:
    assert stock_level(False, units, low) is StockLevel.NOT_TRACKED


@given(st.integers(), st.integers(), st.integers(min_value=0))
def test_more_units_never_mean_a_lower_level(some: int, others: int, low: int) -> None:
    order = [StockLevel.NONE, StockLevel.LOW, StockLevel.IN_STOCK]
    fewer, more = sorted((some, others))
    assert order.index(stock_level(True, fewer, low)) <= order.index(stock_level(True, more, low))


def test_negative_stock_at_one_location_does_not_reduce_others() -> None:
    inventory = read_inventory(stock(-4, 3), low_stock_units=5)
    assert inventory.available == 3
    assert [location.level for location in inventory.locations] == [StockLevel.NONE, StockLevel.LOW]


def test_the_total_sums_all_locations() -> None:
    inventory = read_inventory(stock(4, 4), low_stock_units=5)
    assert inventory.level is StockLevel.IN_STOCK
    assert [location.level for location in inventory.locations] == [StockLevel.LOW, StockLevel.LOW]


def test_a_variant_without_locations_has_no_stock() -> None:
    assert read_inventory(stock()).level is StockLevel.NONE


def test_untracked_goods_say_so_at_every_location() -> None:
    inventory = read_inventory(stock(0, tracked=False))
    assert inventory.level is StockLevel.NOT_TRACKED
    assert inventory.locations[0].level is StockLevel.NOT_TRACKED
