"""Access tokens of customers: create, find, renew and end."""

from datetime import timedelta

from sandbox.customer_records import Customer, CustomerAccessToken
from sandbox.store import Store

TOKEN_LIFE = timedelta(days=30)


def new_token(store: Store, customer: Customer) -> CustomerAccessToken:
    """A token for a customer, good for 30 days."""
    token = CustomerAccessToken(store.new_id(), store.new_token(), customer.id, store.clock.now() + TOKEN_LIFE)
    store.customer_tokens[token.access_token] = token
    return token


def token_by_text(store: Store, text: str) -> CustomerAccessToken | None:
    """The token with that text; None if it is unknown or expired."""
    token = store.customer_tokens.get(text)
    return token if token is not None and token.expires_at > store.clock.now() else None


def customer_by_token(store: Store, text: str | None) -> Customer | None:
    """The owner of the token; None if there is none."""
    token = token_by_text(store, text) if text else None
    return store.customers.get(token.customer_id) if token else None


def end_tokens(store: Store, customer: Customer) -> None:
    """Ends every token of a customer, as a password change does."""
    ended = [text for text, token in store.customer_tokens.items() if token.customer_id == customer.id]
    for text in ended:
        del store.customer_tokens[text]
