"""Pictures of mockups: `/mockups/<id>.png` is composed by us, `/mockups/<id>-printful.png` is Printful's."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clients.errors import Throttled, Unavailable, UpstreamError
from edge.refusals import refused
from resolvers.context import Services

_HEADERS = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}


def mockup_routes(services: Callable[[], Services]) -> list[Route]:
    """The routes of the pictures."""

    async def picture(request: Request) -> Response:
        mockups, name = services().mockups, request.path_params["name"]
        if mockups is None:
            return refused(404, "There are no mockups here.")
        try:
            if name.endswith("-printful"):
                file = await mockups.printful_picture(name.removesuffix("-printful"))
            else:
                file = await mockups.composed_picture(name)
        except (Unavailable, Throttled):
            return refused(503, "The picture cannot be made now; try again.", {"retry-after": "5"})
        except UpstreamError:
            message = "The picture cannot be made: the design's art is gone or is not a picture. Choose another design."
            return refused(410, message)
        if file is None:
            return refused(404, "There is no such mockup.")
        return Response(file, media_type=_media_type(file), headers=_HEADERS)

    return [Route("/mockups/{name}.png", picture)]


def _media_type(file: bytes) -> str:
    return "image/png" if file.startswith(b"\x89PNG") else "image/jpeg"
