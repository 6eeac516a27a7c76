"""Shopify's global ids, such as `gid://shopify/Order/1`, and the bare ids at their ends."""

import re
from typing import NewType

GlobalId = NewType("GlobalId", str)
"""A global id. Its type keeps it apart from bare ids and from other systems' ids."""

_NUMBER = re.compile(r"[0-9]{1,20}")


def bare_id(global_id: GlobalId) -> str:
    """The bare id at the end of a global id."""
    return global_id.rsplit("/", 1)[-1]


def global_id(type_name: str, bare: str | int) -> GlobalId:
    """The global id of the object of that type with that bare id."""
    return GlobalId(f"gid://shopify/{type_name}/{bare}")


def order_gid(number: str | None) -> GlobalId | None:
    """The global id of the order with that bare id; None when it is not a number."""
    return global_id("Order", number) if number is not None and _NUMBER.fullmatch(number) else None


def is_of(type_name: str, candidate: str) -> bool:
    """Whether a text is a global id of that type."""
    return candidate.startswith(f"gid://shopify/{type_name}/")
