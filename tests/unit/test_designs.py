"""The shop's designs: reading its records, and which pictures may be fetched."""

import io
import json
from typing import Any

import pytest
from PIL import Image

from resolvers.designs import DesignCatalogue, ShopDesign, host_of, line_attributes, read_designs
from sandbox.designs import DESIGNS, THUMBNAIL_SIDE, design_png, design_records

RECORD = {
    "id": "d-1",
    "name": "Waves",
    "thumbnailUrl": "https://art.example/waves-small.png",
    "fullImageUrl": "https://art.example/waves.png",
    "description": "Waves.",
}
WAVES = ShopDesign("d-1", "Waves", RECORD["thumbnailUrl"], RECORD["fullImageUrl"], "Waves.")
OLD = "https://old.example/waves.png"
OTHER = {**RECORD, "id": "d-2", "fullImageUrl": "https://art.example/other.png"}


def test_records_become_designs_in_their_order() -> None:
    other = {**RECORD, "id": "d-0", "description": None}

    assert [each.id for each in read_designs(json.dumps([RECORD, other]))] == ["d-1", "d-0"]
    assert read_designs(json.dumps([RECORD])) == [WAVES]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", "not JSON"),
        ("{}", "a list"),
        ("[1]", "design 1 needs texts for id, name"),
        (json.dumps([{**RECORD, "name": 7}]), "design 1 needs texts for name"),
        (json.dumps([RECORD, {**RECORD, "id": ""}]), "design 2 needs texts for id"),
        (json.dumps([RECORD, RECORD]), "used twice: d-1"),
        (json.dumps([{**RECORD, "fullImageUrl": "file:///etc/passwd"}]), "fullImageUrl is no http address"),
        (json.dumps([{**RECORD, "previousUrls": "https://art.example/old.png"}]), "previousUrls must be a list"),
        (json.dumps([{**RECORD, "previousUrls": ["old.png"]}]), "previousUrls must be a list"),
        (json.dumps([RECORD, {**OTHER, "previousUrls": [RECORD["fullImageUrl"]]}]), "names an address of d-1"),
        (
            json.dumps([{**RECORD, "previousUrls": [OLD]}, {**OTHER, "previousUrls": [OLD]}]),
            "previousUrls of d-2 names an address of d-1",
        ),
    ],
)
def test_an_invalid_design_file_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_designs(text)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://art.example/a.png", "art.example"),
        ("https://ART.example:8443/a.png", "art.example:8443"),
        ("https://art.example@evil.example/a.png", None),
        ("//art.example/a.png", None),
        ("ftp://art.example/a.png", None),
        ("https://art.example:port/a.png", None),
        ("", None),
    ],
)
def test_the_host_of_an_address(url: str, host: str | None) -> None:
    assert host_of(url) == host


def test_pictures_are_fetched_only_from_allowed_hosts() -> None:
    catalogue = DesignCatalogue([WAVES], art_hosts=["Art.Example"])

    assert catalogue.allows(WAVES.full_image_url)
    assert not catalogue.allows("https://art.example.evil.example/a.png")
    assert not DesignCatalogue([WAVES]).allows(WAVES.full_image_url)


def test_a_design_is_found_by_id_and_by_its_art() -> None:
    catalogue = DesignCatalogue([WAVES])

    assert catalogue.design("d-1") is catalogue.of_art(WAVES.full_image_url) is WAVES
    assert catalogue.design("d-2") is None
    assert catalogue.of_art(WAVES.full_image_url + "?") is None


def test_a_former_address_still_identifies_its_design() -> None:
    (design,) = read_designs(json.dumps([{**RECORD, "previousUrls": [OLD, "https://art.example/waves.png"]}]))
    catalogue = DesignCatalogue([design])

    assert catalogue.of_art(OLD) is catalogue.of_art(WAVES.full_image_url) is design
    assert design.full_image_url == WAVES.full_image_url


def test_a_cart_line_names_its_design_in_two_attributes() -> None:
    said: dict[str, Any] = {each["key"]: each["value"] for each in line_attributes(WAVES)}

    assert said == {"_customArtUrl": "https://art.example/waves.png", "_customArtName": "Waves"}


def test_the_sandbox_has_the_shops_five_designs() -> None:
    designs = read_designs(json.dumps(design_records("http://localhost:8000/")))

    assert [(each.id, each.name) for each in designs] == [
        ("design-001", "Abstract Swirls"),
        ("design-002", "Geometric Harmony"),
        ("design-003", "Cosmic Flow"),
        ("design-004", "Retro Waves"),
        ("design-005", "Nature's Symmetry"),
    ]
    assert designs[0].full_image_url == "http://localhost:8000/sandbox/designs/design-001.png"


@pytest.mark.parametrize("design_id", DESIGNS)
def test_the_sandbox_draws_a_design_as_a_picture_with_a_clear_ground(design_id: str) -> None:
    picture = Image.open(io.BytesIO(design_png(design_id, THUMBNAIL_SIDE)))
    colours = picture.getcolors(maxcolors=THUMBNAIL_SIDE**2)

    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    assert picture.getpixel((0, 0)) == (0, 0, 0, 0)
    assert colours is not None
    assert len(colours) > 2
