"""Staff are callers with the token; without a configured token nobody is."""

import pytest

from edge.staff import StaffAccess


@pytest.mark.parametrize("header", [b"Bearer right", b"bearer right", b"Bearer  right "])
def test_the_token_opens(header: bytes) -> None:
    assert StaffAccess("right").allows(header)


@pytest.mark.parametrize(
    "header", [None, b"", b"right", b"Bearer", b"Bearer wrong", b"Basic right", b"Bearer righ\xff"]
)
def test_another_token_is_not_the_staff_token(header: bytes | None) -> None:
    assert not StaffAccess("right").allows(header)


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("header", [None, b"Bearer ", b"Bearer None"])
def test_without_a_configured_token_nobody_is_staff(token: str | None, header: bytes | None) -> None:
    assert not StaffAccess(token).allows(header)
