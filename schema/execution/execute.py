"""Resolves the gateway fields of an operation: compiled where possible, else by graphql-core's executor."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any, cast

import msgspec
import orjson
from graphql import ExecutionResult, GraphQLSchema, VariableValues

from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.execution.by_id import Objects
from schema.execution.compiled import Compiled
from schema.execution.evaluation import Evaluation
from schema.execution.executor import SplicingExecutor
from schema.execution.forward import Forward
from schema.execution.plan import Plan
from schema.execution.projection import NotCompiled
from schema.execution.respond import Answer, answer_of, bad_input, public_error
from schema.execution.unknown_names import overlaid


async def execute_compiled(
    form: Compiled,
    plan: Plan,
    data: bytes,
    variables: VariableValues | None,
    forward: Forward,
    context: RequestContext,
    *,
    max_fields: int,
) -> Answer | None:
    """The answer built from Storefront's `data`; None when only the executor can handle the form of that data."""
    evaluation = Evaluation(
        context,
        schema=plan.schema,
        document=plan.document,
        operation=plan.operation,
        variables=variables or VariableValues({}, {}),
        max_fields=max_fields,
    )
    try:
        answered = await form.answer(data, evaluation, forward.objects)
    except (msgspec.DecodeError, NotCompiled):
        return None
    except RequestRefused:
        if not plan.is_mutation:
            raise
        return None  # the mutation has run: the executor returns as much of its result as the limit allows
    errors = [*forward.errors, *map(public_error, answered.errors)]
    return answer_of(answered.data, errors, forward.extensions)


async def execute(
    plan: Plan,
    root: dict[str, Any],
    given: Mapping[str, Any],
    forward: Forward,
    context: RequestContext,
    *,
    schema: GraphQLSchema,
    max_fields: int,
    aside: Callable[[Callable[[], Any]], Awaitable[Any]] | None = None,
) -> Answer:
    """The answer by graphql-core's executor, over Storefront's answer as the root value. Raises RequestRefused.

    `aside` runs it in a thread, if it resolves nothing but introspection.
    """
    executor = SplicingExecutor.build(
        schema,
        plan.document,
        root_value=root,
        context_value=context,
        raw_variable_values=dict(given),
        operation_name=plan.operation.name.value if plan.operation.name is not None else None,
    )
    if isinstance(executor, list):
        raise RequestRefused([bad_input(error) for error in executor])
    executor = cast("SplicingExecutor", executor)
    executor.touched = plan.touched
    executor.max_executed = max_fields
    if plan.lookup is not None:

        async def look_up(ids: Mapping[str, list[str]]) -> Mapping[str, Any]:
            return forward.decoded(await forward.objects(ids)) or {}

        executor.objects = Objects(plan.lookup, look_up)
    pending = executor.execute_operation() if aside is None else await aside(executor.execute_operation)
    result = await pending if isawaitable(pending) else pending
    errors = forward.errors
    if executor.exceeded:
        error = PublicError(ErrorCode.MAX_COMPLEXITY_EXCEEDED)
        if not plan.is_mutation:
            raise RequestRefused([error])
        errors.append(error)  # the mutation has run: return the part of its result that was resolved
    assert isinstance(result, ExecutionResult)
    met = [public_error(error) for error in result.errors or ()]
    data = overlaid(dict(root), result.data) if plan.has_unknown and result.data is not None else result.data
    return answer_of(orjson.dumps(data), [*errors, *met], forward.extensions)
