"""Pictures, videos and models: what Storefront says of them, and the addresses it gives."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.model import block
from sandbox.store import Store
from tests.conftest import Ask, Run

IMAGE = '{ product(handle: "latte") { featuredImage { %s } } }'


def image(ask: Ask, fields: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(IMAGE % fields)["product"]["featuredImage"]
    return found


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_an_image_is_described(ask: Ask) -> None:
    found = image(ask, "id altText width height thumbhash url originalSrc src")
    assert found["id"].startswith("gid://shopify/ProductImage/")
    assert (found["altText"], found["width"], found["height"]) == ("Latte", 800, 800)
    assert found["url"] == found["originalSrc"] == found["src"]
    assert urlsplit(found["url"]).path == "/sandbox/pictures/drink/latte.svg"


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        ("maxWidth: 200", {"width": "200"}),
        ("maxHeight: 100", {"height": "100"}),
        ("maxWidth: 200, maxHeight: 100, crop: TOP", {"width": "200", "height": "100", "crop": "top"}),
        ("maxWidth: 200, scale: 2", {"width": "400"}),
        ("scale: 3", {"width": "2400"}),
        ("preferredContentType: WEBP", {"format": "webp"}),
    ],
)
def test_an_address_carries_the_transformation(ask: Ask, transform: str, expected: dict[str, str]) -> None:
    found = image(ask, f"url url2: url(transform: {{{transform}}}) old: transformedSrc({transform})")
    assert query_of(found["url2"]) == {**query_of(found["url"]), **expected}
    assert found["old"] == found["url2"]


@pytest.mark.parametrize("transform", ["maxWidth: 0", "maxHeight: 5761", "scale: 4", "maxWidth: 100, crop: CENTER"])
def test_an_impossible_transformation_is_refused(run: Run, transform: str) -> None:
    assert run(IMAGE % f"url(transform: {{{transform}}})").errors


def test_every_kind_of_media_is_described(ask: Ask) -> None:
    found = ask(
        """{ product(handle: "home-espresso-machine") { media(first: 4) { nodes { __typename id alt mediaContentType
          previewImage { altText }
          presentation { asImage: asJson(format: IMAGE) asModel: asJson(format: MODEL_VIEWER) }
          ... on MediaImage { image { width } }
          ... on Video { sources { format mimeType width height url } }
          ... on ExternalVideo { host embedUrl embeddedUrl originUrl }
          ... on Model3d { sources { format mimeType filesize url } } } } } }"""
    )["product"]["media"]["nodes"]
    picture, model, video, tour = found
    assert picture["image"] == {"width": 800}
    assert picture["presentation"]["asModel"] is None
    assert model["sources"][0]["mimeType"] == "model/gltf-binary"
    assert model["sources"][0]["filesize"] == len(block())
    assert model["presentation"]["asModel"]["src"] == model["sources"][0]["url"]
    assert model["presentation"]["asImage"]["width"] == 800
    assert [source["height"] for source in video["sources"]] == [720, 1080]
    assert (tour["host"], tour["embedUrl"]) == ("YOUTUBE", tour["embeddedUrl"])
    assert [each["__typename"] for each in found] == ["MediaImage", "Model3d", "Video", "ExternalVideo"]
    assert all(each["previewImage"]["altText"] for each in found)


async def test_the_model_is_fetched_from_its_address(store: Store) -> None:
    transport = httpx.ASGITransport(app=create_sandbox(store))
    async with httpx.AsyncClient(transport=transport, base_url=store.public_url) as client:
        answer = await client.get("/sandbox/media/model/home-espresso-machine.glb")
    assert answer.headers["content-type"] == "model/gltf-binary"
    assert answer.content[:4] == b"glTF"
    assert int.from_bytes(answer.content[8:12], "little") == len(answer.content)
