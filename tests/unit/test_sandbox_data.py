"""The sandbox's data files: drawings, the words that choose them, and records that must fit their fields."""

from importlib.resources import files
from xml.etree import ElementTree

import msgspec
import pytest

from sandbox.catalogue.shelf import Entry
from sandbox.data_files import read_data
from sandbox.pictures import NAMING, drawn, subject

DRAWINGS = {each.name.removesuffix(".svg") for each in files("sandbox").joinpath("data", "drawings").iterdir()}


def test_every_word_and_kind_names_a_drawing() -> None:
    assert {*NAMING.words.values(), *NAMING.kinds.values(), "cup"} <= DRAWINGS


@pytest.mark.parametrize("word", NAMING.words)
def test_a_drawing_is_served_as_well_formed_svg_without_variables(word: str) -> None:
    text = drawn(f"anything/{word}-navy.svg", 300, 200)
    assert ElementTree.fromstring(text).attrib["width"] == "200"
    assert "var(" not in text


def test_a_colour_in_the_path_colours_the_thing() -> None:
    assert subject("cup/ceramic-mug-slate.svg") == "mug"
    assert NAMING.colours["slate"] in drawn("cup/ceramic-mug-slate.svg")
    assert NAMING.colours["slate"] not in drawn("cup/ceramic-mug-sage.svg")


def test_data_with_a_field_that_records_do_not_have_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read_data("catalogue", Entry)


def test_each_reading_gives_records_of_its_own() -> None:
    first, second = read_data("misset", list[Entry]), read_data("misset", list[Entry])
    assert first == second
    assert first[0] is not second[0]
