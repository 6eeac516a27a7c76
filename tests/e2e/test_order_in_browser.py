"""An order in a browser: product page, cart, payment, printing, parcel, counter, and the buyer's view."""

from pathlib import Path
from typing import Any

import pytest

from edge.graphiql_page import FOLDER
from tests.e2e.conftest import RunClient, cannot_run

pytestmark = [pytest.mark.node, pytest.mark.browser]
Visit = dict[str, Any]


@pytest.fixture(scope="module")
def visit(run_client: RunClient, gateway: str, chromium: str, screenshots: Path) -> Visit:
    if not (FOLDER / "dist" / "manifest.json").exists():
        cannot_run("GraphiQL was not built (`make install` does it where npm is there)")
    return run_client("order.mjs", gateway, chromium, str(screenshots))


def test_the_pages_ask_nothing_of_any_other_origin(visit: Visit) -> None:
    assert visit["outside"] == []


def test_the_browser_has_nothing_to_complain_of(visit: Visit) -> None:
    assert visit["complaints"] == []


def test_no_page_is_wider_than_its_window(visit: Visit) -> None:
    assert visit["tooWide"] == []


def test_the_product_page_offers_designs(visit: Visit) -> None:
    assert visit["product"] == {"title": "Your Design T-Shirt", "isCustomizable": True, "design": "Abstract Swirls"}


def test_paying_for_the_cart_makes_an_order(visit: Visit) -> None:
    assert visit["name"] in visit["thanks"]
    assert "It is paid." in visit["thanks"]


def test_printful_has_a_draft_of_the_shirt_alone(visit: Visit) -> None:
    assert "1 × Your Design T-Shirt - Black / L" in visit["draft"]["printful"]
    assert "Latte" not in visit["draft"]["printful"]


def test_the_counter_has_a_paid_ticket_for_the_drinks_alone(visit: Visit) -> None:
    ticket = visit["draft"]["counter"]
    assert f"{visit['name']} Dana" in ticket
    assert "2 × Latte" in ticket
    assert "Shirt" not in ticket
    assert "paid\nyes" in ticket


def test_the_order_page_offers_only_what_can_be_done(visit: Visit) -> None:
    assert visit["possible"] == {
        "printful": ["Confirm", "Cancel"],
        "counter": ["Accept", "Ready", "Hand over", "Cancel"],
    }


def test_the_keyboard_stays_where_the_work_goes_on(visit: Visit) -> None:
    assert visit["focused"] == "Hand over"


def test_every_message_of_the_three_systems_is_taken(visit: Visit) -> None:
    assert {message.split()[0] for message in visit["messages"]} == {"shopify", "printful", "square"}
    answered = [message for message in visit["messages"] if not message.endswith("not sent yet")]
    assert [message for message in answered if not message.endswith("→ 200")] == []


def test_the_buyer_sees_the_parcels_tracking_number(visit: Visit) -> None:
    tracking = [each["number"] for parcel in visit["tracked"]["parcels"] for each in parcel["tracking"]]
    assert tracking == [visit["trackingNumber"]]


def test_the_buyer_sees_all_systems_in_one_timeline(visit: Visit) -> None:
    kinds = [event["kind"] for event in visit["tracked"]["timeline"]]
    assert {"PLACED", "PAID", "PRINT_ORDERED", "TICKET_SENT", "PRINT_SHIPPED", "SHIPPED", "PICKED_UP"} <= set(kinds)
    assert visit["tracked"]["printful"]["status"] == "fulfilled"
    assert [ticket["status"] for ticket in visit["tracked"]["tickets"]] == ["COMPLETED"]


def test_a_payment_that_fails_orders_nothing_and_says_so(visit: Visit) -> None:
    assert "Nothing was ordered" in visit["failure"]
    assert visit["afterFailure"] == visit["before"]


def test_an_order_for_payment_at_the_counter_is_sent_unpaid(visit: Visit) -> None:
    assert len(visit["after"]) == len(visit["before"]) + 1
    assert "pos-forwarded" in visit["unpaid"]["shopify"]
    assert "Nothing there." in visit["unpaid"]["printful"]
