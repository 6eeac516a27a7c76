"""Square's failures: how they are classified, retried and reported."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from clients.budget import Priority
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.timing import Deadline
from tests.upstream.fake_square import TOKEN, FakeSquare, answered, instead, refused
from tests.upstream.pos_orders import LATTES
from tests.upstream.square_calls import connected
from tests.virtual_time import PassingTime

# Health


async def test_square_is_healthy_when_all_locations_are_active() -> None:
    assert (await connected(FakeSquare()).health()).ok


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"location_ids": ["LOC1", "LOC2"]}, "knows no location LOC2"),
        ({"location_ids": []}, "No location"),
        ({"token": "old"}, "refuses our token"),
    ],
)
async def test_set_up_faults_are_reported_with_a_reason(options: dict[str, Any], words: str) -> None:
    health = await connected(FakeSquare(), **options).health()
    assert not health.ok
    assert words in health.detail


async def test_a_location_that_was_closed_is_not_well() -> None:
    square = FakeSquare()
    square.locations["LOC1"] = "INACTIVE"
    assert not (await connected(square).health()).ok


# Failures


async def failure(answer: httpx.Response | Exception) -> UpstreamError:
    def handler(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(UpstreamError) as caught:
        await connected(handler).status("square-sq1", options=CallOptions(Priority.ORDERS))
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(401, "UNAUTHORIZED", "AUTHENTICATION_ERROR"), Denied),
        (refused(403, "INSUFFICIENT_SCOPES", "AUTHENTICATION_ERROR"), Denied),
        (refused(429, "RATE_LIMITED", "RATE_LIMIT_ERROR"), Throttled),
        (refused(500, "INTERNAL_SERVER_ERROR", "API_ERROR"), Unavailable),
        (refused(408, "REQUEST_TIMEOUT", "API_ERROR"), Unavailable),
        (refused(504, "GATEWAY_TIMEOUT", "API_ERROR"), Unavailable),
        (refused(400, "TEMPORARY_ERROR", "API_ERROR"), Unavailable),
        (refused(400, "VALUE_TOO_LONG"), Rejected),
        (httpx.Response(502, text="<html>Bad gateway</html>"), Unavailable),
        (httpx.Response(503, json={"errors": ["down"]}), Unavailable),
        (httpx.Response(404, text="<html>Not found</html>"), Broken),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), Broken),
        (httpx.Response(200, text="<html>Welcome</html>"), Broken),
        (httpx.Response(200, json=[1, 2]), Broken),
        (httpx.Response(200, content=b"\xff\xfe{"), Broken),
        (httpx.Response(200, content=b'{"order":' + b"[" * 5000 + b"]" * 5000 + b"}"), Broken),
        (answered(order=None), Broken),
        (answered(order=5), Broken),
        (answered(order=["sq1"]), Broken),
        (answered(order={"id": 7, "location_id": "LOC1"}), Broken),
        (answered(order={"id": "sq1", "location_id": "LOC1", "fulfillments": 5}), Broken),
        (answered(order={"id": "sq1", "location_id": "LOC1", "fulfillments": ["x"]}), Broken),
        (answered(), Broken),
        (httpx.Response(400, json={"errors": {"code": "BAD_REQUEST"}}), Broken),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.RemoteProtocolError("cut"), Unavailable),
    ],
    ids=str,
)
async def test_every_failure_is_sorted_by_what_can_be_done(answer: Any, kind: type[UpstreamError]) -> None:
    error = await failure(answer)
    assert type(error) is kind
    assert (error.upstream, error.operation) == ("square", "get_order")


async def test_a_rejection_has_squares_code_and_field_but_not_its_text() -> None:
    error = await failure(refused(400, "VALUE_TOO_LONG", field="order.reference_id"))
    assert isinstance(error, Rejected)
    assert error.code == "VALUE_TOO_LONG"
    assert error.detail == "HTTP 400 VALUE_TOO_LONG order.reference_id"


async def test_an_odd_total_is_unknown_rather_than_wrong() -> None:
    order = {"id": "sq1", "location_id": "LOC1", "total_money": {"amount": "much"}, "updated_at": "soon"}
    found = await connected(lambda request: answered(order=order)).status("square-sq1")
    assert found is not None
    assert (found.total, found.is_paid, found.updated_at) == (None, None, None)


async def test_squares_required_wait_is_passed_on() -> None:
    time, square = PassingTime(), FakeSquare()
    square.faults = [instead(refused(429, "RATE_LIMITED", "RATE_LIMIT_ERROR", retry_after="3"))]
    await connected(square, time=time).health()
    assert sum(time.slept) >= 3


async def test_a_wait_beyond_the_deadline_does_not_start() -> None:
    time, square = PassingTime(), FakeSquare()
    square.faults = [instead(refused(429, "RATE_LIMITED", "RATE_LIMIT_ERROR", retry_after="60"))]
    options = CallOptions(deadline=Deadline.after(5, time.timing.clock))
    connector = connected(square, time=time)
    with pytest.raises(Throttled) as caught:
        await connector.status("square-sq1", options=options)
    assert caught.value.retry_after_s == 60
    assert len(square.requests) == 1


async def test_the_package_itself_does_not_retry() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return refused(409, "CONFLICT")

    with pytest.raises(Rejected):
        await connected(handler).status("square-sq1")
    assert len(seen) == 1


async def test_all_requests_of_a_call_share_its_deadline() -> None:
    time, square = PassingTime(), FakeSquare()

    def slow(act: Callable[[], httpx.Response]) -> httpx.Response:
        time.now += 5
        return act()

    square.faults = [slow, slow]
    with pytest.raises(Unavailable, match="no time is left"):
        await connected(square, time=time).send(LATTES, may_exist=True)


async def test_the_token_is_in_no_error_and_no_representation() -> None:
    error = await failure(refused(401, "UNAUTHORIZED", "AUTHENTICATION_ERROR"))
    assert TOKEN not in f"{error!r} {error}"
