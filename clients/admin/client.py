"""The client of Shopify's Admin API, with one GraphQL session for the process."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from graphql import DocumentNode, parse
from msgspec.structs import replace

from clients.admin.clock import ShopClock
from clients.admin.cost import MAX_IDS, Charge, Costs, PointBucket, batches
from clients.admin.delivery import DeliveryRate, read_profile_page
from clients.admin.errors import UPSTREAM, code_of
from clients.admin.errors import refusal as graphql_refusal
from clients.admin.models import (
    InventoryLevelPage,
    VariantStock,
    decode_variant_nodes,
    read_levels,
    read_variant_inventory,
)
from clients.admin.operations import (
    CATALOG_VARIANTS,
    DELIVERY_RATES,
    GRANTED_SCOPES,
    INVENTORY_LEVELS,
    VARIANT_INVENTORY,
    WEBHOOK_SUBSCRIPTION_CREATE,
    WEBHOOK_SUBSCRIPTION_DELETE,
    WEBHOOK_SUBSCRIPTION_UPDATE,
    WEBHOOK_SUBSCRIPTIONS,
)
from clients.admin.setup import (
    ShopVariant,
    WebhookSubscription,
    read_catalog_variant,
    read_page,
    read_subscription,
    read_user_errors,
)
from clients.admin.token import AccessTokens
from clients.admin.transport import AdminTransport, Decode
from clients.budget import Budget
from clients.errors import Broken, Rejected, Throttled, Unavailable, UpstreamError
from clients.global_ids import GlobalId
from clients.guard import PAGE, CallOptions, Guard, GuardState
from clients.http_messages import Response
from clients.shared.budgets import SharedPoints
from clients.timing import REAL, Timing

# The assumed cost of one id, or of a request for one object, until Shopify states it. For VariantInventory: the node,
# its item, its unit cost and ten levels (a connection counts less than its size). A mutation costs ten.
_GUESSES = {
    "VariantInventory": 19.0,
    "CatalogVariants": 0.2,
    "WebhookSubscriptionCreate": 10.0,
    "WebhookSubscriptionUpdate": 10.0,
    "WebhookSubscriptionDelete": 10.0,
    "Order": 60.0,
    "OrderLines": 30.0,
    "FulfillmentOrders": 40.0,
    "FulfillmentOrderLines": 20.0,
    "Fulfillments": 400.0,
    "OrderOfFulfillmentOrder": 1.0,
    "OrderList": 0.2,
    "OrderContentsList": 1.0,
    "SetMetafields": 12.0,
    "MarkOrder": 30.0,
    "FulfillmentCreate": 11.0,
    "TrackingUpdate": 11.0,
    "PreparedForPickup": 10.0,
    "VariantsBySku": 25.0,
    "TagProduct": 20.0,
}
_AT_ONCE = 32  # Shopify limits only cost points; answers take a while, and an order needs several

T = TypeVar("T")


@lru_cache
def parsed(document: str) -> DocumentNode:
    """A document of the gateway's own, parsed once per process."""
    return parse(document)


class Admin:
    """`async with Admin(...)`, or `open` and `close`. `deadline_s` bounds each request, with renewal of the token.

    Requests wait, by priority, until the bucket has the points that they cost. Temporary failures are retried
    within the deadline of a call. `clock` learns Shopify's time from the answers.
    """

    def __init__(
        self,
        url: str,
        tokens: AccessTokens,
        transport: httpx.AsyncBaseTransport,
        *,
        deadline_s: float = 10.0,
        timing: Timing = REAL,
        clock: ShopClock | None = None,
        shared: SharedPoints | None = None,
    ) -> None:
        self._clock = clock
        self._client = Client(
            transport=AdminTransport(url, tokens, transport, self._note_headers),
            execute_timeout=None,
        )
        self.served_version: str | None = None  # of the last answer; it may differ from the requested one
        self._session: AsyncClientSession | None = None
        self._costs = Costs(_GUESSES)
        self._shared = shared
        self._points = PointBucket(timing.clock)
        budget = Budget(UPSTREAM, at_once=_AT_ONCE, meter=self._points, timing=timing)
        self._guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing, shared=shared)
        self._variant_inventory = parsed(VARIANT_INVENTORY)
        self._inventory_levels = parsed(INVENTORY_LEVELS)
        self._catalog_variants = parsed(CATALOG_VARIANTS)
        self._delivery_rates = parsed(DELIVERY_RATES)
        self._granted_scopes = parsed(GRANTED_SCOPES)
        self._webhook_subscriptions = parsed(WEBHOOK_SUBSCRIPTIONS)
        self._create_subscription = parsed(WEBHOOK_SUBSCRIPTION_CREATE)
        self._update_subscription = parsed(WEBHOOK_SUBSCRIPTION_UPDATE)
        self._delete_subscription = parsed(WEBHOOK_SUBSCRIPTION_DELETE)

    @property
    def state(self) -> GuardState:
        """How the upstream does, for those who watch."""
        return self._guard.state

    async def open(self) -> None:
        """Creates the session; sends nothing."""
        self._session = await self._client.connect_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        await self._client.close_async()  # type: ignore[no-untyped-call]
        self._session = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def variant_inventory(
        self, ids: Sequence[GlobalId], *, options: CallOptions = PAGE
    ) -> dict[GlobalId, VariantStock | UpstreamError]:
        """Stock by variant id. Unknown ids are absent; ids that could not be read map to the failure.

        One request per 250 ids and per 1,000 cost points; one more for a variant at more than ten locations. Source:
        Admin API 2026-10, `nodes` and InventoryItem.inventoryLevels
        """
        answers = await asyncio.gather(*(self._inventory(each, options) for each in self._batches(ids)))
        return {key: value for answer in answers for key, value in answer.items()}

    async def _inventory(
        self, ids: list[GlobalId], options: CallOptions
    ) -> dict[GlobalId, VariantStock | UpstreamError]:
        try:
            answer = await self._execute(
                "VariantInventory",
                self._variant_inventory,
                {"ids": ids},
                options=options,
                ids=len(ids),
                decode=decode_variant_nodes,
            )
            too_much = any(code_of(error) == "MAX_COST_EXCEEDED" for error in answer.errors)
            if too_much and len(self._batches(ids)) > 1:  # the cost is known now
                return await self.variant_inventory(ids, options=options)
            found, unfinished = _read_inventories(ids, answer)
        except UpstreamError as error:
            return dict.fromkeys(ids, error)
        completed = await asyncio.gather(*(self._completed(each, after, options) for each, after in unfinished))
        return found | dict(zip((each.variant_id for each, _ in unfinished), completed, strict=True))

    def _batches(self, ids: Sequence[GlobalId]) -> list[list[GlobalId]]:
        return batches(ids, self._costs.per_id("VariantInventory"))

    async def _completed(
        self, inventory: VariantStock, after: str | None, options: CallOptions
    ) -> VariantStock | UpstreamError:
        """`inventory` with the levels after that cursor, or the failure to read them."""
        try:
            while after is not None:
                page = await self._levels(inventory.item_id, after, options)
                inventory = replace(inventory, levels=inventory.levels + page.levels)
                after = page.more_after
        except UpstreamError as error:
            return error
        return inventory

    async def _levels(self, item_id: GlobalId, after: str, options: CallOptions) -> InventoryLevelPage:
        return await self.request(
            "InventoryLevels",
            self._inventory_levels,
            {"itemId": item_id, "after": after},
            lambda data: read_levels(data["inventoryItem"]["inventoryLevels"]),
            options,
        )

    async def catalog_variants(self, *, page_size: int = MAX_IDS, options: CallOptions = PAGE) -> list[ShopVariant]:
        """All variants of the shop, oldest first, also of drafts and archived products. Raises UpstreamError.

        One request per 250 of them.
        """
        found: list[ShopVariant] = []
        after: str | None = None
        while True:
            variables = {"first": page_size, "after": after}
            page, after = await self.request(
                "CatalogVariants",
                self._catalog_variants,
                variables,
                lambda data: read_page(data["productVariants"], read_catalog_variant),
                options,
                ids=page_size,
            )
            found += page
            if after is None:
                return found

    async def delivery_rates(self, *, options: CallOptions = PAGE) -> list[DeliveryRate]:
        """The active shipping rates of the shop's checkout. Raises UpstreamError.

        One request per delivery profile. It reads 20 zones of a group of locations, and 10 rates of a zone.
        """
        found: list[DeliveryRate] = []
        after: str | None = None
        while True:
            page, after = await self.request(
                "DeliveryRates", self._delivery_rates, {"after": after}, read_profile_page, options
            )
            found += page
            if after is None:
                return found

    async def granted_scopes(self, *, options: CallOptions = PAGE) -> frozenset[str]:
        """The scopes that the shop grants our app, such as `read_products`. Raises UpstreamError."""
        return await self.request(
            "GrantedScopes",
            self._granted_scopes,
            {},
            lambda data: frozenset(each["handle"] for each in data["currentAppInstallation"]["accessScopes"]),
            options,
        )

    async def webhook_subscriptions(self, *, options: CallOptions = PAGE) -> list[WebhookSubscription]:
        """Our app's subscriptions made through the API, without those of its configuration file.

        Raises UpstreamError.
        """
        found: list[WebhookSubscription] = []
        after: str | None = None
        while True:
            page, after = await self.request(
                "WebhookSubscriptions",
                self._webhook_subscriptions,
                {"after": after},
                lambda data: read_page(data["webhookSubscriptions"], read_subscription),
                options,
            )
            found += page
            if after is None:
                return found

    async def subscribe(self, topic: str, uri: str, *, options: CallOptions = PAGE) -> None:
        """Subscribes an address to a topic, with complete JSON messages.

        Raises UpstreamError; Rejected when Shopify refuses, for example because the subscription exists.
        """
        variables = {"topic": topic, "webhookSubscription": {"uri": uri, "format": "JSON"}}
        await self.change(
            "WebhookSubscriptionCreate", self._create_subscription, variables, ["webhookSubscriptionCreate"], options
        )

    async def redirect_subscription(self, subscription_id: GlobalId, uri: str, *, options: CallOptions = PAGE) -> None:
        """Redirects a subscription to another address, with complete JSON messages. Raises UpstreamError."""
        whole: dict[str, Any] = {"uri": uri, "format": "JSON", "filter": None, "includeFields": []}
        variables = {"id": subscription_id, "webhookSubscription": whole}
        await self.change(
            "WebhookSubscriptionUpdate", self._update_subscription, variables, ["webhookSubscriptionUpdate"], options
        )

    async def unsubscribe(self, subscription_id: GlobalId, *, options: CallOptions = PAGE) -> None:
        """Deletes a subscription. Raises UpstreamError."""
        variables = {"id": subscription_id}
        await self.change(
            "WebhookSubscriptionDelete", self._delete_subscription, variables, ["webhookSubscriptionDelete"], options
        )

    async def change(
        self,
        operation: str,
        document: DocumentNode,
        variables: dict[str, Any],
        fields: Sequence[str],
        options: CallOptions,
        *,
        idempotent: bool = False,
        read: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """Sends a document with mutations, once unless it is `idempotent`. `fields` are its mutations.

        `read` gets the answer's data. Raises UpstreamError; Rejected also when Shopify refuses one of the mutations.
        The others are done then.
        """

        def read_answers(data: dict[str, Any]) -> list[str | None]:
            refusals = [read_user_errors(data[field]) for field in fields]
            if read is not None:
                read(data)
            return refusals

        answers = await self.request(operation, document, variables, read_answers, options, idempotent=idempotent)
        why_not = [answer for answer in answers if answer is not None]
        if why_not:
            raise Rejected(UPSTREAM, operation, "; ".join(why_not))

    async def request(
        self,
        operation: str,
        document: DocumentNode,
        variables: dict[str, Any],
        read: Callable[[dict[str, Any]], T],
        options: CallOptions,
        *,
        ids: int = 1,
        idempotent: bool = True,
    ) -> T:
        """The result of `read` on an answer's complete data. Raises UpstreamError, also for partial data.

        `read` may raise KeyError, TypeError and ValueError for another shape. `ids` is the number of ids in the
        request, by which its cost is estimated. `idempotent`: the request may be repeated.
        """
        answer = await self._execute(operation, document, variables, options=options, ids=ids, idempotent=idempotent)
        if answer.errors:
            raise answer.refusal(answer.errors)
        try:
            return read(answer.data)
        except (KeyError, TypeError, ValueError) as error:
            raise Broken(UPSTREAM, operation, f"{type(error).__name__} {error}") from error

    def _note_headers(self, response: Response) -> None:
        if self._clock is not None:
            self._clock.learn(response.headers)
        self.served_version = response.headers.get("x-shopify-api-version", self.served_version)

    async def _execute(
        self,
        operation: str,
        document: DocumentNode,
        variables: dict[str, Any],
        *,
        options: CallOptions,
        ids: int = 1,
        idempotent: bool = True,
        decode: Decode | None = None,
    ) -> "AdminAnswer":
        """A final answer, even one that says that the request is wrong. `ids`: the number of ids in the request."""

        async def attempt() -> AdminAnswer:
            charged_before = self._points.charged
            answer = await self._send(operation, document, variables, decode)
            charge, cost = Charge.read(answer.extensions), answer.requested_cost
            if charge is not None:
                self._points.learn(charge, charged_before=charged_before)
                if self._shared is not None:
                    self._shared.learn(charge)
            if cost is not None:
                self._costs.learn(operation, ids, cost)
            if answer.errors and not answer.data:
                failure = answer.refusal(answer.errors)
                if isinstance(failure, (Throttled, Unavailable)):
                    raise failure
            return answer

        return await self._guard.call(
            operation, attempt, idempotent=idempotent, options=options, cost=lambda: self._costs.of(operation, ids)
        )

    async def _send(
        self, operation: str, document: DocumentNode, variables: dict[str, Any], decode: Decode | None
    ) -> "AdminAnswer":
        assert self._session is not None, "Admin is used before open() or after close()"
        request = GraphQLRequest(document, variable_values=variables)
        try:
            result = await self._session.execute(request, get_execution_result=True, operation=operation, decode=decode)
            return AdminAnswer(operation, result.data or {}, [], result.extensions or {})
        except TransportQueryError as error:  # raised for any errors, also beside good data
            return AdminAnswer(operation, error.data or {}, error.errors or [], error.extensions or {})


@dataclass(frozen=True, slots=True)
class AdminAnswer:
    """An answer: data, errors, or both. Each operation decides whether partial data is enough."""

    operation: str
    data: dict[str, Any]
    errors: list[dict[str, Any]]
    extensions: dict[str, Any]

    @property
    def requested_cost(self) -> float | None:
        """The cost that Shopify states for the request, before or instead of executing it."""
        places = [self.extensions.get("cost"), *(error.get("extensions") for error in self.errors)]
        for place in places:
            if isinstance(place, dict):
                cost = place.get("requestedQueryCost", place.get("cost"))
                if isinstance(cost, (int, float)):
                    return float(cost)
        return None

    def refusal(self, errors: list[dict[str, Any]]) -> UpstreamError:
        return graphql_refusal(self.operation, errors, self.extensions)


def _read_inventories(
    ids: list[GlobalId], answer: AdminAnswer
) -> tuple[dict[GlobalId, VariantStock | UpstreamError], list[tuple[VariantStock, str]]]:
    """The stock by id, and those items with more levels, each with the cursor after the levels that were read.

    Partial data is enough here: a refused variant costs only itself, and a refused unit cost only itself.
    """
    nodes = answer.data.get("nodes")
    if not isinstance(nodes, list) or len(nodes) != len(ids):
        raise answer.refusal(answer.errors) if answer.errors else Broken(UPSTREAM, answer.operation, "no list of nodes")
    found: dict[GlobalId, VariantStock | UpstreamError] = {}
    unfinished = []
    for position, (key, node) in enumerate(zip(ids, nodes, strict=True)):
        if node is None:
            errors = [error for error in answer.errors if _concerns(error, position)]
            if errors:
                found[key] = answer.refusal(errors)
            continue
        try:
            read = read_variant_inventory(node)
        except ValueError as error:
            found[key] = Broken(UPSTREAM, answer.operation, str(error))
            continue
        if read is not None:
            found[key], more_after = read
            if more_after is not None:
                unfinished.append((read[0], more_after))
    return found, unfinished


def _concerns(error: dict[str, Any], position: int) -> bool:
    path = error.get("path")
    return not isinstance(path, list) or len(path) < 2 or path[:2] == ["nodes", position]
