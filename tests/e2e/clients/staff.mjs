// The staff desk in headless Chromium: a refused order is found, mended, forwarded and confirmed, and its parcel seen.
// At a desk, on a phone, and by keyboard alone. axe-core looks at each page.
// Usage: node staff.mjs GATEWAY_URL CHROMIUM SCREENSHOTS_FOLDER
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inBrowser } from "./browser.mjs";

const [gateway, chromium, screenshots] = process.argv.slice(2);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const SIGNS = ["serious", "critical"];
const REFUSAL = "Recipient: the ZIP code is missing.";

/** Asks the sandbox's controls. */
async function sandbox(path, method = "GET", body) {
  const answer = await fetch(`${gateway}/sandbox/${path}`, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return answer.json();
}

/** A new order that Printful refuses, because it is made to. */
async function refusedOrder() {
  const refusal = { code: 400, result: REFUSAL, error: { reason: "BadRequest", message: REFUSAL } };
  await sandbox("faults", "POST", { upstream: "printful", kind: "status", status: 400, match: "/orders", body: refusal });
  const order = await sandbox("orders", "POST", { lines: [{ handle: "roastery-crest-shirt", quantity: 1 }] });
  await until(order, (life) => life.shopify.tags.includes("printful-failed"));
  return order;
}

/** Waits until the sandbox shows an order in some state. */
async function until(order, isThere) {
  for (let tries = 0; tries < 200; tries++) {
    const life = await sandbox(`orders/${order.number}/life.json`);
    if (isThere(life)) return life;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${order.name} did not get there`);
}

async function shipped(order) {
  const [{ id }] = (await until(order, (life) => life.printful.length)).printful;
  for (const step of ["start", "ship"]) await sandbox(`printful/orders/${id}/${step}`, "POST", {});
  return until(order, (life) => life.shopify.fulfillmentStatus === "FULFILLED");
}

const report = await inBrowser(chromium, [gateway], async (page) => {
  const tooWide = [];
  const found = [];
  let pictures = 0;

  /** Takes a picture, notes whether the page is too wide for its window, and has axe-core look at it.
   *  Does nothing by keyboard: the pages are those at the desk. */
  async function look(name, width) {
    if (width === "keyboard") return;
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(`${name} ${width}`);
    const number = String(++pictures).padStart(2, "0");
    await page.screenshot({ path: `${screenshots}/staff-${number}-${name}-${width}.png`, fullPage: true });
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => axe.run());
    for (const each of violations) {
      if (SIGNS.includes(each.impact)) found.push(`${name} ${width}: ${each.id} ${each.nodes.map((node) => node.html)}`);
    }
  }

  /** The journey at one size. `press` follows a link or presses a button, by mouse or by keyboard. */
  async function journey(order, width, press, type) {
    const seen = {};
    await page.context().clearCookies();
    await page.goto(`${gateway}/staff`);
    await look("sign-in", width);
    await type("Your staff token", "sandbox-staff");
    await press("button", "Sign in");
    await page.getByRole("heading", { name: "Today" }).waitFor();
    const entry = page.locator("li.entry", { hasText: order.name });
    seen.reason = await entry.locator(".reason").innerText();
    seen.advice = await entry.locator(".advice").innerText();
    seen.title = await page.title();
    await look("today", width);
    await press("link", order.name);
    await page.getByRole("heading", { name: `Order ${order.name}` }).waitFor();
    await look("refused", width);
    await sandbox("faults", "DELETE");
    await press("link", "Try again");
    await page.getByRole("heading", { name: `Try ${order.name} again?` }).waitFor();
    await look("question", width);
    await press("button", "Try again");
    seen.forwarded = await page.getByRole("status").first().innerText();
    await look("forwarded", width);
    await press("link", "Confirm");
    await page.getByRole("heading", { name: `Confirm ${order.name} at Printful?` }).waitFor();
    seen.cost = await page.locator("main .card p").first().innerText();
    await look("cost", width);
    await press("button", "Confirm");
    seen.confirmed = await page.getByRole("status").first().innerText();
    const life = await shipped(order);
    await page.reload();
    seen.number = life.printful[0].parcels[0].number;
    const printful = page.getByRole("region", { name: "Printful" });
    seen.parcel = await printful.locator("h3", { hasText: "Parcels" }).locator("+ ul a").innerText();
    seen.status = await printful.locator("dl").innerText();
    seen.attempts = await page.getByRole("region", { name: "Attempts" }).first().innerText();
    await look("parcel", width);
    return seen;
  }

  const byMouse = (role, name) => page.getByRole(role, { name, exact: true }).first().click();
  const typing = (label, text) => page.getByLabel(label).fill(text);

  /** Moves the focus with Tab alone until it is on the element, and presses Enter. */
  async function byKeyboard(role, name) {
    await focusByTab(role, name);
    await page.keyboard.press("Enter");
  }
  async function focusByTab(role, name) {
    const wanted = role === "textbox" ? page.getByLabel(name) : page.getByRole(role, { name, exact: true }).first();
    await wanted.waitFor();
    for (let presses = 0; presses < 80; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${name}`);
  }
  async function typingByKeyboard(label, text) {
    await focusByTab("textbox", label);
    await page.keyboard.type(text);
  }

  await page.setViewportSize(DESK);
  const atDesk = await journey(await refusedOrder(), 1280, byMouse, typing);
  await page.setViewportSize(PHONE);
  const onPhone = await journey(await refusedOrder(), 390, byMouse, typing);
  await page.setViewportSize(DESK);
  const withKeys = await journey(await refusedOrder(), "keyboard", byKeyboard, typingByKeyboard);

  // The counts are live: an order that is refused now shows in the title of an open page, half a minute later.
  const open = await page.context().newPage();
  await open.goto(`${gateway}/staff`);
  const before = await open.title();
  const last = await refusedOrder();
  await sandbox("faults", "DELETE");

  // Meanwhile the other pages, at both sizes.
  for (const [width, size] of [[1280, DESK], [390, PHONE]]) {
    await page.setViewportSize(size);
    for (const [name, path] of [["search", "/staff/search?text=tag:printful-forwarded"], ["catalogue", "/staff/catalogue"], ["health", size === DESK ? "/staff/health?check" : "/staff/health"], ["missing", "/staff/orders/1"], ["counter", "/staff/counter"]]) {
      await page.goto(gateway + path);
      await look(name, width);
    }
  }

  await open.waitForFunction((title) => document.title !== title, before, { timeout: 40_000 });
  const live = { before, after: await open.title(), note: await open.locator("#changed").innerText() };
  await open.close();
  await page.setViewportSize(DESK);
  await page.goto(`${gateway}/staff`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.goto(`${gateway}/staff/orders/${last.id}`);
  const afterwards = page.url();
  return { atDesk, onPhone, withKeys, tooWide, found, live, afterwards };
});
console.log(JSON.stringify(report));
