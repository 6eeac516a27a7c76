// An order's way from the product page to the tracking number, in headless Chromium, as buyer, staff and developer.
// Usage: node order.mjs GATEWAY_URL CHROMIUM SCREENSHOTS_FOLDER
import { inBrowser } from "./browser.mjs";
import { openGraphiQL, runOperation, runTab } from "./graphiql_page.mjs";
import { operations } from "./operations.mjs";

const [gateway, chromium, screenshots] = process.argv.slice(2);
const byName = gateway.replace("127.0.0.1", "localhost"); // as the sandbox's checkout is called
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
const LATTE = "gid://shopify/ProductVariant/44000000001";
const BUYER = { "E-mail": "dana@example.com", Name: "Dana Sample", Phone: "+15125550177" };
const HOME = { "Street and number": "5 Sample Road", "Postal code": "78701", City: "Austin", "State or province": "TX" };

/** The data of an operation, asked for as a shop's server would, or as its staff. */
async function ask(name, variables, headers = {}) {
  const answer = await fetch(`${gateway}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: operations[name], variables }),
  });
  const { data, errors } = await answer.json();
  if (errors || data.answer.userErrors?.length) throw new Error(`${name}: ${JSON.stringify(errors ?? data)}`);
  return data.answer;
}

/** A new cart with two lattes to be picked up, and with a shirt when it is given. */
async function newCart(shirt) {
  const lines = [{ merchandiseId: LATTE, quantity: 2 }];
  const { cart } = await ask("CartCreate", { input: { lines, buyerIdentity: { countryCode: "US" } } });
  await ask("VisitCart", { cart: cart.id, visit: { location: "main_street", fulfillmentMode: "PICKUP" } });
  if (shirt) await ask("AddDesignedLine", { cart: cart.id, ...shirt });
  return cart.checkoutUrl;
}

const report = await inBrowser(chromium, [gateway, byName], async (page) => {
  let stations = 0;
  const tooWide = [];
  /** Takes a picture of the page, and notes when it is wider than its window. */
  async function shot(name, { fullPage = true } = {}) {
    const path = `${screenshots}/order-${String(++stations).padStart(2, "0")}-${name}.png`;
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(name);
    await page.screenshot({ path, fullPage });
  }
  async function shotOnPhone(name) {
    await page.setViewportSize(PHONE);
    await shot(`${name}-on-a-phone`);
    await page.setViewportSize(DESK);
  }
  const column = (name) => page.getByRole("region", { name });
  const shopify = column("Shopify");
  const printful = column("Printful");
  const counter = column("Counter (Square)");
  const fact = (place, term, value) =>
    place.locator("dt", { hasText: new RegExp(`^${term}$`) }).locator("+ dd", { hasText: value }).waitFor();
  const press = (place, words) => place.getByRole("button", { name: words, exact: true }).click();
  const offered = (place) => place.getByRole("button").allInnerTexts();
  async function fillIn(fields) {
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  }
  async function orderNames() {
    await page.goto(`${byName}/sandbox/orders`);
    return page.locator("tbody th").allInnerTexts();
  }

  // A developer runs the example of a product page.
  await openGraphiQL(page, gateway);
  const { product } = (await (await runTab(page, "ProductPage")).json()).data;
  await shot("product-page", { fullPage: false });

  // A buyer pays for that shirt with one of the shop's designs, and for two lattes.
  const design = product.designs[0];
  await page.goto(await newCart({ variant: product.chosen.id, design: design.id }));
  await shot("checkout");
  await fillIn({ ...BUYER, ...HOME });
  await shotOnPhone("checkout");
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  const becomes = page.getByRole("link", { name: /Follow order/ });
  await becomes.waitFor();
  const thanks = await page.locator("body").innerText();
  await shot("paid");

  // The order's page: Printful has a draft, the counter has a ticket, and Shopify says so.
  await becomes.click();
  const name = (await page.locator("h1").innerText()).replace("Order ", "");
  await fact(printful, "status", "draft");
  await fact(counter, "step", "proposed");
  await fact(shopify, "tags", /pos-forwarded.*printful-forwarded/);
  const draft = { printful: await printful.innerText(), counter: await counter.innerText() };
  const possible = { printful: await offered(printful), counter: await offered(counter) };
  await shot("draft-and-ticket");
  await shotOnPhone("draft-and-ticket");

  // Staff confirm the draft through the graph; Printful prints it and ships.
  const { id } = await (await fetch(`${gateway}/sandbox/orders/${name.slice(1)}.json`)).json();
  const order = `gid://shopify/Order/${id}`;
  await ask("ConfirmPrintOrder", { order }, { authorization: "Bearer sandbox-staff" });
  await fact(printful, "status", "pending");
  await shot("confirmed");
  await press(printful, "Start printing");
  await fact(printful, "status", "inprocess");
  await press(printful, "Ship");
  await fact(printful, "status", "fulfilled");
  const trackingNumber = await printful.locator("h3", { hasText: "Parcels" }).locator("+ ul a").innerText();
  await shopify.getByRole("link", { name: trackingNumber }).waitFor();
  await fact(shopify, "fulfillment", "partially fulfilled");
  await shot("shipped");

  // The barista makes the lattes and hands them over; the keyboard's focus stays where the work goes on.
  await counter.getByRole("button", { name: "Ready", exact: true }).focus();
  await page.keyboard.press("Enter");
  await fact(counter, "step", "prepared");
  const focused = await page.evaluate(() => document.activeElement.textContent);
  await shot("ready");
  await press(counter, "Hand over");
  await fact(counter, "step", "completed");
  await fact(shopify, "fulfillment", /^fulfilled$/);
  await shot("handed-over");
  const messages = await page.locator("#messages li").allInnerTexts();

  // The buyer's page asks for the order by its name and the e-mail address.
  await openGraphiQL(page, gateway);
  await page.locator(".graphiql-tab-button", { hasText: /^TrackOrder$/ }).click();
  await page.waitForFunction(() => modelOf("operation").getValue().includes("query TrackOrder"));
  const variables = JSON.stringify({ name, email: BUYER["E-mail"] }, null, 2);
  await page.evaluate((text) => modelOf("variables").setValue(text), variables);
  const tracked = (await (await runOperation(page, "TrackOrder")).json()).data.shopOrder;
  await page.evaluate((text) => {
    const editor = __MONACO.editor.getEditors().find((each) => each.getModel() === modelOf("response"));
    editor.revealLineNearTop(modelOf("response").findMatches(text)[0].range.startLineNumber - 12);
  }, trackingNumber);
  await page.locator(".result-window .view-line", { hasText: trackingNumber }).first().waitFor();
  await shot("tracked", { fullPage: false });

  // A payment that fails orders nothing; then the guest pays at the counter.
  const before = await orderNames();
  await page.goto(await newCart());
  await fillIn(BUYER);
  await page.getByRole("button", { name: "Fail payment" }).click();
  const failure = await page.getByRole("alert").innerText();
  await shot("payment-failed");
  const back = await page.getByRole("link", { name: "Back to the checkout" }).getAttribute("href");
  const checkout = new URL(back, page.url()).href;
  const afterFailure = await orderNames();
  await page.goto(checkout);
  await fillIn(BUYER);
  await page.getByRole("button", { name: "Pay at the counter" }).click();
  await becomes.click();
  await fact(counter, "paid", /^no/);
  await fact(shopify, "payment", "pending");
  await shopify.getByText("pos-forwarded").first().waitFor();
  const unpaid = { shopify: await shopify.innerText(), printful: await printful.innerText() };
  await shot("to-be-paid-at-the-counter");
  await press(counter, "Pay in cash");
  await fact(counter, "paid", /^yes$/);
  await shot("paid-at-the-counter");
  const after = await orderNames();
  await shot("orders");
  await shotOnPhone("orders");
  await page.goto(`${byName}/sandbox`);
  await shot("sandbox");
  await shotOnPhone("sandbox");

  return {
    product: { title: product.title, isCustomizable: product.isCustomizable, design: design.name },
    thanks, name, draft, possible, trackingNumber, focused, messages, tracked,
    failure, before, afterFailure, unpaid, after, tooWide,
  };
});
console.log(JSON.stringify(report, null, 1));
