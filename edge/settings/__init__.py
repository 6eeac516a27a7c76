"""The settings: the only reader of the environment and of `.env`. Each part of the gateway gets its own section."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from edge.settings.alerts import AlertSettings
from edge.settings.cache import CacheSettings
from edge.settings.cdn import CdnSettings
from edge.settings.front import FrontSettings
from edge.settings.history import HistorySettings
from edge.settings.limits import LimitSettings
from edge.settings.operations import OperationSettings
from edge.settings.printful import PrintfulSettings
from edge.settings.sharing import SharingSettings
from edge.settings.shopify import ShopifySettings
from edge.settings.square import SquareSettings
from edge.settings.tracing import TracingSettings
from edge.settings.types import cleaned, has_control_characters, secret_text
from edge.webhook_proofs import WebhookProofs
from resolvers.findings import SetUp
from resolvers.orders.events import PRINTFUL_TYPES
from resolvers.orders.plan import ForwardingRules
from resolvers.subscriptions import ALL_TOPICS, PRINTFUL_PATH, SHOPIFY_PATH

SUBJECTS = (
    FrontSettings,
    AlertSettings,
    OperationSettings,
    ShopifySettings,
    PrintfulSettings,
    SquareSettings,
    CacheSettings,
    CdnSettings,
    SharingSettings,
    HistorySettings,
    LimitSettings,
    TracingSettings,
)
_REAL_SYSTEMS = (
    "shopify_store_domain",
    "shopify_shop_name",
    "shopify_storefront_private_token",
    "shopify_storefront_public_token",
    "shopify_admin_access_token",
    "shopify_client_id",
    "shopify_client_secret",
    "printful_api_key",
    "square_access_token",
)


class SettingsError(Exception):
    """The gateway cannot start with these settings. Each line says which one is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class WebhookTargets:
    """The addresses and topics of this gateway's webhooks."""

    shopify_url: str
    shopify_topics: tuple[str, ...]
    printful_url: str
    printful_types: tuple[str, ...]
    square_url: str
    square_key: str


class GatewaySettings(
    FrontSettings,
    AlertSettings,
    OperationSettings,
    ShopifySettings,
    PrintfulSettings,
    SquareSettings,
    CacheSettings,
    CdnSettings,
    SharingSettings,
    HistorySettings,
    LimitSettings,
    TracingSettings,
    BaseSettings,
):
    """All settings, from the environment or a `.env` file."""

    model_config = SettingsConfigDict(
        frozen=True,
        allow_inf_nan=False,
        env_file=".env",
        env_file_encoding="utf-8-sig",  # editors on Windows begin a file with a byte order mark
        extra="ignore",
        env_ignore_empty=True,
        defer_build=True,  # only the class that is instantiated is built
    )

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        """Texts without what copying leaves around them; an empty text counts as not set."""
        values = {name: cleaned(value) for name, value in given.items()}
        values = {name: value for name, value in values.items() if value not in ("", None)}
        if mode_of(values) == "live":
            return values
        try:
            address = FrontSettings.model_validate(values).public_address
        except ValidationError:
            return values  # all settings are validated next, and fail with the same errors
        return cls.in_sandbox(values, address)

    @field_validator("*")
    @classmethod
    def _in_one_line(cls, value: Any) -> Any:
        """Refuses a line break or another control character in the middle of a text, of a list's or of an object's."""
        if has_control_characters(value):
            raise ValueError("it contains a line break or a control character: copy it again")
        return value

    @classmethod
    def in_sandbox(cls, given: dict[str, Any], public_address: str) -> dict[str, Any]:
        """The settings in sandbox mode, with stand-ins for the real systems."""
        return given

    @property
    def mode(self) -> str:
        """`live` if a real system is named, unless GATEWAY_MODE says otherwise."""
        return mode_of({name: getattr(self, name, None) for name in ("gateway_mode", *_REAL_SYSTEMS)})

    def problems(self) -> list[str]:
        """What prevents the gateway from starting, a sentence each."""
        return [
            *self.shopify_problems(),
            *self.printful_problems(),
            *self.square_problems(),
            *self.sharing_problems(),
            *self.history_problems(),
            *self.staff_problems(),
            *self.alert_problems(),
            *self.cdn_problems(),
            *self.tracing_problems(),
        ]

    def forwarding_rules(self) -> ForwardingRules:
        """The shop's choices about forwarding."""
        confirm, hold_minutes = self.confirmation()
        return ForwardingRules(
            confirm=confirm,
            hold_minutes=hold_minutes,
            shipping_methods={name.casefold(): theirs for name, theirs in self.printful_shipping_methods.items()},
            counter_gateways=frozenset(each.casefold() for each in self.pay_at_counter_gateways),
            sends_additions=self.printful_send_additions,
            forwards_test_orders=self.forward_test_orders,
            forwards_authorized=self.forward_authorized,
            charges=frozenset(each.casefold() for each in self.charge_lines),
        )

    def webhook_proofs(self) -> WebhookProofs:
        """How the senders of webhooks authenticate."""
        return WebhookProofs(
            shop=self.shop,
            shopify_secrets=self.webhook_secrets,
            printful_token=secret_text(self.printful_webhook_token) or "",
            square_key=secret_text(self.square_webhook_signature_key) or "",
            square_url=self.square_webhook_notification_url or "",
        )

    def webhook_targets(self) -> WebhookTargets:
        """The addresses of this gateway's webhooks."""
        proofs, address = self.webhook_proofs(), self.public_address
        return WebhookTargets(
            shopify_url=f"{address}{SHOPIFY_PATH}",
            shopify_topics=ALL_TOPICS,
            printful_url=f"{address}{PRINTFUL_PATH}/{proofs.printful_token}",
            printful_types=PRINTFUL_TYPES,
            square_url=proofs.square_url,
            square_key=proofs.square_key,
        )

    def set_up(self) -> SetUp:
        """The part of the settings that `doctor` checks."""
        proofs = self.webhook_proofs()
        return SetUp(
            mode=self.mode,
            api_version=self.shopify_api_version,
            shop=self.shop,
            printful_store_id=None if self.printful_api_key is None else self.printful_store_id,
            printful_store_connected=self.printful_store_connected,
            printful_app_allowed=self.printful_app_allowed,
            printful_webhook_token=proofs.printful_token or None,
            confirm=self.printful_confirm,
            pos_system=self.pos_system,
            square_webhook_url=proofs.square_url if proofs.square_key else None,
            counter_gateways=sorted(self.forwarding_rules().counter_gateways),
            believes_shopify=bool(self.webhook_secrets),
            staff_token=self.staff_token_text,
            named_staff_tokens=self.staff_token_texts,
            public_url=self.public_url,
            allowed_origins=self.cors_allow_origins,
            trusted_proxies=self.trusted_proxies,
            workers=self.workers,
            shares_redis=self.redis_url is not None,
            introspection=self.answers_introspection,
            graphiql=self.shows_graphiql,
        )

    def switched_off(self) -> list[str]:
        """The features that are off, and the settings that would turn them on."""
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
        if not self.staff_access().is_on:
            off.append("staff functions (STAFF_TOKEN)")
        return off


def mode_of(given: dict[str, Any]) -> str:
    """The mode that settings imply: `live` if one names a real system, unless one names the mode."""
    named = given.get("gateway_mode")
    return str(named).lower() if named else "live" if any(given.get(name) for name in _REAL_SYSTEMS) else "sandbox"


Kind = TypeVar("Kind", bound=GatewaySettings)


def read_settings(kind: type[Kind], **given: Any) -> Kind:
    """The settings; `given` overrides the environment. Raises SettingsError with a sentence for each fault."""
    try:
        settings = kind(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(kind, each) for each in error.errors())) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"The file .env cannot be read: save it as UTF-8 ({error.reason}).") from None
    except OSError as error:
        raise SettingsError(f"The file .env cannot be read: {error.strerror}.") from None
    if problems := settings.problems():
        raise SettingsError("\n".join(problems))
    return settings


def _sentence(kind: type[GatewaySettings], error: Any) -> str:
    name = str(error["loc"][0]).lower()
    field = kind.model_fields.get(name)
    message = error["msg"].removeprefix("Value error, ")
    if not message[:2].isupper():
        message = f"{message[:1].lower()}{message[1:]}"
    message = message.rstrip(".")
    if field is not None and "SecretStr" in str(field.annotation):
        return f"{name.upper()} cannot be used: {message}."
    return f"{name.upper()} is {error['input']!r}: {message}."
