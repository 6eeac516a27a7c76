"""A small Square in memory for the tests of its connector; it refuses requests beyond Square's limits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from tests.upstream.square_limits import mistakes, route

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "square-secret"
TERMINAL = ("COMPLETED", "CANCELED")
Fault = Callable[[Callable[[], httpx.Response]], httpx.Response]


class FakeSquare:
    """Answers as Square does. `faults` answer one request each, None as it should be.

    A fault is given what does as asked and gives the answer.
    """

    def __init__(self, *, page_size: int = 500) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.payments: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []
        self.faults: list[Fault | None] = []
        self.locations = {"LOC1": "ACTIVE"}
        self.keeps_fulfillments = True
        self.refuses_to_cancel_paid_orders = False
        self._made: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._page_size = page_size
        self._minutes = 0

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    def handle(self, request: httpx.Request) -> httpx.Response:
        found = mistakes(request)
        assert not found, found
        self.requests.append(request)
        if request.headers["authorization"] != f"Bearer {TOKEN}":
            return refused(401, "UNAUTHORIZED", "AUTHENTICATION_ERROR")
        fault = self.faults.pop(0) if self.faults else None
        return self._answer(request) if fault is None else fault(lambda: self._answer(request))

    def bodies(self, method: str, path: str) -> list[Any]:
        """What was sent to an endpoint; `path` with `{id}`."""
        return [orjson.loads(each.content) for each in self.requests if route(each) == (method, path)]

    def move(self, order_id: str, state: str) -> None:
        """The counter moves an order on."""
        order = self.orders[order_id]
        order["fulfillments"][0]["state"] = state
        order["source"] = {"name": "Point of Sale"}
        if state in TERMINAL and not order["net_amount_due_money"]["amount"]:
            order["state"] = "COMPLETED"
        self._touch(order)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        method, path = route(request)
        body = orjson.loads(request.content) if request.content else {}
        last = request.url.path.split("/")[3] if path.count("/") > 2 else ""
        match method, path:
            case "POST", "/v2/orders":
                return self._create(body)
            case "POST", "/v2/orders/search":
                return self._search(body)
            case "POST", "/v2/payments":
                return self._once(body["idempotency_key"], body, lambda: self._pay(body))
            case "GET", "/v2/locations/{id}" if last in self.locations:
                return answered(location={"id": last, "status": self.locations[last]})
            case "GET", "/v2/orders/{id}" if last in self.orders:
                return answered(order=self.orders[last])
            case "PUT", "/v2/orders/{id}" if last in self.orders:
                return self._update(self.orders[last], body["order"])
            case "POST", "/v2/orders/{id}/pay" if last in self.orders:
                return self._once(body["idempotency_key"], body, lambda: self._settle(self.orders[last]))
        return refused(404, "NOT_FOUND")

    def _once(self, key: str, body: Any, do: Callable[[], httpx.Response]) -> httpx.Response:
        made = self._made.get(key)
        if made is not None:
            return answered(**made[1]) if made[0] == body else refused(400, "IDEMPOTENCY_KEY_REUSED")
        answer = do()
        if answer.is_success:
            self._made[key] = body, orjson.loads(answer.content)
        return answer

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        return self._once(body["idempotency_key"], body, lambda: self._new_order(body["order"]))

    def _new_order(self, sent: dict[str, Any]) -> httpx.Response:
        if sent["location_id"] not in self.locations:
            return refused(404, "NOT_FOUND", field="order.location_id")
        currency = sent["line_items"][0]["base_price_money"]["currency"]
        money = {"amount": total_of(sent), "currency": currency}
        order = {
            **orjson.loads(orjson.dumps(sent)),
            "id": f"sq{len(self.orders) + 1}",
            "state": "OPEN",
            "version": 0,
            "total_money": money,
            "net_amount_due_money": money,
            "created_at": self._moment(),
        }
        if self.keeps_fulfillments:
            order["fulfillments"][0]["uid"] = f"f{order['id']}"
        else:
            del order["fulfillments"]
        self.orders[order["id"]] = order
        self._touch(order)
        return answered(order=order)

    def _update(self, order: dict[str, Any], sparse: dict[str, Any]) -> httpx.Response:
        if sparse["version"] != order["version"]:
            return refused(400, "VERSION_MISMATCH")
        if order["state"] in TERMINAL:
            return refused(400, "BAD_REQUEST")
        fulfillments = {each["uid"]: each for each in order.get("fulfillments", [])}
        if sparse.get("state") == "CANCELED":
            if any(each["state"] not in (*TERMINAL, "FAILED") for each in fulfillments.values()):
                return refused(400, "BAD_REQUEST")
            if order.get("tenders") and self.refuses_to_cancel_paid_orders:
                return refused(400, "BAD_REQUEST")
        for change in sparse.get("fulfillments", []):
            fulfillments[change["uid"]]["state"] = change["state"]
        order["state"] = sparse.get("state", order["state"])
        self._touch(order)
        return answered(order=order)

    def _search(self, body: dict[str, Any]) -> httpx.Response:
        moment, span = next(iter(body["query"]["filter"]["date_time_filter"].items()))
        since = datetime.fromisoformat(span["start_at"])
        found = [
            order
            for order in sorted(self.orders.values(), key=lambda each: str(each[moment]))
            if order["location_id"] in body["location_ids"]
            and datetime.fromisoformat(order[moment]) >= since
            and any(each["type"] == "PICKUP" for each in order.get("fulfillments", []))
        ]
        start = int(body.get("cursor", "0"))
        page = found[start : start + self._page_size]
        rest = start + len(page)
        return answered(orders=page, **({"cursor": str(rest)} if rest < len(found) else {}))

    def _pay(self, body: dict[str, Any]) -> httpx.Response:
        order = self.orders[body["order_id"]]
        if not order["net_amount_due_money"]["amount"]:
            return refused(400, "BAD_REQUEST")
        if body["amount_money"] != order["total_money"]:
            return refused(400, "BAD_REQUEST", field="amount_money")
        payment = {**body, "id": f"p{len(self.payments) + 1}", "status": "COMPLETED"}
        self.payments.append(payment)
        order["tenders"] = [{"id": payment["id"], "amount_money": body["amount_money"]}]
        order["net_amount_due_money"] = {**order["total_money"], "amount": 0}
        self._touch(order)
        return answered(payment=payment)

    def _settle(self, order: dict[str, Any]) -> httpx.Response:
        if order["total_money"]["amount"]:
            return refused(400, "BAD_REQUEST")
        order["tenders"] = [{"id": "t0", "amount_money": order["total_money"]}]
        self._touch(order)
        return answered(order=order)

    def _touch(self, order: dict[str, Any]) -> None:
        order["version"] += 1
        order["updated_at"] = self._moment()

    def _moment(self) -> str:
        self._minutes += 1
        return (NOW + timedelta(minutes=self._minutes)).isoformat().replace("+00:00", "Z")


def total_of(order: dict[str, Any]) -> int:
    """What Square adds up: fixed discounts take off no more than the lines cost, charges of the last phase add."""
    lines = sum(
        int(line["quantity"]) * sum(each["base_price_money"]["amount"] for each in (line, *line.get("modifiers", [])))
        for line in order["line_items"]
    )
    discounts = sum(each["amount_money"]["amount"] for each in order.get("discounts", []))
    charges = sum(each["amount_money"]["amount"] for each in order.get("service_charges", []))
    return int(lines - min(discounts, lines) + charges)


def answered(**body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


def refused(
    status: int, code: str, category: str = "INVALID_REQUEST_ERROR", *, field: str | None = None, **headers: str
) -> httpx.Response:
    error = {"category": category, "code": code, "detail": "Ana, +15125550123"} | ({"field": field} if field else {})
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"errors": [error]}, headers=names)


def lost(act: Callable[[], httpx.Response]) -> httpx.Response:
    """It has happened, and the answer never arrives."""
    act()
    raise httpx.ReadTimeout("too slow")


def instead(response: httpx.Response) -> Fault:
    """Nothing happens; this is the answer."""
    return lambda act: response
