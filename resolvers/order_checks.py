"""The checks for orders: webhooks of the three systems, the point of sale, and the settings."""

from collections.abc import Mapping

from clients.admin.client import Admin
from clients.errors import Denied, UpstreamError
from clients.guard import CallOptions
from clients.pos.orders import PosConnector
from clients.printful.order_client import PrintfulOrders
from resolvers.findings import Finding, SetUp, Verdict
from resolvers.orders.events import PRINTFUL_TYPES
from resolvers.orders.shipping_choice import is_named_fast, mapped_method
from resolvers.subscriptions import SQUARE_PATH, SubscriptionAction, printful_step

_RATES_NAMED = 10
_MEND = "run `python -m app webhooks`."
_SWEPT = "until then the sweep finds changes some minutes later"


async def check_printful_webhook(orders: PrintfulOrders | None, set_up: SetUp, options: CallOptions) -> list[Finding]:
    """Whether Printful sends webhooks about orders, and we accept them. Raises UpstreamError."""
    subject = "Printful's webhook"
    if orders is None:
        return []
    if set_up.printful_webhook_token is None:
        message = f"is refused: set PRINTFUL_WEBHOOK_TOKEN, then {_MEND[:-1]}; {_SWEPT}."
        return [Finding(subject, Verdict.OFF, message)]
    if set_up.public_url is None:
        return [Finding(subject, Verdict.OFF, "is not needed until PUBLIC_URL is set to the address of this gateway.")]
    present = await orders.webhook(options=options)
    step = printful_step(present, set_up.public_url, set_up.printful_webhook_token)
    if step.action is SubscriptionAction.KEEP:
        return [Finding(subject, Verdict.OK, f"points to this gateway, with {len(present.types)} event types.")]
    if step.action is SubscriptionAction.CREATE:
        return [Finding(subject, Verdict.WARN, f"is not set up: {_MEND}")]
    if step.action is SubscriptionAction.LEAVE:
        host = (present.url or "").split("//", 1)[-1].split("/", 1)[0]
        message = f"points to {host}, and Printful stores only one address: remove that integration, then {_MEND}"
        return [Finding(subject, Verdict.WARN, message)]
    missing = [kind for kind in PRINTFUL_TYPES if kind not in present.types and kind != "stock_updated"]
    if missing:
        return [Finding(subject, Verdict.WARN, f"lacks the event types {', '.join(missing)}: {_MEND}")]
    return [Finding(subject, Verdict.WARN, f"has an outdated token or path: {_MEND}")]


async def check_shipping_rates(
    admin: Admin | None, methods: Mapping[str, str], set_up: SetUp, options: CallOptions
) -> list[Finding]:
    """The rates of the shop's checkout that no mapping to a method of Printful covers."""
    subject = "Shipping rates"
    if admin is None or set_up.printful_store_id is None:
        return []
    try:
        rates = await admin.delivery_rates(options=options)
    except UpstreamError as error:
        what_to_do = "allow read_shipping" if isinstance(error, Denied) else "check again when Admin answers"
        message = f"cannot be read, so orders with an unmapped rate are flagged: {what_to_do}."
        return [Finding(subject, Verdict.WARN, message)]
    uncovered = sorted({rate.name for rate in rates if mapped_method((rate.name,), methods) is None})
    if not uncovered:
        return [Finding(subject, Verdict.OK, "every rate of the checkout is mapped to a method of Printful's.")]
    named = ", ".join(f'"{name}"' for name in uncovered[:_RATES_NAMED])
    more = f" and {len(uncovered) - _RATES_NAMED} more" if len(uncovered) > _RATES_NAMED else ""
    fast = [name for name in uncovered if is_named_fast((name,))]
    warning = f" Of these, {', '.join(fast[:_RATES_NAMED])} promise fast delivery." if fast else ""
    message = f"not mapped, so sent as STANDARD: {named}{more}.{warning} Map them in PRINTFUL_SHIPPING_METHODS."
    return [Finding(subject, Verdict.WARN, message)]


async def check_pos(connectors: Mapping[str, PosConnector], set_up: SetUp, options: CallOptions) -> list[Finding]:
    """Whether the point of sale accepts our tickets. Raises UpstreamError."""
    if set_up.pos_system == "none":
        message = "none: pickups stay only in Shopify. ACTIVE_POS_SYSTEM=square sends them to the counter."
        return [Finding("Point of sale", Verdict.OFF, message)]
    found = []
    for connector in connectors.values():
        health = await connector.health(options=options)
        found.append(Finding("Point of sale", Verdict.OK if health.ok else Verdict.FAIL, health.detail))
    return found


def check_order_settings(set_up: SetUp) -> list[Finding]:
    """The effect of the settings on orders."""
    found = [_secret(set_up)]
    if set_up.printful_store_id is not None:
        found.append(_confirm(set_up))
    if set_up.pos_system != "none":
        found += [_square(set_up), _counter(set_up)]
    return found


def _secret(set_up: SetUp) -> Finding:
    subject = "Webhook secret"
    if set_up.believes_shopify:
        return Finding(subject, Verdict.OK, "Shopify's webhooks are verified.")
    message = (
        "is missing, so all of Shopify's webhooks are refused: set SHOPIFY_WEBHOOK_SECRET to the app's client secret."
    )
    return Finding(subject, Verdict.OFF if set_up.public_url is None else Verdict.FAIL, message)


def _confirm(set_up: SetUp) -> Finding:
    subject = "Confirming"
    if set_up.confirm == "manual":
        message = "staff confirm each draft at Printful: nothing is printed, and nothing spent, before they do."
        return Finding(subject, Verdict.OK, message)
    when = "at once" if set_up.confirm == "auto" else f"after {set_up.confirm.removeprefix('hold:')} minutes"
    message = f"paid orders are confirmed {when}: Printful then charges the shop (PRINTFUL_CONFIRM={set_up.confirm})."
    return Finding(subject, Verdict.OK, message)


def _square(set_up: SetUp) -> Finding:
    subject, url = "Square's webhooks", set_up.square_webhook_url
    if url is None:
        message = f"are refused: set SQUARE_WEBHOOK_SIGNATURE_KEY and SQUARE_WEBHOOK_NOTIFICATION_URL; {_SWEPT}."
        return Finding(subject, Verdict.OFF, message)
    base = (set_up.public_url or "").rstrip("/")
    if base and url != f"{base}{SQUARE_PATH}":
        message = f"are verified for {url}, but arrive at {base}{SQUARE_PATH}: both must be the same."
        return Finding(subject, Verdict.WARN, message)
    return Finding(subject, Verdict.OK, f"are verified for {url}: register exactly this address at Square.")


def _counter(set_up: SetUp) -> Finding:
    subject = "Pay at counter"
    if not set_up.counter_gateways:
        message = (
            "unpaid pickups wait for their payment. List the payment methods for paying at the counter, by "
            "Shopify's names, in PAY_AT_COUNTER_GATEWAYS."
        )
        return Finding(subject, Verdict.OFF, message)
    methods = ", ".join(f'"{each}"' for each in set_up.counter_gateways)
    return Finding(subject, Verdict.OK, f"orders with the payment method {methods} are sent to the counter unpaid.")
