"""Admin's resolvers for the app's own setup: scopes and webhook subscriptions."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.store import Store
from sandbox.storefront.connections import connection
from sandbox.storefront.values import gid, read_gid
from sandbox.webhook_records import WebhookSubscription


def _installation(_: Any, info: GraphQLResolveInfo[Store]) -> dict[str, Any]:
    return {"id": gid("AppInstallation", 1), "accessScopes": [{"handle": scope} for scope in info.context.admin_scopes]}


def _subscriptions(_: Any, info: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
    topics, uri = arguments.get("topics"), arguments.get("uri")
    found = [
        each
        for each in info.context.webhook_subscriptions.values()
        if (topics is None or each.topic in topics) and (uri is None or each.uri == uri)
    ]
    if arguments.get("reverse"):
        found.reverse()
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(found, key=lambda subscription: subscription.id, **page)


# The first word of a topic, and the scope that the app needs to subscribe to it.
_TOPIC_SCOPES = {
    "COLLECTIONS": "read_products",
    "FULFILLMENT": "read_merchant_managed_fulfillment_orders",
    "FULFILLMENTS": "read_fulfillments",
    "INVENTORY": "read_inventory",
    "ORDERS": "read_orders",
    "PRODUCTS": "read_products",
    "REFUNDS": "read_orders",
}
_UNSERVED = ("filter", "metafieldNamespaces", "metafields")


def _create(
    _: Any,
    info: GraphQLResolveInfo[Store],
    topic: str,
    webhookSubscription: Mapping[str, Any],  # noqa: N803
) -> dict[str, Any]:
    store = info.context
    uri, wrong = _address(webhookSubscription)
    scope = _TOPIC_SCOPES.get(topic.partition("_")[0])
    if scope is not None and not {scope, scope.replace("read_", "write_")} & set(store.admin_scopes):
        wrong = f"The app needs the scope {scope} to be told of {topic}"
    if wrong is None and any((each.topic, each.uri) == (topic, uri) for each in store.webhook_subscriptions.values()):
        wrong = "Address for this topic has already been taken"
    if wrong is not None:
        return _refused(wrong)
    created = store.subscribe(topic, uri)
    _set(created, webhookSubscription)
    return {"webhookSubscription": created, "userErrors": []}


def _update(
    _: Any,
    info: GraphQLResolveInfo[Store],
    id: str,  # noqa: A002
    webhookSubscription: Mapping[str, Any],  # noqa: N803
) -> dict[str, Any]:
    found = _subscription(info.context, id)
    if found is None:
        return _refused("Webhook subscription does not exist")
    uri, wrong = _address({"uri": found.uri, **webhookSubscription})
    if wrong is not None:
        return _refused(wrong)
    found.uri = uri
    _set(found, webhookSubscription)
    return {"webhookSubscription": found, "userErrors": []}


def _delete(_: Any, info: GraphQLResolveInfo[Store], id: str) -> dict[str, Any]:  # noqa: A002
    found = _subscription(info.context, id)
    if found is None:
        return _refused("Webhook subscription does not exist")
    del info.context.webhook_subscriptions[found.id]
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", found.id), "userErrors": []}


def _subscription(store: Store, text: str) -> WebhookSubscription | None:
    number = read_gid(text, "WebhookSubscription") or ""
    return store.webhook_subscriptions.get(int(number)) if number.isdigit() else None


def _address(asked: Mapping[str, Any]) -> tuple[str, str | None]:
    """The address of a subscription, and what is wrong with it. A local address needs no TLS."""
    uri = asked.get("uri") or asked.get("callbackUrl") or ""
    parts = urlsplit(uri)
    is_here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if not is_here and (parts.scheme != "https" or not parts.hostname):
        return uri, "Address is not an https address"
    unserved = [name for name in _UNSERVED if asked.get(name)]
    if unserved or asked.get("format") == "XML":
        return uri, f"The sandbox serves whole JSON messages only, without {', '.join(unserved) or 'XML'}"
    return uri, None


def _set(subscription: WebhookSubscription, asked: Mapping[str, Any]) -> None:
    if asked.get("includeFields") is not None:
        subscription.include_fields = tuple(asked["includeFields"])
    if "name" in asked:
        subscription.name = asked["name"]


def _refused(message: str) -> dict[str, Any]:
    return {"userErrors": [{"field": ["webhookSubscription"], "message": message}]}


RESOLVERS: Resolvers = {
    "QueryRoot": {
        "currentAppInstallation": _installation,
        "webhookSubscriptions": _subscriptions,
    },
    "Mutation": {
        "webhookSubscriptionCreate": _create,
        "webhookSubscriptionUpdate": _update,
        "webhookSubscriptionDelete": _delete,
    },
    "WebhookSubscription": {
        "filter": lambda *_: None,
        "includeFields": lambda subscription, _: list(subscription.include_fields),
    },
}
