"""Refusals state their real cause: credentials are blamed for nothing else."""

import httpx
import pytest

from clients.errors import AccountSuspended, AddressUnknown, Denied, UpstreamError
from clients.http import refusal
from clients.http_messages import Response
from clients.pos.square.errors import refusal as square_refusal
from clients.printful.errors import refusal as printful_refusal
from clients.upstreams import UpstreamName
from resolvers.checks import failed
from resolvers.orders.settlement import in_words
from resolvers.public_errors import from_upstream

REQUEST = httpx.Request("POST", "https://upstream.example/")


def refused(status: int, upstream: UpstreamName = UpstreamName.ADMIN) -> UpstreamError:
    response = httpx.Response(status, json={"errors": "This shop is unavailable"}, request=REQUEST)
    if upstream == "printful":
        error = printful_refusal("order", Response.of(response), response.json())
    elif upstream == "square":
        error = square_refusal("create_order", response)
    else:
        error = refusal(upstream, "Order", response)
    assert error is not None
    return error


def texts(error: UpstreamError) -> list[str]:
    """What staff, whoever runs `doctor`, and callers read of it."""
    return [in_words(error), failed("Admin", error).message, from_upstream(error).message]


@pytest.mark.parametrize("status", [402, 423])
@pytest.mark.parametrize(
    "upstream", [UpstreamName.STOREFRONT, UpstreamName.ADMIN, UpstreamName.PRINTFUL, UpstreamName.SQUARE]
)
def test_a_suspended_account_is_called_so(upstream: UpstreamName, status: int) -> None:
    error = refused(status, upstream)

    assert isinstance(error, AccountSuspended)
    for text in texts(error):
        assert "unpaid or locked" in text
        assert "credential" not in text
        assert "token" not in text


def test_a_wrong_address_is_reported_as_one() -> None:
    error = refused(404)

    assert isinstance(error, AddressUnknown)
    for text in texts(error):
        assert "address" in text
        assert "credential" not in text


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_called_so(status: int) -> None:
    error = refused(status)

    assert type(error) is Denied
    assert "credentials" in in_words(error)
