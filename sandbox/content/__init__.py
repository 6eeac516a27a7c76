"""Fills the store with the shop's words: pages, policies, the journal, menus, redirects, designs and markets."""

from sandbox.content.designs import fill_designs
from sandbox.content.journal import fill_journal
from sandbox.content.navigation import fill_navigation
from sandbox.content.pages import fill_pages
from sandbox.content.shop import fill_shop
from sandbox.store import Store


def fill(store: Store) -> None:
    """Puts all content into `store.content`. Products and collections are referred to by handle, in any order."""
    fill_pages(store)
    fill_journal(store)
    fill_designs(store)
    fill_navigation(store)
    fill_shop(store)
