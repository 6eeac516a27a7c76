// A browser at a shop of another origin, made with Shopify's own libraries, that uses the gateway as its Storefront.
// Usage: node hydrogen.mjs GATEWAY_URL CHROMIUM SCREENSHOTS_FOLDER
import { createServer } from "node:http";
import { once } from "node:events";
import { build } from "esbuild";
import { inBrowser } from "./browser.mjs";
import { operations } from "./operations.mjs";

const [gateway, chromium, screenshots] = process.argv.slice(2);
const bundle = await build({
  entryPoints: [new URL("shop_page.jsx", import.meta.url).pathname],
  bundle: true,
  write: false,
  format: "esm",
  jsx: "automatic",
  conditions: ["browser", "production"],
  define: { "process.env.NODE_ENV": '"production"', PRODUCT_PAGE: JSON.stringify(operations.ProductPage) },
  logLevel: "error",
});
const script = bundle.outputFiles[0].text;
const html = '<!doctype html><link rel="icon" href="data:,"><div id="shop"></div><script type="module" src="/shop.js"></script>';
const server = createServer((request, response) => {
  const isScript = request.url.startsWith("/shop.js");
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : html);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const shop = `http://localhost:${server.address().port}`;

const gatewayByName = gateway.replace("127.0.0.1", "localhost"); // as the sandbox's checkout is called
const report = await inBrowser(chromium, [gateway, gatewayByName, shop], async (page) => {
  const calls = [];
  page.on("request", (request) => {
    if (request.url().startsWith(gateway)) calls.push({ method: request.method(), path: new URL(request.url()).pathname });
  });
  const text = (selector) => page.locator(selector).innerText();
  const steps = {};
  /** Presses, waits until the cart shows `quantity` items and rests, and notes what is to be seen. */
  async function cartStep(name, press, quantity) {
    await press();
    await page.waitForFunction(
      (wanted) =>
        document.querySelector("#cart").dataset.status === "idle" &&
        document.querySelector("#quantity").textContent === wanted,
      String(quantity),
    );
    steps[name] = {
      lines: await page.locator("#cart li .title").allInnerTexts(),
      quantities: await page.locator("#cart li .quantity").allInnerTexts(),
      total: await text("#total"),
      error: await text("#cart-error"),
    };
  }

  await page.goto(`${shop}/?gateway=${encodeURIComponent(gateway)}`);
  await page.locator("h1:not(:empty)").waitFor();
  const shopName = await text("h1");
  await page.locator("#product").waitFor();
  const options = () =>
    page.locator("#product fieldset").evaluateAll((sets) =>
      sets.map((set) => ({
        name: set.querySelector("legend").textContent,
        values: [...set.querySelectorAll("button")].map((button) => ({
          name: button.textContent,
          exists: button.dataset.exists === "true",
          available: button.dataset.available === "true",
          selected: button.getAttribute("aria-pressed") === "true",
        })),
      })),
    );
  const product = { title: await text("#product h2"), price: await text("#product .price"), options: await options() };

  await page.getByRole("button", { name: "16 oz" }).click();
  await page.locator('#product button[aria-pressed="true"]', { hasText: "16 oz" }).waitFor();
  const chosen = { price: await text("#product .price"), options: await options() };

  await cartStep("add", () => page.click("#add"), 1);
  await cartStep("more", () => page.getByRole("button", { name: "More" }).click(), 2);
  await page.getByRole("button", { name: "12 oz" }).click();
  await page.locator('#product button[aria-pressed="true"]', { hasText: "12 oz" }).waitFor();
  await cartStep("addOther", () => page.click("#add"), 3);
  await page.click("#discount");
  await page.locator("#codes", { hasText: "WELCOME10:" }).waitFor();
  steps.discount = { codes: await text("#codes"), total: await text("#total") };
  await page.click("#write-note");
  await page.locator("#note", { hasText: "Ring twice" }).waitFor();
  await page.screenshot({ path: `${screenshots}/hydrogen.png` });
  await cartStep("remove", () => page.locator("#cart li", { hasText: "16 oz" }).getByRole("button", { name: "Remove" }).click(), 1);
  const checkoutUrl = await text("#checkout-url");

  await page.reload();
  await page.waitForFunction(() => document.querySelector("#quantity")?.textContent === "1");
  const kept = { quantity: await text("#quantity"), note: await text("#note") };

  await page.evaluate(() => localStorage.setItem("shopifyCartId", "gid://shopify/Cart/none?key=none"));
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#add")?.disabled === false);
  await cartStep("afterLoss", () => page.click("#add"), 1);

  await page.getByRole("button", { name: "Check out" }).click();
  await page.waitForURL("**/checkout/**");
  await page.screenshot({ path: `${screenshots}/checkout.png` });
  const checkout = await text("body");
  return { shopName, product, chosen, steps, checkoutUrl, checkout, kept, calls };
});
server.close();
console.log(JSON.stringify(report));
