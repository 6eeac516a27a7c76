"""Printful's stand-in where it counts money and makes pictures, asked by our client."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from clients.errors import Rejected, Throttled
from clients.http import HttpUpstream
from clients.money import Money
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.mockups import MockupArea, TaskStatus
from clients.printful.shipping import EstimateItem, RateItem, Recipient
from clients.printful.states import STATES
from sandbox.printful.app import API_STORE, LARGE_RATES_PER_MINUTE, MOCKUPS_PER_MINUTE
from sandbox.printful.countries import STATES as SANDBOX_STATES
from sandbox.printful.shipping import rates
from sandbox.store import Store

BASE = "http://sandbox.example/printful"
IN_STORE = {"Authorization": "Bearer sandbox-test", "X-PF-Store-Id": str(API_STORE)}
TEXAS = Recipient("US", "TX", "Austin", "78701")
LATVIA = Recipient("LV")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRONT = MockupArea("front", 1800, 2400)
ART = "http://localhost:8000/sandbox/designs/design-001.png"


@pytest.fixture
async def http(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield http


@pytest.fixture
def printful(transport: httpx.ASGITransport) -> Printful:
    return Printful(HttpUpstream(transport, BASE), PrintfulAccess("sandbox-test", str(API_STORE)))


async def test_shipping_costs_more_for_more_and_for_farther_away(printful: Printful) -> None:
    async def cheapest(recipient: Recipient, quantity: int) -> Decimal:
        rates = await printful.shipping_rates(recipient, [RateItem(4016, quantity)], currency="USD")
        return rates[0].price.amount

    assert await cheapest(TEXAS, 1) == Decimal("4.75")
    assert await cheapest(TEXAS, 3) == Decimal("9.15")
    assert await cheapest(LATVIA, 1) == Decimal("9.50")


async def test_rates_come_in_the_currency_asked_for_with_days(printful: Printful) -> None:
    standard, express = await printful.shipping_rates(TEXAS, [RateItem(1320, 1, Decimal("16"))], currency="EUR")

    assert (standard.id, standard.price) == ("STANDARD", Money(Decimal("6.43"), "EUR"))
    assert (standard.min_days, standard.max_days) == (4, 7)
    assert standard.name == "Flat Rate (Estimated delivery: Nov 26–Nov 29)"
    assert express.price.amount > standard.price.amount


@pytest.mark.parametrize(
    ("recipient", "item", "said", "code"),
    [
        (Recipient(""), RateItem(4016, 1), "Country cannot be blank", None),
        (Recipient("XX"), RateItem(4016, 1), "Invalid country code", "SH-1"),
        (Recipient("US"), RateItem(4016, 1), "State code is missing", None),
        (Recipient("JP"), RateItem(4016, 1), "State code is missing", None),
        (Recipient("US", "XX"), RateItem(4016, 1), "State code is not valid", None),
        (Recipient("JP", "JP-13"), RateItem(4016, 1), "State code is not valid", None),
        (Recipient("JP", "48"), RateItem(4016, 1), "State code is not valid", None),
        (Recipient("BR", "BR-SP"), RateItem(4016, 1), "State code is not valid", None),
        (TEXAS, RateItem(1, 1), "Variant with ID: 1 does not exist", None),
        (TEXAS, RateItem(4016, 0), "quantity", None),
    ],
)
async def test_an_impossible_shipment_is_refused(
    printful: Printful, recipient: Recipient, item: RateItem, said: str, code: str | None
) -> None:
    with pytest.raises(Rejected, match=said) as refused:
        await printful.shipping_rates(recipient, [item], currency="USD")

    assert refused.value.code == code


@pytest.mark.parametrize("country", STATES)
def test_the_states_of_printfuls_own_list_are_known(country: str) -> None:
    assert {country: dict(states) for country, states in STATES.items()} == SANDBOX_STATES
    pieces = [{"variant_id": "4016", "quantity": 1}]
    for code in STATES[country]:
        asked = {"recipient": {"country_code": country, "state_code": code}, "items": pieces}
        assert rates(asked, NOON)[0]["id"] == "STANDARD"


async def test_an_estimate_is_the_sum_of_its_parts(printful: Printful) -> None:
    items = [EstimateItem(2, variant_id=4016, art_url=ART), EstimateItem(1, sync_variant_id=4752058901)]
    texan, latvian = await printful.estimate_costs(TEXAS, items), await printful.estimate_costs(LATVIA, items)

    for costs in (texan, latvian):
        assert costs.currency == "USD"
        assert costs.subtotal == Decimal("29.33")
        assert costs.total is not None
        parts = (costs.subtotal, costs.shipping, costs.tax, costs.vat)
        assert costs.total == sum((part for part in parts if part is not None), Decimal())
    assert texan.tax
    assert not texan.vat
    assert latvian.vat
    assert not latvian.tax


async def test_many_things_may_be_asked_for_five_times_a_minute(http: httpx.AsyncClient) -> None:
    sent = {"recipient": TEXAS.as_json(), "items": [RateItem(4016, 101).as_json()]}
    statuses = [
        (await http.post("/shipping/rates", json=sent, headers=IN_STORE)).status_code
        for _ in range(LARGE_RATES_PER_MINUTE + 1)
    ]

    assert statuses == [200] * LARGE_RATES_PER_MINUTE + [429]


async def test_templates_come_in_pages(printful: Printful) -> None:
    page = await printful.product_templates(1, 1)

    assert page.total == 3
    assert [(each.title, each.external_product_id) for each in page.templates] == [
        ("Anniversary mug", "anniversary-mug")
    ]
    assert page.templates[0].variant_ids == (1320, 4830)


async def test_print_files_show_the_default_placement_of_a_variant(printful: Printful) -> None:
    shirt, mug = await printful.print_files(71), await printful.print_files(19)

    assert shirt is not None
    assert shirt.area(4016) == FRONT
    assert mug is not None
    assert mug.area(1320) == MockupArea("default", 2700, 1050)
    assert mug.area(4016) is None
    assert await printful.print_files(1) is None


async def test_a_mockup_takes_its_time_and_is_gone_a_day_later(
    printful: Printful, http: httpx.AsyncClient, store: Store
) -> None:
    task = await printful.start_mockup(71, 4016, FRONT, ART)
    assert task.status is TaskStatus.PENDING
    store.clock.advance(11)
    assert await printful.mockup_task(task.key) == task
    store.clock.advance(1)
    done = await printful.mockup_task(task.key)
    assert done is not None
    assert done.status is TaskStatus.COMPLETED
    assert done.picture_url is not None
    assert (await http.get(done.picture_url)).content.startswith(b"\x89PNG")

    store.clock.advance(86_400)
    assert await printful.mockup_task(task.key) is None
    assert (await http.get(done.picture_url)).status_code == 404


async def test_art_that_is_no_picture_makes_a_failed_task(printful: Printful, store: Store) -> None:
    task = await printful.start_mockup(71, 4016, FRONT, "http://art.example/waves.svg")
    store.clock.advance(12)
    failed = await printful.mockup_task(task.key)

    assert failed is not None
    assert failed.status is TaskStatus.FAILED
    assert failed.error is not None


async def test_art_outside_its_place_is_refused(http: httpx.AsyncClient) -> None:
    position = {"area_width": 10, "area_height": 10, "width": 10, "height": 10, "top": 1, "left": 0}
    sent = {"variant_ids": [4016], "files": [{"placement": "front", "image_url": ART, "position": position}]}
    response = await http.post("/mockup-generator/create-task/71", json=sent, headers=IN_STORE)

    assert (response.status_code, response.json()["result"]) == (400, "Invalid position")


async def test_mockups_have_a_limit_of_their_own(http: httpx.AsyncClient, printful: Printful) -> None:
    sent = {"variant_ids": [4016], "files": [{"placement": "front", "image_url": ART}]}
    for _ in range(MOCKUPS_PER_MINUTE):
        assert (await http.post("/mockup-generator/create-task/71", json=sent, headers=IN_STORE)).status_code == 200
    with pytest.raises(Throttled):
        await printful.start_mockup(71, 4016, FRONT, ART)
    assert await printful.print_files(71) is not None
