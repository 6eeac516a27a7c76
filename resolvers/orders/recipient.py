"""The recipient of a Printful order, from the shipping address of the Shopify order. No I/O."""

from clients.admin.orders import Address, Order
from clients.phones import read_phone
from clients.printful.orders import DraftRecipient
from clients.printful.states import STATE_REQUIRED, is_known_state, state_code
from resolvers.orders.postal import is_city_required, is_postal_code_required


def recipient_of(order: Order, faults: list[str]) -> tuple[DraftRecipient | None, list[str]]:
    """The recipient and warnings about it. None when the address has faults, which are added to `faults`."""
    address = order.shipping_address
    if address is None:
        faults.append("The order has no shipping address: add one in Shopify.")
        return None, []
    country = (_text(address.country_code) or "").upper()
    name, street, city, zip_code = map(_text, (address.name, address.address1, address.city, address.zip))
    if city is None and country and not is_city_required(country):
        city = _text(address.province) or _text(address.country)  # as in Shopify's checkout for city states
    state = state_code(country, address.province_code)
    missing = [
        what
        for what, is_there in (
            ("name", name),
            ("address", street),
            ("city", city),
            ("country/region", country),
            ("postal code", zip_code or not country or not is_postal_code_required(country)),
            ("state or province", state or country not in STATE_REQUIRED),
        )
        if not is_there
    ]
    if missing:
        faults.append(f"The shipping address lacks: {', '.join(missing)}. Complete it in Shopify.")
    is_state_unknown = state is not None and not is_known_state(country, state)
    if is_state_unknown:
        faults.append(_unknown_state(address, country))
    if missing or is_state_unknown or not (name and street and city):
        return None, []
    warnings = []
    if country == "BR":
        warnings.append("For Brazil, Printful needs the buyer's CPF or CNPJ: add it to the order at Printful.")
    return DraftRecipient(
        name=name,
        address1=street,
        city=city,
        country_code=country,
        zip=zip_code,
        company=_text(address.company),
        address2=_text(address.address2),
        state_code=state,
        state_name=_text(address.province),
        phone=_phone(address.phone, order.phone),
        email=_text(order.email),
    ), warnings


def _unknown_state(address: Address, country: str) -> str:
    return (
        f"The shipping address has the state or province {address.province_code!r}, which Printful does not know for "
        f"{country}. Correct it in Shopify."
    )


def _phone(*typed: str | None) -> str | None:
    """The first phone number, without its extension, because carriers dial it unchanged."""
    return next((phone.number for text in typed if (phone := read_phone(text)) is not None), None)


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
