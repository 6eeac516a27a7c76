"""gql's transport to Admin: directly over an httpx transport, with each document printed once."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx
import orjson
from gql import GraphQLRequest
from gql.transport import AsyncTransport
from graphql import DocumentNode, ExecutionResult, print_ast

from clients.admin.errors import UPSTREAM, read_body
from clients.admin.token import HEADER, AccessTokens
from clients.errors import Broken, Denied, UpstreamError
from clients.http import JSON_HEADERS, refusal, sent
from clients.http_messages import Response, url_of

Decode = Callable[[bytes], tuple[dict[str, Any], dict[str, Any] | None] | None]
"""Returns the data and the extensions of an answer without errors, or None."""

_TEXTS: dict[int, tuple[DocumentNode, str]] = {}
"""The printed documents of the process, by id. All are constants of this package, so there is no limit."""


class AdminTransport(AsyncTransport):
    """Sends requests with a token; once more with a newer one after a refusal. It opens and closes nothing.

    gql's own transport goes through an httpx.AsyncClient and prints the document for each request.
    """

    def __init__(
        self,
        url: str,
        tokens: AccessTokens,
        transport: httpx.AsyncBaseTransport,
        note: Callable[[Response], None],
    ) -> None:
        self._url = url_of(url)
        self._tokens = tokens
        self._transport = transport
        self._note = note

    async def connect(self) -> None:
        """Does nothing: the creator of the httpx transport opens it."""

    async def close(self) -> None:
        """Does nothing: the creator of the httpx transport closes it."""

    async def execute(
        self, request: GraphQLRequest, *, operation: str = "request", decode: Decode | None = None
    ) -> ExecutionResult:
        """The answer to a request. Raises UpstreamError when there is none.

        `decode` reads the body first. An answer that it returns None for is decoded into dicts.
        """
        body = orjson.dumps({"query": _text(request.document), "variables": request.variable_values or {}})
        token = await self._tokens.current()
        response = await self._sent(operation, body, token)
        if response.status_code == 401 and (newer := await self._tokens.instead_of(token)) is not None:
            response = await self._sent(operation, body, newer)
        failure = _refused(operation, response)
        if failure is not None:
            raise failure
        decoded = None if decode is None else decode(response.content)
        if decoded is not None:
            return ExecutionResult(data=decoded[0], errors=None, extensions=decoded[1])
        try:
            answer = read_body(response.content)
        except ValueError as error:
            raise Broken(UPSTREAM, operation, "no GraphQL answer") from error
        return ExecutionResult(
            data=answer.get("data"), errors=answer.get("errors"), extensions=answer.get("extensions")
        )

    def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        raise NotImplementedError("Admin has no subscriptions over GraphQL: it sends webhooks")

    async def _sent(self, operation: str, body: bytes, token: str) -> Response:
        headers = {**JSON_HEADERS, HEADER: token}
        response = await sent(self._transport, "POST", self._url, headers, body, upstream=UPSTREAM, operation=operation)
        self._note(response)
        return response


def _text(document: DocumentNode) -> str:
    """The text of a document. The document is cached with it, so that its id is not reused."""
    found = _TEXTS.get(id(document))
    if found is None:
        found = _TEXTS[id(document)] = (document, print_ast(document))
    return found[1]


def _refused(operation: str, response: Response) -> UpstreamError | None:
    if response.is_success:
        return None
    if response.status_code == 401:
        return Denied(UPSTREAM, "authentication", "HTTP 401")
    return refusal(UPSTREAM, operation, response, response.text[:200])
