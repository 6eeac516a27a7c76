"""The routes of the staff desk at `/staff`: who may see a page, what it shows, and what its buttons do.

All data comes from the staff graph, so nothing is possible here that is not possible there.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from edge.bodies import HttpRefusal
from edge.client_address import TrustedProxies, header_lines
from edge.rate_limits import RateLimits
from edge.staff.access import StaffAccess
from edge.staff.actions import ACTIONS, DeskAction, main_action
from edge.staff.chart import delays_chart
from edge.staff.counter import ALL, outcome, switched_places
from edge.staff.feed import CountsFeed
from edge.staff.forms import read_form
from edge.staff.graph import DeskAnswer, StaffGraph
from edge.staff.links import SystemLinks
from edge.staff.render import HEADERS, PATH, asset_routes, page
from edge.staff.session import MESSAGE_S, OutcomeMessage, StaffSession, StaffSessions

SESSION_COOKIE, MESSAGE_COOKIE = "kynda_staff", "kynda_staff_message"
_LISTED = 50
_NUMBER = re.compile(r"[0-9]{1,20}")
_VERDICTS = ("FAIL", "WARN", "OFF", "OK")  # worst first
_NO_RESULT = "The action returned no result: reload the page."

log = structlog.get_logger(__name__)
Handler = Callable[[Request, StaffSession], Awaitable[Response]]
_Content = Callable[[dict[str, Any], dict[str, Any] | None], tuple[str, dict[str, Any]]]
"""The title and the values of a page, from an order and its preview."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The desk's address, the trusted proxies for `X-Forwarded-For`, and the sweep interval."""

    public_address: str
    proxies: TrustedProxies
    sweep_minutes: float
    is_sandbox: bool


class StaffDesk:
    """The pages. `sessions`, `rates` and `feed` exist once the gateway runs."""

    def __init__(
        self,
        graph: StaffGraph,
        access: StaffAccess,
        settings: DeskSettings,
        *,
        sessions: Callable[[], StaffSessions],
        rates: Callable[[], RateLimits],
        feed: Callable[[], CountsFeed],
        links: SystemLinks,
    ) -> None:
        self._graph = graph
        self._access = access
        self._settings = settings
        self._sessions = sessions
        self._rates = rates
        self._live = feed
        self._links = links

    @property
    def routes(self) -> list[BaseRoute]:
        """All routes under `/staff`."""
        return [
            *asset_routes(),
            Route(f"{PATH}/sign-in", self._guarded(self._sign_in_page)),
            Route(f"{PATH}/sign-in", self._guarded(self._sign_in), methods=["POST"]),
            Route(f"{PATH}/sign-out", self._signed_in(self._sign_out), methods=["POST"]),
            Route(PATH, self._signed_in(self._today)),
            Route(f"{PATH}/", self._signed_in(self._today)),
            Route(f"{PATH}/orders/{{id}}", self._signed_in(self._order)),
            Route(f"{PATH}/orders/{{id}}/{{action}}", self._signed_in(self._question)),
            Route(f"{PATH}/orders/{{id}}/{{action}}", self._signed_in(self._act), methods=["POST"]),
            Route(f"{PATH}/search", self._signed_in(self._search), methods=["GET", "POST"]),
            Route(f"{PATH}/counter", self._signed_in(self._counter)),
            Route(f"{PATH}/counter", self._signed_in(self._switch), methods=["POST"]),
            Route(f"{PATH}/catalogue", self._signed_in(self._catalogue)),
            Route(f"{PATH}/health", self._signed_in(self._health)),
            Route(f"{PATH}/events", self._signed_in(self._events)),
            Route(f"{PATH}/{{path:path}}", self._signed_in(self._unknown)),
        ]

    def _guarded(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except HttpRefusal as refused:
                response = page("refused", {"message": refused.message}, refused.status)
                response.headers.update(refused.headers)
                return response

        return answer

    def _signed_in(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = self._sessions().read(request.cookies.get(SESSION_COOKIE))
            if session is not None:
                return await handler(request, session)
            if request.method == "POST" or request.url.path == f"{PATH}/events":
                raise HttpRefusal(403, "You are not signed in, or your session is over. Sign in and try again.")
            if request.headers.get("sec-fetch-site") == "cross-site":
                # A link from elsewhere comes without the cookie; the same address from our own page has it.
                return page("arrived", {})
            return RedirectResponse(f"{PATH}/sign-in?to={quote(_path(request))}", 303, HEADERS)

        return self._guarded(answer)

    async def _sign_in_page(self, request: Request) -> Response:
        return page("sign_in", {"to": _own_path(request.query_params.get("to")), "problem": None})

    async def _sign_in(self, request: Request) -> Response:
        rates, client = self._rates(), self._client(request)
        rates.refuse_guessing(client)
        form = await read_form(request, self._settings.public_address)
        to = _own_path(form.get("to"))
        name = self._access.name_of(form.get("token", "").strip().encode())
        if name is None:
            rates.count_failed_token(client)
            log.warning("staff_sign_in_refused")
            problem = "This is not the token of a staff member. Ask whoever runs the gateway for yours."
            return page("sign_in", {"to": to, "problem": problem}, 403)
        log.info("staff_signed_in")
        sessions = self._sessions()
        response = RedirectResponse(to, 303, HEADERS)
        _set_cookie(response, SESSION_COOKIE, sessions.begin(name), sessions.lifetime_s)
        return response

    async def _sign_out(self, request: Request, session: StaffSession) -> Response:
        await read_form(request, self._settings.public_address, session)
        response = RedirectResponse(f"{PATH}/sign-in", 303, HEADERS)
        _set_cookie(response, SESSION_COOKIE, "", 0)
        response.headers["clear-site-data"] = '"cache"'
        return response

    async def _today(self, request: Request, session: StaffSession) -> Response:
        answer = await self._graph.ask("today", session.name, first=_LISTED)
        found = answer.get("orderDesk")
        if found is not None:
            self._live().publish(found)
        values = {"desk": found, "errors": answer.errors, "sweep_minutes": self._settings.sweep_minutes}
        return self._page(request, session, "today", "Today", values)

    async def _order(self, request: Request, session: StaffSession) -> Response:
        def content(order: dict[str, Any], preview: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
            possible = [each for each in ACTIONS.values() if each.is_possible(order)]
            values = {"preview": preview, "actions": possible, "main_action": main_action(order), "links": self._links}
            return order["name"], values

        return await self._order_page(request, session, "order", content)

    async def _question(self, request: Request, session: StaffSession) -> Response:
        action = _action(request)

        def content(order: dict[str, Any], preview: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
            values = {"action": action, "sentences": action.sentences(order, preview)}
            return action.question.format(name=order["name"]), values

        return await self._order_page(request, session, "question", content)

    async def _order_page(self, request: Request, session: StaffSession, template: str, content: _Content) -> Response:
        """A page about the order in the path and what forwarding it would do."""
        order_id = _order_id(request)
        answer = await self._graph.ask("order", session.name, id=order_id)
        order = answer.get("shopOrderById")
        if order is None:
            return self._missing_order(request, session, answer.errors)
        preview = await self._graph.ask("preview", session.name, id=order_id)
        title, values = content(order, preview.get("previewForwarding"))
        errors = (*answer.errors, *preview.errors)
        return self._page(request, session, template, title, {**values, "order": order, "errors": errors})

    async def _act(self, request: Request, session: StaffSession) -> Response:
        await read_form(request, self._settings.public_address, session)
        action = _action(request)
        answer = await self._graph.ask(action.operation, session.name, id=_order_id(request))
        order = answer.get(action.field)
        if order is None:
            message = OutcomeMessage(" ".join(answer.errors) or _NO_RESULT, is_refusal=True)
        else:
            message = OutcomeMessage(action.outcome(order), is_refusal=action.has_failed(order))
        await self._live().refresh()
        response = RedirectResponse(f"{PATH}/orders/{request.path_params['id']}", 303, HEADERS)
        _set_cookie(response, MESSAGE_COOKIE, self._sessions().message(message), MESSAGE_S)
        return response

    async def _search(self, request: Request, session: StaffSession) -> Response:
        """The search is a POST form, so that an e-mail address does not appear in the URL."""
        if request.method == "POST":
            text = (await read_form(request, self._settings.public_address, session)).get("text", "")
        else:
            text = request.query_params.get("text", "")
        text = text.strip()[:200]
        answer = await self._graph.ask("search", session.name, text=text) if text else DeskAnswer()
        values = {"text": text, "orders": answer.get("searchOrders"), "errors": answer.errors}
        return self._page(request, session, "search", "Search", values)

    async def _counter(self, request: Request, session: StaffSession) -> Response:
        answer = await self._graph.ask("counter", session.name)
        values = {"places": switched_places(answer.data), "errors": answer.errors}
        return self._page(request, session, "counter", "Orders from the web", values)

    async def _switch(self, request: Request, session: StaffSession) -> Response:
        form = await read_form(request, self._settings.public_address, session)
        place, accepts = form.get("place", ""), form.get("accepts") == "yes"
        location = None if place == ALL else place
        answer = await self._graph.ask("accept_orders", session.name, accepts=accepts, location=location)
        found = answer.get("cafeAcceptsOrdersSet")
        if found is None:
            message = OutcomeMessage(" ".join(answer.errors) or _NO_RESULT, is_refusal=True)
        else:
            message = OutcomeMessage(outcome(found["paused"]), is_refusal=False)
        response = RedirectResponse(f"{PATH}/counter", 303, HEADERS)
        _set_cookie(response, MESSAGE_COOKIE, self._sessions().message(message), MESSAGE_S)
        return response

    async def _catalogue(self, request: Request, session: StaffSession) -> Response:
        answer = await self._graph.ask("catalogue", session.name)
        values = {
            "issues": answer.get("catalogIssues"),
            "out_of_stock": answer.get("products"),
            "errors": answer.errors,
            "links": self._links,
        }
        return self._page(request, session, "catalogue", "Catalogue", values)

    async def _health(self, request: Request, session: StaffSession) -> Response:
        answer = await self._graph.ask("health", session.name)
        is_checked = "check" in request.query_params
        checked = await self._graph.ask("set_up", session.name) if is_checked else DeskAnswer()
        found = answer.get("orderDesk")
        sent = [] if found is None else found["sent"]["nodes"]
        values = {
            "status": answer.get("status"),
            "chart": delays_chart(sent),
            "findings": sorted(checked.get("setUpFindings") or (), key=_by_verdict),
            "is_checked": is_checked,
            "errors": (*answer.errors, *checked.errors),
        }
        return self._page(request, session, "health", "Health", values)

    async def _events(self, _: Request, session: StaffSession) -> Response:
        headers = {**HEADERS, "x-accel-buffering": "no"}
        return StreamingResponse(self._live().stream(session.name), media_type="text/event-stream", headers=headers)

    async def _unknown(self, request: Request, session: StaffSession) -> Response:
        return self._page(request, session, "missing", "Not found", {"what": "page", "errors": ()}, 404)

    def _missing_order(self, request: Request, session: StaffSession, errors: tuple[str, ...]) -> Response:
        status = 502 if errors else 404
        return self._page(request, session, "missing", "Not found", {"what": "order", "errors": errors}, status)

    def _page(
        self,
        request: Request,
        session: StaffSession,
        template: str,
        title: str,
        values: dict[str, Any],
        status: int = 200,
    ) -> Response:
        message = self._sessions().read_message(request.cookies.get(MESSAGE_COOKIE))
        shared = {
            "title": title,
            "session": session,
            "here": request.url.path,
            "counts": self._live().counts,
            "message": message,
            "is_sandbox": self._settings.is_sandbox,
        }
        response = page(template, {**shared, **values}, status)
        if MESSAGE_COOKIE in request.cookies:
            _set_cookie(response, MESSAGE_COOKIE, "", 0)
        return response

    def _client(self, request: Request) -> str | None:
        forwarded_for = header_lines(request.scope["headers"], b"x-forwarded-for")
        return self._settings.proxies.client_address(request.scope.get("client"), forwarded_for)


def _set_cookie(response: Response, name: str, value: str, max_age_s: int) -> None:
    response.set_cookie(name, value, max_age=max_age_s, path=PATH, secure=True, httponly=True, samesite="strict")


def _order_id(request: Request) -> str:
    """The order of a page. Raises HttpRefusal for a number that none has: an int of any length would be a fault."""
    number = request.path_params["id"]
    if _NUMBER.fullmatch(number) is None:
        raise HttpRefusal(404, "There is no such order. Search for it by its number.")
    return f"gid://shopify/Order/{number}"


def _action(request: Request) -> DeskAction:
    action = ACTIONS.get(request.path_params["action"])
    if action is None:
        raise HttpRefusal(404, "There is no such button. Go back to the order.")
    return action


def _path(request: Request) -> str:
    """The path without its query, which may contain search terms."""
    return request.url.path


def _by_verdict(finding: Mapping[str, Any]) -> int:
    return _VERDICTS.index(finding["verdict"])


def _own_path(path: str | None) -> str:
    """The page to open after signing in, which has to be one of the desk."""
    is_own = path is not None and (path == PATH or path.startswith(f"{PATH}/")) and path.isprintable()
    return path if is_own and path is not None and not {"\\", "%"} & set(path) and ".." not in path else PATH
