"""The set-up checks: settings, permissions at each upstream, and the shop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime

from clients.admin.client import Admin
from clients.admin.operations import OPTIONAL_SCOPES, SCOPES
from clients.budget import Priority
from clients.errors import AccountSuspended, AddressUnknown, Denied, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.printful.client import Printful
from clients.printful.stores import API_STORE, PrintfulStore
from clients.shared.state import ShareState
from clients.storefront.client import Storefront
from clients.storefront.setup import shop_setup
from clients.timing import Deadline
from resolvers.catalog_check import catalog_report
from resolvers.catalog_rules import Severity
from resolvers.context import Services
from resolvers.findings import Finding, SetUp, Verdict
from resolvers.order_checks import check_order_settings, check_pos, check_printful_webhook, check_shipping_rates
from resolvers.print_catalogue import PrintCatalogue
from resolvers.subscriptions import ALL_TOPICS, SubscriptionAction, steps

ANSWER_S = 15.0
CATALOGUE_S = 90.0  # of many pages, and one request at Printful for each product
SUPPORT_ENDS_SOON_DAYS = 90
SHORTEST_STAFF_TOKEN = 20

_CREDENTIALS = {
    "storefront": "SHOPIFY_STOREFRONT_PRIVATE_TOKEN or SHOPIFY_STOREFRONT_PUBLIC_TOKEN",
    "admin": "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, or SHOPIFY_ADMIN_ACCESS_TOKEN",
    "printful": "PRINTFUL_API_KEY",
    "square": "SQUARE_ACCESS_TOKEN",
}

_WEBHOOK_PROBLEMS = {
    SubscriptionAction.CREATE: "missing",
    SubscriptionAction.REPAIR: "with another path, or incomplete",
    SubscriptionAction.REMOVE: "twice",
}


async def examine(services: Services, set_up: SetUp) -> list[Finding]:
    """All findings, in the order in which to correct them. A check that fails does not stop the others."""
    admin, catalogue = services.admin, services.print_catalogue
    options = _options(services, ANSWER_S)
    today = services.now().astimezone(UTC).date()
    checks: list[tuple[str, Callable[[], Awaitable[list[Finding]]]]] = [
        ("Storefront", lambda: check_storefront(services.storefront, set_up, today, options)),
        ("Admin", lambda: check_admin(admin, set_up, options)),
        ("Webhooks", lambda: check_webhooks(admin, set_up, options)),
        ("Printful", lambda: check_printful(None if catalogue is None else catalogue.printful, set_up, options)),
        ("Redis", lambda: check_redis(services)),
        ("Products", lambda: check_products(admin, catalogue, services)),
    ]
    if (orders := services.orders) is not None:
        print_orders, connectors = orders.print_orders, orders.connectors
        methods = orders.rules.shipping_methods
        checks += [
            ("Printful's webhook", lambda: check_printful_webhook(print_orders, set_up, options)),
            ("Shipping rates", lambda: check_shipping_rates(admin, methods, set_up, options)),
            ("Point of sale", lambda: check_pos(connectors, set_up, options)),
        ]
    found = await asyncio.gather(*(_unless_it_fails(subject, check) for subject, check in checks))
    asked = [finding for findings in found for finding in findings]
    of_orders = [] if orders is None else check_order_settings(set_up)
    return [*asked, *of_orders, *check_settings(set_up, len(services.designs))]


async def _unless_it_fails(subject: str, check: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        return await check()
    except UpstreamError as error:
        return [failed(subject, error)]


def failed(subject: str, error: UpstreamError) -> Finding:
    """The finding for a check that got no answer. The upstream's own message is for whoever runs the check."""
    match error:
        case AccountSuspended():
            message = f"has suspended the account ({error.detail}): it is unpaid or locked. Correct that there."
        case AddressUnknown():
            message = f"has no API at the configured address ({error.detail}): check the shop's domain and URLs."
        case Denied():
            credentials = _CREDENTIALS.get(error.upstream, "credentials")
            message = f"rejects our credentials ({error.detail}): set new {credentials}, and check their permissions."
        case Unavailable():
            message = f"does not answer ({error.detail}): check the network and the configured address."
        case Throttled():
            message = "limits our requests: wait a minute and check again."
        case _:
            message = f"sends an answer that the gateway cannot read ({error.detail})."
    return Finding(subject, Verdict.FAIL, message)


async def check_redis(services: Services) -> list[Finding]:
    """Whether the Redis that REDIS_URL names is in use."""
    await services.shared.ready()
    status = services.shared.status
    match status.state:
        case ShareState.OFF:
            return []
        case ShareState.UP:
            return [Finding("Redis", Verdict.OK, "answers in time.")]
        case _:
            message = f"is not in use ({status.detail}): check REDIS_URL. Until it answers, each process is alone."
            return [Finding("Redis", Verdict.WARN, message)]


async def check_storefront(storefront: Storefront, set_up: SetUp, today: date, options: CallOptions) -> list[Finding]:
    """Whether our credentials reach the shop, and how long the API version is supported."""
    shop = await shop_setup(storefront, options=options)
    reached = Finding("Storefront", Verdict.OK, f"answers for {shop.name}.")
    return [reached, version(set_up.api_version, storefront.served_version, shop.supported_versions, today)]


def version(asked: str, served: str | None, supported: frozenset[str], today: date) -> Finding:
    """Whether the requested version answers, and for how long: Shopify supports each for a year."""
    newest = max((each for each in supported if each[:2] == "20"), default=asked)
    if served is not None and served != asked:
        message = f"Shopify answered with {served} instead of {asked}: set SHOPIFY_API_VERSION={newest}."
        return Finding("API version", Verdict.FAIL, message)
    if asked not in supported:
        message = f"{asked} is not supported: set SHOPIFY_API_VERSION={newest}."
        return Finding("API version", Verdict.FAIL, message)
    ends = end_of_support(asked)
    if ends is None:
        return Finding(
            "API version",
            Verdict.WARN,
            f"{asked} is not stable and may change any day: set SHOPIFY_API_VERSION={newest}.",
        )
    days = (ends - today).days
    if days < SUPPORT_ENDS_SOON_DAYS:
        message = f"{asked} is supported until {ends}, for {max(days, 0)} more days: plan the move to {newest}."
        return Finding("API version", Verdict.WARN, message)
    return Finding("API version", Verdict.OK, f"{asked} is supported until {ends} at least.")


def end_of_support(handle: str) -> date | None:
    """A year after the start of a version's quarter; None for a version without a date."""
    try:
        begun = datetime.strptime(handle, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    return begun.date().replace(year=begun.year + 1)


async def check_admin(admin: Admin | None, set_up: SetUp, options: CallOptions) -> list[Finding]:
    """Whether our credentials reach Admin, and which scopes that our documents need are missing."""
    if admin is None:
        how = "set SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, or SHOPIFY_ADMIN_ACCESS_TOKEN."
        return [Finding("Admin", Verdict.OFF, f"off, without stock and product checks: {how}")]
    granted = await admin.granted_scopes(options=options)
    served = admin.served_version
    found = [Finding("Admin", Verdict.OK, "accepts our credentials.")]
    if served is not None and served != set_up.api_version:
        message = (
            f"Shopify answered with {served} instead of {set_up.api_version}: set SHOPIFY_API_VERSION to a "
            "supported one."
        )
        found.append(Finding("Admin version", Verdict.FAIL, message))
    missing = [scope for scope in SCOPES if not is_granted(scope, granted)]
    if missing:
        named = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
        message = f"missing: {named}. Add them to the app's version, release it and accept it in the shop."
        verdict = Verdict.WARN if OPTIONAL_SCOPES.issuperset(missing) else Verdict.FAIL
        return [*found, Finding("Admin scopes", verdict, message)]
    return [*found, Finding("Admin scopes", Verdict.OK, f"granted: {', '.join(SCOPES)}.")]


def is_granted(scope: str, granted: frozenset[str]) -> bool:
    """Whether a scope is granted; a write scope includes the read scope."""
    return scope in granted or (scope.startswith("read_") and scope.replace("read_", "write_", 1) in granted)


async def check_webhooks(admin: Admin | None, set_up: SetUp, options: CallOptions) -> list[Finding]:
    """Whether Shopify sends us webhooks of changes."""
    subject = "Webhooks"
    if set_up.public_url is None:
        message = "not needed until PUBLIC_URL is set to the address of this gateway."
        return [Finding(subject, Verdict.OFF, message)]
    if admin is None:
        return [Finding(subject, Verdict.OFF, "cannot be listed without Admin.")]
    to_do = steps(await admin.webhook_subscriptions(options=options), set_up.public_url)
    problems = [
        f"{problem}: {', '.join(topics)}."
        for action, problem in _WEBHOOK_PROBLEMS.items()
        if (topics := dict.fromkeys(step.topic for step in to_do if step.action is action))
    ]
    if problems:
        right = sum(step.action is SubscriptionAction.KEEP for step in to_do)
        message = (
            f"{right} of {len(ALL_TOPICS)} topics arrive at {set_up.public_url}; {' '.join(problems)} Run "
            "`python -m app webhooks`, unless the app's own configuration subscribes to them."
        )
        return [Finding(subject, Verdict.WARN, message)]
    return [Finding(subject, Verdict.OK, f"all {len(ALL_TOPICS)} topics arrive at {set_up.public_url}.")]


async def check_printful(printful: Printful | None, set_up: SetUp, options: CallOptions) -> list[Finding]:
    """Whether our token reaches our store, and whether Printful also imports the shop's orders by itself."""
    if printful is None or set_up.printful_store_id is None:
        return [
            Finding("Printful", Verdict.OFF, "off, nothing is printed: set PRINTFUL_API_KEY and PRINTFUL_STORE_ID.")
        ]
    store_id = set_up.printful_store_id
    store, stores = await asyncio.gather(printful.store(store_id, options=options), _stores(printful, options))
    if store is None:
        known = ", ".join(f"{each.id} ({each.name})" for each in stores or ()) or "none that it names"
        message = f"the token has no access to store {store_id}, only to {known}: correct PRINTFUL_STORE_ID."
        return [Finding("Printful", Verdict.FAIL, message)]
    return [_store_found(store, set_up), _app_found(store, stores, set_up)]


async def _stores(printful: Printful, options: CallOptions) -> Sequence[PrintfulStore] | None:
    """The stores of the token; None when it may not list them."""
    try:
        return await printful.stores(options=options)
    except Denied:
        return None


def _store_found(store: PrintfulStore, set_up: SetUp) -> Finding:
    is_connected = store.type is not None and store.type != API_STORE
    if is_connected == set_up.printful_store_connected or store.type is None:
        return Finding("Printful", Verdict.OK, f"store {store.id}, {store.name}, of type {store.type or 'unknown'}.")
    correct = "true" if is_connected else "false"
    message = f"store {store.id}, {store.name}, is of type {store.type}: set PRINTFUL_STORE_CONNECTED={correct}."
    return Finding("Printful", Verdict.FAIL, message)


def _app_found(store: PrintfulStore, stores: Sequence[PrintfulStore] | None, set_up: SetUp) -> Finding:
    subject = "Printful's app"
    if stores is None:
        message = (
            "the token may not list stores, so the gateway cannot check whether Printful's Shopify app is in use. "
            "Nothing is forwarded until it can: allow stores_list."
        )
        return Finding(subject, Verdict.WARN, message)
    connected = [each for each in stores if each.type == "shopify"]
    if not connected:
        return Finding(subject, Verdict.OK, "is not connected to any Shopify shop.")
    where = "this store" if store in connected else ", ".join(f"store {each.id} ({each.name})" for each in connected)
    if set_up.printful_app_allowed:
        message = (
            f"is connected to {where}, but forwarding continues (PRINTFUL_APP_ALLOWED): make sure that no order "
            "prints twice."
        )
        return Finding(subject, Verdict.WARN, message)
    message = (
        f"is connected to {where} and would print each order too, so nothing is forwarded: disconnect it at Printful, "
        "or set PRINTFUL_APP_ALLOWED=true if it prints nothing for this shop."
    )
    return Finding(subject, Verdict.WARN, message)


async def check_products(admin: Admin | None, catalogue: PrintCatalogue | None, services: Services) -> list[Finding]:
    """How many products have problems with printing."""
    if admin is None:
        return [Finding("Products", Verdict.OFF, "cannot be checked without Admin.")]
    options = _options(services, CATALOGUE_S)
    prints = None if catalogue is None else catalogue.reader(options)
    report = await catalog_report(admin, prints, designs=len(services.designs), options=options)
    unasked = f" Printful could not check {report.unasked} of them." if report.unasked else ""
    if not report.issues:
        return [Finding("Products", Verdict.OK, f"{report.variants} variants have no problems.{unasked}")]
    errors = sum(issue.severity is Severity.ERROR for issue in report.issues)
    first = report.issues[0]
    message = (
        f"{report.variants} variants, {_counted(errors, 'error')}, {_counted(len(report.issues) - errors, 'warning')}. "
        f"The first: {first.product.title}. {first.message}{unasked} The staff query `catalogIssues` lists all."
    )
    return [Finding("Products", Verdict.WARN, message)]


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def check_settings(set_up: SetUp, designs: int) -> list[Finding]:
    """Which features the settings turn on and off."""
    return [
        *_shop(set_up),
        *_address(set_up),
        _designs(designs),
        _staff(set_up),
        _origins(set_up),
        _proxies(set_up),
        _shown(set_up),
        *_workers(set_up),
    ]


def _shop(set_up: SetUp) -> list[Finding]:
    if not set_up.is_live or not set_up.shop or set_up.shop.endswith(".myshopify.com"):
        return []
    message = (
        f"SHOPIFY_STORE_DOMAIN is {set_up.shop}: set it to the shop's myshopify.com domain, which Admin and "
        "webhooks use."
    )
    return [Finding("Shop", Verdict.WARN, message)]


def _address(set_up: SetUp) -> list[Finding]:
    if not set_up.is_live or not (set_up.public_url or "").startswith("http://"):
        return []
    message = "PUBLIC_URL begins with http://: Shopify sends webhooks only to https, so set the https address."
    return [Finding("Public address", Verdict.WARN, message)]


def _workers(set_up: SetUp) -> list[Finding]:
    if set_up.workers == 1 or set_up.shares_redis or set_up.mode == "sandbox":
        return []
    message = (
        f"WORKERS is {set_up.workers} without REDIS_URL: each process has its own cache, limits of clients and "
        "budgets of upstreams, and a webhook about the catalogue reaches one of them. Set REDIS_URL, or WORKERS=1."
    )
    return [Finding("Workers", Verdict.WARN, message)]


def _designs(count: int) -> Finding:
    if not count:
        return Finding("Designs", Verdict.OFF, "there are none to choose from: set DESIGNS_FILE.")
    return Finding("Designs", Verdict.OK, f"{count} to choose from.")


def _staff(set_up: SetUp) -> Finding:
    tokens = dict(set_up.named_staff_tokens)
    if set_up.staff_token is not None:
        tokens[""] = set_up.staff_token
    if not tokens:
        return Finding("Staff", Verdict.OFF, "staff fields are off: set STAFF_TOKEN or STAFF_TOKENS.")
    short = sorted(name for name, token in tokens.items() if len(token) < SHORTEST_STAFF_TOKEN)
    if set_up.is_live and short:
        named = ", ".join(f"STAFF_TOKENS[{name!r}]" if name else "STAFF_TOKEN" for name in short)
        message = f"{named} is easy to guess: use at least {SHORTEST_STAFF_TOKEN} random characters."
        return Finding("Staff", Verdict.WARN, message)
    return Finding("Staff", Verdict.OK, "staff fields are on for callers with a staff token.")


def _origins(set_up: SetUp) -> Finding:
    if "*" in set_up.allowed_origins:
        return Finding(
            "Browsers", Verdict.WARN, "every website may call the gateway: list yours in CORS_ALLOW_ORIGINS."
        )
    named = [each for each in set_up.allowed_origins if not each.endswith(":*")]
    if len(named) < len(set_up.allowed_origins):
        named.append("localhost on any port")
    if named:
        return Finding("Browsers", Verdict.OK, f"websites at {', '.join(named)} may call the gateway.")
    return Finding(
        "Browsers", Verdict.OFF, "no website of another origin may call the gateway: list them in CORS_ALLOW_ORIGINS."
    )


def _proxies(set_up: SetUp) -> Finding:
    if set_up.trusted_proxies:
        return Finding("Proxies", Verdict.OK, f"X-Forwarded-For is trusted from {', '.join(set_up.trusted_proxies)}.")
    verdict = Verdict.WARN if set_up.is_live and set_up.public_url is not None else Verdict.OFF
    message = "none is trusted: list yours in TRUSTED_PROXIES, or Shopify treats all buyers behind it as one."
    return Finding("Proxies", verdict, message)


def _shown(set_up: SetUp) -> Finding:
    shown = [name for name, is_on in (("GRAPHIQL", set_up.graphiql), ("INTROSPECTION", set_up.introspection)) if is_on]
    if set_up.is_live and shown:
        return Finding(
            "Schema",
            Verdict.WARN,
            f"{' and '.join(shown)} are on for everybody: switch off the ones that are not used.",
        )
    return Finding("Schema", Verdict.OK, f"{' and '.join(shown) or 'nothing'} switched on.")


def _options(services: Services, seconds: float) -> CallOptions:
    return CallOptions(Priority.SWEEPS, Deadline.after(seconds, services.timing.clock))
