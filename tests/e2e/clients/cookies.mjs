// A browser at a page of the gateway's own origin that asks for Shopify's visitor cookies.
// Usage: node cookies.mjs GATEWAY_URL CHROMIUM
import { build } from "esbuild";
import { inBrowser } from "./browser.mjs";

const [gateway, chromium] = process.argv.slice(2);
const bundle = await build({
  entryPoints: [new URL("cookies_page.jsx", import.meta.url).pathname],
  bundle: true,
  write: false,
  format: "esm",
  jsx: "automatic",
  conditions: ["browser", "production"],
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "error",
});
const html = '<!doctype html><link rel="icon" href="data:,"><div id="shop"></div><script type="module" src="/page.js"></script>';

/** Two visits of a browser that nobody knows yet. */
function visitor() {
  return inBrowser(chromium, [gateway], async (page) => {
    await page.route(`${gateway}/page`, (route) => route.fulfill({ contentType: "text/html", body: html }));
    await page.route(`${gateway}/page.js`, (route) =>
      route.fulfill({ contentType: "text/javascript", body: bundle.outputFiles[0].text }),
    );
    return { visits: [await visit(page), await visit(page)] };
  });
}

async function visit(page) {
  const timing = page.waitForResponse(/graphql\.json/).then(async (response) => response.headerValue("server-timing"));
  await page.goto(`${gateway}/page`);
  await page.locator("#tracking:not(:empty)").waitFor();
  return {
    tracking: JSON.parse(await page.locator("#tracking").innerText()),
    cookies: (await page.context().cookies()).map(({ name, httpOnly }) => ({ name, httpOnly })),
    serverTiming: await timing,
  };
}

/** Whether the shop's visitors have to allow analytics and marketing first. */
function requireConsent(required) {
  const headers = { "Content-Type": "application/json" };
  return fetch(`${gateway}/sandbox/consent`, { method: "POST", headers, body: JSON.stringify({ required }) });
}

const allowed = await visitor();
await requireConsent(true);
const unasked = await visitor().finally(() => requireConsent(false));
console.log(JSON.stringify({ allowed, unasked }));
