"""The picture route's answers: which drawing and which colours a path stands for, and the size asked for."""

import hashlib
import re
from collections.abc import Mapping
from html import escape

from starlette.responses import Response

from sandbox.drawings import DRAWINGS, SIDE, Palette

# The first of these words that a path has decides; more telling ones come before more general ones.
WORDS = {
    "apron": "apron", "gift": "card", "card": "card", "logo": "logo", "swirl": "swirls", "geometric": "shapes",
    "cosmic": "cosmos",
    "retro": "waves", "nature": "leaves", "symmetry": "leaves", "barista": "person", "portrait": "person",
    "person": "person", "shopfront": "shopfront", "storefront": "shopfront", "location": "shopfront",
    "machine": "machine", "scale": "scale", "sock": "sock", "growler": "bottle", "tumbler": "bottle",
    "bottle": "bottle", "mug": "mug", "hoodie": "hoodie", "sweatshirt": "hoodie",
    "shirt": "shirt", "tee": "shirt", "tank": "shirt", "tote": "tote", "cap": "cap", "hat": "cap",
    "beanie": "cap", "poster": "poster", "print": "poster", "canvas": "poster", "sticker": "sticker",
    "case": "phone", "phone": "phone", "pillow": "cushion", "cushion": "cushion", "notebook": "book", "book": "book",
    "grinder": "grinder", "kettle": "kettle", "press": "press", "dripper": "dripper", "brewer": "dripper",
    "pour": "dripper", "filter": "dripper", "chemex": "dripper", "v60": "dripper", "aeropress": "press",
    "croissant": "croissant", "muffin": "muffin", "cake": "slice", "loaf": "slice", "bread": "slice",
    "brownie": "slice", "quiche": "slice", "tart": "slice", "pie": "slice", "scone": "muffin", "cookie": "cookie",
    "bagel": "donut", "donut": "donut", "doughnut": "donut", "sandwich": "sandwich", "panini": "sandwich",
    "toast": "sandwich", "bun": "cookie", "roll": "cookie", "pastry": "croissant", "danish": "croissant",
    "apparel": "shirt", "drinkware": "mug", "accessories": "kettle", "burrito": "sandwich",
    "bakery": "croissant", "food": "croissant",
    "bean": "bag", "roast": "bag", "blend": "bag", "bag": "bag", "ethiopia": "bag", "colombia": "bag",
    "iced": "glass", "cold": "glass", "frappe": "glass", "lemonade": "glass", "smoothie": "glass", "nitro": "glass",
    "soda": "glass", "juice": "glass", "tonic": "glass", "tea": "tea", "grey": "tea", "fog": "tea",
    "chai": "tea", "matcha": "tea",
    "espresso": "espresso", "ristretto": "espresso", "macchiato": "espresso", "cortado": "glass",
    "drink": "cup", "latte": "cup", "coffee": "cup",
}  # fmt: skip
# What is drawn for a kind of picture (a path's first part) when no word of its name tells.
KINDS = {"beans": "bag", "bundle": "dripper", "card": "card", "cup": "mug", "food": "croissant", "garment": "shirt",
         "gear": "dripper", "article": "cup", "page": "shopfront"}  # fmt: skip
COLOURS = {
    "black": "#2e2a28", "white": "#f7f4ee", "navy": "#27364f", "blue": "#4f7ea8", "red": "#b5483f",
    "green": "#5f7f5a", "forest": "#37543c", "sage": "#9caf88", "mint": "#a8d5ba", "pink": "#e3a6a1",
    "cream": "#f1e4cf", "natural": "#e9dcc3", "sand": "#d9c3a0", "grey": "#8f8d8a", "gray": "#8f8d8a",
    "heather": "#a9a6a2", "charcoal": "#4a4745", "maroon": "#6d2e36", "orange": "#d9823b", "yellow": "#e3b64b",
    "mustard": "#c99a2e", "purple": "#75608f", "teal": "#3f8080", "brown": "#6f4a31", "espresso": "#4a2f20",
    "caramel": "#b9773a", "terracotta": "#b8643f", "matcha": "#93a957", "rose": "#c98a8a", "silver": "#bfc2c4",
    "copper": "#b4703f", "steel": "#9aa3a8", "cold": "#7a4a2b", "nitro": "#5a3825", "cortado": "#b9773a",
    "iced": "#b9773a", "lemonade": "#e3b64b", "bagel": "#e0b070", "slate": "#4c5866", "oyster": "#e8dfc9",
}  # fmt: skip
MAINS = ("#b8643f", "#5f7f5a", "#4f7ea8", "#c99a2e", "#75608f", "#3f8080", "#b5483f", "#6f4a31", "#9caf88", "#d9823b")
GROUNDS = ("#f3e9dc", "#e8eee6", "#e6edf2", "#f5ead6", "#efe8f1", "#e4efee", "#f6e5e0", "#eee6dd")
ANCHORS = {"CENTER": "xMidYMid", "TOP": "xMidYMin", "BOTTOM": "xMidYMax", "LEFT": "xMinYMid", "RIGHT": "xMaxYMid"}
# The part of a drawing that a second picture of the same thing shows.
VIEWS = {"detail": "190 190 420 420", "use": "80 40 640 640", "packed": "60 120 680 680"}
WHOLE = f"0 0 {SIDE} {SIDE}"
LARGEST = 5760


def picture(path: str, query: Mapping[str, str]) -> Response:
    """The drawing a path stands for as SVG, in the width, height and crop of `query`; a browser may keep it."""
    width, height = _side(query.get("width")), _side(query.get("height"))
    return Response(
        drawn(path, width, height, query.get("crop")),
        media_type="image/svg+xml",
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


def drawn(path: str, width: int | None = None, height: int | None = None, crop: str | None = None) -> str:
    """The SVG text. Without `crop` the picture keeps its shape within the size; with it, it fills the size."""
    fill = crop is not None and width is not None and height is not None
    if not fill:
        width = height = min(width or height or SIDE, height or width or SIDE)
    anchor = ANCHORS.get((crop or "CENTER").upper(), "xMidYMid")
    digest = hashlib.sha256(path.encode()).digest()
    palette = Palette(main=_colour(path) or MAINS[digest[0] % len(MAINS)], ground=GROUNDS[digest[1] % len(GROUNDS)])
    view = VIEWS.get(_words(path)[-1], WHOLE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{view}" '
        f'preserveAspectRatio="{anchor} {"slice" if fill else "meet"}"><title>{escape(path)}</title>'
        f"{DRAWINGS[subject(path)](palette)}</svg>"
    )


def subject(path: str) -> str:
    """Which drawing a path stands for; a cup where its words say nothing."""
    words = _words(path)
    kind = KINDS.get(path.split("/")[0], "cup")
    return next((drawing for word, drawing in WORDS.items() if word in words or word + "s" in words), kind)


def _colour(path: str) -> str | None:
    return next((COLOURS[word] for word in reversed(_words(path)) if word in COLOURS), None)


def _words(path: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", path.lower().removesuffix(".svg")) or [""]


def _side(text: str | None) -> int | None:
    if text is None or not text.isdigit() or int(text) == 0:
        return None
    return min(int(text), LARGEST)
