"""Shopify's React library, unchanged, gets its visitor's cookies from Shopify through the gateway, in a browser."""

from typing import Any

import pytest

from tests.e2e.conftest import RunClient

pytestmark = [pytest.mark.node, pytest.mark.browser]
Visit = dict[str, Any]


@pytest.fixture(scope="module")
def visits(run_client: RunClient, gateway: str, chromium: str) -> list[Visit]:
    report = run_client("cookies.mjs", gateway, chromium)
    assert report["complaints"] == []
    assert report["outside"] == []
    found: list[Visit] = report["visits"]
    return found


def test_the_browser_has_shopifys_cookies(visits: list[Visit]) -> None:
    http_only = {each["name"] for each in visits[0]["cookies"] if each["httpOnly"]}

    assert http_only == {"_shopify_essential", "_shopify_analytics", "_shopify_marketing"}


def test_the_library_reads_real_tokens(visits: list[Visit]) -> None:
    tracking = visits[0]["tracking"]

    assert f'_y;desc="{tracking["uniqueToken"]}", _s;desc="{tracking["visitToken"]}"' in visits[0]["serverTiming"]
    assert not tracking["uniqueToken"].startswith("00000000-")


def test_a_visitor_who_returns_is_the_same(visits: list[Visit]) -> None:
    assert visits[1]["tracking"] == visits[0]["tracking"]
