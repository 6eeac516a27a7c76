"""Companies that buy, with their locations and contacts."""

from collections.abc import Callable
from typing import Any

from sandbox.customer_records import Company, CompanyContact, CompanyLocation
from sandbox.execution import Resolvers
from sandbox.storefront.customer_tokens import customer_by_token
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS


def _own_contact(visit: Visit) -> CompanyContact | None:
    """The company contact of the customer whose access token was sent."""
    customer = customer_by_token(visit.store, visit.customer_token)
    contacts = visit.store.company_contacts.values()
    return next((contact for contact in contacts if customer and contact.customer_id == customer.id), None)


def _contact_node(visit: Visit, tail: str) -> CompanyContact | None:
    contact = _own_contact(visit)
    return contact if contact and str(contact.id) == tail else None


def _location_node(visit: Visit, tail: str) -> CompanyLocation | None:
    contact = _own_contact(visit)
    return next((place for place in contact.locations if str(place.id) == tail), None) if contact else None


def _company_node(visit: Visit, tail: str) -> Company | None:
    contact = _own_contact(visit)
    companies = (place.company for place in contact.locations) if contact else ()
    return next((company for company in companies if str(company.id) == tail), None)


RESOLVERS: Resolvers = {"Company": HAS_METAFIELDS, "CompanyLocation": HAS_METAFIELDS}
NODES: dict[str, Callable[[Visit, str], Any]] = {
    "Company": _company_node,
    "CompanyLocation": _location_node,
    "CompanyContact": _contact_node,
}
