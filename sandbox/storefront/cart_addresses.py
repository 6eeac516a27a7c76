"""Delivery addresses of a cart, and the delivery options chosen for its groups."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sandbox.addresses import address_problems, graphql_name
from sandbox.cart_records import CartRecord, PlaceAddress, SelectableAddress
from sandbox.execution import Resolvers
from sandbox.storefront.cart_payloads import Report, cart_mutation
from sandbox.storefront.cart_view import Cart
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import read_gid

MAX_ADDRESSES = 20


def add_addresses(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Adds addresses to the cart. The first one is selected unless its input says otherwise."""
    if len(draft.addresses) + len(inputs) > MAX_ADDRESSES:
        report.error("TOO_MANY_DELIVERY_ADDRESSES", f"A cart has at most {MAX_ADDRESSES} addresses.", "addresses")
        return
    _refuse_two_selected(inputs, report)
    for i, given in enumerate(inputs):
        address = _typed(visit, draft, given["address"], given, report, ("addresses", i, "address"))
        if address is None:
            continue
        selectable = SelectableAddress(visit.store.new_uuid(), address, one_time_use=bool(given.get("oneTimeUse")))
        twin = next((entry for entry in draft.addresses if entry.address == address), None)
        if twin is not None:
            # The cart stores equal addresses once.
            report.warn("DUPLICATE_DELIVERY_ADDRESS", "The cart has this address already.", _gid(draft, twin))
            selectable = twin
        else:
            draft.addresses.append(selectable)
        first = given.get("selected") is None and len(draft.addresses) == 1
        if given.get("selected") or first:
            _select(draft, selectable)


def update_addresses(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Changes the given fields of the addresses with these ids."""
    _refuse_two_selected(inputs, report)
    for i, given in enumerate(inputs):
        found = _by_id(draft, given["id"])
        if found is None:
            report.error("INVALID_DELIVERY_ADDRESS_ID", "The cart has no such address.", "addresses", i, "id")
            continue
        if given.get("address") is not None:
            typed = _typed(visit, draft, given["address"], given, report, ("addresses", i, "address"))
            found.address = typed or found.address
        if given.get("oneTimeUse") is not None:
            found.one_time_use = given["oneTimeUse"]
        if given.get("selected"):
            _select(draft, found)
        elif given.get("selected") is False:
            found.selected = False


def remove_addresses(visit: Visit, address_ids: Sequence[str], draft: CartRecord, report: Report) -> None:
    for i, address_id in enumerate(address_ids):
        found = _by_id(draft, address_id)
        if found is None:
            report.error("INVALID_DELIVERY_ADDRESS_ID", "The cart has no such address.", "addressIds", i)
        else:
            draft.addresses.remove(found)


def replace_addresses(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    draft.addresses = []
    add_addresses(visit, inputs, draft, report)


def choose_options(visit: Visit, inputs: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Selects a delivery option for each given group, including rates of carriers."""
    groups = {group.id: group for group in Cart(draft, visit, revealed=True).priced.groups}
    for i, given in enumerate(inputs):
        path = ("selectedDeliveryOptions", i)
        group = groups.get(read_gid(given["deliveryGroupId"], "CartDeliveryGroup") or "")
        if group is None:
            report.error("INVALID_DELIVERY_GROUP", "The cart has no such delivery group.", *path, "deliveryGroupId")
        elif given["deliveryOptionHandle"] not in {option.handle for option in group.options}:
            sentence = "The delivery group has no such option."
            report.error("INVALID_DELIVERY_OPTION", sentence, *path, "deliveryOptionHandle")
        else:
            draft.chosen_options[group.id] = given["deliveryOptionHandle"]


def place_address(given: dict[str, Any]) -> PlaceAddress:
    """The address in a CartDeliveryAddressInput."""
    return PlaceAddress(**{field.name: given.get(graphql_name(field.name)) for field in fields(PlaceAddress)})


def _typed(
    visit: Visit,
    draft: CartRecord,
    given: dict[str, Any],
    terms: dict[str, Any],
    report: Report,
    path: tuple[str | int, ...],
) -> PlaceAddress | None:
    """The address of the input: as typed, or copied from the customer's address book. Problems are reported."""
    if given.get("copyFromCustomerAddressId"):
        return _copied(visit, draft, given["copyFromCustomerAddressId"], report, path)
    address = place_address(given["deliveryAddress"])
    for name, code, sentence in address_problems(address, strict=terms.get("validationStrategy") == "STRICT"):
        report.error(code, sentence, *path, "deliveryAddress", name)
    return address


def _copied(
    visit: Visit, draft: CartRecord, address_id: str, report: Report, path: tuple[str | int, ...]
) -> PlaceAddress | None:
    customer = visit.store.customers.get(draft.buyer.customer_id or 0)
    where = (*path, "copyFromCustomerAddressId")
    if customer is None:
        report.error("MISSING_CUSTOMER_ACCESS_TOKEN", "The cart's buyer is not a customer.", *where)
        return None
    number = read_gid(address_id, "MailingAddress")
    found = next((entry for entry in customer.addresses if str(entry.id) == number), None)
    if found is None:
        report.error("INVALID_DELIVERY_ADDRESS_ID", "The customer has no such address.", *where)
        return None
    return found.address


def _refuse_two_selected(inputs: Sequence[dict[str, Any]], report: Report) -> None:
    if sum(1 for given in inputs if given.get("selected")) > 1:
        sentence = "Only one address can be selected."
        report.error("ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED", sentence, "addresses")


def _select(draft: CartRecord, chosen: SelectableAddress) -> None:
    for entry in draft.addresses:
        entry.selected = entry is chosen


def _by_id(draft: CartRecord, address_id: str) -> SelectableAddress | None:
    tail = read_gid(address_id, "CartSelectableAddress")
    return next((entry for entry in draft.addresses if entry.id == tail), None)


def _gid(draft: CartRecord, entry: SelectableAddress) -> str:
    return f"gid://shopify/CartSelectableAddress/{entry.id}?cart={draft.token}"


RESOLVERS: Resolvers = {
    "Mutation": {
        "cartDeliveryAddressesAdd": cart_mutation(add_addresses, "addresses"),
        "cartDeliveryAddressesUpdate": cart_mutation(update_addresses, "addresses"),
        "cartDeliveryAddressesRemove": cart_mutation(remove_addresses, "addressIds"),
        "cartDeliveryAddressesReplace": cart_mutation(replace_addresses, "addresses"),
        "cartSelectedDeliveryOptionsUpdate": cart_mutation(choose_options, "selectedDeliveryOptions"),
    }
}
