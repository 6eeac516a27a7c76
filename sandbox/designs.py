"""The shop's five designs and the pictures of them, drawn here: what Printful would print needs pixels, not SVG."""

import io
from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.store import Store

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

FULL_SIDE, THUMBNAIL_SIDE = 1200, 300
CLAY, SAGE, SEA, SUN, PLUM, NIGHT = "#b8643f", "#5f7f5a", "#4f7ea8", "#e3b64b", "#75608f", "#27364f"

Drawing = Callable[["ImageDraw.ImageDraw", float], None]


def _swirls(draw: "ImageDraw.ImageDraw", side: float) -> None:
    """Spirals out of one middle."""
    for turn, colour in enumerate((CLAY, SEA, SUN)):
        points = []
        for step in range(160):
            angle = step / 14 + turn * 2 * pi / 3
            radius = side * 0.46 * step / 160
            points.append((side / 2 + radius * cos(angle), side / 2 + radius * sin(angle)))
        draw.line(points, fill=colour, width=round(side * 0.035), joint="curve")


def _shapes(draw: "ImageDraw.ImageDraw", side: float) -> None:
    """A square, a circle and a triangle that share their corners."""
    draw.rectangle((side * 0.1, side * 0.1, side * 0.6, side * 0.6), fill=SUN)
    draw.ellipse((side * 0.35, side * 0.35, side * 0.9, side * 0.9), fill=SEA)
    draw.polygon([(side * 0.1, side * 0.9), (side * 0.35, side * 0.4), (side * 0.6, side * 0.9)], fill=CLAY)


def _cosmos(draw: "ImageDraw.ImageDraw", side: float) -> None:
    """A planet with its ring, under stars."""
    draw.ellipse((side * 0.06, side * 0.06, side * 0.94, side * 0.94), fill=NIGHT)
    for star in range(24):
        x, y = side * (0.2 + 0.6 * (star * 0.618 % 1)), side * (0.15 + 0.7 * (star * 0.755 % 1))
        radius = side * (0.004 + 0.003 * (star % 3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#f7f4ee")
    draw.ellipse((side * 0.33, side * 0.33, side * 0.67, side * 0.67), fill=PLUM)
    draw.ellipse((side * 0.2, side * 0.44, side * 0.8, side * 0.56), outline=SUN, width=round(side * 0.018))


def _waves(draw: "ImageDraw.ImageDraw", side: float) -> None:
    """Waves in the colours of an old sign."""
    for row, colour in enumerate((SUN, CLAY, "#b5483f", PLUM, NIGHT)):
        top = side * (0.14 + 0.15 * row)
        crest = [(side * x / 60, top + side * 0.045 * sin(x / 60 * 4 * pi + row)) for x in range(4, 57)]
        foot = [(x, y + side * 0.12) for x, y in reversed(crest)]
        draw.polygon(crest + foot, fill=colour)


def _leaves(draw: "ImageDraw.ImageDraw", side: float) -> None:
    """Leaves in a ring, each the mirror of the one across."""
    for leaf in range(8):
        angle = leaf * pi / 4

        def point(step: int, way: int, angle: float = angle) -> tuple[float, float]:
            reach, bulge = side * (0.1 + 0.36 * step / 40), way * side * 0.11 * sin(pi * step / 40)
            return (
                side / 2 + cos(angle) * reach - sin(angle) * bulge,
                side / 2 + sin(angle) * reach + cos(angle) * bulge,
            )

        edge = [point(step, 1) for step in range(41)] + [point(step, -1) for step in range(40, -1, -1)]
        draw.polygon(edge, fill=SAGE if leaf % 2 else "#9caf88")
    draw.ellipse((side * 0.43, side * 0.43, side * 0.57, side * 0.57), fill=CLAY)


# id -> (name, what it shows, how it is drawn)
DESIGNS: dict[str, tuple[str, str, Drawing]] = {
    "design-001": ("Abstract Swirls", "Three spirals that run out of one middle.", _swirls),
    "design-002": ("Geometric Harmony", "Square, circle and triangle in balance.", _shapes),
    "design-003": ("Cosmic Flow", "A ringed planet under a handful of stars.", _cosmos),
    "design-004": ("Retro Waves", "Waves in the colours of an old sign.", _waves),
    "design-005": ("Nature's Symmetry", "Eight leaves around one berry.", _leaves),
}


def design_records(public_url: str) -> list[dict[str, str]]:
    """The shop's design records, with pictures that the sandbox at `public_url` draws."""
    address = f"{public_url.rstrip('/')}/sandbox/designs"
    return [
        {
            "id": key,
            "name": name,
            "thumbnailUrl": f"{address}/{key}-small.png",
            "fullImageUrl": f"{address}/{key}.png",
            "description": shows,
        }
        for key, (name, shows, _) in DESIGNS.items()
    ]


@lru_cache(maxsize=32)
def design_png(design_id: str, side: int) -> bytes:
    """A design as PNG on nothing. Raises KeyError for one that is not there."""
    from PIL import Image, ImageDraw  # only drawing needs it

    draw_it = DESIGNS[design_id][2]
    # Drawn twice as large: Pillow's edges are hard, and shrinking softens them.
    large = Image.new("RGBA", (side * 2, side * 2))
    draw_it(ImageDraw.Draw(large), side * 2)
    return png(large.resize((side, side), Image.Resampling.LANCZOS))


def png(picture: "Image.Image") -> bytes:
    """The picture's PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def routes(store: Store) -> list[Route]:
    """Where the pictures are: `/sandbox/designs/<id>.png`, and `<id>-small.png`; and the records of all of them."""

    def records(_: Request) -> Response:
        return JSONResponse(design_records(store.public_url))

    def picture(request: Request) -> Response:
        name = request.path_params["name"]
        design_id = name.removesuffix("-small")
        if design_id not in DESIGNS:
            return Response(status_code=404)
        return Response(
            design_png(design_id, FULL_SIDE if name == design_id else THUMBNAIL_SIDE),
            media_type="image/png",
            headers={"cache-control": "public, max-age=31536000, immutable"},
        )

    return [Route("/sandbox/designs.json", records), Route("/sandbox/designs/{name}.png", picture)]
