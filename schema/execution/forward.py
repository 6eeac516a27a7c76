"""Sends a plan's requests to Storefront, through the cache where the plan allows it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from graphql import VariableValues
from graphql.execution.values import get_argument_values

from clients.cache.answers import Fetched
from clients.cache.policies import NEVER
from clients.errors import Broken, UpstreamError
from clients.storefront.answers import StorefrontAnswer
from clients.storefront.wire import HeaderLines, WireRequest
from clients.upstreams import UpstreamName
from resolvers.context import RequestContext
from resolvers.public_errors import PublicError
from schema.execution.plan import Plan
from schema.execution.respond import log_failure, storefront_errors
from schema.execution.split import Lookup, Request


class Forward:
    """The requests of one operation to Storefront.

    given: the caller's variables, as they came. coerced: the same as values of their types; None where none are
    declared or some do not fit. errors: what Storefront said was missing in its answers. headers: those of its response
    that are for this caller. extensions: those of its answer.
    """

    def __init__(
        self, plan: Plan, given: Mapping[str, Any], coerced: VariableValues | None, context: RequestContext
    ) -> None:
        self._plan = plan
        self._given = given
        self._coerced = coerced
        self._context = context
        self.errors: list[PublicError] = []
        self.headers: HeaderLines = ()
        self.extensions = b""
        self._is_coerced = coerced is not None or not plan.declared
        self._fetched: StorefrontAnswer | None = None
        self._received: HeaderLines = ()
        self._failed: UpstreamError | None = None

    async def data(self, request: Request) -> bytes:
        """The data of Storefront's answer as JSON text. Raises UpstreamError and PublicError."""
        variables = await self._variables(request)
        answer = await self._request(request, variables)
        self.errors.extend(storefront_errors(answer.faults, self._plan.name))
        self.extensions = answer.extensions
        return answer.data

    async def root(self, request: Request) -> dict[str, Any]:
        """The root fields of an answer; after a failure each of them raises it."""
        try:
            return self.decoded(await self.data(request)) or dict.fromkeys(request.keys)
        except (UpstreamError, PublicError) as error:
            log_failure(error)
            return dict.fromkeys(request.keys, error)

    async def objects(self, ids: Mapping[str, Sequence[str]]) -> bytes:
        """Storefront's objects by the ids of the plan's look-up. Raises UpstreamError."""
        lookup = self._plan.lookup
        assert lookup is not None
        variables = {name: self._given[name] for name in lookup.variables if name in self._given}
        answer = await self._look_up(lookup, {**variables, **ids})
        # The error has no path: one object may appear at several places of the answer.
        faults = [replace(fault, path=None) for fault in answer.faults]
        self.errors.extend(storefront_errors(faults, self._plan.name))
        return answer.data

    def decoded(self, data: bytes) -> dict[str, Any] | None:
        """The data of an answer, None for null. Raises Broken."""
        try:
            root: dict[str, Any] | None = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise Broken(UpstreamName.STOREFRONT, self._plan.name, str(error)) from error
        return root

    async def _variables(self, request: Request) -> dict[str, Any]:
        """The variables of a request: the caller's that it uses, and the computed ones."""
        if not self._plan.is_valid:
            return dict(self._given)
        variables = {name: self._given[name] for name in request.variables if name in self._given}
        for use in request.computed:
            arguments = get_argument_values(use.definition, use.node, self._coerced)
            for name, value in (await use.arguments(arguments, self._context)).items():
                variables[use.prefix + name] = value
        return variables

    async def answer(self, request: Request) -> StorefrontAnswer:
        """Storefront's answer as it came. Raises UpstreamError."""
        return await self._request(request, await self._variables(request))

    def headers_of(self, error: UpstreamError) -> HeaderLines:
        """The headers of a refusal that are for this caller: none when it was another visitor's."""
        return error.response.headers if error.response is not None and error is self._failed else ()

    async def _request(self, request: Request, variables: Mapping[str, Any]) -> StorefrontAnswer:
        """Storefront's answer, cached where the plan allows it. Raises UpstreamError."""
        context, cacheability = self._context, self._plan.cacheability
        wire, request_cache = context.wire, context.request_cache
        policy, variables_json = None, b""
        if cacheability is not None and request_cache.is_cacheable and self._is_coerced:
            variables_json = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
            policy = cacheability.policy(context.services.policies, variables, variables_json)
        key: tuple[str | bytes, ...] = (
            cacheability.key if cacheability is not None else "",
            variables_json,
            *wire.cache_key,
        )
        if (
            policy is None
            or cacheability is None
            or (wire.personal and not request_cache.has(UpstreamName.STOREFRONT, key))
        ):
            return await self._ask_alone(request, variables, key)

        async def fetch() -> Fetched[StorefrontAnswer]:
            answer = await self._sent(request, variables, wire.impersonal())
            if answer.faults or not answer.is_shareable:
                self._fetched = answer
                return Fetched(answer, (), 0, policy=NEVER)
            self._fetched = shared = answer.for_others()
            size_bytes = len(answer.data) + (0 if shared.response is None else len(shared.body))
            tags = cacheability.tags_of(answer.data, variables) if policy.stores else ()
            return Fetched(shared, tags, size_bytes)

        answer = await request_cache.read(UpstreamName.STOREFRONT, key, policy, fetch)
        if answer is self._fetched:
            self._take_headers()
        elif not answer.is_shareable:  # another visitor's fetch was joined, and its answer is for that visitor alone
            return await self._ask_alone(request, variables, key)
        return answer

    async def _ask_alone(
        self, request: Request, variables: Mapping[str, Any], key: tuple[str | bytes, ...]
    ) -> StorefrontAnswer:
        """Storefront's answer to this caller alone. Raises UpstreamError."""

        async def fetch() -> Fetched[StorefrontAnswer]:
            answer = await self._sent(request, variables, self._context.wire, verbatim=self._plan.pure)
            return Fetched(answer, (), 0, policy=NEVER)

        answer = await self._context.request_cache.read(UpstreamName.STOREFRONT, key, None, fetch)
        self._take_headers()
        return answer

    def _take_headers(self) -> None:
        """Passes on the headers of the last response; cookies of earlier responses stay."""
        cookies = tuple(each for each in self.headers if each[0] == "set-cookie")
        self.headers = (*cookies, *self._received)

    async def _sent(
        self, request: Request, variables: Mapping[str, Any], wire: WireRequest, *, verbatim: bool = False
    ) -> StorefrontAnswer:
        plan, context = self._plan, self._context
        asked: dict[str, Any] = {"query": request.text}
        if plan.verbatim is not None:
            asked["query"] = plan.verbatim.text
            if plan.verbatim.operation_name:
                asked["operationName"] = plan.verbatim.operation_name
        if variables:
            asked["variables"] = variables
        try:
            answer = await context.services.storefront.forward(
                plan.name,
                orjson.dumps(asked),
                buyer_ip=context.buyer_ip,
                idempotent=not plan.is_mutation,
                options=context.options,
                wire=wire,
                verbatim=verbatim,
            )
        except UpstreamError as error:
            self._failed = error
            raise
        if answer.response is not None:
            self._received = answer.response.headers
        return answer

    async def _look_up(self, lookup: Lookup, variables: Mapping[str, Any]) -> StorefrontAnswer:
        """Storefront's objects by id. Never cached: they belong to one buyer's order. Raises UpstreamError."""
        plan, context = self._plan, self._context
        body = orjson.dumps({"query": lookup.text, "variables": variables})
        options = context.options_from_now() if plan.is_mutation else context.options

        async def fetch() -> Fetched[StorefrontAnswer]:
            answer = await context.services.storefront.forward(
                plan.name,
                body,
                buyer_ip=context.buyer_ip,
                idempotent=True,
                options=options,
                wire=context.wire.impersonal(),
            )
            return Fetched(answer, (), 0, policy=NEVER)

        return await context.request_cache.read(UpstreamName.STOREFRONT, (lookup.text,), None, fetch)
