"""The picture route's answers: which drawing and which colours a path stands for, and the size asked for."""

import hashlib
import re
from collections.abc import Mapping
from html import escape

import msgspec
from starlette.responses import Response

from sandbox.data_files import read_data
from sandbox.drawings import SIDE, Palette, drawing


class Naming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What words of a path mean: see `data/pictures.yaml`."""

    words: dict[str, str]
    kinds: dict[str, str]
    colours: dict[str, str]
    mains: list[str]
    grounds: list[str]
    views: dict[str, str]


NAMING = read_data("pictures", Naming)
ANCHORS = {"CENTER": "xMidYMid", "TOP": "xMidYMin", "BOTTOM": "xMidYMax", "LEFT": "xMinYMid", "RIGHT": "xMaxYMid"}
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
    mains, grounds = NAMING.mains, NAMING.grounds
    palette = Palette(main=_colour(path) or mains[digest[0] % len(mains)], ground=grounds[digest[1] % len(grounds)])
    view = NAMING.views.get(_words(path)[-1], WHOLE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{view}" '
        f'preserveAspectRatio="{anchor} {"slice" if fill else "meet"}"><title>{escape(path)}</title>'
        f"{drawing(subject(path), palette)}</svg>"
    )


def subject(path: str) -> str:
    """Which drawing a path stands for; a cup where its words say nothing."""
    words = _words(path)
    kind = NAMING.kinds.get(path.split("/")[0], "cup")
    return next((name for word, name in NAMING.words.items() if word in words or word + "s" in words), kind)


def _colour(path: str) -> str | None:
    return next((NAMING.colours[word] for word in reversed(_words(path)) if word in NAMING.colours), None)


def _words(path: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", path.lower().removesuffix(".svg")) or [""]


def _side(text: str | None) -> int | None:
    if text is None or not text.isdigit() or int(text) == 0:
        return None
    return min(int(text), LARGEST)
