// Composes Hive Gateway's supergraph from the official contracts of the stand-ins. Usage: UPSTREAM=... mesh-compose -o FILE
import { createPrefixTransform, defineConfig, loadGraphQLHTTPSubgraph } from "@graphql-mesh/compose-cli";
import { loadOpenAPISubgraph } from "@omnigraph/openapi";

const { UPSTREAM } = process.env;
const CLIENTS = new URL("../../../clients", import.meta.url).pathname;

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadGraphQLHTTPSubgraph("storefront", {
        source: `${CLIENTS}/storefront/schema.graphql`,
        endpoint: `${UPSTREAM}/api/2026-10/graphql.json`,
        operationHeaders: { "shopify-storefront-private-token": "sandbox-private" },
      }),
    },
    {
      sourceHandler: loadGraphQLHTTPSubgraph("admin", {
        source: `${CLIENTS}/admin/schema.graphql`,
        endpoint: `${UPSTREAM}/admin/api/2026-10/graphql.json`,
        operationHeaders: { "x-shopify-access-token": "sandbox-admin" },
      }),
      transforms: [createPrefixTransform({ value: "Admin_", includeTypes: true, includeRootOperations: true })],
    },
    {
      sourceHandler: loadOpenAPISubgraph("printful", {
        source: new URL("printful_openapi.json", import.meta.url).pathname,
        endpoint: `${UPSTREAM}/printful`,
        operationHeaders: { authorization: "Bearer sandbox-printful", "x-pf-store-id": "1" },
      }),
    },
  ],
  additionalTypeDefs: /* GraphQL */ `
    extend type Product { kind: String!, isFeatured: Boolean! }
    extend type ProductVariant { inventory: VariantInventory, printful: PrintVariant }
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
      total: ShopMoney
      lines: [ShopOrderLine!]!
      printful: ShopOrderPrint
    }
    type ShopMoney { amount: String!, currencyCode: String! }
    type ShopOrderLine { title: String!, variantTitle: String, sku: String, quantity: Int!, currentQuantity: Int! }
    type ShopOrderPrint { orderId: ID!, status: String }
    extend type Query { shopOrderById(id: ID!): ShopOrder }
  `,
});
