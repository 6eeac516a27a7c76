"""The documents about orders for Shopify Admin; `operations.py` lists them with the others."""

# The documents below this one fetch lines and parcels beyond these pages. Most orders fit.
ORDER_LINES_PAGE, FULFILLMENT_ORDERS_PAGE, FULFILLMENT_ORDER_LINES_PAGE, FULFILLMENTS_PAGE = 30, 5, 30, 10
TRANSACTIONS_PAGE = 50
ALL_FULFILLMENTS, ALL_FULFILLMENT_LINES = 100, 250

_LINE = """
fragment Line on LineItem {
  id
  title
  variantTitle
  sku
  vendor
  quantity
  currentQuantity
  isGiftCard
  requiresShipping
  customAttributes { key value }
  variant { id }
  originalUnitPriceSet { shopMoney { amount } }
  discountAllocations { allocatedAmountSet { shopMoney { amount } } }
  taxLines(first: 10) { priceSet { shopMoney { amount } } }
}
"""

_FULFILLMENT_ORDER_LINE = """
fragment FulfillmentOrderLine on FulfillmentOrderLineItem { id totalQuantity remainingQuantity lineItem { id } }
"""

_FULFILLMENT_ORDER = (
    f"""
fragment FulfillmentOrderParts on FulfillmentOrder {{
  id
  status
  requestStatus
  assignedLocation {{ name location {{ id isFulfillmentService }} }}
  deliveryMethod {{ methodType presentedName }}
  supportedActions {{ action }}
  fulfillmentHolds {{ reason displayReason }}
  lineItems(first: {FULFILLMENT_ORDER_LINES_PAGE}) {{
    nodes {{ ...FulfillmentOrderLine }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
    + _FULFILLMENT_ORDER_LINE
)

_PARCEL = """
fragment Parcel on Fulfillment {
  id
  status
  displayStatus
  createdAt
  deliveredAt
  trackingInfo(first: 10) { company number url }
}

fragment Inside on FulfillmentLineItemConnection {
  nodes { quantity lineItem { id } }
  pageInfo { hasNextPage endCursor }
}
"""

# Everything that forwarding needs to decide, in one read.
ORDER = (
    f"""
query Order($id: ID!) {{
  order(id: $id) {{
    id
    name
    createdAt
    updatedAt
    processedAt
    cancelledAt
    cancelReason
    test
    email
    phone
    note
    tags
    customAttributes {{ key value }}
    currencyCode
    displayFinancialStatus
    displayFulfillmentStatus
    paymentGatewayNames
    taxesIncluded
    risk {{ recommendation assessments {{ riskLevel }} }}
    currentTotalPriceSet {{ shopMoney {{ amount }} }}
    totalTipReceivedSet {{ shopMoney {{ amount }} }}
    totalOutstandingSet {{ shopMoney {{ amount }} }}
    shippingAddress {{
      name company address1 address2 city provinceCode province countryCodeV2 country zip phone
    }}
    billingAddress {{ name phone }}
    shippingLines(first: 5) {{
      nodes {{
        title
        code
        isRemoved
        currentDiscountedPriceSet {{ shopMoney {{ amount }} }}
        taxLines {{ priceSet {{ shopMoney {{ amount }} }} }}
      }}
    }}
    lineItems(first: {ORDER_LINES_PAGE}) {{ nodes {{ ...Line }} pageInfo {{ hasNextPage endCursor }} }}
    fulfillmentOrders(first: {FULFILLMENT_ORDERS_PAGE}) {{
      nodes {{ ...FulfillmentOrderParts }}
      pageInfo {{ hasNextPage endCursor }}
    }}
    fulfillments(first: {FULFILLMENTS_PAGE}) {{
      ...Parcel
      fulfillmentLineItems(first: {ORDER_LINES_PAGE}) {{ ...Inside }}
    }}
    transactions(first: {TRANSACTIONS_PAGE}) {{ kind status createdAt processedAt }}
    metafields(first: 25, namespace: "kynda") {{ nodes {{ key value compareDigest }} }}
  }}
}}
"""
    + _LINE
    + _FULFILLMENT_ORDER
    + _PARCEL
)

# The lines of an order after those already read.
ORDER_LINES = (
    """
query OrderLines($id: ID!, $after: String!) {
  order(id: $id) { lineItems(first: 100, after: $after) { nodes { ...Line } pageInfo { hasNextPage endCursor } } }
}
"""
    + _LINE
)

FULFILLMENT_ORDERS = (
    """
query FulfillmentOrders($id: ID!, $after: String!) {
  order(id: $id) {
    fulfillmentOrders(first: 10, after: $after) {
      nodes { ...FulfillmentOrderParts }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
    + _FULFILLMENT_ORDER
)

FULFILLMENT_ORDER_LINES = (
    """
query FulfillmentOrderLines($id: ID!, $after: String!) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 100, after: $after) { nodes { ...FulfillmentOrderLine } pageInfo { hasNextPage endCursor } }
  }
}
"""
    + _FULFILLMENT_ORDER_LINE
)

# The parcels of an order with more of them, or more in them, than the first read shows: Shopify returns parcels as a
# list without pages.
FULFILLMENTS = (
    f"""
query Fulfillments($id: ID!) {{
  order(id: $id) {{
    fulfillments(first: {ALL_FULFILLMENTS}) {{
      ...Parcel
      fulfillmentLineItems(first: {ALL_FULFILLMENT_LINES}) {{ ...Inside }}
    }}
  }}
}}
"""
    + _PARCEL
)

# The order of a fulfillment order. Its webhooks name only the fulfillment order.
ORDER_OF_FULFILLMENT_ORDER = """
query OrderOfFulfillmentOrder($id: ID!) {
  fulfillmentOrder(id: $id) { orderId }
}
"""

_LISTED = """
fragment Listed on Order {
  id
  name
  email
  phone
  createdAt
  updatedAt
  cancelledAt
  tags
  displayFinancialStatus
  displayFulfillmentStatus
  metafield(namespace: "kynda", key: "forwarding") { value }
}
"""

# The orders that a search finds, with their forwarding records.
ORDER_LIST = (
    """
query OrderList($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { ...Listed }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _LISTED
)

# The same, with the facts that decide whether any part of an order is ours to forward.
ORDER_CONTENTS_LIST = (
    """
query OrderContentsList($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      ...Listed
      lineItems(first: 10) { nodes { vendor sku } pageInfo { hasNextPage } }
      fulfillmentOrders(first: 5) { nodes { deliveryMethod { methodType } } pageInfo { hasNextPage } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _LISTED
)

# What the gateway remembers of the shop as a whole stands on its own installation there.
APP_METAFIELD = """
query AppMetafield($key: String!) {
  currentAppInstallation { id metafield(namespace: "kynda", key: $key) { value compareDigest } }
}
"""

SET_METAFIELDS = """
mutation SetMetafields($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { key compareDigest }
    userErrors { field message code elementIndex }
  }
}
"""

ORDER_NOTE = """
query OrderNote($id: ID!) {
  order(id: $id) { note }
}
"""

# The marks that the shop manager sees on an order, in one request: added tags, removed tags and the note. Shopify
# executes them in this order, so the tags' answers show the note before its replacement.
MARK_ORDER = """
mutation MarkOrder(
  $id: ID!, $add: [String!]!, $remove: [String!]!, $note: OrderInput!,
  $adds: Boolean!, $removes: Boolean!, $notes: Boolean!
) {
  tagsAdd(id: $id, tags: $add) @include(if: $adds) { node { ...Replaced } userErrors { field message } }
  tagsRemove(id: $id, tags: $remove) @include(if: $removes) { node { ...Replaced } userErrors { field message } }
  orderUpdate(input: $note) @include(if: $notes) { userErrors { field message } }
}

fragment Replaced on Order { note }
"""

FULFILLMENT_CREATE = """
mutation FulfillmentCreate($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id }
    userErrors { field message }
  }
}
"""

TRACKING_UPDATE = """
mutation TrackingUpdate($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id }
    userErrors { field message }
  }
}
"""

PREPARED_FOR_PICKUP = """
mutation PreparedForPickup($input: FulfillmentOrderLineItemsPreparedForPickupInput!) {
  fulfillmentOrderLineItemsPreparedForPickup(input: $input) {
    userErrors { field message code }
  }
}
"""

# Variants by their SKUs, with their products, whose tags tell staff what Printful is out of.
VARIANTS_BY_SKU = """
query VariantsBySku($query: String!, $after: String) {
  productVariants(first: 100, after: $after, query: $query) {
    nodes { id sku product { id vendor tags } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

TAG_PRODUCT = """
mutation TagProduct($id: ID!, $add: [String!]!, $remove: [String!]!, $adds: Boolean!, $removes: Boolean!) {
  tagsAdd(id: $id, tags: $add) @include(if: $adds) { userErrors { field message } }
  tagsRemove(id: $id, tags: $remove) @include(if: $removes) { userErrors { field message } }
}
"""

# What came in for an order and what went back. The fees are those of Shopify Payments; other gateways state none.
ORDER_MONEY = f"""
query OrderMoney($id: ID!) {{
  order(id: $id) {{
    currencyCode
    totalReceivedSet {{ shopMoney {{ amount }} }}
    totalRefundedSet {{ shopMoney {{ amount }} }}
    currentTotalTaxSet {{ shopMoney {{ amount }} }}
    transactions(first: {TRANSACTIONS_PAGE}) {{
      kind
      status
      manualPaymentGateway
      amountSet {{ shopMoney {{ amount }} }}
      fees {{ amount {{ amount currencyCode }} taxAmount {{ amount currencyCode }} }}
    }}
  }}
}}
"""

ORDER_DOCUMENTS = (
    ORDER,
    ORDER_MONEY,
    ORDER_LINES,
    FULFILLMENT_ORDERS,
    FULFILLMENT_ORDER_LINES,
    FULFILLMENTS,
    ORDER_OF_FULFILLMENT_ORDER,
    ORDER_CONTENTS_LIST,
    ORDER_LIST,
    APP_METAFIELD,
    SET_METAFIELDS,
    ORDER_NOTE,
    MARK_ORDER,
    FULFILLMENT_CREATE,
    TRACKING_UPDATE,
    PREPARED_FOR_PICKUP,
    VARIANTS_BY_SKU,
    TAG_PRODUCT,
)
