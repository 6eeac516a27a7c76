"""Settings of Printful: the account, its webhooks, forwarding, and designs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from clients.printful.client import PrintfulAccess
from edge.settings.types import BaseAddress, CommaSeparated, Hosts, JsonTexts, Secret, Token, secret_text
from resolvers.designs import DesignCatalogue, read_designs
from resolvers.orders.plan import Confirm

_HOLD = re.compile(r"hold:([1-9][0-9]{0,4})")


def _confirmation(text: str) -> str:
    if text not in ("manual", "auto") and _HOLD.fullmatch(text) is None:
        raise ValueError("use manual, auto, or hold:30 for thirty minutes")
    return text


class PrintfulSettings(BaseModel):
    """Printful and designs."""

    printful_api_key: Secret | None = Field(None, description="A private token of Printful.")
    printful_store_id: Token | None = Field(None, description="The number of the Printful store.")
    printful_store_connected: bool = Field(
        False, description="The Printful store was made by connecting the Shopify shop, not for Printful's API."
    )
    printful_api_url: BaseAddress = Field("https://api.printful.com", description="Another address of Printful.")
    printful_webhook_token: Secret | None = Field(
        None,
        description=(
            "The secret end of the address that Printful's webhooks go to: 16 to 128 letters, digits, `-` and `_`. "
            "Unset: they are refused, and the sweep finds what Printful ships."
        ),
    )
    printful_confirm: Annotated[str, AfterValidator(_confirmation)] = Field(
        "manual",
        description=(
            "Who confirms an order at Printful, which costs money: `manual`, `auto`, or `hold:30` for thirty "
            "minutes after it was forwarded."
        ),
    )
    printful_shipping_methods: JsonTexts = Field(
        default_factory=dict,
        description=(
            "Which of Printful's methods a Shopify rate means, by its code or title, as JSON. Others go as `STANDARD`."
        ),
        examples=['{"Express": "PRINTFUL_FAST"}'],
    )
    printful_app_allowed: bool = Field(
        False, description="Forward orders although Printful's own Shopify app is connected."
    )
    printful_send_additions: bool = Field(
        False,
        description=(
            "Print goods that are added after Printful began with an order as another order, `<order>-2`, without "
            "being asked. Otherwise staff ask for it by forwarding the order again."
        ),
    )
    forward_test_orders: bool = Field(
        False, description="Forward Shopify's test orders too. They are never confirmed automatically."
    )
    forward_authorized: bool = Field(
        False,
        description=(
            "Forward orders whose payment is authorized and not captured yet, for shops that capture at fulfillment."
        ),
    )
    charge_lines: CommaSeparated = Field(
        (),
        description=(
            "Titles, SKUs or vendors of order lines for which nobody makes anything, separated by commas. Tips, gift "
            "cards, insurances and fees are recognized without it."
        ),
        examples=["Parcel care"],
    )
    designs_file: Path | None = Field(
        None,
        description=(
            "The designs that can be printed: a file with a JSON list of `id`, `name`, `thumbnailUrl`, "
            "`fullImageUrl`, `description`, `previousUrls` (addresses that `fullImageUrl` had before: open carts and "
            "orders hold them)."
        ),
        examples=["designs.json"],
    )
    designs_json: str | None = Field(
        None, description="The same list as text, for deployments without files. `DESIGNS_FILE` goes first."
    )
    art_hosts: Hosts = Field(
        (),
        description="The hosts of print files, separated by commas.",
        examples=["art.example.com"],
    )

    def printful(self) -> tuple[str, PrintfulAccess] | None:
        """Printful's base address and the gateway's account there. None: Printful is off."""
        if self.printful_api_key is None or self.printful_store_id is None:
            return None
        return self.printful_api_url, PrintfulAccess(
            self.printful_api_key.get_secret_value(),
            self.printful_store_id,
            is_platform_store=self.printful_store_connected,
        )

    def confirmation(self) -> tuple[Confirm, int]:
        """Who confirms print orders, and after how many minutes if they are held."""
        held = _HOLD.fullmatch(self.printful_confirm)
        return (Confirm.HOLD, int(held[1])) if held else (Confirm(self.printful_confirm), 0)

    def designs(self) -> DesignCatalogue:
        """The designs that buyers can choose. Raises OSError or ValueError when they cannot be read."""
        text = self.designs_json if self.designs_file is None else self.designs_file.read_text()
        if text is None:
            return DesignCatalogue(art_hosts=self.art_hosts)
        designs = read_designs(text)
        catalogue = DesignCatalogue(designs, art_hosts=self.art_hosts)
        strange = [design.id for design in designs if not catalogue.allows(design.full_image_url)]
        if strange:
            raise ValueError(f"ART_HOSTS does not name the hosts of the print files of {', '.join(strange)}")
        return catalogue

    def printful_problems(self) -> Iterator[str]:
        """What is missing or wrong, a sentence each."""
        if (self.printful_api_key is None) != (self.printful_store_id is None):
            absent = "PRINTFUL_API_KEY" if self.printful_api_key is None else "PRINTFUL_STORE_ID"
            yield f"{absent} is missing: Printful's token and the number of the store go together."
        token = secret_text(self.printful_webhook_token)
        if token is not None and re.fullmatch(r"[A-Za-z0-9_-]{16,128}", token) is None:
            yield "PRINTFUL_WEBHOOK_TOKEN is part of an address: use 16 to 128 of letters, digits, - and _."
        try:
            self.designs()
        except (OSError, ValueError) as error:
            name = "DESIGNS_JSON" if self.designs_file is None else f"DESIGNS_FILE {self.designs_file}"
            yield f"{name} cannot be used: {error}."
