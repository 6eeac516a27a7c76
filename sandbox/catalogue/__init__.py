"""The coffee shop's goods: products, collections and the places that hold them, as `data/catalogue.yaml` has them."""

from datetime import UTC, datetime, timedelta

import msgspec

from sandbox.catalogue.shelf import OPENING_DAY, Entry, Shelf
from sandbox.data_files import read_data
from sandbox.model import block
from sandbox.records import Collection, Location, Product, SellingPlanGroup
from sandbox.store import Store

FIRST_COLLECTION_ID = 400_000_000_001
WEEKS = {"WEEK": 1, "MONTH": 4}


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A collection and which products it holds: those with the tag or of the type, or those without a tag."""

    handle: str
    title: str
    text: str
    tag: str | None = None
    product_type: str | None = None
    without_tag: str | None = None
    sort_order: str = "MANUAL"

    def holds(self, product: Product) -> bool:
        if self.without_tag is not None:
            return self.without_tag not in product.tags
        return self.tag in product.tags if self.tag is not None else self.product_type == product.product_type


class Catalogue(msgspec.Struct, frozen=True):
    """The file's parts; `shared` is only there for its own lines to refer to."""

    locations: list[Location]
    metafield_types: dict[str, str]
    selling_plans: dict[str, SellingPlanGroup]
    collections: list[Group]
    products: list[Entry]


def fill(store: Store) -> None:
    """Puts the whole range into an empty store: the same numbers, dates and amounts on every run."""
    data = read_data("catalogue", Catalogue)
    store.locations |= {location.id: location for location in data.locations}
    shelf = Shelf(store, data.metafield_types, data.selling_plans)
    for plan in data.selling_plans["subscriptions"].plans:
        plan.metafields.append(shelf.metafield(OPENING_DAY, "weeks", WEEKS[plan.interval] * plan.interval_count))
    for entry in data.products:
        shelf.put(entry)
    shelf.resolve_references()
    _finish_the_machine(store)
    for turn, group in enumerate(data.collections):
        _put_collection(store, shelf, group, turn)


def put_misset(store: Store) -> list[Product]:
    """Puts one product for each way to set a printed product up wrongly into a filled store; the products."""
    shelf = Shelf(store, before=len(store.products))
    return [shelf.put(entry) for entry in read_data("misset", list[Entry])]


def _finish_the_machine(store: Store) -> None:
    """Its rating was changed once, and its model has the size of the file that is served."""
    machine = store.product_by_handle("home-espresso-machine")
    assert machine is not None
    rating = next(each for each in machine.metafields if each.key == "rating")
    rating.description = "What buyers gave it, from one to five"
    rating.updated_at = datetime(2026, 10, 2, 8, 0, tzinfo=UTC)
    model = next(medium for medium in machine.other_media if medium["kind"] == "Model3d")
    model["sources"] = [{**source, "filesize": len(block())} for source in model["sources"]]


def _put_collection(store: Store, shelf: Shelf, group: Group, turn: int) -> None:
    """A collection of the products now in the store. A manual one shows its newest product first."""
    chosen = [product for product in store.products.values() if group.holds(product)]
    picture = shelf.picture(f"collection/{group.handle}.svg", group.title, 1200, 600)
    store.pictures[picture.id] = picture
    store.collections[FIRST_COLLECTION_ID + turn] = Collection(
        id=FIRST_COLLECTION_ID + turn,
        handle=group.handle,
        title=group.title,
        description_html=f"<p>{group.text}</p>",
        updated_at=datetime(2026, 10, 1, 6, 0, tzinfo=UTC) + timedelta(hours=(turn * 53) % 300),
        products=[*chosen[1:], *chosen[:1]] if group.sort_order == "MANUAL" else chosen,
        picture=picture,
        sort_order=group.sort_order,
        metafields=[shelf.metafield(OPENING_DAY, "intro", group.text)],
        seo_title=f"{group.title} | Kynda Coffee" if turn < 6 else None,
        seo_description=group.text if turn < 6 else None,
    )
