"""Idempotency keys: a repeated request with the same key gets the first result."""

from typing import Any

from sandbox.square.fields import Kind, text
from sandbox.square.refusals import Problem, Refusal, refused
from sandbox.store import Store

ORDER_KEY, PAYMENT_KEY = text(192, 1), text(45, 1)


def read_key(sent: dict[str, Any], kind: Kind, *, needed: bool) -> str | None:
    """The `idempotency_key` of a request. Raises Refusal."""
    problems: list[Problem] = []
    key = sent.get("idempotency_key")
    if key is None:
        if needed:
            raise refused("MISSING_REQUIRED_PARAMETER", "Missing required parameter.", "idempotency_key")
        return None
    found: str | None = kind(key, "idempotency_key", problems)
    if problems:
        raise Refusal(problems)
    return found


def id_created_before(store: Store, scope: str, key: str | None, sent: dict[str, Any]) -> str | None:
    """The id of the object that an equal request with the key created. Raises Refusal for another request."""
    if key is None or (scope, key) not in store.square_keys:
        return None
    body, created_id = store.square_keys[scope, key]
    if body != sent:
        why = "The idempotency key can only be retried with the same request data."
        raise refused("IDEMPOTENCY_KEY_REUSED", why, "idempotency_key")
    return created_id


def store_key(store: Store, scope: str, key: str | None, sent: dict[str, Any], created_id: str) -> None:
    """Stores the id of the object that a request with a key created."""
    if key is not None:
        store.square_keys[scope, key] = (sent, created_id)
