"""The documents we send to Shopify Admin. `make contracts` prunes the official schema to what they reach."""

VARIANT_INVENTORY = """
query VariantInventory($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on ProductVariant {
      inventoryItem {
        id
        tracked
        unitCost { amount currencyCode }
        inventoryLevels(first: 10) {
          nodes {
            location { id name }
            quantities(names: ["available", "on_hand", "committed", "incoming"]) { name quantity }
          }
        }
      }
    }
  }
}
"""

DOCUMENTS = (VARIANT_INVENTORY,)
