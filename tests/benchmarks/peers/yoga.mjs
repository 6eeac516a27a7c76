// A gateway as a team would write it by hand: graphql-yoga, operations compiled by graphql-jit, DataLoader, and upstream
// requests for the selected fields only. Usage: PORT=... UPSTREAM=http://127.0.0.1:... [CACHE=1] node yoga.mjs
import { createServer } from "node:http";
import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { useResponseCache } from "@graphql-yoga/plugin-response-cache";
import { typeDefs } from "./shop_schema.mjs";

const { PORT, UPSTREAM, CACHE } = process.env;
const STOREFRONT = `${UPSTREAM}/api/2026-10/graphql.json`;
const ADMIN = `${UPSTREAM}/admin/api/2026-10/graphql.json`;
const PRINTFUL = `${UPSTREAM}/printful`;

/** Gateway fields by type, and what each needs to know of its object. */
const OWN = {
  Product: { kind: "productType tags", isFeatured: "tags" },
  ProductVariant: { inventory: "_id: id", printful: "_sku: sku _product: product { vendor }" },
};
const SKU = /^PFUL-([1-9]\d*)$/;

async function postJson(url, headers, body) {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

const storefront = (query, variables) =>
  postJson(STOREFRONT, { "shopify-storefront-private-token": "sandbox-private" }, JSON.stringify({ query, variables }));
const admin = (query, variables) =>
  postJson(ADMIN, { "x-shopify-access-token": "sandbox-admin" }, JSON.stringify({ query, variables }));
async function printful(path) {
  const response = await fetch(`${PRINTFUL}${path}`, {
    headers: { authorization: "Bearer sandbox-printful", "x-pf-store-id": "1" },
  });
  if (response.status === 404) return null;
  return (await response.json()).result;
}

/** The selections of a field as text for Storefront: gateway fields are left out, what they need is put in. */
function selections(set, fragments, variables) {
  const parts = [];
  for (const each of set.selections) {
    if (each.kind === "FragmentSpread") {
      parts.push(selections(fragments[each.name.value].selectionSet, fragments, variables));
      continue;
    }
    if (each.kind === "InlineFragment") {
      parts.push(selections(each.selectionSet, fragments, variables));
      continue;
    }
    const name = each.name.value;
    const own = OWN.Product[name] ?? OWN.ProductVariant[name];
    if (own) {
      parts.push(own);
      continue;
    }
    const alias = each.alias ? `${each.alias.value}: ` : "";
    const below = each.selectionSet ? ` { ${selections(each.selectionSet, fragments, variables)} }` : "";
    parts.push(`${alias}${name}${argumentsOf(each)}${below}`);
  }
  return parts.join(" ");
}

function argumentsOf(field) {
  if (!field.arguments?.length) return "";
  return `(${field.arguments.map((each) => `${each.name.value}: ${valueOf(each.value)}`).join(", ")})`;
}

function valueOf(node) {
  switch (node.kind) {
    case "Variable":
      return `$${node.name.value}`;
    case "StringValue":
      return JSON.stringify(node.value);
    case "ListValue":
      return `[${node.values.map(valueOf).join(", ")}]`;
    case "ObjectValue":
      return `{${node.fields.map((each) => `${each.name.value}: ${valueOf(each.value)}`).join(", ")}}`;
    default:
      return node.value;
  }
}

const documents = new WeakMap(); // per parsed operation: the text for Storefront
function documentFor(info) {
  const [node] = info.fieldNodes;
  let text = documents.get(node);
  if (text === undefined) {
    const definitions = info.operation.variableDefinitions ?? [];
    const declared = definitions.map((each) => `$${each.variable.name.value}: ${typeText(each.type)}`).join(", ");
    const below = selections(node.selectionSet, info.fragments, info.variableValues);
    text = `query${declared ? `(${declared})` : ""} { result: ${node.name.value}${argumentsOf(node)} { ${below} } }`;
    documents.set(node, text);
  }
  return text;
}

function typeText(type) {
  if (type.kind === "NonNullType") return `${typeText(type.type)}!`;
  return type.kind === "ListType" ? `[${typeText(type.type)}]` : type.name.value;
}

const fromStorefront = async (_, __, ___, info) => (await storefront(documentFor(info), info.variableValues)).result;

const INVENTORY = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { id inventoryItem { tracked
  inventoryLevels(first: 10) { nodes { location { id name } quantities(names: ["available"]) { name quantity } } } } } } }`;

async function inventories(ids) {
  const { nodes } = await admin(INVENTORY, { ids });
  const found = new Map(nodes.filter(Boolean).map((each) => [each.id, each.inventoryItem]));
  return ids.map((id) => found.get(id) ?? null);
}

const level = (units) => (units <= 0 ? "NONE" : units <= 5 ? "LOW" : "IN_STOCK");

function inventoryOf(item) {
  if (!item) return null;
  const levels = item.inventoryLevels.nodes.map((each) => ({ location: each.location, units: each.quantities[0].quantity }));
  if (!item.tracked) {
    return {
      tracked: false,
      availability: "NOT_TRACKED",
      levels: levels.map(({ location }) => ({ location, availability: "NOT_TRACKED" })),
    };
  }
  const units = levels.reduce((sum, each) => sum + Math.max(0, each.units), 0);
  return {
    tracked: true,
    availability: level(units),
    levels: levels.map((each) => ({ location: each.location, availability: level(each.units) })),
  };
}

const productOf = new Map(); // which catalogue product a variant belongs to never changes

/** Catalogue variants with their products, from one listing per product. */
async function printVariants(numbers) {
  const found = new Map();
  const list = async (productId) => {
    const listing = await printful(`/products/${productId}`);
    for (const variant of listing?.variants ?? []) {
      productOf.set(variant.id, productId);
      found.set(variant.id, { variant, product: listing.product });
    }
  };
  await Promise.all([...new Set(numbers.map((each) => productOf.get(each)).filter(Boolean))].map(list));
  for (const number of numbers) {
    if (found.has(number)) continue; // most variants of a page belong to a product that was listed already
    const named = await printful(`/products/variant/${number}`);
    if (named) await list(named.product.id);
  }
  return numbers.map((number) => found.get(number) ?? null);
}

const newLoaders = () => ({
  inventory: new DataLoader(inventories, { maxBatchSize: 250 }),
  printful: new DataLoader(printVariants),
});

const ORDER = `query($id: ID!) { order(id: $id) { id name createdAt displayFinancialStatus displayFulfillmentStatus tags
  currentTotalPriceSet { shopMoney { amount currencyCode } }
  lineItems(first: 30) { nodes { title variantTitle sku quantity currentQuantity } }
  metafield(namespace: "kynda", key: "printful_order_id") { value } } }`;

const resolvers = {
  Query: {
    products: fromStorefront,
    product: fromStorefront,
    async shopOrderById(_, { id }) {
      const { order } = await admin(ORDER, { id });
      return order;
    },
  },
  Product: {
    kind: ({ tags, productType }) =>
      tags.includes("menu-item") ? "MENU_ITEM" : /coffee|beans/i.test(productType) ? "COFFEE" : "MERCHANDISE",
    isFeatured: ({ tags }) => tags.includes("featured-item"),
  },
  ProductVariant: {
    inventory: async ({ _id }, _, { loaders }) => inventoryOf(await loaders.inventory.load(_id)),
    async printful({ _sku, _product }, _, { loaders }) {
      const sku = _product?.vendor === "Printful_DS" ? SKU.exec(_sku ?? "") : null;
      return sku ? loaders.printful.load(Number(sku[1])) : null;
    },
  },
  PrintVariant: {
    catalogVariantId: ({ variant }) => String(variant.id),
    size: ({ variant }) => variant.size,
    color: ({ variant }) => variant.color,
    colorCode: ({ variant }) => variant.color_code,
    image: ({ variant }) => variant.image,
    isAvailable: ({ variant }) => variant.in_stock,
    product: ({ product }) => product,
  },
  PrintProduct: { id: ({ id }) => String(id), name: ({ title }) => title },
  ShopOrder: {
    placedAt: ({ createdAt }) => createdAt,
    financialStatus: ({ displayFinancialStatus }) => displayFinancialStatus,
    fulfillmentStatus: ({ displayFulfillmentStatus }) => displayFulfillmentStatus,
    total: ({ currentTotalPriceSet }) => currentTotalPriceSet.shopMoney,
    lines: ({ lineItems }) => lineItems.nodes,
    async printful({ metafield }) {
      return metafield ? printful(`/orders/${metafield.value}`) : null;
    },
  },
  ShopOrderPrint: { orderId: ({ id }) => String(id) },
};

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: () => ({ loaders: newLoaders() }),
  plugins: [useGraphQlJit(), ...(CACHE === "response" ? [useResponseCache({ session: () => null, ttl: 600_000 })] : [])],
  graphiql: false,
  logging: false,
  maskedErrors: false,
});
createServer(yoga).listen(Number(PORT), "127.0.0.1", () => console.log("ready"));
