"""Admin's stand-in over HTTP: its GraphQL endpoint, and tokens for client credentials."""

import uuid
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.admin.execution import AdminExecutor
from sandbox.admin.resolvers import admin_schema
from sandbox.admin.tokens import LIFE_S, Tokens
from sandbox.faults import Faults
from sandbox.store import Store
from sandbox.storefront.app import served_version

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105 a message


def routes(store: Store, faults: Faults) -> list[Route]:
    """The routes of Admin, under `/admin`. All stand-ins get `faults`; this one does not use them."""
    executor = AdminExecutor(store, admin_schema())
    tokens = Tokens(store)

    async def graphql(request: Request) -> Response:
        request_id = str(uuid.uuid4())
        headers = {"X-Request-ID": request_id, "Date": format_datetime(store.clock.now(), usegmt=True)}
        version = served_version(request.path_params["version"])
        if version is None:
            return _answer({"errors": "Not Found"}, 404, headers)
        headers["X-Shopify-API-Version"] = version
        if not tokens.accepts(request.headers.get("x-shopify-access-token")):
            return _answer({"errors": BAD_TOKEN}, 401, headers)
        asked = _object(await request.body())
        query, variables = asked.get("query"), asked.get("variables") or {}
        if not isinstance(query, str) or not query or not isinstance(variables, dict):
            return _answer({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
        return _answer(
            await executor.answer_in_slices(query, variables, asked.get("operationName"), request_id), 200, headers
        )

    async def grant(request: Request) -> Response:
        body = await request.body()
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        asked = dict(parse_qsl(body.decode(errors="replace"))) if form else _object(body)
        if asked.get("grant_type") != "client_credentials":
            return _answer(_oauth_error("unsupported_grant_type", "Only client_credentials is served here"), 400, {})
        token = tokens.grant(asked.get("client_id"), asked.get("client_secret"))
        if token is None:
            return _answer(_oauth_error("invalid_client", "Client authentication failed"), 400, {})
        return _answer({"access_token": token, "scope": ",".join(store.admin_scopes), "expires_in": LIFE_S}, 200, {})

    return [
        Route("/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
        Route("/admin/oauth/access_token", grant, methods=["POST"]),
    ]


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _oauth_error(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description}


def _answer(body: Any, status: int, headers: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(body), status, {**headers, "content-type": "application/json; charset=utf-8"})
