"""Whether two orders are the same goods, and the digests that notice a change."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from clients.pos.orders import GenericOrder, PaymentStatus
from clients.printful.orders import OrderDraft, PrintItem, PrintOrder, PrintStatus
from resolvers.orders.comparing import difference, draft_digest, ticket_digest, with_printed_art
from tests.unit.orders_given import ADDRESS, ART, NOW, blank, line, order, pickup, planned, printed


def draft(*lines: Any, **changes: Any) -> OrderDraft:
    made = planned(order(*(lines or (blank(21, 2), printed())), **changes)).print.draft
    assert made is not None
    return made


def found(*changes: tuple[int, dict[str, Any]], extra: tuple[PrintItem, ...] = ()) -> PrintOrder:
    """The order of `draft()` as Printful shows it, with changes to its items by their place."""
    items = [
        PrintItem(1, "21", 2, variant_id=4012, name="White mug", art_urls=(ART,)),
        PrintItem(
            2, "31", 1, variant_id=9000, sync_variant_id=77, name="Cap", art_urls=("https://art.example/cap.png",)
        ),
    ]
    for place, change in changes:
        items[place] = replace(items[place], **change)
    return PrintOrder(1, "5678901234567", PrintStatus.DRAFT, NOW, NOW, items=(*items, *extra))


def test_an_order_with_the_same_goods_differs_in_nothing() -> None:
    assert difference(draft(), found()) is None


def test_the_order_of_the_lines_does_not_count() -> None:
    assert difference(draft(), replace(found(), items=found().items[::-1])) is None


@pytest.mark.parametrize(
    ("place", "change", "word"),
    [
        (0, {"quantity": 3}, "the quantity 3 at Printful instead of 2"),
        (0, {"variant_id": 4018}, "a different variant"),
        (0, {"sync_variant_id": 5}, "a different variant"),
        (1, {"sync_variant_id": 78}, "a different variant"),
        (0, {"art_urls": ("https://art.example/other.png",)}, "different art"),
        (0, {"art_urls": (ART, "https://art.example/other.png")}, "different art"),
        (0, {"external_id": "99"}, "missing at Printful"),
        (0, {"external_id": None}, "not in the draft"),
    ],
)
def test_a_difference_is_said_in_words(place: int, change: dict[str, Any], word: str) -> None:
    assert word in (difference(draft(), found((place, change))) or "")


def test_only_the_designs_address_is_new_where_printful_has_the_art_under_an_earlier_one() -> None:
    before, old = draft(), "https://art.example/old.png"
    moved = replace(before, items=(replace(before.items[0], previous_art_urls=(old,)), before.items[1]))
    there = found((0, {"art_urls": (old,)}))

    assert "different art" in (difference(moved, there) or "")
    assert difference(with_printed_art(moved, there), there) is None
    assert with_printed_art(moved, found()) == moved
    stranger = found((0, {"art_urls": ("https://art.example/other.png",)}))
    assert with_printed_art(moved, stranger) == moved


def test_earlier_addresses_of_art_are_not_part_of_a_digest() -> None:
    before = draft()
    moved = replace(
        before, items=tuple(replace(item, previous_art_urls=("https://a.example/",)) for item in before.items)
    )
    assert draft_digest(moved) == draft_digest(before)


def test_art_that_printful_does_not_show_is_not_held_against_it() -> None:
    assert difference(draft(), found((0, {"art_urls": (None,)}))) is None
    assert difference(draft(), found((0, {"art_urls": ()}))) is None


def test_a_line_more_or_twice_is_a_difference() -> None:
    more = PrintItem(3, "41", 1, variant_id=4012, name="Tote")
    assert '"Tote"' in (difference(draft(), found(extra=(more,))) or "")
    twice = replace(found().items[0], id=4)
    assert "2 times" in (difference(draft(), found(extra=(twice,))) or "")


def test_all_differences_are_reported() -> None:
    said = difference(draft(), found((0, {"quantity": 3}), (1, {"sync_variant_id": 78}))) or ""
    assert '"Mug"' in said
    assert '"Cap"' in said


def test_the_recipient_does_not_count_as_goods() -> None:
    moved = draft(shipping_address=replace(ADDRESS, address1="9 Elsewhere Road"))
    assert difference(moved, found()) is None


def test_the_digest_of_a_draft_changes_with_all_that_is_sent() -> None:
    drafts = [
        draft(),
        draft(blank(21, 3), printed()),
        draft(shipping_address=replace(ADDRESS, zip="91312")),
        draft(email="other@example.com"),
        draft(blank(21, 2, price="21.00"), printed()),
        replace(draft(), shipping="PRINTFUL_FAST"),
    ]
    assert len({draft_digest(each) for each in drafts}) == len(drafts)


def test_the_digest_of_a_draft_stays_with_another_number_and_other_zeros() -> None:
    item = draft().items[0]
    other = replace(
        draft(), external_id="5678901234567-2", items=(replace(item, retail_price=Decimal("20")), draft().items[1])
    )
    assert draft_digest(other) == draft_digest(draft())


def test_digests_are_short_and_hold_nothing_readable() -> None:
    digest = draft_digest(draft())
    assert len(digest) == 16
    assert set(digest) <= set("0123456789abcdef")


def ticket(**changes: Any) -> GenericOrder:
    [plan] = planned(pickup(line(11, changes.pop("quantity", 1)), **changes)).tickets
    assert plan.order is not None
    return plan.order


def test_the_digest_of_a_ticket_changes_with_its_goods_and_its_table() -> None:
    tickets = [ticket(), ticket(quantity=2), ticket(attributes=(("table", "5"),))]
    assert len({ticket_digest(each) for each in tickets}) == len(tickets)


def test_the_digest_of_a_ticket_stays_with_another_revision_a_payment_a_note_and_the_passing_of_its_time() -> None:
    made = ticket(attributes=(("pickup_at", "2026-11-22T11:30:00Z"),))
    later = replace(
        made,
        key=f"{made.key}-r2",
        payment=replace(made.payment, status=PaymentStatus.UNPAID_AT_POS),
        fulfillment=replace(made.fulfillment, requested_at=None),
        order_notes="No bag",
    )
    assert ticket_digest(later) == ticket_digest(made)
