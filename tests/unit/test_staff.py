"""Staff are callers with the token; without a configured token nobody is."""

import pytest

from edge.staff.access import StaffAccess


@pytest.mark.parametrize("header", [b"Bearer right", b"bearer right", b"Bearer  right "])
def test_the_staff_token_grants_access(header: bytes) -> None:
    assert StaffAccess("right").allows(header)


@pytest.mark.parametrize(
    "header", [None, b"", b"right", b"Bearer", b"Bearer wrong", b"Basic right", b"Bearer righ\xff"]
)
def test_another_token_is_not_the_staff_token(header: bytes | None) -> None:
    assert not StaffAccess("right").allows(header)


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("header", [None, b"Bearer ", b"Bearer None"])
def test_without_a_configured_token_no_caller_is_staff(token: str | None, header: bytes | None) -> None:
    assert not StaffAccess(token).allows(header)


NAMED = StaffAccess("common", {"Ada": "adas", "Ben": "bens"})


@pytest.mark.parametrize(
    ("header", "name"),
    [(b"Bearer adas", "Ada"), (b"Bearer bens", "Ben"), (b"Bearer common", "staff"), (b"Bearer carols", None)],
)
def test_each_token_has_a_name(header: bytes, name: str | None) -> None:
    assert NAMED.name_in(header) == name


def test_named_tokens_alone_are_enough() -> None:
    access = StaffAccess(None, {"Ada": "adas"})

    assert access.is_on
    assert access.allows(b"Bearer adas")
    assert not access.allows(b"Bearer ")


def test_no_two_sets_of_tokens_have_one_fingerprint() -> None:
    sets = [
        StaffAccess(None),
        StaffAccess("a"),
        StaffAccess("b"),
        StaffAccess(None, {"a": "b"}),
        StaffAccess(None, {"ab": "c"}),
        StaffAccess(None, {"a": "bc"}),
        StaffAccess(None, {"a": "b", "c": "d"}),
        StaffAccess(None, {"a": "b\0c\0d"}),
    ]
    assert len({each.fingerprint() for each in sets}) == len(sets) - 1  # a token cannot have a null character
