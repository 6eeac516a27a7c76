"""Runs operations: plan, forward, execute what is the gateway's own, and put the answer together as JSON text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, cast

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError, VariableValues
from graphql.execution.values import get_argument_values, get_variable_values

from clients.cache.answers import Fetched
from clients.cache.policies import NEVER
from clients.errors import Broken, UpstreamError
from clients.storefront.client import StorefrontAnswer, StorefrontFault
from resolvers.context import RequestContext
from resolvers.kept_reads import KeptReads
from resolvers.request_log import log_resolver_failure, log_upstream_failure, request_id
from schema.errors import CODES, PublicError, RequestRefused, of_code, of_execution
from schema.execution.by_id import Objects
from schema.execution.executor import SerialRoot, SplicingExecutor, Unanswered
from schema.execution.plan import Plan, Planner
from schema.execution.split import Lookup, Request
from schema.gateway_field import RESERVED
from schema.graph import Graph

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a caller asks for: a document, which of its operations, and the variables.

    `tells_cache`: the answer is to say in `extensions.cache` where it came from and how old it is.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    tells_cache: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL answer as JSON text. `refused`: the operation was not executed at all, so there is no data.

    `kept`: the text as something to keep for whoever asks the same; None when it is for this caller alone.
    `age_s`: how old the oldest part of it is.
    """

    body: bytes
    codes: tuple[str, ...] = ()
    refused: bool = False
    kept: Fetched[bytes] | None = None
    age_s: float = 0.0


def refusal(errors: Sequence[PublicError]) -> Answer:
    """The answer to a request that is not executed."""
    body = orjson.dumps({"errors": [error.formatted() for error in errors]})
    return Answer(body, codes=tuple(error.code for error in errors), refused=True)


class Runner:
    """Runs operations on the graph. One per process; keeps the plans."""

    def __init__(
        self,
        public: Graph,
        staff: Graph,
        *,
        introspection: bool,
        max_tokens: int,
        max_selections: int,
        max_executed: int,
        max_plan_bytes: int,
    ) -> None:
        self._introspection = introspection
        self._max_executed = max_executed
        self._public = public.executed
        self._staff = staff.executed
        # Planned on the whole graph, so that staff fields asked without the token are told from unknown ones.
        self._planner = Planner(
            validated=staff.seen,
            executed=staff.executed,
            max_tokens=max_tokens,
            max_selections=max_selections,
            max_kept_bytes=max_plan_bytes,
        )

    def plan(self, operation: Operation) -> Plan:
        """How an operation would run. Raises RequestRefused."""
        return self._planner.plan(operation.query, operation.operation_name)

    async def run(self, operation: Operation, context: RequestContext, *, reads_only: bool = False) -> Answer:
        """The answer to an operation; never raises. `reads_only` refuses mutations."""
        try:
            plan = self.plan(operation)
            if reads_only and plan.is_mutation:
                raise RequestRefused([PublicError("METHOD_NOT_ALLOWED", CODES["METHOD_NOT_ALLOWED"])])
            if plan.staff and not context.staff:
                raise RequestRefused([PublicError("FORBIDDEN", CODES["FORBIDDEN"])])
            if plan.introspects and not (self._introspection or context.staff):
                problem = "Introspection is off here; GET /schema.graphql has the schema."
                raise RequestRefused([PublicError("FORBIDDEN", problem)])
            answer = await self._run(plan, operation, context)
            if operation.tells_cache:
                return _telling_cache(answer, context.reads)
            keeps = plan.keeps and not answer.codes
            kept = context.reads.made_from(answer.body, len(answer.body)) if keeps else None
            return replace(answer, kept=kept, age_s=context.reads.age_s)
        except RequestRefused as refused:
            return refusal(refused.errors)

    async def _run(self, plan: Plan, operation: Operation, context: RequestContext) -> Answer:
        given = operation.variables or {}
        coerced = self._coerced(plan, given)
        if not plan.requests:
            return await self._execute(plan, given, {}, [], context)
        errors: list[PublicError] = []

        async def ask(request: Request) -> StorefrontAnswer:
            variables = await _variables(request, given, coerced, context)
            answer = await self._ask(plan, request, variables, context)
            errors.extend(_storefront_errors(answer.faults, plan.name))
            return answer

        async def send(request: Request) -> dict[str, Any]:
            try:
                return _decoded(await ask(request), plan) or dict.fromkeys(request.keys)
            except (UpstreamError, PublicError) as error:
                _log_failure(error)
                return dict.fromkeys(request.keys, error)

        if plan.serial:
            return await self._execute(plan, given, SerialRoot(plan.requests, send), errors, context)
        try:
            answer = await ask(plan.requests[0])
            root = _decoded(answer, plan) if plan.executes else None
        except (UpstreamError, PublicError) as error:
            _log_failure(error)
            return await self._execute(plan, given, Unanswered(error), errors, context)
        if root is None:
            return _answer(answer.data, errors)
        return await self._execute(plan, given, root, errors, context)

    async def _ask(
        self, plan: Plan, request: Request, variables: Mapping[str, Any], context: RequestContext
    ) -> StorefrontAnswer:
        """Storefront's answer, kept where the plan allows it. Raises UpstreamError."""
        upstreams = context.upstreams
        keeping = plan.keeping if context.reads.keeps else None
        policy, variables_json = None, b""
        if keeping is not None:
            variables_json = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
            policy = keeping.policy(upstreams.policies, variables, variables_json)

        async def fetch() -> Fetched[StorefrontAnswer]:
            body = orjson.dumps(
                {"query": request.text, "variables": variables} if variables else {"query": request.text}
            )
            answer = await upstreams.storefront.forward(
                plan.name, body, buyer_ip=context.buyer_ip, idempotent=not plan.is_mutation, terms=context.terms
            )
            if keeping is None or policy is None or answer.faults:
                return Fetched(answer, (), 0, policy=NEVER)
            return Fetched(answer, keeping.tags_of(answer.data, variables), len(answer.data))

        key = (keeping.key if keeping is not None else "", variables_json)
        return await context.reads.read("storefront", key, policy, fetch)

    async def _look_up(
        self, plan: Plan, lookup: Lookup, variables: Mapping[str, Any], context: RequestContext
    ) -> StorefrontAnswer:
        """Storefront's objects by id; for one buyer's order, so never kept. Raises UpstreamError."""
        body = orjson.dumps({"query": lookup.text, "variables": variables})
        terms = context.terms_from_now() if plan.is_mutation else context.terms

        async def fetch() -> Fetched[StorefrontAnswer]:
            answer = await context.upstreams.storefront.forward(
                plan.name, body, buyer_ip=context.buyer_ip, idempotent=True, terms=terms
            )
            return Fetched(answer, (), 0, policy=NEVER)

        return await context.reads.read("storefront", (lookup.text,), None, fetch)

    def _coerced(self, plan: Plan, given: Mapping[str, Any]) -> VariableValues | None:
        """The variables as values of their types, None when none are declared. Raises RequestRefused."""
        declared = plan.operation.variable_definitions
        if not declared:
            return None
        coerced = get_variable_values(self._staff, declared, dict(given), max_errors=10)
        if isinstance(coerced, list):
            raise RequestRefused([_bad_input(error) for error in coerced])
        return coerced

    async def _execute(
        self,
        plan: Plan,
        given: Mapping[str, Any],
        root: dict[str, Any],
        errors: list[PublicError],
        context: RequestContext,
    ) -> Answer:
        executor = SplicingExecutor.build(
            self._staff if context.staff else self._public,
            plan.document,
            root_value=root,
            context_value=context,
            raw_variable_values=dict(given),
            operation_name=plan.operation.name.value if plan.operation.name is not None else None,
        )
        if isinstance(executor, list):
            raise RequestRefused([_bad_input(error) for error in executor])
        executor = cast("SplicingExecutor", executor)
        executor.touched = plan.touched
        executor.max_executed = self._max_executed
        if plan.lookup is not None:
            lookup = plan.lookup

            async def look_up(ids: Mapping[str, list[str]]) -> Mapping[str, Any]:
                variables = {name: given[name] for name in lookup.variables if name in given}
                answer = await self._look_up(plan, lookup, {**variables, **ids}, context)
                # Where in the answer is not told: one object may stand in several places.
                faults = [replace(fault, path=None) for fault in answer.faults]
                errors.extend(_storefront_errors(faults, plan.name))
                return _decoded(answer, plan) or {}

            executor.objects = Objects(lookup, look_up)
        pending = executor.execute_operation()
        result = await pending if isawaitable(pending) else pending
        if executor.exceeded:
            error = PublicError("MAX_COMPLEXITY_EXCEEDED", CODES["MAX_COMPLEXITY_EXCEEDED"])
            if not plan.is_mutation:
                raise RequestRefused([error])
            errors.append(error)  # what was changed is told as far as it was worked out
        assert isinstance(result, ExecutionResult)
        met = [_public(error) for error in result.errors or ()]
        return _answer(orjson.dumps(result.data), [*errors, *met])


def _decoded(answer: StorefrontAnswer, plan: Plan) -> dict[str, Any] | None:
    try:
        root: dict[str, Any] | None = orjson.loads(answer.data)
    except orjson.JSONDecodeError as error:
        raise Broken("storefront", plan.name, str(error)) from error
    return root


async def _variables(
    request: Request, given: Mapping[str, Any], coerced: VariableValues | None, context: RequestContext
) -> dict[str, Any]:
    """The variables of a request to Storefront: the caller's that it uses, and the computed ones."""
    variables = {name: given[name] for name in request.variables if name in given}
    for use in request.computed:
        arguments = get_argument_values(use.definition, use.node, coerced)
        for name, value in (await use.arguments(arguments, context)).items():
            variables[use.prefix + name] = value
    return variables


def _answer(data: bytes, errors: Sequence[PublicError]) -> Answer:
    # Shopify's own clients take an empty list of errors for a failure: no errors, no key.
    if not errors:
        return Answer(b'{"data":' + data + b"}")
    listed = orjson.dumps([error.formatted() for error in errors])
    codes = tuple(error.code for error in errors)
    return Answer(b'{"errors":' + listed + b',"data":' + data + b"}", codes=codes)


def _storefront_errors(faults: Iterable[StorefrontFault], operation: str) -> list[PublicError]:
    errors = []
    for fault in faults:
        log.warning(
            "upstream_fault",
            request_id=request_id(),
            upstream="storefront",
            operation=operation,
            code=fault.code,
            detail=fault.message,
        )
        errors.append(of_code("storefront", fault.code, _own_path(fault.path)))
    return errors


def _own_path(path: Sequence[str | int] | None) -> Sequence[str | int] | None:
    """Where in our answer a fault is: what the gateway asked for itself belongs to the object it asked about."""
    for position, key in enumerate(path or ()):
        if isinstance(key, str) and key.startswith(RESERVED):
            return (path or ())[:position]
    return path


def _telling_cache(answer: Answer, reads: KeptReads) -> Answer:
    parts = [
        {"upstream": upstream, "state": cached.state, "age": round(cached.age_s)} for upstream, cached in reads.seen
    ]
    told = orjson.dumps({"cache": {"state": reads.state, "age": round(reads.age_s), "parts": parts}})
    return replace(answer, body=answer.body[:-1] + b',"extensions":' + told + b"}", age_s=reads.age_s)


def _bad_input(error: GraphQLError) -> PublicError:
    return PublicError("BAD_USER_INPUT", error.message, locations=error.locations)


def _public(error: GraphQLError) -> PublicError:
    public = of_execution(error)
    cause = error.original_error
    if isinstance(cause, UpstreamError):
        _log_failure(cause)
    if public is not None:
        return public
    log_resolver_failure(error.path, cause or error)
    return PublicError("INTERNAL_SERVER_ERROR", CODES["INTERNAL_SERVER_ERROR"], path=error.path)


def _log_failure(error: UpstreamError | PublicError) -> None:
    if isinstance(error, UpstreamError):
        log_upstream_failure(error)
