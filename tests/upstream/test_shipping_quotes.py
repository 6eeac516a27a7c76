"""Shipping quotes from Printful: requested once for equal carts, by catalogue variants."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.errors import Rejected, UpstreamError
from clients.global_ids import GlobalId
from clients.http import HttpUpstream
from clients.money import Money
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.shipping import Recipient
from clients.storefront.sold import CartAddress, SoldVariant
from clients.timing import Timing
from resolvers.print_catalogue import PrintCatalogue
from resolvers.print_on_demand import CatalogVariantRef, SyncVariantRef
from resolvers.shipping import PrintedLine, QuoteSource, ShippingQuotes, printed_lines, recipient_of
from tests.goods import usd
from tests.unit.orders_given import ADDRESS, blank, order, planned

LATVIA = Recipient("LV")
FLAT = Money(Decimal("7.95"), "USD")


class Shipper:
    """Printful's rates, and its sync variants, of which 9 is of no catalogue variant. Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.status != 200:
            return httpx.Response(self.status, json={"code": self.status, "result": "No"})
        if request.url.path.startswith("/store/variants/"):
            number = int(request.url.path.rsplit("/", 1)[1])
            return _answer({"id": number, "variant_id": None if number == 9 else number * 10})
        self.asked.append(json.loads(request.content)["items"])
        return _answer([{"id": "STANDARD", "rate": "4.75", "currency": "USD"}])


def _answer(result: object) -> httpx.Response:
    return httpx.Response(200, json={"code": 200, "result": result})


@pytest.fixture
def shipper() -> Shipper:
    return Shipper()


@pytest.fixture
def quotes(shipper: Shipper) -> ShippingQuotes:
    cache = Cache(1_000_000, clock=lambda: 0.0, spawn=asyncio.create_task, stale_on=(UpstreamError,))
    http = HttpUpstream(httpx.MockTransport(shipper), "https://printful.example")
    printful = Printful(http, PrintfulAccess("secret", "1"), timing=Timing(jitter=lambda: 0.0))
    reader = PrintCatalogue(printful).reader()
    return ShippingQuotes(printful, reader, cache=cache, policy=Policies().shipping_rates)


SHIRT = PrintedLine(CatalogVariantRef(4012), 1, usd("27"))
MUG = PrintedLine(SyncVariantRef(7), 2, usd("18"))


async def test_sync_variants_are_quoted_by_their_blanks_and_equal_items_together(
    quotes: ShippingQuotes, shipper: Shipper
) -> None:
    await quotes.quote([SHIRT, MUG, SHIRT], LATVIA, currency="USD", flat_rate=None)

    assert shipper.asked == [
        [
            {"variant_id": "4012", "quantity": 2, "value": "27"},
            {"variant_id": "70", "quantity": 2, "value": "18"},
        ]
    ]


async def test_equal_carts_are_quoted_once(quotes: ShippingQuotes, shipper: Shipper) -> None:
    first = await quotes.quote([SHIRT, MUG], LATVIA, currency="USD", flat_rate=None)
    second = await quotes.quote([MUG, SHIRT], LATVIA, currency="USD", flat_rate=None)
    await quotes.quote([MUG, SHIRT], Recipient("EE"), currency="USD", flat_rate=None)

    assert first.rates == second.rates
    assert len(shipper.asked) == 2


async def test_prices_in_another_currency_are_not_passed_on_as_values(quotes: ShippingQuotes, shipper: Shipper) -> None:
    await quotes.quote([SHIRT], LATVIA, currency="EUR", flat_rate=None)

    assert shipper.asked == [[{"variant_id": "4012", "quantity": 1}]]


async def test_a_cart_without_printed_goods_makes_no_request(quotes: ShippingQuotes, shipper: Shipper) -> None:
    quote = await quotes.quote([], LATVIA, currency="USD", flat_rate=FLAT)

    assert quote.rates == ()
    assert shipper.asked == []


@pytest.mark.parametrize("status", [401, 500])
async def test_during_an_outage_of_printful_the_flat_rate_is_used(
    quotes: ShippingQuotes, shipper: Shipper, status: int
) -> None:
    shipper.status = status
    quote = await quotes.quote([SHIRT], LATVIA, currency="USD", flat_rate=FLAT)

    assert (quote.source, quote.rates[0].price, quote.age_s) == (QuoteSource.FLAT, FLAT, None)
    with pytest.raises(UpstreamError):
        await quotes.quote([SHIRT], LATVIA, currency="USD", flat_rate=None)


async def test_goods_that_printful_does_not_ship_have_no_flat_rate_either(
    quotes: ShippingQuotes, shipper: Shipper
) -> None:
    with pytest.raises(Rejected):
        await quotes.quote([PrintedLine(SyncVariantRef(9), 1, usd("1"))], LATVIA, currency="USD", flat_rate=FLAT)
    shipper.status = 400
    with pytest.raises(Rejected):
        await quotes.quote([SHIRT], LATVIA, currency="USD", flat_rate=FLAT)


def test_only_printfuls_goods_are_quoted() -> None:
    def sold(sku: str, vendor: str) -> SoldVariant:
        return SoldVariant(GlobalId("v"), sku, "M", None, usd("27"), GlobalId("p"), "Shirt", vendor, ())

    lines = [(sold("PFUL-4012", "Printful_DS"), 2), (sold("BEANS", "Kynda"), 1), (sold("PFUL-4012", "Kynda"), 1)]

    assert printed_lines(lines) == [PrintedLine(CatalogVariantRef(4012), 2, usd("27"))]


def test_an_empty_province_is_left_out() -> None:
    assert recipient_of(CartAddress(" lv ", "")).as_json() == {"country_code": "LV"}
    assert recipient_of(CartAddress("us", "tx", zip="78701")).as_json() == {
        "country_code": "US",
        "state_code": "TX",
        "zip": "78701",
    }


@pytest.mark.parametrize(
    ("country", "province", "state"),
    [
        ("JP", "JP-13", "13"),
        ("US", "US-TX", "TX"),
        ("US", "pr", "PR"),
        ("BR", "SP", "SP"),
        ("MX", "AGS", None),
        ("DE", "BE", None),
        ("PA", "PA-8", None),
        ("IE", "D", None),
    ],
)
def test_a_quote_and_an_order_name_the_same_state(country: str, province: str, state: str | None) -> None:
    in_order = replace(ADDRESS, country_code=country, province_code=province)
    draft = planned(order(blank(), shipping_address=in_order)).print.draft
    assert draft is not None
    assert draft.recipient.state_code == state
    assert recipient_of(CartAddress(country, province)).state_code == state
