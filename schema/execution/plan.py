"""Plans: how one operation runs. Made once per document and operation name, without any upstream, and kept."""

from dataclasses import dataclass, replace

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from schema.errors import PublicError, RequestRefused
from schema.execution.bounds import selections
from schema.execution.keeping import Keeping, keeping
from schema.execution.split import Lookup, Request, split, without_defer

KEPT_AT_LEAST, KEPT_PER_BYTE, KEPT_PER_FORWARDED_BYTE = 8_000, 128, 16
"""About how many bytes of memory a kept plan takes: any, for each of its document, for each of what is forwarded."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an operation runs.

    name: for logs. requests: what Storefront is asked, in order; serial: each when its turn comes. executes: some field
    is the gateway's own, so that the answer must be walked. touched: ids of the field nodes below which such a field
    stands. staff: a staff field is among them. introspects: the schema itself is asked for. keeping: how what
    Storefront answers may be kept, None when not at all. keeps: the finished answer may be kept too. lookup: asks for
    the objects whose ids the gateway's own fields bring.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    name: str
    requests: tuple[Request, ...]
    serial: bool
    executes: bool
    touched: frozenset[int]
    staff: bool
    introspects: bool
    keeping: Keeping | None
    keeps: bool
    lookup: Lookup | None
    size_bytes: int

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION


class Planner:
    """Makes plans and keeps the most recently used of them, up to about `max_kept_bytes`.

    `validated` is the schema callers see, which knows `@defer`; `executed` is the same without it.
    """

    def __init__(
        self,
        *,
        validated: GraphQLSchema,
        executed: GraphQLSchema,
        max_tokens: int,
        max_selections: int,
        max_kept_bytes: int,
    ) -> None:
        self._validated = validated
        self._executed = executed
        self._max_tokens = max_tokens
        self._max_selections = max_selections
        self._kept: LRUCache[tuple[str, str | None], Plan] = LRUCache(max_kept_bytes, getsizeof=_size_bytes)

    def plan(self, query: str, operation_name: str | None) -> Plan:
        """The plan for an operation. Raises RequestRefused when the document is not one we can run."""
        key = (query, operation_name)
        plan = self._kept.get(key)
        if plan is None:
            try:
                plan = self._made(query, operation_name)
            except RecursionError:
                problem = "The document is nested too deeply."
                raise RequestRefused([PublicError("GRAPHQL_VALIDATION_FAILED", problem)]) from None
            if plan.size_bytes <= self._kept.maxsize:
                self._kept[key] = plan
        return plan

    def _made(self, query: str, operation_name: str | None) -> Plan:
        document = self._parsed(query)
        if selections(document) > self._max_selections:
            problem = f"With its fragments written out the document has more than {self._max_selections} selections."
            raise RequestRefused([PublicError("GRAPHQL_VALIDATION_FAILED", problem)])
        errors = validate(self._validated, document)
        if errors:
            raise RequestRefused([_invalid(error) for error in errors])
        executed = without_defer(document)
        operation = _chosen(executed, operation_name)
        parts = split(self._executed, executed, operation)
        requests = parts.requests
        computes = parts.executes or any(request.computed for request in requests)
        if not computes and executed is document and len(_operations(document)) == 1:
            requests = tuple(replace(request, text=query) for request in requests)
        return Plan(
            document=executed,
            operation=operation,
            name=operation.name.value if operation.name is not None else "anonymous",
            requests=requests,
            serial=parts.serial,
            executes=parts.executes,
            touched=parts.touched,
            staff=parts.staff,
            introspects=parts.introspects,
            keeping=keeping(self._executed, requests[0].text) if len(requests) == 1 else None,
            keeps=parts.keeps,
            lookup=parts.lookup,
            size_bytes=KEPT_AT_LEAST
            + KEPT_PER_BYTE * len(query)
            + KEPT_PER_FORWARDED_BYTE * sum(len(request.text) for request in requests)
            + KEPT_PER_FORWARDED_BYTE * (len(parts.lookup.text) if parts.lookup is not None else 0),
        )

    def _parsed(self, query: str) -> DocumentNode:
        try:
            return parse(query, max_tokens=self._max_tokens)
        except GraphQLError as error:
            refusal = PublicError("GRAPHQL_PARSE_FAILED", error.message, locations=error.locations)
            raise RequestRefused([refusal]) from None


def _size_bytes(plan: Plan) -> int:
    return plan.size_bytes


def _invalid(error: GraphQLError) -> PublicError:
    return PublicError("GRAPHQL_VALIDATION_FAILED", error.message, locations=error.locations)


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def _chosen(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    operations = _operations(document)
    if operation_name:
        named = [node for node in operations if node.name is not None and node.name.value == operation_name]
        problem = f"The document has no operation named {operation_name!r}: send one of its names."
    else:
        named = operations
        problem = "Several operations were sent: set `operationName`."
    if not operations:
        problem = "The document has no operation: send a query or a mutation."
    if len(named) != 1:
        raise RequestRefused([PublicError("OPERATION_RESOLUTION_FAILURE", problem)])
    return named[0]
