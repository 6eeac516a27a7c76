"""Lets only staff through to a route, and counts wrong tokens, so that no route serves for guessing them."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge.bodies import HttpRefusal
from edge.client_address import TrustedProxies, header_lines
from edge.rate_limits import RateLimits
from edge.refusals import refused_answer
from edge.staff.access import StaffAccess

Handler = Callable[[Request], Awaitable[Response]]


class StaffGate:
    """`rates` is available while the gateway runs. Its limit of wrong tokens is that of the graph and the desk."""

    def __init__(self, access: StaffAccess, rates: Callable[[], RateLimits], proxies: TrustedProxies) -> None:
        self._access = access
        self._rates = rates
        self._proxies = proxies

    def guarded(self, handler: Handler) -> Handler:
        """The handler for callers with a staff token; 404 for others, and 429 for those that guess."""

        async def answer(request: Request) -> Response:
            try:
                is_staff = self._is_staff(request)
            except HttpRefusal as refused:
                return refused_answer(refused)
            if not is_staff:
                raise HTTPException(404)
            return await handler(request)

        return answer

    def _is_staff(self, request: Request) -> bool:
        """Raises HttpRefusal for a client that showed too many wrong tokens."""
        authorization = dict(request.scope["headers"]).get(b"authorization")
        if authorization is None or not self._access.is_on:
            return False
        forwarded_for = header_lines(request.scope["headers"], b"x-forwarded-for")
        client = self._proxies.client_address(request.scope.get("client"), forwarded_for)
        rates = self._rates()
        rates.refuse_guessing(client)
        is_staff = self._access.allows(authorization)
        if not is_staff and authorization[:7].lower() == b"bearer ":
            rates.count_failed_token(client)
        return is_staff
