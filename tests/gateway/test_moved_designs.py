"""A design gets a new address while open orders have the former one."""

import json
from pathlib import Path
from typing import Any

from sandbox.designs import design_records
from tests.gateway.order_shop import ART, OWN, WITH_ART, journal, order_shop
from tests.virtual_time import in_no_time

OLD, NEW = WITH_ART[ART], "https://cdn.example/swirls-v2.png"


def settings(folder: Path, *, moved: bool, known: bool = True) -> dict[str, Any]:
    """The settings of a shop whose first design has its first address, or a new one."""
    records: list[dict[str, Any]] = [dict(each) for each in design_records(OWN)]
    if moved:
        records[0] |= {"fullImageUrl": NEW} | ({"previousUrls": [OLD]} if known else {})
    path = folder / f"designs-{moved}-{known}.json"
    path.write_text(json.dumps(records))
    return {"designs_file": path, "art_hosts": "cdn.example,localhost:8000"}


def art(order: Any) -> list[str | None]:
    return [file.url for item in order.items for kind, file in item.files.items() if kind == "default" and file.url]


@in_no_time
async def test_an_order_with_a_former_address_of_art_is_printed_from_the_new_one(tmp_path: Path) -> None:
    async with order_shop(**settings(tmp_path, moved=True)) as shop:
        await shop.placed()
        (made,) = shop.print_orders
        assert art(made) == [NEW]


@in_no_time
async def test_art_that_never_belonged_to_a_design_is_refused(tmp_path: Path) -> None:
    async with order_shop(**settings(tmp_path, moved=True, known=False)) as shop:
        order = await shop.placed()
        assert shop.print_orders == []
        assert "not one of the shop's designs" in journal(order)["print"]["reason"]


@in_no_time
async def test_an_order_that_is_being_printed_does_not_count_as_changed(tmp_path: Path) -> None:
    async with order_shop(**settings(tmp_path, moved=False)) as shop:
        order = await shop.placed()
        (made,) = shop.print_orders
        shop.printful.confirm(made)
        shop.printful.start(made)
        await shop.settled()
        order.note = "Call first"
        shop.store.tell(("orders/updated", order))
        await shop.sweep(**settings(tmp_path, moved=True))
        await shop.sweep(**settings(tmp_path, moved=True))
        assert (made.status, art(made)) == ("inprocess", [OLD])
        assert "printful-failed" not in order.tags


@in_no_time
async def test_a_draft_gets_the_new_print_file(tmp_path: Path) -> None:
    async with order_shop(**settings(tmp_path, moved=False)) as shop:
        await shop.placed()
        shop.sandbox.faults.add("webhooks", "lost")  # this gateway still has the earlier file
        await shop.sweep(**settings(tmp_path, moved=True))
        (made,) = shop.print_orders
        assert (made.status, art(made)) == ("draft", [NEW])
