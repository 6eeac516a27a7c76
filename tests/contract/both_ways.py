"""One operation run twice over equal upstreams: compiled, and by graphql-core's executor."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import httpx
import orjson

from app import opened
from resolvers.context import RequestContext
from schema.execution.limits import DocumentLimits
from schema.execution.run import Operation, Runner
from schema.graph import public_graph, staff_graph
from tests.serving import GivenSettings, sandbox_at_noon
from tests.virtual_time import VirtualLoop, virtual_timing

Fault = tuple[str, str, Mapping[str, Any]]
"""An upstream, the kind of a sandbox's fault, and its details."""

SPOILT: tuple[Any, ...] = (None, 7, "text", [], {}, [None], [{}])


@dataclass(frozen=True, slots=True)
class Conditions:
    """What goes wrong in a run. `spoilt` seeds the choice of values that are others in Storefront's answers."""

    faults: tuple[Fault, ...] = ()
    spoilt: int | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, taken apart: `errors` in the order of their paths, and the requests that it took."""

    data: bytes
    errors: list[dict[str, Any]]
    requests: Mapping[str, int] = field(default_factory=dict)


class BothWays:
    """A shop that is only read, and two runners over it."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner(loop_factory=VirtualLoop)
        self._sandbox = sandbox_at_noon()
        self._sandbox.store.printful_per_minute = 10**9
        self._sandbox.store.admin_bucket_points = 1e12
        given: dict[str, Any] = {"graphiql": False, "sweep_minutes": 0, "cache_max_bytes": 0}
        self._settings = GivenSettings(**given)
        self._runners = {compiles: _runner(compiles) for compiles in (True, False)}

    def close(self) -> None:
        self._loop.close()

    def is_compiled(self, operation: Operation) -> bool:
        """Whether an operation runs compiled, or needs none of it since it is Storefront's alone."""
        plan = self._runners[True].plan(operation)
        if plan.forms is None:
            return not plan.executes
        names = (node.variable.name.value for node in plan.declared)
        return plan.forms.under(dict.fromkeys(names, True)) is not None

    def outcome(self, operation: Operation, conditions: Conditions, *, compiles: bool) -> Outcome:
        return self._loop.run(self._outcome(operation, conditions, compiles))

    async def _outcome(self, operation: Operation, conditions: Conditions, compiles: bool) -> Outcome:
        faults = self._sandbox.faults
        faults.forget_requests()
        for upstream, kind, details in conditions.faults:
            faults.add(upstream, kind, **details)
        transport: httpx.AsyncBaseTransport = self._sandbox.transport()
        if conditions.spoilt is not None:
            transport = Spoiling(transport, conditions.spoilt)
        try:
            async with opened(self._settings, self._sandbox, transport, virtual_timing()) as services:
                context = RequestContext(services, staff=conditions.staff)
                answer = await self._runners[compiles].run(operation, context)
        finally:
            faults.clear()
        return _outcome(answer.body, dict(faults.counts))


class Spoiling(httpx.AsyncBaseTransport):
    """A transport on which some values in the data of Storefront's answers become others."""

    def __init__(self, transport: httpx.AsyncBaseTransport, seed: int) -> None:
        self._transport = transport
        self._random = random.Random(seed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        if "/admin/" in request.url.path or "graphql" not in request.url.path:
            return response
        answer = orjson.loads(await response.aread())
        for _ in range(self._random.randint(1, 3)):
            self._spoil(answer.get("data"))
        return httpx.Response(response.status_code, content=orjson.dumps(answer), request=request)

    def _spoil(self, value: Any) -> None:
        places = list(_places(value))
        if places:
            holder, key = self._random.choice(places)
            if isinstance(holder, dict) and self._random.random() < 0.2:
                del holder[key]
            else:
                holder[key] = self._random.choice(SPOILT)


def _places(value: Any) -> Any:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield value, key
        yield from _places(inner)


def _runner(compiles: bool) -> Runner:
    return Runner(
        public_graph(),
        staff_graph,
        introspection=True,
        limits=DocumentLimits(**{each.name: 10**9 for each in fields(DocumentLimits)}),
        max_executed=10**9,
        max_plan_bytes=10**9,
        compiles=compiles,
    )


def _outcome(body: bytes, requests: Mapping[str, int]) -> Outcome:
    answer = orjson.loads(body)
    errors = sorted(answer.get("errors", []), key=lambda error: orjson.dumps(error.get("path")))
    place = body.find(b'"data":')
    return Outcome(body[place:] if place >= 0 else b"", errors, requests)
