"""The sandbox's faults: each kind, how long it lasts, whom it concerns, and the log of requests."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import upstream_of
from sandbox.faults import KINDS, Faults, UnknownFault

STOREFRONT = "/api/2026-10/graphql.json"
ADMIN = "/admin/api/2026-10/graphql.json"
PRINTFUL = "/printful/orders"
ANSWERS: dict[str, bytes] = {
    STOREFRONT: b'{"data":{"shop":{"name":"Kynda"}}}',
    ADMIN: b'{"data":{"shop":{"name":"Kynda"}}}',
    PRINTFUL: b'{"code":200,"result":[1,2]}',
}


class Upstreams:
    """An app that answers, counts what it did, and the faults before it."""

    def __init__(self) -> None:
        self.done = 0
        self.slept: list[float] = []
        self.faults = Faults(sleep=self._sleep)
        self.app: ASGIApp = self.faults.around(self._answer, upstream_of)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "http.request"
        self.done += 1
        body = ANSWERS.get(scope["path"], b"page")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def upstreams() -> Upstreams:
    return Upstreams()


@pytest.fixture
async def http(upstreams: Upstreams) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(upstreams.app), base_url="http://sandbox") as client:
        yield client


async def ask(
    http: httpx.AsyncClient, path: str = STOREFRONT, query: str = "query Name { shop { name } }"
) -> httpx.Response:
    return await http.post(path, json={"query": query})


async def test_without_faults_the_answer_passes_through(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    assert (await ask(http)).content == ANSWERS[STOREFRONT]


async def test_a_status_is_answered_instead_of_the_work(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "status", status=502)

    response = await ask(http)

    assert response.status_code == 502
    assert response.json() == {"errors": "An unexpected error occurred"}
    assert upstreams.done == 0


@pytest.mark.parametrize(
    ("body", "media_type", "content"),
    [("Security Rejection", "text/plain", b"Security Rejection"), ({"a": 1}, "application/json", b'{"a":1}')],
)
async def test_a_status_brings_the_body_and_wait_it_was_given(
    upstreams: Upstreams, http: httpx.AsyncClient, body: Any, media_type: str, content: bytes
) -> None:
    upstreams.faults.add("storefront", "status", status=430, body=body, retry_after="4.0")

    response = await ask(http)

    assert response.headers["content-type"].startswith(media_type)
    assert response.headers["retry-after"] == "4.0"
    assert response.content == content


async def test_latency_delays_the_real_answer(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "latency", latency_s=1.5)

    assert (await ask(http)).content == ANSWERS[STOREFRONT]
    assert upstreams.slept == [1.5]


async def test_any_fault_can_be_late(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "empty", latency_s=2)

    assert (await ask(http)).json() == {}
    assert upstreams.slept == [2]


async def test_storefront_throttles_with_status_200(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "throttle")

    response = await ask(http)

    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"] == {"code": "THROTTLED"}


async def test_admin_throttles_with_status_200_and_the_state_of_its_bucket(
    upstreams: Upstreams, http: httpx.AsyncClient
) -> None:
    upstreams.faults.add("admin", "throttle")

    response = await ask(http, ADMIN)

    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert response.json()["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 100.0


async def test_printful_throttles_with_status_429_and_a_wait(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("printful", "throttle")

    response = await http.get(PRINTFUL)

    assert response.status_code == response.json()["code"] == 429
    assert response.headers["retry-after"] == "2"
    assert "after 2 seconds" in response.json()["error"]["message"]


async def never_answered(upstreams: Upstreams) -> None:
    """Passes when the request is not answered, even though the caller has nothing more to send."""
    waiting = asyncio.Event()
    sent: list[Message] = []
    given = [{"type": "http.request", "body": b"{}", "more_body": False}]

    async def receive() -> Message:
        if given:
            return given.pop()
        waiting.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": STOREFRONT, "headers": []}
    request = asyncio.create_task(_run(upstreams.app, scope, receive, send))
    await waiting.wait()
    assert not request.done()
    assert sent == []
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def test_a_timeout_never_answers_and_does_nothing(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "timeout")

    await never_answered(upstreams)

    assert upstreams.done == 0


async def test_a_lost_answer_is_to_work_that_was_done(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "lost")

    await never_answered(upstreams)

    assert upstreams.done == 1


async def test_a_caller_who_leaves_ends_the_wait(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "timeout")
    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        return messages.pop()

    async def send(_: Message) -> None:
        raise AssertionError("answered")

    await upstreams.app({"type": "http", "method": "POST", "path": STOREFRONT, "headers": []}, receive, send)

    assert messages == []


async def test_a_web_page_comes_instead_of_json(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "html")

    response = await ask(http)

    assert response.headers["content-type"].startswith("text/html")
    assert response.status_code == 200


async def test_an_answer_breaks_off_half_way(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "truncated")

    response = await ask(http)

    assert ANSWERS[STOREFRONT].startswith(response.content)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(response.content)


@pytest.mark.parametrize(("kind", "answer"), [("list", [1, 2, 3]), ("empty", {})])
async def test_json_of_the_wrong_shape_comes(
    upstreams: Upstreams, http: httpx.AsyncClient, kind: str, answer: Any
) -> None:
    upstreams.faults.add("storefront", kind)

    assert (await ask(http)).json() == answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [(STOREFRONT, {"data": {"shop": "unexpected"}}), (PRINTFUL, {"code": 200, "result": "unexpected"})],
)
async def test_data_of_the_wrong_type_comes(
    upstreams: Upstreams, http: httpx.AsyncClient, path: str, answer: Any
) -> None:
    upstreams.faults.add("storefront", "wrong-type")
    upstreams.faults.add("printful", "wrong-type")

    assert (await ask(http, path)).json() == answer


async def test_a_fault_lasts_as_many_requests_as_it_was_given(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "status", status=503, times=2)

    assert [(await ask(http)).status_code for _ in range(3)] == [503, 503, 200]
    assert upstreams.faults.active == []


async def test_faults_queue_up(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "status", status=503, times=1)
    upstreams.faults.add("storefront", "status", status=429, times=1)

    assert [(await ask(http)).status_code for _ in range(3)] == [503, 429, 200]


async def test_a_fault_without_an_end_lasts_until_it_is_cleared(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    upstreams.faults.add("storefront", "status")
    upstreams.faults.add("admin", "status")
    before = [(await ask(http)).status_code for _ in range(3)]

    upstreams.faults.clear("storefront")

    assert before == [503, 503, 503]
    assert (await ask(http)).status_code == 200
    assert (await ask(http, ADMIN)).status_code == 503
    upstreams.faults.clear()
    assert (await ask(http, ADMIN)).status_code == 200


async def test_a_fault_concerns_only_requests_that_contain_its_text(
    upstreams: Upstreams, http: httpx.AsyncClient
) -> None:
    upstreams.faults.add("storefront", "status", match="Stock", times=1)
    upstreams.faults.add("printful", "status", match="/orders", times=1)

    assert (await ask(http)).status_code == 200
    assert (await ask(http, query="query Stock { shop { name } }")).status_code == 503
    assert (await http.get("/printful/products")).status_code == 200
    assert (await http.get(PRINTFUL)).status_code == 503


async def test_the_sandboxs_own_pages_neither_fail_nor_count(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    for upstream in ("storefront", "admin", "printful"):
        upstreams.faults.add(upstream, "status")

    assert (await http.get("/sandbox")).text == "page"
    assert upstreams.faults.counts.total() == 0


async def test_requests_are_logged_with_operation_headers_and_body(
    upstreams: Upstreams, http: httpx.AsyncClient
) -> None:
    body = {"query": "query Other { a } query Name { shop { name } }", "operationName": "Name"}
    await http.post(ADMIN, json=body, headers={"X-Shopify-Access-Token": "sandbox-1", "Cookie": "c"})
    await http.get(PRINTFUL)

    admin, printful = upstreams.faults.log
    assert (admin.upstream, admin.operation, admin.method, admin.path) == ("admin", "Name", "POST", ADMIN)
    assert admin.headers["x-shopify-access-token"] == "sandbox-1"
    assert "cookie" not in admin.headers
    assert orjson.loads(admin.body) == body
    assert (printful.operation, printful.method) == (None, "GET")
    assert upstreams.faults.counts == {"admin": 1, "printful": 1}


async def test_the_log_can_be_emptied(upstreams: Upstreams, http: httpx.AsyncClient) -> None:
    await ask(http)

    upstreams.faults.forget_requests()

    assert not upstreams.faults.log
    assert not upstreams.faults.counts


@pytest.mark.parametrize(
    ("upstream", "kind", "details", "named"),
    [
        ("storefront", "gremlins", {}, ", ".join(KINDS)),
        ("etsy", "status", {}, "storefront, admin, printful"),
        ("admin", "lag", {"latency_s": 5}, "only storefront"),
        ("admin", "status", {"statu": 500}, "statu"),
        ("admin", "status", {"times": 0}, "times"),
        ("admin", "status", {"status": "many"}, "status"),
    ],
)
def test_an_unknown_fault_is_refused_by_name(upstream: str, kind: str, details: Any, named: str) -> None:
    with pytest.raises(UnknownFault, match=named):
        Faults().add(upstream, kind, **details)
