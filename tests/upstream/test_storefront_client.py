"""The Storefront client: its requests, and its reading of every kind of answer."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import orjson
import pytest

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.storefront.answers import StorefrontAnswer, StorefrontFault
from clients.storefront.client import Storefront, StorefrontAccess
from tests.virtual_time import PassingTime

URL = "https://kynda.example/api/2026-10/graphql.json"
Handler = Callable[[httpx.Request], httpx.Response]


async def forward(
    handler: Handler,
    *,
    access: StorefrontAccess | None = None,
    buyer_ip: str | None = None,
    idempotent: bool = False,
    verbatim: bool = False,
) -> StorefrontAnswer:
    access = access or StorefrontAccess(URL, private_token="t")
    storefront = Storefront(httpx.MockTransport(handler), access, deadline_s=5, timing=PassingTime().timing)
    body = b'{"query":"{ shop { name } }"}'
    return await storefront.forward("Shop", body, buyer_ip=buyer_ip, idempotent=idempotent, verbatim=verbatim)


def answering(content: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    return lambda request: httpx.Response(status, content=content, headers=headers)


async def test_data_is_returned_as_it_was_written() -> None:
    answer = await forward(answering('{"data": {"price":  1.50, "name":"Café"}, "extensions": {"cost": 1}}'))

    assert answer.data == '{"price":  1.50, "name":"Café"}'.encode()
    assert not answer.faults


@pytest.mark.parametrize(
    "content",
    [
        b'{"data":{"shop":{"name":"Caf\xc3\xa9"}}}',
        b'{"data":{"cart":{"userErrors":[]}},"extensions":{"cost":{"requestedQueryCost":1}}}',
        b'{"data": {"shop":  null} }',
    ],
)
async def test_a_verbatim_answer_is_the_body_as_it_came(content: bytes) -> None:
    answer = await forward(answering(content), verbatim=True)
    assert answer.body == content
    assert not answer.faults


@pytest.mark.parametrize(
    "content",
    [
        b'{"data":{"shop":{}},"errors":[{"message":"Partly","path":["shop"]}],"extensions":{"cost":{}}}',
        b'{"errors":[{"message":"Partly","path":["shop"]}],"data":{"shop":{}}}',
        b'{"data":null,"errors":[{"message":"All of it","path":["shop"]}]}',
    ],
)
async def test_the_errors_of_a_verbatim_answer_are_read(content: bytes) -> None:
    answer = await forward(answering(content), verbatim=True)
    assert [fault.path for fault in answer.faults] == [["shop"]]
    assert answer.body == content


@pytest.mark.parametrize(
    "content",
    [
        b'{"data":{"shop":{"name":"Caf',
        b'{"data":{"shop":',
        b"<html></html>",
        b"",
        b"{}",
        b'{"data":[]}}',
        b'{"data":1}',
    ],
)
async def test_a_broken_body_is_no_verbatim_answer(content: bytes) -> None:
    with pytest.raises(Broken):
        await forward(answering(content), verbatim=True)


async def test_the_private_token_goes_along_with_the_buyers_address() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": {}})

    await forward(handler, access=StorefrontAccess(URL, private_token="secret"), buyer_ip="192.0.2.7")

    assert seen[0].headers["shopify-storefront-private-token"] == "secret"
    assert seen[0].headers["shopify-storefront-buyer-ip"] == "192.0.2.7"
    assert seen[0].content == b'{"query":"{ shop { name } }"}'


async def test_the_public_token_goes_without_the_buyers_address() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": {}})

    await forward(handler, access=StorefrontAccess(URL, public_token="public"), buyer_ip="192.0.2.7")

    assert seen[0].headers["x-shopify-storefront-access-token"] == "public"
    assert "shopify-storefront-buyer-ip" not in seen[0].headers


def test_tokens_are_not_in_the_printed_form() -> None:
    assert "secret" not in repr(StorefrontAccess(URL, private_token="secret"))


async def test_a_partial_answer_has_its_data_and_faults() -> None:
    error = {"message": "Access denied", "path": ["shop", "name"], "extensions": {"code": "ACCESS_DENIED"}}
    answer = await forward(answering(orjson.dumps({"data": {"shop": None}, "errors": [error]})))

    assert answer.data == b'{"shop":null}'
    assert answer.faults == [StorefrontFault(["shop", "name"], "ACCESS_DENIED", "Access denied")]


async def test_null_data_with_a_place_for_the_fault_is_an_answer() -> None:
    error = {"message": "", "path": ["products"], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}

    assert (await forward(answering(orjson.dumps({"data": None, "errors": [error]})))).data == b"null"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("THROTTLED", Throttled),
        ("ACCESS_DENIED", Denied),
        ("UNAUTHORIZED", Denied),
        ("INTERNAL_SERVER_ERROR", Unavailable),
        ("MAX_COMPLEXITY_EXCEEDED", Rejected),
        ("undefinedField", Rejected),
    ],
)
async def test_errors_without_data_are_sorted_by_what_helps(code: str, kind: type[UpstreamError]) -> None:
    with pytest.raises(kind):
        await forward(answering(orjson.dumps({"errors": [{"message": "m", "extensions": {"code": code}}]})))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, '{"errors":[{"message":"","extensions":{"code":"UNAUTHORIZED"}}]}', Denied),
        (402, '{"errors":"This shop\'s plan does not have access to this feature"}', Denied),
        (403, '{"errors":"Unavailable Shop"}', Denied),
        (404, '{"errors":"Not Found"}', Denied),
        (423, '{"errors":"This shop is unavailable"}', Denied),
        (400, '{"errors":{"query":"Required parameter missing or invalid"}}', Rejected),
        (429, "", Throttled),
        (430, "<html>Security rejection</html>", Throttled),
        (500, '{"errors":"An unexpected error occurred"}', Unavailable),
        (503, "<html>down</html>", Unavailable),
        (302, "", Rejected),
    ],
)
async def test_a_status_is_read_before_the_body(status: int, body: str, kind: type[UpstreamError]) -> None:
    with pytest.raises(kind):
        await forward(answering(body, status))


async def test_a_required_wait_of_shopify_may_have_decimals() -> None:
    with pytest.raises(Throttled) as raised:
        await forward(answering("", 429, {"retry-after": "4.5"}))

    assert raised.value.retry_after_s == 4.5


@pytest.mark.parametrize(
    "body",
    ["", "<html></html>", "[]", "{}", '{"data":[]}', '{"data":"x"}', '{"data":{"a":1', '{"data":null}', "null", "7"],
)
async def test_nonsense_is_broken(body: str) -> None:
    with pytest.raises(Broken):
        await forward(answering(body))


@pytest.mark.parametrize("errors", ['"oops"', '{"query":"oops"}'])
async def test_errors_that_are_not_a_list_are_a_rejection(errors: str) -> None:
    with pytest.raises(Rejected):
        await forward(answering(f'{{"errors":{errors}}}'))


async def test_a_lost_connection_is_unavailable() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unavailable):
        await forward(handler)


async def test_an_answer_after_the_deadline_is_unavailable() -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    storefront = Storefront(httpx.MockTransport(never), StorefrontAccess(URL), deadline_s=0.01)
    with pytest.raises(Unavailable):
        await storefront.forward("Shop", b"{}", buyer_ip=None)


class _Cut(httpx.AsyncByteStream):
    """A body whose sender falls silent after the first bytes."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"data":'
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed = True


async def test_the_deadline_covers_the_body_and_closes_the_connection() -> None:
    body = _Cut()
    storefront = Storefront(
        httpx.MockTransport(lambda request: httpx.Response(200, stream=body)), StorefrontAccess(URL), deadline_s=0.01
    )

    with pytest.raises(Unavailable):
        await storefront.forward("Shop", b"{}", buyer_ip=None)
    assert body.closed


async def test_an_answer_may_come_compressed() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=gzip.compress(b'{"data":{}}'), headers={"content-encoding": "gzip"})

    answer = await forward(handler)

    assert answer.data == b"{}"
    assert "gzip" in seen[0].headers["accept-encoding"]


async def test_one_buyers_cookies_are_not_sent_for_the_next() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": {}}, headers={"set-cookie": "buyer=first; Path=/"})

    storefront = Storefront(httpx.MockTransport(handler), StorefrontAccess(URL), deadline_s=5)
    await storefront.forward("Shop", b"{}", buyer_ip=None)
    await storefront.forward("Shop", b"{}", buyer_ip=None)

    assert "cookie" not in seen[1].headers


class Failing:
    """Answers with these statuses and headers in turn, then well. Counts the requests."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self._answers = list(answers)
        self.sent = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        if not self._answers:
            return httpx.Response(200, json={"data": {}})
        status, headers = self._answers.pop(0)
        return httpx.Response(status, headers=headers)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_mutation_is_sent_once_whatever_happens(status: int) -> None:
    shop = Failing((status, {}))
    with pytest.raises((Unavailable, Throttled)):
        await forward(shop)
    assert shop.sent == 1


async def test_a_read_is_sent_again_when_that_may_help() -> None:
    shop = Failing((503, {}), (429, {"retry-after": "1.5"}))
    assert (await forward(shop, idempotent=True)).data == b"{}"
    assert shop.sent == 3


async def test_a_read_that_was_refused_is_not_sent_again() -> None:
    shop = Failing((403, {}))
    with pytest.raises(Denied):
        await forward(shop, idempotent=True)
    assert shop.sent == 1


async def test_a_very_long_wait_does_not_start() -> None:
    shop = Failing((429, {"retry-after": "30"}))
    with pytest.raises(Throttled) as raised:
        await forward(shop, idempotent=True)
    assert (shop.sent, raised.value.retry_after_s) == (1, 30.0)
