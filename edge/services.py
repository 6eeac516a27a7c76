"""Connects the upstreams that the settings turn on, over one transport."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx

from clients.admin.client import Admin
from clients.admin.clock import ShopClock
from clients.admin.orders import OrderListing
from clients.global_ids import GlobalId
from clients.http import HttpUpstream, LentTransport
from clients.pictures import Pictures
from clients.pos.connectors import CONNECTORS
from clients.pos.orders import PosConnector
from clients.printful.client import Printful
from clients.shared.seen import SeenWebhooks
from clients.storefront.client import Storefront
from clients.timing import REAL, Timing
from clients.transport import DirectTransport
from edge.settings import GatewaySettings
from edge.sharing import NETWORK, Stores, sharing
from edge.tasks import ended
from resolvers.activity import Activity
from resolvers.cdn_purges import CdnPurges
from resolvers.changes import Changes
from resolvers.client_limit import HourlyLimit
from resolvers.context import Services, utc_now
from resolvers.counter import Counter
from resolvers.history import History
from resolvers.history_rows import read_rows, version_of
from resolvers.mockups import MockupLimits, Mockups
from resolvers.orders.service import OrderService, order_service
from resolvers.print_catalogue import PrintCatalogue
from resolvers.webhooks import Webhooks


def internet() -> DirectTransport:
    """The transport to the real upstreams."""
    return DirectTransport()


@asynccontextmanager
async def connected(
    settings: GatewaySettings,
    transport: httpx.AsyncBaseTransport,
    timing: Timing = REAL,
    now: Callable[[], datetime] = utc_now,
    folder: Path | None = None,
    stores: Stores = NETWORK,
) -> AsyncIterator[Services]:
    """The upstreams that the settings turn on, over one transport. Sends nothing yet.

    `folder` is common to the workers of one machine.
    """

    shop_clock = ShopClock(now)
    activity = Activity(now)
    async with AsyncExitStack() as stack:
        shared = await stack.enter_async_context(sharing(settings, timing, folder, stores))
        # Our clients bound a whole call; httpx's timeouts restart with every chunk.
        lent = httpx.AsyncClient(transport=LentTransport(transport), timeout=None)  # noqa: S113
        http = await stack.enter_async_context(lent)
        admin = printful = None
        if (access := settings.admin(http, deadline_s=settings.deadline_admin_s)) is not None:
            url, tokens = access
            client_of_admin = Admin(
                url,
                tokens,
                transport,
                deadline_s=settings.deadline_admin_s,
                timing=timing,
                clock=shop_clock,
                shared=shared.points,
            )
            admin = await stack.enter_async_context(client_of_admin)
        if (print_access := settings.printful()) is not None:
            printful_url, account = print_access
            printful_http = HttpUpstream(transport, printful_url)
            printful = Printful(
                printful_http,
                account,
                deadline_s=settings.deadline_printful_s,
                timing=timing,
                shared=shared.windows,
                stated=None if shared.windows is None else shared.windows.learn,
            )
        storefront = Storefront(
            transport, settings.storefront(), deadline_s=settings.deadline_storefront_s, timing=timing
        )
        mockups = Mockups(
            settings.designs(),
            Pictures(http),
            printful,
            limits=MockupLimits(per_client=settings.limit_mockups, picture_bytes=settings.limit_mockup_bytes),
            timing=timing,
            on_refusal=activity.count_limit_refusal,
            state=shared.state,
            counts=shared.counts,
        )
        stack.push_async_callback(mockups.close)
        changes = purges = None
        if (cache := settings.cache(timing, shared.answers)) is not None:
            if shared.changes is not None:
                shared.changes.applies(cache.apply)
            if (cdn := settings.cdn_provider(transport)) is not None:
                purges = CdnPurges(cdn, timing)
                stack.push_async_callback(purges.close)
                stack.push_async_callback(ended, asyncio.create_task(purges.run()))
            changes = Changes(cache, settings.policies(), storefront, timing, purges)
            stack.push_async_callback(ended, asyncio.create_task(changes.watch()))
        orders = history = counter = None
        if admin is not None:
            store = settings.history_store(stores.connect_database)
            if store is not None:
                stack.push_async_callback(store.close)
                history = History(store, timing=timing)
            connectors = _connectors(settings, transport, timing)
            orders = _orders(settings, admin, printful, changes, history, connectors, timing, shop_clock, activity)
            if history is not None:
                stack.push_async_callback(ended, asyncio.create_task(history.run(partial(read_rows, orders))))
            counter = Counter(
                connectors,
                settings.pos_routes(),
                orders.admin,
                policy=settings.policies().counter,
                changes=changes,
                timing=timing,
                now=now,
            )
            stack.push_async_callback(orders.settler.close, settings.drain_orders_s)
        if shared.counts is not None:
            stack.push_async_callback(ended, asyncio.create_task(shared.counts.keep_settling()))
        yield Services(
            mode=settings.mode,
            api_version=settings.shopify_api_version,
            set_up=settings.set_up(),
            storefront=storefront,
            admin=admin,
            print_catalogue=None if printful is None else _catalogue(settings, printful),
            designs=settings.designs(),
            charges=settings.charges(),
            mockups=mockups,
            public_url=settings.public_address,
            exact_stock_is_public=settings.exact_stock_public,
            low_stock_units=settings.limit_low_stock_units,
            cafe_menu_handle=settings.cafe_menu_handle,
            cache=cache,
            changes=changes,
            purges=purges,
            orders=orders,
            history=history,
            counter=counter,
            order_lookups=HourlyLimit(
                settings.limit_order_lookups,
                clock=timing.clock,
                name="order-lookups",
                counts=shared.counts,
                on_refusal=activity.count_limit_refusal,
            ),
            activity=activity,
            webhooks=Webhooks(changes, clock=timing.clock, now=now),
            shared=shared.state,
            counts=shared.counts,
            seen=SeenWebhooks(shared.state, shared.changes),
            policies=settings.policies(),
            operation_s=settings.deadline_operation_s,
            timing=timing,
            now=now,
        )


def _catalogue(settings: GatewaySettings, printful: Printful) -> PrintCatalogue:
    return PrintCatalogue(printful, policy=settings.policies().print_catalog)


def _listed(history: History | None, listings: Sequence[OrderListing]) -> None:
    if history is not None:
        history.orders_listed({each.id: version_of(each) for each in listings})


def _connectors(
    settings: GatewaySettings, transport: httpx.AsyncBaseTransport, timing: Timing
) -> Mapping[str, PosConnector]:
    system = settings.pos_system
    if system == "none":
        return {}
    access = settings.pos_access(transport, deadline_s=settings.deadline_square_s, timing=timing)
    return {system: CONNECTORS[system](access)}


def _orders(
    settings: GatewaySettings,
    admin: Admin,
    printful: Printful | None,
    changes: Changes | None,
    history: History | None,
    connectors: Mapping[str, PosConnector],
    timing: Timing,
    shop_clock: ShopClock,
    activity: Activity,
) -> OrderService:
    listeners = [each.order_changed for each in (changes, history) if each is not None]

    def order_changed(order_id: GlobalId) -> None:
        for listener in listeners:
            listener(order_id)

    return order_service(
        admin,
        printful,
        connectors,
        routes=settings.pos_routes(),
        designs=settings.designs(),
        rules=settings.forwarding_rules(),
        app_allowed=settings.printful_app_allowed,
        answer_s=settings.deadline_webhook_answer_s,
        sweeps=settings.sweep_minutes > 0,
        now=shop_clock.now,
        timing=timing,
        order_changed=order_changed,
        orders_listed=partial(_listed, history),
        on_attempt=activity.count_forward,
    )
