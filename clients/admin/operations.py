"""The documents we send to Shopify Admin. `make contracts` prunes the official schema to what they reach."""

_LEVELS = """
fragment Levels on InventoryLevelConnection {
  nodes {
    location { id name }
    quantities(names: ["available", "on_hand", "committed", "incoming"]) { name quantity }
  }
  pageInfo { hasNextPage endCursor }
}
"""

# The stock of up to 250 variants. Ten levels are enough for most shops, and what more there are cost requests of their
# own: the levels asked for are what makes this dear.
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

# The levels of one inventory item that come after those already read.
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

DOCUMENTS = (VARIANT_INVENTORY, INVENTORY_LEVELS)
