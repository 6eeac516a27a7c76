"""The one product that carries a custom value of every kind, and media beside pictures."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.catalogue.shelf import EVERYWHERE, Entry, Shelf
from sandbox.model import block
from sandbox.records import Product
from sandbox.store import Store

APP_NAMESPACE = "app--4102001--kynda"
"""What a metafield's namespace is when the asker names none: the storefront app's own."""

MACHINE = Entry(
    handle="home-espresso-machine",
    title="Home Espresso Machine",
    description="<p>A small machine with a <strong>brass boiler</strong>.</p><ul><li>15 bar</li><li>1.8 l</li></ul>",
    product_type="Accessories",
    picture="gear",
    price=Decimal("649.00"),
    tags=["accessories", "brewing", "featured-item"],
    options={"Color": ("Black", "Copper")},
    vendor="Northbeam Gear",
    stock=EVERYWHERE,
    views=3,
    grams=8400,
    category=("hg-11-6-4", "Coffee Makers"),
)


def put_showcase(shelf: Shelf, store: Store) -> None:
    """Puts the machine up; expects its fellows, which its values refer to, on the shelf already."""
    machine = shelf.put(MACHINE)
    machine.other_media.extend(_other_media(shelf, machine))
    video = next(medium for medium in machine.other_media if medium["kind"] == "Video")
    for medium in machine.other_media:
        store.media[medium["id"]] = medium
    made = machine.created_at
    values = _values(store, machine, video["id"])
    machine.metafields.extend(shelf.metafield(made, key, kind, value) for key, kind, value in values)
    rating = next(each for each in machine.metafields if each.key == "rating")
    rating.description = "What buyers gave it, from one to five"
    rating.updated_at = datetime(2026, 10, 2, 8, 0, tzinfo=UTC)
    machine.metafields.append(shelf.metafield(made, "badge", "single_line_text_field", "Staff pick", APP_NAMESPACE))
    for variant in machine.variants:
        text = f"KM-{variant.selected['Color'].upper()}"
        variant.metafields.append(shelf.metafield(made, "model_code", "single_line_text_field", text))
    _recommend(shelf, store, made)


def _other_media(shelf: Shelf, machine: Product) -> list[dict[str, Any]]:
    """In the order they are shown in, which is not that of their numbers."""
    video, tour, model = shelf.media_id(), shelf.media_id(), shelf.media_id()
    return [
        {
            "kind": "Model3d",
            "id": model,
            "alt": "The machine to turn around",
            "preview": machine.pictures[0],
            "sources": [{"path": "model/home-espresso-machine.glb", "format": "glb", "filesize": len(block())}],
        },
        {
            "kind": "Video",
            "id": video,
            "alt": "Pulling the first shot",
            "preview": machine.pictures[1],
            "sources": [
                {"path": "video/home-espresso-machine-720.mp4", "format": "mp4", "width": 1280, "height": 720},
                {"path": "video/home-espresso-machine-1080.mp4", "format": "mp4", "width": 1920, "height": 1080},
            ],
        },
        {
            "kind": "ExternalVideo",
            "id": tour,
            "alt": "A tour of the roastery",
            "preview": machine.pictures[2],
            "host": "YOUTUBE",
            "video": "kyndatour01",
        },
    ]


def _values(store: Store, machine: Product, video_id: int) -> list[tuple[str, str, str]]:
    def product_id(handle: str) -> str:
        found = store.product_by_handle(handle)
        assert found is not None, handle
        return f"gid://shopify/Product/{found.id}"

    dripper = store.product_by_handle("ceramic-dripper")
    assert dripper is not None
    picture_ids = [f"gid://shopify/MediaImage/{picture.id}" for picture in machine.pictures[:2]]
    return [
        ("subtitle", "single_line_text_field", "Cafe quality, kitchen size"),
        ("care", "multi_line_text_field", "Descale monthly.\nWipe the wand at once."),
        ("story", "rich_text_field", _rich("Made for people who get up early.")),
        ("bars", "number_integer", "15"),
        ("tank_litres", "number_decimal", "1.8"),
        ("dishwasher_safe", "boolean", "false"),
        ("launched_on", "date", "2026-03-01"),
        ("next_batch_at", "date_time", "2026-12-01T08:00:00Z"),
        ("accent", "color", "#b26b3c"),
        ("manual", "url", "https://kynda.example/manuals/home-espresso-machine"),
        ("net_weight", "weight", '{"value":8.4,"unit":"KILOGRAMS"}'),
        ("boiler", "volume", '{"value":350.0,"unit":"MILLILITERS"}'),
        ("width", "dimension", '{"value":23.5,"unit":"CENTIMETERS"}'),
        ("rating", "rating", '{"value":"4.7","scale_min":"1.0","scale_max":"5.0"}'),
        ("service_price", "money", '{"amount":"79.00","currency_code":"USD"}'),
        ("specification", "json", '{"watts":1350,"voltage":[110,230]}'),
        ("colors", "list.color", '["#1b1b1b","#b26b3c"]'),
        ("grinder", "product_reference", product_id("hand-grinder")),
        (
            "starter_beans",
            "list.product_reference",
            json.dumps([product_id(h) for h in ("midnight-espresso", "latte")]),
        ),
        ("spare_part", "variant_reference", f"gid://shopify/ProductVariant/{dripper.variants[0].id}"),
        ("range", "collection_reference", "gid://shopify/Collection/400000000004"),
        ("diagram", "file_reference", picture_ids[0]),
        ("gallery", "list.file_reference", json.dumps(picture_ids)),
        ("film", "file_reference", f"gid://shopify/Video/{video_id}"),
        ("guide", "page_reference", "gid://shopify/Page/90000000001"),
        ("brew_notes", "metaobject_reference", "gid://shopify/Metaobject/95000000001"),
    ]


def _rich(text: str) -> str:
    paragraph = {"type": "paragraph", "children": [{"type": "text", "value": text}]}
    return json.dumps({"type": "root", "children": [paragraph]})


def _recommend(shelf: Shelf, store: Store, made: datetime) -> None:
    """What the shop's staff chose to show beside some products, where Shopify's own app keeps it."""
    for handle, complements, related in (
        ("kynda-house-blend", ("ceramic-dripper", "paper-filters"), ("midnight-espresso", "colombia-huila")),
        ("ceramic-dripper", ("paper-filters", "kynda-house-blend"), ()),
        ("home-espresso-machine", ("midnight-espresso", "espresso-cup-set"), ()),
        ("latte", ("butter-croissant",), ()),
    ):
        product = store.product_by_handle(handle)
        assert product is not None, handle
        for key, chosen in (("complementary_products", complements), ("related_products", related)):
            if chosen:
                found = [store.product_by_handle(other) for other in chosen]
                text = json.dumps([f"gid://shopify/Product/{other.id}" for other in found if other])
                product.metafields.append(
                    shelf.metafield(
                        made, key, "list.product_reference", text, "shopify--discovery--product_recommendation"
                    )
                )
