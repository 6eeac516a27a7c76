"""Finds an order for a guest who knows its number and contact, and orders for staff."""

import re
from dataclasses import dataclass
from datetime import datetime

from clients.admin.order_client import AdminOrders, quoted
from clients.admin.orders import Order, OrderListing
from clients.global_ids import GlobalId, bare_id, global_id
from clients.guard import CallOptions
from clients.phones import is_same_number
from resolvers.orders import searches
from resolvers.orders.order_marks import PENDING, POS_FAILED, PRINTFUL_FAILED, PRINTFUL_FORWARDED, WARNING

MAX_NAME, MAX_EMAIL, MAX_PHONE = 40, 254, 40
_ORDER_ID = re.compile(r"gid://shopify/Order/[0-9]{1,20}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_ALIKE = 20  # the search also returns similar names
MOST_LISTED = 1000
_MOST_FOUND = 250
TAGS_IN_TROUBLE = frozenset({PRINTFUL_FAILED, POS_FAILED, PENDING, WARNING})
_IN_TROUBLE = " OR ".join(f"tag:{tag}" for tag in sorted(TAGS_IN_TROUBLE))


async def order_for_guest(
    admin: AdminOrders, name: str, email: str | None, phone: str | None, *, options: CallOptions
) -> Order | None:
    """The order with that name, with or without `#`, if the contact is the buyer's; else None.

    The phone number counts only for orders without an e-mail address, because it is easier to guess. An unknown name
    costs the same request as another buyer's. Raises UpstreamError.
    """
    contact = Contact(email, phone)
    if contact.is_empty:
        return None
    named = await _named(admin, name, options=options)
    found = next((each for each in named if contact.fits(each)), None)
    if found is None:
        return None
    order = await admin.order(found.id, options=options)
    # The search index lags behind, so the order may have a new address.
    return order if order is not None and contact.fits(order) else None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that a caller gives for an order; values that are too long count as missing."""

    email: str | None
    phone: str | None

    @property
    def is_empty(self) -> bool:
        return not self._email and not self._phone

    def fits(self, order: Order | OrderListing) -> bool:
        """Whether the contact is the order's."""
        known = _plain(order.email or "")
        if known:
            return self._email == known
        return bool(self._phone and order.phone) and is_same_number(self._phone, order.phone or "")

    @property
    def _email(self) -> str:
        email = _plain(self.email or "")
        return email if len(email) <= MAX_EMAIL else ""

    @property
    def _phone(self) -> str:
        phone = (self.phone or "").strip()
        return phone if len(phone) <= MAX_PHONE else ""


async def order_for_staff(admin: AdminOrders, reference: str, *, options: CallOptions) -> Order | None:
    """The order of a global id, a bare id or a name; None when there is none. Raises UpstreamError."""
    reference = reference.strip()
    if _ORDER_ID.fullmatch(reference):
        return await admin.order(GlobalId(reference), options=options)
    if _NUMBER.fullmatch(reference):
        order = await admin.order(global_id("Order", reference), options=options)
        if order is not None:
            return order
    named = await _named(admin, reference, options=options)
    return await admin.order(named[-1].id, options=options) if named else None


async def orders_in_trouble(admin: AdminOrders, first: int, *, options: CallOptions) -> list[OrderListing]:
    """The latest orders with a failed or pending part or a warning, newest first. Raises UpstreamError."""
    found = await admin.search(_IN_TROUBLE, limit=MOST_LISTED, options=options)
    return sorted(
        (each for each in found if each.tags.intersection(TAGS_IN_TROUBLE)),
        key=lambda each: each.created_at,
        reverse=True,
    )[:first]


async def orders_at_printful(admin: AdminOrders, *, options: CallOptions) -> list[OrderListing]:
    """The open orders that Printful has and that were not wholly sent. Raises UpstreamError."""
    query = f"tag:{PRINTFUL_FORWARDED} AND {searches.OPEN}"
    return await admin.search(query, limit=MOST_LISTED, options=options)


async def orders_changed_since(admin: AdminOrders, since: datetime, *, options: CallOptions) -> list[OrderListing]:
    """The orders that changed since then. Raises UpstreamError."""
    return await admin.search(searches.changed_since(since), limit=MOST_LISTED, options=options)


async def orders_found(admin: AdminOrders, text: str, first: int, *, options: CallOptions) -> list[OrderListing]:
    """The orders whose name, e-mail address or tag is `text`, or that Shopify finds by it, the newest first.

    Orders that match exactly come first, then those in which Shopify finds the text elsewhere, such as in the
    buyer's name. Raises UpstreamError.
    """
    searched = text.strip()
    if not searched or len(searched) > MAX_EMAIL:
        return []
    tag = searched.removeprefix("tag:").strip()
    exact = [f"tag:{quoted(tag)}"]
    if tag == searched:
        bare = searched.removeprefix("#")
        exact += [f"name:{quoted(bare)}", f"name:{quoted('#' + bare)}", f"email:{quoted(searched)}", quoted(searched)]
        if _NUMBER.fullmatch(bare):
            exact.append(f"id:{bare}")
    found = await admin.search(" OR ".join(exact), limit=_MOST_FOUND, options=options)
    return sorted(found, key=lambda each: (not _is_meant(each, tag), -each.created_at.timestamp()))[:first]


def _is_meant(listing: OrderListing, text: str) -> bool:
    searched = _plain(text)
    names = {_plain(listing.name).removeprefix("#"), _plain(listing.email or ""), bare_id(listing.id)}
    return searched.removeprefix("#") in names or searched in {_plain(tag) for tag in listing.tags}


async def _named(admin: AdminOrders, name: str, *, options: CallOptions) -> list[OrderListing]:
    searched = _plain(name).removeprefix("#")
    if not searched or len(searched) > MAX_NAME:
        return []
    query = f"name:{quoted(searched)} OR name:{quoted('#' + searched)}"
    found = await admin.search(query, limit=_ALIKE, options=options)
    return [each for each in found if _plain(each.name).removeprefix("#") == searched]


def _plain(text: str) -> str:
    return text.strip().casefold()
