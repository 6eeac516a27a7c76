"""What log lines do not tell."""

import pytest

from edge.logs import without_private_parts


@pytest.mark.parametrize(
    ("detail", "logged"),
    [
        ("Invalid global id 'gid://shopify/Cart/c1?key=s3cret'", "Invalid global id 'gid://shopify/Cart/c1?key=***'"),
        ("Cart c1?a=1&key=s3cret&b=2 is gone", "Cart c1?a=1&key=***&b=2 is gone"),
        ("Email 'buyer+shop@example.com' is taken", "Email '***' is taken"),
        ("first cannot be negative", "first cannot be negative"),
    ],
)
def test_cart_keys_and_addresses_that_an_upstream_repeats_are_left_out(detail: str, logged: str) -> None:
    event = without_private_parts(None, "warning", {"detail": detail, "status": 400})

    assert event == {"detail": logged, "status": 400}
