"""User errors of customer mutations, and the links in the shop's mails."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sandbox.customer_records import Customer, Mail
from sandbox.store import Store

LINK_LIFE = timedelta(hours=24)


@dataclass(slots=True)
class CustomerErrors:
    """Why a customer mutation changed nothing."""

    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, code: str, message: str, *path: str) -> None:
        self.found.append({"code": code, "field": list(path) or None, "message": message})

    def add_bad_token(self) -> None:
        self.add("TOKEN_INVALID", "Customer access token is invalid or has expired", "customerAccessToken")

    def payload(self, **fields: Any) -> dict[str, Any]:
        """`fields` with the errors under both names, the current and the deprecated one."""
        return {**fields, "customerUserErrors": self.found, "userErrors": self.found}


def send_link(store: Store, customer: Customer, kind: str) -> str:
    """Sends a mail with a new link ("activate" or "reset") to the sandbox's outbox; returns the link."""
    token = store.new_token()
    if kind == "activate":
        customer.activation_token = token
    else:
        customer.reset_token, customer.reset_until = token, store.clock.now() + LINK_LIFE
    url = f"{store.public_url}/account/{kind}/{customer.id}/{token}"
    store.mails.append(Mail(customer.email, kind, url))
    return url
