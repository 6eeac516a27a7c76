// What a developer does at GET /graphql, in headless Chromium.
// Usage: node graphiql.mjs GATEWAY_URL CHROMIUM SCREENSHOTS_FOLDER
import { inBrowser } from "./browser.mjs";

const [gateway, chromium, screenshots] = process.argv.slice(2);
const RUN = "button.graphiql-execute-button";
const NEW_TAB = 'button[aria-label="New tab"]';
const STAFF_TAB = "Staff";
const EDITOR = ".graphiql-query-editor .monaco-editor";

const report = await inBrowser(chromium, [gateway], async (page) => {
  const shot = (name) => page.screenshot({ path: `${screenshots}/graphiql-${name}.png` });
  const editorText = () => page.evaluate(() => modelOf("operation").getValue());
  const isAnswer = (name) => (response) =>
    response.request().method() === "POST" && response.request().postDataJSON()?.operationName === name;
  await page.addInitScript(() => {
    // GraphiQL leaves the editor's library in __MONACO; a model's address names the pane it belongs to.
    globalThis.modelOf = (pane) => __MONACO.editor.getModels().find((model) => model.uri.path.includes(pane));
  });

  /** Empties the operation's editor and types `text` into it, as a person would. */
  async function retype(text) {
    await page.locator(EDITOR).click({ position: { x: 200, y: 60 } });
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("Delete");
    await page.keyboard.type(text);
  }

  const schemaRead = page.waitForResponse(isAnswer("IntrospectionQuery"));
  await page.goto(`${gateway}/graphql`);
  await schemaRead;
  await page.locator(`${EDITOR} .view-line`).first().waitFor();
  await page.locator(".graphiql-spinner").waitFor({ state: "detached" });
  const heading = await page.locator(".gateway-line").innerText();
  await shot("start");

  const tabs = [];
  async function runTab(name) {
    await page.locator(".graphiql-tab-button", { hasText: new RegExp(`^${name}$`) }).click();
    await page.waitForFunction((wanted) => modelOf("operation").getValue().includes(` ${wanted}`), name);
    const [response] = await Promise.all([page.waitForResponse(isAnswer(name)), page.click(RUN)]);
    const answer = await response.json();
    await page.waitForFunction(
      () => modelOf("response").getValue().includes('"data"') && !document.querySelector(".graphiql-spinner"),
    );
    await shot(`tab-${name}`);
    tabs.push({ name, status: response.status(), variables: response.request().postDataJSON().variables, answer });
  }
  const names = await page.locator(".graphiql-tab-button").allInnerTexts();
  for (const name of names.filter((each) => each !== STAFF_TAB)) await runTab(name);

  await page.click(NEW_TAB);
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
  const [tickedResponse] = await Promise.all([page.waitForResponse(isAnswer("Ticked")), page.click(RUN)]);

  const asStaff = page.waitForRequest((request) => request.headers().authorization === "Bearer sandbox-staff");
  await page.getByLabel("Staff token").fill("sandbox-staff");
  await page.getByLabel("Staff token").press("Enter");
  const staffSchema = await (await (await asStaff).response()).json();
  const level = staffSchema.data?.__schema.types.find((type) => type.name === "InventoryLevel");
  await shot("staff");
  await runTab(STAFF_TAB);
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
