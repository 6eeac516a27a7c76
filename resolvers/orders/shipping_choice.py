"""Chooses Printful's shipping method for what the buyer chose at the checkout. No I/O.

A rate without a mapping becomes STANDARD. Staff are warned when the buyer may have paid for more than that.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clients.admin.delivery import DeliveryRate
from clients.admin.orders import Order, ShippingLine
from clients.money import Money, rounded
from resolvers.orders.delivery import is_mailed

STANDARD = "STANDARD"
_PRINTFUL_METHOD = re.compile(r"STANDARD|STANDARD_CARBON_OFFSET|PRINTFUL_[A-Z0-9_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
# In lower case without accents; parts of words, because German and the Nordic languages join words.
_FAST = re.compile(
    r"""
    expres | ekspres | espress | экспресс | priorit | expedit | overnight | overnite | acceler | rapid | rychl
    | schnell | urgent | veloce
    | срочн | ускорен | h[iı]zl[iı] | pikatoimi
    | \b(?:eil|blitz|sofort|rush|fast|faster|quick|speed|speedy|snel|snelle|spoed|snabb|hurtig|rask|pilne|szybk\w*)
    | \b(?:next|same|one|two|three|second|2nd|third|3rd)[ -]?(?:business[ -])?day
    | (?<![\d-])[1-3](?:\s*-\s*[23])?[ -]?(?:business[ -]|working[ -]|werk)?(?:day|tag|jour|dia|giorn|dag)
    | \b(?:12|24|48)\s?-?(?:h|hr|hrs|std|hours?|stunden|heures|horas|ore|uur|timer|timmar)\b
    | (?:uber|over)\s?nacht | nachste[rnms]*\s(?:tag|werktag) | lendemain | dia\ssiguiente | giorno\ssuccessivo
    | volgende\s(?:werk)?dag | dia\sseguinte | ouvrable\ssuivant | \bj\s?\+\s?[12]\b
    | \bprio\b | \bsaturday | \bbis\s\d\d?(?::\d\d)?\suhr | \b(?:by|before|until)\s\d\d?(?::\d\d)?\s?[ap]m\b
    | morgen\b | special\sdelivery | tracked\s24 | worldwide\ssaver
    | \bups\ssaver | chronopost | sedex
    | 速達 | 特急 | 翌日 | 即日 | 当日 | お急ぎ | 急件 | 加急 | 特快 | 당일 | 익일 | 특급
    """,
    re.X,
)
_SLOW = re.compile(
    r"""
    standard | econom | okonom | budget | ground | flat\srate | free | gratis | kostenlos | versandkostenfrei | gratuit
    | basic | regular | saver | spar | normal | estandar | padrao | ordinar | kostenfrei | pauschal | forfait
    """,
    re.X,
)


@dataclass(frozen=True, slots=True)
class ShopRates:
    """The rates of the shop's checkout, if they are known (`is_known`)."""

    rates: tuple[DeliveryRate, ...] = ()
    is_known: bool = False

    def cheapest(self, country_code: str, currency: str) -> DeliveryRate | None:
        """The cheapest unconditional rate for the destination; None when there is none in that currency.

        If all rates have conditions, the cheapest one that is not free: free ones are for large orders.
        """
        there = [each for each in self.rates if country_code in each.countries]
        there = there or [each for each in self.rates if each.is_rest_of_world]
        priced = [(each.price.amount, each) for each in there if each.price and each.price.currency == currency]
        always = [pair for pair in priced if not pair[1].is_conditional]
        found = always or [pair for pair in priced if pair[0] > 0]
        return min(found, key=lambda pair: pair[0])[1] if found else None


NO_RATES = ShopRates()


def shipping_method(
    order: Order, methods: Mapping[str, str], rates: ShopRates = NO_RATES
) -> tuple[str, tuple[str, ...]]:
    """Printful's id of the chosen method, and warnings for staff.

    `methods` maps titles and codes of Shopify's, in lower case, to Printful's ids.
    """
    lines = carriers(order)
    if not lines:
        return STANDARD, ()
    chosen = _most_expensive(lines)
    warnings = []
    if len(lines) > 1:
        warnings.append(
            f'The order has {len(lines)} shipping lines; "{chosen.title}", the most expensive one, is used.'
        )
    mapped = mapped_method((chosen.code, chosen.title), methods)
    if mapped is not None:
        return mapped, tuple(warnings)
    fast = next((line for line in (chosen, *lines) if is_named_fast((line.code, line.title))), None)
    if fast is not None:
        warnings.append(_warning(f'The buyer chose "{fast.title}", whose name promises fast delivery', fast.title))
    elif (paid_more := _paid_more(order, chosen, rates)) is not None:
        warnings.append(_warning(paid_more, chosen.title))
    return STANDARD, tuple(warnings)


def depends_on_rates(order: Order, methods: Mapping[str, str]) -> bool:
    """Whether the warnings of `shipping_method` need the shop's rates."""
    lines = carriers(order)
    if not lines:
        return False
    chosen = _most_expensive(lines)
    names = (chosen.code, chosen.title)
    return chosen.price > 0 and mapped_method(names, methods) is None and not is_named_fast(names)


def mapped_method(names: Iterable[str | None], methods: Mapping[str, str]) -> str | None:
    """Printful's id for a rate with these names: by the shop's mapping, or if a name is such an id."""
    known = [name.strip() for name in names if name and name.strip()]
    mapped = next((method for name in known if (method := methods.get(name.casefold()))), None)
    mapped = mapped or next((name.upper() for name in known if _PRINTFUL_METHOD.fullmatch(name.upper())), None)
    # A title may promise more than its code says, such as "Express" with the code "standard".
    is_said_otherwise = mapped == STANDARD and not any(name.casefold() in methods for name in known)
    return None if is_said_otherwise and is_named_fast(known) else mapped


def is_named_fast(names: Iterable[str | None]) -> bool:
    """Whether a name promises faster delivery than the standard, in a language of the shop's markets."""
    return any(_FAST.search(_plain(name)) for name in names if name)


def carriers(order: Order) -> list[ShippingLine]:
    """The order's shipping lines, without those for pickup and local delivery."""
    shipped = _names(order, is_shipping=True)
    others = _names(order, is_shipping=False) - shipped
    return [line for line in order.shipping if line.title.casefold() not in others]


def _names(order: Order, *, is_shipping: bool) -> set[str]:
    """The names of the delivery methods. The shipping line of a pickup has the name of its location."""
    names = set()
    for each in order.fulfillment_orders:
        if is_mailed(order, each) is is_shipping:
            named_so = [each.presented_name] if is_shipping else [each.presented_name, each.location_name]
            names |= {name.casefold() for name in named_so if name}
    return names


def _most_expensive(lines: Sequence[ShippingLine]) -> ShippingLine:
    return max(lines, key=lambda line: line.price)  # the first of equals


def _paid_more(order: Order, chosen: ShippingLine, rates: ShopRates) -> str | None:
    """What the buyer paid above the cheapest rate, in words; None when there is no sign of that."""
    if chosen.price <= 0:
        return None
    country = (order.shipping_address.country_code if order.shipping_address else None) or ""
    cheapest = rates.cheapest(country.upper(), order.currency) if rates.is_known else None
    paid = f'The buyer paid {_amount(chosen.price, order.currency)} {order.currency} for "{chosen.title}"'
    if cheapest is None or cheapest.price is None:
        is_slow = _SLOW.search(_plain(chosen.title)) is not None
        return None if is_slow else f"{paid}, but the shop's cheapest rate is unknown"
    is_the_cheapest = cheapest.name.strip().casefold() == chosen.title.strip().casefold()
    if is_the_cheapest or chosen.price <= cheapest.price.amount:
        return None
    least = _amount(cheapest.price.amount, order.currency)
    return f'{paid}, more than the shop\'s cheapest rate "{cheapest.name}" ({least})'


def _amount(amount: Decimal, currency: str) -> Decimal:
    return rounded(Money(amount, currency)).amount


def _warning(what: str, title: str) -> str:
    return (
        f'{what}. The order is sent as {STANDARD}. Map "{title}" in PRINTFUL_SHIPPING_METHODS, and change this '
        "order's method at Printful if it should be faster."
    )


def _plain(name: str) -> str:
    """In lower case, without the accents of Latin letters; codes have `_` for spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("_", " "))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
