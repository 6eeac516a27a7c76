"""The check of requests to Square finds what Square would refuse or silently ignore."""

from typing import Any

import pytest

from tests.square_orders import ticket
from tests.upstream.square_limits import order_mistakes

LINE = {"name": "Latte", "quantity": "1", "base_price_money": {"amount": 450, "currency": "EUR"}}


def test_an_order_as_square_wants_it_has_no_mistakes() -> None:
    assert order_mistakes(ticket(location_id="LOC1")) == []
    assert order_mistakes({"location_id": "LOC1", "line_items": [LINE]}) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"ticket_name": "x" * 31}, "order.ticket_name"),
        ({"ticket_name": "☕👩" * 11}, "order.ticket_name"),
        ({"reference_id": "x" * 41}, "order.reference_id"),
        ({"tikcet_name": "x"}, "order.tikcet_name is ignored"),
        ({"line_items": [LINE | {"nmae": "x"}]}, "order.line_items[0].nmae is ignored"),
        ({"line_items": [LINE | {"quantity": "one"}]}, "order.line_items[0].quantity"),
        ({"line_items": [LINE | {"base_price_money": {"amount": 4.5, "currency": "USD"}}]}, "base_price_money.amount"),
        ({"metadata": {str(number): "x" for number in range(11)}}, "order.metadata"),
        ({"fulfillments": [{"type": "PICKUP"}]}, "Missing required parameter"),
    ],
)
def test_a_mistake_in_an_order_is_found(changed: dict[str, Any], named: str) -> None:
    found = order_mistakes({"location_id": "LOC1", "line_items": [LINE], **changed})
    assert any(named in each for each in found), found
