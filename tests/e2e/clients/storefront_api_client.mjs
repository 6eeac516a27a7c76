// Shopify's @shopify/storefront-api-client with nothing but the domain changed. Usage: node storefront_api_client.mjs GATEWAY_URL
import { createStorefrontApiClient } from "@shopify/storefront-api-client";
import { goThroughCart, openProductPage } from "./journey.mjs";
import { operations } from "./operations.mjs";

const gateway = new URL(process.argv[2]);
const client = createStorefrontApiClient({
  storeDomain: gateway.host,
  apiVersion: "2026-10",
  publicAccessToken: "a-public-token",
  // The client speaks https alone; the gateway under test has no certificate.
  customFetchApi: (url, init) => fetch(url.replace(/^https:/, gateway.protocol), init),
});

async function send(document, variables) {
  const { data, errors } = await client.request(document, { variables });
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const page = await openProductPage(send);
const cart = await goThroughCart(send, page.product);
const joined = await send(operations.GatewayFields, { handle: "your-design-shirt" });
const refused = await client.request("{ product(handle: 1) { noSuchField } }");
const missing = await client.request("query($id: ID!) { cart(id: $id) { id } }", {
  variables: { id: "gid://shopify/Cart/none?key=none" },
});
console.log(
  JSON.stringify({
    page,
    cart,
    joined,
    refused: { status: refused.errors?.networkStatusCode, messages: refused.errors?.graphQLErrors?.map((e) => e.message) },
    missing,
  }),
);
