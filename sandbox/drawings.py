"""The shop's drawings: SVG files of 800 x 800 in `data/drawings`, whose colours a palette replaces."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SIDE = 800
# What a colour of a file is made from: the palette's `main` or `ground`, and how much darker or lighter.
_SHADES = {
    "main": ("main", 1.0),
    "light": ("main", 1.25),
    "bright": ("main", 1.15),
    "dim": ("main", 0.9),
    "dark": ("main", 0.78),
    "deep": ("main", 0.7),
    "deepest": ("main", 0.6),
    "ground": ("ground", 1.0),
    "floor": ("ground", 0.88),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """`main` colours the thing itself, `ground` what it stands on; both #rrggbb."""

    main: str
    ground: str

    def colour(self, name: str) -> str:
        """The colour that a file calls `var(--name)`."""
        base, factor = _SHADES[name]
        return shade(self.main if base == "main" else self.ground, factor)


def shade(colour: str, factor: float) -> str:
    """A colour made darker (below 1) or lighter (above 1)."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{min(255, round(part * factor)):02x}" for part in parts)


def drawing(name: str, palette: Palette) -> str:
    """The inside of a drawing's SVG in the palette's colours. Raises FileNotFoundError for a name without a file."""
    return re.sub(r"var\(--(\w+)\)", lambda found: palette.colour(found[1]), _inside(name))


@cache
def _inside(name: str) -> str:
    text = files("sandbox").joinpath("data", "drawings", f"{name}.svg").read_text()
    return text[text.index(">") + 1 : text.rindex("</svg>")].strip()
