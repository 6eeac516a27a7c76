"""Admin's stand-in: searches for orders and variants."""

import pytest

from clients.admin.order_operations import (
    ORDER_LIST,
    VARIANTS_BY_SKU,
)
from sandbox.fulfilling import fulfill
from sandbox.order_life import assess, cancel, place_order
from sandbox.order_making import Bought
from sandbox.store import Store
from tests.goods import variant
from tests.unit.conftest import AskAdmin

# Searching


def found(ask_admin: AskAdmin, query: str) -> list[str]:
    return [each["name"] for each in ask_admin(ORDER_LIST, query=query, first=50)["orders"]["nodes"]]


@pytest.fixture
def several(store: Store) -> None:
    """#1005 to #1009, a minute apart: plain, unpaid, cancelled, partly and wholly handed over."""
    latte = variant(store, "latte")
    for tags in (["new", "two words"], [], [], [], []):
        store.clock.advance(60)
        place_order(store, [Bought(latte, 2)], paid=bool(tags) or len(store.orders) != 5, tags=tags, method="PICK_UP")
    by_name = {order.name: order for order in store.orders.values()}
    cancel(store, by_name["#1007"])
    for name, count in (("#1008", 1), ("#1009", 2)):
        part = by_name[name].fulfillment_orders[0]
        fulfill(store, {part: {part.lines[0]: count}})


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('name:"#1005"', ["#1005"]),
        ("name:1006", ["#1006"]),
        ("tag:new", ["#1005"]),
        ('tag:"two words"', ["#1005"]),
        ("tag_not:new AND name:100*", ["#1004", "#1003", "#1006", "#1007", "#1008", "#1009"]),
        ("NOT tag:new name:1005", []),
        ("financial_status:pending", ["#1006"]),
        ("status:cancelled email:dana@example.com", ["#1007"]),
        ("status:closed", ["#1009"]),
        ("status:open AND financial_status:paid AND fulfillment_status:unfulfilled", ["#1005"]),
        ("status:open AND fulfillment_status:partial", ["#1008"]),
        ("(tag:new OR financial_status:pending) AND -name:1005", ["#1006"]),
        ("updated_at:>='2026-11-22T12:02:00Z' AND updated_at:<'2026-11-22T12:05:00Z'", ["#1006"]),
        ('created_at:>"2026-11-22T12:03:00Z"', ["#1008", "#1009"]),
    ],
)
def test_orders_are_searched(ask_admin: AskAdmin, query: str, names: list[str]) -> None:
    assert [name for name in found(ask_admin, query) if name != "#1002"] == names


@pytest.mark.parametrize("query", ["colour:red", "NOT shade:1", "a OR (tag:x AND nonsense:1)"])
def test_a_search_by_an_unsupported_field_is_an_error(admin_answer: AskAdmin, query: str) -> None:
    assert "does not search orders by" in admin_answer(ORDER_LIST, query=query, first=1)["errors"][0]["message"]


def test_a_time_without_quotes_is_an_error(admin_answer: AskAdmin) -> None:
    got = admin_answer(ORDER_LIST, query="updated_at:>2026-11-22T12:00:00Z", first=1)
    assert "quotes" in got["errors"][0]["message"]


@pytest.mark.usefixtures("several")
def test_a_page_goes_on_where_the_last_ended_though_orders_moved_meanwhile(ask_admin: AskAdmin, store: Store) -> None:
    query = "name:1005 OR name:1006 OR name:1008"
    first = ask_admin(ORDER_LIST, query=query, first=1)["orders"]
    store.clock.advance(60)
    moved = next(order for order in store.orders.values() if order.number == 1005)
    assess(store, moved, "MEDIUM")
    rest = ask_admin(ORDER_LIST, query=query, first=5, after=first["pageInfo"]["endCursor"])["orders"]
    assert [each["name"] for each in (*first["nodes"], *rest["nodes"])] == ["#1005", "#1006", "#1008", "#1005"]


@pytest.mark.usefixtures("several")
def test_orders_may_be_listed_backwards(ask_admin: AskAdmin) -> None:
    query = "query ($after: String) { orders(first: 2, after: $after, reverse: true) { nodes { name } pageInfo { endCursor } } }"  # noqa: E501
    first = ask_admin(query)["orders"]
    rest = ask_admin(query, after=first["pageInfo"]["endCursor"])["orders"]
    assert [each["name"] for each in (*first["nodes"], *rest["nodes"])] == ["#1009", "#1008", "#1007", "#1006"]


def test_an_unknown_cursor_is_a_bad_request(admin_answer: AskAdmin) -> None:
    got = admin_answer(ORDER_LIST, query="", first=1, after="nowhere")
    assert got["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_variants_are_found_by_the_words_of_their_sku(ask_admin: AskAdmin, store: Store) -> None:
    mug, latte = variant(store, "ceramic-mug"), variant(store, "latte")
    got = ask_admin(VARIANTS_BY_SKU, query=f'sku:"{mug.sku}" OR sku:"{latte.sku}"')["productVariants"]["nodes"]
    assert {each["sku"] for each in got} == {mug.sku, latte.sku}
    assert got[0]["product"]["vendor"] == latte.product.vendor
