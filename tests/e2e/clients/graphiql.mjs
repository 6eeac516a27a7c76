// What a developer does at GET /graphql, in headless Chromium.
// Usage: node graphiql.mjs GATEWAY_URL CHROMIUM SCREENSHOTS_FOLDER
import { inBrowser } from "./browser.mjs";
import { clearEditor, newTab, openGraphiQL, runOperation, runTab } from "./graphiql_page.mjs";

const [gateway, chromium, screenshots] = process.argv.slice(2);
const STAFF_TABS = ["Staff", "StaffOrder", "FailedForwards", "Status"];

const report = await inBrowser(chromium, [gateway], async (page) => {
  const shot = (name) => page.screenshot({ path: `${screenshots}/graphiql-${name}.png` });
  const editorText = () => page.evaluate(() => modelOf("operation").getValue());
  /** Empties the operation's editor and types `text` into it, as a person would. */
  async function retype(text) {
    await clearEditor(page);
    await page.keyboard.type(text);
  }

  await openGraphiQL(page, gateway);
  const heading = await page.locator(".gateway-line").innerText();
  await shot("start");

  const tabs = [];
  async function tryTab(name) {
    const response = await runTab(page, name);
    await shot(`tab-${name}`);
    const { variables } = response.request().postDataJSON();
    tabs.push({ name, status: response.status(), variables, answer: await response.json() });
  }
  const names = await page.locator(".graphiql-tab-button").allInnerTexts();
  for (const name of names.filter((each) => !STAFF_TABS.includes(each))) await tryTab(name);

  await newTab(page);
  await retype("{ sho");
  await page.locator(".suggest-widget.visible .monaco-list-row", { hasText: /^shop/ }).first().waitFor();
  await shot("completion");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /\bshop\b/.test(modelOf("operation").getValue()));
  const completed = await editorText();

  await retype("{ shopp { name } }");
  const complaint = await (
    await page.waitForFunction(() => __MONACO.editor.getModelMarkers({}).find((m) => m.message.includes("shopp"))?.message)
  ).jsonValue();

  await page.click('button[aria-label^="Show Documentation"]');
  await page.locator(".graphiql-doc-explorer").getByText("QueryRoot", { exact: true }).click();
  await page.locator(".graphiql-doc-explorer-field-name, .graphiql-doc-explorer-item", { hasText: "featuredProducts" }).first().waitFor();
  await shot("documentation");
  const documentation = await page.locator(".graphiql-doc-explorer").innerText();

  await retype("query Ticked { shop { name } }");
  await page.click('button[aria-label^="Show GraphiQL Explorer"]');
  const field = (name) => page.locator(`.graphiql-explorer-root .graphiql-explorer-${name}`);
  await field("shop").first().waitFor();
  await field("shop").getByText("description", { exact: true }).click();
  await page.waitForFunction(() => modelOf("operation").getValue().includes("description"));
  const ticked = await editorText();
  await shot("explorer");
  const tickedResponse = await runOperation(page, "Ticked");

  const asStaff = page.waitForRequest((request) => request.headers().authorization === "Bearer sandbox-staff");
  await page.getByLabel("Staff token").fill("sandbox-staff");
  await page.getByLabel("Staff token").press("Enter");
  const staffSchema = await (await (await asStaff).response()).json();
  const level = staffSchema.data?.__schema.types.find((type) => type.name === "InventoryLevel");
  await shot("staff");
  for (const name of STAFF_TABS) await tryTab(name);
  return {
    heading,
    tabs,
    completed,
    complaint,
    documentation,
    ticked,
    tickedAnswer: await tickedResponse.json(),
    staffFields: level?.fields.map((each) => each.name) ?? null,
    storedToken: await page.evaluate(() => JSON.stringify({ ...localStorage }).includes("sandbox-staff")),
  };
});
console.log(JSON.stringify(report));
