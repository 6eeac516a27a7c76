"""The gateway's way of forwarding behind Strawberry's own view, for comparison with `edge.graphql_http`.

As light as that way goes: parsed and validated documents are kept, and Storefront's data is spliced in undecoded.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import strawberry
from fastapi import FastAPI
from graphql import ExecutionResult
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig

from app import Settings, connected, internet
from resolvers.context import Services
from schema.graph import public_graph
from schema.storefront import SCALARS, QueryRoot
from tests.benchmarks.plain_strawberry import Context


class Forwarded(SchemaExtension):
    """Sets the result of every operation to Storefront's answer."""

    async def on_execute(self) -> AsyncIterator[None]:
        asked = self.execution_context
        assert asked.query is not None
        body = orjson.dumps({"query": asked.query})
        answer = await asked.context.services.storefront.forward("spliced", body, buyer_ip=None)
        asked.result = ExecutionResult(data=orjson.Fragment(answer.data))  # type: ignore[arg-type]
        yield


class SplicingRouter(GraphQLRouter[Context, None]):
    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def strawberry_view(settings: Settings) -> FastAPI:
    """The app behind Strawberry's view, on the upstreams that the settings name."""
    connection: list[Services] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        transport = internet()
        async with transport, connected(settings, transport) as services:
            connection.append(services)
            yield

    async def context() -> Context:
        return Context(connection[0])

    schema = strawberry.Schema(
        query=QueryRoot,
        extensions=[ParserCache, ValidationCache, Forwarded],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    schema._schema = public_graph().executed  # all of Storefront's types
    schema._schema._strawberry_schema = schema  # type: ignore[attr-defined]
    app = FastAPI(lifespan=lifespan)
    app.include_router(SplicingRouter(schema, context_getter=context), prefix="/graphql")
    return app
