"""Square's stand-in: searches for orders."""

from typing import Any

import httpx
import pytest

from sandbox.square.states import sell_at_counter
from sandbox.store import Store
from tests.unit.square_calls import created_order, first, found_ids


async def test_orders_are_found_by_place_source_state_and_fulfillment(square: httpx.AsyncClient, store: Store) -> None:
    here = (await created_order(square))["id"]
    there = (await created_order(square, location_id="SQEAST"))["id"]
    sold = sell_at_counter(store, "SQMAIN", {"Espresso": 300}).id

    async def having(**wanted: Any) -> set[str]:
        return set(await found_ids(square, query={"filter": wanted}))

    assert await found_ids(square, location_ids=["SQEAST"]) == [there]
    assert await having(source_filter={"source_names": ["Kynda Online"]}) == {here, there}
    assert await having(source_filter={"source_names": ["Point of Sale"]}) == {sold}
    assert await having(state_filter={"states": ["COMPLETED"]}) == {sold}
    assert await having(fulfillment_filter={"fulfillment_states": ["PROPOSED"]}) == {here, there}
    assert await having(fulfillment_filter={"fulfillment_types": ["SHIPMENT"]}) == set()


async def test_times_are_filtered_with_both_ends_included(square: httpx.AsyncClient, store: Store) -> None:
    orders = []
    for _ in range(3):
        orders.append(await created_order(square))
        store.clock.advance(60)
    limits = {"start_at": orders[1]["created_at"], "end_at": orders[2]["created_at"]}
    query = {"filter": {"date_time_filter": {"created_at": limits}}, "sort": {"sort_field": "CREATED_AT"}}
    assert await found_ids(square, query=query) == [orders[2]["id"], orders[1]["id"]]
    oldest_first = {"sort": {"sort_field": "CREATED_AT", "sort_order": "ASC"}}
    assert (await found_ids(square, query=oldest_first)) == [each["id"] for each in orders]


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ({"location_ids": None}, "MISSING_REQUIRED_PARAMETER"),
        ({"location_ids": ["SQMAIN"] * 11}, "ARRAY_LENGTH_TOO_LONG"),
        ({"limit": 1001}, "VALUE_TOO_HIGH"),
        ({"cursor": "abc"}, "INVALID_CURSOR"),
        ({"query": {"filter": {"date_time_filter": {"created_at": {}}}}}, "BAD_REQUEST"),
        (
            {
                "query": {
                    "filter": {"date_time_filter": {"updated_at": {}}},
                    "sort": {"sort_field": "CREATED_AT"},
                }
            },
            "BAD_REQUEST",
        ),
        ({"query": {"filter": {"source_filter": {"source_names": ["x"] * 11}}}}, "ARRAY_LENGTH_TOO_LONG"),
        ({"query": {"filter": {"state_filter": {"states": ["NEW"]}}}}, "INVALID_ENUM_VALUE"),
    ],
)
async def test_a_search_that_does_not_fit_is_refused(
    square: httpx.AsyncClient, search: dict[str, Any], code: str
) -> None:
    response = await square.post("/orders/search", json={"location_ids": ["SQMAIN"], **search})
    assert first(response)[:2] == (400, code)


async def test_pages_of_a_search_hold_every_order_once(square: httpx.AsyncClient) -> None:
    ids = {(await created_order(square))["id"] for _ in range(5)}
    search: dict[str, Any] = {"location_ids": ["SQMAIN"], "limit": 2, "return_entries": True}
    found = []
    while True:
        answer = (await square.post("/orders/search", json=search)).json()
        found += [each["order_id"] for each in answer["order_entries"]]
        if "cursor" not in answer:
            break
        search["cursor"] = answer["cursor"]
    assert (len(found), set(found)) == (5, ids)
