// Hive Gateway over the composed supergraph; what belongs to no subgraph is resolved here, batched by Hive's own SDK.
import { defineConfig } from "@graphql-hive/gateway";

const SKU = /^PFUL-([1-9]\d*)$/;
const level = (units) => (units <= 0 ? "NONE" : units <= 5 ? "LOW" : "IN_STOCK");
const STOCK = `{ ... on Admin_ProductVariant { id inventoryItem { tracked inventoryLevels(first: 10) { nodes {
  location { id name } quantities(names: ["available"]) { name quantity } } } } } }`;
const ORDER = `{ id name createdAt displayFinancialStatus displayFulfillmentStatus tags
  currentTotalPriceSet { shopMoney { amount currencyCode } }
  lineItems(first: 30) { nodes { title variantTitle sku quantity currentQuantity } }
  metafields(first: 25, namespace: "kynda") { nodes { key value } } }`;
const LISTING = `{ result { product { id title brand model } variants { id size color color_code image in_stock } } }`;

function inventoryOf(item) {
  if (!item) return null;
  const levels = item.inventoryLevels.nodes.map((each) => ({ location: each.location, units: each.quantities[0].quantity }));
  const word = (units) => (item.tracked ? level(units) : "NOT_TRACKED");
  return {
    tracked: item.tracked,
    availability: word(levels.reduce((sum, each) => sum + Math.max(0, each.units), 0)),
    levels: levels.map((each) => ({ location: each.location, availability: word(each.units) })),
  };
}

const productOf = new Map(); // which catalogue product a variant belongs to never changes

/** A Printful answer of this request, fetched once. */
function once(context, key, fetch) {
  context.fetched ??= new Map();
  if (!context.fetched.has(key)) context.fetched.set(key, fetch());
  return context.fetched.get(key);
}

export const gatewayConfig = defineConfig({
  jit: true,
  logging: false,
  additionalResolvers: {
    Product: {
      kind: {
        selectionSet: "{ productType tags }",
        resolve: ({ tags, productType }) =>
          tags.includes("menu-item") ? "MENU_ITEM" : /coffee|beans/i.test(productType) ? "COFFEE" : "MERCHANDISE",
      },
      isFeatured: { selectionSet: "{ tags }", resolve: ({ tags }) => tags.includes("featured-item") },
    },
    ProductVariant: {
      inventory: {
        selectionSet: "{ id }",
        async resolve(root, _, context, info) {
          const node = await context.admin.Query.Admin_nodes({
            root,
            key: root.id,
            argsFromKeys: (ids) => ({ ids }),
            valuesFromResults: (nodes, ids) => {
              const found = new Map(nodes.filter(Boolean).map((each) => [each.id, each]));
              return ids.map((id) => found.get(id) ?? null);
            },
            selectionSet: STOCK,
            context,
            info,
          });
          return inventoryOf(node?.inventoryItem);
        },
      },
      printful: {
        selectionSet: "{ sku product { vendor } }",
        async resolve(root, _, context, info) {
          const sku = root.product?.vendor === "Printful_DS" ? SKU.exec(root.sku ?? "") : null;
          if (!sku) return null;
          const number = Number(sku[1]);
          const ask = (field, id, selectionSet) =>
            once(context, `${field} ${id}`, () =>
              context.printful.Query[field]({ root, args: { id }, selectionSet, context, info }),
            );
          let productId = productOf.get(number);
          if (productId === undefined) {
            const found = await ask("catalogVariant", number, "{ result { product { id } } }");
            productId = found?.result?.product?.id;
            if (productId === undefined) return null;
            productOf.set(number, productId);
          }
          const listing = (await ask("catalogProduct", productId, LISTING)).result;
          const variant = listing?.variants.find((each) => each.id === number);
          if (!variant) return null;
          return {
            catalogVariantId: String(variant.id),
            size: variant.size,
            color: variant.color,
            colorCode: variant.color_code,
            image: variant.image,
            isAvailable: variant.in_stock,
            product: { ...listing.product, id: String(listing.product.id), name: listing.product.title },
          };
        },
      },
    },
    Query: {
      async shopOrderById(root, { id }, context, info) {
        const order = await context.admin.Query.Admin_order({ root, args: { id }, selectionSet: ORDER, context, info });
        if (!order) return null;
        const number = order.metafields.nodes.find((each) => each.key === "printful_order_id")?.value;
        const printed = number
          ? await context.printful.Query.printOrder({ root, args: { id: number }, selectionSet: "{ result { id status } }", context, info })
          : null;
        return {
          id: order.id,
          name: order.name,
          placedAt: order.createdAt,
          financialStatus: order.displayFinancialStatus,
          fulfillmentStatus: order.displayFulfillmentStatus,
          tags: order.tags,
          total: order.currentTotalPriceSet.shopMoney,
          lines: order.lineItems.nodes,
          printful: printed && { orderId: String(printed.result.id), status: printed.result.status },
        };
      },
    },
  },
});
