// The part of the gateway's graph that the workloads need.
export const typeDefs = /* GraphQL */ `
  scalar Decimal
  scalar URL
  type Query {
    products(first: Int!, reverse: Boolean): ProductConnection!
    product(handle: String!): Product
    shopOrderById(id: ID!): ShopOrder
  }
  type ProductConnection { nodes: [Product!]! }
  type MoneyV2 { amount: Decimal!, currencyCode: String! }
  type PriceRange { minVariantPrice: MoneyV2!, maxVariantPrice: MoneyV2! }
  type Image { id: ID, url: URL!, altText: String, width: Int, height: Int }
  type OptionValue { id: ID!, name: String! }
  type ProductOption { id: ID!, name: String!, optionValues: [OptionValue!]! }
  type SelectedOption { name: String!, value: String! }
  type Product {
    id: ID!
    title: String!
    handle: String!
    description: String!
    vendor: String!
    productType: String!
    tags: [String!]!
    availableForSale: Boolean!
    priceRange: PriceRange!
    compareAtPriceRange: PriceRange!
    featuredImage: Image
    options: [ProductOption!]!
    variants(first: Int!): ProductVariantConnection!
    kind: String!
    isFeatured: Boolean!
  }
  type ProductVariantConnection { nodes: [ProductVariant!]! }
  type ProductVariant {
    id: ID!
    title: String!
    sku: String
    availableForSale: Boolean!
    price: MoneyV2!
    compareAtPrice: MoneyV2
    selectedOptions: [SelectedOption!]!
    inventory: VariantInventory
    printful: PrintVariant
  }
  type VariantInventory { tracked: Boolean!, availability: String!, levels: [InventoryLevel!]! }
  type InventoryLevel { availability: String!, location: InventoryLocation! }
  type InventoryLocation { id: ID!, name: String! }
  type PrintVariant {
    catalogVariantId: ID!
    size: String
    color: String
    colorCode: String
    image: String
    isAvailable: Boolean
    product: PrintProduct
  }
  type PrintProduct { id: ID!, name: String, brand: String, model: String }
  type ShopOrder {
    id: ID!
    name: String!
    placedAt: String!
    financialStatus: String
    fulfillmentStatus: String!
    tags: [String!]!
    total: MoneyV2
    lines: [ShopOrderLine!]!
    printful: ShopOrderPrint
  }
  type ShopOrderLine { title: String!, variantTitle: String, sku: String, quantity: Int!, currentQuantity: Int! }
  type ShopOrderPrint { orderId: ID!, status: String }
`;
