"""The buyer of a cart: country, contact, customer, company and preferences."""

import re
from collections.abc import Sequence
from typing import Any

from sandbox.addresses import PHONE, country_code_of, province_code_of
from sandbox.cart_records import Buyer, CartRecord, DeliveryPreference
from sandbox.execution import Resolvers
from sandbox.storefront.cart_addresses import replace_addresses
from sandbox.storefront.cart_payloads import Report, cart_mutation
from sandbox.storefront.customer_tokens import customer_by_token
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import read_gid

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UNKNOWN_COUNTRY = "ZZ"


def set_buyer(visit: Visit, given: dict[str, Any], draft: CartRecord, report: Report) -> None:
    """Changes the given fields of the buyer. Null clears a field; missing fields stay."""
    buyer = draft.buyer
    if "countryCode" in given:
        code = given["countryCode"]
        buyer.country = None if code == UNKNOWN_COUNTRY else code
    if "email" in given:
        buyer.email = given["email"] or None
        if buyer.email and not EMAIL.fullmatch(buyer.email):
            report.error("INVALID", "The e-mail is not valid.", "buyerIdentity", "email")
    if "phone" in given:
        buyer.phone = given["phone"] or None
        if buyer.phone and not PHONE.fullmatch(buyer.phone):
            report.error("INVALID", "The phone number is not valid.", "buyerIdentity", "phone")
    if "customerAccessToken" in given:
        _set_customer(visit, given["customerAccessToken"], buyer, report)
    if "companyLocationId" in given:
        set_company(visit, given["companyLocationId"], buyer, report)
    if "preferences" in given:
        _set_preferences(given["preferences"], buyer)
    if given.get("deliveryAddressPreferences") is not None:
        _set_addresses(visit, given["deliveryAddressPreferences"], draft, report)


def set_company(visit: Visit, location_id: str | None, buyer: Buyer, report: Report) -> None:
    """Assigns the cart to a company location. The customer must be a contact of that company."""
    path = ("buyerIdentity", "companyLocationId")
    if location_id is None:
        buyer.company_location_id = None
        return
    if buyer.customer_id is None:
        report.error("MISSING_CUSTOMER_ACCESS_TOKEN", "A company's buyer must be a customer.", *path)
        return
    number = read_gid(location_id, "CompanyLocation")
    location = visit.store.company_locations.get(int(number)) if number and number.isdigit() else None
    if location is None:
        report.error("INVALID_COMPANY_LOCATION", "There is no such company location.", *path)
        return
    contacts = visit.store.company_contacts.values()
    if not any(location in contact.locations for contact in contacts if contact.customer_id == buyer.customer_id):
        sentence = "The customer cannot buy for this location."
        report.error("BUYER_CANNOT_PURCHASE_FOR_COMPANY_LOCATION", sentence, *path)
        return
    buyer.company_location_id = location.id


def _set_customer(visit: Visit, token: str | None, buyer: Buyer, report: Report) -> None:
    if token is None:
        buyer.customer_id = buyer.company_location_id = None
        return
    customer = customer_by_token(visit.store, token)
    if customer is None:
        report.error("INVALID", "The customer access token is not valid.", "buyerIdentity", "customerAccessToken")
        return
    if customer.id != buyer.customer_id:
        buyer.company_location_id = None
    buyer.customer_id = customer.id


def _set_preferences(given: dict[str, Any] | None, buyer: Buyer) -> None:
    preferences = given or {}
    wallets = preferences.get("wallet")
    buyer.wallets = None if wallets is None else tuple(wallets)
    delivery = preferences.get("delivery")
    buyer.delivery = delivery and _delivery_preference(delivery)


def _delivery_preference(given: dict[str, Any]) -> DeliveryPreference:
    place = given.get("coordinates")
    return DeliveryPreference(
        methods=tuple(given.get("deliveryMethod") or ()),
        pickup_handles=tuple(given.get("pickupHandle") or ()),
        coordinates=place and (place["countryCode"], place["latitude"], place["longitude"]),
    )


def _set_addresses(visit: Visit, preferences: Sequence[dict[str, Any]], draft: CartRecord, report: Report) -> None:
    """Sets addresses through the deprecated field: the first one is selected."""
    inputs = []
    for i, given in enumerate(preferences):
        if given.get("customerAddressId"):
            address: dict[str, Any] = {"copyFromCustomerAddressId": given["customerAddressId"]}
        elif given.get("deliveryAddress"):
            address = {"deliveryAddress": _with_codes(given["deliveryAddress"])}
        else:
            path = ("buyerIdentity", "deliveryAddressPreferences", i)
            report.error("UNSPECIFIED_ADDRESS_ERROR", "The preference holds no address.", *path)
            continue
        terms = {"validationStrategy": given["deliveryAddressValidationStrategy"], "oneTimeUse": given["oneTimeUse"]}
        inputs.append({"address": address, "selected": i == 0, **terms})
    inner = Report((*report.root, "buyerIdentity", "deliveryAddressPreferences"))
    replace_addresses(visit, inputs, draft, inner)
    for error in inner.errors:
        # The path of these addresses is one level shorter than in the address mutations.
        error["field"] = [step for step in error["field"] if step not in ("addresses", "address")]
    report.errors += inner.errors
    report.warnings += inner.warnings


def _with_codes(given: dict[str, Any]) -> dict[str, Any]:
    """Converts a MailingAddressInput, with country and province as names, to a cart address with codes."""
    country = country_code_of(given.get("country") or "")
    province = province_code_of(given.get("province") or "", country) or given.get("province")
    return {**given, "countryCode": country or given.get("country"), "provinceCode": province}


RESOLVERS: Resolvers = {"Mutation": {"cartBuyerIdentityUpdate": cart_mutation(set_buyer, "buyerIdentity")}}
