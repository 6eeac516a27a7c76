"""The shop's drawings: each makes the inside of an 800 x 800 SVG from a palette."""

# ruff: noqa: E501 (path data reads worse in pieces)

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

SIDE = 800
COFFEE, MILK, CRUST, INK = "#5a3825", "#f4e6d0", "#d59a4e", "#3b2a20"


@dataclass(frozen=True, slots=True)
class Palette:
    """`main` colours the thing itself, `ground` what it stands on; both #rrggbb."""

    main: str
    ground: str

    @property
    def dark(self) -> str:
        return shade(self.main, 0.78)

    @property
    def light(self) -> str:
        return shade(self.main, 1.25)


def shade(colour: str, factor: float) -> str:
    """A colour made darker (below 1) or lighter (above 1)."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{min(255, round(part * factor)):02x}" for part in parts)


def _ground(p: Palette, y: int = 640) -> str:
    return (
        f'<rect width="800" height="800" fill="{p.ground}"/><circle cx="400" cy="390" r="300" fill="#fff" opacity=".45"/>'
        f'<ellipse cx="400" cy="{y}" rx="230" ry="26" fill="{INK}" opacity=".13"/>'
    )


def _steam(x: int = 400, y: int = 250) -> str:
    wisps = "".join(f'<path d="M{x + dx} {y} q-26 -34 0 -66 t0 -66"/>' for dx in (-70, 0, 70))
    return f'<g fill="none" stroke="{INK}" stroke-width="10" stroke-linecap="round" opacity=".16">{wisps}</g>'


def _bean(x: float, y: float, size: float, colour: str, turn: int = 30) -> str:
    return (
        f'<g transform="translate({x} {y}) rotate({turn}) scale({size})"><ellipse rx="22" ry="32" fill="{colour}"/>'
        f'<path d="M0 -30 q-12 15 0 30 t0 30" fill="none" stroke="{shade(colour, 0.6)}" stroke-width="5"/></g>'
    )


def _emblem(x: int, y: int, size: float, colour: str) -> str:
    """The shop's mark: a bean in a ring."""
    return f'<circle cx="{x}" cy="{y}" r="{54 * size}" fill="{colour}"/>' + _bean(x, y, size, COFFEE)


def cup(p: Palette) -> str:
    return (
        _ground(p)
        + _steam()
        + (
            f'<ellipse cx="400" cy="628" rx="235" ry="34" fill="{p.dark}"/><ellipse cx="400" cy="618" rx="235" ry="34" fill="{p.light}"/>'
            f'<path d="M560 400 q120 -18 112 70 q-8 84 -148 74" fill="none" stroke="{p.main}" stroke-width="34"/>'
            f'<path d="M215 370 q6 245 130 250 h110 q124 -5 130 -250z" fill="{p.main}"/>'
            f'<path d="M215 370 q6 245 130 250 h40 q-100 -20 -110 -250z" fill="#fff" opacity=".18"/>'
            f'<ellipse cx="400" cy="370" rx="185" ry="46" fill="{p.light}"/><ellipse cx="400" cy="374" rx="166" ry="37" fill="{COFFEE}"/>'
            f'<path d="M400 402 C330 384 330 346 372 352 Q400 356 400 372 Q400 356 428 352 C470 346 470 384 400 402z" fill="{MILK}"/>'
        )
    )


def espresso(p: Palette) -> str:
    return (
        _ground(p)
        + _steam(400, 330)
        + (
            f'<ellipse cx="400" cy="628" rx="200" ry="30" fill="{p.dark}"/><ellipse cx="400" cy="618" rx="200" ry="30" fill="{p.light}"/>'
            f'<path d="M520 470 q86 -8 78 44 q-8 52 -104 46" fill="none" stroke="{p.main}" stroke-width="26"/>'
            f'<path d="M275 440 q0 176 90 180 h70 q90 -4 90 -180z" fill="{p.main}"/>'
            f'<ellipse cx="400" cy="440" rx="125" ry="32" fill="{p.light}"/><ellipse cx="400" cy="443" rx="110" ry="25" fill="{COFFEE}"/>'
            f'<ellipse cx="392" cy="442" rx="76" ry="14" fill="{CRUST}" opacity=".75"/>'
        )
    )


def glass(p: Palette) -> str:
    cubes = "".join(
        f'<rect x="{x}" y="{y}" width="74" height="74" rx="12" fill="#fff" opacity=".5" transform="rotate({turn} {x} {y})"/>'
        for x, y, turn in ((320, 285, 12), (410, 270, -8), (345, 372, -14), (432, 360, 16))
    )
    return _ground(p) + (
        f'<path d="M470 120 L430 330" stroke="{p.main}" stroke-width="18" stroke-linecap="round"/>'
        f'<path d="M270 220 L312 610 q4 22 26 22 h124 q22 0 26 -22 L530 220z" fill="#fff" opacity=".75"/>'
        f'<path d="M282 300 L314 600 q4 18 24 18 h124 q20 0 24 -18 L518 300z" fill="{shade(p.main, 0.9)}"/>'
        f'<path d="M282 300 L292 390 Q400 350 508 390 L518 300z" fill="{MILK}" opacity=".85"/>{cubes}'
        f'<path d="M296 240 L330 590" stroke="#fff" stroke-width="14" stroke-linecap="round" opacity=".7"/>'
    )


def tea(p: Palette) -> str:
    return (
        _ground(p)
        + _steam(400, 290)
        + (
            f'<ellipse cx="400" cy="626" rx="220" ry="30" fill="{p.dark}"/><ellipse cx="400" cy="618" rx="220" ry="30" fill="{p.light}"/>'
            f'<path d="M556 430 q104 -14 96 54 q-8 66 -132 58" fill="none" stroke="{p.main}" stroke-width="28"/>'
            f'<path d="M230 410 q20 200 120 208 h100 q100 -8 120 -208z" fill="{p.main}"/>'
            f'<ellipse cx="400" cy="410" rx="170" ry="40" fill="{p.light}"/><ellipse cx="400" cy="413" rx="152" ry="32" fill="#b9853f"/>'
            f'<path d="M330 420 C320 520 300 500 296 540" fill="none" stroke="#fff" stroke-width="6"/>'
            f'<rect x="262" y="538" width="64" height="72" rx="8" fill="#fff"/><path d="M294 556 q24 18 0 42 q-24 -24 0 -42" fill="#5f7f5a"/>'
        )
    )


def bag(p: Palette) -> str:
    beans = "".join(
        _bean(x, y, 0.8, COFFEE, t) for x, y, t in ((215, 640, 20), (260, 655, 80), (560, 650, -40), (605, 640, 60))
    )
    return _ground(p) + (
        f'<path d="M262 170 h276 l22 70 v370 q0 26 -26 26 h-268 q-26 0 -26 -26 v-370z" fill="{p.main}"/>'
        f'<path d="M262 170 h276 l22 70 h-320z" fill="{p.dark}"/><path d="M250 205 h300" stroke="{p.light}" stroke-width="8"/>'
        f'<path d="M240 240 h50 v396 h-24 q-26 0 -26 -26z" fill="#fff" opacity=".14"/>'
        f'<rect x="292" y="320" width="216" height="220" rx="14" fill="{MILK}"/>'
        f'<rect x="322" y="470" width="156" height="12" rx="6" fill="{INK}" opacity=".7"/>'
        f'<rect x="348" y="498" width="104" height="9" rx="4" fill="{INK}" opacity=".4"/>'
        + _emblem(400, 396, 0.95, p.light)
        + f'<circle cx="400" cy="276" r="13" fill="{p.light}"/>{beans}'
    )


def mug(p: Palette) -> str:
    return (
        _ground(p)
        + _steam(380, 220)
        + (
            f'<path d="M548 340 q130 -10 126 108 q-4 116 -136 104" fill="none" stroke="{p.main}" stroke-width="40"/>'
            f'<path d="M220 270 h340 v310 q0 50 -50 50 h-240 q-50 0 -50 -50z" fill="{p.main}"/>'
            f'<path d="M220 270 h54 v360 h-4 q-50 0 -50 -50z" fill="#fff" opacity=".2"/>'
            f'<ellipse cx="390" cy="270" rx="170" ry="36" fill="{p.light}"/><ellipse cx="390" cy="274" rx="152" ry="28" fill="{COFFEE}"/>'
            + _emblem(396, 450, 1.5, MILK)
        )
    )


def bottle(p: Palette) -> str:
    return _ground(p) + (
        f'<rect x="330" y="130" width="140" height="60" rx="16" fill="{p.dark}"/><rect x="300" y="180" width="200" height="40" rx="14" fill="{INK}" opacity=".8"/>'
        f'<path d="M296 220 h208 l-24 384 q-2 30 -32 30 h-96 q-30 0 -32 -30z" fill="{p.main}"/>'
        f'<path d="M312 240 l22 372" stroke="#fff" stroke-width="18" stroke-linecap="round" opacity=".25"/>'
        + _emblem(400, 410, 1.1, MILK)
    )


def shirt(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M300 170 L170 236 L120 378 L214 414 L242 350 V632 H558 V350 L586 414 L680 378 L630 236 L500 170 Q400 236 300 170z" fill="{p.main}"/>'
        f'<path d="M300 170 Q400 236 500 170 Q482 262 400 262 Q318 262 300 170z" fill="{p.dark}"/>'
        f'<path d="M242 350 V632 H290 Q262 480 242 350z" fill="#000" opacity=".08"/>' + _emblem(400, 392, 1.5, MILK)
    )


def hoodie(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M300 190 L190 240 L120 560 L208 590 L248 420 V640 H552 V420 L592 590 L680 560 L610 240 L500 190z" fill="{p.main}"/>'
        f'<path d="M290 200 Q300 110 400 110 Q500 110 510 200 Q460 290 400 290 Q340 290 290 200z" fill="{p.dark}"/>'
        f'<path d="M322 208 Q340 150 400 150 Q460 150 478 208 Q440 256 400 256 Q360 256 322 208z" fill="{shade(p.main, 0.6)}"/>'
        f'<path d="M372 270 v90 M428 270 v90" stroke="{MILK}" stroke-width="8" stroke-linecap="round"/>'
        f'<path d="M300 600 L330 500 H470 L500 600z" fill="{p.dark}"/>' + _emblem(400, 426, 0.9, MILK)
    )


def apron(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M330 210 Q330 110 400 110 Q470 110 470 210" fill="none" stroke="{p.dark}" stroke-width="16"/>'
        f'<path d="M310 200 H490 L510 330 Q580 360 590 420 V620 H210 V420 Q220 360 290 330z" fill="{p.main}"/>'
        f'<path d="M210 420 L130 460 M590 420 L670 460" stroke="{p.dark}" stroke-width="14" stroke-linecap="round"/>'
        f'<rect x="290" y="450" width="220" height="110" rx="12" fill="{p.dark}"/>' + _emblem(400, 300, 0.9, MILK)
    )


def tote(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M310 320 V220 Q310 130 400 130 Q490 130 490 220 V320" fill="none" stroke="{p.dark}" stroke-width="26"/>'
        f'<path d="M230 300 H570 L596 636 H204z" fill="{p.main}"/><path d="M230 300 H570 L574 344 H226z" fill="{p.dark}" opacity=".5"/>'
        + _emblem(400, 480, 1.6, MILK)
    )


def cap(p: Palette) -> str:
    return _ground(p, 560) + (
        f'<path d="M200 470 Q200 240 400 240 Q600 240 600 470z" fill="{p.main}"/><circle cx="400" cy="240" r="16" fill="{p.dark}"/>'
        f'<path d="M400 240 V470 M400 240 Q270 300 268 470 M400 240 Q530 300 532 470" fill="none" stroke="{p.dark}" stroke-width="5"/>'
        f'<path d="M200 470 Q400 420 600 470 Q720 500 700 540 Q560 490 400 500 Q240 490 190 520 Q180 490 200 470z" fill="{p.dark}"/>'
        + _emblem(400, 392, 1.0, MILK)
    )


def poster(p: Palette) -> str:
    return _ground(p, 690) + (
        f'<rect x="210" y="100" width="380" height="560" fill="{INK}"/><rect x="226" y="116" width="348" height="528" fill="{MILK}"/>'
        f'<rect x="250" y="140" width="300" height="380" fill="{p.main}"/><circle cx="400" cy="300" r="104" fill="{p.light}"/>'
        f'<path d="M250 420 Q330 340 400 410 T550 390 V520 H250z" fill="{p.dark}"/>'
        f'<rect x="290" y="556" width="220" height="18" rx="9" fill="{INK}"/><rect x="330" y="592" width="140" height="12" rx="6" fill="{INK}" opacity=".5"/>'
    )


def sticker(p: Palette) -> str:
    return _ground(p, 660) + (
        f'<circle cx="400" cy="400" r="240" fill="#fff"/><circle cx="400" cy="400" r="216" fill="{p.main}"/>'
        f'<path d="M600 530 Q540 560 530 600 Q600 570 600 530z" fill="{p.light}"/>' + _emblem(400, 400, 2.4, MILK)
    )


def phone(p: Palette) -> str:
    return _ground(p, 690) + (
        f'<rect x="270" y="110" width="260" height="560" rx="44" fill="{p.main}"/><rect x="296" y="136" width="104" height="112" rx="26" fill="{p.dark}"/>'
        f'<circle cx="326" cy="168" r="20" fill="{INK}"/><circle cx="368" cy="214" r="20" fill="{INK}"/>'
        + _emblem(400, 430, 1.4, MILK)
    )


def cushion(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M190 190 Q400 240 610 190 Q560 400 610 610 Q400 560 190 610 Q240 400 190 190z" fill="{p.main}"/>'
        f'<path d="M226 226 Q400 266 574 226 Q534 400 574 574 Q400 534 226 574 Q266 400 226 226z" fill="none" stroke="{p.light}" stroke-width="6" stroke-dasharray="16 12"/>'
        + _emblem(400, 400, 1.8, MILK)
    )


def book(p: Palette) -> str:
    return _ground(p, 670) + (
        f'<rect x="236" y="130" width="340" height="520" rx="18" fill="#fff"/><rect x="220" y="120" width="340" height="520" rx="18" fill="{p.main}"/>'
        f'<rect x="220" y="120" width="54" height="520" rx="18" fill="{p.dark}"/><rect x="496" y="120" width="16" height="520" fill="{MILK}" opacity=".7"/>'
        + _emblem(390, 330, 1.4, MILK)
    )


def card(p: Palette) -> str:
    return _ground(p, 590) + (
        f'<rect x="150" y="230" width="500" height="320" rx="30" fill="{p.main}"/><rect x="150" y="352" width="500" height="40" fill="{p.light}"/>'
        f'<rect x="270" y="230" width="40" height="320" fill="{p.light}"/>'
        f'<path d="M290 372 Q200 300 224 286 Q262 274 290 372 Q318 274 356 286 Q380 300 290 372z" fill="{MILK}"/>'
        f'<rect x="400" y="470" width="200" height="22" rx="11" fill="{MILK}" opacity=".85"/>'
    )


def dripper(p: Palette) -> str:
    return (
        _ground(p)
        + _steam(400, 200)
        + (
            f'<path d="M260 230 H540 L440 400 H360z" fill="{p.main}"/><path d="M280 216 H520 L500 246 H300z" fill="#fff"/>'
            f'<rect x="300" y="396" width="200" height="22" rx="11" fill="{p.dark}"/>'
            f'<path d="M336 418 L264 596 q-10 36 28 36 h216 q38 0 28 -36 L464 418z" fill="#fff" opacity=".75"/>'
            f'<path d="M300 520 L268 596 q-8 30 24 30 h216 q32 0 24 -30 L500 520z" fill="{COFFEE}"/><path d="M400 418 v96" stroke="{COFFEE}" stroke-width="9"/>'
        )
    )


def press(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M400 110 v150" stroke="{INK}" stroke-width="12"/><circle cx="400" cy="112" r="24" fill="{p.main}"/>'
        f'<path d="M530 320 q100 0 96 90 v80 q0 70 -96 70" fill="none" stroke="{p.main}" stroke-width="30"/>'
        f'<rect x="270" y="270" width="260" height="360" rx="20" fill="#fff" opacity=".8"/><path d="M282 380 h236 v222 q0 18 -18 18 h-200 q-18 0 -18 -18z" fill="{COFFEE}"/>'
        f'<path d="M256 250 Q400 190 544 250 v34 h-288z" fill="{p.main}"/><rect x="258" y="470" width="284" height="18" fill="{p.main}"/>'
        f'<rect x="258" y="612" width="284" height="24" rx="12" fill="{p.main}"/>'
    )


def grinder(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M400 150 H560" stroke="{INK}" stroke-width="16" stroke-linecap="round"/><circle cx="570" cy="150" r="24" fill="{p.main}"/>'
        f'<path d="M400 150 v70" stroke="{INK}" stroke-width="16"/><path d="M300 220 H500 L456 340 H344z" fill="{shade(p.main, 1.15)}"/>'
        f'<rect x="290" y="340" width="220" height="292" rx="20" fill="{p.main}"/><rect x="320" y="480" width="160" height="110" rx="10" fill="{p.dark}"/>'
        f'<circle cx="400" cy="535" r="15" fill="{MILK}"/>'
        + _bean(370, 285, 0.7, COFFEE, 50)
        + _bean(425, 280, 0.7, COFFEE, -20)
    )


def kettle(p: Palette) -> str:
    return (
        _ground(p)
        + _steam(400, 200)
        + (
            f'<path d="M300 420 Q190 420 190 280 L150 262" fill="none" stroke="{p.dark}" stroke-width="26" stroke-linecap="round"/>'
            f'<path d="M530 330 q130 -30 120 90 q-10 110 -60 140" fill="none" stroke="{INK}" stroke-width="28" stroke-linecap="round"/>'
            f'<path d="M310 290 H500 L560 600 q4 32 -30 32 H280 q-34 0 -30 -32z" fill="{p.main}"/><ellipse cx="405" cy="290" rx="95" ry="24" fill="{p.light}"/>'
            f'<circle cx="405" cy="262" r="20" fill="{INK}"/>'
        )
    )


def machine(p: Palette) -> str:
    return _ground(p) + (
        f'<rect x="200" y="190" width="400" height="150" rx="26" fill="{p.main}"/><rect x="220" y="330" width="110" height="290" fill="{p.dark}"/>'
        f'<rect x="190" y="590" width="420" height="46" rx="14" fill="{p.dark}"/><rect x="350" y="572" width="230" height="20" rx="8" fill="{INK}"/>'
        f'<rect x="420" y="340" width="90" height="36" fill="{INK}"/><path d="M400 386 h130 l-14 28 h-102z" fill="{p.light}"/><path d="M530 394 h96" stroke="{INK}" stroke-width="22" stroke-linecap="round"/>'
        f'<path d="M448 416 v70 M482 416 v70" stroke="{COFFEE}" stroke-width="7"/><path d="M420 490 h90 q0 82 -45 82 q-45 0 -45 -82z" fill="#fff"/>'
        f'<circle cx="270" cy="264" r="34" fill="#fff"/><path d="M270 264 l16 -20" stroke="{INK}" stroke-width="7" stroke-linecap="round"/><circle cx="540" cy="264" r="20" fill="{p.light}"/>'
    )


def scale(p: Palette) -> str:
    return _ground(p) + (
        f'<rect x="190" y="560" width="420" height="76" rx="20" fill="{p.dark}"/><rect x="210" y="540" width="380" height="30" rx="12" fill="{p.main}"/>'
        f'<rect x="320" y="580" width="160" height="40" rx="8" fill="#dfe9d8"/><text x="400" y="612" font-family="monospace" font-size="34" text-anchor="middle" fill="{INK}">18.0 g</text>'
        f'<path d="M290 400 h220 q0 140 -80 140 h-60 q-80 0 -80 -140z" fill="{MILK}"/>'
        + "".join(
            _bean(x, y, 0.8, COFFEE, t)
            for x, y, t in ((330, 395, 20), (375, 380, 80), (420, 390, -30), (465, 396, 50), (400, 360, 10))
        )
    )


def sock(p: Palette) -> str:
    return _ground(p) + (
        f'<path d="M300 150 H450 V430 Q460 500 560 530 Q640 556 610 610 Q590 640 520 630 L360 590 Q290 560 300 470z" fill="{p.main}"/>'
        f'<path d="M300 150 H450 V210 H300z" fill="{p.dark}"/><path d="M540 524 Q640 556 610 610 Q590 640 520 630 Q500 570 540 524z" fill="{p.dark}"/>'
        f'<path d="M300 470 Q310 420 372 410 Q420 440 380 520 Q340 560 318 552 Q298 520 300 470z" fill="{p.dark}" opacity=".6"/>'
        + _bean(375, 280, 1.0, MILK, 20)
        + _bean(385, 370, 1.0, MILK, -30)
    )


def croissant(p: Palette) -> str:
    ridges = "".join(
        f'<path d="M{x} {y} Q{x + 34} {y + 70} {x - 6} {y + 128}" fill="none" stroke="{shade(CRUST, 0.72)}" stroke-width="12" stroke-linecap="round"/>'
        for x, y in ((292, 330), (372, 288), (452, 292), (528, 340))
    )
    return _plate(p) + (
        f'<path d="M160 520 Q170 330 330 280 Q400 256 480 280 Q640 330 650 520 Q650 556 612 540 Q560 450 470 430 Q400 416 330 432 Q250 456 200 540 Q160 556 160 520z" fill="{CRUST}"/>'
        f'<path d="M200 470 Q240 340 400 300 Q320 300 262 340 Q206 390 200 470z" fill="#f2c987"/>{ridges}'
    )


def _plate(p: Palette) -> str:
    return _ground(p) + (
        f'<ellipse cx="400" cy="588" rx="292" ry="72" fill="{p.main}"/><ellipse cx="400" cy="574" rx="292" ry="72" fill="{p.light}"/>'
        f'<ellipse cx="400" cy="570" rx="220" ry="48" fill="#fff" opacity=".35"/>'
    )


def muffin(p: Palette) -> str:
    folds = "".join(
        f'<path d="M{x} 430 L{330 + (x - 290) * 0.64} 588" stroke="{p.dark}" stroke-width="6"/>'
        for x in (330, 370, 410, 450, 490)
    )
    berries = "".join(
        f'<circle cx="{x}" cy="{y}" r="17" fill="#5a4878"/>'
        for x, y in ((330, 330), (400, 270), (470, 340), (410, 370), (510, 390), (295, 390))
    )
    return _plate(p) + (
        f'<path d="M270 420 H530 L490 592 H310z" fill="{p.main}"/>{folds}'
        f'<path d="M250 430 Q220 350 300 320 Q320 220 400 220 Q480 220 500 320 Q580 350 550 430 Q400 470 250 430z" fill="{CRUST}"/>{berries}'
    )


def cookie(p: Palette) -> str:
    chips = "".join(
        f'<circle cx="{400 + 105 * cos(a):.0f}" cy="{400 + 100 * sin(a):.0f}" r="{18 + 6 * (i % 2)}" fill="{COFFEE}"/>'
        for i, a in enumerate(i * pi / 3.5 for i in range(7))
    )
    return _plate(p) + (
        f'<circle cx="400" cy="410" r="178" fill="{shade(CRUST, 0.85)}"/><circle cx="400" cy="400" r="178" fill="{CRUST}"/>{chips}'
        f'<circle cx="400" cy="396" r="24" fill="{COFFEE}"/><path d="M270 330 Q320 250 410 246" fill="none" stroke="#f2c987" stroke-width="14" stroke-linecap="round"/>'
    )


def donut(p: Palette) -> str:
    return _plate(p) + (
        f'<circle cx="400" cy="410" r="180" fill="{shade(CRUST, 0.85)}"/><circle cx="400" cy="400" r="180" fill="{CRUST}"/>'
        f'<path d="M230 400 Q240 230 400 232 Q560 230 570 400 Q560 450 510 440 Q470 420 430 460 Q390 480 350 446 Q310 430 270 456 Q236 450 230 400z" fill="{p.light}"/>'
        f'<circle cx="400" cy="400" r="58" fill="{shade(CRUST, 0.7)}"/><circle cx="400" cy="404" r="50" fill="{p.light}"/>'
    )


def slice(p: Palette) -> str:  # noqa: A001 a slice of cake is what it draws
    return _plate(p) + (
        f'<path d="M210 420 L570 330 V520 L210 580z" fill="{CRUST}"/><path d="M210 420 L420 300 L570 330z" fill="{p.light}"/>'
        f'<path d="M210 476 L570 398 V426 L210 506z" fill="{MILK}"/><path d="M210 420 L570 330 V352 L210 444z" fill="{p.main}"/>'
        f'<circle cx="440" cy="306" r="26" fill="#b5483f"/>'
    )


def sandwich(p: Palette) -> str:
    return _plate(p) + (
        f'<path d="M210 540 H590 V500 H210z" fill="{CRUST}"/><path d="M196 500 q34 -34 68 0 t68 0 t68 0 t68 0 t68 0 t68 0 v-30 H196z" fill="#7fa05a"/>'
        f'<rect x="206" y="430" width="388" height="42" rx="14" fill="#c75c4b"/><path d="M210 432 H590 L540 470 H260z" fill="#efc451"/>'
        f'<path d="M210 430 Q210 270 400 270 Q590 270 590 430z" fill="{CRUST}"/><path d="M250 380 Q270 300 390 296" fill="none" stroke="#f2c987" stroke-width="14" stroke-linecap="round"/>'
    )


def logo(p: Palette) -> str:
    return (
        f'<rect width="800" height="800" fill="{MILK}"/><circle cx="400" cy="360" r="220" fill="{INK}"/>'
        + _bean(400, 360, 4.2, "#c08a52")
        + f'<text x="400" y="690" font-family="Georgia, serif" font-size="92" letter-spacing="14" text-anchor="middle" fill="{INK}">KYNDA</text>'
    )


def person(p: Palette) -> str:
    return _ground(p, 700) + (
        f'<path d="M200 690 Q200 480 400 480 Q600 480 600 690z" fill="{p.main}"/><rect x="360" y="420" width="80" height="90" rx="34" fill="#c98f6b"/>'
        f'<circle cx="400" cy="330" r="122" fill="#d9a27e"/><path d="M278 320 Q270 190 400 190 Q530 190 522 320 Q470 250 400 262 Q320 250 278 320z" fill="{INK}"/>'
        f'<path d="M310 690 V560 H490 V690z" fill="{MILK}"/>' + _emblem(400, 620, 0.6, p.light)
    )


def shopfront(p: Palette) -> str:
    stripes = "".join(
        f'<path d="M{130 + i * 77} 250 h77 l-8 90 q-30 30 -61 0z" fill="{p.main if i % 2 == 0 else MILK}"/>'
        for i in range(7)
    )
    return (
        f'<rect width="800" height="800" fill="{p.ground}"/><rect y="660" width="800" height="140" fill="{shade(p.ground, 0.88)}"/>'
        f'<rect x="130" y="150" width="540" height="520" fill="{shade(p.main, 0.7)}"/><rect x="150" y="170" width="500" height="70" fill="{INK}"/>'
        f'<text x="400" y="222" font-family="Georgia, serif" font-size="48" letter-spacing="6" text-anchor="middle" fill="{MILK}">KYNDA COFFEE</text>{stripes}'
        f'<rect x="160" y="390" width="280" height="200" fill="#f7dfa8"/><rect x="480" y="390" width="150" height="280" fill="{INK}"/><rect x="496" y="406" width="118" height="170" fill="#f7dfa8"/>'
        f'<circle cx="602" cy="620" r="8" fill="{CRUST}"/>'
    )


def swirls(p: Palette) -> str:
    arms = "".join(
        f'<path d="M400 400 q{r} {-r} {2 * r} 0 t{-r} {2 * r}" transform="rotate({turn} 400 400)" stroke="{colour}"/>'
        for turn, r, colour in zip(
            range(0, 360, 30), (60, 90, 120) * 4, ("#b8643f", "#3f8080", "#e3b64b") * 4, strict=True
        )
    )
    return f'<rect width="800" height="800" fill="#f7efe2"/><g fill="none" stroke-width="26" stroke-linecap="round" opacity=".85">{arms}</g>'


def shapes(p: Palette) -> str:
    colours = ("#27364f", "#d9823b", "#5f7f5a", "#e9dcc3", "#b5483f")
    tiles = []
    for row in range(4):
        for column in range(4):
            x, y, colour = column * 200, row * 200, colours[(row * 3 + column * 2) % 5]
            other = colours[(row * 3 + column * 2 + 2) % 5]
            form = ("M0 0H200V200z", "M0 200A200 200 0 0 1 200 0V200z", "M100 0L200 100L100 200L0 100z")[
                (row + column * 2) % 3
            ]
            tiles.append(
                f'<g transform="translate({x} {y})"><rect width="200" height="200" fill="{colour}"/><path d="{form}" fill="{other}"/></g>'
            )
    return "".join(tiles)


def cosmos(p: Palette) -> str:
    stars = "".join(
        f'<circle cx="{(i * 137) % 800}" cy="{(i * 251) % 800}" r="{1 + i % 4}" fill="#fff" opacity=".8"/>'
        for i in range(90)
    )
    bands = "".join(
        f'<path d="M-40 {470 + i * 44} Q220 {300 + i * 50} 430 {430 + i * 40} T860 {330 + i * 52}" stroke="{c}"/>'
        for i, c in enumerate(("#75608f", "#b5668a", "#e3a6a1", "#f0cf8a"))
    )
    return (
        f'<rect width="800" height="800" fill="#1b1b3a"/>{stars}<g fill="none" stroke-width="30" opacity=".75">{bands}</g>'
        '<circle cx="560" cy="230" r="96" fill="#e3b64b"/><ellipse cx="560" cy="230" rx="170" ry="34" fill="none" stroke="#f1e4cf" stroke-width="14" transform="rotate(-18 560 230)"/>'
    )


def waves(p: Palette) -> str:
    colours = ("#e3b64b", "#d9823b", "#b5483f", "#6d2e36", "#27364f")
    bands = "".join(
        f'<path d="M0 {330 + i * 96} Q100 {250 + i * 96} 200 {330 + i * 96} T400 {330 + i * 96} T600 {330 + i * 96} T800 {330 + i * 96} V800 H0z" fill="{c}"/>'
        for i, c in enumerate(colours)
    )
    return f'<rect width="800" height="800" fill="#f1e4cf"/><circle cx="400" cy="270" r="170" fill="#d9823b"/>{bands}'


def leaves(p: Palette) -> str:
    ring = "".join(
        f'<g transform="rotate({turn} 400 400)"><path d="M400 {380 - far} Q{400 + wide} {300 - far} 400 {210 - far} Q{400 - wide} {300 - far} 400 {380 - far}z" fill="{colour}"/>'
        f'<path d="M400 {376 - far} V{226 - far}" stroke="#f7f4ee" stroke-width="4"/></g>'
        for far, wide, colour, step in ((0, 56, "#5f7f5a", 45), (150, 44, "#9caf88", 30))
        for turn in range(0, 360, step)
    )
    return f'<rect width="800" height="800" fill="#eef1e6"/>{ring}<circle cx="400" cy="400" r="34" fill="#c99a2e"/>'


DRAWINGS: dict[str, Callable[[Palette], str]] = {
    drawing.__name__: drawing
    for drawing in (
        apron, bag, book, bottle, cap, card, cookie, cosmos, croissant, cup, cushion, donut, dripper, espresso, glass,
        grinder, hoodie, kettle, leaves, logo, machine, muffin, mug, person, phone, poster, press, sandwich, scale, shapes, shirt,
        shopfront, slice, sock, sticker, swirls, tea, tote, waves,
    )
}  # fmt: skip
"""Every drawing by name."""
