"""Shopify's unchanged React library gets its visitor cookies through the gateway, in a browser."""

from typing import Any

import pytest

from tests.e2e.conftest import RunClient

pytestmark = [pytest.mark.node, pytest.mark.browser]
Visit = dict[str, Any]


@pytest.fixture(scope="module")
def report(run_client: RunClient, gateway: str, chromium: str) -> dict[str, Any]:
    return run_client("cookies.mjs", gateway, chromium)


@pytest.fixture(scope="module")
def visits(report: dict[str, Any]) -> list[Visit]:
    """Two visits to a shop that requires no consent."""
    return _visits(report["allowed"])


@pytest.fixture(scope="module")
def unasked(report: dict[str, Any]) -> list[Visit]:
    """Two visits to a shop that requires consent, which the visitor has not given."""
    return _visits(report["unasked"])


def _visits(visitor: dict[str, Any]) -> list[Visit]:
    assert visitor["complaints"] == []
    assert visitor["outside"] == []
    found: list[Visit] = visitor["visits"]
    return found


def _http_only(visit: Visit) -> set[str]:
    return {each["name"] for each in visit["cookies"] if each["httpOnly"]}


def test_the_browser_has_shopifys_cookies(visits: list[Visit]) -> None:
    assert _http_only(visits[0]) == {"_shopify_essential", "_shopify_analytics", "_shopify_marketing"}


def test_the_library_reads_real_tokens(visits: list[Visit]) -> None:
    tracking = visits[0]["tracking"]

    assert f'_y;desc="{tracking["uniqueToken"]}", _s;desc="{tracking["visitToken"]}"' in visits[0]["serverTiming"]
    assert not tracking["uniqueToken"].startswith("00000000-")


def test_a_visitor_who_returns_is_the_same(visits: list[Visit]) -> None:
    assert visits[1]["tracking"] == visits[0]["tracking"]


def test_without_consent_only_the_essential_cookie_is_set(unasked: list[Visit]) -> None:
    assert [_http_only(each) for each in unasked] == [{"_shopify_essential"}] * 2


def test_without_consent_the_library_reads_placeholders(unasked: list[Visit]) -> None:
    for visit in unasked:
        tracking = visit["tracking"]
        assert {tracking[name][:9] for name in ("uniqueToken", "visitToken")} == {"00000000-"}
        assert f'_y;desc="{tracking["uniqueToken"]}", _s;desc="{tracking["visitToken"]}"' in visit["serverTiming"]
