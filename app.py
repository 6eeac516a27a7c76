"""The composition root: reads the settings, wires the gateway, starts it. Nothing else reads environment or argv."""

import asyncio
import gc
import json
import os
import re
import shlex
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import aiohttp
import httpx
import uvicorn
from fastapi import FastAPI
from httpx_aiohttp import AiohttpTransport
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clients.admin.client import Admin
from clients.admin.clock import ShopClock
from clients.admin.token import AccessTokens, ClientCredentials, GrantedToken, StaticToken
from clients.budget import Priority
from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.contracts import API_VERSION
from clients.errors import UpstreamError
from clients.guard import Terms
from clients.http import LentTransport
from clients.pictures import Pictures
from clients.pos.connectors import CONNECTORS, PosAccess
from clients.pos.orders import PosRoutes
from clients.printful.client import Printful, PrintfulAccess
from clients.storefront.client import Storefront, StorefrontAccess
from clients.timing import OPERATION_S, REAL, Timing
from edge import subscriptions
from edge.bodies import RequestLimits
from edge.client_address import TrustedProxies
from edge.doctor import nothing_fails, report
from edge.graphiql_page import GraphiQLPage
from edge.graphql_http import GraphQLEndpoint
from edge.health import health_routes
from edge.logs import set_up_logs
from edge.mockups import mockup_routes
from edge.reconciling import progress_bar, report_text
from edge.staff import StaffAccess
from edge.webhook_routes import WebhookProofs, webhook_routes
from resolvers.changes import Changes
from resolvers.checks import examine
from resolvers.client_limit import HourlyLimit
from resolvers.context import ORDER_LOOKUPS, Upstreams, utc_now
from resolvers.designs import DesignCatalogue, host_of, read_designs
from resolvers.findings import Finding, SetUp
from resolvers.margin import Charges
from resolvers.mockups import MockupLimits, Mockups
from resolvers.orders.events import PRINTFUL_TYPES
from resolvers.orders.plan import Confirm, ForwardingRules
from resolvers.orders.service import order_service
from resolvers.orders.sweep import Report
from resolvers.print_catalogue import PrintCatalogue
from resolvers.subscriptions import (
    ALL_TOPICS,
    PRINTFUL_PATH,
    SHOPIFY_PATH,
    SQUARE_PATH,
    Step,
    mend,
    mend_printful,
    printed_products,
)
from resolvers.webhooks import Webhooks
from sandbox.app import build_store, create_sandbox
from sandbox.clock import Clock
from sandbox.designs import design_records
from sandbox.faults import Faults
from sandbox.printful_ids import PRINT_PRODUCTS
from sandbox.square.locations import LOCATION_OF
from sandbox.store import SHOP_DOMAIN, Store
from sandbox.webhook_records import PrintfulWebhook, SquareWebhook
from sandbox.webhooks import Webhooks as SandboxWebhooks
from schema.execution.run import Runner
from schema.graph import public_graph, staff_graph

SANDBOX = "http://sandbox"
SANDBOX_FLAT_RATE = Decimal("7.95")
SANDBOX_WEBHOOK_SECRET = "sandbox-secret"  # noqa: S105
SANDBOX_STAFF_TOKEN = "sandbox-staff"  # noqa: S105
SANDBOX_PRINTFUL_TOKEN = "sandbox-printful-webhook"  # noqa: S105
SANDBOX_SQUARE_KEY = "sandbox-square-key"
SANDBOX_COUNTER_GATEWAYS = ("Pay at the counter",)
_HOLD = re.compile(r"hold:([1-9][0-9]{0,4})")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_DRAINING = 0.7  # of the time for a shutdown: for orders being forwarded, after the requests
_SHOPIFYS_PATH = re.compile(r"/api/[^/]+/graphql\.json")
ADMIN_IS_OFF = "Admin is off: set SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, or SHOPIFY_ADMIN_ACCESS_TOKEN."
LOCALHOST_ORIGINS = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class SettingsError(Exception):
    """The settings do not make a gateway; each line says which one and what to do."""


class Settings(BaseSettings):
    """All settings, from the environment or a `.env` file; README.md lists what each means."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    gateway_mode: Literal["sandbox", "live"] | None = None

    shopify_store_domain: str | None = Field(
        None, validation_alias=AliasChoices("shopify_store_domain", "shopify_shop_name")
    )
    shopify_api_version: str = "2026-10"
    shopify_storefront_private_token: SecretStr | None = None
    shopify_storefront_public_token: SecretStr | None = None
    shopify_admin_access_token: SecretStr | None = None
    shopify_client_id: str | None = None
    shopify_client_secret: SecretStr | None = None
    shopify_webhook_secret: SecretStr | None = None
    shopify_webhook_secret_previous: SecretStr | None = None
    shopify_storefront_url: str | None = None
    shopify_admin_url: str | None = None
    shopify_oauth_url: str | None = None

    printful_api_key: SecretStr | None = None
    printful_store_id: str | None = None
    printful_store_connected: bool = False
    printful_api_url: str = "https://api.printful.com"

    printful_webhook_token: SecretStr | None = None
    printful_confirm: str = "manual"
    printful_shipping_methods: dict[str, str] = Field(default_factory=dict)
    printful_app_allowed: bool = False
    forward_test_orders: bool = False

    active_pos_system: str | None = None
    square_access_token: SecretStr | None = None
    square_location_id: str | None = None
    square_api_url: str = "https://connect.squareup.com"
    square_record_external_payment: bool = True
    square_webhook_signature_key: SecretStr | None = None
    square_webhook_notification_url: str | None = None
    pos_locations: dict[str, str] = Field(default_factory=dict)
    pay_at_counter_gateways: CommaSeparated = ()
    sweep_minutes: float = Field(5.0, ge=0)

    shipping_fallback_rate: Decimal | None = Field(None, ge=0)
    fee_percent: Decimal = Field(Decimal("2.9"), ge=0, lt=100)
    fee_fixed: Decimal = Field(Decimal("0.30"), ge=0)
    designs_file: Path | None = None
    art_hosts: CommaSeparated = ()

    public_url: str | None = None
    trusted_proxies: CommaSeparated = ()
    cors_allow_origins: CommaSeparated = ()
    staff_token: SecretStr | None = None
    introspection: bool | None = None
    graphiql: bool | None = None
    exact_stock_public: bool = False
    cafe_menu_handle: str = "cafe-menu"

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)

    limit_body_bytes: int = Field(256_000, ge=1)
    limit_document_tokens: int = Field(5_000, ge=1)
    limit_document_selections: int = Field(5_000, ge=1)
    limit_answer_fields: int = Field(50_000, ge=1)
    limit_plan_bytes: int = Field(64_000_000, ge=0)
    limit_low_stock_units: int = Field(5, ge=0)
    limit_mockups: int = Field(20, ge=1)
    limit_order_lookups: int = Field(ORDER_LOOKUPS, ge=1)
    limit_mockup_bytes: int = Field(64_000_000, ge=1_000_000)
    cache_max_bytes: int = Field(64_000_000, ge=0)
    cache_seconds: dict[str, float] = Field(default_factory=dict)
    limit_webhook_bytes: int = Field(2_000_000, ge=1)
    deadline_body_s: float = Field(10.0, gt=0)
    deadline_webhook_s: float = Field(4.0, gt=0)
    deadline_operation_s: float = Field(OPERATION_S, gt=0)
    deadline_storefront_s: float = Field(8.0, gt=0)
    deadline_admin_s: float = Field(4.0, gt=0)
    deadline_printful_s: float = Field(4.0, gt=0)
    deadline_square_s: float = Field(4.0, gt=0)
    deadline_webhook_answer_s: float = Field(4.0, gt=0, lt=5)
    deadline_shutdown_s: float = Field(9.0, ge=3, le=300)

    @property
    def mode(self) -> str:
        """`live` as soon as a real system is named, unless GATEWAY_MODE says otherwise."""
        named = (
            self.shopify_store_domain,
            self.shopify_storefront_private_token,
            self.shopify_storefront_public_token,
            self.shopify_admin_access_token,
            self.shopify_client_id,
            self.shopify_client_secret,
            self.printful_api_key,
            self.square_access_token,
        )
        return self.gateway_mode or ("live" if any(named) else "sandbox")

    def problems(self) -> list[str]:
        """What is missing for this mode, a sentence each; empty when the gateway can start."""
        found = []
        if self.mode == "live":
            if self.shopify_store_domain is None:
                found.append("SHOPIFY_STORE_DOMAIN is missing: set it to your shop, for example kynda.myshopify.com.")
            elif _DOMAIN.fullmatch(self.shop) is None:
                found.append(f"SHOPIFY_STORE_DOMAIN is {self.shopify_store_domain!r}, which is no domain name.")
            if self.shopify_storefront_private_token is None and self.shopify_storefront_public_token is None:
                found.append(
                    "A Storefront token is missing: set SHOPIFY_STOREFRONT_PRIVATE_TOKEN (better, for servers) or "
                    "SHOPIFY_STOREFRONT_PUBLIC_TOKEN from your shop's Headless channel."
                )
        if (self.shopify_client_id is None) != (self.shopify_client_secret is None):
            absent = "SHOPIFY_CLIENT_ID" if self.shopify_client_id is None else "SHOPIFY_CLIENT_SECRET"
            found.append(f"{absent} is missing: the client id and the client secret of your app go together.")
        if (self.printful_api_key is None) != (self.printful_store_id is None):
            absent = "PRINTFUL_API_KEY" if self.printful_api_key is None else "PRINTFUL_STORE_ID"
            found.append(f"{absent} is missing: Printful's token and the number of the store go together.")
        found += self._order_problems()
        try:
            self.designs()
        except (OSError, ValueError) as error:
            found.append(f"DESIGNS_FILE {self.designs_file} cannot be used: {error}.")
        try:
            self.policies()
        except ValueError as error:
            found.append(f"CACHE_SECONDS cannot be used: {error}.")
        try:
            TrustedProxies(self.trusted_proxies)
        except ValueError as error:
            found.append(f"TRUSTED_PROXIES takes addresses and networks with commas between them: {error}.")
        return found

    def _order_problems(self) -> list[str]:
        found = []
        if self.printful_confirm not in ("manual", "auto") and _HOLD.fullmatch(self.printful_confirm) is None:
            found.append(
                f"PRINTFUL_CONFIRM is {self.printful_confirm!r}: use manual, auto, or hold:30 for thirty minutes."
            )
        if (
            self.printful_webhook_token is not None
            and re.fullmatch(r"[A-Za-z0-9_-]{16,128}", self.printful_webhook_token.get_secret_value()) is None
        ):
            found.append("PRINTFUL_WEBHOOK_TOKEN is part of an address: use 16 to 128 of letters, digits, - and _.")
        if self.pos_system not in CONNECTORS:
            found.append(f"ACTIVE_POS_SYSTEM is {self.pos_system!r}: use one of {', '.join(CONNECTORS)}.")
        if self.mode == "live" and self.pos_system == "square":
            if self.square_access_token is None:
                found.append("SQUARE_ACCESS_TOKEN is missing: ACTIVE_POS_SYSTEM=square needs it.")
            if self.square_location_id is None and not self.pos_locations:
                found.append("SQUARE_LOCATION_ID is missing: set it, or POS_LOCATIONS for several locations.")
        if self.mode == "live" and self.square_access_token is not None and self.pos_system == "none":
            found.append("ACTIVE_POS_SYSTEM is missing: set it to square, to which SQUARE_ACCESS_TOKEN belongs.")
        if (self.square_webhook_signature_key is None) != (self.square_webhook_notification_url is None):
            is_key = self.square_webhook_signature_key is None
            absent = "SQUARE_WEBHOOK_SIGNATURE_KEY" if is_key else "SQUARE_WEBHOOK_NOTIFICATION_URL"
            found.append(f"{absent} is missing: the key and the address of Square's webhooks go together.")
        return found

    @property
    def pos_system(self) -> str:
        """The point of sale in use, a name of CONNECTORS."""
        return (self.active_pos_system or ("square" if self.mode == "sandbox" else "none")).strip().lower()

    @property
    def shop(self) -> str:
        """The shop's domain, completed where only its name is given."""
        domain = (self.shopify_store_domain or "").removeprefix("https://").strip("/ ").lower()
        return domain if "." in domain else f"{domain}.myshopify.com"

    def storefront(self) -> StorefrontAccess:
        if self.mode == "sandbox":
            return StorefrontAccess(f"{SANDBOX}/api/{API_VERSION}/graphql.json", private_token="sandbox-private")  # noqa: S106
        return StorefrontAccess(
            self.shopify_storefront_url or f"https://{self.shop}/api/{self.shopify_api_version}/graphql.json",
            private_token=_shown(self.shopify_storefront_private_token),
            public_token=_shown(self.shopify_storefront_public_token),
        )

    def admin(self, http: httpx.AsyncClient) -> tuple[str, AccessTokens] | None:
        """Admin's URL and where its tokens come from, asked for over `http`; None when it is not set up."""
        if self.mode == "sandbox":
            return f"{SANDBOX}/admin/api/{API_VERSION}/graphql.json", StaticToken("sandbox-admin")
        url = self.shopify_admin_url or f"https://{self.shop}/admin/api/{self.shopify_api_version}/graphql.json"
        if self.shopify_admin_access_token is not None:
            return url, StaticToken(self.shopify_admin_access_token.get_secret_value())
        if self.shopify_client_id is None or self.shopify_client_secret is None:
            return None
        credentials = ClientCredentials(
            self.shopify_oauth_url or f"https://{self.shop}/admin/oauth/access_token",
            self.shopify_client_id,
            self.shopify_client_secret.get_secret_value(),
        )
        return url, GrantedToken(http, credentials, clock=time.monotonic, deadline_s=self.deadline_admin_s)

    def printful(self) -> tuple[str, PrintfulAccess] | None:
        """Printful's base URL and who we are to it; None when it is not set up."""
        if self.mode == "sandbox":
            return f"{SANDBOX}/printful", PrintfulAccess("sandbox-printful", "1")
        if self.printful_api_key is None or self.printful_store_id is None:
            return None
        return self.printful_api_url, PrintfulAccess(
            self.printful_api_key.get_secret_value(),
            self.printful_store_id,
            is_platform_store=self.printful_store_connected,
        )

    def pos_routes(self) -> PosRoutes:
        """Which point of sale each Shopify location's tickets go to; empty while there is none."""
        system = self.pos_system
        if system == "none":
            return PosRoutes()
        named = self.pos_locations
        if not named and self.square_location_id is None and self.mode == "sandbox":
            named = {str(shopifys): squares for shopifys, squares in LOCATION_OF.items()}
        return PosRoutes(
            {shopifys.rsplit("/", 1)[-1]: (system, theirs) for shopifys, theirs in named.items()},
            None if self.square_location_id is None else (system, self.square_location_id),
        )

    def pos_access(self, transport: httpx.AsyncBaseTransport, timing: Timing) -> PosAccess:
        """Where the point of sale is, and who we are to it."""
        routes = self.pos_routes()
        places = [place for _, place in (*routes.by_location.values(), *([routes.default] if routes.default else []))]
        in_sandbox = self.mode == "sandbox"
        return PosAccess(
            transport,
            f"{SANDBOX}/square" if in_sandbox else self.square_api_url,
            token="sandbox-square" if in_sandbox else _shown(self.square_access_token) or "",
            location_ids=list(dict.fromkeys(places)),
            records_external_payment=self.square_record_external_payment,
            deadline_s=self.deadline_square_s,
            timing=timing,
        )

    def forwarding_rules(self) -> ForwardingRules:
        """The shop's choices about forwarding."""
        held = _HOLD.fullmatch(self.printful_confirm)
        gateways = self.pay_at_counter_gateways
        if not gateways and self.mode == "sandbox":
            gateways = SANDBOX_COUNTER_GATEWAYS
        return ForwardingRules(
            confirm=Confirm.HOLD if held else Confirm(self.printful_confirm),
            hold_minutes=int(held[1]) if held else 0,
            shipping_methods={name.casefold(): theirs for name, theirs in self.printful_shipping_methods.items()},
            counter_gateways=frozenset(each.casefold() for each in gateways),
            forwards_test_orders=self.forward_test_orders,
        )

    def webhook_proofs(self) -> WebhookProofs:
        """How the senders of webhooks show who they are."""
        in_sandbox = self.mode == "sandbox"
        default_url = f"{self.public_address}{SQUARE_PATH}" if in_sandbox else ""
        return WebhookProofs(
            shop=SHOP_DOMAIN if in_sandbox else self.shop,
            shopify_secrets=self.webhook_secrets,
            printful_token=_shown(self.printful_webhook_token) or (SANDBOX_PRINTFUL_TOKEN if in_sandbox else ""),
            square_key=_shown(self.square_webhook_signature_key) or (SANDBOX_SQUARE_KEY if in_sandbox else ""),
            square_url=self.square_webhook_notification_url or default_url,
        )

    def square_webhook(self) -> SquareWebhook | None:
        """Where a sandbox of its own process sends Square's messages; None: nowhere."""
        url, key = self.square_webhook_notification_url, _shown(self.square_webhook_signature_key)
        return None if url is None or key is None else SquareWebhook(url, key)

    def charges(self) -> Charges:
        """What the shop pays for payments, and for shipping while nobody can be asked. The sandbox has a flat rate."""
        flat = self.shipping_fallback_rate
        if flat is None and self.mode == "sandbox":
            flat = SANDBOX_FLAT_RATE
        return Charges(self.fee_percent, self.fee_fixed, flat)

    def designs(self) -> DesignCatalogue:
        """The designs that buyers can choose. Raises OSError or ValueError when their file is no use."""
        if self.designs_file is not None:
            designs = read_designs(self.designs_file.read_text())
            catalogue = DesignCatalogue(designs, art_hosts=self.art_hosts)
            strange = [design.id for design in designs if not catalogue.allows(design.full_image_url)]
            if strange:
                raise ValueError(f"ART_HOSTS does not name the hosts of the print files of {', '.join(strange)}")
            return catalogue
        if self.mode == "sandbox":
            designs = read_designs(json.dumps(design_records(self.public_address)))
            return DesignCatalogue(designs, art_hosts=[*self.art_hosts, host_of(self.public_address) or ""])
        return DesignCatalogue(art_hosts=self.art_hosts)

    def cache(self, timing: Timing) -> Cache | None:
        """A new cache; None when it is off."""
        if not self.cache_max_bytes:
            return None
        return Cache(self.cache_max_bytes, clock=timing.clock, spawn=asyncio.create_task, stale_on=(UpstreamError,))

    def policies(self) -> Policies:
        """How long answers are kept. Raises ValueError for a number that is none of theirs."""
        return Policies().with_numbers(self.cache_seconds)

    @property
    def shown_staff_token(self) -> str | None:
        """What staff show; None: staff functions are off."""
        return _shown(self.staff_token) or (SANDBOX_STAFF_TOKEN if self.mode == "sandbox" else None)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """What Shopify signs its webhooks with, now and until lately; none: no webhook is believed."""
        current = _shown(self.shopify_webhook_secret) or _shown(self.shopify_client_secret)
        if current is None and self.mode == "sandbox":
            current = SANDBOX_WEBHOOK_SECRET
        previous = _shown(self.shopify_webhook_secret_previous)
        return tuple(secret for secret in (current, previous) if secret)

    @property
    def public_address(self) -> str:
        """Where browsers reach this process."""
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::") else self.host  # noqa: S104
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def shows_graphiql(self) -> bool:
        return self.mode == "sandbox" if self.graphiql is None else self.graphiql

    @property
    def answers_introspection(self) -> bool:
        return self.mode == "sandbox" if self.introspection is None else self.introspection

    def set_up(self) -> SetUp:
        """What can be judged of the settings by themselves."""
        printful, proofs = self.printful(), self.webhook_proofs()
        return SetUp(
            mode=self.mode,
            api_version=API_VERSION if self.mode == "sandbox" else self.shopify_api_version,
            printful_store_id=None if printful is None else printful[1].store_id,
            printful_store_connected=self.printful_store_connected,
            printful_app_allowed=self.printful_app_allowed,
            printful_webhook_token=proofs.printful_token or None,
            confirm=self.printful_confirm,
            pos_system=self.pos_system,
            square_webhook_url=proofs.square_url if proofs.square_key else None,
            counter_gateways=sorted(self.forwarding_rules().counter_gateways),
            believes_shopify=bool(self.webhook_secrets),
            staff_token=self.shown_staff_token,
            public_url=self.public_url,
            allowed_origins=self.cors_allow_origins,
            trusted_proxies=self.trusted_proxies,
            introspection=self.answers_introspection,
            graphiql=self.shows_graphiql,
        )

    def switched_off(self) -> list[str]:
        """What live mode does without, and the settings that would turn it on."""
        off = []
        if self.shopify_admin_access_token is None and self.shopify_client_id is None:
            off.append("Shopify Admin (SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, or SHOPIFY_ADMIN_ACCESS_TOKEN)")
        if self.printful_api_key is None:
            off.append("Printful (PRINTFUL_API_KEY and PRINTFUL_STORE_ID)")
        if not self.webhook_secrets:
            off.append("Shopify's webhooks (SHOPIFY_WEBHOOK_SECRET, or SHOPIFY_CLIENT_SECRET)")
        if self.pos_system == "none":
            off.append("the point of sale (ACTIVE_POS_SYSTEM=square, SQUARE_ACCESS_TOKEN and SQUARE_LOCATION_ID)")
        if self.printful_api_key is not None and self.printful_webhook_token is None:
            off.append("Printful's webhooks (PRINTFUL_WEBHOOK_TOKEN): what it ships is found by the sweep")
        if self.pos_system == "square" and self.square_webhook_signature_key is None:
            off.append("Square's webhooks (SQUARE_WEBHOOK_SIGNATURE_KEY and SQUARE_WEBHOOK_NOTIFICATION_URL)")
        if self.staff_token is None:
            off.append("staff functions (STAFF_TOKEN)")
        return off


def _shown(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def read_settings(**given: Any) -> Settings:
    """The settings, `given` before the environment. Raises SettingsError with a sentence for each that is wrong."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError(
            "\n".join(
                f"{str(each['loc'][0]).upper()} is {each['input']!r}: {each['msg'].lower()}." for each in error.errors()
            )
        ) from None
    problems = settings.problems()
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The embedded stand-ins: what they know, how they fail, and the app that answers for them."""

    store: Store
    faults: Faults
    webhooks: SandboxWebhooks
    app: Starlette

    @classmethod
    def filled(cls, *, public_url: str, clock: Clock | None = None) -> "Sandbox":
        """The coffee shop, reached by browsers at `public_url`."""
        store, faults = build_store(clock, public_url), Faults()
        webhooks = SandboxWebhooks(store, faults)
        return cls(store, faults, webhooks, create_sandbox(store, faults, webhooks))

    def tells(self, settings: Settings) -> None:
        """Has all three senders tell a gateway of these settings."""
        proofs, address = settings.webhook_proofs(), settings.public_address
        for topic in ALL_TOPICS:
            self.store.subscribe(topic, f"{address}{SHOPIFY_PATH}")
        watched = {"stock_updated": {"product_ids": sorted(PRINT_PRODUCTS)}}
        token = proofs.printful_token
        self.store.printful_webhook = PrintfulWebhook(f"{address}{PRINTFUL_PATH}/{token}", PRINTFUL_TYPES, watched)
        self.store.square_webhook = SquareWebhook(proofs.square_url, proofs.square_key)

    def transport(self) -> httpx.ASGITransport:
        """The way to it within the process."""
        return httpx.ASGITransport(self.app, raise_app_exceptions=False)

    @asynccontextmanager
    async def telling(self, transport: httpx.AsyncBaseTransport) -> AsyncIterator[None]:
        """Within it webhooks are sent, over `transport`."""
        async with httpx.AsyncClient(transport=transport) as http:
            task = asyncio.create_task(self.webhooks.run(http))
            try:
                yield
            finally:
                await _ended(task)


def internet() -> AiohttpTransport:
    """The transport to real upstreams. It keeps no cookies: one buyer's must not go along for the next.

    It bounds no number of connections: each client has turns, and one upstream that is slow must not hold up others.
    """
    tls = httpx.create_ssl_context()

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls, limit=0), cookie_jar=aiohttp.DummyCookieJar()
        )

    return AiohttpTransport(verify=tls, client=session)


@asynccontextmanager
async def connected(
    settings: Settings,
    transport: httpx.AsyncBaseTransport,
    timing: Timing = REAL,
    now: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Upstreams]:
    """The upstreams that the settings turn on, over one transport; nothing is asked of them yet."""

    def client(base_url: str = "") -> httpx.AsyncClient:
        # Deadlines are our clients' own, one for a whole call; httpx's would start anew with every chunk.
        return httpx.AsyncClient(base_url=base_url, transport=LentTransport(transport), timeout=None)  # noqa: S113

    shop_clock = ShopClock(now)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client())
        admin = catalogue = None
        if (access := settings.admin(http)) is not None:
            url, tokens = access
            client_of_admin = Admin(
                url, tokens, transport, deadline_s=settings.deadline_admin_s, timing=timing, clock=shop_clock
            )
            admin = await stack.enter_async_context(client_of_admin)
        if (print_access := settings.printful()) is not None:
            printful_url, account = print_access
            printful_http = await stack.enter_async_context(client(printful_url))
            printful = Printful(printful_http, account, deadline_s=settings.deadline_printful_s, timing=timing)
            catalogue = PrintCatalogue(printful, policy=settings.policies().print_catalog)
        storefront = Storefront(
            transport, settings.storefront(), deadline_s=settings.deadline_storefront_s, timing=timing
        )
        mockups = Mockups(
            settings.designs(),
            Pictures(http),
            None if catalogue is None else catalogue.printful,
            limits=MockupLimits(per_client=settings.limit_mockups, picture_bytes=settings.limit_mockup_bytes),
            timing=timing,
        )
        stack.push_async_callback(mockups.close)
        changes = None
        if (cache := settings.cache(timing)) is not None:
            changes = Changes(cache, settings.policies(), storefront, timing)
            stack.push_async_callback(_ended, asyncio.create_task(changes.watch()))
        orders = None
        if admin is not None:
            system = settings.pos_system
            connectors = (
                {} if system == "none" else {system: CONNECTORS[system](settings.pos_access(transport, timing))}
            )
            orders = order_service(
                admin,
                None if catalogue is None else catalogue.printful,
                connectors,
                routes=settings.pos_routes(),
                designs=settings.designs(),
                rules=settings.forwarding_rules(),
                app_allowed=settings.printful_app_allowed,
                answer_s=settings.deadline_webhook_answer_s,
                now=shop_clock.now,
                timing=timing,
            )
            stack.push_async_callback(orders.desk.close, settings.deadline_shutdown_s * _DRAINING)
        yield Upstreams(
            mode=settings.mode,
            storefront=storefront,
            admin=admin,
            print_catalogue=catalogue,
            designs=settings.designs(),
            charges=settings.charges(),
            mockups=mockups,
            public_url=settings.public_address,
            exact_stock_is_public=settings.exact_stock_public,
            low_stock_units=settings.limit_low_stock_units,
            cafe_menu_handle=settings.cafe_menu_handle,
            cache=cache,
            changes=changes,
            orders=orders,
            order_lookups=HourlyLimit(settings.limit_order_lookups, clock=timing.clock),
            webhooks=Webhooks(changes, clock=timing.clock, now=now),
            policies=settings.policies(),
            operation_s=settings.deadline_operation_s,
            timing=timing,
            now=now,
        )


@asynccontextmanager
async def sweeping(settings: Settings, upstreams: Upstreams) -> AsyncIterator[None]:
    """Within it the sweep runs from time to time, where orders are on."""
    if upstreams.orders is None or not settings.sweep_minutes:
        yield
        return

    async def tidy() -> None:
        await resubscribed(settings, upstreams)

    task = asyncio.create_task(upstreams.orders.keep_sweeping(settings.sweep_minutes * 60, upstreams.timing, tidy=tidy))
    try:
        yield
    finally:
        await _ended(task)


async def resubscribed(settings: Settings, upstreams: Upstreams) -> None:
    """Subscriptions that Shopify deleted are made again, where it is known where to. Raises UpstreamError."""
    if settings.mode == "live" and settings.public_url is not None and upstreams.admin is not None:
        await mend(upstreams.admin, settings.public_url, terms=Terms(Priority.SWEEPS))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class Gateway(FastAPI):
    """FastAPI with the graph in front of it: its middleware and routing would take longer than a cached answer."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.front(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
) -> Gateway:
    """The gateway. In sandbox mode the upstreams are `sandbox` (by default a newly filled one), else on `transport`.

    The upstreams are connected while the app's lifespan runs.
    """
    in_sandbox = settings.mode == "sandbox"
    if in_sandbox and sandbox is None:
        sandbox = Sandbox.filled(public_url=settings.public_address)
    connection: list[Upstreams] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if sandbox is not None and transport is None:
            carrier: httpx.AsyncBaseTransport = sandbox.transport()
        else:
            carrier = transport or internet()
        now = utc_now if sandbox is None else sandbox.store.clock.now
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(carrier)
            connection.append(await stack.enter_async_context(connected(settings, carrier, timing, now)))
            if sandbox is not None:
                gateway = httpx.ASGITransport(app, raise_app_exceptions=False)
                await stack.enter_async_context(sandbox.telling(gateway))
            await stack.enter_async_context(sweeping(settings, upstreams()))
            yield
            connection.clear()

    def upstreams() -> Upstreams:
        return connection[0]

    app = Gateway(title="Kynda gateway", lifespan=lifespan, openapi_url=None)
    graph, shopifys_graph = add_graph(app, settings, upstreams)
    app.include_router(health_routes(upstreams))
    app.routes.extend(mockup_routes(upstreams))
    app.include_router(
        webhook_routes(
            upstreams,
            limits=RequestLimits(settings.limit_webhook_bytes, settings.deadline_webhook_s),
            proofs=settings.webhook_proofs(),
        )
    )
    if sandbox is not None:
        sandbox.tells(settings)
        app.routes.append(Route("/sandbox", sandbox.app))
        app.routes.append(Route("/sandbox/{path:path}", sandbox.app))

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == "/graphql":
            await graph(scope, receive, send)
        elif _SHOPIFYS_PATH.fullmatch(path):
            await shopifys_graph(scope, receive, send)
        else:
            await FastAPI.__call__(app, scope, receive, send)

    app.front = CORSMiddleware(
        dispatch,
        allow_origins=settings.cors_allow_origins,
        allow_origin_regex=LOCALHOST_ORIGINS if in_sandbox else None,
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=["X-Request-ID", "X-Gateway-Mode"],
        max_age=86_400,
    )
    return app


def add_graph(
    app: FastAPI, settings: Settings, upstreams: Callable[[], Upstreams]
) -> tuple[GraphQLEndpoint, GraphQLEndpoint]:
    """The graph at our own path, and at the one that Shopify's clients build; its page and its schema are routes."""
    in_sandbox = settings.mode == "sandbox"
    page = None
    if settings.shows_graphiql:
        page = GraphiQLPage(mode=settings.mode)
        app.routes.extend(page.routes)
    runner = Runner(
        public_graph(),
        staff_graph(),
        introspection=settings.answers_introspection,
        max_tokens=settings.limit_document_tokens,
        max_selections=settings.limit_document_selections,
        max_executed=settings.limit_answer_fields,
        max_plan_bytes=settings.limit_plan_bytes,
    )

    def endpoint(page: GraphiQLPage | None = None) -> GraphQLEndpoint:
        return GraphQLEndpoint(
            runner=runner,
            upstreams=upstreams,
            limits=RequestLimits(settings.limit_body_bytes, settings.deadline_body_s),
            staff=StaffAccess(settings.shown_staff_token),
            proxies=TrustedProxies(settings.trusted_proxies),
            headers={"X-Gateway-Mode": "sandbox"} if in_sandbox else {},
            page=None if page is None else page.response,
        )

    async def schema_text(_: Request) -> PlainTextResponse:
        return PlainTextResponse(public_graph().sdl)

    async def home(_: Request) -> RedirectResponse:
        return RedirectResponse("/graphql")

    app.routes.append(Route("/schema.graphql", schema_text))
    app.routes.append(Route("/", home))
    return endpoint(page), endpoint()


class AnnouncedServer(uvicorn.Server):
    """uvicorn, saying where it listens once it does."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            # What start-up made stays for good: the collector need not look at it again and again.
            gc.collect()
            gc.freeze()
            print(self._announcement, flush=True)  # noqa: T201


def serve(app: ASGIApp, settings: Settings, announcement: str, *, tells_time: bool = True) -> None:
    """Serves until a signal ends it. Raises SettingsError when the address cannot be listened at.

    `tells_time`: answers say what time it is on this machine.
    """
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise SettingsError(
            f"HOST {settings.host} and PORT {settings.port} cannot be listened at ({os.strerror(error.errno or 0)}): "
            "set PORT to a free one, or end what uses it."
        ) from None
    # The graph itself decides which proxies it believes (TRUSTED_PROXIES); uvicorn would believe every local one.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=tells_time,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=max(1, round(settings.deadline_shutdown_s * (1 - _DRAINING))),
    )
    with suppress(KeyboardInterrupt):  # uvicorn has ended in order, and repeats the signal
        AnnouncedServer(config, announcement).run(sockets=[listener])


def serve_gateway(settings: Settings) -> None:
    """`python -m app`"""
    address = settings.public_address
    lines = [
        f"Kynda gateway, {settings.mode} mode: {address}/graphql",
        f"  GraphiQL in a browser: {address}/graphql" if settings.shows_graphiql else "  GraphiQL: off (GRAPHIQL)",
        f"  schema {address}/schema.graphql, health {address}/health",
    ]
    if settings.mode == "sandbox":
        lines.append(f"  the sandbox behind it {address}/sandbox, staff token {SANDBOX_STAFF_TOKEN}")
        lines.append(f"  pay the example cart and watch its order: {address}/sandbox/checkout/example?key=example")
    else:
        lines += [f"  off: {each}" for each in settings.switched_off()]
    serve(create_app(settings), settings, "\n".join(lines))


def sandbox_environment(settings: Settings) -> dict[str, str]:
    """The settings, by name, with which a gateway in live mode takes the sandbox of `settings` for the real systems.

    Not among them: where that gateway listens (PUBLIC_URL), and its copy of the designs (DESIGNS_FILE).
    """
    address = settings.public_address
    found = {
        "SHOPIFY_STORE_DOMAIN": SHOP_DOMAIN,
        "SHOPIFY_STOREFRONT_PRIVATE_TOKEN": "sandbox-private",
        "SHOPIFY_STOREFRONT_URL": f"{address}/api/{API_VERSION}/graphql.json",
        "SHOPIFY_ADMIN_ACCESS_TOKEN": "sandbox-admin",
        "SHOPIFY_ADMIN_URL": f"{address}/admin/api/{API_VERSION}/graphql.json",
        "SHOPIFY_WEBHOOK_SECRET": SANDBOX_WEBHOOK_SECRET,
        "PRINTFUL_API_KEY": "sandbox-printful",
        "PRINTFUL_STORE_ID": "1",
        "PRINTFUL_API_URL": f"{address}/printful",
        "PRINTFUL_WEBHOOK_TOKEN": SANDBOX_PRINTFUL_TOKEN,
        "ACTIVE_POS_SYSTEM": "square",
        "SQUARE_ACCESS_TOKEN": "sandbox-square",
        "SQUARE_API_URL": f"{address}/square",
        "POS_LOCATIONS": json.dumps({str(shopifys): squares for shopifys, squares in LOCATION_OF.items()}),
        "PAY_AT_COUNTER_GATEWAYS": ",".join(SANDBOX_COUNTER_GATEWAYS),
        "ART_HOSTS": host_of(address) or "",
    }
    told = settings.square_webhook()
    if told is not None:
        found["SQUARE_WEBHOOK_SIGNATURE_KEY"] = told.signature_key
        found["SQUARE_WEBHOOK_NOTIFICATION_URL"] = told.url
    return found


def serve_sandbox(settings: Settings) -> None:
    """`python -m app sandbox`: the stand-ins as a process of their own, for gateways in live mode."""
    address = settings.public_address
    announcement = "\n".join(
        [
            f"Kynda sandbox: {address}/sandbox",
            "  a gateway in live mode reaches it with",
            *(f"  {name}={shlex.quote(value)}" for name, value in sandbox_environment(settings).items()),
            "  PUBLIC_URL=<where the gateway listens>",
            f"  DESIGNS_FILE=<a copy of {address}/sandbox/designs.json>",
            "  and, once it runs, `python -m app webhooks` with the same settings has it told of changes. Square's",
            "  messages go to the SQUARE_WEBHOOK_NOTIFICATION_URL that the sandbox itself is started with, signed with",
            "  its SQUARE_WEBHOOK_SIGNATURE_KEY",
        ]
    )
    sandbox = Sandbox.filled(public_url=address)
    sandbox.store.square_webhook = settings.square_webhook()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with internet() as transport, sandbox.telling(transport):
            yield

    app = create_sandbox(sandbox.store, sandbox.faults, sandbox.webhooks, lifespan)
    serve(app, settings, announcement, tells_time=False)  # the stand-ins have a time of their own


async def diagnosis(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
) -> list[Finding]:
    """What is well and what is not with the set-up. The upstreams are those that `create_app` would have."""
    if settings.mode == "sandbox" and sandbox is None:
        sandbox = Sandbox.filled(public_url=settings.public_address)
    carrier = transport or (internet() if sandbox is None else sandbox.transport())
    now = utc_now if sandbox is None else sandbox.store.clock.now
    async with carrier, connected(settings, carrier, timing, now) as upstreams:
        return await examine(upstreams, settings.set_up())


def examine_set_up(settings: Settings) -> int:
    """`python -m app doctor`: what is well and what is not; 0 when nothing fails."""
    findings = asyncio.run(diagnosis(settings))
    print(f"Kynda gateway, {settings.mode} mode\n\n{report(findings)}")  # noqa: T201
    return 0 if nothing_fails(findings) else 1


def mend_webhooks(settings: Settings) -> int:
    """`python -m app webhooks`: has Shopify tell this gateway of what it needs to know; 0 when it does."""
    if settings.mode == "sandbox":
        print("In sandbox mode the stand-ins tell the gateway by themselves: nothing is to be done.")  # noqa: T201
        return 0
    if settings.public_url is None:
        raise SettingsError("PUBLIC_URL is missing: set it to the https address at which Shopify reaches this gateway.")
    try:
        found = asyncio.run(mended_webhooks(settings, settings.public_url))
    except UpstreamError as error:
        print(f"The subscriptions cannot be listed: {error}.", file=sys.stderr)  # noqa: T201
        return 1
    print(subscriptions.report(found))  # noqa: T201
    return 0 if subscriptions.all_is_well(found) else 1


async def mended_webhooks(
    settings: Settings, public_url: str, *, transport: httpx.AsyncBaseTransport | None = None, timing: Timing = REAL
) -> list[Step]:
    """What was found and done so that Shopify's webhooks come to `public_url`. Raises SettingsError, UpstreamError."""
    carrier = transport or internet()
    async with carrier, connected(settings, carrier, timing) as upstreams:
        if upstreams.admin is None:
            raise SettingsError(ADMIN_IS_OFF)
        found = await mend(upstreams.admin, public_url)
        token = settings.webhook_proofs().printful_token
        if upstreams.orders is not None and upstreams.orders.print_orders is not None and token:
            print_orders, catalogue = upstreams.orders.print_orders, upstreams.print_catalogue
            assert catalogue is not None
            watched = await printed_products(upstreams.admin, catalogue.printful)
            found.append(await mend_printful(print_orders, public_url, token, product_ids=watched))
        return found


async def reconciled(
    settings: Settings,
    *,
    dry_run: bool,
    sandbox: Sandbox | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """One sweep over the orders, and over the subscriptions. Raises SettingsError when Admin is off."""
    if settings.mode == "sandbox" and sandbox is None:
        sandbox = Sandbox.filled(public_url=settings.public_address)
    carrier = transport or (internet() if sandbox is None else sandbox.transport())
    now = utc_now if sandbox is None else sandbox.store.clock.now
    async with carrier, connected(settings, carrier, timing, now) as upstreams:
        if upstreams.orders is None:
            raise SettingsError(ADMIN_IS_OFF)
        failures = []
        if not dry_run:
            try:
                await resubscribed(settings, upstreams)
            except UpstreamError as error:
                failures.append(f"Shopify's subscriptions were not looked at: {error}")
        report = await upstreams.orders.sweep.run(dry_run=dry_run, progress=progress)
        report.failures += failures
        return report


def reconcile(settings: Settings, *, dry_run: bool = False) -> int:
    """`python -m app reconcile`: finds and does what webhooks lost; 0 when nothing failed or is left for later."""
    if settings.mode == "sandbox":
        print("In sandbox mode this sweeps a sandbox of its own; a running gateway sweeps its own orders.")  # noqa: T201
    report = asyncio.run(reconciled(settings, dry_run=dry_run, progress=progress_bar()))
    print(report_text(report, dry_run=dry_run))  # noqa: T201
    return 0 if report.is_clean else 1


COMMANDS: Mapping[str, Callable[[Settings], int | None]] = {
    "serve": serve_gateway,
    "sandbox": serve_sandbox,
    "doctor": examine_set_up,
    "webhooks": mend_webhooks,
    "reconcile": reconcile,
    "reconcile --dry-run": lambda settings: reconcile(settings, dry_run=True),
}


SERVING = ("serve", "sandbox")


def main(arguments: Sequence[str]) -> int:
    """Runs a command; the exit status."""
    name = " ".join(arguments) or "serve"
    if name not in COMMANDS:
        print(f"Unknown command {name!r}: use one of {', '.join(COMMANDS)}.", file=sys.stderr)  # noqa: T201
        return 2
    try:
        settings = read_settings()
        prints_a_report = name not in SERVING
        set_up_logs(
            settings.log_level, as_json=settings.mode == "live", to=sys.stderr if prints_a_report else sys.stdout
        )
        return COMMANDS[name](settings) or 0
    except SettingsError as error:
        print(f"The gateway cannot start.\n{error}", file=sys.stderr)  # noqa: T201
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
