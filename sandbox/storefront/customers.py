"""Customers in Storefront, and how they change their data and addresses."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from sandbox.addresses import PHONE, country_code_of, graphql_name, province_code_of, text_problems
from sandbox.cart_records import PlaceAddress
from sandbox.countries import COUNTRIES
from sandbox.customer_records import Customer, CustomerAddress
from sandbox.execution import Resolvers
from sandbox.records import Picture
from sandbox.storefront.connections import connection
from sandbox.storefront.customer_errors import CustomerErrors, send_link
from sandbox.storefront.customer_tokens import customer_by_token, end_tokens, new_token
from sandbox.storefront.execution import Visit
from sandbox.storefront.mailing_addresses import MailingAddress, customer_address
from sandbox.storefront.media import picture_url
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.orders import customer_orders, orders_of
from sandbox.storefront.values import read_gid, timestamp

SHORTEST_PASSWORD, LONGEST_PASSWORD = 5, 40
LONGEST_NAME = 255
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
DOMAIN = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def check_password(password: str, errors: CustomerErrors, *path: str) -> None:
    """Reports what is wrong with a new password."""
    if not password:
        errors.add("BLANK", "Password can't be blank", *path)
    elif password != password.strip():
        errors.add("PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE", "Password must not begin or end with a space", *path)
    elif len(password) < SHORTEST_PASSWORD:
        errors.add("TOO_SHORT", f"Password is too short (minimum is {SHORTEST_PASSWORD} characters)", *path)
    elif len(password) > LONGEST_PASSWORD:
        errors.add("TOO_LONG", f"Password is too long (maximum is {LONGEST_PASSWORD} characters)", *path)


def by_email(visit: Visit, email: str) -> Customer | None:
    """The customer with that e-mail address, in any case."""
    normalized = email.strip().lower()
    return next((c for c in visit.store.customers.values() if c.email.lower() == normalized), None)


def _check_person(
    visit: Visit, given: dict[str, Any], known: Customer | None, errors: CustomerErrors, root: str
) -> None:
    if given.get("email") is not None:
        _check_email(visit, given["email"], known, errors, root)
    for name, word in (("firstName", "First name"), ("lastName", "Last name")):
        text = given.get(name) or ""
        if len(text) > LONGEST_NAME:
            errors.add("TOO_LONG", f"{word} is too long (maximum is {LONGEST_NAME} characters)", root, name)
        if re.search(r"<[^>]+>", text):
            errors.add("CONTAINS_HTML_TAGS", f"{word} cannot contain HTML tags", root, name)
        if re.search(r"https?://|www\.", text, re.IGNORECASE):
            errors.add("CONTAINS_URL", f"{word} cannot contain URL", root, name)
    phone = given.get("phone")
    if phone:
        others = (c for c in visit.store.customers.values() if c is not known)
        if not PHONE.fullmatch(phone):
            errors.add("INVALID", "Phone is invalid", root, "phone")
        elif any(other.phone == phone for other in others):
            errors.add("TAKEN", "Phone has already been taken", root, "phone")
    if given.get("password") is not None:
        check_password(given["password"], errors, root, "password")


def _check_email(visit: Visit, email: str, known: Customer | None, errors: CustomerErrors, root: str) -> None:
    if not email.strip():
        errors.add("BLANK", "Email can't be blank", root, "email")
    elif not EMAIL.fullmatch(email.strip()):
        errors.add("INVALID", "Email is invalid", root, "email")
    elif not DOMAIN.fullmatch(email.strip().split("@")[1]):
        errors.add("BAD_DOMAIN", "Email contains an invalid domain name", root, "email")
    else:
        other = by_email(visit, email)
        if other is not None and other is not known:
            _refuse_taken(visit, other, errors, root)


def _refuse_taken(visit: Visit, other: Customer, errors: CustomerErrors, root: str) -> None:
    if other.password is None:
        # The owner of the address gets the link; the response reveals nothing else.
        sentence = f"We have sent an email to {other.email}, please click the link included to verify your address."
        errors.add("CUSTOMER_DISABLED", sentence, root, "email")
        send_link(visit.store, other, "activate")
    else:
        errors.add("TAKEN", "Email has already been taken", root, "email")


def _customer_create(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    visit: Visit = info.context
    given, errors = arguments["input"], CustomerErrors()
    _check_person(visit, given, None, errors, "input")
    if errors.found:
        return errors.payload(customer=None)
    now = visit.store.clock.now()
    customer = Customer(visit.store.new_id(), given["email"].strip(), now, now)
    _take_over(customer, given)
    visit.store.customers[customer.id] = customer
    return errors.payload(customer=customer)


def _take_over(customer: Customer, given: dict[str, Any]) -> None:
    """Changes the given fields. Null clears a name or phone number, and leaves any other field as it is."""
    for name, attribute in (("firstName", "first_name"), ("lastName", "last_name"), ("phone", "phone")):
        if name in given:
            setattr(customer, attribute, given[name] or None)
    if given.get("email") is not None:
        customer.email = given["email"].strip()
    if given.get("acceptsMarketing") is not None:
        customer.accepts_marketing = given["acceptsMarketing"]
    if given.get("password") is not None:
        customer.password = given["password"]


def _customer_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """A new password ends all tokens, and the payload has a new one."""
    visit: Visit = info.context
    given, errors = arguments["customer"], CustomerErrors()
    customer = customer_by_token(visit.store, arguments["customerAccessToken"])
    if customer is None:
        errors.add_bad_token()
        return errors.payload(customer=None, customerAccessToken=None)
    _check_person(visit, given, customer, errors, "customer")
    if errors.found:
        return errors.payload(customer=None, customerAccessToken=None)
    _take_over(customer, given)
    customer.updated_at = visit.store.clock.now()
    token = None
    if given.get("password") is not None:
        end_tokens(visit.store, customer)
        token = new_token(visit.store, customer)
    return errors.payload(customer=customer, customerAccessToken=token)


AddressWork = Callable[[Customer, CustomerErrors], dict[str, Any]]


def _for_customer(info: Any, token: str, empty: dict[str, Any], work: AddressWork) -> dict[str, Any]:
    errors = CustomerErrors()
    customer = customer_by_token(info.context.store, token)
    if customer is None:
        errors.add_bad_token()
        return errors.payload(**empty)
    answer = work(customer, errors)
    if errors.found:
        return errors.payload(**empty)
    customer.updated_at = info.context.store.clock.now()
    return errors.payload(**answer)


def _customer_address_create(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """The first address becomes the default address."""

    def work(customer: Customer, errors: CustomerErrors) -> dict[str, Any]:
        address = _with_input(PlaceAddress(), arguments["address"])
        _check_address(customer, None, arguments["address"], address, errors)
        entry = CustomerAddress(info.context.store.new_id(), address)
        if not errors.found:
            customer.addresses.append(entry)
            customer.default_address_id = customer.default_address_id or entry.id
        return {"customerAddress": customer_address(entry)}

    return _for_customer(info, arguments["customerAccessToken"], {"customerAddress": None}, work)


def _customer_address_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    def work(customer: Customer, errors: CustomerErrors) -> dict[str, Any]:
        entry = _own_address(customer, arguments["id"], errors, "id")
        if entry is None:
            return {}
        address = _with_input(entry.address, arguments["address"])
        _check_address(customer, entry, arguments["address"], address, errors)
        if not errors.found:
            entry.address = address
        return {"customerAddress": customer_address(entry)}

    return _for_customer(info, arguments["customerAccessToken"], {"customerAddress": None}, work)


def _customer_address_delete(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """After the default address is deleted, the oldest other one is the default."""

    def work(customer: Customer, errors: CustomerErrors) -> dict[str, Any]:
        entry = _own_address(customer, arguments["id"], errors, "id")
        if entry is None:
            return {}
        customer.addresses.remove(entry)
        if customer.default_address_id == entry.id:
            customer.default_address_id = customer.addresses[0].id if customer.addresses else None
        return {"deletedCustomerAddressId": arguments["id"]}

    return _for_customer(info, arguments["customerAccessToken"], {"deletedCustomerAddressId": None}, work)


def _customer_default_address_update(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    def work(customer: Customer, errors: CustomerErrors) -> dict[str, Any]:
        entry = _own_address(customer, arguments["addressId"], errors, "addressId")
        if entry is not None:
            customer.default_address_id = entry.id
        return {"customer": customer}

    return _for_customer(info, arguments["customerAccessToken"], {"customer": None}, work)


def _own_address(customer: Customer, address_id: str, errors: CustomerErrors, name: str) -> CustomerAddress | None:
    number = read_gid(address_id, "MailingAddress")
    found = next((entry for entry in customer.addresses if str(entry.id) == number), None)
    if found is None:
        errors.add("NOT_FOUND", "Address does not exist", name)
    return found


def _with_input(before: PlaceAddress, given: dict[str, Any]) -> PlaceAddress:
    """`before` with the fields of a MailingAddressInput; country and province may be names or codes."""
    changed = {
        f.name: given[graphql_name(f.name)] or None for f in fields(PlaceAddress) if graphql_name(f.name) in given
    }
    if "country" in given:
        changed["country_code"] = country_code_of(given["country"] or "")
    if "province" in given:
        country = changed.get("country_code", before.country_code)
        changed["province_code"] = province_code_of(given["province"] or "", country)
    return replace(before, **changed)


def _check_address(
    customer: Customer,
    entry: CustomerAddress | None,
    given: dict[str, Any],
    address: PlaceAddress,
    errors: CustomerErrors,
) -> None:
    for name, code, sentence in _address_problems(given, address):
        errors.add(code, sentence, "address", name)
    if any(other.address == address for other in customer.addresses if other is not entry):
        errors.add("TAKEN", "Address already exists", "address")


def _address_problems(given: dict[str, Any], address: PlaceAddress) -> Iterator[tuple[str, str, str]]:
    codes = {
        "ADDRESS_FIELD_IS_TOO_LONG": "TOO_LONG",
        "ADDRESS_FIELD_CONTAINS_HTML_TAGS": "CONTAINS_HTML_TAGS",
        "ADDRESS_FIELD_CONTAINS_URL": "CONTAINS_URL",
    }
    for name, code, sentence in text_problems(address):
        yield name, codes.get(code, "INVALID"), sentence
    if given.get("country") and address.country_code is None:
        yield "country", "INVALID", "Country is not supported"
    if given.get("province") and address.province_code is None:
        yield "province", "INVALID", "Province is not valid"
    country = COUNTRIES.get(address.country_code or "")
    if country and address.zip and not re.fullmatch(country.zip_form, address.zip.strip()):
        yield "zip", "INVALID", f"Zip is not valid for {country.name}"


def _customer(_: Any, info: Any, **arguments: Any) -> Customer | None:
    return customer_by_token(info.context.store, arguments["customerAccessToken"])


def _addresses(customer: Customer, info: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    entries = [customer_address(entry) for entry in customer.addresses]
    return connection(entries[::-1] if reverse else entries, key=lambda entry: entry.id, **page)


def _default_address(customer: Customer, info: Any) -> MailingAddress | None:
    found = (entry for entry in customer.addresses if entry.id == customer.default_address_id)
    return next((customer_address(entry) for entry in found), None)


def _display_name(customer: Customer, info: Any) -> str:
    """The name, or the e-mail where none is known."""
    return " ".join(part for part in (customer.first_name, customer.last_name) if part) or customer.email


def _avatar_url(customer: Customer, info: Any) -> str:
    return picture_url(info.context.store, Picture(customer.id, f"person/customer-{customer.id}.svg", "", 200, 200))


def _address_node(visit: Visit, tail: str) -> MailingAddress | None:
    """An address of the customer whose access token was sent; None for any other."""
    customer = customer_by_token(visit.store, visit.customer_token)
    entries = customer.addresses if customer else []
    return next((customer_address(entry) for entry in entries if str(entry.id) == tail), None)


RESOLVERS: Resolvers = {
    "QueryRoot": {"customer": _customer},
    "Customer": {
        **HAS_METAFIELDS,
        "addresses": _addresses,
        "defaultAddress": _default_address,
        "displayName": _display_name,
        "avatarUrl": _avatar_url,
        "numberOfOrders": lambda customer, info: str(len(orders_of(info.context, customer))),
        "orders": customer_orders,
        "socialLoginProvider": lambda customer, info: customer.social_login and {"handle": customer.social_login},
    },
    "CustomerAccessToken": {"expiresAt": lambda token, info: timestamp(token.expires_at)},
    "Mutation": {
        "customerCreate": _customer_create,
        "customerUpdate": _customer_update,
        "customerAddressCreate": _customer_address_create,
        "customerAddressUpdate": _customer_address_update,
        "customerAddressDelete": _customer_address_delete,
        "customerDefaultAddressUpdate": _customer_default_address_update,
    },
}
NODES: dict[str, Callable[[Visit, str], Any]] = {"MailingAddress": _address_node}
