"""Sends alerts to people: by chat, mail or push, whatever the package `apprise` reaches."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SEND_S = 20.0


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """To how many addresses a message went, and how many did not take it."""

    delivered: int
    failed: int


class AlertChannel(Protocol):
    """Where alerts go."""

    async def send(self, title: str, text: str) -> AlertDelivery:
        """Sends a message to all addresses. Never raises."""
        ...


class AlertAddressUnusable(Exception):
    """An address that apprise does not understand, or apprise is not installed. The message shows no address."""


class AppriseChannel:
    """The addresses of ALERT_URLS, which contain secrets. Each is sent to on its own, within `SEND_S`.

    apprise is imported here, so that only gateways with alerts need it.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        try:
            from apprise import Apprise
        except ImportError:
            raise AlertAddressUnusable("the package apprise is missing: install `kynda-gateway[alerts]`") from None
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its messages may show an address
        self._targets: list[Any] = []
        for number, url in enumerate(urls, start=1):
            target = Apprise()
            if not target.add(url):
                raise AlertAddressUnusable(f"address {number} is not one that apprise understands: see its list")
            self._targets.append(target)

    async def send(self, title: str, text: str) -> AlertDelivery:
        """Sends a message to all addresses. Never raises."""
        taken = await asyncio.gather(*(self._sent(each, title, text) for each in self._targets))
        return AlertDelivery(sum(taken), len(taken) - sum(taken))

    async def _sent(self, target: Any, title: str, text: str) -> bool:
        try:
            async with asyncio.timeout(SEND_S):
                return bool(await target.async_notify(title=title, body=text))
        except Exception:  # noqa: BLE001 a plugin may raise anything, and no alert may end the watch
            return False
