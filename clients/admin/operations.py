"""The documents for Shopify Admin. `make contracts` prunes the official schema to the parts that they use."""

from collections.abc import Mapping

from clients.admin.order_operations import ORDER_DOCUMENTS

_LEVELS = """
fragment Levels on InventoryLevelConnection {
  nodes {
    location { id name }
    quantities(names: ["available", "on_hand", "committed", "incoming"]) { name quantity }
  }
  pageInfo { hasNextPage endCursor }
}
"""

# The stock of up to 250 variants. Ten levels are enough for most shops; further ones cost requests of their own. The
# number of levels determines the cost of this document.
VARIANT_INVENTORY = (
    """
query VariantInventory($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on ProductVariant {
      inventoryItem {
        id
        tracked
        unitCost { amount currencyCode }
        inventoryLevels(first: 10) { ...Levels }
      }
    }
  }
}
"""
    + _LEVELS
)

# The levels of one inventory item after those already read.
INVENTORY_LEVELS = (
    """
query InventoryLevels($itemId: ID!, $after: String!) {
  inventoryItem(id: $itemId) {
    inventoryLevels(first: 100, after: $after) { ...Levels }
  }
}
"""
    + _LEVELS
)

# The catalogue by its variants, which are what staff can set up wrongly. A flat list of 250 costs less than twenty
# products with their variants.
CATALOG_VARIANTS = """
query CatalogVariants($first: Int!, $after: String) {
  productVariants(first: $first, after: $after, sortKey: ID) {
    nodes {
      id
      title
      sku
      inventoryItem { tracked requiresShipping }
      product { id title vendor tags status }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

# The shop's shipping methods, one delivery profile a page: the content of a profile is expensive.
DELIVERY_RATES = """
query DeliveryRates($after: String) {
  deliveryProfiles(first: 1, after: $after) {
    nodes {
      profileLocationGroups {
        locationGroupZones(first: 20) {
          nodes {
            zone { countries { code { countryCode restOfWorld } } }
            methodDefinitions(first: 10) {
              nodes {
                name
                active
                methodConditions { field }
                rateProvider {
                  __typename
                  ... on DeliveryRateDefinition { price { amount currencyCode } }
                  ... on DeliveryParticipant { participantServices { name active } }
                }
              }
            }
          }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

GRANTED_SCOPES = """
query GrantedScopes {
  currentAppInstallation { accessScopes { handle } }
}
"""

_SUBSCRIPTION = """
fragment Subscription on WebhookSubscription { id topic uri format filter includeFields }
"""

WEBHOOK_SUBSCRIPTIONS = (
    """
query WebhookSubscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { ...Subscription }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _SUBSCRIPTION
)

WEBHOOK_SUBSCRIPTION_CREATE = (
    """
mutation WebhookSubscriptionCreate($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { ...Subscription }
    userErrors { field message }
  }
}
"""
    + _SUBSCRIPTION
)

WEBHOOK_SUBSCRIPTION_UPDATE = (
    """
mutation WebhookSubscriptionUpdate($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) {
    webhookSubscription { ...Subscription }
    userErrors { field message }
  }
}
"""
    + _SUBSCRIPTION
)

WEBHOOK_SUBSCRIPTION_DELETE = """
mutation WebhookSubscriptionDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}
"""

DOCUMENTS = (
    VARIANT_INVENTORY,
    INVENTORY_LEVELS,
    CATALOG_VARIANTS,
    DELIVERY_RATES,
    GRANTED_SCOPES,
    WEBHOOK_SUBSCRIPTIONS,
    WEBHOOK_SUBSCRIPTION_CREATE,
    WEBHOOK_SUBSCRIPTION_UPDATE,
    WEBHOOK_SUBSCRIPTION_DELETE,
    *ORDER_DOCUMENTS,
)

SCOPES: Mapping[str, str] = {
    "read_products": "the catalogue and its variants",
    "read_shipping": "the shop's shipping rates",
    "read_inventory": "stock and what goods cost",
    "read_locations": "the names of the places that hold stock",
    "read_orders": "orders, of the last 60 days",
    "write_orders": "tags, notes and metafields that tell of an order's forwarding",
    "read_merchant_managed_fulfillment_orders": "what is shipped and what is picked up, and where",
    "read_third_party_fulfillment_orders": "which goods a fulfillment service sends instead of the shop",
    "write_merchant_managed_fulfillment_orders": "parcels with their tracking, and what is ready for pickup",
    "write_products": "tags of products that Printful has run out of",
}
"""The scopes that the documents need, each with its purpose."""

OPTIONAL_SCOPES = frozenset({"read_shipping", "read_third_party_fulfillment_orders"})
"""Without these the gateway works, and knows less for its warnings."""
