// hydrogen-react against the gateway: createStorefrontClient with the gateway as the store domain.
// Install: npm install @shopify/hydrogen-react react react-dom
// Run: node hydrogen.mjs http://localhost:8000
import { createStorefrontClient } from "@shopify/hydrogen-react";

const gateway = process.argv[2] ?? "http://localhost:8000";
const client = createStorefrontClient({
  storeDomain: gateway,
  storefrontApiVersion: "2026-10",
  publicStorefrontToken: "unused", // the client demands one; the gateway has its own
});

async function send(query, variables) {
  const response = await fetch(client.getStorefrontApiUrl(), {
    method: "POST",
    headers: client.getPublicTokenHeaders({ contentType: "json" }),
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
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
