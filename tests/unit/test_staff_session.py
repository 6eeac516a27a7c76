"""Sessions of the staff desk, their cookies alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.staff.access import StaffAccess
from edge.staff.session import OutcomeMessage, StaffSessions

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sessions(access: StaffAccess | None = None, secret: str | None = None, after_s: float = 0) -> StaffSessions:
    found = access or StaffAccess("common", {"Ada": "adas"})
    return StaffSessions(found, secret, lifetime_s=3600, now=lambda: NOON + timedelta(seconds=after_s))


def test_a_session_says_who_it_is_and_has_a_form_token_of_its_own() -> None:
    first, second = (sessions().read(sessions().begin("Ada")) for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.name == second.name == "Ada"
    assert first.form_token != second.form_token
    assert first.sent(first.form_token)
    assert not first.sent(second.form_token)


@pytest.mark.parametrize(("after_s", "is_valid"), [(0, True), (3600, True), (3601, False), (-120, False)])
def test_a_session_lasts_as_long_as_is_set(after_s: float, is_valid: bool) -> None:
    assert (sessions(after_s=after_s).read(sessions().begin("Ada")) is not None) is is_valid


@given(st.text(max_size=300))
def test_a_forged_cookie_is_not_a_session(cookie: str) -> None:
    assert sessions().read(cookie) is None
    assert sessions().read_message(cookie) is None


def test_a_cookie_is_text_that_needs_no_quotes_and_shows_nothing() -> None:
    cookie = sessions().begin("Ada")

    assert cookie.replace("-", "").replace("_", "").isalnum()
    assert "Ada" not in cookie


@pytest.mark.parametrize(
    "other",
    [
        StaffAccess("common", {"Ada": "adas", "Ben": "bens"}),
        StaffAccess("common", {"Ada": "new"}),
        StaffAccess("new", {"Ada": "adas"}),
        StaffAccess(None, {"Ada": "adas"}),
    ],
)
def test_other_tokens_make_another_key(other: StaffAccess) -> None:
    assert sessions(other).read(sessions().begin("Ada")) is None


def test_another_secret_makes_another_key() -> None:
    assert sessions(secret="b").read(sessions(secret="a").begin("Ada")) is None


def test_a_message_and_a_session_are_not_taken_for_each_other() -> None:
    there = sessions()
    message = OutcomeMessage("It was done.", is_refusal=False)

    assert there.read_message(there.message(message)) == message
    assert there.read(there.message(message)) is None
    assert there.read_message(there.begin("Ada")) is None


def test_a_long_message_fits_into_a_cookie() -> None:
    cookie = sessions().message(OutcomeMessage("é" * 5000, is_refusal=True))

    assert len(cookie) < 4096
    assert sessions().read_message(cookie) is not None
