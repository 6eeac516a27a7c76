"""Refusals outside the graph. They have the form of GraphQL errors, as those of the graph do."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge.bodies import HttpRefusal
from resolvers.public_errors import CODES, ErrorCode, PublicError
from schema.execution.respond import refusal

_CODES = {
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    410: ErrorCode.NOT_FOUND,
    503: ErrorCode.TRY_LATER,
}
_MESSAGES = {
    404: "There is nothing at this path: the graph is at /graphql.",
    405: "This path does not take this method: the header `Allow` lists those that it takes.",
}


def refused(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal with the code of its status."""
    return refused_answer(HttpRefusal(status, message, headers, code=_CODES.get(status, ErrorCode.BAD_REQUEST)))


def refused_answer(error: HttpRefusal) -> Response:
    """A refusal as a GraphQL answer."""
    body = refusal([PublicError(error.code, error.message)]).body
    return Response(body, error.status, {"cache-control": "no-store", **error.headers}, media_type="application/json")


def answer_refusals_in_json(app: FastAPI) -> None:
    """Unknown paths, wrong methods and faults are answered as GraphQL errors."""

    async def refuse(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return refused(error.status_code, _MESSAGES.get(error.status_code, error.detail), error.headers)

    async def fail(_: Request, __: Exception) -> Response:
        return refused_answer(
            HttpRefusal(500, CODES[ErrorCode.INTERNAL_SERVER_ERROR], code=ErrorCode.INTERNAL_SERVER_ERROR)
        )

    app.add_exception_handler(HTTPException, refuse)
    app.add_exception_handler(Exception, fail)
