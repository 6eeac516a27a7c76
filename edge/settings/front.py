"""Settings of the gateway itself: its address, who sees what, and how it runs."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from edge.client_address import TrustedProxies
from edge.settings.types import (
    BaseAddress,
    CommaSeparated,
    JsonSecrets,
    Origins,
    Secret,
    in_small_letters,
    secret_text,
)
from edge.staff.access import UNNAMED, StaffAccess
from resolvers.margin import Charges

_HERE = ("127.0.0.1", "0.0.0.0", "::", "::1", "")  # noqa: S104


def _without_brackets(host: Any) -> Any:
    return host.removeprefix("[").removesuffix("]") if isinstance(host, str) else host


def _without_spaces(host: str) -> str:
    if host.split() != [host]:
        raise ValueError("an address or a name has no space: write it like 0.0.0.0, :: or 127.0.0.1")
    return host


def _in_capitals(name: Any) -> Any:
    return name.upper() if isinstance(name, str) else name


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        TrustedProxies(values)
    except ValueError as error:
        raise ValueError(f"use addresses and networks with commas between them ({error})") from None
    return values


class FrontSettings(BaseModel):
    """The gateway itself."""

    gateway_mode: Annotated[Literal["sandbox", "live"] | None, BeforeValidator(in_small_letters)] = Field(
        None,
        description=(
            "`sandbox` or `live`. Unset: live as soon as the shop's domain or a credential of Shopify, Printful or "
            "Square is set."
        ),
    )
    public_url: BaseAddress | None = Field(
        None, description="The https address at which the gateway is reached.", examples=["https://graph.example.com"]
    )
    trusted_proxies: Annotated[CommaSeparated, AfterValidator(_networks)] = Field(
        (),
        description="The addresses and networks of proxies whose `X-Forwarded-For` is trusted, separated by commas.",
        examples=["10.0.0.0/8"],
    )
    cors_allow_origins: Origins = Field(
        (),
        description=(
            "The origins of pages that may call the gateway, separated by commas. `http://localhost:*` is any port."
        ),
        examples=["https://shop.example.com"],
    )
    staff_token: Secret | None = Field(
        None, description="Opens staff fields and the staff desk. Unset, and no `STAFF_TOKENS`: nobody is staff."
    )
    staff_tokens: JsonSecrets = Field(
        {},
        description=(
            "Staff members by name, each with a token of their own, as JSON. An order's attempts name who started them."
        ),
        examples=['{"Ada": "a-long-random-token"}'],
    )
    staff_session_secret: Secret | None = Field(
        None,
        description=(
            "Goes into the key of the staff desk's sessions, beside the tokens. A new value ends all sessions."
        ),
    )
    staff_session_hours: float = Field(
        12.0, gt=0, le=720, description="After how many hours the staff desk asks for the token again."
    )
    introspection: bool = Field(False, description="Answer introspection queries. Sandbox mode: on unless set.")
    graphiql: bool = Field(False, description="Show GraphiQL in a browser. Sandbox mode: on unless set.")
    exact_stock_public: bool = Field(False, description="Show shoppers stock in numbers.")
    cafe_menu_handle: str = Field("cafe-menu", description="The Storefront menu whose collections are the cafe menu.")
    sweep_minutes: float = Field(5.0, ge=0, description="How often the gateway looks for lost webhooks. 0: never.")
    shipping_fallback_rate: Decimal | None = Field(
        None,
        ge=0,
        le=100_000_000,
        description="The flat shipping rate while Printful does not answer, in the shop's currency. Unset: none.",
        examples=["7.95"],
    )
    fee_percent: Decimal = Field(Decimal("2.9"), ge=0, lt=100, description="What a payment costs the shop, in percent.")
    fee_fixed: Decimal = Field(
        Decimal("0.30"), ge=0, le=1_000, description="What a payment costs the shop besides, in its currency."
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_in_capitals)] = Field(
        "INFO", description="The least level to log."
    )
    host: Annotated[str, BeforeValidator(_without_brackets), AfterValidator(_without_spaces)] = Field(
        "127.0.0.1", description="The address to listen on; `::` is all of IPv6 and IPv4."
    )
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on.")
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description=(
            "A port that serves `/metrics` without the staff token. Only Prometheus should reach it. Unset: none."
        ),
        examples=["9100"],
    )

    @property
    def staff_token_text(self) -> str | None:
        """The token that staff send. None: staff functions are off."""
        return secret_text(self.staff_token)

    def staff_access(self) -> StaffAccess:
        """Who is staff."""
        return StaffAccess(self.staff_token_text, self.staff_token_texts)

    def staff_problems(self) -> list[str]:
        """What is wrong with the tokens together, a sentence each."""
        if UNNAMED in self.staff_tokens:
            return [f"STAFF_TOKENS has the name {UNNAMED!r}, which is that of STAFF_TOKEN: choose another name."]
        if self.staff_token_text in self.staff_token_texts.values():
            return ["STAFF_TOKENS repeats the token of STAFF_TOKEN: give each name a token of its own."]
        return []

    @property
    def staff_session_secret_text(self) -> str | None:
        """What goes into the key of sessions beside the tokens."""
        return secret_text(self.staff_session_secret)

    @property
    def staff_token_texts(self) -> dict[str, str]:
        """The tokens of named staff members."""
        return {name: token.get_secret_value() for name, token in self.staff_tokens.items()}

    @property
    def public_address(self) -> str:
        """Where browsers reach this process."""
        if self.public_url is not None:
            return self.public_url
        host = "localhost" if self.host in _HERE else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def shows_graphiql(self) -> bool:
        return self.graphiql

    @property
    def answers_introspection(self) -> bool:
        return self.introspection

    def charges(self) -> Charges:
        """The shop's payment fees, and its flat shipping rate for when Printful does not answer."""
        return Charges(self.fee_percent, self.fee_fixed, self.shipping_fallback_rate)
