"""What Admin is told of an order: metafields, marks, parcels; and what of it is sent again when no answer came."""

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from clients.admin.order_client import ANY, AdminOrders
from clients.admin.orders import Tracking
from clients.errors import Broken, Conflict, Rejected, Throttled, Unavailable
from clients.global_ids import GlobalId
from tests.upstream.fake_admin import ORDER_ID, Shopify, answer, done, refused

FULFILLMENT_ID = GlobalId("gid://shopify/Fulfillment/9")
WRITTEN = GlobalId("gid://shopify/FulfillmentOrder/1")
PRODUCT_ID = GlobalId("gid://shopify/Product/1")

Change = Callable[[AdminOrders], Coroutine[Any, Any, Any]]


def stored(*keys: str) -> dict[str, Any]:
    metafields = [{"key": key, "compareDigest": f"new digest of {key}"} for key in keys]
    return answer(metafieldsSet={"metafields": metafields, "userErrors": []})


async def test_metafields_of_an_order_are_set_in_one_request() -> None:
    shopify = Shopify(stored("forwarding", "printful_order_id", "pos_order_id"))

    async with shopify.orders() as orders:
        digests = await orders.set_metafields(
            ORDER_ID,
            {
                "forwarding": ("json", "{}", "old"),
                "printful_order_id": ("single_line_text_field", "12345", None),
                "pos_order_id": ("single_line_text_field", "square-abc", ANY),
            },
        )

    first, second, third = shopify.asked[0]["metafields"]
    common = {"ownerId": ORDER_ID, "namespace": "kynda"}
    assert first == {**common, "key": "forwarding", "type": "json", "value": "{}", "compareDigest": "old"}
    assert second["compareDigest"] is None
    assert "compareDigest" not in third
    assert digests["forwarding"] == "new digest of forwarding"
    assert len(digests) == 3


@pytest.mark.parametrize("code", ["STALE_OBJECT", "INVALID_COMPARE_DIGEST", "TAKEN"])
async def test_a_metafield_that_somebody_else_wrote_is_a_conflict(code: str) -> None:
    errors = [refused("Another.", code=None, elementIndex=0), refused("Stale.", code=code, elementIndex=1)]
    shopify = Shopify(answer(metafieldsSet={"metafields": [], "userErrors": errors}))

    async with shopify.orders() as orders:
        with pytest.raises(Conflict, match=r"Another\.; Stale\.") as raised:
            await orders.set_metafields(ORDER_ID, {"forwarding": ("json", "{}", "old")})

    assert raised.value.code == code


async def test_a_metafield_that_shopify_refuses_is_no_conflict() -> None:
    errors = [refused("Value is no JSON.", code="INVALID_VALUE", elementIndex=0)]
    shopify = Shopify(answer(metafieldsSet={"metafields": None, "userErrors": errors}))

    async with shopify.orders() as orders:
        with pytest.raises(Rejected, match="no JSON") as raised:
            await orders.set_metafields(ORDER_ID, {"forwarding": ("json", "{", ANY)})

    assert not isinstance(raised.value, Conflict)
    assert raised.value.code == "INVALID_VALUE"


async def test_metafields_without_a_result_do_not_count_as_set() -> None:
    async with Shopify(stored("forwarding")).orders() as orders:
        with pytest.raises(Broken):
            await orders.set_metafields(ORDER_ID, {"pos_order_id": ("single_line_text_field", "square-abc", ANY)})


async def test_no_metafields_are_no_request() -> None:
    shopify = Shopify()

    async with shopify.orders() as orders:
        assert await orders.set_metafields(ORDER_ID, {}) == {}

    assert shopify.asked == []


async def test_tags_and_note_go_in_one_request() -> None:
    shopify = Shopify(done("tagsAdd", "tagsRemove", "orderUpdate"))

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID, ["printful-forwarded"], ["forwarding-pending"], "No onions")

    assert shopify.asked == [
        {
            "id": ORDER_ID,
            "add": ["printful-forwarded"],
            "remove": ["forwarding-pending"],
            "note": {"id": ORDER_ID, "note": "No onions"},
            "adds": True,
            "removes": True,
            "notes": True,
        }
    ]


async def test_unchanged_tags_and_notes_are_not_sent() -> None:
    shopify = Shopify(done("tagsAdd"))

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID, add=["pos-failed"])

    [asked] = shopify.asked
    assert (asked["adds"], asked["removes"], asked["notes"]) == (True, False, False)
    assert "note" not in asked["note"]


async def test_an_empty_note_empties_it() -> None:
    shopify = Shopify(done("orderUpdate"))

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID, note="")

    assert shopify.asked[0]["note"] == {"id": ORDER_ID, "note": ""}


def marked(*, replaced: str | None) -> dict[str, Any]:
    """An answer to tags and a note, and the note as it was in between."""
    answered = done("tagsAdd", "orderUpdate")
    answered["data"]["tagsAdd"]["node"] = {"note": replaced}
    return answered


def with_line(note: str | None) -> str | None:
    """What the gateway writes: its line once, after what staff wrote."""
    lines = (note or "").splitlines()
    return None if "id: 1" in lines else "\n".join([*lines, "id: 1"])


async def notes_written(*replaced: str | None, read: str | None = "Ring twice.") -> list[str]:
    """The notes that are written one after the other, when these are what each replaces."""
    shopify = Shopify({"data": {"order": {"note": read}}}, *(marked(replaced=each) for each in replaced))
    async with shopify.orders() as orders:
        note = await orders.note(ORDER_ID)
        await orders.annotate(ORDER_ID, note, with_line, ["printful-forwarded"])
    return [asked["note"]["note"] for asked in shopify.asked[1:] if asked["notes"]]


async def test_the_note_is_read_again_just_before_it_is_written() -> None:
    assert await notes_written("Ring twice.") == ["Ring twice.\nid: 1"]


async def test_line_ends_are_no_other_note() -> None:
    assert await notes_written("Ring.\nTwice.", read="Ring.\r\nTwice.") == ["Ring.\nTwice.\nid: 1"]


async def test_a_concurrent_change_of_the_note_is_restored_with_our_lines() -> None:
    ours = "Ring twice.\nid: 1"

    assert await notes_written("Call first.", ours) == [ours, "Call first.\nid: 1"]


async def test_two_concurrent_changes_of_the_note_are_restored() -> None:
    ours = "Ring twice.\nid: 1"

    assert await notes_written("Call first.", "Call later.", "Call first.\nid: 1") == [
        ours,
        "Call first.\nid: 1",
        "Call later.\nid: 1",
    ]


async def test_our_own_note_from_an_unanswered_attempt_is_recognized() -> None:
    ours = "Ring twice.\nid: 1"

    assert await notes_written(ours) == [ours]


async def test_a_note_that_has_our_lines_is_left_alone() -> None:
    assert await notes_written("Ring twice.\nid: 1", read="Ring twice.\nid: 1") == []


async def test_no_request_is_sent_without_changes() -> None:
    shopify = Shopify()

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID)
        await orders.tag_product(PRODUCT_ID)

    assert shopify.asked == []


async def test_each_refused_tag_is_reported() -> None:
    answered = done("tagsRemove")
    answered["data"]["tagsAdd"] = {"userErrors": [refused("Tag is too long.")]}
    answered["data"]["orderUpdate"] = {"userErrors": [refused("Note is too long.")]}

    async with Shopify(answered).orders() as orders:
        with pytest.raises(Rejected, match=r"Tag is too long\.; Note is too long\."):
            await orders.mark(ORDER_ID, ["a"], ["b"], "c")


async def test_a_tag_change_without_a_result_does_not_count_as_done() -> None:
    async with Shopify(done("tagsAdd")).orders() as orders:
        with pytest.raises(Broken):
            await orders.mark(ORDER_ID, ["a"], ["b"])


async def test_a_products_tags_go_in_one_request() -> None:
    shopify = Shopify(done("tagsAdd", "tagsRemove"))

    async with shopify.orders() as orders:
        await orders.tag_product(PRODUCT_ID, ["printful-out-of-stock"], ["new"])

    [asked] = shopify.asked
    assert (asked["add"], asked["remove"], asked["adds"], asked["removes"]) == (
        ["printful-out-of-stock"],
        ["new"],
        True,
        True,
    )


def fulfilled() -> dict[str, Any]:
    return answer(fulfillmentCreate={"fulfillment": {"id": FULFILLMENT_ID}, "userErrors": []})


async def test_a_parcel_is_made_of_these_lines_with_its_tracking() -> None:
    shopify = Shopify(fulfilled())
    tracking = [Tracking("USPS", "94", "https://track.example/94"), Tracking("UPS", "95", "https://track.example/95")]

    async with shopify.orders() as orders:
        made = await orders.fulfill({"fo 1": {"part 1": 2, "part 2": 1}, "fo 2": {"part 3": 1}}, tracking)

    assert made == FULFILLMENT_ID
    assert shopify.asked[0]["fulfillment"] == {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": "fo 1",
                "fulfillmentOrderLineItems": [{"id": "part 1", "quantity": 2}, {"id": "part 2", "quantity": 1}],
            },
            {"fulfillmentOrderId": "fo 2", "fulfillmentOrderLineItems": [{"id": "part 3", "quantity": 1}]},
        ],
        "notifyCustomer": True,
        "trackingInfo": {
            "company": "USPS",
            "numbers": ["94", "95"],
            "urls": ["https://track.example/94", "https://track.example/95"],
        },
    }


async def test_a_pickup_has_no_tracking() -> None:
    shopify = Shopify(fulfilled())

    async with shopify.orders() as orders:
        await orders.fulfill({WRITTEN: {"part 1": 1}}, notify=False)

    assert shopify.asked[0]["fulfillment"]["notifyCustomer"] is False
    assert "trackingInfo" not in shopify.asked[0]["fulfillment"]


async def test_a_fulfillment_order_of_which_nothing_is_inside_is_not_handed_over_whole() -> None:
    shopify = Shopify(fulfilled())

    async with shopify.orders() as orders:
        await orders.fulfill({"fo 1": {}, "fo 2": {"part 2": 0, "part 3": 1}, "fo 3": {"part 4": 0}})
        with pytest.raises(ValueError, match="nothing"):
            await orders.fulfill({"fo 1": {}, "fo 3": {"part 4": 0}})

    [asked] = shopify.asked
    assert asked["fulfillment"]["lineItemsByFulfillmentOrder"] == [
        {"fulfillmentOrderId": "fo 2", "fulfillmentOrderLineItems": [{"id": "part 3", "quantity": 1}]}
    ]


async def test_a_fulfillment_that_shopify_refuses_is_rejected_with_its_message() -> None:
    answered = answer(fulfillmentCreate={"fulfillment": None, "userErrors": [refused("Quantity is too high.")]})

    async with Shopify(answered).orders() as orders:
        with pytest.raises(Rejected, match=r"Quantity is too high\."):
            await orders.fulfill({WRITTEN: {"part 1": 9}})


async def test_a_fulfillment_without_a_result_does_not_count_as_created() -> None:
    async with Shopify(answer(fulfillmentCreate={"fulfillment": None, "userErrors": []})).orders() as orders:
        with pytest.raises(Broken):
            await orders.fulfill({WRITTEN: {"part 1": 1}})


@pytest.mark.parametrize(
    ("tracking", "sent"),
    [
        ([Tracking("USPS", "94")], {"company": "USPS", "numbers": ["94"]}),
        (
            [Tracking(None, "94", "https://track.example/94"), Tracking(None, "95")],
            {"numbers": ["94", "95"]},
        ),
        (
            [Tracking("USPS", None, "https://track.example/?"), Tracking("USPS", "95", "https://track.example/95")],
            {"company": "USPS", "numbers": ["95"], "urls": ["https://track.example/95"]},
        ),
        (
            [Tracking("USPS", None, "https://track.example/94")],
            {"company": "USPS", "urls": ["https://track.example/94"]},
        ),
        ([Tracking("USPS")], {"company": "USPS"}),
    ],
)
async def test_an_address_never_goes_with_another_parcels_number(
    tracking: list[Tracking], sent: dict[str, Any]
) -> None:
    shopify = Shopify(done("fulfillmentTrackingInfoUpdate"))

    async with shopify.orders() as orders:
        await orders.retrack(FULFILLMENT_ID, tracking, notify=False)

    assert shopify.asked == [{"id": FULFILLMENT_ID, "tracking": sent, "notify": False}]


async def test_each_fulfillment_order_is_marked_as_ready_in_its_own_request() -> None:
    shopify = Shopify(done("fulfillmentOrderLineItemsPreparedForPickup"))

    async with shopify.orders() as orders:
        await orders.prepared_for_pickup([GlobalId("fo 1"), GlobalId("fo 2")])

    assert [each["input"]["lineItemsByFulfillmentOrder"] for each in shopify.asked] == [
        [{"fulfillmentOrderId": "fo 1"}],
        [{"fulfillmentOrderId": "fo 2"}],
    ]


def unprepared(code: str) -> dict[str, Any]:
    return answer(fulfillmentOrderLineItemsPreparedForPickup={"userErrors": [refused("No.", code=code)]})


async def test_a_ready_fulfillment_order_does_not_stop_the_others() -> None:
    shopify = Shopify(
        unprepared("NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"),
        done("fulfillmentOrderLineItemsPreparedForPickup"),
    )

    async with shopify.orders() as orders:
        await orders.prepared_for_pickup([GlobalId("fo 1"), GlobalId("fo 2")])

    assert len(shopify.asked) == 2


async def test_a_fulfillment_order_that_cannot_become_ready_is_rejected() -> None:
    async with Shopify(unprepared("FULFILLMENT_ORDER_INVALID")).orders() as orders:
        with pytest.raises(Rejected) as raised:
            await orders.prepared_for_pickup([GlobalId("fo 1")])

    assert raised.value.code == "FULFILLMENT_ORDER_INVALID"


REPEATED: dict[str, tuple[Change, dict[str, Any]]] = {
    "tags and note": (
        lambda orders: orders.mark(ORDER_ID, ["a"], ["b"], "c"),
        done("tagsAdd", "tagsRemove", "orderUpdate"),
    ),
    "tags of a product": (
        lambda orders: orders.tag_product(PRODUCT_ID, ["a"]),
        done("tagsAdd"),
    ),
    "metafields whatever they hold": (
        lambda orders: orders.set_metafields(ORDER_ID, {"forwarding": ("json", "{}", ANY)}),
        stored("forwarding"),
    ),
    "tracking without a letter": (
        lambda orders: orders.retrack(FULFILLMENT_ID, [Tracking("USPS", "94")], notify=False),
        done("fulfillmentTrackingInfoUpdate"),
    ),
    "ready for pickup": (
        lambda orders: orders.prepared_for_pickup([WRITTEN]),
        done("fulfillmentOrderLineItemsPreparedForPickup"),
    ),
}
SENT_ONCE: dict[str, Change] = {
    "metafields with a digest": lambda orders: orders.set_metafields(
        ORDER_ID, {"forwarding": ("json", "{}", "old"), "pos_order_id": ("single_line_text_field", "1", ANY)}
    ),
    "metafields that must not be there": lambda orders: orders.set_metafields(
        ORDER_ID, {"forwarding": ("json", "{}", None)}
    ),
    "a parcel": lambda orders: orders.fulfill({WRITTEN: {"part 1": 1}}),
    "tracking with a letter": lambda orders: orders.retrack(FULFILLMENT_ID, [Tracking("USPS", "94")], notify=True),
}


@pytest.mark.parametrize("lost", [503, httpx.ReadTimeout("too slow")], ids=["status", "timeout"])
@pytest.mark.parametrize("change", REPEATED.values(), ids=REPEATED)
async def test_idempotent_requests_are_retried(change: tuple[Change, dict[str, Any]], lost: Any) -> None:
    make, answered = change
    shopify = Shopify(lost, answered)

    async with shopify.orders() as orders:
        await make(orders)

    assert len(shopify.asked) == 2
    assert shopify.asked[0] == shopify.asked[1]


@pytest.mark.parametrize("lost", [503, httpx.ReadTimeout("too slow")], ids=["status", "timeout"])
@pytest.mark.parametrize("change", SENT_ONCE.values(), ids=SENT_ONCE)
async def test_non_idempotent_requests_are_sent_once(change: Change, lost: Any) -> None:
    shopify = Shopify(lost)

    async with shopify.orders() as orders:
        with pytest.raises(Unavailable):
            await change(orders)

    assert len(shopify.asked) == 1


async def test_a_throttled_change_is_reported_as_throttled() -> None:
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}

    async with Shopify(throttled).orders() as orders:
        with pytest.raises(Throttled):
            await orders.fulfill({WRITTEN: {"part 1": 1}})
