"""Asks Storefront what a plan forwards, through the cache where the plan allows it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from graphql import VariableValues
from graphql.execution.values import get_argument_values

from clients.cache.answers import Fetched
from clients.cache.policies import NEVER
from clients.errors import Broken, UpstreamError
from clients.storefront.client import StorefrontAnswer
from resolvers.context import RequestContext
from resolvers.public_errors import PublicError
from schema.execution.plan import Plan
from schema.execution.respond import log_failure, storefront_errors
from schema.execution.split import Lookup, Request


class Forward:
    """The requests of one operation to Storefront.

    given: the caller's variables, as they came. errors: what Storefront said was missing in its answers.
    """

    def __init__(
        self, plan: Plan, given: Mapping[str, Any], coerced: VariableValues | None, context: RequestContext
    ) -> None:
        self._plan = plan
        self._given = given
        self._coerced = coerced
        self._context = context
        self.errors: list[PublicError] = []

    async def data(self, request: Request) -> bytes:
        """The data of Storefront's answer as JSON text. Raises UpstreamError and PublicError."""
        variables = await self._variables(request)
        answer = await self._request(request, variables)
        self.errors.extend(storefront_errors(answer.faults, self._plan.name))
        return answer.data

    async def root(self, request: Request) -> dict[str, Any]:
        """The root fields of an answer; each is the failure when there is none."""
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
        # Where in the answer is not told: one object may stand in several places.
        faults = [replace(fault, path=None) for fault in answer.faults]
        self.errors.extend(storefront_errors(faults, self._plan.name))
        return answer.data

    def decoded(self, data: bytes) -> dict[str, Any] | None:
        """The data of an answer, None for null. Raises Broken."""
        try:
            root: dict[str, Any] | None = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise Broken("storefront", self._plan.name, str(error)) from error
        return root

    async def _variables(self, request: Request) -> dict[str, Any]:
        """The variables of a request: the caller's that it uses, and the computed ones."""
        variables = {name: self._given[name] for name in request.variables if name in self._given}
        for use in request.computed:
            arguments = get_argument_values(use.definition, use.node, self._coerced)
            for name, value in (await use.arguments(arguments, self._context)).items():
                variables[use.prefix + name] = value
        return variables

    async def _request(self, request: Request, variables: Mapping[str, Any]) -> StorefrontAnswer:
        """Storefront's answer, kept where the plan allows it. Raises UpstreamError."""
        plan, context = self._plan, self._context
        services = context.services
        cacheability = plan.cacheability if context.reads.is_cacheable else None
        policy, variables_json = None, b""
        if cacheability is not None:
            variables_json = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
            policy = cacheability.policy(services.policies, variables, variables_json)

        async def fetch() -> Fetched[StorefrontAnswer]:
            body = orjson.dumps(
                {"query": request.text, "variables": variables} if variables else {"query": request.text}
            )
            answer = await services.storefront.forward(
                plan.name, body, buyer_ip=context.buyer_ip, idempotent=not plan.is_mutation, options=context.options
            )
            if cacheability is None or policy is None or answer.faults:
                return Fetched(answer, (), 0, policy=NEVER)
            return Fetched(answer, cacheability.tags_of(answer.data, variables), len(answer.data))

        key = (cacheability.key if cacheability is not None else "", variables_json)
        return await context.reads.read("storefront", key, policy, fetch)

    async def _look_up(self, lookup: Lookup, variables: Mapping[str, Any]) -> StorefrontAnswer:
        """Storefront's objects by id; for one buyer's order, so never kept. Raises UpstreamError."""
        plan, context = self._plan, self._context
        body = orjson.dumps({"query": lookup.text, "variables": variables})
        options = context.options_from_now() if plan.is_mutation else context.options

        async def fetch() -> Fetched[StorefrontAnswer]:
            answer = await context.services.storefront.forward(
                plan.name, body, buyer_ip=context.buyer_ip, idempotent=True, options=options
            )
            return Fetched(answer, (), 0, policy=NEVER)

        return await context.reads.read("storefront", (lookup.text,), None, fetch)
