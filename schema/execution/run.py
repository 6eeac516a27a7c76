"""Runs operations: plan, forward to Storefront, resolve gateway fields, respond."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import VariableValues, is_input_type, type_from_ast
from graphql.execution.values import get_variable_values

from clients.errors import Rejected, UpstreamError
from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError, RequestRefused, from_upstream
from schema.execution.cost import forwarded_cost
from schema.execution.execute import execute, execute_compiled
from schema.execution.executor import SerialRoot, Unanswered
from schema.execution.forward import Forward
from schema.execution.known_arguments import known_input
from schema.execution.limits import DocumentLimits
from schema.execution.plan import Plan, Planner
from schema.execution.planning import Planning
from schema.execution.respond import (
    Answer,
    answer_of,
    bad_input,
    cache_state,
    log_failure,
    refusal,
    shopify_answer,
    shopify_refusal,
    shopify_verdict,
    with_extensions,
)
from schema.execution.selections import Selections
from schema.execution.unknown_names import own_variables
from schema.graph import Graph

INTROSPECTION_SHARE = 3
"""The limit on fields times this holds for introspection, because the whole schema has 31,000 fields."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A request: a document, the name of one of its operations, and the variables.

    `reports_cache`: `extensions.cache` reports the source and the age of the answer. `reports_cost`: `extensions.cost`
    reports its cost.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    reports_cache: bool = False
    reports_cost: bool = False


def known_variables(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables without names that the schema lacks, where none of the gateway's own fields uses them."""
    own = own_variables(plan.schema, plan.document)
    known = dict(given)
    for declared in plan.declared:
        name, of = declared.variable.name.value, type_from_ast(plan.schema, declared.type)
        if name in known and name not in own and is_input_type(of):
            known[name] = known_input(known[name], of)
    return known


def introspects_alone(plan: Plan) -> bool:
    """Whether an operation asks for nothing but the schema."""
    root = plan.schema.query_type
    if plan.is_mutation or root is None:
        return False
    fields = Selections(plan.schema, plan.document).fields(plan.operation.selection_set, root)
    return all(node.name.value.startswith("__") for node, _ in fields)


class Runner:
    """Runs operations on the graph. One per process; caches the plans."""

    def __init__(
        self,
        public: Graph,
        staff: Callable[[], Graph],
        *,
        introspection: bool,
        limits: DocumentLimits,
        max_executed: int,
        max_plan_bytes: int,
        compiles: bool = True,
    ) -> None:
        self._introspection = introspection
        self._max_cost = limits.cost
        self._max_executed = max_executed
        self._public = public
        self._staff = staff
        self._planner = planner = Planner(
            public=public,
            staff=staff,
            limits=limits,
            max_plan_bytes=max_plan_bytes,
            compiles=compiles,
            suggests=introspection,
        )
        self._planning = Planning(planner)

    def plan(self, operation: Operation) -> Plan:
        """How an operation would run. Raises RequestRefused."""
        return self._planner.plan(operation.query, operation.operation_name)

    async def is_cacheable(self, operation: Operation) -> bool:
        """Whether the answer of an operation may be cached as a whole."""
        if operation.reports_cache or operation.reports_cost:
            return False
        try:
            return (await self._plan(operation)).is_cacheable
        except RequestRefused:
            return False

    def planned(self) -> list[str]:
        """The documents whose plans are cached."""
        return self._planner.planned()

    async def run(self, operation: Operation, context: RequestContext, *, reads_only: bool = False) -> Answer:
        """The answer to an operation; never raises. `reads_only` refuses mutations."""
        try:
            plan = await self._plan(operation)
            if reads_only and plan.is_mutation:
                raise RequestRefused([PublicError(ErrorCode.METHOD_NOT_ALLOWED)])
            if plan.staff and not context.staff:
                raise RequestRefused([PublicError(ErrorCode.FORBIDDEN)])
            if plan.introspects and not (self._introspection or context.staff):
                problem = "Introspection is off here; GET /schema.graphql has the schema."
                raise RequestRefused([PublicError(ErrorCode.FORBIDDEN, problem)])
            answer = await self._run(plan, operation, context)
            if operation.reports_cache or operation.reports_cost:
                return self._with_extensions(answer, operation, context)
            is_cacheable = plan.is_cacheable and not answer.codes
            entry = context.request_cache.combined(answer.body, len(answer.body)) if is_cacheable else None
            age_s = context.request_cache.age_s
            return answer if entry is None and not age_s else replace(answer, entry=entry, age_s=age_s)
        except RequestRefused as refused:
            return refusal(refused.errors)

    async def _plan(self, operation: Operation) -> Plan:
        return await self._planning.plan(operation.query, operation.operation_name)

    async def _run(self, plan: Plan, operation: Operation, context: RequestContext) -> Answer:
        given = operation.variables or {}
        if plan.pure:
            context.charge(forwarded_cost(len(operation.query)))
            return await self._pure(plan, given, context)
        coerced = self._coerced(plan, given)
        context.charge(self._cost(plan, operation, coerced))
        forward = Forward(plan, given, coerced, context)
        if plan.serial:
            answer = await self._execute(plan, SerialRoot(plan.requests, forward.root), given, forward, context)
        else:
            answer = await self._mixed(plan, given, coerced, forward, context)
        return replace(answer, headers=forward.headers)

    async def _mixed(
        self,
        plan: Plan,
        given: Mapping[str, Any],
        coerced: VariableValues | None,
        forward: Forward,
        context: RequestContext,
    ) -> Answer:
        try:
            # First, since it may be refused: a mutation must not have run then.
            form = await self._planning.form(plan, coerced.coerced if coerced is not None else {})
            data = await forward.data(plan.requests[0]) if plan.requests else b"{}"
            if not plan.executes or data == b"null":
                return answer_of(data, forward.errors, forward.extensions)
            await context.load.turn()
            if form is not None:
                limit = self._max_executed
                answer = await execute_compiled(form, plan, data, coerced, forward, context, max_fields=limit)
                if answer is not None:
                    return answer
            root = forward.decoded(data)
        except (UpstreamError, PublicError) as error:
            log_failure(error)
            if isinstance(error, Rejected) and error.response is not None and self._is_shopifys(plan, given, context):
                return shopify_verdict(error.response, plan.name)
            root = Unanswered(error)
        if root is None:
            return answer_of(b"null", forward.errors, forward.extensions)
        return await self._execute(plan, root, given, forward, context)

    def _is_shopifys(self, plan: Plan, given: Mapping[str, Any], context: RequestContext) -> bool:
        """Whether only Shopify knows if an operation is valid: it has unknown names, or asks another version."""
        if plan.has_unknown or context.wire.version not in (None, context.services.api_version):
            return True
        return bool(plan.declared) and self._fitting(plan, given) is None

    async def _pure(self, plan: Plan, given: Mapping[str, Any], context: RequestContext) -> Answer:
        """The answer to an operation with nothing of the gateway's own in it: Shopify's, whatever it is."""
        forward = Forward(plan, given, self._fitting(plan, given), context)
        try:
            answer = await forward.answer(plan.requests[0])
            await context.load.turn()
        except UpstreamError as error:
            log_failure(error)
            if error.response is not None:
                return shopify_refusal(error.response, forward.headers_of(error))
            if not plan.is_valid:
                return answer_of(b"null", [from_upstream(error)])
            self._coerced(plan, given)
            return await self._execute(plan, Unanswered(error), given, forward, context)
        return shopify_answer(answer, plan.name, forward.headers)

    def _fitting(self, plan: Plan, given: Mapping[str, Any]) -> VariableValues | None:
        """The variables as values of their types; None also where some do not fit: that is Shopify's to say."""
        declared = plan.declared
        if not declared or not plan.is_valid:
            return None
        coerced = get_variable_values(plan.schema, declared, dict(given), max_errors=1)
        return None if isinstance(coerced, list) else coerced

    async def _execute(
        self,
        plan: Plan,
        root: dict[str, Any],
        given: Mapping[str, Any],
        forward: Forward,
        context: RequestContext,
    ) -> Answer:
        schema, max_fields, aside = plan.schema, self._max_executed, None
        if plan.introspects:
            # Staff see the whole graph in introspection.
            schema = (await self._planning.aside(self._staff) if context.staff else self._public).seen
            max_fields *= INTROSPECTION_SHARE
            aside = self._planning.aside if introspects_alone(plan) else None
        return await execute(plan, root, given, forward, context, schema=schema, max_fields=max_fields, aside=aside)

    def _cost(self, plan: Plan, operation: Operation, coerced: VariableValues | None) -> int:
        """What an operation costs with its variables. Raises RequestRefused when that is too much."""
        added = 0
        if plan.cost is not None:
            try:
                added = plan.cost.of(coerced.coerced if coerced is not None else {})
            except PublicError as error:
                raise RequestRefused([error]) from None
        if added > self._max_cost:
            problem = f"The operation costs {added}; the most is {self._max_cost}: select less, or smaller pages."
            raise RequestRefused([PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED, problem)])
        return forwarded_cost(len(operation.query)) + added

    def _with_extensions(self, answer: Answer, operation: Operation, context: RequestContext) -> Answer:
        extensions: dict[str, Any] = {}
        if operation.reports_cache:
            extensions["cache"] = cache_state(context.request_cache)
        if operation.reports_cost:
            extensions["cost"] = {"requested": context.cost, "maximum": self._max_cost, **context.budget}
        return with_extensions(answer, extensions, age_s=context.request_cache.age_s)

    def _coerced(self, plan: Plan, given: Mapping[str, Any]) -> VariableValues | None:
        """The variables as values of their types, None when none are declared. Raises RequestRefused."""
        declared = plan.declared
        if not declared:
            return None
        coerced = get_variable_values(plan.schema, declared, dict(given), max_errors=10)
        if isinstance(coerced, list) and not plan.pure:  # Shopify gets the values as they are
            coerced = get_variable_values(plan.schema, declared, known_variables(plan, given), max_errors=10)
        if isinstance(coerced, list):
            raise RequestRefused([bad_input(error) for error in coerced])
        return coerced
