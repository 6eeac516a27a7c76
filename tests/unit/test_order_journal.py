"""What the gateway keeps of an order's forwarding, and what it keeps to itself."""

import pytest

from resolvers.orders.journal import scrubbed


@pytest.mark.parametrize(
    "text",
    ["The address of Ana Example is unknown", "THE ADDRESS OF ANA EXAMPLE IS UNKNOWN", "ana example, ana@example.com"],
)
def test_what_is_the_buyers_is_left_out_however_it_is_written(text: str) -> None:
    clean = scrubbed(text, ["Ana Example", "ana@example.com", None, ""])

    assert "ana" not in clean.casefold()
    assert "…" in clean


def test_a_text_without_anything_of_the_buyers_stays() -> None:
    assert scrubbed("HTTP 400 (bad request)", ["Ana (Example)", ".*"]) == "HTTP 400 (bad request)"
