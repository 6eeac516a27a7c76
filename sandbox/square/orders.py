"""Square's orders: create, calculate, update and pay."""

import re
from collections.abc import Iterable
from copy import deepcopy
from string import ascii_letters, digits
from typing import Any

from sandbox.square.catalogue import fill_from_catalogue
from sandbox.square.events import tell_created, tell_fulfilled, tell_payment, tell_updated
from sandbox.square.fields import LOCATION_ID, OBJECT_ID, OBJECT_ID_GIVEN, Kind, several, text, thing, whole
from sandbox.square.keys import ORDER_KEY, id_created_before, read_key, store_key
from sandbox.square.locations import check_location
from sandbox.square.order_fields import check_whole, complete_fulfillments, read_order
from sandbox.square.progress import check_step, close, moved
from sandbox.square.records import CANCELED, COMPLETED, DRAFT, ENDED, OPEN, SquareOrder
from sandbox.square.refusals import Problem, Refusal, not_found, refused
from sandbox.square.totals import priced
from sandbox.square.views import due
from sandbox.store import Store

APPLICATION = "Kynda Sandbox"  # the source of orders that name none
BATCH = 100
_ALPHABET = ascii_letters + digits
_PARTS = ("line_items", "taxes", "discounts", "service_charges", "fulfillments")
_STEP = re.compile(r"(\w+)(?:\[([^\]]*)\])?")
_KEPT = ("location_id", "version", "state")  # stored in fields of the record, not in its content


def create_order(store: Store, sent: dict[str, Any]) -> SquareOrder:
    """The new order, or the one that was created under the same key. Raises Refusal."""
    key = read_key(sent, ORDER_KEY, needed=False)
    earlier_id = id_created_before(store, "orders", key, sent)
    if earlier_id is not None:
        return store.square_orders[earlier_id]
    found = _read(store, sent)
    state = found.get("state", OPEN)
    if state not in (OPEN, DRAFT):
        raise refused("INVALID_VALUE", "A new order is OPEN or DRAFT.", "order.state")
    now = store.clock.now()
    order = SquareOrder(new_id(store), found["location_id"], _content(found), now, now, state)
    store.square_orders[order.id] = order
    store_key(store, "orders", key, sent, order.id)
    tell_created(store, order)
    return order


def calculated(store: Store, sent: dict[str, Any]) -> dict[str, Any]:
    """The order with its totals, without storing it. Raises Refusal."""
    found = _read(store, sent)
    now = store.clock.now()
    preview = SquareOrder("", found["location_id"], _content(found), now, now, found.get("state", OPEN))
    return {"location_id": preview.location_id, **priced(preview.content), "state": preview.state}


def order_of(store: Store, order_id: str) -> SquareOrder:
    """The order with that id. Raises Refusal."""
    order = store.square_orders.get(order_id)
    if order is None:
        raise not_found(f"Order with id `{order_id}`", "order_id")
    return order


def orders_of(store: Store, sent: dict[str, Any]) -> list[SquareOrder]:
    """The existing orders among the requested ids, in the requested order. Raises Refusal."""
    body = read_body(
        sent,
        {"order_ids": several(OBJECT_ID, BATCH, 1), "location_id": LOCATION_ID},
        needs=("order_ids",),
    )
    found = [store.square_orders[each] for each in body["order_ids"] if each in store.square_orders]
    where = body.get("location_id")
    return [order for order in found if where is None or order.location_id == where]


def update_order(store: Store, order_id: str, sent: dict[str, Any]) -> SquareOrder:
    """The order after a change to its current version. Raises Refusal."""
    key = read_key(sent, ORDER_KEY, needed=False)
    scope = f"orders/{order_id}"
    if id_created_before(store, scope, key, sent) is not None:
        return store.square_orders[order_id]
    body = read_body(sent, {"fields_to_clear": several(text(500, 1))})
    change = read_order(sent.get("order") or {}, sparse=True)
    order = order_of(store, order_id)
    _check_may_change(order, change)
    before = {each["uid"]: each["state"] for each in order.fulfillments}
    content = _changed(order.content, {name: each for name, each in change.items() if name not in _KEPT})
    for path in body.get("fields_to_clear", ()):
        _clear(content, path)
    complete_parts(store, content)
    changes = _fulfillment_changes(before, content)
    _check_state(order, change.get("state", order.state), before)
    _check_amount(order, content)
    _commit(store, order, content, change.get("state", order.state), changes)
    store_key(store, scope, key, sent, order.id)
    return order


def pay_order(store: Store, order_id: str, sent: dict[str, Any]) -> SquareOrder:
    """The order after payment with approved payments; an order of zero needs none. Raises Refusal."""
    key = read_key(sent, ORDER_KEY, needed=True)
    scope = f"orders/{order_id}/pay"
    if id_created_before(store, scope, key, sent) is not None:
        return store.square_orders[order_id]
    body = read_body(sent, {"order_version": whole(), "payment_ids": several(OBJECT_ID_GIVEN)})
    order = order_of(store, order_id)
    if body.get("order_version", order.version) != order.version:
        raise version_mismatch(order)
    check_payable(order)
    payments = [each for each in order.payments if each.id in body.get("payment_ids", ())]
    unknown = set(body.get("payment_ids", ())) - {each.id for each in payments}
    if unknown:
        raise not_found(f"Payment `{min(unknown)}` of the order", "payment_ids")
    # The amount due holds no tips of payments that are not completed yet.
    if sum(each.amount for each in payments if each.status != COMPLETED) != due(order):
        raise amount_mismatch("payment_ids")
    now = store.clock.now()
    for payment in payments:
        payment.status, payment.updated_at = COMPLETED, now
    settle(store, order)
    for payment in payments:
        tell_payment(store, "payment.updated", payment)
    store_key(store, scope, key, sent, order.id)
    return order


def settle(store: Store, order: SquareOrder) -> None:
    """Records a payment on an order, and completes the order if nothing is left to make."""
    moved(order, store.clock.now())
    if due(order) == 0 and all(each["state"] in ENDED for each in order.fulfillments):
        close(order, COMPLETED)
    tell_updated(store, order)


def check_payable(order: SquareOrder) -> None:
    """Raises Refusal for an order that cannot be paid (any more)."""
    if order.state == OPEN and order.paid and due(order) == 0:
        raise refused("BAD_REQUEST", f"Order `{order.id}` is already paid.", "order_id")
    if order.state != OPEN:
        raise refused("BAD_REQUEST", f"Order `{order.id}` is not open: it is {order.state}.", "order_id")


def amount_mismatch(field: str) -> Refusal:
    why = "The total of the requested payments does not match the total of the sale order."
    return refused("BAD_REQUEST", why, field)


def version_mismatch(order: SquareOrder) -> Refusal:
    why = f"The request is for another version than the current one, {order.version}."
    return refused("VERSION_MISMATCH", why, "order.version")


def read_body(sent: dict[str, Any], fields: dict[str, Kind], needs: tuple[str, ...] = ()) -> dict[str, Any]:
    """The given fields of a request body. Raises Refusal."""
    problems: list[Problem] = []
    found: dict[str, Any] = thing(fields, needs)(sent, "", problems)
    if problems:
        raise Refusal(problems)
    return found


def new_id(store: Store, length: int = 22) -> str:
    """A unique id in Square's format."""
    return "".join(store.random.choices(_ALPHABET, k=length))


def complete_parts(store: Store, content: dict[str, Any]) -> None:
    """Validates an order's content as a whole and adds the fields that Square sets. Raises Refusal."""
    now = store.clock.now()
    fill_from_catalogue(store, content)
    check_whole(content, now)
    for name in _PARTS:
        for part in content.get(name, ()):
            part.setdefault("uid", new_id(store))
            for modifier in part.get("modifiers", ()):
                modifier.setdefault("uid", new_id(store))
    for line in content.get("line_items", ()):
        line.setdefault("item_type", "ITEM")
    complete_fulfillments(content, now)
    content.setdefault("source", {}).setdefault("name", APPLICATION)


def _read(store: Store, sent: dict[str, Any]) -> dict[str, Any]:
    if sent.get("order") is None:
        raise refused("MISSING_REQUIRED_PARAMETER", "Missing required parameter.", "order")
    found = read_order(sent["order"])
    check_location(found["location_id"], "order.location_id")
    complete_parts(store, found)
    if any(each["state"] != "PROPOSED" for each in found.get("fulfillments", ())):
        raise refused("INVALID_VALUE", "A new fulfillment is PROPOSED.", "order.fulfillments[0].state")
    return found


def _content(found: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in found.items() if name not in _KEPT}


def _check_may_change(order: SquareOrder, change: dict[str, Any]) -> None:
    if order.state in ENDED:
        raise refused("BAD_REQUEST", f"An order that is {order.state} cannot be updated.", "order.state")
    if order.version is None:
        raise refused("BAD_REQUEST", "An order that was not made through the API cannot be updated.", "order_id")
    if change.get("version") != order.version:
        raise version_mismatch(order)
    if change.get("location_id", order.location_id) != order.location_id:
        raise refused("INVALID_VALUE", "An order's location cannot be changed.", "order.location_id")


def _changed(content: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The content after a sparse update: parts are matched by uid, and parts without a known uid are new."""
    after = deepcopy(content)
    for name, value in change.items():
        if isinstance(value, dict):
            after[name] = _changed(after.get(name, {}), value)
        elif isinstance(value, list):
            after[name] = _changed_parts(after.get(name, []), value)
        else:
            after[name] = value
    return after


def _changed_parts(parts: list[dict[str, Any]], changes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    after = list(parts)
    for change in changes:
        place = next((at for at, part in enumerate(after) if change.get("uid") == part.get("uid") is not None), None)
        if place is None:
            after.append(change)
        else:
            after[place] = _changed(after[place], change)
    return after


def _clear(content: dict[str, Any], path: str) -> None:
    """Removes the field at a path such as `line_items[uid].note`."""
    names = path.split(".")
    thing_there: Any = content
    for at, step in enumerate(names):
        matched = _STEP.fullmatch(step)
        if matched is None or not isinstance(thing_there, dict) or matched[1] not in thing_there:
            raise refused("INVALID_VALUE", f"`{path}` is nothing that can be cleared.", "fields_to_clear")
        name, uid = matched.groups()
        is_last = at == len(names) - 1
        if uid is None:
            if is_last:
                del thing_there[name]
            else:
                thing_there = thing_there[name]
            continue
        part = next((each for each in thing_there[name] if each.get("uid") == uid), None)
        if part is None:
            raise refused("INVALID_VALUE", f"`{path}` is nothing that can be cleared.", "fields_to_clear")
        if is_last:
            thing_there[name].remove(part)
        thing_there = part


def _fulfillment_changes(before: dict[str, str], content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The changed fulfillments: uid, old and new state. Raises Refusal for an invalid transition."""
    changes = []
    for place, fulfillment in enumerate(content.get("fulfillments", ())):
        old, new = before.get(fulfillment["uid"], "PROPOSED"), fulfillment["state"]
        if old != new:
            check_step(old, new, f"order.fulfillments[{place}].state")
            changes.append((fulfillment["uid"], old, new))
    return changes


def _check_state(order: SquareOrder, target: str, fulfillments: dict[str, str]) -> None:
    """Raises Refusal unless the order may go to that state with its fulfillments as they were before."""
    if target == order.state:
        return
    if target == DRAFT:
        raise refused("INVALID_VALUE", "An order cannot be a draft again.", "order.state")
    if target == CANCELED and order.paid:
        raise refused("BAD_REQUEST", "Orders cannot be canceled after payments have been processed.", "order.state")
    if target in (CANCELED, COMPLETED) and not set(fulfillments.values()) <= set(ENDED):
        why = f"An order cannot be {target} before all its fulfillments are COMPLETED, CANCELED or FAILED."
        raise refused("BAD_REQUEST", why, "order.state")
    if target == COMPLETED and due(order) != 0:
        raise refused("BAD_REQUEST", "An order cannot be COMPLETED before it is paid.", "order.state")


def _check_amount(order: SquareOrder, content: dict[str, Any]) -> None:
    if order.paid and priced(content)["total_money"] != priced(order.content)["total_money"]:
        raise refused("BAD_REQUEST", "The amount of a paid order cannot be changed.", "order")


def _commit(
    store: Store, order: SquareOrder, content: dict[str, Any], state: str, changes: list[tuple[str, str, str]]
) -> None:
    order.content = content
    moved(order, store.clock.now(), [uid for uid, _, _ in changes])
    if state in (CANCELED, COMPLETED):
        close(order, state)
    order.state = state
    tell_updated(store, order)
    if changes:
        tell_fulfilled(store, order, changes)
