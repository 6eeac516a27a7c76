"""The staff desk in a browser: at a desk, on a phone, and by keyboard alone."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import RunClient

pytestmark = [pytest.mark.node, pytest.mark.browser]
Visit = dict[str, Any]
WAYS = ("atDesk", "onPhone", "withKeys")


@pytest.fixture(scope="module")
def visit(run_client: RunClient, gateway: str, chromium: str, screenshots: Path) -> Visit:
    return run_client("staff.mjs", gateway, chromium, str(screenshots))


def test_the_desk_asks_nothing_of_any_other_origin(visit: Visit) -> None:
    assert visit["outside"] == []


def test_the_browser_reports_no_error(visit: Visit) -> None:
    missing = [each for each in visit["complaints"] if "/staff/orders/1)" not in each]  # a missing page, on purpose
    assert missing == []


def test_no_page_is_wider_than_its_window(visit: Visit) -> None:
    assert visit["tooWide"] == []


def test_axe_finds_nothing_serious_on_any_page(visit: Visit) -> None:
    assert visit["found"] == []


@pytest.mark.parametrize("way", WAYS)
def test_the_refused_order_says_why_and_what_to_do(visit: Visit, way: str) -> None:
    assert "the ZIP code is missing" in visit[way]["reason"]
    assert "press Try again" in visit[way]["advice"]
    assert visit[way]["title"].startswith("(")


@pytest.mark.parametrize("way", WAYS)
def test_once_mended_it_is_forwarded_and_confirmed(visit: Visit, way: str) -> None:
    assert "Tried again. Printful: forwarded" in visit[way]["forwarded"]
    assert visit[way]["cost"].startswith("Printful charges the shop ")
    assert visit[way]["confirmed"].startswith("Confirmed.")


@pytest.mark.parametrize("way", WAYS)
def test_its_parcel_is_seen(visit: Visit, way: str) -> None:
    assert visit[way]["parcel"] == visit[way]["number"]
    assert "fulfilled" in visit[way]["status"]
    assert "staff" in visit[way]["attempts"]


def test_the_counts_change_while_the_page_is_open(visit: Visit) -> None:
    assert visit["live"]["before"] != visit["live"]["after"]
    assert "Show it" in visit["live"]["note"]


def test_after_signing_out_the_desk_asks_for_the_token(visit: Visit) -> None:
    assert "/staff/sign-in?to=/staff/orders/" in visit["afterwards"]
