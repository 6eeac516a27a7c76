"""Ids of requests: those of callers are used when they are harmless, others are made."""

import pytest

from edge.request_ids import request_id_of


def test_no_two_requests_share_an_id() -> None:
    ids = {request_id_of({}) for _ in range(10_000)}

    assert len(ids) == 10_000
    assert all(16 <= len(each) <= 24 and each.isalnum() for each in ids)


def test_the_id_of_a_caller_is_used() -> None:
    assert request_id_of({b"x-request-id": b"abc-DEF_12345"}) == b"abc-DEF_12345"


@pytest.mark.parametrize("given", [b"", b"short", b"x" * 65, b"a b c d e f g h", b"a\r\nset-cookie: a=b", b"\xff" * 9])
def test_an_id_that_could_harm_the_log_is_replaced(given: bytes) -> None:
    assert request_id_of({b"x-request-id": given}) != given
