"""The designs that buyers have printed, and the questions they ask, both as metaobjects; and the files they name."""

import json
from datetime import UTC, datetime, timedelta

from sandbox.content_records import GenericFile, Metaobject, MetaobjectField
from sandbox.records import Picture
from sandbox.store import Store

DRAWN = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
DESIGNS = (
    ("Abstract Swirls", "abstract-swirls", "Loose spirals in clay, teal and honey."),
    ("Geometric Harmony", "geometric-harmony", "Quarter circles and triangles that nearly repeat."),
    ("Cosmic Flow", "cosmic-flow", "A ringed planet over a bright current of stars."),
    ("Retro Waves", "retro-waves", "A low sun over waves, warm as an old poster."),
    ("Nature's Symmetry", "natures-symmetry", "Leaves laid around a seed, the same from every side."),
)
# The products a design can be printed on.
BLANKS = ("your-design-shirt", "your-design-hoodie", "your-design-mug", "your-design-tote")
QUESTIONS = (
    ("where-is-my-order", "Where is my order?", "We write to you as soon as it leaves us.", 90_000_000_003),
    ("oat-milk", "Do you have oat milk?", "Yes, at no extra charge on Mondays.", 90_000_000_005),
    ("which-size", "Which size fits me?", None, 90_000_000_004),
)


def fill_designs(store: Store) -> None:
    """Puts designs, questions and their files into the store."""
    for number, (name, slug, description) in enumerate(DESIGNS, start=1):
        thumbnail = Picture(32_000_000_000 + number, f"design/{slug}-thumbnail.svg", f"{name}, small", 300, 300)
        full = Picture(32_000_000_100 + number, f"design/{slug}.svg", name, 3000, 3000)
        store.pictures |= {thumbnail.id: thumbnail, full.id: full}
        sheet = GenericFile(
            33_000_000_000 + number, f"design/{slug}.svg", f"{name}, print file", "image/svg+xml", 2048 * number, full
        )
        store.content.files[sheet.id] = sheet
        store.content.metaobjects.append(_design(number, slug, name, description, thumbnail, full, sheet))
    for number, (handle, question, answer, page) in enumerate(QUESTIONS, start=1):
        fields = [
            MetaobjectField("question", "single_line_text_field", question),
            MetaobjectField("answer", "multi_line_text_field", answer),
            MetaobjectField("page", "page_reference", f"gid://shopify/Page/{page}"),
        ]
        updated = DRAWN + timedelta(days=30 - number)
        store.content.metaobjects.append(Metaobject(92_000_000_100 + number, "faq", handle, updated, fields))
    brewing = [
        MetaobjectField("grind", "single_line_text_field", "Fine"),
        MetaobjectField("seconds", "number_integer", "27"),
        MetaobjectField("warning", "single_line_text_field", None),
    ]
    store.content.metaobjects.append(Metaobject(95_000_000_001, "brew_notes", "home-espresso-machine", DRAWN, brewing))


def _design(
    number: int, slug: str, name: str, description: str, thumbnail: Picture, full: Picture, sheet: GenericFile
) -> Metaobject:
    fields = [
        MetaobjectField("name", "single_line_text_field", name),
        MetaobjectField("description", "multi_line_text_field", description),
        MetaobjectField("thumbnail", "file_reference", f"gid://shopify/MediaImage/{thumbnail.id}"),
        MetaobjectField("full_image", "file_reference", f"gid://shopify/MediaImage/{full.id}"),
        MetaobjectField("print_file", "file_reference", f"gid://shopify/GenericFile/{sheet.id}"),
        MetaobjectField(
            "gallery",
            "list.file_reference",
            json.dumps([f"gid://shopify/MediaImage/{thumbnail.id}", f"gid://shopify/MediaImage/{full.id}"]),
        ),
    ]
    return Metaobject(
        92_000_000_000 + number,
        "design",
        f"design-{number:03d}",
        DRAWN + timedelta(days=(number * 3) % 5),
        fields,
        seo_title_key="name",
        seo_description_key="description",
        page_path=f"/pages/designs/{slug}",
    )
