"""Introspection of the graph, which code generators use."""

import asyncio

import pytest
from graphql import build_client_schema, get_introspection_query, parse, print_schema, validate

from schema.execution.limits import DocumentLimits
from schema.execution.plan import Planner
from schema.execution.run import introspects_alone
from schema.graph import public_graph, staff_graph
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


async def test_the_event_loop_runs_while_the_schema_is_introspected(gateway: Served) -> None:
    async def turns() -> int:
        count = 0
        while not answer.done():
            await asyncio.sleep(0)
            count += 1
        return count

    answer = asyncio.create_task(gateway.ask(get_introspection_query()))
    assert await turns() > 500  # some 30 where it is answered in the loop
    assert "errors" not in await answer


@pytest.mark.parametrize(
    ("query", "is_alone"),
    [
        ("{ __schema { types { name } } }", True),
        ('{ __typename ...It } fragment It on QueryRoot { type: __type(name: "Product") { name } }', True),
        ("{ __schema { types { name } } shop { name } }", False),
        ("{ __schema { types { name } } gateway { mode } }", False),
        ("query { ...It } fragment It on QueryRoot { __schema { types { name } } gateway { mode } }", False),
    ],
)
def test_only_an_operation_without_other_fields_introspects_alone(query: str, is_alone: bool) -> None:
    planner = Planner(public=public_graph(), staff=staff_graph, limits=DocumentLimits(), max_plan_bytes=0)

    assert introspects_alone(planner.plan(query, None)) == is_alone


async def test_staff_introspect_their_own_graph(gateway: Served) -> None:
    query = '{ __type(name: "QueryRoot") { fields { name } } }'
    names = {
        is_staff: {each["name"] for each in (await gateway.ask(query, staff=is_staff))["data"]["__type"]["fields"]}
        for is_staff in (True, False)
    }

    assert "failedForwards" in names[True] - names[False]
