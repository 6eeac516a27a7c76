"""Images, videos and 3D models, with their addresses."""

from typing import Any
from urllib.parse import urlencode

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.records import Picture, Product
from sandbox.store import Store
from sandbox.storefront.connections import bad_request
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import gid

LARGEST_SIDE = 5760
Info = GraphQLResolveInfo[Visit]


def picture_url(
    store: Store,
    picture: Picture,
    *,
    max_width: int | None = None,
    max_height: int | None = None,
    crop: str | None = None,
    scale: int | None = 1,
    content_type: str | None = None,
) -> str:
    """The address of the image in that size. Raises GraphQLError for sizes, scales and crops Storefront refuses."""
    for name, side in (("maxWidth", max_width), ("maxHeight", max_height)):
        if side is not None and not 1 <= side <= LARGEST_SIDE:
            raise bad_request(f"{name} must be between 1 and {LARGEST_SIDE}")
    scale = 1 if scale is None else scale
    if not 1 <= scale <= 3:
        raise bad_request("scale must be between 1 and 3")
    if crop is not None and (max_width is None or max_height is None):
        raise bad_request("crop needs both maxWidth and maxHeight")
    if scale > 1 and max_width is None and max_height is None:
        max_width = picture.width
    asked: dict[str, Any] = {
        "v": picture.id,
        "width": max_width and min(max_width * scale, LARGEST_SIDE),
        "height": max_height and min(max_height * scale, LARGEST_SIDE),
        "crop": crop and crop.lower(),
        "format": content_type and content_type.lower(),
    }
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"{store.public_url}/sandbox/pictures/{picture.path}?{query}"


def media_image(picture: Picture) -> dict[str, Any]:
    """An image as a MediaImage."""
    return {"__typename": "MediaImage", "kind": "MediaImage", "id": picture.id, "alt": picture.alt, "preview": picture}


def medium(other: dict[str, Any]) -> dict[str, Any]:
    """A Video, ExternalVideo or Model3d from its record in the store."""
    return {"__typename": other["kind"], **other}


def media_of(product: Product) -> list[dict[str, Any]]:
    """All media of a product in display order: the first image, videos and models, then the other images."""
    pictures = [media_image(picture) for picture in product.pictures]
    return [*pictures[:1], *(medium(other) for other in product.other_media), *pictures[1:]]


def _url(picture: Picture, info: Info, transform: dict[str, Any] | None = None) -> str:
    return _transformed(picture, info, **(transform or {}))


def _plain_url(picture: Picture, info: Info) -> str:
    return picture_url(info.context.store, picture)


def _transformed(
    picture: Picture,
    info: Info,
    crop: str | None = None,
    maxWidth: int | None = None,  # noqa: N803 the argument's name
    maxHeight: int | None = None,  # noqa: N803
    preferredContentType: str | None = None,  # noqa: N803
    scale: int | None = 1,
) -> str:
    return picture_url(
        info.context.store,
        picture,
        max_width=maxWidth,
        max_height=maxHeight,
        crop=crop,
        scale=scale,
        content_type=preferredContentType,
    )


_CONTENT_TYPES = {"MediaImage": "IMAGE", "Video": "VIDEO", "ExternalVideo": "EXTERNAL_VIDEO", "Model3d": "MODEL_3D"}
_MIME_TYPES = {"mp4": "video/mp4", "glb": "model/gltf-binary"}


def _file_url(store: Store, path: str) -> str:
    return f"{store.public_url}/sandbox/media/{path}"


def _sources(source: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    return [
        {**each, "url": _file_url(info.context.store, each["path"]), "mimeType": _MIME_TYPES[each["format"]]}
        for each in source["sources"]
    ]


def _presentation(source: dict[str, Any], _: Info) -> dict[str, Any]:
    return {"__typename": "MediaPresentation", "medium": source}


def _as_json(source: dict[str, Any], info: Info, format: str) -> dict[str, Any] | None:  # noqa: A002 the argument's name
    shown = source["medium"]
    store = info.context.store
    poster = picture_url(store, shown["preview"])
    if format == "IMAGE":
        return {"src": poster, "alt": shown["alt"], "width": shown["preview"].width, "height": shown["preview"].height}
    if shown["kind"] != "Model3d":
        return None
    return {
        "src": _file_url(store, shown["sources"][0]["path"]),
        "alt": shown["alt"],
        "poster": poster,
        "camera-controls": True,
    }


_MEDIA = {
    "id": lambda source, info: gid(source["kind"], source["id"]),
    "mediaContentType": lambda source, info: _CONTENT_TYPES[source["kind"]],
    "previewImage": lambda source, info: source["preview"],
    "presentation": _presentation,
}

RESOLVERS: Resolvers = {
    "Image": {
        "id": lambda picture, info: gid("ProductImage", picture.id),
        "altText": lambda picture, info: picture.alt,
        "url": _url,
        "originalSrc": _plain_url,
        "src": _plain_url,
        "transformedSrc": _transformed,
    },
    "MediaImage": {**_MEDIA, "image": lambda source, info: source["preview"]},
    "Video": {**_MEDIA, "sources": _sources},
    "ExternalVideo": {
        **_MEDIA,
        "embedUrl": lambda source, info: f"https://www.youtube.com/embed/{source['video']}",
        "embeddedUrl": lambda source, info: f"https://www.youtube.com/embed/{source['video']}",
        "originUrl": lambda source, info: f"https://www.youtube.com/watch?v={source['video']}",
    },
    "Model3d": {**_MEDIA, "sources": _sources},
    "MediaPresentation": {
        "id": lambda source, info: gid("MediaPresentation", source["medium"]["id"]),
        "asJson": _as_json,
    },
}
