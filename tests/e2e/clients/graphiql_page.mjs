// The page at GET /graphql, as a developer uses it: tabs, editors and the button that runs an operation.
const RUN = "button.graphiql-execute-button";
const EDITOR = ".graphiql-query-editor .monaco-editor";

/** Opens the page and waits until it has read the schema and shows no more signs of work. */
export async function openGraphiQL(page, gateway) {
  await page.addInitScript(() => {
    // GraphiQL leaves the editor's library in __MONACO; a model's address names the pane it belongs to.
    globalThis.modelOf = (pane) => __MONACO.editor.getModels().find((model) => model.uri.path.includes(pane));
  });
  const schemaRead = page.waitForResponse(isAnswer("IntrospectionQuery"));
  await page.goto(`${gateway}/graphql`);
  await schemaRead;
  await page.locator(`${EDITOR} .view-line`).first().waitFor();
  await page.locator(".graphiql-spinner").waitFor({ state: "detached" });
}

/** Whether a response is the answer to the operation of that name. */
export const isAnswer = (name) => (response) =>
  response.request().method() === "POST" && response.request().postDataJSON()?.operationName === name;

/** Runs what is in the editor, an operation of that name; its response, once its answer is shown. */
export async function runOperation(page, name) {
  const [response] = await Promise.all([page.waitForResponse(isAnswer(name)), page.click(RUN)]);
  await response.finished();
  await page.waitForFunction(
    () => modelOf("response").getValue().includes('"data"') && !document.querySelector(".graphiql-spinner"),
  );
  return response;
}

/** Opens the tab of an example and runs it; its response. */
export async function runTab(page, name) {
  await page.locator(".graphiql-tab-button", { hasText: new RegExp(`^${name}$`) }).click();
  await page.waitForFunction((wanted) => modelOf("operation").getValue().includes(` ${wanted}`), name);
  return runOperation(page, name);
}

/** Opens an empty tab. */
export const newTab = (page) => page.click('button[aria-label="New tab"]');

/** Empties the operation's editor. */
export async function clearEditor(page) {
  await page.locator(EDITOR).click({ position: { x: 200, y: 60 } });
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");
}
