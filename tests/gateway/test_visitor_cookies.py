"""Shopify's visitor cookies and consent, through the gateway from the sandbox."""

import re
from collections.abc import Mapping

import httpx
import pytest

from tests.serving import Served

ENSURE = (
    "query ensureCookies { consentManagement { cookies(visitorConsent:{%s}) { trackingConsentCookie cookieDomain "
    "shopifyUnique shopifyVisit } } }"
)
UNSTABLE = "/api/unstable/graphql.json"
TOKENS = {"X-Shopify-UniqueToken": "5a1e0c7a-0000-4000-8000-00000000000a", "X-Shopify-VisitToken": "visit-token-1"}
ALL = {"_shopify_essential", "_shopify_analytics", "_shopify_marketing", "_shopify_y", "_shopify_s"}


async def ensured(gateway: Served, consent: str = "", headers: Mapping[str, str] | None = None) -> httpx.Response:
    response = await gateway.http.post(UNSTABLE, json={"query": ENSURE % consent}, headers=headers or {})
    assert response.status_code == 200
    assert "errors" not in response.json()
    return response


def cookies(response: httpx.Response) -> dict[str, str]:
    pairs = (line.partition(";")[0].partition("=") for line in response.headers.get_list("set-cookie"))
    return {name: value for name, _, value in pairs}


def timing(response: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'(\w+);desc="([^"]*)"', response.headers["server-timing"]))


async def test_a_visitor_gets_shopifys_cookies_and_tokens(gateway: Served) -> None:
    response = await ensured(gateway)

    assert cookies(response).keys() == ALL
    assert timing(response).keys() == {"_y", "_s", "_cmp"}
    assert not timing(response)["_y"].startswith("00000000-")
    assert response.headers["cache-control"] == "no-store"
    lines = response.headers.get_list("set-cookie")
    assert {"essential", "analytics", "marketing"} == {
        found[1] for line in lines if "HttpOnly" in line and (found := re.match(r"_shopify_(\w+)=", line))
    }


@pytest.mark.parametrize(
    ("consent", "missing"),
    [("analytics: false", {"_shopify_analytics"}), ("marketing: false", {"_shopify_marketing"})],
)
async def test_refused_consent_is_not_set(gateway: Served, consent: str, missing: set[str]) -> None:
    assert cookies(await ensured(gateway, consent)).keys() == ALL - missing


async def test_without_consent_the_tokens_are_placeholders(gateway: Served) -> None:
    gateway.sandbox.store.consent_required = True
    response = await ensured(gateway)

    assert cookies(response).keys() == {"_shopify_essential", "_shopify_y", "_shopify_s"}
    assert timing(response)["_y"].startswith("00000000-")
    assert response.json()["data"]["consentManagement"]["cookies"]["shopifyUnique"].startswith("00000000-")


async def test_a_known_visitor_stays_the_same(gateway: Served) -> None:
    first = await ensured(gateway, headers=TOKENS)
    again = await ensured(gateway, headers={"cookie": f"_shopify_y={cookies(first)['_shopify_y']}; cart=x"})

    assert timing(first)["_y"] == timing(again)["_y"] == TOKENS["X-Shopify-UniqueToken"]


async def test_two_visitors_are_two_visitors(gateway: Served) -> None:
    tokens = [timing(await ensured(gateway, headers={"cookie": ""}))["_y"] for _ in range(2)]

    assert len(set(tokens)) == 2


async def test_consent_is_of_the_unstable_version_alone(gateway: Served) -> None:
    response = await gateway.http.post("/api/2026-10/graphql.json", json={"query": ENSURE % ""})

    assert response.json()["errors"][0]["message"] == "Field 'consentManagement' doesn't exist on type 'QueryRoot'"
    assert "set-cookie" not in response.headers


async def test_a_catalogue_answer_for_a_known_visitor_is_not_cached_for_others(gateway: Served) -> None:
    query = {"query": '{ product(handle: "latte") { title } }'}
    known = await gateway.http.post("/graphql", json=query, headers=TOKENS)
    unknown = [await gateway.http.post("/graphql", json=query) for _ in range(2)]

    assert timing(known)["_y"] == TOKENS["X-Shopify-UniqueToken"]
    assert known.headers["cache-control"] == "no-store"
    assert all("server-timing" not in each.headers for each in unknown)
    assert gateway.requests["storefront"] == 2


async def test_the_context_extension_is_passed_on_as_shopify_sends_it(gateway: Served) -> None:
    answer = await gateway.ask("query @inContext(country: CA, language: FR) { shop { name } }")

    assert answer["extensions"] == {"context": {"country": "CA", "language": "FR"}}
