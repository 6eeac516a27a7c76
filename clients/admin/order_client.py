"""Orders in Shopify's Admin: reading them completely, marking them, and fulfilling them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, Final, TypeVar

from clients.admin.client import Admin, parsed
from clients.admin.cost import MAX_IDS
from clients.admin.errors import UPSTREAM
from clients.admin.order_inputs import tracking_input
from clients.admin.order_operations import (
    APP_METAFIELD,
    FULFILLMENT_CREATE,
    FULFILLMENT_ORDER_LINES,
    FULFILLMENT_ORDERS,
    FULFILLMENTS,
    MARK_ORDER,
    ORDER,
    ORDER_CONTENTS_LIST,
    ORDER_LINES,
    ORDER_LIST,
    ORDER_MONEY,
    ORDER_NOTE,
    ORDER_OF_FULFILLMENT_ORDER,
    PREPARED_FOR_PICKUP,
    SET_METAFIELDS,
    TAG_PRODUCT,
    TRACKING_UPDATE,
    VARIANTS_BY_SKU,
)
from clients.admin.order_readers import (
    ChangeRefusal,
    FulfillmentOrderPage,
    read_app_metafield,
    read_digests,
    read_fulfillment_order,
    read_fulfillment_order_line,
    read_fulfillments,
    read_line,
    read_listing,
    read_order,
    read_order_money,
    read_refusals,
    read_sku_owner,
)
from clients.admin.orders import (
    NAMESPACE,
    AppMetafield,
    Fulfillment,
    FulfillmentOrder,
    Order,
    OrderListing,
    OrderMoney,
    SkuOwner,
    Tracking,
)
from clients.admin.setup import read_page, read_user_errors
from clients.errors import Conflict, Rejected, Unavailable
from clients.global_ids import GlobalId, bare_id
from clients.guard import PAGE, CallOptions

T = TypeVar("T")


class Unchecked(Enum):
    """In place of a digest: replaces whatever a metafield contains."""

    ANY = "any"


ANY: Final = Unchecked.ANY

# The type of a metafield, its value, and the digest of the value to replace; None: there must be none yet.
MetafieldValue = tuple[str, str, str | Unchecked | None]

_CONFLICTS = frozenset({"STALE_OBJECT", "INVALID_COMPARE_DIGEST", "TAKEN"})
_NOTE_ROUNDS = 5
_NOTHING_TO_PREPARE = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"
# The number of SKUs in a search: it is one text, whose length Shopify limits.
_SKUS_AT_ONCE = 50


class AdminOrders:
    """What forwarding and back-sync need from Shopify. Every method raises UpstreamError."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    async def order(self, order_id: GlobalId, *, options: CallOptions = PAGE) -> Order | None:
        """The complete order of that global id; None when the shop has none, or does not show it to us.

        One request for most orders; one more for each further page of lines and fulfillment orders, and one for the
        parcels of an order with many. Source: Admin API 2026-10, `order`
        """
        first = await self._read("Order", ORDER, {"id": order_id}, lambda data: read_order(data["order"]), options)
        if first is None:
            return None
        lines = list(first.order.lines)
        lines_after = first.lines_after
        while lines_after is not None:
            more, lines_after = await self._read(
                "OrderLines",
                ORDER_LINES,
                {"id": order_id, "after": lines_after},
                lambda data: read_page(data["order"]["lineItems"], read_line),
                options,
            )
            lines += more
        started = list(first.fulfillment_orders)
        started_after = first.fulfillment_orders_after
        while started_after is not None:
            started_more, started_after = await self._read(
                "FulfillmentOrders",
                FULFILLMENT_ORDERS,
                {"id": order_id, "after": started_after},
                lambda data: read_page(data["order"]["fulfillmentOrders"], read_fulfillment_order),
                options,
            )
            started += started_more
        fulfillment_orders = [await self._completed(each, options) for each in started]
        parcels = await self._fulfillments(order_id, options) if first.has_more_parcels else first.order.fulfillments
        return replace(
            first.order, lines=tuple(lines), fulfillment_orders=tuple(fulfillment_orders), fulfillments=parcels
        )

    async def _fulfillments(self, order_id: GlobalId, options: CallOptions) -> tuple[Fulfillment, ...]:
        return await self._read(
            "Fulfillments",
            FULFILLMENTS,
            {"id": order_id},
            lambda data: read_fulfillments(data["order"]["fulfillments"]),
            options,
        )

    async def _completed(self, page: FulfillmentOrderPage, options: CallOptions) -> FulfillmentOrder:
        fulfillment_order, after = page.fulfillment_order, page.lines_after
        while after is not None:
            more, after = await self._read(
                "FulfillmentOrderLines",
                FULFILLMENT_ORDER_LINES,
                {"id": fulfillment_order.id, "after": after},
                lambda data: read_page(data["fulfillmentOrder"]["lineItems"], read_fulfillment_order_line),
                options,
            )
            fulfillment_order = replace(fulfillment_order, lines=fulfillment_order.lines + tuple(more))
        return fulfillment_order

    async def order_money(self, order_id: GlobalId, *, options: CallOptions = PAGE) -> OrderMoney | None:
        """What came in for an order and what went back; None when there is no such order. Raises UpstreamError."""
        return await self._read(
            "OrderMoney", ORDER_MONEY, {"id": order_id}, lambda data: read_order_money(data["order"]), options
        )

    async def order_of_fulfillment_order(
        self, fulfillment_order_id: GlobalId, *, options: CallOptions = PAGE
    ) -> GlobalId | None:
        """The global id of the order of a fulfillment order; None when it does not exist."""
        return await self._read(
            "OrderOfFulfillmentOrder",
            ORDER_OF_FULFILLMENT_ORDER,
            {"id": fulfillment_order_id},
            lambda data: None if data["fulfillmentOrder"] is None else GlobalId(data["fulfillmentOrder"]["orderId"]),
            options,
        )

    async def search(
        self, query: str, *, limit: int = MAX_IDS, with_contents: bool = False, options: CallOptions = PAGE
    ) -> list[OrderListing]:
        """The orders that match, least recently changed first, at most `limit`.

        `query` is in Shopify's search syntax, its texts and times `quoted`. One request per 250 orders.
        """
        operation, document = ("OrderContentsList", ORDER_CONTENTS_LIST) if with_contents else ("OrderList", ORDER_LIST)
        found: dict[str, OrderListing] = {}
        after: str | None = None
        while len(found) < limit:
            first = min(limit - len(found), MAX_IDS)
            page, after = await self._read(
                operation,
                document,
                {"query": query, "first": first, "after": after},
                lambda data: read_page(data["orders"], read_listing),
                options,
                ids=first,
            )
            found |= {each.id: each for each in page}  # an order that changes meanwhile is listed again, further on
            if after is None:
                break
        return list(found.values())

    async def app_metafield(self, key: str, *, options: CallOptions = PAGE) -> AppMetafield:
        """The metafield of that key of our installation in the shop. Raises UpstreamError."""
        return await self._read(
            "AppMetafield",
            APP_METAFIELD,
            {"key": key},
            lambda data: read_app_metafield(data["currentAppInstallation"]),
            options,
        )

    async def set_metafields(
        self, owner_id: GlobalId, values: Mapping[str, MetafieldValue], *, options: CallOptions = PAGE
    ) -> dict[str, str]:
        """Sets metafields of one owner by key, all or none; returns their new digests.

        Raises Conflict when one of them does not match its digest. After Unavailable they may be set: read them
        before setting them again.
        """
        if not values:
            return {}
        variables = {"metafields": [_metafield(owner_id, key, value) for key, value in values.items()]}

        def read(data: Mapping[str, Any]) -> tuple[list[ChangeRefusal], dict[str, str]]:
            refusals, digests = read_refusals(data["metafieldsSet"]), read_digests(data["metafieldsSet"])
            return refusals, {} if refusals else {key: digests[key] for key in values}

        # With a digest, a retry of a change that succeeded unnoticed would look like another writer's change.
        unchecked = all(digest is ANY for _, _, digest in values.values())
        refusals, digests = await self._read(
            "SetMetafields", SET_METAFIELDS, variables, read, options, idempotent=unchecked
        )
        if refusals:
            raise _refused("SetMetafields", refusals)
        return digests

    async def mark(
        self,
        order_id: GlobalId,
        add: Collection[str] = (),
        remove: Collection[str] = (),
        note: str | None = None,
        *,
        options: CallOptions = PAGE,
    ) -> None:
        """Adds and removes tags of an order and replaces its note unless that is None, in one request.

        Other tags stay. Raises Rejected when one of the three failed; the others are done.
        """
        await self._mark_order(order_id, add, remove, note, options)

    async def annotate(
        self,
        order_id: GlobalId,
        note: str | None,
        compose: Callable[[str | None], str | None],
        add: Collection[str] = (),
        remove: Collection[str] = (),
        *,
        options: CallOptions = PAGE,
    ) -> None:
        """Marks an order as `mark` does. `compose` makes the new note from the present one; None leaves it.

        `note` should be read just before, since Shopify replaces a note unseen. The answer shows the replaced note:
        text that somebody wrote meanwhile is restored together with ours. For that, at least one tag must be added or
        removed.
        """
        expected, new = note, compose(note)
        for _ in range(_NOTE_ROUNDS):
            replaced = await self._mark_order(order_id, add, remove, new, options)
            if new is None or replaced is None or _lines(replaced[0]) in (_lines(expected), _lines(new)):
                return
            expected, new = new, compose(replaced[0]) or replaced[0]
        raise Unavailable(UPSTREAM, "MarkOrder", "the note keeps changing")

    async def note(self, order_id: GlobalId, *, options: CallOptions = PAGE) -> str | None:
        """The present note of an order."""

        def read(data: Mapping[str, Any]) -> str | None:
            order = data["order"]
            return None if order is None else order["note"]

        return await self._read("OrderNote", ORDER_NOTE, {"id": order_id}, read, options)

    async def _mark_order(
        self, order_id: GlobalId, add: Collection[str], remove: Collection[str], note: str | None, options: CallOptions
    ) -> tuple[str | None] | None:
        """The note before the change, where the answer shows it."""
        changes = {"tagsAdd": bool(add), "tagsRemove": bool(remove), "orderUpdate": note is not None}
        variables = {
            "id": order_id,
            "add": list(add),
            "remove": list(remove),
            "note": {"id": order_id} if note is None else {"id": order_id, "note": note},
            "adds": changes["tagsAdd"],
            "removes": changes["tagsRemove"],
            "notes": changes["orderUpdate"],
        }
        replaced: list[tuple[str | None]] = []

        def read(data: Mapping[str, Any]) -> None:
            nodes = (data[field].get("node") for field in ("tagsRemove", "tagsAdd") if changes[field])
            replaced.extend((node["note"],) for node in nodes if node is not None)

        await self._mark("MarkOrder", MARK_ORDER, variables, changes, options, read)
        return replaced[0] if replaced else None

    async def tag_product(
        self,
        product_id: GlobalId,
        add: Collection[str] = (),
        remove: Collection[str] = (),
        *,
        options: CallOptions = PAGE,
    ) -> None:
        """Adds and removes tags of a product, in one request; other tags stay."""
        changes = {"tagsAdd": bool(add), "tagsRemove": bool(remove)}
        variables = {
            "id": product_id,
            "add": list(add),
            "remove": list(remove),
            "adds": changes["tagsAdd"],
            "removes": changes["tagsRemove"],
        }
        await self._mark("TagProduct", TAG_PRODUCT, variables, changes, options)

    async def _mark(
        self,
        operation: str,
        document: str,
        variables: dict[str, Any],
        changes: Mapping[str, bool],
        options: CallOptions,
        read: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """`read` gets the answer's data if everything succeeded."""
        fields = [field for field, is_asked in changes.items() if is_asked]
        if fields:  # repeating the same tags and note changes nothing, so retries are safe
            await self._admin.change(
                operation, parsed(document), variables, fields, options, idempotent=True, read=read
            )

    async def fulfill(
        self,
        lines: Mapping[str, Mapping[str, int]],
        tracking: Sequence[Tracking] = (),
        notify: bool = True,
        *,
        options: CallOptions = PAGE,
    ) -> str:
        """Fulfills quantities of the lines of fulfillment orders, by their ids, as one parcel; returns its global id.

        All must be at one location. With `notify` Shopify informs the buyer. Raises Rejected with Shopify's reason
        when it refuses, ValueError when there is nothing to fulfill.
        """
        parts = []
        for fulfillment_order_id, quantities in lines.items():
            inside = [{"id": key, "quantity": quantity} for key, quantity in quantities.items() if quantity > 0]
            if inside:  # without lines Shopify would fulfill all of them
                parts.append({"fulfillmentOrderId": fulfillment_order_id, "fulfillmentOrderLineItems": inside})
        if not parts:
            raise ValueError("nothing to hand over")
        fulfillment: dict[str, Any] = {"lineItemsByFulfillmentOrder": parts, "notifyCustomer": notify}
        if tracking:
            fulfillment["trackingInfo"] = tracking_input(tracking)

        def read(data: Mapping[str, Any]) -> tuple[str | None, str]:
            payload = data["fulfillmentCreate"]
            why_not = read_user_errors(payload)
            return why_not, "" if why_not is not None else payload["fulfillment"]["id"]

        # A retry of a request that succeeded unnoticed would fulfill the same goods again, if enough are left.
        why_not, fulfillment_id = await self._read(
            "FulfillmentCreate", FULFILLMENT_CREATE, {"fulfillment": fulfillment}, read, options, idempotent=False
        )
        if why_not is not None:
            raise Rejected(UPSTREAM, "FulfillmentCreate", why_not)
        return fulfillment_id

    async def retrack(
        self,
        fulfillment_id: GlobalId,
        tracking: Sequence[Tracking],
        notify: bool = True,
        *,
        options: CallOptions = PAGE,
    ) -> None:
        """Replaces the tracking of a parcel. With `notify` Shopify informs the buyer."""
        variables = {"id": fulfillment_id, "tracking": tracking_input(tracking), "notify": notify}
        document, fields = parsed(TRACKING_UPDATE), ["fulfillmentTrackingInfoUpdate"]
        # A repetition changes nothing, but would send the buyer another message.
        await self._admin.change("TrackingUpdate", document, variables, fields, options, idempotent=not notify)

    async def prepared_for_pickup(
        self, fulfillment_order_ids: Iterable[GlobalId], *, options: CallOptions = PAGE
    ) -> None:
        """Marks fulfillment orders as ready for pickup, of which Shopify informs the buyer; once ready they stay so.

        One request each, so that one that is ready already does not prevent the others.
        """
        for each in fulfillment_order_ids:
            refusals = await self._read(
                "PreparedForPickup",
                PREPARED_FOR_PICKUP,
                {"input": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": each}]}},
                lambda data: read_refusals(data["fulfillmentOrderLineItemsPreparedForPickup"]),
                options,
            )
            refusals = [refusal for refusal in refusals if refusal.code != _NOTHING_TO_PREPARE]
            if refusals:
                raise _refused("PreparedForPickup", refusals)

    async def variants_by_sku(self, skus: Iterable[str], *, options: CallOptions = PAGE) -> list[SkuOwner]:
        """The variants with exactly one of these SKUs, each once; several variants may share a SKU."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku]
        queries = [
            " OR ".join(f"sku:{quoted(sku)}" for sku in wanted[start : start + _SKUS_AT_ONCE])
            for start in range(0, len(wanted), _SKUS_AT_ONCE)
        ]
        exact = frozenset(wanted)  # the search also finds similar SKUs
        return [each for each in await self._variants_found(queries, options) if each.sku in exact]

    async def variants_by_sku_prefix(self, prefix: str, *, options: CallOptions = PAGE) -> list[SkuOwner]:
        """The variants whose SKU begins with `prefix`, a word of letters, digits and dashes."""
        found = await self._variants_found([f"sku:{prefix}*"], options)
        return [each for each in found if each.sku.startswith(prefix)]

    async def variants_of_products(
        self, product_ids: Iterable[GlobalId], *, options: CallOptions = PAGE
    ) -> list[SkuOwner]:
        """The variants of these products, each once; those without a SKU have an empty one."""
        numbers = [bare_id(each) for each in dict.fromkeys(product_ids)]
        queries = [
            " OR ".join(f"product_id:{number}" for number in numbers[start : start + _SKUS_AT_ONCE])
            for start in range(0, len(numbers), _SKUS_AT_ONCE)
        ]
        return await self._variants_found(queries, options)

    async def _variants_found(self, queries: Iterable[str], options: CallOptions) -> list[SkuOwner]:
        found: dict[str, SkuOwner] = {}
        for query in queries:
            after: str | None = None
            while True:
                page, after = await self._read(
                    "VariantsBySku",
                    VARIANTS_BY_SKU,
                    {"query": query, "after": after},
                    lambda data: read_page(data["productVariants"], read_sku_owner),
                    options,
                )
                found |= {each.variant_id: each for each in page}
                if after is None:
                    break
        return list(found.values())

    async def _read(
        self,
        operation: str,
        document: str,
        variables: dict[str, Any],
        read: Callable[[dict[str, Any]], T],
        options: CallOptions,
        *,
        ids: int = 1,
        idempotent: bool = True,
    ) -> T:
        return await self._admin.request(
            operation, parsed(document), variables, read, options, ids=ids, idempotent=idempotent
        )


def _lines(note: str | None) -> list[str]:
    """The lines of a note, for comparison: Shopify may change line endings."""
    return (note or "").splitlines()


def quoted(text: str) -> str:
    """A text or time as one value of Shopify's search syntax, with all special characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _metafield(owner_id: GlobalId, key: str, value: MetafieldValue) -> dict[str, str | None]:
    kind, text, digest = value
    metafield: dict[str, str | None] = {
        "ownerId": owner_id,
        "namespace": NAMESPACE,
        "key": key,
        "type": kind,
        "value": text,
    }
    if not isinstance(digest, Unchecked):
        metafield["compareDigest"] = digest
    return metafield


def _refused(operation: str, refusals: Sequence[ChangeRefusal]) -> Rejected:
    """Conflict when another writer was first."""
    words = "; ".join(refusal.message for refusal in refusals)
    for refusal in refusals:
        if refusal.code in _CONFLICTS:
            return Conflict(UPSTREAM, operation, words, refusal.code)
    return Rejected(UPSTREAM, operation, words, refusals[0].code)
