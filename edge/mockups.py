"""Pictures of mockups: `/mockups/<id>.png` is composed by us, `/mockups/<id>-printful.png` is Printful's."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clients.errors import Throttled, Unavailable, UpstreamError
from resolvers.context import Services

_HEADERS = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}


def mockup_routes(services: Callable[[], Services]) -> list[Route]:
    """The routes of the pictures."""

    async def picture(request: Request) -> Response:
        mockups, name = services().mockups, request.path_params["name"]
        if mockups is None:
            return PlainTextResponse("There are no mockups here.", 404)
        try:
            if name.endswith("-printful"):
                file = mockups.printfuls_picture(name.removesuffix("-printful"))
            else:
                file = await mockups.composed_picture(name)
        except (Unavailable, Throttled):
            return PlainTextResponse("The picture cannot be made now; try again.", 503, {"retry-after": "5"})
        except UpstreamError:
            message = "The picture cannot be made: the design's art is gone or is not a picture. Choose another design."
            return PlainTextResponse(message, 410)
        if file is None:
            return PlainTextResponse("There is no such mockup.", 404)
        return Response(file, media_type=_media_type(file), headers=_HEADERS)

    return [Route("/mockups/{name}.png", picture)]


def _media_type(file: bytes) -> str:
    return "image/png" if file.startswith(b"\x89PNG") else "image/jpeg"
