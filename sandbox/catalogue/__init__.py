"""The coffee shop's goods: products, collections and the places that hold them."""

from sandbox.catalogue.beans import put_beans
from sandbox.catalogue.collections import put_collections
from sandbox.catalogue.drinks import put_drinks
from sandbox.catalogue.food import put_food
from sandbox.catalogue.locations import put_locations
from sandbox.catalogue.merchandise import put_kit, put_merchandise
from sandbox.catalogue.printed import put_printed
from sandbox.catalogue.shelf import Shelf
from sandbox.catalogue.showcase import put_showcase
from sandbox.store import Store


def fill(store: Store) -> None:
    """Puts the whole range into an empty store: the same numbers, dates and amounts on every run."""
    shelf = Shelf(store)
    put_locations(store)
    put_drinks(shelf)
    put_food(shelf)
    put_beans(shelf)
    put_merchandise(shelf)
    put_printed(shelf)
    parts = (("ceramic-dripper", 1), ("paper-filters", 2), ("kynda-house-blend", 1))
    put_kit(shelf, [(p, n) for handle, n in parts if (p := store.product_by_handle(handle))])
    put_showcase(shelf, store)
    put_collections(shelf, store)
