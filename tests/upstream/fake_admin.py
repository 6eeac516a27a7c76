"""A Shopify Admin that gives prepared answers, and checks requests against its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from graphql import coerce_input_value, get_operation_ast, parse, type_from_ast, validate

from clients.admin.client import Admin
from clients.admin.order_client import AdminOrders
from clients.admin.token import StaticToken
from clients.contracts import admin_schema
from clients.global_ids import GlobalId
from tests.virtual_time import PassingTime

ORDER_ID = GlobalId("gid://shopify/Order/5001")


class Shopify:
    """Gives its answers in turn, the last one again and again; keeps what it was asked, all of which it has to know."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.operations: list[str] = []
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = orjson.loads(request.content)
        variables = sent.get("variables") or {}
        self.operations.append(_checked(sent["query"], variables))
        self.asked.append(variables)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx.Response(answer, text="no")
        return httpx.Response(200, json=answer)

    @asynccontextmanager
    async def orders(self) -> AsyncIterator[AdminOrders]:
        url = "https://kynda.example/admin/api/2026-10/graphql.json"
        transport, timing = httpx.MockTransport(self), PassingTime().timing
        async with Admin(url, StaticToken("secret"), transport, deadline_s=5, timing=timing) as admin:
            yield AdminOrders(admin)


def _checked(query: str, variables: dict[str, Any]) -> str:
    """The name of the operation, which has to be one of the official schema with variables that fit it."""
    schema, document = admin_schema(), parse(query)
    assert validate(schema, document) == []
    operation = get_operation_ast(document)
    assert operation is not None
    assert operation.name is not None
    declared = {each.variable.name.value: each for each in operation.variable_definitions or ()}
    assert set(variables) <= set(declared)
    for name, definition in declared.items():
        kind = type_from_ast(schema, definition.type)
        assert kind is not None
        coerce_input_value(variables.get(name), kind)  # type: ignore[arg-type]
    return operation.name.value


def page(*nodes: Any, end: str | None = None) -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": end is not None, "endCursor": end}}


def answer(**data: Any) -> dict[str, Any]:
    return {"data": data}


def refused(message: str, **other: Any) -> dict[str, Any]:
    return {"field": None, "message": message, **other}


def done(*fields: str) -> dict[str, Any]:
    return {"data": {field: {"userErrors": []} for field in fields}}
