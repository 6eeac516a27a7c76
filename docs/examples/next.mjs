// Next.js, or any server with fetch. Nothing to install.
// Run: node next.mjs http://localhost:8000
const gateway = process.argv[2] ?? "http://localhost:8000";

/** Sends one operation. In Next.js pass `next: { revalidate: 60 }` for pages and `cache: "no-store"` for carts. */
async function send(query, variables, options = {}) {
  const response = await fetch(`${gateway}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
    ...options,
  });
  const { data, errors } = await response.json();
  if (!data) throw new Error(errors[0].message);
  for (const error of errors ?? []) console.error(error.path, error.extensions.code, error.message);
  return data; // fields that failed are null; the rest of the page is there
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
  { next: { revalidate: 60 } },
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
  { cache: "no-store" },
);

console.log(
  JSON.stringify({
    title: product.title,
    availability: variant.inventory.availability,
    quantity: cartCreate.cart.totalQuantity,
  }),
);
