"""Inputs of Admin's mutations of orders."""

from collections.abc import Sequence
from typing import Any

from clients.admin.orders import Tracking


def tracking_input(tracking: Sequence[Tracking]) -> dict[str, Any]:
    """The tracking of a parcel as FulfillmentTrackingInput."""
    # Shopify pairs URLs with numbers by position, so URLs are sent only when none is missing.
    numbered = [each for each in tracking if each.number] or tracking
    tracking_info: dict[str, Any] = {}
    if tracking and tracking[0].company:
        tracking_info["company"] = tracking[0].company
    if all(each.number for each in numbered):
        tracking_info["numbers"] = [each.number for each in numbered]
    if all(each.url for each in numbered):
        tracking_info["urls"] = [each.url for each in numbered]
    return tracking_info
