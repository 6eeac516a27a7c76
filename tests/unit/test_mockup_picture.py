"""Composing a design onto a blank: its position, and files that are not pictures."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from resolvers.mockup_picture import SIDE, NotAPicture, composed, print_box

sides = st.integers(min_value=1, max_value=4000)


def file_of(width: int, height: int, colour: str, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


def pixels(file: bytes, *places: tuple[int, int]) -> list[object]:
    picture = Image.open(io.BytesIO(file))
    return [picture.getpixel(place) for place in places]


RED, BLUE = (255, 0, 0), (0, 0, 255)


@given(sides, sides, st.one_of(st.none(), st.tuples(sides, sides)))
def test_a_design_lies_in_the_middle_half_of_a_picture(width: int, height: int, area: tuple[int, int] | None) -> None:
    box = print_box(width, height, area)

    assert box.width == box.height >= 1
    assert box.width <= max(1, width / 2 + 1)
    assert box.height <= max(1, height / 2 + 1)
    assert abs(width - box.width - 2 * box.left) <= 1
    assert abs(height - box.height - 2 * box.top) <= 1


def test_a_narrow_print_area_makes_the_design_smaller() -> None:
    assert print_box(800, 800, None).width == 400
    assert print_box(800, 800, (1800, 2400)).width == 300
    assert print_box(800, 800, (2700, 1050)).width == 156


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_design_is_in_the_middle_and_the_blank_around_it(kind: str) -> None:
    file = composed(file_of(SIDE, SIDE, "white", kind), file_of(500, 500, "red"))

    assert pixels(file, (400, 400), (10, 10)) == [RED, (255, 255, 255)]


def test_without_a_picture_of_the_blank_its_colour_is_used() -> None:
    art = file_of(500, 500, "red")

    assert pixels(composed(None, art, colour="#0000ff"), (5, 5), (400, 400)) == [BLUE, RED]
    assert pixels(composed(b"<svg/>", art, colour="#0000ff"), (5, 5)) == [BLUE]
    assert composed(None, art, colour="no colour") == composed(None, art)


@pytest.mark.parametrize("art", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", file_of(9, 9, "red")[:45]])
def test_art_that_is_no_picture_is_refused(art: bytes) -> None:
    with pytest.raises(NotAPicture):
        composed(None, art)


def test_a_picture_of_too_many_pixels_is_refused_unread() -> None:
    with pytest.raises(NotAPicture, match="too many pixels"):
        composed(None, file_of(8000, 6251, "red"))
