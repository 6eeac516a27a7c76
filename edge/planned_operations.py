"""`GET /operations`: the documents that this process has planned, for whoever shows the staff token."""

import asyncio
from collections.abc import Sequence
from typing import Any

from graphql import StringValueNode, Visitor, parse, print_ast, visit
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.staff.gate import StaffGate
from schema.execution.run import Runner

PATH = "/operations"
MAX_OPERATIONS = 300


def operations_route(runner: Runner, gate: StaffGate) -> Route:
    """The route. 404 for whoever does not show the staff token."""

    async def operations(_: Request) -> Response:
        texts = runner.planned()[-MAX_OPERATIONS:]
        return JSONResponse(await asyncio.to_thread(_described, texts), headers={"cache-control": "no-store"})

    return Route(PATH, gate.guarded(operations))


def _described(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(map(_without_literals, texts)))


class _Emptied(Visitor):
    def enter_string_value(self, *_: Any) -> StringValueNode:
        return StringValueNode(value="")


def _without_literals(text: str) -> str:
    """The document with empty strings for its literals, which may be names, addresses or cart ids."""
    return print_ast(visit(parse(text), _Emptied()))
