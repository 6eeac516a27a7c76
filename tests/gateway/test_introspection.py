"""Introspection of the graph, which code generators use."""

import pytest
from graphql import build_client_schema, get_introspection_query, parse, print_schema, validate

from schema.graph import public_graph
from tests.serving import Served

# Shopify deprecates a field that its interface does not, which a check of the whole schema refuses.
DEFERRED = """query Page($channel: ID) @inContext(channelId: $channel) {
  product(handle: "latte") { title ...More @defer(if: true, label: "more") }
}
fragment More on Product { description }"""


@pytest.fixture
async def introspected(gateway: Served) -> str:
    answer = await gateway.ask(get_introspection_query(specified_by_url=True, input_value_deprecation=True))
    assert "errors" not in answer
    return print_schema(build_client_schema(answer["data"], assume_valid=True))


async def test_introspection_and_the_printed_schema_have_the_same_directives(introspected: str) -> None:
    def directives(sdl: str) -> list[str]:
        return sorted(line for line in sdl.splitlines() if line.startswith("directive "))

    assert directives(introspected) == directives(public_graph().sdl)


async def test_an_operation_with_defer_fits_the_introspected_schema(gateway: Served) -> None:
    answer = await gateway.ask(get_introspection_query())

    assert validate(build_client_schema(answer["data"], assume_valid=True), parse(DEFERRED)) == []


async def test_an_operation_with_defer_and_a_channel_is_answered(gateway: Served) -> None:
    answer = await gateway.ask(DEFERRED, {"channel": "gid://shopify/Channel/1"})

    assert "errors" not in answer
    assert answer["data"]["product"].keys() == {"title", "description"}
