"""Puts a design on the picture of a blank.

Pillow is imported with the first picture: it takes 4 MB, and most processes make none.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIDE = 800
LARGEST_PIXELS = 50_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_NEUTRAL = "#e8e4de"


class NotAPicture(ValueError):
    """A file that is not a picture, or of a kind or size that is not supported."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels."""

    left: int
    top: int
    width: int
    height: int


def print_box(width: int, height: int, area: tuple[int, int] | None) -> Box:
    """Where a design is placed on a picture: the largest square of a print area in the middle half of the picture.

    `area` is the print file's width and height, of which only the ratio counts; None: a square one.
    """
    across, down = area or (1, 1)
    scale = min(width / 2 / across, height / 2 / down)
    side = max(1, round(min(across, down) * scale))
    return Box((width - side) // 2, (height - side) // 2, side, side)


def composed(
    blank: bytes | None, art: bytes, *, colour: str | None = None, area: tuple[int, int] | None = None
) -> bytes:
    """The PNG of a blank with art on it. Without a readable picture of the blank, its colour is the background.

    Raises NotAPicture when the art is not a picture.
    """
    try:
        ground = _read(blank) if blank is not None else _plain(colour)
    except NotAPicture:
        ground = _plain(colour)
    ground.thumbnail((SIDE, SIDE))
    box = print_box(ground.width, ground.height, area)
    printed = _read(art)
    printed.thumbnail((box.width, box.height))
    left, top = box.left + (box.width - printed.width) // 2, box.top + (box.height - printed.height) // 2
    ground.alpha_composite(printed, (left, top))
    file = io.BytesIO()
    ground.convert("RGB").save(file, "PNG")
    return file.getvalue()


def _plain(colour: str | None) -> Image.Image:
    from PIL import Image, ImageColor

    try:
        rgb = ImageColor.getrgb(colour or _NEUTRAL)
    except ValueError:
        rgb = ImageColor.getrgb(_NEUTRAL)
    return Image.new("RGBA", (SIDE, SIDE), rgb)


def _read(file: bytes) -> Image.Image:
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(file), formats=_FORMATS) as picture:
            warnings.simplefilter("ignore")  # about large pictures, which are refused below
            if picture.width * picture.height > LARGEST_PIXELS:
                raise NotAPicture("too many pixels")
            return picture.convert("RGBA")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(str(error)) from error
