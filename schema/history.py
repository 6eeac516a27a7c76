"""`history` and `moneyByMonth`: what the optional history holds, for staff."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import strawberry

from clients.history.rows import FoundAttempt, HistoryDown, HistoryStore, MoneyKind, MonthlyMoney, Search
from clients.money import Money
from resolvers.orders.journal import AttemptResult, System
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info
from schema.money import money_v2
from schema.shop_order import date_time
from schema.storefront import DateTime, MoneyV2, PageInfo

MAX_PAGE = 250

strawberry.enum(
    MoneyKind,
    name="HistoryMoneyKind",
    description="RETAIL: what came in. REFUNDS: what went back. PRODUCTION and SHIPPING: what Printful charged. FEES: "
    "payment fees that Shopify states.",
)


@strawberry.type(description="One action on an order.")
class HistoryAttempt:
    at: DateTime
    order_id: strawberry.ID
    order_name: str
    system: System
    action: str
    result: AttemptResult
    detail: str

    @classmethod
    def of(cls, found: FoundAttempt) -> HistoryAttempt:
        attempt = found.attempt
        return cls(
            at=date_time(attempt.at),
            order_id=strawberry.ID(f"gid://shopify/Order/{attempt.order_id}"),
            order_name=found.order_name,
            system=System(attempt.system),
            action=attempt.action,
            result=AttemptResult(attempt.result),
            detail=attempt.detail,
        )


@strawberry.type(description="A page of attempts, the latest first.")
class HistoryConnection:
    nodes: list[HistoryAttempt]
    page_info: PageInfo


@strawberry.type(description="The money of one kind in a month (UTC), of all orders but test orders.")
class MonthMoney:
    month: str = strawberry.field(description="Such as `2026-11`.")
    kind: MoneyKind
    amount: MoneyV2

    @classmethod
    def of(cls, found: MonthlyMoney) -> MonthMoney:
        amount = money_v2(Money(found.amount, found.currency))
        assert amount is not None
        return cls(month=found.month, kind=found.kind, amount=amount)


async def history(
    info: Info,
    *,
    first: int = 50,
    after: str | None = None,
    system: System | None = None,
    result: AttemptResult | None = None,
    since: Annotated[DateTime | None, strawberry.argument(name="from")] = None,
    until: Annotated[DateTime | None, strawberry.argument(name="to")] = None,
) -> HistoryConnection:
    if not 1 <= first <= MAX_PAGE:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"`first` is {first}; it must be from 1 to {MAX_PAGE}.")
    search = Search(
        first + 1,
        after=None if after is None else _place(after),
        system=system,
        result=result,
        since=_moment("from", since),
        until=_moment("to", until),
    )
    try:
        found = await _store(info).attempts(search)
    except HistoryDown:
        raise _down() from None
    return _page(found[:first], has_more=len(found) > first, is_first=after is None)


async def money_by_month(info: Info) -> list[MonthMoney]:
    try:
        return [MonthMoney.of(each) for each in await _store(info).money_by_month()]
    except HistoryDown:
        raise _down() from None


def _store(info: Info) -> HistoryStore:
    found = info.context.services.history
    if found is None:
        raise PublicError(ErrorCode.NOT_CONFIGURED, "There is no history: set DATABASE_URL.")
    return found.store


def _down() -> PublicError:
    return PublicError(ErrorCode.TRY_LATER, "The history's database does not answer: try again later.")


def _page(found: Sequence[FoundAttempt], *, has_more: bool, is_first: bool) -> HistoryConnection:
    return HistoryConnection(
        nodes=[HistoryAttempt.of(each) for each in found],
        page_info=PageInfo(
            has_next_page=has_more,
            has_previous_page=not is_first,
            start_cursor=_cursor(found[0]) if found else None,
            end_cursor=_cursor(found[-1]) if found else None,
        ),
    )


def _cursor(found: FoundAttempt) -> str:
    at, order_id, number = found.place
    return base64.urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()}/{order_id}/{number}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, int, int]:
    try:
        at, order_id, number = base64.urlsafe_b64decode(cursor.encode()).decode().split("/")
        return datetime.fromisoformat(at).astimezone(UTC), int(order_id), int(number)
    except (ValueError, binascii.Error, OverflowError):
        raise PublicError(ErrorCode.BAD_USER_INPUT, "`after` is not a cursor of this list.") from None


def _moment(name: str, given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        problem = f"`{name}` is not a time: write it as 2026-11-30T12:00:00Z."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
