"""Settings of alerts: where they go, and when the morning's digest is sent."""

from datetime import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from clients.alerts import AlertAddressUnusable, AppriseChannel
from edge.settings.types import listed


class AlertSettings(BaseModel):
    """Alerts."""

    alert_urls: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(listed)] = Field(
        (),
        description=(
            "Where alerts go, as addresses of the package apprise, separated by commas: chat, mail, push. Needs the "
            "extra `alerts`. Unset: nobody is told."
        ),
        examples=["ntfy://kynda-alerts,mailto://user:password@example.com"],
    )
    alert_digest_at: time | None = Field(
        time(7), description="When the daily digest is sent, in UTC, such as `07:00`.", examples=["07:00"]
    )

    def alert_channel(self) -> AppriseChannel | None:
        """Where alerts go; None: nowhere. Raises AlertAddressUnusable."""
        urls = [each.get_secret_value() for each in self.alert_urls]
        return AppriseChannel(urls) if urls else None

    def alert_problems(self) -> list[str]:
        """What is wrong with the addresses, a sentence each; shows none of them."""
        try:
            self.alert_channel()
        except AlertAddressUnusable as problem:
            return [f"ALERT_URLS cannot be used: {problem}."]
        return []
