"""Printful's images, drawn: blanks in their colours, with or without a design."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from sandbox.designs import DESIGNS, FULL_SIDE, design_png, png
from sandbox.printful_ids import HOODIE, MUG, PRINT_VARIANTS, TOTE

if TYPE_CHECKING:
    from PIL import Image

SIDE = 800
PRINTED = (250, 250, 550, 550)  # the area of the design
_GROUND, _EDGE = "#eceae6", "#c4c0b8"
_SHIRT = [
    (300, 110), (500, 110), (620, 160), (730, 330), (630, 390), (590, 330), (590, 700), (210, 700), (210, 330),
    (170, 390), (70, 330), (180, 160),
]  # fmt: skip
_SLEEVED = [
    (300, 130), (500, 130), (600, 170), (690, 640), (610, 660), (580, 380), (585, 700), (215, 700), (220, 380),
    (190, 660), (110, 640), (200, 170),
]  # fmt: skip


@lru_cache(maxsize=16)
def blank_png(variant_id: int) -> bytes:
    """A variant without a print. Raises KeyError for an unknown one."""
    return png(_blank(variant_id))


@lru_cache(maxsize=16)
def mockup_png(variant_id: int, design_id: str | None) -> bytes:
    """A variant with a design, or with a grey patch for foreign art. Raises KeyError."""
    from PIL import Image, ImageDraw  # only drawing needs it

    picture = _blank(variant_id)
    left, top, right, bottom = PRINTED
    if design_id in DESIGNS and design_id is not None:
        art = Image.open(io.BytesIO(design_png(design_id, FULL_SIDE))).resize((right - left, bottom - top))
        picture.alpha_composite(art, (left, top))
    else:
        ImageDraw.Draw(picture).rectangle(PRINTED, fill="#9a9a9a")
    return png(picture)


def _blank(variant_id: int) -> "Image.Image":
    from PIL import Image, ImageDraw  # only drawing needs it

    variant = PRINT_VARIANTS[variant_id]
    picture = Image.new("RGBA", (SIDE, SIDE), _GROUND)
    draw = ImageDraw.Draw(picture)
    if variant.product_id == MUG:
        draw.arc((520, 290, 720, 540), -90, 90, fill=variant.colour_code, width=36)
        draw.rounded_rectangle((180, 180, 620, 660), 40, fill=variant.colour_code, outline=_EDGE, width=3)
    elif variant.product_id == TOTE:
        draw.arc((290, 60, 510, 420), 180, 360, fill=variant.colour_code, width=26)
        draw.rectangle((190, 230, 610, 720), fill=variant.colour_code, outline=_EDGE, width=3)
    else:
        draw.polygon(_SLEEVED if variant.product_id == HOODIE else _SHIRT, fill=variant.colour_code, outline=_EDGE)
        if variant.product_id == HOODIE:
            draw.ellipse((300, 70, 500, 190), fill=variant.colour_code, outline=_EDGE, width=3)
            draw.polygon([(280, 560), (520, 560), (560, 660), (240, 660)], outline=_EDGE)
        else:
            draw.ellipse((330, 80, 470, 160), fill=_GROUND)
    return picture
