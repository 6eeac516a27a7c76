"""What the gateway keeps of an order's forwarding, and what it keeps to itself."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.orders.journal import (
    APPEARS_WITHIN,
    Journal,
    PartState,
    PrintRecord,
    TicketRecord,
    read_journal,
    scrubbed,
)


@pytest.mark.parametrize(
    "text",
    ["The address of Ana Example is unknown", "THE ADDRESS OF ANA EXAMPLE IS UNKNOWN", "ana example, ana@example.com"],
)
def test_the_buyers_data_is_removed_in_every_spelling(text: str) -> None:
    clean = scrubbed(text, ["Ana Example", "ana@example.com", None, ""])

    assert "ana" not in clean.casefold()
    assert "…" in clean


def test_a_text_without_anything_of_the_buyers_stays() -> None:
    assert scrubbed("HTTP 400 (bad request)", ["Ana (Example)", ".*"]) == "HTTP 400 (bad request)"


ORDER = "5678901234567"
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def written(**document: Any) -> str:
    return json.dumps(document)


def test_a_journal_is_read_as_it_was_written() -> None:
    journal = Journal(order=ORDER, is_new=False)
    journal.print.external_id, journal.print.may_exist, journal.print.may_appear_until = ORDER, True, AT
    journal.print.remember_refusal(confirmation="abc")
    journal.tickets["201"] = TicketRecord(sending_several=True)
    journal.tickets["201"].remember_refusal(cancelling=True)

    assert read_journal(journal.text(), ORDER) == journal


def test_a_journal_of_another_order_says_nothing_of_this_one() -> None:
    copied = Journal(PrintRecord(order_id=77, state=PartState.FORWARDED), {"201": TicketRecord()}, order="111").text()

    journal = read_journal(copied, ORDER)

    assert (journal.order, journal.print.order_id, journal.tickets) == (ORDER, None, {})
    assert journal.print.may_exist  # what stood there before the copy is not known


def test_a_journal_of_version_1_names_its_order_by_its_printful_order() -> None:
    text = written(v=1, print={"order_id": 77, "external_id": f"{ORDER}-2"})

    assert read_journal(text, ORDER).print.order_id == 77
    assert read_journal(text, "111").print.order_id is None


def test_a_journal_that_does_not_name_its_order_is_not_read() -> None:
    with pytest.raises(ValueError, match="order"):
        read_journal(written(v=2), ORDER)


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ("0123456789abcdef", ("0123456789abcdef", None, False)),
        ("withdrawn", (None, None, True)),
        ("confirm 0123456789abcdef", (None, "0123456789abcdef", False)),
        (None, (None, None, False)),
    ],
)
def test_markers_in_digests_of_version_1_become_fields(refused: str | None, expected: tuple[Any, ...]) -> None:
    record = read_journal(written(v=1, print={"refused_digest": refused}), ORDER).print

    assert (record.refused_digest, record.confirm_refused, record.cancel_refused) == expected


def test_markers_in_ticket_digests_of_version_1_become_fields() -> None:
    journal = read_journal(
        written(v=1, tickets={"201": {"refused_digest": "withdrawn", "sending": "several"}, "202": {"sending": "abc"}}),
        ORDER,
    )

    several, one = journal.tickets["201"], journal.tickets["202"]
    assert (several.refused_digest, several.cancel_refused) == (None, True)
    assert (several.sending, several.sending_several) == (None, True)
    assert (one.sending, one.sending_several) == ("abc", False)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"v":3,"order":"1"}', '{"v":1,"tickets":[1]}', '{"v":1,"print":5}'])
def test_a_text_that_is_no_journal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_journal(text, ORDER)


def test_a_creation_of_version_1_that_was_not_answered_may_still_appear() -> None:
    record = read_journal(written(v=1, print={"may_exist": True, "sent_at": AT.isoformat()}), ORDER).print

    assert record.may_have_unconfirmed_creation(AT + timedelta(seconds=30))
    assert not record.may_have_unconfirmed_creation(AT + APPEARS_WITHIN)


def test_an_order_that_printful_shows_has_no_unseen_creation() -> None:
    journal = Journal(PrintRecord(may_exist=True, may_appear_until=AT))
    assert journal.may_have_unconfirmed_creation(AT - timedelta(seconds=1))
    assert not journal.may_have_unconfirmed_creation(AT)
    journal.print.order_id = 77
    assert not journal.may_have_unconfirmed_creation(AT - timedelta(seconds=1))
