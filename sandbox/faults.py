"""Faults that can be switched on for each upstream, and the log of all requests."""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, ConfigDict, NonNegativeFloat, PositiveInt, ValidationError
from pydantic.dataclasses import dataclass as checked
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPSTREAMS = ("storefront", "admin", "printful", "square")
KINDS = {
    "status": "answers with `status` (and `body`, when given) instead of the work",
    "latency": "does the work after `latency_s` seconds",
    "throttle": "answers that too many requests were made, the way this upstream says it",
    "timeout": "never answers and does not do the work",
    "lost": "does the work, but its answer never arrives",
    "html": "answers with a web page instead of JSON",
    "truncated": "does the work and breaks its answer off half-way",
    "list": "answers with a JSON list where an object belongs",
    "empty": "answers with an empty JSON object",
    "wrong-type": "does the work and puts a text in place of each value at the top of its data",
    "lag": "shows products as they were `latency_s` seconds ago: Storefront's replicas lag behind (there alone)",
}
LAG = "lag"
WEBHOOKS = "webhooks"
WEBHOOK_KINDS = {
    "lost": "is never sent",
    "doubled": "is sent twice",
    "delayed": "is sent `latency_s` seconds later",
    "reordered": "is sent once the one after it has arrived",
}
REQUESTS_KEPT = 1000
HEADERS_KEPT = re.compile(r"x-|shopify-|accept|authorization|content-type|user-agent")

PAGE = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
GRAPHQL_THROTTLED = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
ADMIN_THROTTLED = {
    **GRAPHQL_THROTTLED,
    "extensions": {
        "cost": {
            "requestedQueryCost": 101,
            "actualQueryCost": None,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1, "restoreRate": 100.0},
        }
    },
}
PRINTFUL_TOO_MANY = "You've recently sent too many requests. Please try again after 2 seconds."
PRINTFUL_THROTTLED = {
    "code": 429,
    "result": PRINTFUL_TOO_MANY,
    "error": {"reason": "TooManyRequests", "message": PRINTFUL_TOO_MANY},
}
# Square's category and code of a status.
SQUARE_REFUSALS = {
    401: ("AUTHENTICATION_ERROR", "UNAUTHORIZED"),
    403: ("AUTHENTICATION_ERROR", "FORBIDDEN"),
    404: ("INVALID_REQUEST_ERROR", "NOT_FOUND"),
    408: ("INVALID_REQUEST_ERROR", "REQUEST_TIMEOUT"),
    409: ("INVALID_REQUEST_ERROR", "CONFLICT"),
    429: ("RATE_LIMIT_ERROR", "RATE_LIMITED"),
    500: ("API_ERROR", "INTERNAL_SERVER_ERROR"),
    502: ("API_ERROR", "BAD_GATEWAY"),
    503: ("API_ERROR", "SERVICE_UNAVAILABLE"),
    504: ("API_ERROR", "GATEWAY_TIMEOUT"),
}


class UnknownFault(ValueError):
    """The requested fault does not exist; the message names the existing ones."""


def _one_of(names: Collection[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"there is no {name!r}; there are: {', '.join(names)}")
        return name

    return AfterValidator(check)


@checked(slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Fault:
    """One thing that goes wrong with an upstream's requests, or with the webhooks that are sent.

    `times`: how many requests it lasts (None: until cleared). `match`: only requests with this text in their path
    or body; of webhooks, in sender and topic (`square order.updated`) or body. `latency_s` delays any kind;
    `status` and `body` say what the kind `status` answers.
    """

    upstream: Annotated[str, _one_of((*UPSTREAMS, WEBHOOKS))]
    kind: Annotated[str, _one_of({**KINDS, **WEBHOOK_KINDS})]
    times: PositiveInt | None = None
    match: str | None = None
    latency_s: NonNegativeFloat = 0
    status: int = 503
    body: Any = None
    retry_after: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived at an upstream; `operation` is GraphQL's operation name, where there is one."""

    upstream: str
    operation: str | None
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Faults:
    """The switches and the log. `around` puts them in front of an app; the last 1,000 requests are kept in `log`."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.sleep = sleep
        self.active: list[Fault] = []
        self.log: deque[Seen] = deque(maxlen=REQUESTS_KEPT)
        self.counts: Counter[str] = Counter()

    def add(self, upstream: str, kind: str, /, **details: Any) -> Fault:
        """Switches a fault on, behind those already waiting. Raises UnknownFault."""
        try:
            fault = Fault(upstream=upstream, kind=kind, **details)
        except ValidationError as error:
            raise UnknownFault("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from None
        if kind == LAG and upstream != "storefront":
            raise UnknownFault(f"kind: only storefront has replicas that {LAG} behind")
        if kind not in (WEBHOOK_KINDS if upstream == WEBHOOKS else KINDS):
            raise UnknownFault(f"kind: {upstream} knows no {kind!r}")
        self.active.append(fault)
        return fault

    def clear(self, upstream: str | None = None) -> None:
        """Switches off all faults, or those of one upstream."""
        self.active = [fault for fault in self.active if upstream is not None and fault.upstream != upstream]

    @property
    def replica_lag(self) -> timedelta:
        """How far Storefront's replicas are behind."""
        return timedelta(seconds=max((fault.latency_s for fault in self.active if fault.kind == LAG), default=0))

    def next_webhook(self, topic: str, body: bytes) -> Fault | None:
        """The first fault that concerns a webhook about to be sent, used up once."""
        return self._next(WEBHOOKS, topic, body)

    def forget_requests(self) -> None:
        """Empties the log and sets its counts to zero."""
        self.log.clear()
        self.counts.clear()

    def around(self, app: ASGIApp, upstream_of: Callable[[str], str | None]) -> ASGIApp:
        """`app` with the faults and the log before it; `upstream_of` says whose request a path is (None: nobody's)."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            upstream = upstream_of(scope["path"]) if scope["type"] == "http" else None
            if upstream is None:
                await app(scope, receive, send)
                return
            body = await _body(receive)
            self._note(upstream, scope, body)
            fault = self._next(upstream, scope["path"], body)
            again = _replayed(body, receive)
            if fault is None:
                await app(scope, again, send)
            else:
                await self._fail(fault, app, scope, again, send)

        return watched

    def _note(self, upstream: str, scope: Scope, body: bytes) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        passed_on = {name: value for name, value in headers.items() if HEADERS_KEPT.match(name)}
        self.counts[upstream] += 1
        self.log.append(Seen(upstream, _operation(body), scope["method"], scope["path"], passed_on, body))

    def _next(self, upstream: str, path: str, body: bytes) -> Fault | None:
        """The first fault that concerns the request, used up once."""
        for fault in self.active:
            if fault.upstream != upstream or fault.kind == LAG:
                continue
            if fault.match is not None and fault.match not in path and fault.match.encode() not in body:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.active.remove(fault)
            return fault
        return None

    async def _fail(self, fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.latency_s:
            await self.sleep(fault.latency_s)
        match fault.kind:
            case "latency":
                await app(scope, receive, send)
            case "timeout":
                await _until_gone(receive)
            case "lost":
                await _answer(app, scope, receive)
                await _until_gone(receive)
            case "truncated" | "wrong-type":
                real = await _answer(app, scope, receive)
                broken = real[: len(real) // 2] if fault.kind == "truncated" else _mistyped(real)
                await _json(broken)(scope, receive, send)
            case "html":
                await Response(PAGE, media_type="text/html")(scope, receive, send)
            case "list":
                await _json(b"[1, 2, 3]")(scope, receive, send)
            case "empty":
                await _json(b"{}")(scope, receive, send)
            case "throttle":
                await _throttled(fault)(scope, receive, send)
            case _:
                await _refused(fault)(scope, receive, send)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns the body again and then the real messages."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> bytes:
    """The body `app` would have sent."""
    parts = []

    async def keep(message: Message) -> None:
        parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return b"".join(parts)


def _mistyped(answer: bytes) -> bytes:
    document = orjson.loads(answer)
    for key in ("data", "result", "order", "orders", "payment", "location", "locations"):
        value = document.get(key)
        if isinstance(value, dict):
            document[key] = dict.fromkeys(value, "unexpected")
        elif value is not None:
            document[key] = "unexpected"
    return orjson.dumps(document)


def _operation(body: bytes) -> str | None:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("query"), str):
        return None
    named = re.search(r"\b(?:query|mutation)\s+(\w+)", document["query"])
    return document.get("operationName") or (named and named[1])


def _json(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, dict(headers or {}), media_type="application/json")


def _throttled(fault: Fault) -> Response:
    if fault.upstream == "printful":
        return _json(orjson.dumps(PRINTFUL_THROTTLED), 429, {"retry-after": fault.retry_after or "2"})
    if fault.upstream == "square":
        return _json(orjson.dumps(_square_refusal(429)), 429, {"retry-after": fault.retry_after or "2"})
    return _json(orjson.dumps(ADMIN_THROTTLED if fault.upstream == "admin" else GRAPHQL_THROTTLED))


def _refused(fault: Fault) -> Response:
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    if isinstance(fault.body, str):
        return Response(fault.body, fault.status, headers, media_type="text/plain")
    body = fault.body
    if body is None:
        is_square = fault.upstream == "square"
        body = _square_refusal(fault.status) if is_square else {"errors": "An unexpected error occurred"}
    return _json(orjson.dumps(body), fault.status, headers)


def _square_refusal(status: int) -> dict[str, Any]:
    category, code = SQUARE_REFUSALS.get(status, ("INVALID_REQUEST_ERROR", "BAD_REQUEST"))
    return {"errors": [{"category": category, "code": code, "detail": "This answer was asked for."}]}
