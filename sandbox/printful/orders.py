"""Printful's order API: create, update, confirm, cancel and list."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sandbox.print_order_records import PrintOrder
from sandbox.printful.catalogue import Catalogue
from sandbox.printful.exchange import KEY, Asked, Endpoint, Found, Later, page
from sandbox.printful.order_bodies import order_body
from sandbox.printful.order_requests import (
    Items,
    external_id_of,
    gift_of,
    packing_slip_of,
    recipient_of,
    retail_costs_of,
)
from sandbox.printful.order_states import CANCELABLE, EDITABLE, PrintOrderStates
from sandbox.printful.refusals import NotFound, Refusal
from sandbox.printful.shipping import STANDARD, Method, method_of
from sandbox.printful.synced import SyncedGoods
from sandbox.store import Store

_TAKEN = "Order with this External ID already exists"
_NOT_EDITABLE = "Order is no longer editable"


def order_endpoints(store: Store, catalogue: Catalogue, goods: SyncedGoods) -> dict[tuple[str, str], Endpoint]:
    """The handlers of the paths under `/orders`."""
    orders = _Orders(store, catalogue, goods)
    return {
        ("GET", r"orders"): orders.listed,
        ("POST", r"orders"): orders.create,
        ("GET", rf"orders/{KEY}"): orders.one,
        ("PUT", rf"orders/{KEY}"): orders.update,
        ("DELETE", rf"orders/{KEY}"): orders.cancel,
        ("POST", rf"orders/{KEY}/confirm"): orders.confirm,
    }


def find_order(store: Store, key: str, store_id: int | None = None) -> PrintOrder | None:
    """The order by its id, or by `@` and its external id, in one Printful store or in any."""
    if key.startswith("@"):
        found = next((each for each in store.print_orders.values() if _is(each, key[1:], store_id)), None)
    else:
        found = store.print_orders.get(int(key)) if key.isdecimal() else None
    return found if found is not None and store_id in (None, found.store_id) else None


def _is(order: PrintOrder, external_id: str, store_id: int | None) -> bool:
    return order.external_id == external_id and store_id in (None, order.store_id)


class _Orders:
    def __init__(self, store: Store, catalogue: Catalogue, goods: SyncedGoods) -> None:
        self._store = store
        self._items = Items(store, catalogue, goods)
        self._states = PrintOrderStates(store)

    def listed(self, asked: Asked) -> Found:
        """The orders, the newest first."""
        self._store.clock.catch_up()
        status = asked.query.get("status")
        mine = [
            each
            for each in reversed(self._store.print_orders.values())
            if each.store_id == asked.store_id
            and status in (None, each.status)
            and self._is_shown(each, self._store.printful_listing_lag_s)
        ]
        found = page(mine, asked.query)
        return Found([order_body(self._store, each) for each in found.result], found.paging)

    def one(self, asked: Asked) -> Found:
        return self._answer(self._order(asked))

    def create(self, asked: Asked) -> Found | Later:
        """Checks the external id at once, and creates the order after a delay: the two steps are not atomic."""
        sent, store_id = asked.sent, asked.store_id or 0
        external_id = external_id_of(sent, "order")
        if external_id is not None:
            # A cancelled order keeps its external id.
            taken = find_order(self._store, f"@{external_id}", store_id)
            if taken is not None and not asked.says("update_existing"):
                raise Refusal(400, _TAKEN, code="OR-13")
            if taken is not None:
                return self._updated(taken, asked)
        recipient = recipient_of(sent.get("recipient"))
        items = self._items.new(sent.get("items"))
        method = _method(sent)
        now, commit_s = self._store.clock.now(), self._store.printful_commit_s
        order = PrintOrder(
            id=self._store.new_print_id(),
            store_id=store_id,
            external_id=external_id,
            created_at=now + timedelta(seconds=commit_s),
            updated_at=now + timedelta(seconds=commit_s),
            recipient=recipient,
            items=items,
            shipping=method.id,
            shipping_service_name=_service_name(method),
            retail_costs=retail_costs_of(sent.get("retail_costs")),
            gift=gift_of(sent.get("gift")),
            packing_slip=packing_slip_of(sent.get("packing_slip")),
        )
        if commit_s <= 0:
            return self._commit(order, asked)
        self._store.clock.at(order.created_at, lambda: self._commit(order, asked))
        return Later(commit_s, lambda: self._committed(order))

    def _commit(self, order: PrintOrder, asked: Asked) -> Found:
        self._states.created(order)
        if asked.says("confirm") and order.status == "draft":
            self._states.confirm(order)
        return self._answer(order)

    def _committed(self, order: PrintOrder) -> Found:
        self._store.clock.catch_up()
        return self._answer(order)

    def update(self, asked: Asked) -> Found:
        return self._updated(self._order(asked), asked)

    def confirm(self, asked: Asked) -> Found:
        """Submits an editable order. A second confirmation is refused."""
        order = self._order(asked)
        if order.status not in EDITABLE:
            raise Refusal(400, _NOT_EDITABLE, code="OR-1")
        self._states.confirm(order)
        return self._answer(order)

    def cancel(self, asked: Asked) -> Found:
        order = self._order(asked)
        if order.status not in CANCELABLE:
            raise Refusal(400, f"Order can no longer be canceled: it is {order.status}", code="OR-1")
        self._states.cancel(order)
        return self._answer(order)

    def _updated(self, order: PrintOrder, asked: Asked) -> Found:
        """Reads the whole request before changing anything, so a refusal changes nothing."""
        sent = asked.sent
        if order.status not in EDITABLE:
            raise Refusal(400, _NOT_EDITABLE, code="OR-1")
        external_id = external_id_of(sent, "order")
        holder = find_order(self._store, f"@{external_id}", order.store_id) if external_id is not None else None
        if holder not in (None, order):
            raise Refusal(400, _TAKEN, code="OR-13")
        recipient = recipient_of(sent["recipient"]) if "recipient" in sent else None
        items = self._items.changed(order.items, sent["items"]) if "items" in sent else None
        method = _method(sent) if "shipping" in sent else None
        more = {
            name: read(sent[name])
            for name, read in (("retail_costs", retail_costs_of), ("gift", gift_of), ("packing_slip", packing_slip_of))
            if name in sent
        }
        order.external_id = external_id or order.external_id
        order.recipient = recipient or order.recipient
        order.items = items or order.items
        if method is not None:
            order.shipping, order.shipping_service_name = method.id, _service_name(method)
        for name, value in more.items():
            setattr(order, name, value)
        self._states.changed(order)
        if asked.says("confirm"):
            self._states.confirm(order)
        return self._answer(order)

    def _order(self, asked: Asked) -> PrintOrder:
        self._store.clock.catch_up()
        key = asked.parts[0]
        found = find_order(self._store, key, asked.store_id)
        if found is None or (key.startswith("@") and not self._is_shown(found, self._store.printful_lookup_lag_s)):
            raise NotFound
        return found

    def _is_shown(self, order: PrintOrder, lag_s: float) -> bool:
        return order.created_at + timedelta(seconds=lag_s) <= self._store.clock.now()

    def _answer(self, order: PrintOrder) -> Found:
        return Found(order_body(self._store, order))


def _method(sent: Mapping[str, Any]) -> Method:
    return method_of(sent.get("shipping") or STANDARD)


def _service_name(method: Method) -> str:
    first, last = method.days
    return f"{method.name} ({first}-{last} business days after fulfillment)"
