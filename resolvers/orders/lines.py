"""Classifies an order line: goods of Printful's, goods of the shop's, or a charge such as a tip. No I/O."""

import re
from collections.abc import Collection
from decimal import Decimal

from clients.admin.orders import Order, OrderLine
from resolvers.print_on_demand import PRINTFUL_VENDOR, is_near_printful

_NO_VARIANT = "Default Title"
_PRINTFUL_SKU = "pful-"
_TIP = re.compile(
    r"((add|leave|give) )?((an?|your|our|the|custom|extra|barista|staff|team|driver|service|café|cafe) )*"
    r"tips?( jar)?( (for|to) .+|\W+\d+([.,]\d+)?\s?%\W*)?"
    r"|gratuity|trinkgeld|pourboire|propina|mancia|gorjeta|fooi|dricks|drikkepenge|tipp?i|juomaraha|napiwek"
    r"|spropitné|borravaló|bahşiş|チップ|小费|小費|팁",
    re.I,
)
_CHARGE = re.compile(
    r"\b(shipping|package|parcel|order|delivery|purchase|product|theft|damage|return|route|transit)\b.{0,24}"
    r"\b(protection|insurance|coverage|assurance|guarantee|warranty)\b"
    r"|\binsurance\b|\bextended warranty\b|\bprotection plan\b|\bshipsurance\b|\binsureshield\b"
    r"|\bworry[- ]free (delivery|shipping|purchase|order)\b|\bround[- ]?up\b.*\b(charity|donation|order)\b|保険"
    r"|\b(versand|paket|transport|liefer|bestell|waren)\w*[- ]?(schutz|versicherung)\b|\bversicherung\b"
    r"|\bgarantieverlängerung\b"
    r"|\b(assurance|protection|garantie)\b.{0,24}\b(livraison|colis|envoi|expédition|transport|commande)\b"
    r"|\b(seguro|protección|proteção|assicurazione|verzekering)\b"
    r"|\b(carbon|climate|klima|co[2₂])\b.{0,24}\b(neutral|offset|[ck]ompensation|contribution|ausgleich|beitrag)\b"
    r"|\b(service|handling|processing|rush|priority|convenience|shipping|delivery|payment|platform)\b.{0,12}"
    r"\b(fee|charge|surcharge)\b"
    r"|\bsurcharge$|\b(rush|priority|express) (order )?processing\b|\b(customs|import) (duty|duties|fees?)\b"
    r"|\w*(zuschlag|gebühr)\b|^(donation|spende)\b",
    re.I,
)
_CHARGING_VENDORS = frozenset(
    {"route", "route shipping protection", "navidium", "corso", "seel", "extend", "shipinsure", "redo", "ecocart"}
)
_CHARGE_SKU = re.compile(r"routeins|nvd[-_]|shipping[-_ ]?protection|insurance", re.I)


def is_printful_line(line: OrderLine) -> bool:
    """Whether Printful makes the line: its vendor is exactly Printful's, apart from spaces around it."""
    return (line.vendor or "").strip() == PRINTFUL_VENDOR


def vendor_fault(line: OrderLine) -> str | None:
    """Why a line that looks like one of Printful's is not sent there; None where it does not look so."""
    if is_printful_line(line):
        return None
    vendor, has_sku = line.vendor or "", (line.sku or "").strip().casefold().startswith(_PRINTFUL_SKU)
    # Printful's own app writes the vendor "Printful" on goods that it sends itself.
    if is_near_printful(vendor) and (has_sku or vendor.strip().casefold() != "printful"):
        return f"{named(line)} has the vendor {vendor!r}: only {PRINTFUL_VENDOR!r} goes to Printful. {_MEND}"
    if has_sku:
        return f"{named(line)} has a SKU of Printful's, but the vendor {vendor!r} is not {PRINTFUL_VENDOR!r}. {_MEND}"
    return None


_MEND = "Correct the product, then replace the line by editing the order."


def is_charge(order: Order, line: OrderLine, names: Collection[str] = ()) -> bool:
    """Whether a line is only a charge, so that nobody makes anything for it: a gift card, a tip, an insurance.

    `names` are titles, SKUs and vendors, in small letters, that the shop declares to be charges.
    """
    if line.is_gift_card:
        return True
    if is_printful_line(line):
        return False
    title, vendor, sku = (_plain(each) for each in (line.title, line.vendor, line.sku))
    if {title, vendor, sku} & set(names):
        return True
    if _is_tip(order, line, title):
        return True
    return vendor in _CHARGING_VENDORS or _CHARGE.search(title) is not None or _CHARGE_SKU.match(sku) is not None


def _is_tip(order: Order, line: OrderLine, title: str) -> bool:
    """Shopify's own tip is a line without a variant that costs what the order's tip is, whatever its language."""
    if _TIP.fullmatch(title):
        return True
    total = line.unit_price * line.quantity
    return line.variant_id is None and not line.sku and Decimal(0) < total == order.tip


def _plain(text: str | None) -> str:
    return (text or "").strip().casefold()


def named(line: OrderLine) -> str:
    """The line as staff find it on the order."""
    return f'"{full_title(line)}" (SKU {line.sku})' if line.sku else f'"{full_title(line)}" (no SKU)'


def full_title(line: OrderLine) -> str:
    """The title with the variant's, where there is a choice of variants."""
    variant = variant_name(line)
    return f"{line.title} - {variant}" if variant else line.title


def variant_name(line: OrderLine) -> str | None:
    """The variant's title; None where the product has only one."""
    return line.variant_title if line.variant_title and line.variant_title != _NO_VARIANT else None
