"""Plans: how one operation runs. Computed once per document and operation name, without requests, and cached."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    validate,
)

from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.execution.cacheability import Cacheability, cacheability
from schema.execution.compiled import Compiled, compiled
from schema.execution.cost import OperationCost
from schema.execution.limits import DocumentLimits, check_document
from schema.execution.projection import NotCompiled
from schema.execution.selections import Switches, switch_names
from schema.execution.split import Lookup, Request, Split, split
from schema.execution.syntax import operations_of, parsed, without_defer
from schema.execution.unknown_names import changes_something, known_part, own_fields
from schema.graph import Graph

PLAN_BYTES, BYTES_PER_DOCUMENT_BYTE, BYTES_PER_FORWARDED_BYTE, BYTES_PER_SHAPE = 8_000, 128, 16, 14_000
"""The estimated memory of a cached plan in bytes: fixed, per byte of its document, per byte of what is forwarded, and
per field that contains gateway fields."""

MAX_ERRORS = 3
"""Validation stops after this many errors."""

_SUGGESTION = re.compile(r"\s*Did you mean .*\?$", re.DOTALL)

MAX_FORMS = 8
"""The most compiled forms of a plan, one for each set of values of its switches."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A caller's document unchanged, and the name of the operation to run."""

    text: str
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How an operation runs.

    schema: the graph that it was planned on, public or of staff. syntax: returns the document and the operation. For a
    pure operation it parses them again, when an upstream has failed: they would take most of the plan's memory.
    declared: the operation's variables.
    name: for logs. requests: what Storefront is asked, in order; serial: each when its turn comes. executes: some field
    is the gateway's own, so that the answer must be walked. touched: ids of the field nodes below which such a field
    stands. staff: a staff field is among them. introspects: the schema itself is asked for. cacheability:
    how Storefront's answers are cached, None when they are not. is_cacheable: so is the finished answer. lookup:
    asks for the objects whose ids the gateway's own fields bring. forms: the compiled operation, or None.
    pure: nothing is the gateway's own, so that Storefront's answer is the answer. verbatim: what is sent in place of
    the request's text and variables, the caller's as it stands. is_valid: it fits the schema; what does not is pure.
    has_unknown: it uses names of Shopify's that the schema lacks, beside fields of the gateway's own.
    """

    schema: GraphQLSchema
    syntax: Callable[[], "Syntax"]
    declared: tuple[VariableDefinitionNode, ...]
    name: str
    requests: tuple[Request, ...]
    serial: bool
    executes: bool
    touched: frozenset[int]
    staff: bool
    introspects: bool
    cacheability: Cacheability | None
    is_cacheable: bool
    lookup: Lookup | None
    forms: "Forms | None"
    cost: OperationCost | None
    size_bytes: int
    is_mutation: bool
    pure: bool = False
    verbatim: Verbatim | None = None
    is_valid: bool = True
    has_unknown: bool = False

    @property
    def document(self) -> DocumentNode:
        return self.syntax()[0]

    @property
    def operation(self) -> OperationDefinitionNode:
        return self.syntax()[1]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an operation has no plan. Cached as plans are: clients repeat their mistakes."""

    errors: Sequence[PublicError]
    size_bytes: int


class TakesLong(Exception):
    """Planning would hold the event loop for long."""


def plan_of(outcome: Plan | Refused) -> Plan:
    """The plan. Raises RequestRefused."""
    if isinstance(outcome, Refused):
        raise RequestRefused(outcome.errors)
    return outcome


Syntax = tuple[DocumentNode, OperationDefinitionNode]


class Forms:
    """The compiled forms of a plan: one for each set of values of the variables in its `@skip` and `@include`.

    `document_bytes`: the size of the document, which says how long compiling it takes.
    """

    def __init__(
        self, names: tuple[str, ...], compile_under: Callable[[Switches], Compiled], document_bytes: int
    ) -> None:
        self._names = names
        self._compile_under = compile_under
        self._forms: LRUCache[tuple[bool, ...], Compiled | None] = LRUCache(MAX_FORMS)
        self.document_bytes = document_bytes

    @property
    def most(self) -> int:
        """The most forms at a time."""
        return min(1 << len(self._names), MAX_FORMS)

    def values(self, variables: Mapping[str, Any]) -> tuple[bool, ...] | None:
        """What distinguishes the form for these variables; None when the operation is left to the executor."""
        values: tuple[bool, ...] = tuple(variables.get(name) for name in self._names)  # type: ignore[misc]
        return None if None in values else values  # the executor reports a condition that is null

    def has(self, values: tuple[bool, ...]) -> bool:
        """Whether the form for these values is cached."""
        return values in self._forms

    def compiled(self, values: tuple[bool, ...]) -> Compiled | None:
        """Compiles the form for these values; None when the operation is left to the executor. May run in a thread."""
        try:
            return self._compile_under(dict(zip(self._names, values, strict=True)))
        except NotCompiled:
            return None

    def add(self, values: tuple[bool, ...], form: Compiled | None) -> None:
        """Caches a form."""
        self._forms[values] = form

    def under(self, variables: Mapping[str, Any]) -> Compiled | None:
        """The form for these variables, compiled if need be; None when the operation is left to the executor."""
        values = self.values(variables)
        if values is None:
            return None
        if values not in self._forms:
            self.add(values, self.compiled(values))
        return self._forms[values]


class Planner:
    """Computes plans and caches the most recently used of them, up to about `max_plan_bytes`.

    Operations are planned on the public graph, and on that of staff where they ask for more: so a staff field without
    the token is told from an unknown field. `staff` builds its graph when it is first called. Without `compiles` every
    plan is left to the executor, which the tests compare with. Without `suggests` errors name nothing that was not
    sent.
    """

    def __init__(
        self,
        *,
        public: Graph,
        staff: Callable[[], Graph],
        limits: DocumentLimits,
        max_plan_bytes: int,
        suggests: bool = True,
        compiles: bool = True,
    ) -> None:
        self._public = public
        self._staff = staff
        self._limits = limits
        self._suggests = suggests
        self._compiles = compiles
        self._outcomes: LRUCache[tuple[str, str | None], Plan | Refused] = LRUCache(
            max_plan_bytes, getsizeof=lambda outcome: outcome.size_bytes
        )
        self._staff_graph: Graph | None = None

    def plan(self, query: str, operation_name: str | None) -> Plan:
        """The plan for an operation. Raises RequestRefused for an invalid document."""
        outcome = self.known(query, operation_name)
        if outcome is None:
            outcome = self.add(query, operation_name, self.outcome(query, operation_name))
        return plan_of(outcome)

    def known(self, query: str, operation_name: str | None) -> "Plan | Refused | None":
        """The cached outcome of planning; None when there is none."""
        return self._outcomes.get((query, operation_name))

    def add(self, query: str, operation_name: str | None, outcome: "Plan | Refused") -> "Plan | Refused":
        """Caches an outcome, which it returns."""
        if outcome.size_bytes <= self._outcomes.maxsize:
            self._outcomes[query, operation_name] = outcome
        return outcome

    def outcome(self, query: str, operation_name: str | None, *, is_brief: bool = False) -> "Plan | Refused":
        """Plans an operation. May run in a thread of its own: it changes nothing that others read.

        `is_brief`: raises TakesLong instead of building the graph for staff.
        """
        try:
            return self._build(query, operation_name, is_brief)
        except RecursionError:
            problem = "The document is nested too deeply."
            return Refused([PublicError(ErrorCode.GRAPHQL_VALIDATION_FAILED, problem)], _forwarded_bytes(query))
        except RequestRefused as refused:
            return Refused(refused.errors, _forwarded_bytes(query))

    def planned(self) -> list[str]:
        """The documents of the cached plans, without repetitions."""
        return list(dict.fromkeys(query for (query, _), found in self._outcomes.items() if isinstance(found, Plan)))

    def _build(self, query: str, operation_name: str | None, is_brief: bool) -> Plan:
        document = self._parsed(query)
        check_document(document, self._limits)
        schema, errors = self._validated(document, is_brief)
        if errors:
            return self._beyond_schema(query, document, operation_name, errors)
        executed = without_defer(document)
        operation = _chosen(executed, operation_name)
        parts = split(schema, executed, operation)
        pure = _is_pure(parts)
        if pure and executed is document and len(operations_of(document)) == 1:
            parts = replace(parts, requests=(replace(parts.requests[0], text=query),))
        plan = self._of_parts(schema, query, executed, operation, parts)
        verbatim = Verbatim(query, operation_name) if pure and executed is document else None
        if not pure:
            return plan
        return replace(
            plan,
            pure=True,
            verbatim=verbatim,
            syntax=partial(_read_again, query, operation_name),
            size_bytes=_forwarded_bytes(query),
        )

    def _of_parts(
        self,
        schema: GraphQLSchema,
        query: str,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        parts: Split,
        *,
        has_unknown: bool = False,
    ) -> Plan:
        requests = parts.requests
        forms = None if has_unknown else self._forms(schema, query, document, operation, parts)
        return Plan(
            schema=schema,
            syntax=lambda: (document, operation),
            declared=tuple(operation.variable_definitions or ()),
            name=operation.name.value if operation.name is not None else "anonymous",
            requests=requests,
            serial=parts.serial,
            executes=parts.executes,
            touched=parts.touched,
            staff=parts.staff,
            introspects=parts.introspects,
            cacheability=cacheability(schema, requests[0].text) if len(requests) == 1 and not has_unknown else None,
            is_cacheable=parts.is_cacheable,
            lookup=parts.lookup,
            forms=forms,
            cost=OperationCost(schema, document, operation, parts.touched, self._limits) if parts.executes else None,
            size_bytes=PLAN_BYTES
            + BYTES_PER_DOCUMENT_BYTE * len(query)
            + BYTES_PER_FORWARDED_BYTE * sum(len(request.text) for request in requests)
            + BYTES_PER_FORWARDED_BYTE * (len(parts.lookup.text) if parts.lookup is not None else 0)
            + BYTES_PER_SHAPE * len(parts.touched) * (forms.most if forms is not None else 0),
            is_mutation=operation.operation is OperationType.MUTATION,
            has_unknown=has_unknown,
        )

    def _validated(self, document: DocumentNode, is_brief: bool) -> tuple[GraphQLSchema, Sequence[GraphQLError]]:
        """The schema on which an operation runs, and its validation errors."""
        if not validate(self._public.seen, document, max_errors=1):
            return self._public.executed, ()
        if is_brief and self._staff_graph is None:
            raise TakesLong
        staff = self._staff_graph = self._staff()
        return staff.executed, validate(staff.seen, document, max_errors=MAX_ERRORS)

    def _beyond_schema(
        self, query: str, document: DocumentNode, operation_name: str | None, errors: Sequence[GraphQLError]
    ) -> Plan:
        """The plan for an operation that does not fit the schema: Shopify decides on what is Shopify's.

        Raises RequestRefused where fields of the gateway's own are among it and cannot be told apart from the rest.
        """
        graph = self._staff()
        own = own_fields(graph.seen, document)
        if not own and operations_of(document):
            return _forwarded(graph.executed, query, document, operation_name)
        if own.blocked:
            refusals = [
                PublicError(ErrorCode.GRAPHQL_VALIDATION_FAILED, each.message) for each in own.blocked[:MAX_ERRORS]
            ]
            raise RequestRefused(refusals)
        known = without_defer(known_part(graph.seen, document))
        if mistakes := (validate(graph.seen, known, max_errors=MAX_ERRORS) if own else errors):
            raise RequestRefused([self._invalid(error) for error in mistakes[:MAX_ERRORS]])
        operation = _chosen(known, operation_name)
        whole = without_defer(document)
        asked = split(graph.executed, whole, _chosen(whole, operation_name))
        parts = split(graph.executed, known, operation)
        parts = replace(parts, requests=asked.requests, is_cacheable=False, executes=True)
        return self._of_parts(graph.executed, query, known, operation, parts, has_unknown=True)

    def _invalid(self, error: GraphQLError) -> PublicError:
        message = error.message if self._suggests else _SUGGESTION.sub("", error.message)
        return PublicError(ErrorCode.GRAPHQL_VALIDATION_FAILED, message, locations=error.locations)

    def _forms(
        self,
        schema: GraphQLSchema,
        query: str,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        parts: Split,
    ) -> Forms | None:
        if not (self._compiles and parts.executes) or parts.introspects or parts.serial:
            return None
        compile_under = partial(_compiled, schema, document, operation, parts)
        return Forms(switch_names(document), compile_under, len(query))

    def _parsed(self, query: str) -> DocumentNode:
        try:
            return parsed(query, self._limits.tokens)
        except GraphQLError as error:
            refusal = PublicError(ErrorCode.GRAPHQL_PARSE_FAILED, error.message, locations=error.locations)
            raise RequestRefused([refusal]) from None


def _compiled(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    parts: Split,
    switches: Switches,
) -> Compiled:
    return compiled(schema, document, operation, switches, parts.touched, parts.lookup)


def _is_pure(parts: Split) -> bool:
    computes = parts.executes or any(request.computed for request in parts.requests)
    return not computes and not parts.serial and len(parts.requests) == 1


def _forwarded(schema: GraphQLSchema, query: str, document: DocumentNode, operation_name: str | None) -> Plan:
    """The plan for an operation that is forwarded unchanged."""
    operation = operations_of(document)[0]
    return Plan(
        schema=schema,
        syntax=partial(_read_first, query),
        declared=tuple(operation.variable_definitions or ()),
        name=operation.name.value if operation.name is not None else "anonymous",
        requests=(Request(text=query, variables=frozenset(), computed=(), keys=frozenset()),),
        serial=False,
        executes=False,
        touched=frozenset(),
        staff=False,
        introspects=False,
        cacheability=None,
        is_cacheable=False,
        lookup=None,
        forms=None,
        cost=None,
        size_bytes=_forwarded_bytes(query),
        is_mutation=changes_something(document, operation_name),
        pure=True,
        verbatim=Verbatim(query, operation_name),
        is_valid=False,
    )


def _read_again(query: str, operation_name: str | None) -> Syntax:
    document = without_defer(parsed(query))
    return document, _chosen(document, operation_name)


def _read_first(query: str) -> Syntax:
    document = parsed(query)
    return document, operations_of(document)[0]


def _forwarded_bytes(query: str) -> int:
    return PLAN_BYTES + BYTES_PER_FORWARDED_BYTE * len(query)


def _chosen(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    operations = operations_of(document)
    if operation_name:
        named = [node for node in operations if node.name is not None and node.name.value == operation_name]
        problem = f"The document has no operation named {operation_name!r}: send one of its names."
    else:
        named = operations
        problem = "Several operations were sent: set `operationName`."
    if not operations:
        problem = "The document has no operation: send a query or a mutation."
    if len(named) != 1:
        raise RequestRefused([PublicError(ErrorCode.OPERATION_RESOLUTION_FAILURE, problem)])
    return named[0]
