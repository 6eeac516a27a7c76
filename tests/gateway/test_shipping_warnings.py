"""Orders with faster shipping than standard warn staff, and are not delayed."""

from decimal import Decimal
from typing import Any

import pytest

from resolvers.orders.order_marks import WARNING
from sandbox.order_records import Order
from tests.gateway.order_shop import OrderShop, order_shop
from tests.virtual_time import in_no_time

PREVIEW = "query ($id: ID!) { previewForwarding(id: $id) { printful { readiness warnings } } }"
RATES = b"query DeliveryRates"


async def warnings(shop: OrderShop, order: Order) -> str:
    gid = f"gid://shopify/Order/{order.id}"
    answer = await shop.served.ask(PREVIEW, {"id": gid}, staff=True)
    return " ".join(answer["data"]["previewForwarding"]["printful"]["warnings"])


def rates_read(shop: OrderShop) -> int:
    return sum(RATES in each.body for each in shop.sandbox.faults.log)


async def sold(shop: OrderShop, title: str, price: str) -> Order:
    return await shop.placed(shipping=(title, title.casefold(), Decimal(price)))


@in_no_time
async def test_a_rate_above_the_shops_cheapest_puts_a_warning_on_the_order() -> None:
    async with order_shop() as shop:
        order = await sold(shop, "Insured parcel", "19.00")
        found = await warnings(shop, order)
        assert 'The buyer paid 19.00 USD for "Insured parcel", more than the shop\'s cheapest rate "Standard"' in found
        assert shop.print_order.shipping == "STANDARD"
        assert WARNING in order.tags
        answer = await shop.served.ask("{ failedForwards { name } }", staff=True)
        assert {"name": order.name} in answer["data"]["failedForwards"]


@in_no_time
@pytest.mark.parametrize(("title", "price"), [("Insured parcel", "5.00"), ("Standard", "19.00")])
async def test_the_cheapest_rate_and_the_standard_rate_cause_no_warning(title: str, price: str) -> None:
    async with order_shop() as shop:
        order = await sold(shop, title, price)
        assert await warnings(shop, order) == ""
        assert WARNING not in order.tags


@in_no_time
async def test_a_rate_named_as_fast_is_a_warning_without_asking_for_the_shops_rates() -> None:
    async with order_shop() as shop:
        order = await sold(shop, "Expressversand", "5.00")
        assert '"Expressversand", whose name promises fast delivery' in await warnings(shop, order)
        assert rates_read(shop) == 0


@in_no_time
async def test_the_shops_rates_are_read_once_an_hour() -> None:
    async with order_shop() as shop:
        for _ in range(3):
            await sold(shop, "Insured parcel", "19.00")
        assert rates_read(shop) == 1
        await shop.later(3600)
        await sold(shop, "Insured parcel", "19.00")
        assert rates_read(shop) == 2


@in_no_time
async def test_rates_that_come_too_late_do_not_hold_the_order_back() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("admin", "timeout", match="DeliveryRates")
        await sold(shop, "Insured parcel", "19.00")
        assert shop.print_order.shipping == "STANDARD"


@in_no_time
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 503}])
async def test_without_the_shops_rates_the_order_goes_out_with_a_warning(fault: dict[str, Any]) -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("admin", "status", match="DeliveryRates", **fault)
        order = await sold(shop, "Insured parcel", "19.00")
        await shop.later(300)
        await shop.sweep()
        assert shop.print_order.shipping == "STANDARD"
        assert "the shop's cheapest rate is unknown" in await warnings(shop, order)
