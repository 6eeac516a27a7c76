// Shopify's own client against the gateway: only the domain changes.
// Install: npm install @shopify/storefront-api-client
// Run: node storefront_api_client.mjs http://localhost:8000
import { createStorefrontApiClient } from "@shopify/storefront-api-client";

const gateway = new URL(process.argv[2] ?? "http://localhost:8000");
const client = createStorefrontApiClient({
  storeDomain: gateway.host,
  apiVersion: "2026-10",
  publicAccessToken: "unused", // the client demands one; the gateway has its own
  // The client builds https URLs only. A gateway on a laptop has no certificate.
  customFetchApi: (url, init) => fetch(url.replace(/^https:/, gateway.protocol), init),
});

async function send(document, variables) {
  const { data, errors } = await client.request(document, { variables });
  if (errors) throw new Error(errors.message);
  return data;
}

const { product } = await send(
  `query Product($handle: String!) {
    product(handle: $handle) {
      id
      title
      variants(first: 1) { nodes { id inventory { availability } } }
    }
  }`,
  { handle: "ceramic-mug" },
);
const [variant] = product.variants.nodes;

const { cartCreate } = await send(
  `mutation NewCart($lines: [CartLineInput!]!) {
    cartCreate(input: { lines: $lines }) {
      cart { id totalQuantity checkoutUrl }
      userErrors { message }
    }
  }`,
  { lines: [{ merchandiseId: variant.id, quantity: 2 }] },
);

console.log(
  JSON.stringify({
    title: product.title,
    availability: variant.inventory.availability,
    quantity: cartCreate.cart.totalQuantity,
  }),
);
