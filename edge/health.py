"""Whether the process runs, and which systems are set up. Calls no upstream."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from clients.shared.state import ShareState
from resolvers.context import Services


def health_routes(services: Callable[[], Services]) -> APIRouter:
    """`GET` or `HEAD` of `/health` for liveness checks and `/ready` for load balancers; both answer from memory."""
    router = APIRouter()  # without models of the answers, which FastAPI makes slowly: it imports all of pydantic.v1

    @router.api_route("/health", methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
    async def health() -> dict[str, Any]:
        found = services()
        answer = {"status": "UP", "message": "The gateway is running.", "mode": found.mode}
        if (redis := found.shared.status.state) is not ShareState.OFF:
            answer["redis"] = redis
        if found.history is not None:
            answer["history"] = found.history.status.state
        return answer

    @router.api_route("/ready", methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
    async def ready() -> dict[str, Any]:
        found = services()
        return {
            "status": "READY",
            "mode": found.mode,
            "upstreams": {
                "storefront": "on",
                "admin": "on" if found.admin is not None else "off",
                "printful": "on" if found.print_catalogue is not None else "off",
            },
        }

    return router
