"""Settings of Shopify: the shop, and the gateway's credentials at Storefront, at Admin and for webhooks."""

import re
import time
from collections.abc import Iterator

import httpx
from pydantic import AliasChoices, BaseModel, Field

from clients.admin.token import AccessTokens, ClientCredentials, GrantedToken, StaticToken
from clients.storefront.client import StorefrontAccess
from edge.settings.types import Secret, Token, WebAddress, secret_text

_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class ShopifySettings(BaseModel):
    """Shopify."""

    shopify_store_domain: str | None = Field(
        None,
        validation_alias=AliasChoices("shopify_store_domain", "shopify_shop_name"),
        description=(
            "The shop: its `myshopify.com` domain, or the name alone. The older name `SHOPIFY_SHOP_NAME` works too."
        ),
        examples=["your-shop.myshopify.com"],
    )
    shopify_api_version: str = Field("2026-10", description="The version of Shopify's APIs.", pattern=r"^[0-9a-z-]+$")
    shopify_storefront_private_token: Secret | None = Field(
        None, description="The private Storefront token. Live mode needs it or the public one."
    )
    shopify_storefront_public_token: Secret | None = Field(
        None, description="The public Storefront token, used when there is no private one."
    )
    shopify_client_id: Token | None = Field(
        None,
        description="The client id of an app of the shop's organisation, for access to Admin with the client secret.",
    )
    shopify_client_secret: Secret | None = Field(None, description="The client secret of that app.")
    shopify_admin_access_token: Secret | None = Field(
        None, description="A permanent Admin token, instead of client id and secret."
    )
    shopify_webhook_secret: Secret | None = Field(
        None, description="The secret that Shopify signs its webhooks with. Unset: the client secret."
    )
    shopify_webhook_secret_previous: Secret | None = Field(
        None, description="The webhook secret before a rotation; it is accepted as long as it is set."
    )
    shopify_storefront_url: WebAddress | None = Field(
        None, description="Another address of Storefront: a proxy, a recorder or a stand-in."
    )
    shopify_admin_url: WebAddress | None = Field(None, description="Another address of Admin.")
    shopify_oauth_url: WebAddress | None = Field(None, description="Another address of Admin's token grant.")

    @property
    def shop(self) -> str:
        """The shop's domain, completed if only its name is given."""
        domain = re.sub(r"^https?://", "", (self.shopify_store_domain or "").lower()).strip("/ ")
        return domain if "." in domain else f"{domain}.myshopify.com"

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The current and the previous secret of Shopify's webhooks. Empty: no webhook is accepted."""
        current = secret_text(self.shopify_webhook_secret) or secret_text(self.shopify_client_secret)
        return tuple(secret for secret in (current, secret_text(self.shopify_webhook_secret_previous)) if secret)

    def storefront(self) -> StorefrontAccess:
        """Storefront's address and the gateway's token for it."""
        return StorefrontAccess(
            self.shopify_storefront_url or f"https://{self.shop}/api/{self.shopify_api_version}/graphql.json",
            private_token=secret_text(self.shopify_storefront_private_token),
            public_token=secret_text(self.shopify_storefront_public_token),
        )

    def admin(self, http: httpx.AsyncClient, *, deadline_s: float) -> tuple[str, AccessTokens] | None:
        """Admin's address and the source of its tokens, which are fetched over `http`. None: Admin is off."""
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
        return url, GrantedToken(http, credentials, clock=time.monotonic, deadline_s=deadline_s)

    def shopify_problems(self) -> Iterator[str]:
        """What is missing or wrong, a sentence each."""
        if self.shopify_store_domain is None:
            yield "SHOPIFY_STORE_DOMAIN is missing: set it to your shop, for example kynda.myshopify.com."
        elif _DOMAIN.fullmatch(self.shop) is None:
            yield (
                f"SHOPIFY_STORE_DOMAIN is {self.shopify_store_domain!r}, which is not a domain name: "
                "set it to your shop, for example kynda.myshopify.com."
            )
        if self.shopify_storefront_private_token is None and self.shopify_storefront_public_token is None:
            yield (
                "A Storefront token is missing: set SHOPIFY_STOREFRONT_PRIVATE_TOKEN (better, for servers) or "
                "SHOPIFY_STOREFRONT_PUBLIC_TOKEN from your shop's Headless channel."
            )
        if (self.shopify_client_id is None) != (self.shopify_client_secret is None):
            absent = "SHOPIFY_CLIENT_ID" if self.shopify_client_id is None else "SHOPIFY_CLIENT_SECRET"
            yield f"{absent} is missing: the client id and the client secret of your app go together."
