"""Finds Printful's orders under an order's external ids: `<order>`, and `<order>-2`, `-3`, ... of later ones."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

from clients.errors import Rejected
from clients.printful.order_client import PrintfulOrders
from clients.printful.orders import GONE, PrintOrder
from clients.upstreams import UpstreamName
from resolvers.orders.print_part import PrintPart

_MOST_NUMBERS = 100
_PAGE, _MOST_PAGES = 100, 5
_CLOCKS_APART = timedelta(minutes=5)


class PrintSearch:
    """Searches for orders. Printful guarantees neither that a look-up shows a new order nor that an id is used once."""

    def __init__(self, orders: PrintfulOrders) -> None:
        self._orders = orders

    async def find(self, part: PrintPart) -> PrintOrder | None:
        """The order under the part's external id, preferably one that is not cancelled. Raises UpstreamError."""
        found = await self._orders.order_by_external_id(part.number, options=part.settlement.options)
        if found is not None and found.status not in GONE:
            return found
        strays = [each for each in await self.strays(part) if _is_alive(each)]
        return next((each for each in strays if each.external_id == part.number), found or next(iter(strays), None))

    async def find_by_taken_number(self, part: PrintPart) -> PrintOrder | None:
        """The order whose external id Printful calls taken; look-ups may show it later than the list."""
        return await self.find(part) or next(iter(await self.listed(part)), None)

    async def strays(self, part: PrintPart) -> list[PrintOrder]:
        """The order's Printful orders that its journal does not have."""
        found = [await self._orders.order(each, options=part.settlement.options) for each in part.strays]
        others = part.other_numbers
        return [each for each in found if each is not None and _is_of(part, each) and each.external_id not in others]

    async def all_of_order(self, part: PrintPart) -> AsyncIterator[PrintOrder]:
        """The orders under the order's external ids that look-ups show, oldest first."""
        for number in _numbers(part.settlement.order.number):
            found = await self._orders.order_by_external_id(number, options=part.settlement.options)
            if found is None:
                return
            yield found

    async def latest_alive(self, part: PrintPart) -> PrintOrder | None:
        """The latest of the order's Printful orders that is not cancelled; None when all are."""
        return next(reversed([each async for each in self.all_of_order(part) if _is_alive(each)]), None)

    async def free_number(self, part: PrintPart) -> str:
        """The first external id that no cancelled order has. Raises Rejected, UpstreamError."""
        for number in _numbers(part.settlement.order.number, first=2):
            if number in part.other_numbers:
                continue
            there = await self._orders.order_by_external_id(number, options=part.settlement.options)
            if there is None or _is_alive(there):
                return number
        words = "the order was sent a hundred times already: contact Printful's support"
        raise Rejected(UpstreamName.PRINTFUL, "resend", words, was_sent=False)

    async def listed(self, part: PrintPart) -> list[PrintOrder]:
        """The orders under the part's external id in Printful's list, since the order was placed, without cancelled
        ones.
        """
        since, found, offset = part.settlement.order.created_at - _CLOCKS_APART, [], 0
        for _ in range(_MOST_PAGES):
            page, total = await self._orders.orders(offset=offset, limit=_PAGE, options=part.settlement.options)
            found += [each for each in page if each.external_id == part.number and _is_alive(each)]
            offset += len(page)
            if not page or offset >= total or any(each.created_at and each.created_at < since for each in page):
                break
        return found


def _numbers(number: str, first: int = 1) -> Iterable[str]:
    return (number if each == 1 else f"{number}-{each}" for each in range(first, _MOST_NUMBERS))


def _is_of(part: PrintPart, found: PrintOrder) -> bool:
    return (found.external_id or "").split("-")[0] == part.settlement.order.number


def _is_alive(found: PrintOrder) -> bool:
    return found.status not in GONE
