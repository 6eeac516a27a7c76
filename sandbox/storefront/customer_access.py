"""Customer authentication: access tokens, account activation, password resets, and Multipass."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from sandbox.customer_records import Customer
from sandbox.execution import Resolvers
from sandbox.storefront.customer_errors import CustomerErrors, send_link
from sandbox.storefront.customer_tokens import end_tokens, new_token, token_by_text
from sandbox.storefront.customers import DOMAIN, EMAIL, by_email, check_password
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import gid, read_gid

MULTIPASS_SECRET = "sandbox-multipass"  # noqa: S105 the sandbox's, known to all
MULTIPASS_LIFE = timedelta(minutes=15)
LINK = re.compile(r"/account/(?P<kind>activate|reset)/(?P<id>\d+)/(?P<token>[0-9a-f]+)$")


def multipass_token(claims: dict[str, Any], secret: str = MULTIPASS_SECRET) -> str:
    """A Multipass token for the sandbox: `claims` (email and created_at at least), signed.

    The real ones are encrypted as well; Python's own library cannot.
    """
    body = base64.urlsafe_b64encode(json.dumps(claims).encode())
    return f"{body.decode()}.{_signature(body, secret)}"


def _signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _claims(visit: Visit, token: str) -> dict[str, Any] | None:
    """The claims in a Multipass token; None if it is forged, expired or incomplete."""
    body, _, signature = token.partition(".")
    if not hmac.compare_digest(_signature(body.encode(), MULTIPASS_SECRET).encode(), signature.encode()):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(body))
        created_at = datetime.fromisoformat(claims["created_at"])
        fresh = abs(visit.store.clock.now() - created_at) <= MULTIPASS_LIFE
        email = claims["email"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
    return claims if fresh and EMAIL.fullmatch(email) and DOMAIN.fullmatch(email.split("@")[1]) else None


def _customer_access_token_create(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    visit: Visit = info.context
    given, errors = arguments["input"], CustomerErrors()
    customer = by_email(visit, given["email"])
    if customer is not None and customer.password is None:
        errors.add("CUSTOMER_DISABLED", "Customer is disabled", "input")
    elif customer is None or not secrets.compare_digest((customer.password or "").encode(), given["password"].encode()):
        errors.add("UNIDENTIFIED_CUSTOMER", "Unidentified customer", "input")
    else:
        return errors.payload(customerAccessToken=new_token(visit.store, customer))
    return errors.payload(customerAccessToken=None)


def _customer_access_token_create_with_multipass(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """Creates a customer whom the shop does not know yet."""
    visit: Visit = info.context
    errors, claims = CustomerErrors(), _claims(visit, arguments["multipassToken"])
    if claims is None:
        errors.add("INVALID_MULTIPASS_REQUEST", "Multipass request is invalid", "multipassToken")
        return errors.payload(customerAccessToken=None)
    customer = _known_by(visit, claims)
    if customer is None:
        now = visit.store.clock.now()
        customer = Customer(visit.store.new_id(), claims["email"], now, now, password=visit.store.new_token())
        visit.store.customers[customer.id] = customer
    customer.first_name = claims.get("first_name", customer.first_name)
    customer.last_name = claims.get("last_name", customer.last_name)
    customer.multipass_identifier = claims.get("identifier", customer.multipass_identifier)
    return errors.payload(customerAccessToken=new_token(visit.store, customer))


def _known_by(visit: Visit, claims: dict[str, Any]) -> Customer | None:
    identifier = claims.get("identifier")
    if identifier is not None:
        for customer in visit.store.customers.values():
            if customer.multipass_identifier == identifier:
                return customer
    return by_email(visit, claims["email"])


def _customer_access_token_renew(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """Replaces the token by a new one that is valid for 30 days from now."""
    store, errors = info.context.store, CustomerErrors()
    token = token_by_text(store, arguments["customerAccessToken"])
    if token is None:
        errors.add_bad_token()
        return errors.payload(customerAccessToken=None)
    del store.customer_tokens[token.access_token]
    return errors.payload(customerAccessToken=new_token(store, store.customers[token.customer_id]))


def _customer_access_token_delete(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    store, errors = info.context.store, CustomerErrors()
    token = token_by_text(store, arguments["customerAccessToken"])
    if token is None:
        errors.add_bad_token()
        return errors.payload(deletedAccessToken=None, deletedCustomerAccessTokenId=None)
    del store.customer_tokens[token.access_token]
    return errors.payload(
        deletedAccessToken=token.access_token,
        deletedCustomerAccessTokenId=gid("CustomerAccessToken", token.id),
    )


def _customer_recover(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """Mails a password reset link; an invited customer gets the invitation again."""
    visit: Visit = info.context
    errors = CustomerErrors()
    customer = by_email(visit, arguments["email"])
    if customer is None:
        errors.add("UNIDENTIFIED_CUSTOMER", "Could not find customer", "email")
    else:
        send_link(visit.store, customer, "reset" if customer.password else "activate")
    return errors.payload()


def _with_id(visit: Visit, customer_id: str) -> Customer | None:
    number = read_gid(customer_id, "Customer") or (customer_id if customer_id.isdigit() else None)
    return visit.store.customers.get(int(number)) if number and number.isdigit() else None


def _let_in(visit: Visit, customer: Customer, password: str, errors: CustomerErrors) -> dict[str, Any]:
    """Sets a new password and ends every older token of the customer."""
    customer.password, customer.updated_at = password, visit.store.clock.now()
    end_tokens(visit.store, customer)
    return errors.payload(customer=customer, customerAccessToken=new_token(visit.store, customer))


def _activate(visit: Visit, customer_id: str, token: str, password: str, path: tuple[str, str]) -> dict[str, Any]:
    """`path` leads to the password and to the token among the arguments."""
    errors, customer = CustomerErrors(), _with_id(visit, customer_id)
    if customer is None:
        errors.add("NOT_FOUND", "Customer does not exist", "id")
    elif customer.password is not None:
        errors.add("ALREADY_ENABLED", "Account already enabled")
    elif not customer.activation_token or not hmac.compare_digest(customer.activation_token, token):
        errors.add("TOKEN_INVALID", "Invalid activation token", *path[1].split("."))
    else:
        check_password(password, errors, *path[0].split("."))
    if customer is None or errors.found:
        return errors.payload(customer=None, customerAccessToken=None)
    customer.activation_token = None
    return _let_in(visit, customer, password, errors)


def _reset(visit: Visit, customer_id: str, token: str, password: str, path: tuple[str, str]) -> dict[str, Any]:
    errors, customer = CustomerErrors(), _with_id(visit, customer_id)
    now = visit.store.clock.now()
    if customer is None:
        errors.add("NOT_FOUND", "Customer does not exist", "id")
    elif (
        not customer.reset_token
        or not hmac.compare_digest(customer.reset_token, token)
        or customer.reset_until is None
        or customer.reset_until <= now
    ):
        errors.add("TOKEN_INVALID", "Invalid reset token", *path[1].split("."))
    else:
        check_password(password, errors, *path[0].split("."))
    if customer is None or errors.found:
        return errors.payload(customer=None, customerAccessToken=None)
    customer.reset_token = customer.reset_until = None
    return _let_in(visit, customer, password, errors)


def _customer_activate(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    given = arguments["input"]
    path = ("input.password", "input.activationToken")
    return _activate(info.context, arguments["id"], given["activationToken"], given["password"], path)


def _customer_reset(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    given = arguments["input"]
    path = ("input.password", "input.resetToken")
    return _reset(info.context, arguments["id"], given["resetToken"], given["password"], path)


def _customer_activate_by_url(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    link = LINK.search(arguments["activationUrl"])
    if link is None or link["kind"] != "activate":
        return _bad_link("activationUrl")
    path = ("password", "activationUrl")
    return _activate(info.context, link["id"], link["token"], arguments["password"], path)


def _customer_reset_by_url(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    link = LINK.search(arguments["resetUrl"])
    if link is None or link["kind"] != "reset":
        return _bad_link("resetUrl")
    return _reset(info.context, link["id"], link["token"], arguments["password"], ("password", "resetUrl"))


def _bad_link(name: str) -> dict[str, Any]:
    errors = CustomerErrors()
    errors.add("INVALID", "The link is not valid", name)
    return errors.payload(customer=None, customerAccessToken=None)


RESOLVERS: Resolvers = {
    "Mutation": {
        "customerAccessTokenCreate": _customer_access_token_create,
        "customerAccessTokenCreateWithMultipass": _customer_access_token_create_with_multipass,
        "customerAccessTokenRenew": _customer_access_token_renew,
        "customerAccessTokenDelete": _customer_access_token_delete,
        "customerRecover": _customer_recover,
        "customerReset": _customer_reset,
        "customerResetByUrl": _customer_reset_by_url,
        "customerActivate": _customer_activate,
        "customerActivateByUrl": _customer_activate_by_url,
    }
}
