"""A product of the shop on the counter's menu, and the counter's hours."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clients.money import Money
from clients.pos.counter import (
    CounterCatalogue,
    CounterItem,
    CounterModifier,
    CounterVariation,
    OpeningHours,
    OpenPeriod,
    SoldOutAt,
)
from clients.pos.square.counter import read_catalogue, read_hours
from resolvers.cafe_menu import Offer, SoldOutSource, joined
from resolvers.cafe_ordering import next_opening
from resolvers.counter_menu import (
    CounterMenu,
    CounterPlace,
    MenuVariant,
    SoldOutAtCounter,
    modifier_at_counter,
    variant_at_counter,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OUT, IN = SoldOutAt({"L1": None}), SoldOutAt()


def variation(number: str, name: str | None, sku: str | None = None, sold_out: SoldOutAt = OUT) -> CounterVariation:
    return CounterVariation(number, name, sku, sold_out)


def is_sold_out(items: list[CounterItem], title: str, variant: MenuVariant, place: str = "L1") -> bool:
    places = [CounterPlace(place, CounterMenu(CounterCatalogue(tuple(items))))]
    return variant_at_counter(places, title, variant, NOW).is_sold_out


LATTE = CounterItem("Latte", (variation("1", "12 oz"), variation("2", "16 oz", sold_out=IN)))


@pytest.mark.parametrize(
    ("items", "title", "variant", "expected"),
    [
        ([CounterItem("Other", (variation("1", "x", "LATTE-12"),))], "Latte", MenuVariant("LATTE-12", "12 oz"), True),
        ([CounterItem("Other", (variation("1", "x", " LATTE-12 "),))], "Latte", MenuVariant("LATTE-12", ""), True),
        ([CounterItem("Other", (variation("1", "x", "latte-12"),))], "Latte", MenuVariant("LATTE-12", ""), False),
        ([LATTE], "  LATTE ", MenuVariant(None, "12 OZ"), True),
        ([LATTE], "Latte", MenuVariant("unknown", "16 oz"), False),
        ([LATTE], "Latte", MenuVariant(None, "12 oz / Oat", ("12 oz", "Oat")), True),
        ([LATTE], "Latte", MenuVariant(None, "Default Title", ("Default Title",)), False),
        ([CounterItem("Scone", (variation("1", "Regular"),))], "Scone", MenuVariant(None, "Default Title"), True),
        ([CounterItem("Scone", ())], "Scone", MenuVariant(None, "Default Title"), False),
        ([LATTE, LATTE], "Latte", MenuVariant(None, "12 oz"), False),  # two items of one name: which one is meant?
        ([LATTE], "Mocha", MenuVariant(None, "12 oz"), False),
        ([LATTE], "Latte", MenuVariant("", "12 oz"), True),
    ],
)
def test_a_variant_is_found_by_its_sku_and_else_by_its_name(
    items: list[CounterItem], title: str, variant: MenuVariant, expected: bool
) -> None:
    assert is_sold_out(items, title, variant) is expected


def test_a_sku_decides_before_a_name() -> None:
    items = [LATTE, CounterItem("Caffe Latte", (variation("3", "12 oz", "LATTE-12", IN),))]
    assert is_sold_out(items, "Latte", MenuVariant("LATTE-12", "12 oz")) is False


def test_a_sku_of_two_variations_is_sold_out_when_both_are() -> None:
    twice = [CounterItem("A", (variation("1", "x", "S"), variation("2", "y", "S", IN)))]
    assert is_sold_out(twice, "A", MenuVariant("S", "x")) is False
    twice = [CounterItem("A", (variation("1", "x", "S"), variation("2", "y", "S")))]
    assert is_sold_out(twice, "A", MenuVariant("S", "x")) is True


def test_another_location_and_an_unknown_menu_sell_it() -> None:
    assert is_sold_out([LATTE], "Latte", MenuVariant(None, "12 oz"), "L2") is False
    unknown = variant_at_counter([CounterPlace("L1", None)], "Latte", MenuVariant(None, "12 oz"), NOW)
    assert unknown == SoldOutAtCounter()
    assert variant_at_counter([], "Latte", MenuVariant(None, "12 oz"), NOW) == SoldOutAtCounter()


@pytest.mark.parametrize(("minutes", "expected"), [(1, True), (0, False), (-1, False)])
def test_a_time_that_staff_set_ends_it(minutes: int, expected: bool) -> None:
    ends_at = NOW + timedelta(minutes=minutes)
    items = [CounterItem("Scone", (variation("1", "Regular", sold_out=SoldOutAt({"L1": ends_at})),))]
    assert is_sold_out(items, "Scone", MenuVariant(None, "x")) is expected


def test_a_modifier_counts_for_the_products_that_offer_its_list() -> None:
    catalogue = CounterCatalogue(
        (
            CounterItem("Latte", (variation("1", "x"),), frozenset({"milk"})),
            CounterItem("Cookie", (variation("2", "x"),), frozenset({"dough"})),
        ),
        (CounterModifier("m1", "Oat", "milk", OUT), CounterModifier("m2", "Oat", "dough", IN)),
    )
    places = [CounterPlace("L1", CounterMenu(catalogue))]

    def sold_out(title: str, name: str = "Oat") -> bool:
        return modifier_at_counter(places, title, [MenuVariant(None, "x")], name, NOW).is_sold_out

    assert (sold_out("Latte"), sold_out("latte", "OAT"), sold_out("Cookie")) == (True, True, False)
    assert sold_out("Mocha") is False  # unknown at the counter, and not all lists are out of oat
    assert sold_out("Latte", "Soy") is False


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ([(True, False), (True, False)], ()),
        ([(False, False), (True, True)], (SoldOutSource.SHOPIFY, SoldOutSource.COUNTER)),
        ([(True, True)], (SoldOutSource.COUNTER,)),
        ([(False, False)], (SoldOutSource.SHOPIFY,)),
        ([(False, True), (True, False)], ()),
        ([], ()),
    ],
)
def test_a_product_is_sold_out_when_each_variant_is_in_one_place_or_the_other(
    offers: list[tuple[bool, bool]], expected: tuple[SoldOutSource, ...]
) -> None:
    made = [
        Offer(Money(Decimal("4.00"), "USD"), is_available, {}, SoldOutAtCounter(at_counter))
        for is_available, at_counter in offers
    ]
    assert joined(made) == expected


def hours(*periods: tuple[int, str, str], zone: str = "America/Chicago") -> OpeningHours:
    return OpeningHours(
        zone, tuple(OpenPeriod(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in periods)
    )


@pytest.mark.parametrize(
    ("periods", "at", "opens_at"),
    [
        ([(6, "06:00", "20:00")], "2026-11-22T12:00", "2026-11-22T12:00"),  # Sunday, 6:00
        ([(6, "06:01", "20:00")], "2026-11-22T12:00", "2026-11-22T12:01"),
        ([(6, "05:00", "06:00")], "2026-11-22T12:00", "2026-11-29T11:00"),
        ([(5, "22:00", "07:00")], "2026-11-22T12:00", "2026-11-22T12:00"),  # Saturday night until Sunday
        ([(5, "22:00", "05:00")], "2026-11-22T12:00", "2026-11-29T04:00"),
        ([(6, "00:00", "00:00")], "2026-11-22T12:00", "2026-11-22T12:00"),  # the whole day
        ([(6, "05:00", "05:30"), (6, "07:00", "08:00")], "2026-11-22T12:00", "2026-11-22T13:00"),
        ([(6, "06:00", "20:00")], "2026-07-05T11:00", "2026-07-05T11:00"),  # summer time
    ],
)
def test_hours_are_in_the_time_of_the_location(periods: list[tuple[int, str, str]], at: str, opens_at: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert next_opening(hours(*periods), now) == datetime.fromisoformat(opens_at).replace(tzinfo=UTC)


def test_a_place_without_periods_never_opens() -> None:
    assert next_opening(hours(), NOW) is None


def location(**changes: Any) -> dict[str, Any]:
    period = {"day_of_week": "MON", "start_local_time": "8:30:00", "end_local_time": "24:00:00"}
    return {"id": "L1", "timezone": "America/Chicago", "business_hours": {"periods": [period]}, **changes}


def test_squares_hours_are_read() -> None:
    assert read_hours(location()) == ("L1", hours((0, "08:30", "00:00")))


@pytest.mark.parametrize(
    "changes",
    [
        {"timezone": None},
        {"timezone": "Mars/Base"},
        {"business_hours": None},
        {"business_hours": {"periods": []}},
        {"business_hours": {"periods": [{"day_of_week": "XXX", "start_local_time": "8:00", "end_local_time": "9:00"}]}},
        {"business_hours": {"periods": [{"day_of_week": "MON", "start_local_time": "late", "end_local_time": "9:00"}]}},
    ],
)
def test_hours_that_cannot_be_read_are_unknown(changes: dict[str, Any]) -> None:
    assert read_hours(location(**changes)) is None


def test_squares_catalogue_is_read_and_what_is_unreadable_is_left_out() -> None:
    overrides = [
        {"location_id": "L1", "sold_out": True, "sold_out_valid_until": "2026-11-22T18:00:00Z"},
        {"location_id": "L2", "sold_out": True, "sold_out_valid_until": "soon"},
        {"location_id": "L3", "sold_out": False},
        {"sold_out": True},
        7,
    ]
    latte = {
        "type": "ITEM",
        "id": "I",
        "item_data": {
            "name": "Latte",
            "variations": [
                {"id": "V", "item_variation_data": {"name": "12 oz", "sku": "S", "location_overrides": overrides}},
                {"item_variation_data": {"name": "no id"}},
            ],
            "modifier_list_info": [
                {"modifier_list_id": "M"},
                {"modifier_list_id": "off", "enabled": False},
            ],
        },
    }
    archived = {"type": "ITEM", "id": "A", "item_data": {"name": "Old", "is_archived": True}}
    ends_at = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

    assert read_catalogue([latte, archived, {"type": "TAX"}, None]).items == (
        CounterItem(
            "Latte",
            (CounterVariation("V", "12 oz", "S", SoldOutAt({"L1": ends_at, "L2": None})),),
            frozenset({"M"}),
        ),
    )
    with pytest.raises(ValueError, match="no list"):
        read_catalogue([{"type": "ITEM", "item_data": {"name": "x", "variations": {}}}])
