"""Fills the store with the shop's words."""

from sandbox.store import Store


def fill(store: Store) -> None:
    """Puts pages, blogs, menus, policies, designs, redirects and locations into the store."""
