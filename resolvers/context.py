"""The context of resolvers: the services, one set per process, and the request, one per operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from clients.admin.client import Admin
from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.contracts import API_VERSION
from clients.guard import CallOptions
from clients.shared.counts import SharedCounts
from clients.shared.seen import SeenWebhooks
from clients.shared.state import Alone, SharedState
from clients.storefront.client import Storefront
from clients.storefront.wire import NO_CALLER, WireRequest
from clients.timing import OPERATION_S, REAL, Deadline, Timing
from clients.upstreams import UpstreamName
from resolvers.activity import Activity
from resolvers.alerts.health import AlertHealth
from resolvers.cdn_purges import CdnPurges
from resolvers.changes import Changes
from resolvers.client_limit import HourlyLimit
from resolvers.counter import Counter
from resolvers.designs import DesignCatalogue
from resolvers.findings import SetUp
from resolvers.history import History
from resolvers.inventory import LOW_STOCK_UNITS, InventoryReader
from resolvers.margin import Charges
from resolvers.mockups import Mockups
from resolvers.moving_windows import LimitState
from resolvers.orders.service import OrderService
from resolvers.print_catalogue import PrintCatalogue, PrintCatalogueReader
from resolvers.process_load import NO_LOAD, ProcessLoad
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError
from resolvers.request_cache import RequestCache
from resolvers.sales import Sales
from resolvers.shipping import ShippingQuotes
from resolvers.webhooks import Webhooks

ORDER_LOOKUPS = 10  # of guests, for each client in an hour


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """The systems behind the graph; None: off. `mode` is `sandbox` or `live`; `now` is the shop's time.

    `api_version` is that of Shopify's APIs which the settings name. `set_up` are the settings that checks judge.
    """

    mode: str
    storefront: Storefront
    api_version: str = API_VERSION
    admin: Admin | None = None
    print_catalogue: PrintCatalogue | None = None
    designs: DesignCatalogue = field(default_factory=DesignCatalogue)
    charges: Charges = field(default_factory=Charges)
    mockups: Mockups | None = None
    public_url: str = ""
    exact_stock_is_public: bool = False
    low_stock_units: int = LOW_STOCK_UNITS
    cafe_menu_handle: str = "cafe-menu"
    cache: Cache | None = None
    changes: Changes | None = None
    purges: CdnPurges | None = None
    orders: OrderService | None = None
    history: History | None = None
    counter: Counter | None = None
    order_lookups: HourlyLimit = field(default_factory=lambda: HourlyLimit(ORDER_LOOKUPS, clock=REAL.clock))
    set_up: SetUp | None = None
    alerts: AlertHealth = field(default_factory=AlertHealth)
    activity: Activity = field(default_factory=lambda: Activity(utc_now))
    webhooks: Webhooks = field(default_factory=lambda: Webhooks(None, clock=REAL.clock, now=utc_now))
    shared: SharedState = field(default_factory=Alone)
    counts: SharedCounts | None = None
    seen: SeenWebhooks = field(default_factory=SeenWebhooks)
    policies: Policies = field(default_factory=Policies)
    operation_s: float = OPERATION_S
    timing: Timing = REAL
    now: Callable[[], datetime] = utc_now


class _OperationTime:
    """Call options with the deadline of one operation, whose time starts with the first call."""

    __slots__ = ("_options", "_services")

    def __init__(self, services: Services) -> None:
        self._services = services
        self._options: CallOptions | None = None

    def __call__(self) -> CallOptions:
        if self._options is None:
            self._options = self.from_now()
        return self._options

    def from_now(self) -> CallOptions:
        return CallOptions(deadline=Deadline.after(self._services.operation_s, self._services.timing.clock))


def _no_budget(_: int) -> Mapping[str, int]:
    return {}


@dataclass
class RequestContext:
    """The caller: `buyer_ip` as trusted proxies report it, `staff` with a staff token of `staff_name`. Holds the
    loaders. `request_cache`: the request's reads through the cache.

    `anonymous`: the caller sent no credentials, so reads may use the cache. `wire`: the part of the caller's HTTP
    request that goes to Storefront. `load` is how busy the process is, `client_limit` the limit that
    refused one of its fields.
    """

    services: Services
    buyer_ip: str | None = None
    staff: bool = False
    anonymous: bool = True
    staff_name: str | None = field(default=None, kw_only=True)
    request_id: str = field(default="", kw_only=True)
    wire: WireRequest = field(default=NO_CALLER, kw_only=True)
    spend: Callable[[int], Mapping[str, int]] = field(default=_no_budget, kw_only=True)
    load: ProcessLoad = field(default=NO_LOAD, kw_only=True)
    cost: int = field(default=0, init=False)
    budget: Mapping[str, int] = field(default_factory=dict, init=False)
    client_limit: LimitState | None = field(default=None, init=False)
    request_cache: RequestCache = field(init=False)

    def __post_init__(self) -> None:
        cache = self.services.cache
        self._time = _OperationTime(self.services)
        self.request_cache = RequestCache(cache if self.anonymous else None, self._time, impersonal=cache)

    def charge(self, cost: int) -> None:
        """Charges the operation's cost to its client's budget. Raises RequestRefused when the budget is too small."""
        self.cost = cost
        self.budget = self.spend(cost)

    def limited(self, state: LimitState, what: str) -> PublicError:
        """The error of a field that one of the client's limits refuses; the response says when to try again."""
        self.client_limit = state
        problem = f"This client had {state.limit} {what} in an hour, which is the most: try again in {state.reset_s} s."
        return PublicError(ErrorCode.THROTTLED, problem)

    @property
    def options(self) -> CallOptions:
        """The options of all calls for this operation. Its time starts with the first call."""
        return self._time()

    def options_from_now(self) -> CallOptions:
        """CallOptions whose time starts now, for reads after something that took long."""
        return self._time.from_now()

    @property
    def sees_exact_stock(self) -> bool:
        """Staff always; everybody if the settings allow it."""
        return self.staff or self.services.exact_stock_is_public

    @cached_property
    def inventory(self) -> InventoryReader:
        """Reads of stock, batched over the request. Raises NotConfigured."""
        if self.services.admin is None:
            raise NotConfigured(UpstreamName.ADMIN)
        return InventoryReader(
            self.services.admin,
            low_stock_units=self.services.low_stock_units,
            options=self.options,
            cache=self.request_cache,
            policy=self.services.policies.stock,
        )

    @cached_property
    def prints(self) -> PrintCatalogueReader:
        """Reads of Printful, each object once in the request. Raises NotConfigured."""
        if self.services.print_catalogue is None:
            raise NotConfigured(UpstreamName.PRINTFUL)
        return self.services.print_catalogue.reader(self.options, self.request_cache)

    @cached_property
    def shipping(self) -> ShippingQuotes:
        """Shipping quotes. Raises NotConfigured."""
        if self.services.print_catalogue is None:
            raise NotConfigured(UpstreamName.PRINTFUL)
        return ShippingQuotes(
            self.services.print_catalogue.printful,
            self.prints,
            cache=self.services.cache,
            policy=self.services.policies.shipping_rates,
            options=self.options,
        )

    @cached_property
    def sales(self) -> Sales:
        """Reads of sold variants, carts and the currency, each once in the request."""
        return Sales(
            self.services.storefront,
            cache=self.services.cache,
            policy=self.services.policies.content,
            buyer_ip=self.buyer_ip,
            options=self.options,
        )
