"""Which headers travel up, what tells answers apart, and who the buyer is."""

import pytest

from clients.storefront.client import StorefrontAccess
from clients.storefront.wire import VERSION, WireRequest
from edge.client_address import TrustedProxies
from edge.wire_headers import WireHeaders, shopify_cookies

URL = "https://kynda.example/api/2026-10/graphql.json"


def wire(**tokens: str) -> WireHeaders:
    return WireHeaders(StorefrontAccess(URL, **tokens), TrustedProxies(["10.0.0.0/8"]))


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        ([], ""),
        (["session=1"], ""),
        (["_shopify_y=a"], "_shopify_y=a"),
        (
            ["session=1; _shopify_essential=:x=:; cart=2", "_tracking_consent=%7B%7D"],
            "_shopify_essential=:x=:; _tracking_consent=%7B%7D",
        ),
        (["my_shopify_y=1; _shopify=2; _cmp_a=3;_shopify_s=4"], "_cmp_a=3; _shopify_s=4"),
    ],
)
def test_only_cookies_with_shopifys_names_go_up(lines: list[str], sent: str) -> None:
    assert shopify_cookies(lines) == sent


def test_visitor_headers_are_left_out_of_shared_requests() -> None:
    lines = [(b"cookie", b"_shopify_y=a"), (b"x-shopify-visittoken", b"v"), (b"user-agent", b"Browser")]
    request = wire(private_token="private").request("unstable", dict(lines), lines)

    assert request.personal == (("x-shopify-visittoken", "v"), ("cookie", "_shopify_y=a"))
    assert request.impersonal() == WireRequest("unstable", (("user-agent", "Browser"),), (), request.cache_key)
    assert "_shopify_y" not in repr(request)


@pytest.mark.parametrize(
    ("tokens", "shown", "counts"),
    [
        ({"private_token": "private"}, b"other", None),
        ({"public_token": "public"}, b"public", None),
        ({"public_token": "public"}, b"other", "other"),
        ({}, b"other", "other"),
        ({}, b"", None),
    ],
)
def test_a_callers_public_token_counts_where_no_private_one_is_set(
    tokens: dict[str, str], shown: bytes, counts: str | None
) -> None:
    assert wire(**tokens).foreign_token({b"x-shopify-storefront-access-token": shown}) == counts


@pytest.mark.parametrize("given", ["unstable", "2026-10", "2999-99"])
def test_a_version_of_shopifys_form_is_one(given: str) -> None:
    assert VERSION.fullmatch(given)


@pytest.mark.parametrize("given", ["", "2026", "1999-01", "2026-1", "2026-10/../x", "Unstable"])
def test_anything_else_is_no_version(given: str) -> None:
    assert VERSION.fullmatch(given) is None
