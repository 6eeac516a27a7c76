"""The client of Printful's v1 API: catalogue, the store's products, shipping and order costs, and mockups."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from clients.budget import Budget
from clients.errors import Broken, Rejected
from clients.guard import PAGE, CallOptions, Guard, GuardState
from clients.http import HttpUpstream
from clients.printful.errors import UPSTREAM, read_body, refusal, status_of
from clients.printful.limits import Group, Limits, Stated
from clients.printful.mockups import MockupArea, MockupTask, PrintFiles, read_mockup_task, read_print_files
from clients.printful.models import (
    CatalogListing,
    CatalogProduct,
    CatalogVariant,
    Category,
    SizeGuide,
    SizeUnit,
    SyncVariant,
    decode_listing,
    read_categories,
    read_listing,
    read_products,
    read_size_guide,
    read_sync_variant,
    read_variant_answer,
)
from clients.printful.shipping import (
    LARGE_QUANTITY,
    CostEstimate,
    EstimateItem,
    RateItem,
    Recipient,
    ShippingRate,
    quantity_of,
    read_estimate,
    read_rates,
)
from clients.printful.stores import PrintfulStore, read_store, read_stores
from clients.printful.templates import TemplatePage, read_templates
from clients.shared_budget import SharedBudget
from clients.timing import REAL, Timing

T = TypeVar("T")
Decode = Callable[[bytes], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class PrintfulAccess:
    """Our credentials at Printful. `store_id` is always sent: without it a token of several stores is refused.

    `is_platform_store`: the store was created by connecting a shop platform, not for the API ("Manual order
    platform / API"). Printful serves its sync variants under other paths.

    The default is a store for the API, as the gateway forwards orders itself.
    """

    token: str = field(repr=False)
    store_id: str
    is_platform_store: bool = False

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-PF-Store-Id": self.store_id}


class Printful:
    """One store. `http` has Printful's base URL; its creator closes it.

    At most `max_concurrent` requests run at a time, and as many a minute as Printful allows. `deadline_s` bounds
    each. `shared` is the budget of all processes, and `stated` is called with what answers state of it. Temporary
    failures are retried within the deadline of a call. Every method raises UpstreamError.
    """

    def __init__(
        self,
        http: HttpUpstream,
        access: PrintfulAccess,
        *,
        deadline_s: float = 10.0,
        max_concurrent: int = 8,
        timing: Timing = REAL,
        shared: SharedBudget | None = None,
        stated: Stated | None = None,
    ) -> None:
        self._http = http
        self._access = access
        self._headers = access.headers()
        self._limits = Limits(timing.clock, stated)
        budget = Budget(
            UPSTREAM, at_once=max_concurrent, meter=self._limits.all, groups=self._limits.groups, timing=timing
        )
        self._guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing, shared=shared)

    @property
    def state(self) -> GuardState:
        """How the upstream does, for those who watch."""
        return self._guard.state

    async def catalog_variant(self, variant_id: int, *, options: CallOptions = PAGE) -> CatalogVariant | None:
        """A catalogue variant with its product; None when Printful has no such variant."""
        return await self.find("catalog_variant", f"/products/variant/{variant_id}", read_variant_answer, options)

    async def catalog_product(self, product_id: int, *, options: CallOptions = PAGE) -> CatalogListing | None:
        """A catalogue product with all its variants; None when Printful has no such product."""
        path = f"/products/{product_id}"
        return await self.find("catalog_product", path, read_listing, options, decode=decode_listing)

    async def sync_variant(self, sync_variant_id: int, *, options: CallOptions = PAGE) -> SyncVariant | None:
        """The store's variant; None when the store has no such variant."""
        folder = "/sync/variant" if self._access.is_platform_store else "/store/variants"
        return await self.find("sync_variant", f"{folder}/{sync_variant_id}", read_sync_variant, options)

    async def size_guide(
        self, product_id: int, unit: SizeUnit = SizeUnit.INCHES, *, options: CallOptions = PAGE
    ) -> SizeGuide | None:
        """A product's size tables in that unit; None when Printful has none."""
        params = {"unit": unit.value}
        return await self.find("size_guide", f"/products/{product_id}/sizes", read_size_guide, options, params)

    async def categories(self, *, options: CallOptions = PAGE) -> tuple[Category, ...]:
        """The categories of the catalogue, at most a few dozen."""
        return await self.request("categories", "GET", "/categories", of_result(read_categories), options)

    async def catalog_products(
        self, category_ids: Collection[int] = (), *, options: CallOptions = PAGE
    ) -> tuple[CatalogProduct, ...]:
        """The products of these categories, or all (some hundreds): Printful does not page them."""
        params = {"category_id": ",".join(map(str, sorted(category_ids)))} if category_ids else None
        read = of_result(read_products)
        return await self.request("catalog_products", "GET", "/products", read, options, params=params)

    async def product_templates(self, offset: int, limit: int, *, options: CallOptions = PAGE) -> TemplatePage:
        """At most 100 of the account's templates. A token of a single store may not read them: Denied."""
        params = {"offset": str(offset), "limit": str(limit)}
        return await self.request(
            "product_templates", "GET", "/product-templates", read_templates, options, params=params
        )

    async def shipping_rates(
        self, recipient: Recipient, items: Sequence[RateItem], *, currency: str, options: CallOptions = PAGE
    ) -> tuple[ShippingRate, ...]:
        """The shipping methods for these items together, cheapest first. Rejected when Printful does not ship there."""
        body = {
            "recipient": recipient.as_json(),
            "items": [item.as_json() for item in items],
            "currency": currency,
        }
        group = Group.LARGE_SHIPPING_RATES if quantity_of(items) > LARGE_QUANTITY else None
        read = of_result(read_rates)
        return await self.request("shipping_rates", "POST", "/shipping/rates", read, options, body=body, group=group)

    async def estimate_costs(
        self, recipient: Recipient, items: Sequence[EstimateItem], *, options: CallOptions = PAGE
    ) -> CostEstimate:
        """The costs of an order of these items for the shop; nothing is ordered."""
        body = {"recipient": recipient.as_json(), "items": [item.as_json() for item in items]}
        read = of_object(read_estimate)
        return await self.request("estimate_costs", "POST", "/orders/estimate-costs", read, options, body=body)

    async def stores(self, *, options: CallOptions = PAGE) -> tuple[PrintfulStore, ...]:
        """All stores of the token."""
        return await self.request("stores", "GET", "/stores", of_result(read_stores), options)

    async def store(self, store_id: str, *, options: CallOptions = PAGE) -> PrintfulStore | None:
        """A store by its number; None when the token has no such store."""
        return await self.find("store", f"/stores/{store_id}", read_store, options)

    async def print_files(self, product_id: int, *, options: CallOptions = PAGE) -> PrintFiles | None:
        """The print areas of a product's variants; None when Printful has no such product."""
        return await self.find("print_files", f"/mockup-generator/printfiles/{product_id}", read_print_files, options)

    async def start_mockup(
        self, product_id: int, variant_id: int, area: MockupArea, art_url: str, *, options: CallOptions = PAGE
    ) -> MockupTask:
        """A new task for a picture of a variant with a square of art in the middle of `area`. Never repeated."""
        side = min(area.width, area.height)
        position = {
            "area_width": area.width,
            "area_height": area.height,
            "width": side,
            "height": side,
            "top": (area.height - side) // 2,
            "left": (area.width - side) // 2,
        }
        body = {
            "variant_ids": [variant_id],
            "format": "png",
            "files": [{"placement": area.placement, "image_url": art_url, "position": position}],
        }
        path = f"/mockup-generator/create-task/{product_id}"
        read = of_object(read_mockup_task)
        return await self.request(
            "start_mockup", "POST", path, read, options, body=body, group=Group.MOCKUPS, idempotent=False
        )

    async def mockup_task(self, key: str, *, options: CallOptions = PAGE) -> MockupTask | None:
        """The state of a task; None when Printful no longer knows it. First requested ten seconds after its start."""
        params = {"task_key": key}
        return await self.find("mockup_task", "/mockup-generator/task", read_mockup_task, options, params)

    async def find(
        self,
        operation: str,
        path: str,
        read: Callable[[Mapping[str, Any]], T],
        options: CallOptions,
        params: Mapping[str, str] | None = None,
        decode: Decode | None = None,
    ) -> T | None:
        """The object at a path; None for Printful's ways to say that there is none."""

        def read_found(body: Mapping[str, Any]) -> T | None:
            return None if body["result"] is None or body["result"] == [] else of_object(read)(body)

        try:
            return await self.request(operation, "GET", path, read_found, options, params=params, decode=decode)
        except _NotFound:
            return None

    async def request(
        self,
        operation: str,
        method: str,
        path: str,
        read: Callable[[Mapping[str, Any]], T],
        options: CallOptions,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        group: Group | None = None,
        idempotent: bool = True,
        decode: Decode | None = None,
    ) -> T:
        """The result of `read` on an answer's body. Raises UpstreamError, also when `read` raises ValueError.

        `decode` reads the body first. An answer that it returns None for is decoded into dicts.
        """

        async def attempt() -> T:
            response = await self._http.send(
                method,
                path,
                headers=self._headers,
                params=params,
                body=body,
                upstream=UPSTREAM,
                operation=operation,
            )
            decoded = None if decode is None else decode(response.content)
            answer = read_body(response) if decoded is None else decoded
            failure = refusal(operation, response, answer)
            self._limits.learn(group, response.headers, failure)
            if isinstance(answer, dict) and status_of(response, answer) == 404:
                raise _NotFound(UPSTREAM, operation, "HTTP 404")
            if failure is not None:
                raise failure
            if not isinstance(answer, dict) or "result" not in answer:
                raise Broken(UPSTREAM, operation, "no result")
            try:
                return read(answer)
            except ValueError as error:
                raise Broken(UPSTREAM, operation, str(error)) from error

        return await self._guard.call(operation, attempt, idempotent=idempotent, options=options, group=group)


class _NotFound(Rejected):
    """Printful has nothing at that path."""


def of_result(read: Callable[[Any], T]) -> Callable[[Mapping[str, Any]], T]:
    """`read`, applied to the result of a body."""
    return lambda body: read(body["result"])


def of_object(read: Callable[[Mapping[str, Any]], T]) -> Callable[[Mapping[str, Any]], T]:
    """`read`, applied to the result of a body, which must be an object."""

    def read_object(body: Mapping[str, Any]) -> T:
        if not isinstance(body["result"], dict):
            raise ValueError("the result is no object")
        return read(body["result"])

    return read_object
