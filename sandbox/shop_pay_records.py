"""The records of Shop Pay."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ShopPaySession:
    """`request` is the payment request as Storefront shows it, where the session was made with one."""

    token: str
    source_identifier: str
    request: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ShopPayReceipt:
    """A submission; two are the same when everything about them is."""

    token: str
    request: dict[str, Any]
    order_name: str | None
    payment_method: str | None
