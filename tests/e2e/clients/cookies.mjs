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

const report = await inBrowser(chromium, [gateway], async (page) => {
  await page.route(`${gateway}/page`, (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.route(`${gateway}/page.js`, (route) =>
    route.fulfill({ contentType: "text/javascript", body: bundle.outputFiles[0].text }),
  );
  const visits = [];
  for (let visit = 0; visit < 2; visit++) {
    const timing = page.waitForResponse(/graphql\.json/).then(async (response) => response.headerValue("server-timing"));
    await page.goto(`${gateway}/page`);
    await page.locator("#tracking:not(:empty)").waitFor();
    visits.push({
      tracking: JSON.parse(await page.locator("#tracking").innerText()),
      cookies: (await page.context().cookies()).map(({ name, httpOnly }) => ({ name, httpOnly })),
      serverTiming: await timing,
    });
  }
  return { visits };
});
console.log(JSON.stringify(report));
