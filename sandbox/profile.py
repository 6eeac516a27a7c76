"""The settings, by name, with which a gateway takes the sandbox for the real systems."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.admin.tokens import CLIENT_SECRET, PERMANENT
from sandbox.designs import design_records
from sandbox.square.locations import LOCATION_OF
from sandbox.store import SHOP_DOMAIN

API_VERSION = "2026-10"
STAFF_TOKEN = "sandbox-staff"  # noqa: S105
PRINTFUL_TOKEN = "sandbox-printful-webhook"  # noqa: S105
SQUARE_KEY = "sandbox-square-key"
WEBHOOK_SECRET = CLIENT_SECRET
COUNTER_GATEWAYS = ("Pay at the counter",)
_SQUARE_PATH = "/webhooks/square"
_LOCALHOST = ",".join(
    f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1", "[::1]")
)


def upstreams(url: str) -> dict[str, str]:
    """Where the stand-ins at `url` are, and a gateway's credentials there."""
    return {
        "SHOPIFY_STORE_DOMAIN": SHOP_DOMAIN,
        "SHOPIFY_STOREFRONT_PRIVATE_TOKEN": "sandbox-private",
        "SHOPIFY_STOREFRONT_URL": f"{url}/api/{API_VERSION}/graphql.json",
        "SHOPIFY_ADMIN_ACCESS_TOKEN": PERMANENT,
        "SHOPIFY_ADMIN_URL": f"{url}/admin/api/{API_VERSION}/graphql.json",
        "SHOPIFY_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "PRINTFUL_API_KEY": "sandbox-printful",
        "PRINTFUL_STORE_ID": "1",
        "PRINTFUL_API_URL": f"{url}/printful",
        "SQUARE_ACCESS_TOKEN": "sandbox-square",
        "SQUARE_API_URL": f"{url}/square",
    }


def choices(art_host: str) -> dict[str, str]:
    """The settings that a shop would choose, with its print files on `art_host`."""
    return {
        "PRINTFUL_WEBHOOK_TOKEN": PRINTFUL_TOKEN,
        "ACTIVE_POS_SYSTEM": "square",
        "POS_LOCATIONS": json.dumps({str(shopifys): squares for shopifys, squares in LOCATION_OF.items()}),
        "PAY_AT_COUNTER_GATEWAYS": ",".join(COUNTER_GATEWAYS),
        "ART_HOSTS": art_host,
    }


def demonstration(public_url: str) -> dict[str, str]:
    """What is set besides where the gateway at `public_url` is its own sandbox, which everybody may look into."""
    return {
        "SQUARE_WEBHOOK_SIGNATURE_KEY": SQUARE_KEY,
        "SQUARE_WEBHOOK_NOTIFICATION_URL": f"{public_url}{_SQUARE_PATH}",
        "DESIGNS_JSON": json.dumps(design_records(public_url)),
        "SHIPPING_FALLBACK_RATE": "7.95",
        "STAFF_TOKEN": STAFF_TOKEN,
        "INTROSPECTION": "true",
        "GRAPHIQL": "true",
    }


def completed(given: dict[str, Any], public_url: str, url: str) -> dict[str, Any]:
    """The settings of a gateway at `public_url` that uses the sandbox at `url`, merged with the given ones."""
    host = _art_host(public_url)
    usual = _as_given(choices(host) | demonstration(public_url))
    if given.get("square_location_id"):
        del usual["pos_locations"]
    more = {"art_hosts": host, "cors_allow_origins": _LOCALHOST}
    fixed = _as_given(upstreams(url)) | {"gateway_mode": "sandbox", "shopify_api_version": API_VERSION}
    usual["shopify_webhook_secret"] = fixed.pop("shopify_webhook_secret")
    return {**usual, **given, **fixed, **{name: _with(given.get(name), value) for name, value in more.items()}}


def environment(url: str, square: tuple[str, str] | None) -> dict[str, str]:
    """The settings of a gateway elsewhere that takes the sandbox at `url`.

    `square`: the address that Square's messages go to, and what they are signed with. Not among them: where that
    gateway listens (PUBLIC_URL), and its copy of the designs (DESIGNS_FILE).
    """
    found = upstreams(url) | choices(_art_host(url))
    if (elsewhere := square_elsewhere(square, url)) is not None:
        found["SQUARE_WEBHOOK_NOTIFICATION_URL"], found["SQUARE_WEBHOOK_SIGNATURE_KEY"] = elsewhere
    return found


def square_elsewhere(square: tuple[str, str] | None, public_url: str) -> tuple[str, str] | None:
    """The address and key of Square's messages where they go to a gateway of another address. None: nowhere."""
    return None if square is None or square[0] == f"{public_url}{_SQUARE_PATH}" else square


def _art_host(url: str) -> str:
    """The host of an address as ART_HOSTS names it: an IPv6 address without brackets."""
    parts = urlsplit(url)
    return f"{parts.hostname}" if parts.port is None else f"{parts.hostname}:{parts.port}"


def _as_given(values: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in values.items()}


def _with(given: str | Iterable[str] | None, value: str) -> str:
    """A comma-separated list, and more."""
    listed = given if isinstance(given, str) else ",".join(given or ())
    return f"{listed},{value}"
